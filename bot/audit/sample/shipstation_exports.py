"""The sample's orders as ShipStation exports them: labels, orders, and what was marked as shipped.

ShipStation has no fixed columns: people choose them. Dates are American and without a zone, in the account's.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

from bot.audit.sample import hours
from bot.audit.sample.month import Month
from bot.audit.sample.table import Cells, write_table
from bot.audit.sample.values import Order, Parcel, Row

STORE = "Example Outfitters"
MARKETPLACE = "Shopify"
SHIPMENTS = (
    "Order - Number", "Order - Status", "Date - Order Date", "Date - Label Create Date", "Date - Shipped Date",
    "Shipment - Tracking Number", "Shipment - Carrier", "Shipment - Service", "Market - Store Name",
    "Shipment - Package Count", "Shipment - Void Flag", "Shipment - Void Date", "Return - Return Label Flag",
    "Amount - Shipping Cost", "Marketplace Notified",
)  # fmt: skip
ORDERS = (
    "Order - Number", "Order - Status", "Date - Order Date", "Date - Paid Date", "Date - Shipped Date",
    "Date - Ship By Date", "Date - Hold Until", "Market - Store Name", "Market - Markeplace Name",
    "Carrier - Carrier Selected", "Carrier - Service Selected", "Count - Number of Shipments", "Item - SKU",
    "Item - Qty", "Item - Name", "Amount - Order Total",
)  # fmt: skip
"""The typing error in the marketplace's column is ShipStation's own."""
FULFILLMENTS = (
    "Created Date", "Delegation Date", "Ship Date", "Status", "Order #", "Quantity", "Batch", "Tracking #", "Provider",
    "Service", "Country", "Marketplace Notified", "Shipment Notification",
)  # fmt: skip


def write_shipments(path: Path, month: Month) -> Path:
    """Write the labels of the month: a custom shipment report."""
    return write_table(
        path, SHIPMENTS, (_label(order, label) for order, label in _parcels(month, "label")), ends="\r\n"
    )


def write_orders(path: Path, month: Month) -> Path:
    """Write the orders that ShipStation has: a custom order report, one row an item."""
    rows = ((order, row) for order in month.orders for row in order.rows)
    return write_table(
        path, ORDERS, (cells for order, row in rows for cells in _items(order, row)), ends="\r\n"
    )


def write_fulfillments(path: Path, month: Month) -> Path:
    """Write what was marked as shipped: the fulfillments grid."""
    return write_table(
        path, FULFILLMENTS, (_mark(order, mark) for order, mark in _parcels(month, "mark")), ends="\r\n"
    )


def _parcels(month: Month, kind: str) -> list[tuple[Order, Parcel]]:
    found = [(order, parcel) for order in month.orders for parcel in order.parcels if parcel.kind == kind]
    return sorted(found, key=lambda pair: (pair[1].made, pair[0].number))


def _label(order: Order, label: Parcel) -> Cells:
    return {
        "Order - Number": order.number,
        "Order - Status": order.rows[0].status,
        "Date - Order Date": _clock(order.created),
        "Date - Label Create Date": _clock(label.made),
        "Date - Shipped Date": _day(hours.day_of(label.made)),
        "Shipment - Tracking Number": label.tracking or "",
        "Shipment - Carrier": label.carrier.name,
        "Shipment - Service": label.carrier.service,
        "Market - Store Name": STORE,
        "Shipment - Package Count": label.packages,
        "Shipment - Void Flag": label.voided is not None,
        "Shipment - Void Date": _clock(label.voided),
        "Return - Return Label Flag": label.return_label,
        "Amount - Shipping Cost": label.carrier.cost * label.packages,
        "Marketplace Notified": _yes(label.notified),
    }


def _items(order: Order, row: Row) -> Iterator[Cells]:
    for product, quantity in row.items:
        yield _row(order, row) | {
            "Item - SKU": product.sku,
            "Item - Qty": quantity,
            "Item - Name": product.title,
        }


def _row(order: Order, row: Row) -> dict[str, object]:
    shipped = max((part.made for part in order.parcels), default=None) if row.status == "Shipped" else None
    return {
        "Order - Number": order.number,
        "Order - Status": row.status,
        "Date - Order Date": _clock(order.created),
        "Date - Paid Date": _clock(row.paid),
        "Date - Shipped Date": _day(hours.day_of(shipped)) if shipped else "",
        "Date - Ship By Date": _day(hours.workday_from(hours.day_of(order.created) + hours.DAY)),
        "Date - Hold Until": _day(row.hold_until),
        "Market - Store Name": STORE,
        "Market - Markeplace Name": MARKETPLACE,
        "Carrier - Carrier Selected": row.carrier.name if row.carrier else "",
        "Carrier - Service Selected": row.carrier.service if row.carrier else "",
        "Count - Number of Shipments": len(order.parcels),
        "Amount - Order Total": order.total,
    }


def _mark(order: Order, mark: Parcel) -> Cells:
    return {
        "Created Date": _clock(mark.made),
        "Ship Date": _day(hours.day_of(mark.made)),
        "Status": "Shipped",
        "Order #": order.number,
        "Quantity": sum(line.current for line in order.to_ship),
        "Tracking #": mark.tracking or "",
        "Provider": "Marked as Shipped",
        "Service": mark.carrier.name,
        "Country": "US",
        "Marketplace Notified": _yes(mark.notified),
    }


@lru_cache(maxsize=4096)
def _clock(moment: datetime | None) -> str:
    """Return a moment as ShipStation's reports write it: 4/2/2021 4:00:00 PM."""
    if moment is None:
        return ""
    local = moment.astimezone(hours.ZONE)
    half = "AM" if local.hour < 12 else "PM"
    return f"{local.month}/{local.day}/{local.year} {local.hour % 12 or 12}:{local:%M:%S} {half}"


def _day(day: date | None) -> str:
    return _clock(datetime.combine(day, time.min, hours.ZONE)) if day else ""


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
