"""Facts, written as exports in any dialect, come back as they were."""

import csv
import io
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sources.exports import Exports, loading, open_exports
from tests.unit.sources.exports.writing import LABELS, ORDERS, SHOPIFY

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 6, 13, 12, 0, tzinfo=UTC)
NOTES = ("", "please ring", 'he said "hi"; then\nleft, twice', "fürs Büro\r\n2. Stock")
NOTHING = frozenset(
    {"Notes", "Email", "Shipping Name", "Lineitem name", "Ship To - Name", "Shipment - Service"}
)
"""Columns that may be missing."""


# ---------------------------------------------------------------- what is true


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int
    status: str


@dataclass(frozen=True)
class Shop:
    number: str
    at: datetime
    payment: str
    status: str
    lines: tuple[Line, ...]
    cancelled: datetime | None
    note: str


@dataclass(frozen=True)
class Label:
    number: str
    tracking: str
    made: datetime
    voided: datetime | None


@dataclass(frozen=True)
class Row:
    number: str
    status: str
    at: datetime
    items: tuple[tuple[str, int], ...]


moments = st.integers(0, 12 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
"""Between the 13th and the 25th, so that the order of day and month is never in doubt."""
numbers = st.lists(
    st.sampled_from(["1001", "1002", "1002-A", "DE1003", "77", "1004", "1005"]),
    min_size=1,
    max_size=5,
    unique=True,
)
lines = st.lists(
    st.builds(
        Line,
        st.sampled_from(["A-1", "B 2", "C/3", "Ü"]),
        st.integers(1, 4),
        st.sampled_from(["pending", "fulfilled"]),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda line: line.sku,
).map(tuple)
"""No two alike: cut between two files they could as well be one that both have."""
products = st.lists(
    st.tuples(st.sampled_from(["A-1", "B 2"]), st.integers(1, 3)),
    min_size=1,
    max_size=2,
    unique_by=lambda item: item[0],
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Shop], list[Label], list[Row]]:
    shops, labels, rows = [], [], []
    for number in draw(numbers):
        at = draw(moments)
        shops.append(
            Shop(
                number,
                at,
                draw(st.sampled_from(["paid", "pending", "partially_refunded", "refunded"])),
                draw(st.sampled_from(["unfulfilled", "partial"])),
                draw(lines),
                draw(st.none() | moments),
                draw(st.sampled_from(NOTES)),
            )
        )
        for nth in range(draw(st.integers(0, 2))):
            tracking = f"94001118992231{len(labels):04d}{nth:03d}7"
            labels.append(Label(number, tracking, draw(moments), draw(st.none() | moments)))
        if draw(st.booleans()):
            items = draw(products)
            rows.append(
                Row(
                    number,
                    draw(st.sampled_from(["Shipped", "On Hold", "Awaiting Shipment"])),
                    at,
                    tuple(items),
                )
            )
    return shops, labels, rows


# ---------------------------------------------------------------- how it is written

CLOCKS: dict[str, Callable[[datetime], str]] = {
    "American": lambda at: f"{at.month}/{at.day}/{at.year} {at:%I:%M:%S %p}",
    "Excel's American": lambda at: f"{at.month}/{at.day}/{at.year} {at.hour}:{at:%M}",
    "European": lambda at: f"{at:%d/%m/%Y %H:%M}",
    "with dots": lambda at: f"{at:%d.%m.%Y %H:%M:%S}",
    "ISO": lambda at: f"{at:%Y-%m-%d %H:%M:%S}",
    "with an offset": lambda at: f"{at:%Y-%m-%d %H:%M:%S %z}",
}


@dataclass(frozen=True)
class Form:
    delimiter: str
    encoding: str
    end: str
    quoting: int
    clock: str
    excel: bool
    parts: int
    header_again: bool
    twice: bool
    shuffle: int

    def date(self, at: datetime | None) -> str:
        return "" if at is None else CLOCKS[self.clock](at.astimezone(ZONE))

    def flag(self, value: bool) -> str:
        return str(value).upper() if self.excel else str(value).lower()

    def files(self, columns: Sequence[str], orders: Sequence[Sequence[dict[str, object]]]) -> list[bytes]:
        """Orders, each of one or more rows, as the bytes of one or more files."""
        rows = [row for order in orders for row in order]
        if self.twice and len(orders) > 1:  # an order's only row twice in a row may be two equal products
            rows = rows + rows
        kept = [name for at, name in enumerate(columns) if name not in NOTHING or (self.shuffle >> at) & 1]
        turned = kept[self.shuffle % len(kept) :] + kept[: self.shuffle % len(kept)]
        size = -(-len(rows) // self.parts)
        return [self._file(turned, rows[at : at + size]) for at in range(0, len(rows), size)]

    def _file(self, columns: Sequence[str], rows: Sequence[dict[str, object]]) -> bytes:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=self.delimiter, lineterminator=self.end, quoting=self.quoting)
        writer.writerow(columns)
        for at, row in enumerate(rows):
            if self.header_again and at == len(rows) // 2 and at:
                writer.writerow(columns)
            writer.writerow([row.get(column, "") for column in columns])
        return file.getvalue().encode(self.encoding)


forms = st.builds(
    Form,
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    clock=st.sampled_from(sorted(CLOCKS)),
    excel=st.booleans(),
    parts=st.integers(1, 3),
    header_again=st.booleans(),
    twice=st.booleans(),
    shuffle=st.integers(0, 2**24),
)


def _shop_rows(shop: Shop, form: Form) -> list[dict[str, object]]:
    rows = [
        {
            "Name": f"#{shop.number}",
            "Email": "a@example.com",
            "Created at": form.date(shop.at),
            "Lineitem quantity": part.quantity,
            "Lineitem sku": part.sku,
            "Lineitem requires shipping": form.flag(True),
            "Lineitem fulfillment status": part.status,
        }
        for part in shop.lines
    ]
    rows[0] |= {
        "Financial Status": shop.payment,
        "Fulfillment Status": shop.status,
        "Currency": "EUR",
        "Total": "160" if form.excel else "160.00",
        "Cancelled at": form.date(shop.cancelled),
        "Id": "7E+13" if form.excel else f"70000000{shop.lines[0].quantity}",
        "Notes": shop.note,
        "Shipping Country": "'IT",
    }
    return rows


def _label_row(label: Label, form: Form) -> dict[str, object]:
    return {
        "Order - Number": label.number,
        "Order - Status": "shipped",
        "Ship To - Name": "Mario Rossi",
        "Shipment - Tracking Number": f'="{label.tracking}"' if form.excel else label.tracking,
        "Date - Label Create Date": form.date(label.made),
        "Date - Shipped Date": form.date(label.made),
        "Shipment - Void Flag": form.flag(label.voided is not None),
        "Shipment - Void Date": form.date(label.voided),
        "Return - Return Label Flag": form.flag(False),
    }


def _order_rows(row: Row, form: Form) -> list[dict[str, object]]:
    return [
        {
            "Order - Number": row.number,
            "Order - Status": row.status,
            "Date - Order Date": form.date(row.at),
            "Item - SKU": sku,
            "Item - Qty": units,
        }
        for sku, units in row.items
    ]


# ---------------------------------------------------------------- what comes back


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds(), forms, forms, forms, st.booleans())
def test_the_same_facts_come_back_from_any_dialect(
    world: tuple[list[Shop], list[Label], list[Row]], shopify: Form, labels: Form, orders: Form, large: bool
):
    shops, parcels, rows = world
    files = shopify.files(SHOPIFY, [_shop_rows(shop, shopify) for shop in shops])
    if parcels:
        files += labels.files(LABELS, [[_label_row(label, labels)] for label in parcels])
    if rows:
        files += orders.files(ORDERS, [_order_rows(row, orders) for row in rows])
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, content in enumerate(files):
            paths.append(Path(folder) / f"{number}.csv")
            paths[-1].write_bytes(content)
        with _as_if(large=large), open_exports(paths, zone=ZONE) as exports:
            assert exports.rejected_rows == ()
            assert _shopify(exports) == {_expected(shop) for shop in shops}
            assert _labels(exports) == {
                (
                    part.number.lower(),
                    part.tracking,
                    part.made,
                    part.made.astimezone(ZONE).date(),
                    part.voided,
                )
                for part in parcels
            }
            assert _rows(exports) == {
                (row.number.lower(), row.status.lower().replace(" ", "_"), row.at, tuple(sorted(row.items)))
                for row in rows
            }


