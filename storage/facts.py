"""What each side said: frozen values, times in UTC, no personal data.

A field is None where the source said nothing. Statuses and other enums stay plain text: both systems
add values without warning, and an unknown value must survive (domain.md 2.4, rule 26).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

# ---------------------------------------------------------------- Shopify


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a Shopify order, in units of the item."""

    id: str
    sku: str | None
    quantity: int
    """Ordered, with what was refunded or removed since."""
    current: int
    """Without what was refunded or removed."""
    unfulfilled: int
    requires_shipping: bool
    gift_card: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many units of one Shopify line a fulfilment covers."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Tracking:
    """One parcel number as Shopify shows it to the customer; every part may be missing."""

    number: str | None = None
    company: str | None = None
    url: str | None = None


BARE = "/fulfilled"
"""How the ids end of fulfilments of which nothing but their existence is told; they were made up."""


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """A shipment as Shopify records it. Only status SUCCESS counts as told to the customer."""

    id: str
    name: str
    status: str
    display_status: str | None
    created_at: datetime
    updated_at: datetime
    quantity: int
    tracking: tuple[Tracking, ...] = ()
    lines: tuple[Quantity, ...] | None = None
    """None: not read (only a detailed read asks for lines)."""
    service: str | None = None
    """Name of the fulfilment service that shipped it; None: the shop itself, or not told."""

    @property
    def bare(self) -> bool:
        """Whether it is only known to exist, as from Shopify's own orders export: without tracking, and by whom."""
        return self.id.endswith(BARE)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why Shopify holds a fulfilment order back."""

    reason: str
    display_reason: str | None = None
    held_by: str | None = None
    """Title of the app that holds it; None: a person, or not told."""


@dataclass(frozen=True, slots=True)
class FulfillmentOrderLine:
    """What one fulfilment order still has to ship of one line."""

    line_id: str
    sku: str | None
    total: int
    remaining: int
    requires_shipping: bool


@dataclass(frozen=True, slots=True)
class FulfillmentOrder:
    """The part of a Shopify order that one location has to ship."""

    id: str
    status: str
    request_status: str | None
    method: str | None
    """DeliveryMethodType: SHIPPING, LOCAL, PICK_UP, PICKUP_POINT, RETAIL, NONE."""
    location: str | None
    """Name of the assigned location."""
    created_at: datetime
    updated_at: datetime
    fulfill_at: datetime | None = None
    fulfill_by: datetime | None = None
    holds: tuple[Hold, ...] = ()
    lines: tuple[FulfillmentOrderLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment transaction: AUTHORIZATION, SALE, CAPTURE, VOID, REFUND; SUCCESS, FAILURE, PENDING, ERROR."""

    kind: str
    status: str
    processed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Refund:
    """Units taken back from an order. Money need not have moved."""

    created_at: datetime
    quantity: int


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """What only a detailed read asks for: lines, fulfilment orders, payments, refunds."""

    lines: tuple[Line, ...] = ()
    fulfillment_orders: tuple[FulfillmentOrder, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    edited: bool = False
    shipping_method: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A Shopify order."""

    id: str
    """legacyResourceId: the number in admin addresses and, where it matches by id, in ShipStation's orderKey."""
    name: str
    """As shown to people, `#` kept. Free text on imported orders."""
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    read_at: datetime
    financial_status: str | None
    fulfillment_status: str
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    return_status: str | None = None
    test: bool = False
    requires_shipping: bool = True
    fulfillable: bool = True
    source: str | None = None
    tags: tuple[str, ...] = ()
    quantity: int = 0
    """Units on the order now, without refunded and removed ones."""
    total: str | None = None
    """Decimal text, in `currency`."""
    currency: str | None = None
    fulfillments: tuple[Fulfillment, ...] = ()
    detail: OrderDetail | None = None
    """None: only the list entry was read."""


# ---------------------------------------------------------------- ShipStation


@dataclass(frozen=True, slots=True)
class Item:
    """One product row of a ShipStation order or shipment (discount rows are left out)."""

    line_key: str | None
    """The sales channel's own line id: for Shopify the numeric line id, where ShipStation has it."""
    sku: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class ShipStationOrder:
    """An order as ShipStation imported it. One Shopify order can be several of these."""

    id: int
    number: str
    key: str | None
    """The sales channel's own id: for Shopify usually the order's numeric id."""
    status: str
    store_id: int | None
    created_at: datetime
    """When ShipStation imported it (stamps are Pacific without an offset; converted at the source)."""
    modified_at: datetime
    read_at: datetime
    ordered_at: datetime | None = None
    paid_at: datetime | None = None
    ship_by: date | None = None
    hold_until: date | None = None
    carrier: str | None = None
    service: str | None = None
    """None where none is chosen. Of a row from a file that is empty, and None where the file has no such column."""
    warehouse_id: int | None = None
    address_check: str | None = None
    """ShipStation's validation verdict in its own words; never the address."""
    tag_ids: tuple[int, ...] = ()
    merged_or_split: bool = False
    merged_ids: tuple[int, ...] = ()
    """Ids of the orders that were combined into this one."""
    parent_id: int | None = None
    externally_fulfilled: bool = False
    externally_fulfilled_by: str | None = None
    items: tuple[Item, ...] = ()

    @property
    def from_file(self) -> bool:
        """Whether only a file tells of it, which says neither when it was imported nor when it was last changed.

        `created_at` and `modified_at` are then the earliest that they can have been, and nothing to show.
        """
        return self.id < 0


ShipmentKind = Literal["label", "mark"]


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel as ShipStation knows it: a label made there, or an order marked as shipped."""

    id: int
    """ShipStation's own; a negative one was made up for a parcel of which only a file without ids is known."""
    kind: ShipmentKind
    """label: V1 /shipments; mark: V1 /fulfillments (no label was made in ShipStation)."""
    order_id: int
    order_number: str
    created_at: datetime
    read_at: datetime
    order_key: str | None = None
    """Marks do not carry it."""
    store_id: int | None = None
    """Marks do not carry it: ask their order."""
    ship_date: date | None = None
    tracking: str | None = None
    carrier: str | None = None
    service: str | None = None
    provider: str | None = None
    voided: bool = False
    voided_at: datetime | None = None
    return_label: bool = False
    notified: bool | None = None
    """What ShipStation believes it told the sales channel; false also while it waits."""
    notify_error: str | None = None
    items: tuple[Item, ...] | None = None
    """None: ShipStation did not say what is in the parcel."""

    @property
    def live(self) -> bool:
        """Whether it stands for a parcel on its way to the customer (LIVE in domain.md)."""
        return not self.voided and not self.return_label

    @property
    def telling(self) -> Literal["failed", "silent"] | None:
        """How a live parcel failed to reach the sales channel: with an error, or without a try; None: it did not fail."""
        if not self.live:
            return None
        return "failed" if self.notify_error else "silent" if self.notified is False else None


@dataclass(frozen=True, slots=True)
class ShipStationStore:
    """One sales-channel connection of a ShipStation account."""

    id: int
    name: str
    marketplace: str | None
    marketplace_id: int | None
    active: bool
    read_at: datetime
    auto_refresh: bool | None = None
    refreshed_at: datetime | None = None
    attempted_at: datetime | None = None
    can_confirm: bool | None = None
    """Whether its marketplace can be told about shipments at all; None: not read."""
    integration: str | None = None
    """Address of the shop it is connected to: two stores with the same one are one shop connected twice."""

    @property
    def from_file(self) -> bool:
        """Whether only a file names it, which tells nothing of its state: `active` is assumed then."""
        return self.id < 0


def number_key(text: str) -> str:
    """Fold an order number for comparing: one leading `#` off, trimmed, case folded; prefix and suffix stay.

    Source: domain.md, MATCH 2. Digits alone are never enough: 1001-A is not 1001.
    """
    return text.strip().removeprefix("#").strip().casefold()


def latest(times: Iterable[datetime | None]) -> datetime | None:
    """Return the latest time that is known, or None."""
    return max((time for time in times if time is not None), default=None)
