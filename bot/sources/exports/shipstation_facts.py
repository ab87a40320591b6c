"""ShipStation's orders and parcels out of export rows.

Where an export says less than the API:

- Exports carry no key of the sales channel, so that matching goes by number and order date. A date that no file tells
  disagrees with nothing: the Shopify order of that number lends its own, unless the parcel is older.
- An order's `created_at`, its import, is not told: the order date stands for it, the earliest that it can be.
  `modified_at` is the latest moment that is known of it.
- Without an order report, an order is what its parcels say: the status that their report gives, else shipped while one
  of them is on its way, else unknown.
- A parcel's `created_at` is the moment at which its label was made. Where only a ship date is known it is the midnight
  with which that day begins, in the account's zone: the earliest it can have been, but for labels that were given a
  later ship date (the knowledge `label_times` tells which it is).
- A mark that is still pending is no parcel yet. A void that is not told counts as none (the knowledge `voids`).
- A tracking number that Excel has damaged is None.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, NamedTuple, cast
from zoneinfo import ZoneInfo

from storage.facts import Item, Order, Shipment, ShipStationOrder, latest

_OLDER = timedelta(days=1)
"""How much older than its order a parcel may seem: a ship date is a day, in another zone perhaps."""
_LATER = timedelta(days=120)
"""How much later than its order a parcel is still taken for it, where no order date is told."""
_LONGEST_ID = 18


class OrderRow(NamedTuple):
    """A row of `shipstation_orders`."""

    key: str
    number: str
    status: str | None
    store: str | None
    ordered_at: datetime | None
    paid_at: datetime | None
    shipped_at: datetime | None
    ship_by: date | None
    hold_until: date | None
    carrier: str | None
    service: str | None


class ItemRow(NamedTuple):
    """A row of `shipstation_items`."""

    key: str
    store: str | None
    status: str | None
    sku: str | None
    quantity: int | None
    parcel: str | None


class ParcelRow(NamedTuple):
    """A row of `shipstation_parcels`."""

    key: str
    number: str
    kind: str
    parcel: str | None
    tracking: str | None
    carrier: str | None
    service: str | None
    store: str | None
    provider: str | None
    order_status: str | None
    ordered_at: datetime | None
    made_at: datetime | None
    ship_date: date | None
    voided: bool | None
    voided_at: datetime | None
    return_label: bool | None
    notified: bool | None
    status: str | None
    identity: str | None

    @property
    def gone(self) -> bool:
        """Whether it stands for nothing on its way."""
        return bool(self.voided) or bool(self.return_label)


def made_up(*parts: object) -> int:
    """Return a negative number for something without an id: always the same for the same parts, 15 digits at most."""
    text = "\x1f".join(map(str, parts))
    return -1 - int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big")


@lru_cache(maxsize=1024)
def _id_of_store(name: str | None) -> int | None:
    return made_up("store", name) if name else None


@dataclass(frozen=True, slots=True)
class Told:
    """What the exports of ShipStation tell under one order number."""

    rows: Sequence[OrderRow]
    items: Sequence[ItemRow]
    parcels: Sequence[ParcelRow]
    read_at: datetime
    zone: ZoneInfo

    def facts(self, order: Order) -> tuple[tuple[ShipStationOrder, ...], tuple[Shipment, ...]]:
        """Return ShipStation's orders and parcels of this number, as they may concern this Shopify order."""
        parcels = [
            row for row in self.parcels if row.kind == "label" or row.status != "pending" or row.voided
        ]
        orders = [self._order(row, order, number) for number, row in enumerate(self.rows)]
        owners: list[tuple[ParcelRow, ShipStationOrder]] = []
        for row in parcels:
            owner = _owner(row, orders)
            if owner is None:
                owner = self._from_parcels(row, parcels, order)
                orders.append(owner)
            owners.append((row, owner))
        return tuple(orders), tuple(
            self._shipment(row, owner, number, order) for number, (row, owner) in enumerate(owners)
        )

    # ------------------------------------------------------------ orders

    def _order(self, row: OrderRow, order: Order, number: int) -> ShipStationOrder:
        store = _plain(row.store)
        ordered = row.ordered_at or self._lent(order, row.paid_at or row.shipped_at)
        created = ordered or row.paid_at or row.shipped_at or self.read_at
        seen = [self._moment(parcel) for parcel in self.parcels if parcel.store in {None, row.store}]
        return ShipStationOrder(
            id=made_up("order", row.key, store, number),
            number=row.number,
            key=None,
            status=row.status or "unknown",
            store_id=_id_of_store(store),
            created_at=created,
            modified_at=latest((created, row.paid_at, row.shipped_at, *seen)) or created,
            read_at=max(self.read_at, created),
            ordered_at=ordered,
            paid_at=row.paid_at,
            ship_by=row.ship_by,
            hold_until=row.hold_until,
            carrier=_chosen(row.carrier),
            service=_chosen(row.service),
            items=self._items_of(row),
        )

    def _items_of(self, row: OrderRow) -> tuple[Item, ...]:
        return tuple(
            _item(item)
            for item in self.items
            if item.parcel is None and item.store == row.store and item.status == row.status
        )

    def _from_parcels(
        self, parcel: ParcelRow, parcels: Sequence[ParcelRow], order: Order
    ) -> ShipStationOrder:
        """Return the order that these parcels belong to, where no report has it."""
        store = _plain(parcel.store)
        own = [row for row in parcels if _plain(row.store) == store]
        told = next((row.order_status for row in own if row.order_status), None)
        status = told or ("unknown" if all(row.gone for row in own) else "shipped")
        moments = [moment for row in own if (moment := self._moment(row)) is not None]
        first = min(moments, default=None)
        ordered = next((row.ordered_at for row in own if row.ordered_at), None) or self._lent(order, first)
        created = ordered or first or order.created_at
        return ShipStationOrder(
            id=made_up("order", parcel.key, store, "parcels"),
            number=parcel.number,
            key=None,
            status=status,
            store_id=_id_of_store(store),
            created_at=created,
            modified_at=latest((created, *moments, *(row.voided_at for row in own))) or created,
            read_at=max(self.read_at, created),
            ordered_at=ordered,
            carrier=_plain(parcel.carrier),
            service=_plain(parcel.service),
        )

    def _lent(self, order: Order, seen: datetime | None) -> datetime | None:
        """Return the Shopify order's date for an order of ShipStation without one, if what is known of it fits."""
        if seen is not None and not (order.created_at - _OLDER <= seen <= order.created_at + _LATER):
            return None
        return order.created_at

    # ------------------------------------------------------------ parcels

    def _moment(self, row: ParcelRow) -> datetime | None:
        if row.made_at is not None:
            return row.made_at
        if row.ship_date is None:
            return None
        return datetime.combine(row.ship_date, time(), tzinfo=self.zone).astimezone(UTC)

    def _shipment(self, row: ParcelRow, owner: ShipStationOrder, number: int, order: Order) -> Shipment:
        created = self._moment(row) or order.created_at
        items = tuple(_item(item) for item in self.items if item.parcel and item.parcel == row.identity)
        if not items and row.kind == "label":
            items = _the_only_unit(order)
        return Shipment(
            id=_shipment_id(row, number),
            kind=cast('Literal["label", "mark"]', row.kind),
            order_id=owner.id,
            order_number=row.number,
            created_at=created,
            read_at=max(self.read_at, created),
            store_id=owner.store_id,
            ship_date=row.ship_date,
            tracking=row.tracking,
            carrier=_plain(row.carrier),
            service=_plain(row.service),
            provider=_plain(row.provider),
            voided=bool(row.voided),
            voided_at=row.voided_at,
            return_label=bool(row.return_label),
            notified=row.notified,
            items=items or None,
        )


