"""Shopify's orders out of export rows. Where an export says less than the API, what is built accuses nobody.

- Shopify's own export has no fulfilments, only when an order was wholly fulfilled and which lines are. It becomes one
  successful fulfilment of those lines without tracking. Its moment is `Fulfilled at`; while an order is partly
  fulfilled that is blank, and the moment up to which the export tells stands for it: it was no later.
- A line that is partly fulfilled has at least one unit open and one told: all but one count as told. On an order with a
  refund the open unit may be the refunded one, so that nothing counts as open.
- An order that is fulfilled has nothing open, whatever its lines say: what they leave out was refunded.
- There are no fulfilment orders: one stands for all that is open, its delivery method unknown (which counts as
  shipping), or NONE where the order has no shipping address, without which ShipStation imports nothing.
- Without an `updated_at`, the latest moment that is known of the order stands for it.
- An order without an id is called by its name: `name:#1001`. Ids of lines are made up from the order's.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from storage.facts import (
    BARE,
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Line,
    Order,
    OrderDetail,
    Payment,
    Quantity,
    Refund,
    Tracking,
    latest,
)

_NOTHING_OPEN = frozenset({"FULFILLED", "RESTOCKED"})
_OPEN_STATUS = frozenset({"pending", "unfulfilled"})


class ShopifyRow(NamedTuple):
    """A row of `shopify_orders`."""

    key: str
    name: str
    id: int | None
    created_at: datetime
    processed_at: datetime | None
    updated_at: datetime | None
    cancelled_at: datetime | None
    closed_at: datetime | None
    cancel_reason: str | None
    paid_at: datetime | None
    fulfilled_at: datetime | None
    financial_status: str | None
    fulfillment_status: str | None
    total: str | None
    currency: str | None
    refunded: str | None
    tags: str | None
    source: str | None
    shipping_method: str | None
    addressed: bool | None


class LineRow(NamedTuple):
    """A row of `shopify_lines`."""

    key: str
    id: int | None
    line: int
    line_id: int | None
    sku: str | None
    quantity: int
    fulfillable: int | None
    requires_shipping: bool | None
    gift_card: bool | None
    status: str | None


class PartRow(NamedTuple):
    """A row of `shopify_parts`."""

    key: str
    order_id: int | None
    what: str
    line_id: int | None
    quantity: int | None
    id: int | None
    status: str | None
    shipment_status: str | None
    created_at: datetime | None
    updated_at: datetime | None
    tracking: str | None
    company: str | None
    url: str | None
    location: str | None


def order(
    row: ShopifyRow, line_rows: Sequence[LineRow], parts: Sequence[PartRow], read_at: datetime
) -> Order:
    """Return one order with its detail; without lines in the export, as a list entry of one unit."""
    order_id = str(row.id) if row.id is not None else f"name:{row.name}"
    lines = _lines(row, order_id, line_rows, parts)
    status = row.fulfillment_status or _status_of(lines)
    updated = latest((row.updated_at, row.created_at, row.paid_at, row.fulfilled_at, row.cancelled_at))
    told = _told(lines)
    return Order(
        id=order_id,
        name=row.name,
        created_at=row.created_at,
        processed_at=row.processed_at or row.created_at,
        updated_at=row.updated_at or updated or row.created_at,
        read_at=max(read_at, row.created_at),
        financial_status=row.financial_status,
        fulfillment_status=status,
        closed_at=row.closed_at,
        cancelled_at=row.cancelled_at,
        cancel_reason=_text(row.cancel_reason),
        requires_shipping=any(line.requires_shipping for line in lines) if lines else True,
        source=_text(row.source),
        tags=tuple(tag for part in (row.tags or "").split(",") if (tag := part.strip(" '"))),
        quantity=sum(line.current for line in lines) if lines else 1,
        total=_amount(row.total),
        currency=_text(row.currency),
        fulfillments=_fulfillments(row, order_id, status, told, parts, read_at, itemised=bool(lines)),
        detail=_detail(row, order_id, lines, parts) if lines else None,
    )


def _text(text: str | None) -> str | None:
    """Return a text without the guards that Excel puts before it."""
    return (text or "").strip().removeprefix("'").strip() or None


def _amount(text: str | None) -> str | None:
    """Return an amount as decimal text: `1.299,00` and `1,299.00` are the same."""
    if not (plain := _text(text)):
        return None
    whole, point, cents = plain.replace(" ", "").rpartition(
        "," if plain.rfind(",") > plain.rfind(".") else "."
    )
    if not point or (point == "," and len(cents) == 3):
        return plain.replace(",", "")
    return f"{whole.replace(',', '').replace('.', '')}.{cents}"


# ---------------------------------------------------------------- lines


def _lines(
    row: ShopifyRow, order_id: str, line_rows: Sequence[LineRow], parts: Sequence[PartRow]
) -> tuple[Line, ...]:
    refunded = _units_by_line(parts, "refunded")
    return tuple(
        _line(row, order_id, number, line, refunded.get(line.line_id, 0))
        for number, line in enumerate(line_rows, start=1)
    )


def _line(row: ShopifyRow, order_id: str, number: int, line: LineRow, refunded: int) -> Line:
    current = 0 if row.fulfillment_status == "RESTOCKED" else max(line.quantity - refunded, 0)
    return Line(
        id=str(line.line_id) if line.line_id is not None else f"{order_id}/{number}",
        sku=_sku(line.sku),
        quantity=line.quantity,
        current=current,
        unfulfilled=min(_open_units(row, line, current), current),
        requires_shipping=line.requires_shipping is not False,
        gift_card=line.gift_card is True,
    )


def _sku(text: str | None) -> str | None:
    plain = _text(text)
    return None if plain is not None and plain.casefold() in {"null", "none", "n/a"} else plain


def _open_units(row: ShopifyRow, line: LineRow, current: int) -> int:
    """Return how many units of a line are certainly not fulfilled."""
    if line.fulfillable is not None:
        return line.fulfillable
    if row.fulfillment_status in _NOTHING_OPEN:
        return 0
    if line.status == "partial":
        return 1 if current > 1 and not _has_refund(row) else 0
    if line.status is None:
        return current if row.fulfillment_status == "UNFULFILLED" else 0
    return current if line.status in _OPEN_STATUS else 0


def _has_refund(row: ShopifyRow) -> bool:
    amount = _amount(row.refunded) or ""
    return "REFUND" in (row.financial_status or "") or bool(amount.strip("0."))


def _status_of(lines: Sequence[Line]) -> str:
    """Return the status of an order whose first row no file has: by its lines."""
    left = sum(line.unfulfilled for line in lines)
    if not left:
        return "FULFILLED" if lines else "UNFULFILLED"
    return "UNFULFILLED" if left == sum(line.current for line in lines) else "PARTIALLY_FULFILLED"


def _told(lines: Sequence[Line]) -> tuple[Quantity, ...]:
    """Return the units that Shopify shows as fulfilled."""
    return tuple(
        Quantity(line.id, line.current - line.unfulfilled)
        for line in lines
        if line.current > line.unfulfilled
    )


def _units_by_line(parts: Sequence[PartRow], what: str) -> dict[int | None, int]:
    found: dict[int | None, int] = {}
    for part in parts:
        if part.what == what and part.line_id is not None:
            found[part.line_id] = found.get(part.line_id, 0) + (part.quantity or 0)
    return found


# ---------------------------------------------------------------- fulfilments


def _fulfillments(
    row: ShopifyRow,
    order_id: str,
    status: str,
    told: tuple[Quantity, ...],
    parts: Sequence[PartRow],
    read_at: datetime,
    *,
    itemised: bool,
) -> tuple[Fulfillment, ...]:
    shipped = [part for part in parts if part.what == "fulfilled"]
    if shipped:
        return _real(row, shipped, told if itemised else None, read_at)
    units = (
        sum(line.quantity for line in told)
        if itemised
        else int(status in {"FULFILLED", "PARTIALLY_FULFILLED"})
    )
    if not units or status == "RESTOCKED":
        return ()
    at = row.fulfilled_at or max(read_at, row.created_at)
    return (
        Fulfillment(
            id=f"{order_id}{BARE}",
            name=f"{row.name}.1",
            status="SUCCESS",
            display_status=None,
            created_at=at,
            updated_at=at,
            quantity=units,
            lines=told if itemised else None,
        ),
    )


def _real(
    row: ShopifyRow, shipped: Sequence[PartRow], told: tuple[Quantity, ...] | None, read_at: datetime
) -> tuple[Fulfillment, ...]:
    """Return the fulfilments that Matrixify tells; where it does not name their lines and there is one, all that is told.

    `told`: None where no file has the order's lines; a fulfilment then stands for the one unit of such an order.
    """
    groups: dict[tuple[int | None, str | None], list[PartRow]] = {}
    for part in shipped:
        groups.setdefault((part.id, None if part.id is not None else part.tracking), []).append(part)
    known = {line.line_id for line in told or ()}
    found = []
    for number, group in enumerate(groups.values(), start=1):
        named = tuple(
            Quantity(str(part.line_id), part.quantity or 0) for part in group if str(part.line_id) in known
        )
        lines = named or (told if len(groups) == 1 else None)
        found.append(_fulfillment(row, number, group, lines, read_at))
    return tuple(found)


def _fulfillment(
    row: ShopifyRow,
    number: int,
    group: Sequence[PartRow],
    lines: tuple[Quantity, ...] | None,
    read_at: datetime,
) -> Fulfillment:
    numbers = list(dict.fromkeys((part.tracking, _text(part.company), _text(part.url)) for part in group))
    created = min((part.created_at for part in group if part.created_at), default=None)
    at = created or row.fulfilled_at or max(read_at, row.created_at)
    return Fulfillment(
        id=str(group[0].id) if group[0].id is not None else f"{row.name}/{number}",
        name=f"{row.name}.{number}",
        status=group[0].status or "SUCCESS",
        display_status=group[0].shipment_status,
        created_at=at,
        updated_at=latest(part.updated_at for part in group) or at,
        quantity=1 if lines is None else sum(line.quantity for line in lines),
        tracking=tuple(Tracking(*entry) for entry in numbers if any(entry)),
        lines=lines,
    )


# ---------------------------------------------------------------- detail


def _detail(row: ShopifyRow, order_id: str, lines: tuple[Line, ...], parts: Sequence[PartRow]) -> OrderDetail:
    titles = [part.location for part in parts if part.what == "shipping" and part.location]
    return OrderDetail(
        lines=lines,
        fulfillment_orders=(_fulfillment_order(row, order_id, lines),),
        payments=_payments(row, parts),
        refunds=tuple(
            Refund(part.created_at, part.quantity or 0)
            for part in parts
            if part.what == "refunded" and part.created_at is not None
        ),
        shipping_method=_text(row.shipping_method) or _text(next(iter(titles), None)),
    )


def _fulfillment_order(row: ShopifyRow, order_id: str, lines: Sequence[Line]) -> FulfillmentOrder:
    called_off = row.cancelled_at is not None
    left = any(line.unfulfilled > 0 for line in lines) and not called_off
    return FulfillmentOrder(
        id=f"{order_id}/open",
        status="OPEN" if left else "CLOSED",
        request_status=None,
        method="NONE" if row.addressed is False else None,
        location=None,
        created_at=row.created_at,
        updated_at=row.created_at,
        lines=tuple(
            FulfillmentOrderLine(line.id, line.sku, line.current, line.unfulfilled, line.requires_shipping)
            for line in lines
        ),
    )


def _payments(row: ShopifyRow, parts: Sequence[PartRow]) -> tuple[Payment, ...]:
    told = []
    for part in parts:
        if part.what == "paid" and part.status:
            kind, _, status = part.status.partition(" ")
            told.append(Payment(kind, status or "SUCCESS", part.created_at))
    if told or row.paid_at is None:
        return tuple(told)
    return (Payment("SALE", "SUCCESS", row.paid_at),)
