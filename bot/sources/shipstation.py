"""ShipStation V1, read-only: orders, labels, marks and stores as facts, within its requests a minute."""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

import httpx
import structlog
from pydantic import SecretStr

from bot.clock import Clock, SystemClock
from bot.errors import SourceRefused
from bot.sources import pacific, shipstation_parse
from bot.sources.shipstation_errors import from_status, garbled, incomplete
from bot.sources.shipstation_pace import Pace
from bot.sources.transport import LONGEST_STALL, THROTTLED_TRIES, Patience, Wire, throttled
from storage.facts import Shipment, ShipStationOrder, ShipStationStore, number_key

HOME = "https://ssapi.shipstation.com"
PAGE_SIZE = 500
"""Rows per page: the most that V1 gives."""
NUMBER_PAGES = 20
"""Pages that a search by number may take: it finds everything that starts with the number."""

_PATHS = re.compile(r"/(?:orders(?:/\d+)?|shipments|fulfillments|stores(?:/marketplaces)?)")

log = structlog.get_logger(__name__)


class _Identified(Protocol):
    @property
    def id(self) -> int: ...


Fact = TypeVar("Fact", bound=_Identified)
Params = Mapping[str, str | int]


def reads(method: str, path: str, content: bytes) -> bool:
    """Return whether a request is a GET of one of the lists that stuck reads."""
    return method == "GET" and not content and _PATHS.fullmatch(path) is not None


class ShipStation:
    """One ShipStation account. `requests` counts what was sent; calls at the same time share one pace.

    Every list is read to its end. Every method raises the SourceError family, and returns all there is or nothing.
    """

    def __init__(
        self,
        key: SecretStr,
        secret: SecretStr,
        clock: Clock | None = None,
        base_url: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        stall: timedelta = LONGEST_STALL,
    ) -> None:
        self._clock = clock or SystemClock()
        self._wire = Wire("shipstation", base_url or HOME, reads, self._clock, transport=transport)
        self._auth = httpx.BasicAuth(key.get_secret_value(), secret.get_secret_value())
        self._pace = Pace(self._clock)
        self._stall = stall

    @property
    def requests(self) -> int:
        """How many requests were sent so far, retries included."""
        return self._wire.requests

    async def orders_changed(self, since: datetime) -> list[ShipStationOrder]:
        """Return the orders modified since, oldest change first."""
        params = {"modifyDateStart": pacific.window_start(since), "sortBy": "ModifyDate", "sortDir": "ASC"}
        return await self._listed("orders", params, shipstation_parse.order)

    async def orders_created(self, since: datetime, until: datetime | None = None) -> list[ShipStationOrder]:
        """Return the orders that ShipStation imported in a window, oldest first."""
        return await self._listed("orders", _created(since, until), shipstation_parse.order)

    async def orders_numbered(self, number: str) -> list[ShipStationOrder]:
        """Return the orders with exactly this number, give or take one leading `#`; prefix and suffix count.

        ShipStation's own filter is starts-with: asking for 100 finds 1001 too (domain.md, rule 4).
        """
        bare = number.strip().removeprefix("#").strip()
        for written in (bare, f"#{bare}") if bare else ():
            params = {"orderNumber": written, "sortBy": "CreateDate", "sortDir": "ASC"}
            rows = await self._listed("orders", params, shipstation_parse.order, pages=NUMBER_PAGES)
            exact = [row for row in rows if number_key(row.number) == number_key(number)]
            if exact:
                return exact
        return []

    async def order(self, order_id: int) -> ShipStationOrder | None:
        """Return one order, or None where ShipStation has none: also when it was combined into another."""
        async with self._wire.call(self._stall) as patience:
            response = await self._get(f"/orders/{int(order_id)}", {}, patience)
            if response.status_code == 404:
                return None
            row = _decoded(response)
        if not isinstance(row, dict):
            raise garbled("an order is not an object")
        return shipstation_parse.order(row, self._clock.now())

    async def shipments_created(self, since: datetime, until: datetime | None = None) -> list[Shipment]:
        """Return the labels made in a window, voided ones and return labels too, with their items."""
        params = {**_created(since, until), "includeShipmentItems": "true"}
        return await self._listed("shipments", params, shipstation_parse.label)

    async def shipments_voided(self, since: datetime) -> list[Shipment]:
        """Return the labels voided since, whenever they were made."""
        params = {
            "voidDateStart": pacific.window_start(since),
            "sortBy": "CreateDate",
            "sortDir": "ASC",
            "includeShipmentItems": "true",
        }
        return await self._listed("shipments", params, shipstation_parse.label)

    async def fulfillments_created(self, since: datetime, until: datetime | None = None) -> list[Shipment]:
        """Return the marks (orders marked as shipped without a label) made in a window. They name no store."""
        return await self._listed("fulfillments", _created(since, until), shipstation_parse.mark)

    async def shipments_of(self, order_id: int) -> list[Shipment]:
        """Return all labels of one ShipStation order, with their items."""
        params: dict[str, str | int] = {"orderId": order_id, "includeShipmentItems": "true"}
        rows = await self._listed("shipments", params, shipstation_parse.label)
        return [row for row in rows if row.order_id == order_id]

    async def marks_of(self, order_id: int) -> list[Shipment]:
        """Return all marks of one ShipStation order."""
        rows = await self._listed("fulfillments", {"orderId": order_id}, shipstation_parse.mark)
        return [row for row in rows if row.order_id == order_id]

    async def stores(self, *, marketplaces: bool = False) -> list[ShipStationStore]:
        """Return the account's stores, inactive ones too.

        With `marketplaces`, one more request tells which of them can be told about shipments at all.
        """
        async with self._wire.call(self._stall) as patience:
            rows = _bare(await self._json("/stores", {"showInactive": "true"}, patience), "stores")
            told = await self._marketplaces(patience) if marketplaces else []
        confirms = dict(shipstation_parse.confirms(row) for row in _bare(told, "marketplaces"))
        known = {key: value for key, value in confirms.items() if key is not None and value is not None}
        return [shipstation_parse.store(row, self._clock.now(), known) for row in rows]

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _marketplaces(self, patience: Patience) -> Any:
        """Return the marketplaces, or none where ShipStation does not tell: they only sharpen a cause."""
        try:
            return await self._json("/stores/marketplaces", {}, patience)
        except SourceRefused as refused:
            log.warning("shipstation.without_marketplaces", error=str(refused))
            return []

    async def _listed(
        self,
        name: str,
        params: Params,
        parse: Callable[[Mapping[str, Any], datetime], Fact],
        *,
        pages: int | None = None,
    ) -> list[Fact]:
        """Return the whole list `name`, without doubles. Rows that shift between pages are read once more.

        What either reading found counts: in a busy shop rows shift all the time, but not the same ones twice.
        """
        found: dict[int, Fact] = {}
        async with self._wire.call(self._stall) as patience:
            for _ in range(2):
                rows, total = await self._pages(name, params, patience, most=pages)
                found |= {fact.id: fact for fact in (parse(row, self._clock.now()) for row in rows)}
                if len(found) >= total:
                    return list(found.values())
                log.info("shipstation.short", list=name, found=len(found), total=total)
        raise incomplete(f"ShipStation counts {total} {name} but gave only {len(found)}, twice in a row.")

    async def _pages(
        self, name: str, params: Params, patience: Patience, *, most: int | None
    ) -> tuple[list[Mapping[str, Any]], int]:
        """Return the rows of all pages and how many there should be, as the last page has it."""
        rows: list[Mapping[str, Any]] = []
        for page in itertools.count(1):
            asked = {**params, "page": page, "pageSize": PAGE_SIZE}
            body = await self._json(f"/{name}", asked, patience)
            found = _rows(body, name)
            rows += found
            total, pages = _count(body, "total"), _count(body, "pages")
            if _ended(page, pages, total, rows=len(rows), found=len(found)):
                break
            if page == most:
                raise incomplete(f"Too many {name} start with that number: ShipStation has {total} of them.")
        return rows, total or 0

    async def _json(self, path: str, params: Params, patience: Patience) -> Any:
        response = await self._get(path, params, patience)
        if response.status_code == 404:
            raise from_status(response)
        return _decoded(response)

    async def _get(self, path: str, params: Params, patience: Patience) -> httpx.Response:
        """Return an answer of status 200 or 404, asked within the pace."""
        for _ in range(THROTTLED_TRIES):
            async with self._pace.turn:
                await self._pace.wait(patience)
                response = await self._wire.send("GET", path, patience, params=params, auth=self._auth)
                self._pace.note(response)
                if response.status_code != 429:
                    break
                await patience.come_back(self._pace.told_to_wait(response))
        else:
            raise throttled("shipstation")
        if response.status_code not in (200, 404):
            raise from_status(response)
        patience.progress()
        return response