def _as_if(*, large: bool) -> AbstractContextManager[object]:
    """Large files are read out of order, and a second time where that does not do."""
    return mock.patch.object(loading, "_LARGE", 0) if large else nullcontext()


def _expected(shop: Shop) -> tuple[object, ...]:
    units = tuple(
        sorted(
            (part.sku, part.quantity, part.quantity if part.status == "pending" else 0) for part in shop.lines
        )
    )
    status = {"unfulfilled": "UNFULFILLED", "partial": "PARTIALLY_FULFILLED"}[shop.status]
    return (f"#{shop.number}", shop.at, shop.payment.upper(), status, shop.cancelled, units)


def _shopify(exports: Exports) -> set[tuple[object, ...]]:
    keys = [
        key for (key,) in exports.connection.execute("SELECT DISTINCT key FROM shopify_orders").fetchall()
    ]
    found = [order for order, _, _ in exports.load(keys)]
    assert len(found) == len(keys)
    return {
        (
            order.name,
            order.created_at,
            order.financial_status,
            order.fulfillment_status,
            order.cancelled_at,
            tuple(sorted((part.sku or "", part.quantity, part.unfulfilled) for part in order.detail.lines)),
        )
        for order in found
        if order.detail is not None
    }


def _labels(exports: Exports) -> set[tuple[object, ...]]:
    return set(
        exports.connection.execute(
            "SELECT key, tracking, made_at, ship_date, voided_at FROM shipstation_parcels WHERE voided = (voided_at IS NOT NULL)"
        ).fetchall()
    )


def _rows(exports: Exports) -> set[tuple[object, ...]]:
    items: dict[str, list[tuple[str, int]]] = {}
    for key, sku, units in exports.connection.execute(
        "SELECT key, sku, quantity FROM shipstation_items"
    ).fetchall():
        items.setdefault(key, []).append((sku, units))
    return {
        (key, status, at, tuple(sorted(items[key])))
        for key, status, at in exports.connection.execute(
            "SELECT key, status, ordered_at FROM shipstation_orders"
        ).fetchall()
    }
