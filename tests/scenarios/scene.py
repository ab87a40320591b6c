"""One order as both systems see it, built up a sentence at a time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from bot.gaps.dossier import Dossier, Peers, Verdict
from bot.gaps.judge import judge
from bot.gaps.match import dossier
from bot.gaps.rules import NotifyPolicy, StoreRules, Windows
from storage.facts import Line, Order, OrderDetail, Payment, Shipment, ShipStationOrder
from storage.findings import Finding
from tests.scenarios.shipstation_side import ShipStationSide
from tests.scenarios.shopify_side import ShopifySide
from tests.scenarios.things import CAP, EBOOK, ID, MUG, NUMBER, PLACED, TEE


@dataclass(frozen=True)
class Seen:
    """What judging said, in the form that a scenario expects it."""

    outcome: str
    why: str
    findings: tuple[Finding, ...]

    @property
    def kinds(self) -> list[str]:
        return sorted(found.kind for found in self.findings)

    @property
    def causes(self) -> dict[str, str]:
        return {found.kind: found.cause.code for found in self.findings}


class Scene(ShopifySide, ShipStationSide):
    """A mug and two tees, paid on Wednesday 10:00 in New York; nothing in ShipStation until a test says so."""

    mug, tee, cap, ebook, number = MUG, TEE, CAP, EBOOK, NUMBER

    def __init__(self, placed: datetime = PLACED, name: str = "#1001", order_id: str = ID) -> None:
        self.placed, self.id = placed, order_id
        self.rules = StoreRules("main", "acme.myshopify.com", store_ids=frozenset({1}))
        self.stores = {1: self.store(1), 9: self.store(9, marketplace="ShipStation", marketplace_id=0)}
        self.peers: Peers | None = Peers(newest_imported=placed + timedelta(hours=1))
        self.rows: list[ShipStationOrder] = []
        self.shipments: list[Shipment] = []
        self.order = Order(
            id=order_id,
            name=name,
            created_at=placed,
            processed_at=placed,
            updated_at=placed,
            read_at=placed,
            financial_status="PAID",
            fulfillment_status="UNFULFILLED",
            quantity=3,
            detail=OrderDetail(
                lines=(Line(MUG, "MUG", 1, 1, 1, True), Line(TEE, "TEE", 2, 2, 2, True)),
                payments=(Payment("SALE", "SUCCESS", placed),),
            ),
        )
        self.parts(self.part({MUG: 1, TEE: 2}))

    def rule(self, **fields: Any) -> Self:
        self.rules = replace(self.rules, **fields)
        return self

    def notify(self, mode: str, **fields: Any) -> Self:
        return self.rule(notify=NotifyPolicy(mode, **fields))

    def windows(self, **fields: Any) -> Self:
        return self.rule(windows=Windows(**fields))

    def company(self, **fields: Any) -> Self:
        """What the store's other orders show."""
        self.peers = replace(self.peers or Peers(), **fields)
        return self

    def nobody_younger(self) -> Self:
        """ShipStation has no order younger than this one."""
        return self.company(newest_imported=self.at(-1))

    def dossier(self) -> Dossier:
        return dossier(self.rules, self.order, self.rows, self.shipments, self.stores, self.peers)

    def judge(self, hours: float) -> Verdict:
        """The verdict so many hours after the order was placed."""
        return judge(self.dossier(), self.at(hours))

    def seen(self, hours: float) -> Seen:
        verdict = self.judge(hours)
        return Seen(verdict.outcome, verdict.why, verdict.findings)

    def gap(self, hours: float) -> Finding:
        """The one finding at that hour."""
        (found,) = self.judge(hours).findings
        return found

    def kinds(self, hours: float) -> list[str]:
        return [found.kind for found in self.judge(hours).findings]
