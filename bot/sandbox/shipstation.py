"""ShipStation V1 on loopback: Basic auth, 40 requests a minute, Pacific stamps, its filters, sorting and pages."""

import base64
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.faults import LOSSES, LOSSES_WHILE_PAGING, Faults, json_answer, shifted
from bot.sandbox.shipping import PretendLabel, PretendShipOrder
from bot.sandbox.shipstation_json import (
    label_json,
    mark_json,
    marketplaces_json,
    order_json,
    pacific,
    stamp,
    store_json,
)
from bot.sandbox.world import World

ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
MAX_PAGE = 500
WINDOW_SECONDS = 60
Rows = list[dict[str, Any]]
T = TypeVar("T")


class BadParameter(ValueError):
    """A filter's value is not what V1 understands: 400."""


def routes(world: World, faults: Faults) -> list[BaseRoute]:
    """Return the V1 API; mount it where `https://ssapi.shipstation.com` would be."""
    return [Route("/{path:path}", ShipStationV1(world, faults).answer, methods=ALL_METHODS)]


class ShipStationV1:
    """One account's API."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self._window = -1
        self._used = 0
        self._endpoints: tuple[tuple[re.Pattern[str], Callable[..., Any]], ...] = tuple(
            (re.compile(pattern), endpoint)
            for pattern, endpoint in (
                (r"/orders/?", self._orders),
                (r"/orders/(\d+)", self._order),
                (r"/shipments/?", self._shipments),
                (r"/fulfillments/?", self._fulfillments),
                (r"/stores/?", self._stores),
                (r"/stores/marketplaces", self._marketplaces),
                (r"/stores/getrefreshstatus", self._refresh_status),
                (r"/stores/(\d+)", self._store),
            )
        )

    # ------------------------------------------------------------ every request

    async def answer(self, request: Request) -> Response:
        """Count, spoil, limit, authenticate, then answer."""
        path, label = "/" + request.path_params["path"], _label(request)
        if instead := await self.faults.before("shipstation", label):
            return instead
        headers = self._count()
        if self._used > self.world.shipstation.per_minute or self.faults.pick(
            "shipstation", label, {"throttled"}
        ):
            return json_answer(
                {"message": "Too Many Requests"}, 429, headers | {"X-Rate-Limit-Remaining": "0"}
            )
        self.faults.pick("shipstation", label, {"expire_token"})
        if self.faults.happened("shipstation", "expire_token") or not self._knows(request):
            return json_answer({"message": "Invalid API credentials"}, 401, headers)
        answer = self._dispatch(_by_our_clock(request, self.faults.ahead("shipstation")), path)
        answer.headers.update(headers)
        return self.faults.after("shipstation", label, answer)

    def _count(self) -> dict[str, str]:
        seconds = self.world.clock.now().timestamp()
        window = int(seconds // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._used = window, 0
        self._used += 1
        limit = self.world.shipstation.per_minute
        return {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(max(limit - self._used, 0)),
            "X-Rate-Limit-Reset": str(math.ceil((window + 1) * WINDOW_SECONDS - seconds)),
        }

    def _knows(self, request: Request) -> bool:
        account = self.world.shipstation
        expected = base64.b64encode(f"{account.key}:{account.secret}".encode()).decode()
        return request.headers.get("authorization", "") == f"Basic {expected}"

    def _dispatch(self, request: Request, path: str) -> Response:
        if request.method != "GET":
            self.world.writes_attempted += 1
            return json_answer({"message": "The requested resource does not support this method."}, 405)
        try:
            for pattern, endpoint in self._endpoints:
                if match := pattern.fullmatch(path):
                    body = endpoint(request, *match.groups())
                    return json_answer({"message": "Not found"}, 404) if body is None else json_answer(body)
        except BadParameter as wrong:
            return json_answer(
                {"message": "Invalid request parameters", "ModelState": {"apiRequest": [str(wrong)]}}, 400
            )
        return json_answer({"message": "No HTTP resource was found that matches the request URI"}, 404)

    # ------------------------------------------------------------ lists

    def _orders(self, request: Request) -> dict[str, Any]:
        found = [one for one in self.world.shipping.orders.values() if not one.absorbed]
        ask = Asked(request)
        found = ask.between(found, "createDate", lambda one: one.created)
        found = ask.between(found, "modifyDate", lambda one: one.modified)
        found = ask.between(found, "orderDate", lambda one: one.ordered)
        found = ask.equal(found, "orderStatus", lambda one: one.status)
        found = ask.equal(found, "storeId", lambda one: one.store_id)
        if number := ask.text("orderNumber"):
            found = [one for one in found if one.number.casefold().startswith(number.casefold())]
        keys: dict[str, Callable[[PretendShipOrder], Any]] = {
            "OrderDate": lambda one: (one.ordered, one.id),
            "ModifyDate": lambda one: (one.modified, one.id),
            "CreateDate": lambda one: (one.created, one.id),
        }
        rows = ask.sort(found, keys, "OrderDate")
        return self._page(ask, "orders", rows, order_json)

    def _shipments(self, request: Request) -> dict[str, Any]:
        ask = Asked(request)
        found = ask.between(self._parcels(ask, "label"), "voidDate", lambda one: one.voided)
        if store := ask.number("storeId"):
            found = [one for one in found if self._order_of(one).store_id == store]
        items = ask.text("includeShipmentItems").casefold() == "true"
        rows = ask.sort(found, PARCEL_KEYS, "CreateDate")
        shipping = self.world.shipping
        return self._page(ask, "shipments", rows, lambda one: label_json(shipping, one, items=items))

    def _fulfillments(self, request: Request) -> dict[str, Any]:
        ask = Asked(request)
        rows = ask.sort(self._parcels(ask, "mark"), PARCEL_KEYS, "CreateDate")
        shipping = self.world.shipping
        return self._page(ask, "fulfillments", rows, lambda one: mark_json(shipping, one))

    def _parcels(self, ask: "Asked", kind: str) -> list[PretendLabel]:
        found = [one for one in self.world.shipping.labels.values() if one.kind == kind]
        found = [one for one in found if not self._order_of(one).absorbed]
        found = ask.between(found, "createDate", lambda one: one.created)
        found = ask.between(found, "shipDate", lambda one: one.created)
        found = ask.equal(found, "orderId", lambda one: one.order_id)
        found = ask.equal(found, "orderNumber", lambda one: self._order_of(one).number)
        return ask.equal(found, "trackingNumber", lambda one: one.tracking)

    def _order_of(self, label: PretendLabel) -> PretendShipOrder:
        return self.world.shipping.orders[label.order_id]

    def _page(
        self, ask: "Asked", name: str, found: list[Any], render: Callable[[Any], dict[str, Any]]
    ) -> dict[str, Any]:
        page = max(ask.number("page") or 1, 1)
        size = min(max(ask.number("pageSize") or 100, 1), MAX_PAGE)
        total = len(found)
        rows: Rows = [render(one) for one in found[(page - 1) * size : page * size]]
        kinds = LOSSES if page == 1 else LOSSES_WHILE_PAGING
        rows, rule = self.faults.reshape("shipstation", ask.label, rows, kinds)
        if rule is not None and rule.kind == "empty_list":
            total = 0
        if rule is not None and rule.kind == "quiet_half":
            total = (page - 1) * size + len(rows)
        return {name: rows, "total": total, "page": page, "pages": math.ceil(total / size)}

    # ------------------------------------------------------------ single things

    def _order(self, request: Request, order_id: str) -> dict[str, Any] | None:
        order = self.world.shipping.orders.get(int(order_id))
        return None if order is None or order.absorbed else order_json(order)

    def _stores(self, request: Request) -> Rows:
        ask = Asked(request)
        inactive = ask.text("showInactive").casefold() == "true"
        stores = [one for one in self.world.shipping.stores.values() if one.active or inactive]
        stores = ask.equal(stores, "marketplaceId", lambda one: one.marketplace_id)
        return [store_json(one, self.world.shop.domain, self.world.clock.now()) for one in stores]

    def _store(self, request: Request, store_id: str) -> dict[str, Any] | None:
        store = self.world.shipping.stores.get(int(store_id))
        return store_json(store, self.world.shop.domain, self.world.clock.now()) if store else None

    def _marketplaces(self, request: Request) -> Rows:
        return marketplaces_json()

    def _refresh_status(self, request: Request) -> dict[str, Any] | None:
        store = self.world.shipping.stores.get(Asked(request).number("storeId") or 0)
        if store is None:
            return None
        refreshed = stamp(store.refreshed)
        return {
            "storeId": store.id,
            "refreshStatusId": 2 if store.active else 4,
            "refreshStatus": "Updated" if store.active else "Error",
            "lastRefreshAttempt": refreshed,
            "refreshDate": refreshed,
        }


PARCEL_KEYS: dict[str, Callable[[PretendLabel], Any]] = {
    "ShipDate": lambda one: (one.created.date(), one.id),
    "CreateDate": lambda one: (one.created, one.id),
}


def _label(request: Request) -> str:
    """Return what fault rules may name: the path and the query."""
    query = "&".join(f"{key}={value}" for key, value in request.query_params.items())
    return f"/{request.path_params['path']}?{query}"


def _by_our_clock(request: Request, ahead: float) -> Request:
    """Return a request with the stamps that it would have if our clock were ShipStation's."""
    query = [(key, shifted(value, -ahead)) for key, value in request.query_params.items()]
    return Request({**request.scope, "query_string": urlencode(query).encode()})


