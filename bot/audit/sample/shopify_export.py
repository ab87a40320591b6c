"""The sample's orders in the layout of Shopify's own orders export: 79 columns, one row a line, no tracking.

Personal columns but for the country stay empty, as in a file from which somebody has taken them out.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from bot.audit.sample import hours
from bot.audit.sample.month import Month
from bot.audit.sample.table import write_table
from bot.audit.sample.values import Line, Order

_TAXES = tuple(f"Tax {place} {part}" for place in range(1, 6) for part in ("Name", "Value"))
COLUMNS = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Fulfilled at", "Accepts Marketing", "Currency",
    "Subtotal", "Shipping", "Taxes", "Total", "Discount Code", "Discount Amount", "Shipping Method", "Created at",
    "Lineitem quantity", "Lineitem name", "Lineitem price", "Lineitem compare at price", "Lineitem sku",
    "Lineitem requires shipping", "Lineitem taxable", "Lineitem fulfillment status", "Billing Name", "Billing Street",
    "Billing Address1", "Billing Address2", "Billing Company", "Billing City", "Billing Zip", "Billing Province",
    "Billing Country", "Billing Phone", "Shipping Name", "Shipping Street", "Shipping Address1", "Shipping Address2",
    "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province", "Shipping Country", "Shipping Phone",
    "Notes", "Note Attributes", "Cancelled at", "Payment Method", "Payment Reference", "Refunded Amount", "Vendor",
    "Outstanding Balance", "Employee", "Location", "Device ID", "Id", "Tags", "Risk Level", "Source",
    "Lineitem discount", *_TAXES, "Phone", "Receipt Number", "Duties", "Billing Province Name",
    "Shipping Province Name", "Payment ID", "Payment Terms Name", "Next Payment Due At", "Payment References",
)  # fmt: skip

Cells = dict[str, object]


def write_shopify_csv(path: Path, month: Month) -> Path:
    """Write the month's Shopify orders, the newest first; later rows of an order tell only their line."""
    return write_table(path, COLUMNS, (row for order in reversed(month.in_shopify) for row in _order(order)))


def _order(order: Order) -> Iterator[Cells]:
    lines = _lines(order)
    yield next(lines) | _head(order)
    yield from lines


def _head(order: Order) -> Cells:
    status = fulfilled(order)
    last = max((part.at for part in order.fulfillments), default=None)
    return {
        "Financial Status": order.financial_status,
        "Paid at": stamp(order.paid),
        "Fulfillment Status": status,
        "Fulfilled at": stamp(last) if status == "fulfilled" else "",
        "Accepts Marketing": "no",
        "Currency": "USD",
        "Subtotal": order.total - order.shipping_price,
        "Shipping": order.shipping_price,
        "Taxes": "0.00",
        "Total": order.total,
        "Discount Amount": "0.00",
        "Shipping Method": order.shipping_method or "",
        "Shipping Country": order.country,
        "Cancelled at": stamp(order.cancelled),
        "Refunded Amount": order.refunded,
        "Outstanding Balance": "0.00" if order.paid else order.total,
        "Id": order.id,
        "Tags": ", ".join(order.tags),
        "Risk Level": "Low",
        "Source": order.source,
    }


def _lines(order: Order) -> Iterator[Cells]:
    for line in order.lines:
        yield {
            "Name": order.name,
            "Created at": stamp(order.created),
            "Lineitem quantity": line.quantity,
            "Lineitem name": line.product.title,
            "Lineitem price": line.product.price,
            "Lineitem sku": line.product.sku,
            "Lineitem requires shipping": _flag(line.product.ships),
            "Lineitem taxable": "true",
            "Lineitem fulfillment status": line_status(order, line),
            "Vendor": "Example Vendor",
            "Lineitem discount": "0.00",
        }


def fulfilled(order: Order) -> str:
    """Return an order's fulfilment status: fulfilled, partial, unfulfilled or restocked."""
    if order.cancelled and not order.fulfillments:
        return "restocked"
    units = [(order.fulfilled(line), line.current) for line in order.lines if line.current]
    if not any(done for done, _ in units):
        return "unfulfilled"
    return "fulfilled" if all(done >= wanted for done, wanted in units) else "partial"


def line_status(order: Order, line: Line) -> str:
    """Return a line's fulfilment status: fulfilled, partial, pending or restocked."""
    done = order.fulfilled(line)
    if not done:
        return "restocked" if order.cancelled or not line.current else "pending"
    return "fulfilled" if done >= line.current else "partial"


@lru_cache(maxsize=4096)
def stamp(moment: datetime | None) -> str:
    """Return a moment as Shopify's exports write it: the shop's time with its offset; empty for none."""
    return moment.astimezone(hours.ZONE).strftime("%Y-%m-%d %H:%M:%S %z") if moment else ""


def _flag(value: bool) -> str:
    return str(value).lower()
