"""Shopify's side of the pretend shop: its orders as Shopify would know them, and what may happen to them there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bot.sandbox.catalogue import CATALOGUE, price_of, title_of


@dataclass(slots=True)
class PretendLine:
    """One line of an order, in units of the item."""

    id: int
    sku: str
    title: str
    quantity: int
    price: Decimal
    ships: bool = True
    gift_card: bool = False
    removed: int = 0
    """Refunded or edited away before it was shipped."""
    returned: int = 0
    """Refunded after it was shipped."""

    @property
    def current(self) -> int:
        """Units still on the order."""
        return self.quantity - self.removed - self.returned


@dataclass(slots=True)
class PretendTracking:
    """What Shopify shows the customer of one parcel."""

    number: str | None
    company: str | None = None
    url: str | None = None


@dataclass(slots=True)
class PretendFulfillment:
    """A shipment as Shopify records it; `service` names who shipped it, `Manual` being the shop itself."""

    id: int
    name: str
    created: datetime
    updated: datetime
    lines: dict[int, int]
    """Line id -> units."""
    tracking: list[PretendTracking]
    status: str = "SUCCESS"
    display_status: str = "FULFILLED"
    service: str | None = None


@dataclass(slots=True)
class PretendHold:
    """Why a part of an order is held back; `held_by` is the title of the app that does, if it is one."""

    id: int
    reason: str
    note: str | None = None
    held_by: str | None = None


@dataclass(slots=True)
class PretendPart:
    """A fulfilment order: what one location has to ship of an order."""

    id: int
    created: datetime
    updated: datetime
    lines: dict[int, int]
    method: str = "SHIPPING"
    location: str = "Main warehouse"
    third_party: bool = False
    hidden: bool = False
    """Moved or merged away: only shown to those who ask for everything."""
    holds: list[PretendHold] = field(default_factory=list)
    fulfill_at: datetime | None = None
    """Set: scheduled for later (preorder)."""
    fulfill_by: datetime | None = None
    request_status: str = "UNSUBMITTED"
    status: str | None = None
    """None: follows from holds, dates and what was shipped."""


@dataclass(slots=True)
class PretendPayment:
    """One payment transaction."""

    id: int
    kind: str
    status: str
    at: datetime
    amount: Decimal


@dataclass(slots=True)
class PretendRefund:
    """Units taken back."""

    id: int
    at: datetime
    lines: dict[int, int]
    restock: str = "CANCEL"


@dataclass(slots=True)
class PretendOrder:
    """An order as Shopify knows it."""

    id: int
    name: str
    number: int
    created: datetime
    processed: datetime
    updated: datetime
    lines: list[PretendLine]
    buyer: int
    parts: list[PretendPart] = field(default_factory=list)
    fulfillments: list[PretendFulfillment] = field(default_factory=list)
    payments: list[PretendPayment] = field(default_factory=list)
    refunds: list[PretendRefund] = field(default_factory=list)
    financial: str | None = "PAID"
    tags: list[str] = field(default_factory=list)
    source: str = "web"
    shipping_title: str | None = "Standard"
    free: bool = False
    test: bool = False
    edited: bool = False
    closed: datetime | None = None
    cancelled: datetime | None = None
    cancel_reason: str | None = None
    return_status: str = "NO_RETURN"
    status: str | None = None
    """None: the fulfilment status follows from the parts."""

    def line(self, sku: str) -> PretendLine:
        """Return the line with that SKU."""
        return next(line for line in self.lines if line.sku == sku)

    def shipped_units(self) -> dict[int, int]:
        """Return what fulfilments with status SUCCESS cover, by line id."""
        units: dict[int, int] = {}
        for fulfillment in self.fulfillments:
            if fulfillment.status == "SUCCESS":
                for line_id, quantity in fulfillment.lines.items():
                    units[line_id] = units.get(line_id, 0) + quantity
        return units

    def open_units(self) -> dict[int, int]:
        """Return what is neither shipped nor refunded, by line id."""
        shipped = self.shipped_units()
        return {
            line.id: max(line.quantity - line.removed - shipped.get(line.id, 0), 0) for line in self.lines
        }

    def remaining(self, part: PretendPart) -> dict[int, int]:
        """Return what a part has still to ship: what was shipped counts against earlier parts first."""
        if self.cancelled or part.hidden:
            return dict.fromkeys(part.lines, 0)
        free = self.open_units()
        for later in reversed([one for one in self.parts if not one.hidden]):
            mine = {line_id: min(units, free.get(line_id, 0)) for line_id, units in later.lines.items()}
            if later is part:
                return mine
            for line_id, units in mine.items():
                free[line_id] -= units
        return dict.fromkeys(part.lines, 0)

    def part_status(self, part: PretendPart) -> str:
        """Return FulfillmentOrderStatus as Shopify would derive it."""
        if part.status is not None:
            return part.status
        remaining = sum(self.remaining(part).values())
        if part.hidden or not remaining:
            return "CLOSED"
        if part.holds:
            return "ON_HOLD"
        if part.fulfill_at is not None:
            return "SCHEDULED"
        return "IN_PROGRESS" if remaining < sum(part.lines.values()) and self.fulfillments else "OPEN"

    def fulfilment_status(self) -> str:
        """Return OrderDisplayFulfillmentStatus as Shopify would derive it (domain.md, rule 26)."""
        if self.status is not None:
            return self.status
        shipped = sum(self.shipped_units().values())
        left = sum(self.open_units().values())
        if not left:
            return "FULFILLED" if shipped else "FULFILLMENT_NOT_REQUIRED"
        waiting = {self.part_status(part) for part in self.parts} - {"CLOSED", "CANCELLED"}
        if waiting in ({"ON_HOLD"}, {"SCHEDULED"}):
            return waiting.pop()
        return "PARTIALLY_FULFILLED" if shipped else "UNFULFILLED"

    @property
    def total(self) -> Decimal:
        """Price of what is still on the order."""
        zero = Decimal("0.00")
        return zero if self.free else sum((line.price * line.current for line in self.lines), zero)


class Shop:
    """All orders of one Shopify shop, and the primitive things that happen to them. Times are given, never asked."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self.orders: dict[int, PretendOrder] = {}
        self.by_name: dict[str, PretendOrder] = {}
        self.by_line: dict[int, PretendOrder] = {}
        self._number = 1000
        self._ids = {
            "order": 6012345678000,
            "line": 15012345678000,
            "part": 7012345678000,
            "other": 5901234567000,
        }

    def next_id(self, kind: str) -> int:
        """Return a fresh id in the range of `order`, `line`, `part` or `other`."""
        self._ids[kind] += 1
        return self._ids[kind]

    def open_order(
        self,
        at: datetime,
        lines: Sequence[tuple[str, int]],
        *,
        name: str | None = None,
        method: str = "SHIPPING",
    ) -> PretendOrder:
        """Take an order; digital lines get a part of their own with method NONE, as in Shopify."""
        self._number += 1
        order = PretendOrder(
            id=self.next_id("order"),
            name=name if name is not None else f"#{self._number}",
            number=self._number,
            created=at,
            processed=at,
            updated=at,
            lines=[self._line(sku, quantity) for sku, quantity in lines],
            buyer=self._number - 1000,
        )
        for ships, how in ((True, method), (False, "NONE")):
            share = {line.id: line.quantity for line in order.lines if line.ships is ships}
            if share:
                order.parts.append(PretendPart(self.next_id("part"), at, at, share, how))
        self.orders[order.id] = self.by_name[order.name] = order
        self.by_line.update((line.id, order) for line in order.lines)
        return order

    def _line(self, sku: str, quantity: int) -> PretendLine:
        _, _, ships, gift = CATALOGUE.get(sku, ("", "", True, False))
        return PretendLine(self.next_id("line"), sku, title_of(sku), quantity, price_of(sku), ships, gift)

    def add_line(self, order: PretendOrder, at: datetime, sku: str, quantity: int) -> PretendLine:
        """Edit an order: one more line, to be shipped with the part that is still open."""
        line = self._line(sku, quantity)
        order.lines.append(line)
        self.by_line[line.id] = order
        order.edited = True
        part = next(one for one in order.parts if one.method != "NONE" and not one.hidden)
        part.lines[line.id] = quantity
        self._move_parts(order, at)
        return line

    def touch(self, order: PretendOrder, at: datetime) -> None:
        """Move `updatedAt` forward; it never goes back."""
        order.updated = max(order.updated, at)

    def pay(self, order: PretendOrder, at: datetime, kind: str = "SALE", financial: str = "PAID") -> None:
        """Record a successful payment transaction."""
        order.payments.append(PretendPayment(self.next_id("other"), kind, "SUCCESS", at, order.total))
        order.financial = financial
        self.touch(order, at)

    def fulfill(
        self, order: PretendOrder, at: datetime, units: Mapping[int, int], tracking: Sequence[PretendTracking]
    ) -> PretendFulfillment:
        """Record a fulfilment of those units (line id -> quantity)."""
        made = PretendFulfillment(
            id=self.next_id("other"),
            name=f"{order.name}.{len(order.fulfillments) + 1}",
            created=at,
            updated=at,
            lines={line_id: quantity for line_id, quantity in units.items() if quantity > 0},
            tracking=list(tracking),
            display_status="FULFILLED" if tracking else "MARKED_AS_FULFILLED",
        )
        order.fulfillments.append(made)
        self._move_parts(order, at)
        if order.financial == "PAID" and not sum(order.open_units().values()):
            order.closed = (
                order.closed or at
            )  # Shopify archives what is paid and fulfilled (domain.md, rule 31)
        return made

    def _move_parts(self, order: PretendOrder, at: datetime) -> None:
        for part in order.parts:
            part.updated = max(part.updated, at)
        self.touch(order, at)

    def cancel(self, order: PretendOrder, at: datetime, reason: str) -> None:
        """Cancel the order and give the money back."""
        order.cancelled, order.cancel_reason = at, reason
        order.financial = "REFUNDED" if order.financial == "PAID" else "VOIDED"
        self._move_parts(order, at)

    def hold(
        self, order: PretendOrder, at: datetime, reason: str, note: str | None = None, app: str | None = None
    ) -> None:
        """Hold back every part that has something left to ship; `app`: which app does."""
        for part in order.parts:
            if sum(order.remaining(part).values()):
                part.holds.append(PretendHold(self.next_id("other"), reason, note, app))
        self._move_parts(order, at)

    def release(self, order: PretendOrder, at: datetime) -> None:
        """Lift all holds."""
        for part in order.parts:
            part.holds.clear()
        self._move_parts(order, at)

    def refund(self, order: PretendOrder, at: datetime, units: Mapping[int, int]) -> None:
        """Refund units (line id -> quantity): what is still open is removed, the rest is returned."""
        left = order.open_units()
        for line in order.lines:
            quantity = units.get(line.id, 0)
            removed = min(quantity, left[line.id])
            line.removed += removed
            line.returned += quantity - removed
        restock = "CANCEL" if all(units[line_id] <= left[line_id] for line_id in units) else "RETURN"
        order.refunds.append(PretendRefund(self.next_id("other"), at, dict(units), restock))
        order.financial = "PARTIALLY_REFUNDED" if any(line.current for line in order.lines) else "REFUNDED"
        self._move_parts(order, at)