def _owner(row: ParcelRow, orders: Sequence[ShipStationOrder]) -> ShipStationOrder | None:
    """Return the order that a parcel belongs to: of its store, and of a split order the shipped part."""
    store = _plain(row.store)
    store_id = _id_of_store(store)
    near = [order for order in orders if store_id is None or order.store_id in {None, store_id}]
    return min(near, key=lambda order: (order.status != "shipped", order.id), default=None)


def _the_only_unit(order: Order) -> tuple[Item, ...]:
    """Return what a label of an order must hold that has one unit to ship, where the files do not say it."""
    lines = [line for line in order.detail.lines if line.requires_shipping] if order.detail else []
    if [line.quantity for line in lines] != [1] or lines[0].current != 1:
        return ()
    return (Item(None, lines[0].sku, 1),)


def _shipment_id(row: ParcelRow, number: int) -> int:
    if row.parcel and row.parcel.isdigit() and len(row.parcel) <= _LONGEST_ID:
        return int(row.parcel)
    return made_up(row.kind, row.key, row.tracking or number, row.made_at, row.ship_date)


def _item(item: ItemRow) -> Item:
    return Item(None, _plain(item.sku), item.quantity if item.quantity is not None else 1)


def _chosen(text: str | None) -> str | None:
    """Return what is chosen on an order, empty where nothing is; None where the file does not tell."""
    return None if text is None else _plain(text) or ""


def _plain(text: str | None) -> str | None:
    """Return a text without the guards that Excel puts before it."""
    return (text or "").strip().removeprefix("'").strip() or None
