"""The Admin API's resolvers: orders by search and by id, the shop, the app's scopes, the versions."""

import base64
import bisect
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import GraphQLEnumType, GraphQLError, GraphQLSchema, build_schema

from bot.sandbox.faults import Faults
from bot.sandbox.search import Search, parse
from bot.sandbox.shop import PretendOrder
from bot.sandbox.shopify_json import CURRENCY, Fields, OrderFields
from bot.sandbox.world import World

VERSION = "2026-10"
MAX_FIRST = 250
VISIBLE = timedelta(days=60)
MERCHANT_SCOPES = {"read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders"}
THIRD_PARTY_SCOPE = "read_third_party_fulfillment_orders"
SORT_KEYS: dict[str, Callable[[PretendOrder], float]] = {
    "CREATED_AT": lambda order: order.created.timestamp(),
    "UPDATED_AT": lambda order: order.updated.timestamp(),
    "PROCESSED_AT": lambda order: order.processed.timestamp(),
    "ID": lambda order: order.id,
    "ORDER_NUMBER": lambda order: order.number,
    "TOTAL_PRICE": lambda order: float(order.total),
    "CURRENT_TOTAL_PRICE": lambda order: float(order.total),
}


@cache
def load_schema() -> GraphQLSchema:
    """Return the schema of `shopify.graphql`; enums let values of later versions pass."""
    schema = build_schema((files("bot.sandbox") / "shopify.graphql").read_text(encoding="utf-8"))
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLEnumType):
            kind.coerce_output_value = str  # type: ignore[assignment]  # as a server of a later version would
    return schema


