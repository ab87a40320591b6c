"""Shopify, read-only: orders as facts, every list to its end, as few requests as its rules permit."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.clock import Clock, SystemClock
from bot.errors import SourceIncomplete
from bot.sources import shopify_parse
from bot.sources.shopify_auth import Credentials, ShopifyClient, ShopifyToken
from bot.sources.shopify_errors import BLIND, garbled
from bot.sources.shopify_graphql import GraphQL, TooCostly, granted_in
from bot.sources.shopify_pace import LARGEST
from bot.sources.transport import LONGEST_STALL, Patience
from storage.facts import Order, number_key

__all__ = ["Shop", "Shopify", "ShopifyClient", "ShopifyToken"]

LIST_END = 25_000
"""Rows after which Shopify ends a list, whatever it still holds (apis.md A3)."""
NESTED = 50
"""Rows per request for the rest of a nested list."""


@dataclass(frozen=True, slots=True)
class Shop:
    """The shop and what the token may do there, for people who check the set-up."""

    name: str
    domain: str
    scopes: frozenset[str]
    """Empty when Shopify does not tell."""
    api_version: str
    """The version that answered, which is an older one's successor once that has expired."""
    prefix: str = ""
    suffix: str = ""


class Shopify:
    """One shop's orders. `base_url` replaces `https://{shop}`; `requests` counts what was sent.

    Only orders created in the last 60 days exist for a token without `read_all_orders` (apis.md A7): older ones
    are missing from every answer, which proves nothing about them.
    Every method raises the SourceError family, and returns all there is or nothing.
    """

    def __init__(
        self,
        shop: str,
        credentials: Credentials,
        clock: Clock | None = None,
        base_url: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        stall: timedelta = LONGEST_STALL,
    ) -> None:
        self.shop_domain = shop
        self._clock = clock or SystemClock()
        self._graphql = GraphQL(
            base_url or f"https://{shop}", credentials, self._clock, transport=transport, stall=stall
        )

    @property
    def requests(self) -> int:
        """How many requests were sent so far, token requests and retries included."""
        return self._graphql.wire.requests

    async def changed_orders(self, since: datetime) -> list[Order]:
        """Return the list entries of all orders updated at or after `since`, oldest change first."""
        found: dict[str, Order] = {}
        async with self._graphql.wire.call(self._graphql.stall) as patience:
            start: datetime | None = since
            while start is not None:
                start = await self._slice(start, found, patience)
        return sorted(found.values(), key=lambda order: order.updated_at)

    async def orders(self, ids: Sequence[str]) -> dict[str, Order]:
        """Return detailed orders by id; an id that Shopify does not show (any more) is missing in the result."""
        async with self._graphql.wire.call(self._graphql.stall) as patience:
            return await self._detailed(ids, patience)

    async def orders_named(self, number: str) -> list[Order]:
        """Return the detailed orders whose name is `number`, give or take one leading `#`, newest first.

        Shopify's name filter is a search, so names are compared exactly afterwards (apis.md A3).
        """
        key = number_key(number)
        if not key:
            return []
        async with self._graphql.wire.call(self._graphql.stall) as patience:
            for name in dict.fromkeys((number.strip(), number.strip().removeprefix("#").strip(), f"#{key}")):
                ids = await self._ids_named(name, patience)
                if ids:
                    found = await self._detailed(ids, patience)
                    return [found[order_id] for order_id in ids if order_id in found]
        return []

    async def shop(self) -> Shop:
        """Return what the shop says of itself and of our token."""
        async with self._graphql.wire.call(self._graphql.stall) as patience:
            data = await self._graphql.ask("Shop", {}, patience)
        told = data.get("shop")
        if not isinstance(told, dict):
            raise garbled("it says nothing about the shop")
        return Shop(
            name=str(told.get("name") or self.shop_domain),
            domain=str(told.get("myshopifyDomain") or self.shop_domain),
            scopes=granted_in(data) or self._graphql.scopes or frozenset(),
            api_version=self._graphql.served,
            prefix=str(told.get("orderNumberFormatPrefix") or ""),
            suffix=str(told.get("orderNumberFormatSuffix") or ""),
        )

    def link(self, order_id: str) -> str:
        """Return the address of an order in the Shopify admin."""
        handle = self.shop_domain.removesuffix(".myshopify.com")
        return f"https://admin.shopify.com/store/{handle}/orders/{order_id}"

    async def close(self) -> None:
        """Close the connections."""
        await self._graphql.wire.close()

    async def _slice(self, since: datetime, found: dict[str, Order], patience: Patience) -> datetime | None:
        """Read one list into `found`. Returns where the next has to start, because Shopify ends each one."""
        rows, cursor, last = 0, None, since
        while True:
            nodes, cursor = await self._page(
                "OrdersPage", f"updated_at:>='{_stamp(since)}'", cursor, patience
            )
            read = [shopify_parse.order(node, self._clock.now()) for node in nodes]
            found.update((order.id, order) for order in read)
            rows += len(read)
            last = read[-1].updated_at if read else last
            if cursor is None and rows < LIST_END:
                return None
            if rows > LIST_END - LARGEST and last >= since + timedelta(seconds=1):
                return last
            if cursor is None or rows > 2 * LIST_END:
                raise _endless(since)

    async def _ids_named(self, name: str, patience: Patience) -> list[str]:
        key, cursor = number_key(name), None
        found: dict[str, None] = {}
        while True:
            nodes, cursor = await self._page("OrdersByName", f"name:{_term(name)}", cursor, patience)
            hits = (node for node in nodes if number_key(str(node.get("name"))) == key)
            found.update((str(node.get("legacyResourceId")), None) for node in hits)
            if cursor is None:
                return list(found)

    async def _page(
        self, document: str, query: str, after: str | None, patience: Patience
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of a search, and the cursor of the next one."""

        def sized(rows: int) -> dict[str, Any]:
            return {"query": query, "after": after, "first": rows}

        connection = _connection((await self._sized(document, sized, patience)).get("orders"))
        return [node for node in connection["nodes"] if node], _next_cursor(connection, after)

    async def _sized(
        self,
        document: str,
        variables: Callable[[int], dict[str, Any]],
        patience: Patience,
        *,
        most: int | None = None,
    ) -> dict[str, Any]:
        """Ask with as many rows as the pace permits, fewer and fewer while that is too costly."""
        while True:
            size = self._graphql.pace.size(document)
            rows = size if most is None else min(size, most)
            try:
                return await self._graphql.ask_checked(document, variables(rows), patience, rows=rows)
            except TooCostly:
                if rows == 1:
                    raise garbled(f"even a single row of {document} is too costly for it") from None
                self._graphql.pace.refuse(document, rows)

    async def _detailed(self, ids: Sequence[str], patience: Patience) -> dict[str, Order]:
        wanted = [order_id for order_id in dict.fromkeys(ids) if order_id.isascii() and order_id.isdigit()]
        found: dict[str, Order] = {}
        cut: list[str] = []
        while wanted:
            nodes, wanted = await self._chunk("OrdersDetailed", wanted, patience)
            cut += [str(node["legacyResourceId"]) for node in nodes if _is_cut(node)]
            self._keep((node for node in nodes if not _is_cut(node)), found)
        while cut:
            nodes, cut = await self._chunk("OrdersWide", cut, patience)
            for node in nodes:
                for owner, field, document in _nested(node):
                    await self._rest(owner, field, document, patience)
            self._keep(nodes, found)
        return found

    def _keep(self, nodes: Iterable[dict[str, Any]], found: dict[str, Order]) -> None:
        orders = (shopify_parse.order(node, self._clock.now()) for node in nodes)
        found.update((order.id, order) for order in orders)

    async def _chunk(
        self, document: str, ids: Sequence[str], patience: Patience
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the orders that Shopify shows of as many ids as fit into one query, and the ids left over."""
        size = 0

        def sized(rows: int) -> dict[str, Any]:
            nonlocal size
            size = rows
            return {"ids": [f"gid://shopify/Order/{order_id}" for order_id in ids[:rows]]}

        nodes = (await self._sized(document, sized, patience, most=len(ids))).get("nodes")
        if not isinstance(nodes, list) or len(nodes) != size:
            raise garbled("it does not have one entry for each order that was asked for")
        return [node for node in nodes if node and "legacyResourceId" in node], list(ids[size:])

    async def _rest(self, node: dict[str, Any], field: str, document: str, patience: Patience) -> None:
        """Read one nested list to its end, in place."""
        connection = _connection(node.get(field))
        after = _next_cursor(connection)
        while after is not None:
            page = await self._more(document, {"id": node["id"], "after": after}, field, patience)
            connection["nodes"].extend(page["nodes"])
            after = _next_cursor(page, after)

    async def _more(
        self, document: str, variables: Mapping[str, Any], field: str, patience: Patience
    ) -> dict[str, Any]:
        for first in _halves(NESTED):
            try:
                data = await self._graphql.ask(document, {**variables, "first": first}, patience, rows=first)
            except TooCostly:
                continue
            return _connection((data.get("node") or {}).get(field))
        raise garbled(f"even a single row of {document} is too costly for it")


def _nested(order: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield every list inside an order: who holds it, its field, and the document that reads on."""
    yield order, "lineItems", "MoreLines"
    yield order, "fulfillmentOrders", "MoreFulfillmentOrders"
    for part in _connection(order.get("fulfillmentOrders"))["nodes"]:
        yield part, "lineItems", "MoreFulfillmentOrderLines"
    for fulfillment in order.get("fulfillments") or ():
        yield fulfillment, "fulfillmentLineItems", "MoreFulfillmentLines"
    for refund in order.get("refunds") or ():
        yield refund, "refundLineItems", "MoreRefundLines"


def _is_cut(order: dict[str, Any]) -> bool:
    return any(_next_cursor(_connection(owner.get(field))) for owner, field, _ in _nested(order))


def _halves(size: int) -> Iterator[int]:
    while size:
        yield size
        size //= 2


def _connection(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("nodes"), list):
        raise garbled("a list is missing from it")
    return value


def _next_cursor(connection: Mapping[str, Any], after: str | None = None) -> str | None:
    """Return where the page after this one starts, which began `after` another; None when it is the last."""
    info = connection.get("pageInfo")
    if not isinstance(info, dict):
        raise garbled("a list does not say whether it goes on")
    if not info.get("hasNextPage"):
        return None
    cursor = info.get("endCursor")
    if not cursor:
        raise garbled("a list goes on but does not say where")
    if cursor == after:
        raise garbled("the same page came twice")
    return str(cursor)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _term(name: str) -> str:
    """Return a search value; anything but a plain word is quoted, so that it stays one value."""
    if name.replace("-", "").replace("#", "").isalnum():
        return name
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _endless(since: datetime) -> SourceIncomplete:
    return SourceIncomplete(
        "shopify",
        f"More than {LIST_END:,} orders changed in the same second ({_stamp(since)}), "
        "and Shopify lists no more than that.",
        why=BLIND,
        todo="Something rewrites every order at once: find out which app edits or tags them, and let it go slower.",
    )