class Asked:
    """The query of one request, in V1's dialect. Raises BadParameter."""

    def __init__(self, request: Request) -> None:
        self.label = _label(request)
        self._query = {key.casefold(): value for key, value in request.query_params.items()}

    def text(self, name: str) -> str:
        """Return a parameter's value, empty where it is not given."""
        return self._query.get(name.casefold(), "").strip()

    def number(self, name: str) -> int | None:
        """Return a whole number, None where it is not given."""
        value = self.text(name)
        if not value:
            return None
        if not value.lstrip("-").isdigit():
            raise BadParameter(f"The value '{value}' is not valid for {name}.")
        return int(value)

    def time(self, name: str) -> datetime | None:
        """Return a time: naive, in Pacific; a bare date means its midnight."""
        value = self.text(name)
        if not value:
            return None
        try:
            return datetime.fromisoformat(value[:26]).replace(tzinfo=None)
        except ValueError:
            raise BadParameter(f"The value '{value}' is not valid for {name}.") from None

    def between(self, rows: Iterable[T], name: str, key: Callable[[T], datetime | None]) -> list[T]:
        """Keep rows within `<name>Start` and `<name>End`, both inclusive."""
        start, end = self.time(f"{name}Start"), self.time(f"{name}End")
        if start is None and end is None:
            return list(rows)
        timed = ((row, at) for row in rows if (at := key(row)) is not None)
        stamped = ((row, pacific(at)) for row, at in timed)
        return [row for row, at in stamped if (start is None or at >= start) and (end is None or at <= end)]

    def equal(self, rows: Iterable[T], name: str, key: Callable[[T], object]) -> list[T]:
        """Keep rows whose value is the parameter's, compared as text without case."""
        wanted = self.text(name).casefold()
        return [row for row in rows if not wanted or str(key(row)).casefold() == wanted]

    def sort(self, rows: list[T], keys: Mapping[str, Callable[[T], Any]], default: str) -> list[T]:
        """Sort as `sortBy` and `sortDir` say; unknown names fall back to the default, as V1 does."""
        names = {key.casefold(): key for key in keys}
        chosen = keys[names.get(self.text("sortBy").casefold(), default)]
        return sorted(rows, key=chosen, reverse=self.text("sortDir").casefold() == "desc")
