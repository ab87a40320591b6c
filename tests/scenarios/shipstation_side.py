"""What ShipStation says of the order of a scene, in verbs that chain."""

from dataclasses import replace
from typing import Any, Self

from storage.facts import Item, Shipment, ShipStationOrder, ShipStationStore
from tests.scenarios.things import MUG, NUMBER, OTHER, PLACED, SKUS, SURVIVOR, TEE, Side, Units


class ShipStationSide(Side):
    """The half of a scene that ShipStation tells."""

    rows: list[ShipStationOrder]
    shipments: list[Shipment]
    stores: dict[int, ShipStationStore]

    def store(self, number: int, **fields: Any) -> ShipStationStore:
        usual = {"name": f"Store {number}", "marketplace": "Shopify", "marketplace_id": 2, "active": True}
        return ShipStationStore(id=number, read_at=PLACED, **(usual | fields))

    def shop(self, number: int, **fields: Any) -> Self:
        """The ShipStation account has this store (or has it in this state)."""
        self.stores[number] = self.store(number, **fields)
        return self

    def row(self, row_id: int = 1, units: Units | None = None, *, hours: float = 0.5, **fields: Any) -> Self:
        """ShipStation imported the order (default: with everything)."""
        units = {MUG: 1, TEE: 2} if units is None else units
        usual = {
            "number": self.order.name.removeprefix("#"),
            "key": self.id,
            "status": "awaiting_shipment",
            "store_id": 1,
            "modified_at": self.at(hours),
            "ordered_at": self.placed,
            "read_at": PLACED,
            "carrier": "stamps_com",
            "service": "usps_priority_mail",
            "items": self.items(units),
        }
        self.rows.append(ShipStationOrder(id=row_id, created_at=self.at(hours), **(usual | fields)))
        return self

    def items(self, units: Units) -> tuple[Item, ...]:
        return tuple(Item(line_id, SKUS.get(line_id), n) for line_id, n in units.items())

    def by_sku(self, units: Units) -> tuple[Item, ...]:
        """Items as ShipStation has them where it does not know Shopify's lines."""
        return tuple(Item(None, SKUS.get(line_id), n) for line_id, n in units.items())

    def now_row(self, row_id: int = 1, **fields: Any) -> Self:
        """Something about a ShipStation row has changed."""
        self.rows = [replace(row, **fields) if row.id == row_id else row for row in self.rows]
        return self

    def split(self, *shares: Units, **fields: Any) -> Self:
        """The row was split into one for each share: the first is the root."""
        for at, units in enumerate(shares, start=1):
            child = {} if at == 1 else {"parent_id": 1, "key": f"child-{at}"}
            self.row(at, units, merged_or_split=True, **(child | fields))
        return self

    def combined(self, *, absorbed: bool = True, **fields: Any) -> Self:
        """It was combined into #1002 of the same customer, which carries a cap of its own."""
        if absorbed:
            self.row(1)
        usual = {
            "number": "1002",
            "key": SURVIVOR,
            "merged_or_split": True,
            "merged_ids": (1,),
            "items": (*self.items({MUG: 1, TEE: 2}), Item("14000000000900", "CAP", 1)),
        }
        return self.row(5, **(usual | fields))

    def ship(
        self,
        units: Units | None = None,
        number: str | None = NUMBER,
        *,
        hours: float = 4,
        row: int = 1,
        kind: str = "label",
        **fields: Any,
    ) -> Self:
        """ShipStation makes a label (or a mark) with these units (default: everything)."""
        units = {MUG: 1, TEE: 2} if units is None else units
        usual = {
            "id": 100 + len(self.shipments),
            "order_number": self.order.name.removeprefix("#"),
            "order_key": self.id if kind == "label" else None,
            "store_id": 1 if kind == "label" else None,
            "read_at": PLACED,
            "carrier": "stamps_com",
            "notified": True,
            "items": self.items(units),
        }
        shipment = Shipment(
            kind=kind, order_id=row, tracking=number, created_at=self.at(hours), **(usual | fields)
        )
        self.shipments.append(shipment)
        if not any(known.id == row for known in self.rows):
            self.row(row)
        if shipment.live:
            self.now_row(row, status="shipped", modified_at=max(self._row(row).modified_at, self.at(hours)))
        return self

    def _row(self, row_id: int) -> ShipStationOrder:
        return next(row for row in self.rows if row.id == row_id)

    def mark(self, number: str | None = NUMBER, units: Units | None = None, **fields: Any) -> Self:
        """Somebody marks it as shipped; no label is made."""
        return self.ship(units, number, kind="mark", **fields)

    def give_back(self, number: str = OTHER, **fields: Any) -> Self:
        """A return label is made."""
        return self.ship(number=number, return_label=True, **({"notified": False} | fields))

    def void(self, which: int = 0, *, hours: float = 6) -> Self:
        """A label is voided, and its row awaits shipment again."""
        label = self.shipments[which]
        self.shipments[which] = replace(label, voided=True, voided_at=self.at(hours))
        return self.now_row(label.order_id, status="awaiting_shipment", modified_at=self.at(hours))
