"""ShipStation's side of the pretend shop: orders as imported, labels, marks and stores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from bot.sandbox.catalogue import price_of, title_of

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Every stamp of the V1 API is in this zone, without saying so (apis.md B1)."""

SHOPIFY_STORE = 518001
MANUAL_STORE = 518236
OLD_STORE = 517900


@dataclass(slots=True)
class PretendItem:
    """One product row of an imported order."""

    id: int
    line_key: str | None
    sku: str
    name: str
    quantity: int
    price: Decimal
    adjustment: bool = False


@dataclass(slots=True)
class PretendShipOrder:
    """An order as ShipStation imported it."""

    id: int
    number: str
    key: str
    store_id: int
    status: str
    created: datetime
    modified: datetime
    ordered: datetime
    paid: datetime | None
    items: list[PretendItem]
    buyer: int
    carrier: str | None = "stamps_com"
    service: str | None = "usps_ground_advantage"
    ship_by: date | None = None
    hold_until: date | None = None
    shipped_on: date | None = None
    tag_ids: list[int] = field(default_factory=list)
    merged_or_split: bool = False
    merged_ids: list[int] = field(default_factory=list)
    parent_id: int | None = None
    absorbed: bool = False
    """Combined into another order: the API no longer has it (domain.md 2.1, rule 6)."""
    externally_fulfilled: bool = False
    externally_fulfilled_by: str | None = None
    total: Decimal = Decimal("0.00")


@dataclass(slots=True)
class PretendLabel:
    """A parcel: a label made in ShipStation, or an order marked as shipped."""

    id: int
    kind: Literal["label", "mark"]
    order_id: int
    created: datetime
    tracking: str | None
    carrier: str | None
    service: str | None
    units: dict[int, int]
    """Item id -> units; empty: a label made before the old one was voided (domain.md, rule 22)."""
    return_label: bool = False
    voided: datetime | None = None
    notified: bool = False
    error: str | None = None
    provider: str | None = None


@dataclass(slots=True)
class PretendStore:
    """A sales channel that is, or was, connected."""

    id: int
    name: str
    marketplace_id: int
    marketplace: str
    active: bool = True
    auto_refresh: bool = True
    refreshed: datetime | None = None


