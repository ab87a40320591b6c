"""Exports as people's files have them, written by the tests."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.sources.exports import Exports, open_exports
from storage.facts import Order, Shipment, ShipStationOrder

Row = Mapping[str, object]

SHOPIFY = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Currency", "Total",
    "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name", "Lineitem sku", "Lineitem requires shipping",
    "Lineitem fulfillment status", "Shipping Name", "Shipping Country", "Notes", "Cancelled at", "Refunded Amount", "Id",
    "Tags", "Source",
)  # fmt: skip
LABELS = (
    "Order - Number", "Order - Status", "Ship To - Name", "Shipment - Tracking Number", "Shipment - Carrier",
    "Shipment - Service", "Date - Shipped Date", "Date - Label Create Date", "Date - Order Date",
    "Shipment - Void Flag", "Shipment - Void Date", "Return - Return Label Flag", "Market - Store Name",
)  # fmt: skip
MARKS = (
    "Created Date", "Delegation Date", "Ship Date", "Status", "Order #", "Quantity", "Batch", "Tracking #", "Provider",
    "Service", "Recipient", "Marketplace Notified", "Shipment Notification",
)  # fmt: skip
ORDERS = (
    "Order - Number", "Order - Status", "Date - Order Date", "Date - Paid Date", "Date - Shipped Date",
    "Date - Ship By Date", "Date - Hold Until", "Market - Store Name", "Market - Markeplace Name", "Item - SKU",
    "Item - Qty", "Ship To - Name",
)  # fmt: skip


def shopify(name: str = "#1001", **more: object) -> dict[str, object]:
    """A first row of Shopify's orders export; further columns by name, `_` for a space."""
    row: dict[str, object] = {
        "Name": name,
        "Email": "buyer@example.com",
        "Financial Status": "paid",
        "Paid at": "2026-03-06 08:58:45 +0000",
        "Fulfillment Status": "fulfilled",
        "Fulfilled at": "2026-03-07 10:00:00 +0000",
        "Currency": "EUR",
        "Total": "160.00",
        "Created at": "2026-03-06 08:58:42 +0000",
        "Lineitem quantity": "1",
        "Lineitem sku": "001-005",
        "Lineitem requires shipping": "true",
        "Lineitem fulfillment status": "fulfilled",
        "Shipping Name": "Mario Rossi",
        "Shipping Country": "IT",
        "Id": f"70000000{name.strip('#'):0>6}" if name.strip("#").isdigit() else "",
        "Source": "web",
    }
    return row | _named(more)


def line(name: str = "#1001", **more: object) -> dict[str, object]:
    """A row that only continues an order with one more line."""
    row: dict[str, object] = {
        "Name": name,
        "Email": "buyer@example.com",
        "Created at": "2026-03-06 08:58:42 +0000",
        "Lineitem quantity": "2",
        "Lineitem sku": "002-001",
        "Lineitem requires shipping": "true",
        "Lineitem fulfillment status": "fulfilled",
    }
    return row | _named(more)


def label(number: str = "1001", **more: object) -> dict[str, object]:
    """A row of a custom shipment report."""
    row: dict[str, object] = {
        "Order - Number": number,
        "Order - Status": "shipped",
        "Ship To - Name": "Mario Rossi",
        "Shipment - Tracking Number": "9400111899223197428490",
        "Shipment - Carrier": "stamps_com",
        "Date - Shipped Date": "3/7/2026 12:00:00 AM",
        "Date - Label Create Date": "3/7/2026 9:30:00 AM",
        "Date - Order Date": "3/6/2026 3:58:42 AM",
        "Shipment - Void Flag": "False",
        "Return - Return Label Flag": "False",
        "Market - Store Name": "Main",
    }
    return row | dict(more)


def _named(more: Mapping[str, object]) -> dict[str, object]:
    return {name.replace("_", " "): value for name, value in more.items()}


def text(columns: Sequence[str], rows: Sequence[Row], *, delimiter: str = ",", end: str = "\n") -> str:
    """The text of a CSV file."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return file.getvalue()


def write(
    path: Path,
    columns: Sequence[str],
    rows: Sequence[Row],
    *,
    delimiter: str = ",",
    end: str = "\n",
    encoding: str = "utf-8",
) -> Path:
    """Write a CSV file."""
    path.write_bytes(text(columns, rows, delimiter=delimiter, end=end).encode(encoding))
    return path


Facts = tuple[Order, tuple[ShipStationOrder, ...], tuple[Shipment, ...]]


def everything(exports: Exports) -> dict[str, Facts]:
    """All facts, by the orders' names."""
    keys = [
        key for (key,) in exports.connection.execute("SELECT DISTINCT key FROM shopify_orders").fetchall()
    ]
    return {found[0].name: found for found in exports.load(keys)}


@contextmanager
def reading(*paths: Path, mappings: Sequence[str] = ()) -> Iterator[Exports]:
    """Open files as an audit does."""
    with open_exports(paths, mappings=mappings) as exports:
        yield exports
