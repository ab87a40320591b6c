"""The sample's orders as Matrixify exports them: one row a line, shipping line, payment, fulfilment and refund.

Personal columns (customer, addresses but for the country) are left out, as a careful person would.
"""

from collections.abc import Iterator
from pathlib import Path

from bot.audit.sample import hours
from bot.audit.sample.month import Month
from bot.audit.sample.shopify_export import fulfilled, line_status, stamp
from bot.audit.sample.table import write_table
from bot.audit.sample.values import Fulfillment, Line, Order

COLUMNS = (
    "ID", "Name", "Number", "Processed At", "Created At", "Updated At", "Cancelled At", "Cancel: Reason", "Currency",
    "Source", "Tags", "Price: Total Shipping", "Price: Total Refund", "Price: Total", "Payment: Status",
    "Order Fulfillment Status", "Shipping: Country", "Line: Type", "Line: ID", "Line: Title", "Line: SKU", "Line: Quantity", "Line: Price",
    "Line: Requires Shipping", "Line: Gift Card", "Line: Fulfillable Quantity", "Line: Fulfillment Status",
    "Refund: ID", "Refund: Created At", "Transaction: ID", "Transaction: Kind", "Transaction: Processed At",
    "Transaction: Amount", "Transaction: Status", "Fulfillment: ID", "Fulfillment: Status", "Fulfillment: Created At",
    "Fulfillment: Updated At", "Fulfillment: Processed At", "Fulfillment: Tracking Company", "Fulfillment: Location",
    "Fulfillment: Shipment Status", "Fulfillment: Tracking Number", "Fulfillment: Tracking URL",
    "Fulfillment: Send Receipt",
)  # fmt: skip
_ARRIVES = 4 * hours.DAY

Cells = dict[str, object]


def write_matrixify(path: Path, month: Month) -> Path:
    """Write the month's Shopify orders, the oldest first; later rows of an order repeat only what names it."""
    return write_table(path, COLUMNS, (row for order in month.in_shopify for row in _order(order, month)))


def _order(order: Order, month: Month) -> Iterator[Cells]:
    named: Cells = {
        "ID": order.id,
        "Name": order.name,
        "Number": order.number,
        "Processed At": stamp(order.created),
    }
    rows = _rows(order, month)
    yield named | _head(order) | next(rows)
    for row in rows:
        yield named | row


def _head(order: Order) -> Cells:
    return {
        "Created At": stamp(order.created),
        "Updated At": stamp(order.changed),
        "Cancelled At": stamp(order.cancelled),
        "Cancel: Reason": "customer" if order.cancelled else "",
        "Currency": "USD",
        "Source": order.source,
        "Tags": ", ".join(order.tags),
        "Price: Total Shipping": order.shipping_price,
        "Price: Total Refund": order.refunded,
        "Price: Total": order.total,
        "Payment: Status": order.financial_status,
        "Order Fulfillment Status": fulfilled(order),
        "Shipping: Country": order.country,
    }


def _rows(order: Order, month: Month) -> Iterator[Cells]:
    yield from (_line(order, line) for line in order.lines)
    if order.shipping_method:
        yield {
            "Line: Type": "Shipping Line",
            "Line: Title": order.shipping_method,
            "Line: Price": order.shipping_price,
        }
    yield from _payments(order)
    yield from _fulfillments(order, month)
    yield from (_refund(order, line) for line in order.lines if line.refunded)


def _line(order: Order, line: Line) -> Cells:
    status = line_status(order, line)
    return _named(line, line.quantity) | {
        "Line: Type": "Line Item",
        "Line: Price": line.product.price,
        "Line: Requires Shipping": _flag(line.product.ships),
        "Line: Gift Card": _flag(line.product.gift_card),
        "Line: Fulfillable Quantity": 0 if order.cancelled else line.current - order.fulfilled(line),
        "Line: Fulfillment Status": "unfulfilled" if status == "pending" else status,
    }


def _named(line: Line, quantity: int) -> Cells:
    product = line.product
    return {
        "Line: ID": line.id,
        "Line: Title": product.title,
        "Line: SKU": product.sku,
        "Line: Quantity": quantity,
    }


def _payments(order: Order) -> Iterator[Cells]:
    paid = order.paid or order.created
    kind = "sale" if order.paid else "authorization" if order.financial_status == "authorized" else None
    if kind:
        yield _transaction(order.id + 1, kind, stamp(paid), order.total)
    back = order.refunded_at or order.cancelled
    if back and order.refunded:
        yield _transaction(order.id + 2, "refund", stamp(back), order.refunded)


def _transaction(number: int, kind: str, at: str, amount: object) -> Cells:
    return {
        "Line: Type": "Transaction",
        "Transaction: ID": number,
        "Transaction: Kind": kind,
        "Transaction: Processed At": at,
        "Transaction: Amount": amount,
        "Transaction: Status": "success",
    }


def _fulfillments(order: Order, month: Month) -> Iterator[Cells]:
    for place, shown in enumerate(order.fulfillments):
        told = _fulfillment(order.id + 10 + place, shown, month)
        by_id = {line.id: line for line in order.lines}
        for line_id, units in shown.units.items():
            yield _named(by_id[line_id], units) | {"Line: Type": "Fulfillment Line"} | told


def _fulfillment(number: int, shown: Fulfillment, month: Month) -> Cells:
    arrived = bool(shown.tracking) and shown.at + _ARRIVES < month.until
    return {
        "Fulfillment: ID": number,
        "Fulfillment: Status": shown.status,
        "Fulfillment: Created At": stamp(shown.at),
        "Fulfillment: Updated At": stamp(shown.cancelled_at or shown.at),
        "Fulfillment: Processed At": stamp(shown.at),
        "Fulfillment: Tracking Company": shown.company or "",
        "Fulfillment: Location": shown.location,
        "Fulfillment: Shipment Status": "delivered" if arrived else "",
        "Fulfillment: Tracking Number": shown.tracking or "",
        "Fulfillment: Tracking URL": shown.url or "",
        "Fulfillment: Send Receipt": "TRUE",
    }


def _refund(order: Order, line: Line) -> Cells:
    return _named(line, -line.refunded) | {
        "Line: Type": "Refund Line",
        "Refund: ID": order.id + 5,
        "Refund: Created At": stamp(order.refunded_at),
    }


def _flag(value: bool) -> str:
    return str(value).upper()
