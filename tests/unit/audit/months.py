"""Months as rows in the tables where exports land, without any file: for tests that need many odd orders at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from bot.audit.judging import Month, judge_month
from bot.audit.needs import judged
from bot.gaps.rules import StoreRules
from bot.sources.exports import Exports, Knowledge, facts
from bot.sources.exports.merge import merge, orders_clash
from bot.sources.exports.reading import _database
from bot.sources.exports.tables import LANDING
from bot.sources.exports.zones import PACIFIC

UNTIL = datetime(2026, 9, 30, 18, tzinfo=UTC)
RULES = StoreRules("main", "acme.myshopify.com", timezone=PACIFIC)
Row = Mapping[str, object]

ROWS: frozenset[Knowledge] = frozenset({"rows", "row_status", "items"})
MATRIXIFY: frozenset[Knowledge] = frozenset({"order_tracking"})
FILES: frozenset[Knowledge] = frozenset(get_args(Knowledge)) - ROWS - MATRIXIFY
"""What all months here tell; the other two as each says."""


@dataclass(frozen=True)
class Told:
    """What the files say under one order number; columns by name, those that matter everywhere have a usual value."""

    order: Row = field(default_factory=dict)
    lines: Sequence[Row] = ({},)
    parts: Sequence[Row] = ()
    """Matrixify's fulfilments and refunds."""
    rows: Sequence[Row] = ()
    """ShipStation's orders."""
    parcels: Sequence[Row] = ()
    days_ago: float = 10

    @property
    def created_at(self) -> datetime:
        return UNTIL - timedelta(days=self.days_ago)

    def after(self, **span: float) -> datetime:
        return self.created_at + timedelta(**span)


@contextmanager
def exported(told: Sequence[Told], knows: frozenset[Knowledge], folder: Path) -> Iterator[Exports]:
    """Put these orders into the tables and open them as exports."""
    connection = _database(folder, LANDING)
    try:
        for number, each in enumerate(told):
            _insert(connection, each, f"{5001 + number}")
        merge(connection, clash=orders_clash(connection))
        spans = facts.spans(connection, PACIFIC)
        yield Exports(connection, (), (), knows, PACIFIC, spans, facts.stores(connection, spans))
    finally:
        connection.close()


def findings(exports: Exports) -> set[tuple[str, ...]]:
    """Judge the month; return every gap of a kind that these files can show: the kind, and the orders that it is about."""
    month: Month = judge_month(exports, RULES, since=UNTIL - timedelta(days=90), until=UNTIL)
    kinds = judged(exports.knows)
    found = {
        (finding.kind, opinion.facts.order.name) for opinion in month.opinions for finding in opinion.findings
    }
    found |= {(finding.kind, *finding.folded) for finding in month.of_store}
    return {gap for gap in found if gap[0] in kinds}


def _insert(connection, told: Told, number: str) -> None:
    order = {
        "name": f"#{number}", "id": 70_000_000 + int(number), "created_at": told.created_at, "first": True,
        "financial_status": "PAID", "fulfillment_status": "FULFILLED", "total": "20.00", "currency": "USD",
    } | dict(told.order)  # fmt: skip
    for at, line in enumerate(told.lines or ({"quantity": None},)):
        usual = {"line_id": at + 1, "sku": "A", "quantity": 1, "requires_shipping": True}
        shown = order if at == 0 else {"first": False, "created_at": told.created_at}
        _put(
            connection,
            "shopify_rows",
            {"key": number, "line_status": "fulfilled", "file": 0} | shown | usual | dict(line),
        )
    for part in told.parts:
        _put(connection, "shopify_parts", {"key": number, "order_id": order["id"], "file": 0} | dict(part))
    for row in told.rows:
        usual = {
            "number": number,
            "status": "shipped",
            "ordered_at": told.created_at,
            "store": "Main",
            "file": 1,
        }
        _put(connection, "order_rows", {"key": number} | usual | dict(row))
    for parcel in told.parcels:
        usual = {
            "number": number,
            "kind": "label",
            "made_at": told.after(hours=5),
            "store": "Main",
            "file": 2,
        }
        _put(connection, "parcel_rows", {"key": number} | usual | dict(parcel))


def _put(connection, table: str, row: Row) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