class Admin:
    """The root value of one request."""

    def __init__(self, world: World, faults: Faults, path: str) -> None:
        self.world = world
        self.faults = faults
        self.path = path
        self.warnings: list[dict[str, Any]] = []

    def root(self) -> dict[str, Any]:
        """Return the fields of QueryRoot."""
        return {
            "orders": self.orders,
            "ordersCount": self.orders_count,
            "nodes": lambda _, ids: self.nodes(ids),
            "node": lambda _, id: self._node(id),  # noqa: A006  # Shopify's name
            "order": lambda _, id: self._node(id) if "/Order/" in id else None,  # noqa: A006  # the same
            "shop": lambda _: self._shop(),
            "currentAppInstallation": lambda _: self._installation(),
            "publicApiVersions": lambda _: _versions(),
        }

    # ------------------------------------------------------------ lists of orders

    def orders(
        self,
        info: Any,
        *,
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
        before: str | None = None,
        query: str | None = None,
        sortKey: str = "PROCESSED_AT",  # noqa: N803  # Shopify's name
        reverse: bool = False,
        **_: Any,
    ) -> Fields:
        """Resolve `orders`: search, sort, and the page after (or before) a cursor."""
        size = _size(first, last)
        ranked = self._ranked(query, sortKey, reverse=reverse)
        if after and self.faults.pick("shopify", self.path, {"drift"}):
            self._change_first_after(after, ranked)
            ranked = self._ranked(query, sortKey, reverse=reverse)
        keys = [key for key, _ in ranked]
        start = bisect.bisect_right(keys, _decode(after)) if after else 0
        stop = bisect.bisect_left(keys, _decode(before)) if before else len(ranked)
        begin = start if first is not None else max(stop - size, start)
        end = min(start + size, stop) if first is not None else stop
        window = ranked[begin:end]
        return self._page(window, more=end < stop, before=begin > 0)

    def _ranked(self, query: str | None, sort_key: str, *, reverse: bool) -> list[tuple[Any, PretendOrder]]:
        key = SORT_KEYS.get(sort_key, SORT_KEYS["PROCESSED_AT"])
        sign = -1 if reverse else 1
        found = self._found(query)
        return sorted((((sign * key(one), sign * one.id), one) for one in found), key=lambda pair: pair[0])

    def _found(self, query: str | None) -> list[PretendOrder]:
        search: Search = parse(query, self.world.zone)
        if search.warnings:
            self.warnings.append({"path": ["orders"], "query": query, "warnings": search.warnings})
        return [one for one in self.world.shop.orders.values() if search.keeps(one) and self._visible(one)]

    def _change_first_after(self, cursor: str, ranked: list[tuple[Any, PretendOrder]]) -> None:
        """Let somebody edit the order that the next page begins with: it moves to the end of what was updated last."""
        key = _decode(cursor)
        following = next((order for rank, order in ranked if rank > key), None)
        if following is not None:
            self.world.shop.touch(following, self.world.now)

    def _page(self, window: list[tuple[Any, PretendOrder]], *, more: bool, before: bool) -> Fields:
        nodes = [self._fields(order) for _, order in window]
        nodes, rule = self.faults.reshape("shopify", self.path, nodes)
        cursors = [_encode(key) for key, _ in window[: len(nodes)]]
        if rule is not None:
            more = rule.kind == "half_list"
        info = {
            "hasNextPage": more,
            "hasPreviousPage": before,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        }
        edges = [{"cursor": cursor, "node": node} for cursor, node in zip(cursors, nodes, strict=True)]
        return {"nodes": nodes, "edges": edges, "pageInfo": info}

    def orders_count(
        self, info: Any, *, query: str | None = None, limit: int | None = 10000, **_: Any
    ) -> Fields:
        """Resolve `ordersCount`."""
        count = len(self._found(query))
        if limit is not None and count > limit:
            return {"count": limit, "precision": "AT_LEAST"}
        return {"count": count, "precision": "EXACT"}

    # ------------------------------------------------------------ single things

    def nodes(self, ids: list[str]) -> list[Fields | None]:
        """Resolve `nodes`: null for what does not exist or may not be seen, order preserved."""
        if len(ids) > MAX_FIRST:
            raise refused(
                f"The input array size of {len(ids)} is greater than the maximum allowed of {MAX_FIRST}.",
                "MAX_INPUT_SIZE_EXCEEDED",
            )
        return [self._node(gid) for gid in ids]

    def _node(self, gid: str) -> Fields | None:
        kind, number = gid.split("/")[-2:] if gid.startswith("gid://shopify/") else ("", "")
        if not number.isdigit():
            raise refused(f"Invalid global id '{gid}'", "argumentLiteralsIncompatible")
        if kind == "Order":
            order = self.world.shop.orders.get(int(number))
            return self._fields(order) if order is not None and self._visible(order) else None
        return self._part_of_an_order(kind, int(number))

    def _part_of_an_order(self, kind: str, number: int) -> Fields | None:
        for order in filter(self._visible, self.world.shop.orders.values()):
            view = self._view(order)
            parts: dict[str, tuple[Sequence[Any], Callable[[Any], Fields]]] = {
                "Fulfillment": (order.fulfillments, view.fulfillment),
                "FulfillmentOrder": (order.parts, view.part),
                "Refund": (order.refunds, view.refund),
                "LineItem": (order.lines, view.line),
            }
            things, render = parts.get(kind, ((), dict))
            for thing in things:
                if thing.id == number:
                    return render(thing)
        return None

    def _visible(self, order: PretendOrder) -> bool:
        account = self.world.shopify
        if not account.sixty_days or "read_all_orders" in account.scopes:
            return True
        return self.world.clock.now() - order.created <= VISIBLE

    def _view(self, order: PretendOrder) -> OrderFields:
        scopes = self.world.shopify.scopes
        return OrderFields(
            order, merchant=bool(scopes & MERCHANT_SCOPES), third_party=THIRD_PARTY_SCOPE in scopes
        )

    def _fields(self, order: PretendOrder) -> Fields:
        return self._view(order).fields()

    def _shop(self) -> Fields:
        world = self.world
        offset = world.clock.now().astimezone(world.zone)
        return {
            "__typename": "Shop",
            "id": "gid://shopify/Shop/61234567890",
            "name": "Pretend Goods",
            "myshopifyDomain": world.shop.domain,
            "url": f"https://{world.shop.domain}",
            "currencyCode": CURRENCY,
            "ianaTimezone": world.zone.key,
            "timezoneAbbreviation": offset.tzname(),
            "timezoneOffset": offset.strftime("%z"),
            "orderNumberFormatPrefix": world.shopify.prefix,
            "orderNumberFormatSuffix": world.shopify.suffix,
            "plan": {
                "displayName": "Basic",
                "publicDisplayName": "Basic",
                "partnerDevelopment": False,
                "shopifyPlus": False,
            },
        }

    def _installation(self) -> Fields:
        scopes = [
            {"handle": scope, "description": scope.replace("_", " ")}
            for scope in sorted(self.world.shopify.scopes)
        ]
        return {
            "__typename": "AppInstallation",
            "id": "gid://shopify/AppInstallation/712345678",
            "accessScopes": scopes,
        }


def refused(message: str, code: str) -> GraphQLError:
    """Return an error in Shopify's shape."""
    return GraphQLError(message, extensions={"code": code})


def _size(first: int | None, last: int | None) -> int:
    size = first if first is not None else last
    if size is None:
        raise refused("you must provide one of first or last", "BAD_REQUEST")
    if not 0 < size <= MAX_FIRST:
        raise refused(f"The value of first must be between 1 and {MAX_FIRST}; it is {size}.", "BAD_REQUEST")
    return size


def _encode(key: tuple[Any, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps({"last_value": key[0], "last_id": key[1]}).encode()).decode()


def _decode(cursor: str) -> tuple[Any, int]:
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor))
        return said["last_value"], said["last_id"]
    except (ValueError, KeyError, TypeError):
        raise refused("Invalid cursor for current pagination sort.", "BAD_REQUEST") from None


def _versions() -> list[Fields]:
    known = (("2026-01", True), ("2026-04", True), ("2026-07", True), (VERSION, True), ("unstable", False))
    return [{"handle": handle, "displayName": handle, "supported": supported} for handle, supported in known]
