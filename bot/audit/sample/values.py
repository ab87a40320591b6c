"""An order of the sample, with everything that happened to it in both systems. Times in UTC."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

ParcelKind = Literal["label", "mark"]


@dataclass(frozen=True, slots=True)
class Product:
    """Something that the shop sells."""

    sku: str
    title: str
    price: Decimal
    ships: bool = True
    gift_card: bool = False


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier and one of its services, as ShipStation's reports name them, and as Shopify does."""

    name: str
    service: str
    company: str
    address: str
    """Where Shopify lets the customer follow a parcel, with {} for its number; empty: nowhere."""
    cost: Decimal


@dataclass(slots=True)
class Line:
    """One product of an order."""

    id: int
    product: Product
    quantity: int
    refunded: int = 0

    @property
    def current(self) -> int:
        """Units without the refunded ones."""
        return self.quantity - self.refunded


@dataclass(slots=True)
class Fulfillment:
    """What Shopify shows the customer of a parcel."""

    at: datetime
    units: dict[int, int]
    """By line id."""
    tracking: str | None = None
    """Several numbers with commas between."""
    company: str | None = None
    url: str | None = None
    location: str = "Warehouse"
    cancelled_at: datetime | None = None

    @property
    def status(self) -> str:
        """As Matrixify writes it."""
        return "cancelled" if self.cancelled_at else "success"


@dataclass(slots=True)
class Parcel:
    """A label of ShipStation, or an order that was marked as shipped there."""

    kind: ParcelKind
    made: datetime
    tracking: str | None
    carrier: Carrier
    notified: bool = True
    voided: datetime | None = None
    return_label: bool = False
    packages: int = 1


@dataclass(slots=True)
class Row:
    """An order as ShipStation has it; a split order has two."""

    status: str
    items: list[tuple[Product, int]]
    paid: datetime | None
    carrier: Carrier | None = None
    """Which service is chosen for it; None: none is."""
    hold_until: date | None = None


@dataclass(slots=True)
class Order:
    """One order: in Shopify, in ShipStation, and what left."""

    number: str
    """As ShipStation shows it, without `#`."""
    id: int
    created: datetime
    lines: list[Line]
    only_shipstation: bool = False
    """Typed in by hand there, or older than the month."""
    paid: datetime | None = None
    financial_status: str = "paid"
    free: bool = False
    cancelled: datetime | None = None
    refunded_at: datetime | None = None
    tags: tuple[str, ...] = ()
    source: str = "web"
    shipping_method: str | None = "Standard"
    country: str = "US"
    """Where it is shipped to; empty where it has no shipping address."""
    fulfillments: list[Fulfillment] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As Shopify shows it."""
        return f"#{self.number}"

    @property
    def to_ship(self) -> list[Line]:
        """Lines that need shipping."""
        return [line for line in self.lines if line.product.ships]

    @property
    def label(self) -> Parcel:
        """Its first parcel."""
        return self.parcels[0]

    @property
    def total(self) -> Decimal:
        """What was to be paid, refunds not taken off."""
        if self.free:
            return Decimal("0.00")
        goods = sum((line.product.price * line.quantity for line in self.lines), Decimal(0))
        return goods + self.shipping_price

    @property
    def shipping_price(self) -> Decimal:
        """What shipping costs the customer."""
        return Decimal("12.00") if self.shipping_method == "Express" else Decimal("0.00")

    @property
    def refunded(self) -> Decimal:
        """What was paid back."""
        if self.financial_status == "refunded":
            return self.total
        return sum((line.product.price * line.refunded for line in self.lines), Decimal(0))

    @property
    def changed(self) -> datetime:
        """When Shopify last changed it."""
        stamps = [self.created, self.paid, self.cancelled, self.refunded_at]
        stamps += [part.cancelled_at or part.at for part in self.fulfillments]
        return max(stamp for stamp in stamps if stamp is not None)

    def fulfilled(self, line: Line) -> int:
        """Return how many units of a line Shopify shows as fulfilled."""
        live = (part for part in self.fulfillments if part.cancelled_at is None)
        return sum(part.units.get(line.id, 0) for part in live)

    def whole(self) -> dict[int, int]:
        """Return all units that need shipping, by line id, as a fulfilment of them all lists them."""
        return {line.id: line.current for line in self.to_ship if line.current}
