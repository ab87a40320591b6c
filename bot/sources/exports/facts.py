"""Some orders out of the canonical tables, as `storage.facts`: both systems' side by side, by order number.

What an export does not tell is None, or what accuses nobody. Ids that no export has are made up, the same ones each
time: negative numbers for ShipStation's orders, shipments and stores.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from itertools import groupby
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import duckdb

from bot.sources.exports import shipstation_facts, shopify_facts
from bot.sources.exports.files import System
from bot.sources.exports.shipstation_facts import ItemRow, OrderRow, ParcelRow, made_up
from bot.sources.exports.shopify_facts import LineRow, PartRow, ShopifyRow
from storage.facts import Order, Shipment, ShipStationOrder, ShipStationStore, latest

_AT_ONCE = 2_000
"""Rows that are fetched together."""
_MANUAL = frozenset({"shipstation", "manual", "manual orders", "manual store"})
"""What ShipStation calls stores without a sales channel."""

Span = tuple[datetime, datetime]
"""The earliest and the latest moment (UTC) that something tells of."""
Spans = Mapping[System, Span]
"""Those of each system's files; a system without files has none."""
Facts = tuple[Order, tuple[ShipStationOrder, ...], tuple[Shipment, ...]]
Row = TypeVar("Row", bound=NamedTuple)

_TABLES: Mapping[type[NamedTuple], str] = {
    ShopifyRow: "shopify_orders",
    LineRow: "shopify_lines",
    PartRow: "shopify_parts",
    OrderRow: "shipstation_orders",
    ItemRow: "shipstation_items",
    ParcelRow: "shipstation_parcels",
}


def load(
    connection: duckdb.DuckDBPyConnection, keys: Sequence[str], told: Spans, zone: ZoneInfo
) -> Iterator[Facts]:
    """Yield the facts of every Shopify order with one of these keys, and what ShipStation has under its number."""
    connection.execute(
        "CREATE OR REPLACE TABLE wanted AS SELECT key FROM (SELECT DISTINCT unnest(?::VARCHAR[]) AS key) "
        "ANTI JOIN unread USING (key)",
        [list(keys)],
    )
    lines, parts = _Beside(_rows(connection, LineRow)), _Beside(_rows(connection, PartRow))
    rows, items = _Beside(_rows(connection, OrderRow)), _Beside(_rows(connection, ItemRow))
    parcels = _Beside(_rows(connection, ParcelRow))
    here, there = _read_at(told, "shopify"), _read_at(told, "shipstation")
    for row in _rows(connection, ShopifyRow):
        key = row.key
        order = shopify_facts.order(
            row,
            [line for line in lines.of(key) if line.id in {None, row.id}],
            [part for part in parts.of(key) if part.order_id in {None, row.id}],
            here,
        )
        beside = shipstation_facts.Told(rows.of(key), items.of(key), parcels.of(key), there, zone)
        yield order, *beside.facts(order)


def _read_at(told: Spans, system: System) -> datetime:
    """Return the moment as of which a system's files tell: the latest one that they name."""
    return told[system][1] if system in told else datetime(1970, 1, 1, tzinfo=UTC)


def _rows(connection: duckdb.DuckDBPyConnection, kind: type[Row]) -> Iterator[Row]:
    """Yield the wanted rows of a table by key, from a cursor of its own: several tables are read side by side.

    Which rows they are is found first, by the keys alone: of the others the wide columns are not even touched then.
    """
    table = _TABLES[kind]
    with connection.cursor() as cursor:
        found = cursor.execute(
            f"SELECT {', '.join(kind._fields)} FROM {table} "
            f"WHERE rowid IN (SELECT rowid FROM {table} SEMI JOIN wanted USING (key)) ORDER BY ALL"
        )
        while some := found.fetchmany(_AT_ONCE):
            yield from map(kind._make, some)


class _Beside(Generic[Row]):
    """The rows of one table, handed out to keys that only grow."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._key: str | None = ""
        self._rows: list[Row] = []

    def of(self, key: str) -> list[Row]:
        """Return the rows of this key."""
        while self._key is not None and self._key < key:
            self._key, group = next(self._groups, (None, ()))
            self._rows = list(group)
        return self._rows if self._key == key else []


# ---------------------------------------------------------------- the whole


def spans(connection: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> Spans:
    """Return the earliest and the latest moment that the files of each system tell of."""
    found: dict[System, Span | None] = {
        "shopify": _shopify_span(connection),
        "shipstation": _shipstation_span(connection, zone),
    }
    return {system: span for system, span in found.items() if span is not None}


def _shopify_span(connection: duckdb.DuckDBPyConnection) -> Span | None:
    found = connection.execute(
        "SELECT min(created_at), greatest(max(created_at), max(updated_at), max(fulfilled_at), max(cancelled_at)) "
        "FROM shopify_orders"
    ).fetchone()
    return (found[0], found[1]) if found and found[0] else None


def _shipstation_span(connection: duckdb.DuckDBPyConnection, zone: ZoneInfo) -> Span | None:
    parcels = (
        connection.execute(
            "SELECT min(made_at), max(made_at), min(ship_date) FILTER (WHERE made_at IS NULL), "
            "max(ship_date) FILTER (WHERE made_at IS NULL) FROM shipstation_parcels"
        ).fetchone()
        or (None,) * 4
    )
    rows = connection.execute(
        "SELECT min(ordered_at), greatest(max(ordered_at), max(paid_at)) FROM shipstation_orders"
    ).fetchone() or (None, None)
    days = [
        datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in parcels[2:] if day is not None
    ]
    begins = [moment for moment in (parcels[0], *days[:1]) if moment is not None]
    ends = latest((parcels[1], *days[-1:], rows[1]))
    begin = min(begins, default=rows[0])
    return (begin, ends) if begin is not None and ends is not None else None


def stores(connection: duckdb.DuckDBPyConnection, told: Spans) -> dict[int, ShipStationStore]:
    """Return the stores that ShipStation's files name, by the ids that facts carry."""
    read_at = _read_at(told, "shipstation")
    found = connection.execute(
        "SELECT store, max(marketplace) FROM (SELECT store, marketplace FROM shipstation_parcels UNION ALL "
        "SELECT store, marketplace FROM shipstation_orders) WHERE store IS NOT NULL GROUP BY store ORDER BY store"
    ).fetchall()
    return {
        made_up("store", name): ShipStationStore(
            id=made_up("store", name),
            name=name,
            marketplace=marketplace,
            marketplace_id=0 if (marketplace or "").strip().casefold() in _MANUAL else None,
            active=True,
            read_at=read_at,
        )
        for name, marketplace in found
    }