class Shipping:
    """Everything in one ShipStation account. Times are given, never asked."""

    def __init__(self, shop_domain: str) -> None:
        self.orders: dict[int, PretendShipOrder] = {}
        self.labels: dict[int, PretendLabel] = {}
        self.by_key: dict[str, list[PretendShipOrder]] = {}
        self.by_order: dict[int, list[PretendLabel]] = {}
        self.stores = {
            SHOPIFY_STORE: PretendStore(SHOPIFY_STORE, "Pretend Goods", 82, "Shopify"),
            MANUAL_STORE: PretendStore(MANUAL_STORE, "Manual Orders", 0, "ShipStation", auto_refresh=False),
            OLD_STORE: PretendStore(
                OLD_STORE, "Pretend Goods (old)", 82, "Shopify", active=False, auto_refresh=False
            ),
        }
        self.shop_domain = shop_domain
        self.outage: str | None = None
        """Set: why every notification of the Shopify store fails at present."""
        self._next = {"order": 470000000, "label": 271000000, "item": 900000000}

    def next_id(self, kind: str) -> int:
        """Return a fresh id of an `order`, `label` or `item`."""
        self._next[kind] += 1
        return self._next[kind]

    def open_order(self, at: datetime, number: str, *, key: str, store: int) -> PretendShipOrder:
        """Put a new, still empty order on the books, awaiting shipment."""
        order = PretendShipOrder(
            id=self.next_id("order"),
            number=number,
            key=key,
            store_id=store,
            status="awaiting_shipment",
            created=at,
            modified=at,
            ordered=at,
            paid=at,
            items=[],
            buyer=0,
        )
        return self.keep(order)

    def add_item(
        self, order: PretendShipOrder, sku: str, quantity: int, *, line_key: str | None = None
    ) -> None:
        """Add a product row."""
        title, price = title_of(sku), price_of(sku)
        order.items.append(PretendItem(self.next_id("item"), line_key, sku, title, quantity, price))

    def keep(self, order: PretendShipOrder) -> PretendShipOrder:
        """Put an order on the books."""
        self.orders[order.id] = order
        self.by_key.setdefault(channel_id(order.key), []).append(order)
        return order

    def touch(self, order: PretendShipOrder, at: datetime) -> None:
        """Move `modifyDate` forward; it never goes back."""
        order.modified = max(order.modified, at)

    def forget(self, order: PretendShipOrder) -> None:
        """Take an order off the books as if it had never been imported."""
        del self.orders[order.id]
        self.by_key[channel_id(order.key)].remove(order)
        for label in self.by_order.pop(order.id, []):
            del self.labels[label.id]

    def labels_of(self, order: PretendShipOrder, *, live: bool = False) -> list[PretendLabel]:
        """Return an order's labels and marks, oldest first; `live`: only parcels on their way to the customer."""
        labels = self.by_order.get(order.id, [])
        return [one for one in labels if not live or (one.voided is None and not one.return_label)]

    def open_units(self, order: PretendShipOrder) -> dict[int, int]:
        """Return what no live label covers, by item id."""
        left = {item.id: item.quantity for item in order.items if not item.adjustment}
        for label in self.labels_of(order, live=True):
            for item_id, units in label.units.items():
                left[item_id] = max(left.get(item_id, 0) - units, 0)
        return left

    def units_for(self, order: PretendShipOrder, lines: Mapping[str, int] | None) -> dict[int, int]:
        """Return what a parcel takes, by item id: those SKU quantities, or None: everything that is left."""
        if lines is None:
            return {item_id: units for item_id, units in self.open_units(order).items() if units}
        return {item.id: lines[item.sku] for item in order.items if item.sku in lines}

    def parcel(
        self,
        kind: Literal["label", "mark"],
        order: PretendShipOrder,
        at: datetime,
        tracking: str | None,
        carrier: str | None,
    ) -> PretendLabel:
        """Make a still empty label or mark, which counts once it is shipped."""
        return PretendLabel(self.next_id("label"), kind, order.id, at, tracking, carrier, None, {})

    def ship(self, order: PretendShipOrder, label: PretendLabel) -> PretendLabel:
        """Record a label or mark; the order is shipped when nothing is left (domain.md, rule 23)."""
        self.labels[label.id] = label
        self.by_order.setdefault(order.id, []).append(label)
        if not label.return_label and not sum(self.open_units(order).values()):
            order.status = "shipped"
            order.shipped_on = label.created.astimezone(PACIFIC).date()
        self.touch(order, label.created)
        return label

    def void(self, label: PretendLabel, at: datetime) -> None:
        """Void a label: its order goes back to Awaiting Shipment, the row stays (domain.md, rule 21)."""
        label.voided = at
        order = self.orders[label.order_id]
        if sum(self.open_units(order).values()) and order.status == "shipped":
            order.status, order.shipped_on = "awaiting_shipment", None
        self.touch(order, at)

    def split(
        self, order: PretendShipOrder, at: datetime, shares: Sequence[Mapping[str, int]]
    ) -> list[PretendShipOrder]:
        """Move SKU quantities into child rows that share the number; return root and children."""
        rows = [order]
        for share in shares:
            child = self._child(order, at)
            for item in order.items:
                taken = min(share.get(item.sku, 0), item.quantity)
                if taken:
                    item.quantity -= taken
                    self.add_item(child, item.sku, taken, line_key=item.line_key)
            rows.append(child)
        order.items = [item for item in order.items if item.quantity]
        order.merged_or_split = True
        self.touch(order, at)
        return rows

    def _child(self, order: PretendShipOrder, at: datetime) -> PretendShipOrder:
        child = self.open_order(at, order.number, key=order.key, store=order.store_id)
        child.status, child.ordered, child.paid, child.buyer = (
            order.status,
            order.ordered,
            order.paid,
            order.buyer,
        )
        child.merged_or_split, child.parent_id = True, order.id
        return child

    def combine(self, survivor: PretendShipOrder, absorbed: PretendShipOrder, at: datetime) -> None:
        """Let one order take in another, which then vanishes from the API (domain.md, rule 6)."""
        survivor.items.extend(absorbed.items)
        survivor.merged_or_split = True
        survivor.merged_ids.append(absorbed.id)
        absorbed.absorbed, absorbed.merged_or_split = True, True
        self.touch(survivor, at)

    @property
    def importing(self) -> bool:
        """Whether the Shopify store is imported from by itself."""
        return self.stores[SHOPIFY_STORE].auto_refresh

    def refreshed(self, at: datetime) -> None:
        """Note that the Shopify store was imported from."""
        store = self.stores[SHOPIFY_STORE]
        store.refreshed = max(store.refreshed or at, at)


def channel_id(key: str) -> str:
    """Return the sales channel's own id in an order key; some apps add a dash and something of their own."""
    return key.partition("-")[0]