def _created(since: datetime, until: datetime | None) -> dict[str, str | int]:
    window: dict[str, str | int] = {"createDateStart": pacific.window_start(since)}
    if until is not None:
        window["createDateEnd"] = pacific.window_end(until)
    return {**window, "sortBy": "CreateDate", "sortDir": "ASC"}


def _decoded(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        raise garbled(_kind(response)) from None


def _kind(response: httpx.Response) -> str:
    if not response.content.strip():
        return "it is empty"
    return "it is a web page" if response.text.lstrip().startswith("<") else "its JSON breaks off or is none"


def _rows(body: Any, name: str) -> Sequence[Mapping[str, Any]]:
    rows = body.get(name) if isinstance(body, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise garbled(f"the list of {name} is missing from it")
    return rows


def _bare(body: Any, name: str) -> Sequence[Mapping[str, Any]]:
    """Return a list that comes without an envelope, or with one."""
    return _rows({name: body} if isinstance(body, list) else body, name)


def _count(body: Mapping[str, Any], field: str) -> int | None:
    try:
        return None if body.get(field) is None else int(body[field])
    except (TypeError, ValueError):
        raise garbled(f"its {field} is not a number") from None


def _ended(page: int, pages: int | None, total: int | None, *, rows: int, found: int) -> bool:
    """Return whether `page`, with `found` rows and `rows` so far, was the last; counts may be missing."""
    if pages is not None:
        return page >= pages
    if total is not None:
        return rows >= total or not found
    return found < PAGE_SIZE
