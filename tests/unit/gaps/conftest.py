"""One order as both systems see it, built up a sentence at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.gaps.dossier import Dossier, Peers, Verdict
from bot.gaps.judge import judge
from bot.gaps.match import dossier
from bot.gaps.rules import NotifyPolicy, StoreRules, Windows
from storage.facts import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Item,
    Line,
    Order,
    OrderDetail,
    Payment,
    Quantity,
    Shipment,
    ShipStationOrder,
    ShipStationStore,
    Tracking,
)
from storage.findings import Finding

ID = "6012345678901"
MUG = "14000000000001"
TEE = "14000000000002"
NUMBER = "9400111206206406260787"
PLACED = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in New York."""


class Scene:
    """A mug and two tees, paid on Wednesday 10:00 in New York; nothing in ShipStation until a test says so."""

    id, mug, tee, number, placed = ID, MUG, TEE, NUMBER, PLACED

    def __init__(self) -> None:
        self.rules = StoreRules("main", "acme.myshopify.com", store_ids=frozenset({1}))
        self.stores = {1: self.store(1), 9: self.store(9, marketplace="ShipStation", marketplace_id=0)}
        self.peers: Peers | None = Peers(newest_imported=PLACED + timedelta(hours=1))
        self.rows: list[ShipStationOrder] = []
        self.shipments: list[Shipment] = []
        self.order = Order(
            id=ID,
            name="#1001",
            created_at=PLACED,
            processed_at=PLACED,
            updated_at=PLACED,
            read_at=PLACED,
            financial_status="PAID",
            fulfillment_status="UNFULFILLED",
            quantity=3,
            detail=OrderDetail(
                lines=(Line(MUG, "MUG", 1, 1, 1, True), Line(TEE, "TEE", 2, 2, 2, True)),
                payments=(Payment("SALE", "SUCCESS", PLACED),),
            ),
        )
        self.parts(self.part({MUG: 1, TEE: 2}))

    # ------------------------------------------------------------ Shopify

    def at(self, hours: float) -> datetime:
        return PLACED + timedelta(hours=hours)

    def change(self, **fields: Any) -> "Scene":
        self.order = replace(self.order, **fields)
        return self

    def detail(self, **fields: Any) -> "Scene":
        assert self.order.detail is not None
        return self.change(detail=replace(self.order.detail, **fields))

    def listed(self) -> "Scene":
        """Forget the detail: only the list entry was read."""
        return self.change(detail=None)

    def lines(self, *lines: Line) -> "Scene":
        self.detail(lines=lines)
        return self.change(quantity=sum(line.current for line in lines))

    def part(self, units: dict[str, int], **fields: Any) -> FulfillmentOrder:
        lines = tuple(FulfillmentOrderLine(line_id, None, n, n, True) for line_id, n in units.items())
        usual = {
            "id": "7000000000001",
            "status": "OPEN",
            "request_status": "UNSUBMITTED",
            "method": "SHIPPING",
            "location": "Main Street",
            "created_at": PLACED,
            "updated_at": PLACED,
            "lines": lines,
        }
        return FulfillmentOrder(**(usual | fields))

    def parts(self, *parts: FulfillmentOrder) -> "Scene":
        return self.detail(fulfillment_orders=parts)

    def held(self, reason: str = "HIGH_RISK_OF_FRAUD", display: str | None = "High risk of fraud") -> "Scene":
        return self.parts(self.part({MUG: 1, TEE: 2}, status="ON_HOLD", holds=(Hold(reason, display),)))

    def fulfil(
        self,
        units: dict[str, int] | None = None,
        *numbers: str | None,
        hours: float = 5,
        status: str = "SUCCESS",
        company: str | None = "USPS",
        url: str | None = "https://carrier.example/1",
        with_lines: bool = True,
        **fields: Any,
    ) -> "Scene":
        """Shopify records a fulfilment of these units (default: everything)."""
        units = {MUG: 1, TEE: 2} if units is None else units
        count = len(self.order.fulfillments) + 1
        part = Fulfillment(
            id=f"f{count}",
            name=f"{self.order.name}.{count}",
            status=status,
            display_status=fields.pop("display_status", "FULFILLED"),
            created_at=self.at(hours),
            updated_at=self.at(fields.pop("updated", hours)),
            quantity=sum(units.values()),
            tracking=tuple(Tracking(number, company, url) for number in numbers),
            lines=tuple(Quantity(line_id, n) for line_id, n in units.items()) if with_lines else None,
        )
        self.change(fulfillments=(*self.order.fulfillments, part))
        if status == "SUCCESS" and self.order.detail is not None:
            self._reduce(units)
        return self

    def _reduce(self, units: dict[str, int]) -> None:
        assert self.order.detail is not None
        lines = tuple(
            replace(line, unfulfilled=max(line.unfulfilled - units.get(line.id, 0), 0))
            for line in self.order.detail.lines
        )
        parts = tuple(
            replace(
                part,
                lines=tuple(
                    replace(line, remaining=max(line.remaining - units.get(line.line_id, 0), 0))
                    for line in part.lines
                ),
            )
            for part in self.order.detail.fulfillment_orders
        )
        closed = tuple(
            replace(part, status="CLOSED")
            if part.lines and not sum(x.remaining for x in part.lines)
            else part
            for part in parts
        )
        self.detail(lines=lines, fulfillment_orders=closed)

    # ------------------------------------------------------------ ShipStation

    def store(self, number: int, **fields: Any) -> ShipStationStore:
        usual = {"name": f"Store {number}", "marketplace": "Shopify", "marketplace_id": 2, "active": True}
        return ShipStationStore(id=number, read_at=PLACED, **(usual | fields))

    def row(self, row_id: int = 1, *, hours: float = 0.5, **fields: Any) -> "Scene":
        """ShipStation imported the order."""
        usual = {
            "number": "1001",
            "key": ID,
            "status": "awaiting_shipment",
            "store_id": 1,
            "modified_at": self.at(hours),
            "ordered_at": PLACED,
            "read_at": PLACED,
            "carrier": "stamps_com",
            "service": "usps_priority_mail",
            "items": (Item(MUG, "MUG", 1), Item(TEE, "TEE", 2)),
        }
        self.rows.append(ShipStationOrder(id=row_id, created_at=self.at(hours), **(usual | fields)))
        return self

    def ship(
        self,
        units: dict[str, int] | None = None,
        number: str | None = NUMBER,
        *,
        hours: float = 4,
        row: int = 1,
        kind: str = "label",
        **fields: Any,
    ) -> "Scene":
        """ShipStation makes a label (or a mark) with these units (default: everything)."""
        units = {MUG: 1, TEE: 2} if units is None else units
        skus = {MUG: "MUG", TEE: "TEE"}
        usual = {
            "id": 100 + len(self.shipments),
            "order_number": "1001",
            "order_key": ID if kind == "label" else None,
            "store_id": 1 if kind == "label" else None,
            "read_at": PLACED,
            "carrier": "stamps_com",
            "notified": True,
            "items": tuple(Item(line_id, skus.get(line_id), n) for line_id, n in units.items()),
        }
        shipment = Shipment(
            kind=kind, order_id=row, tracking=number, created_at=self.at(hours), **(usual | fields)
        )
        self.shipments.append(shipment)
        if not any(known.id == row for known in self.rows):
            self.row(row)
        if shipment.live:
            self.rows = [replace(r, status="shipped") if r.id == row else r for r in self.rows]
        return self

    # ------------------------------------------------------------ judging

    def rule(self, **fields: Any) -> "Scene":
        self.rules = replace(self.rules, **fields)
        return self

    def notify(self, mode: str, **fields: Any) -> "Scene":
        return self.rule(notify=NotifyPolicy(mode, **fields))

    def windows(self, **fields: Any) -> "Scene":
        return self.rule(windows=Windows(**fields))

    def dossier(self) -> Dossier:
        return dossier(self.rules, self.order, self.rows, self.shipments, self.stores, self.peers)

    def judge(self, hours: float) -> Verdict:
        """The verdict so many hours after the order was placed."""
        return judge(self.dossier(), self.at(hours))

    def gap(self, hours: float) -> Finding:
        """The one finding at that hour."""
        (found,) = self.judge(hours).findings
        return found

    def kinds(self, hours: float) -> list[str]:
        return [found.kind for found in self.judge(hours).findings]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def new_scene() -> Callable[[], Scene]:
    return Scene
