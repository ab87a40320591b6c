"""One order as both systems see it, built up a sentence at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

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
    Refund,
    Shipment,
    ShipStationOrder,
    ShipStationStore,
    Tracking,
)
from storage.findings import Finding

ID = "6012345678901"
MUG = "14000000000001"
TEE = "14000000000002"
CAP = "14000000000003"
EBOOK = "14000000000004"
NUMBER = "9400111206206406260787"
UPS = "1Z999AA10123456784"
OTHER = "1Z999AA10123456700"
SURVIVOR = "6012345678999"
PLACED = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in New York."""
SKUS = {MUG: "MUG", TEE: "TEE", CAP: "CAP", EBOOK: "EBOOK"}

Units = dict[str, int]


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


class Scene:
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

    # ------------------------------------------------------------ Shopify

    def at(self, hours: float) -> datetime:
        return self.placed + timedelta(hours=hours)

    def known(self) -> OrderDetail:
        assert self.order.detail is not None
        return self.order.detail

    def change(self, **fields: Any) -> "Scene":
        self.order = replace(self.order, **fields)
        return self

    def detail(self, **fields: Any) -> "Scene":
        return self.change(detail=replace(self.known(), **fields))

    def listed(self) -> "Scene":
        """Forget the detail: only the list entry was read."""
        return self.change(detail=None)

    def lines(self, *lines: Line) -> "Scene":
        self.detail(lines=lines)
        return self.change(quantity=sum(line.current for line in lines))

    def only(self, units: Units) -> "Scene":
        """The order has these lines, all to be shipped by one fulfilment order."""
        self.lines(*(Line(line_id, SKUS.get(line_id), n, n, n, True) for line_id, n in units.items()))
        return self.parts(self.part(units))

    def digital(self, line_id: str = EBOOK, *, gift_card: bool = False) -> "Scene":
        """A line that needs no shipping is on the order too."""
        line = Line(line_id, SKUS.get(line_id), 1, 1, 1, False, gift_card)
        return self.lines(*self.known().lines, line)

    def part(self, units: Units, **fields: Any) -> FulfillmentOrder:
        lines = tuple(FulfillmentOrderLine(line_id, None, n, n, True) for line_id, n in units.items())
        usual = {
            "id": "7000000000001",
            "status": "OPEN",
            "request_status": "UNSUBMITTED",
            "method": "SHIPPING",
            "location": "Main Street",
            "created_at": self.placed,
            "updated_at": self.placed,
            "lines": lines,
        }
        return FulfillmentOrder(**(usual | fields))

    def parts(self, *parts: FulfillmentOrder) -> "Scene":
        return self.detail(fulfillment_orders=parts)

    def whole(self, **fields: Any) -> "Scene":
        """One fulfilment order holds everything, in this state."""
        return self.parts(self.part({MUG: 1, TEE: 2}, **fields))

    def two_parts(self, first: dict[str, Any], second: dict[str, Any]) -> "Scene":
        """The mug and the tees are two fulfilment orders, in these states."""
        one, two = self.part({MUG: 1}, **first), self.part({TEE: 2}, **({"id": "7000000000002"} | second))
        return self.parts(one, two)

    def held(self, reason: str = "HIGH_RISK_OF_FRAUD", display: str | None = "High risk of fraud") -> "Scene":
        return self.whole(status="ON_HOLD", holds=(Hold(reason, display),))

    def hold(self, reason: str = "OTHER", *, hours: float = 0, app: str | None = None) -> "Scene":
        """Shopify holds all of it from that hour on."""
        return self.whole(status="ON_HOLD", holds=(Hold(reason, None, app),), updated_at=self.at(hours))

    def release(self, hours: float) -> "Scene":
        """The hold ended, or something else about the fulfilment order changed."""
        return self.whole(updated_at=self.at(hours))

    def schedule(self, hours: float, status: str = "SCHEDULED") -> "Scene":
        """Shopify ships it from that hour on."""
        return self.whole(status=status, fulfill_at=self.at(hours))

    def pay(self, *payments: tuple[str, str, float], status: str = "PAID") -> "Scene":
        """The history of its payment: kind, outcome, hour."""
        said = tuple(Payment(kind, outcome, self.at(hours)) for kind, outcome, hours in payments)
        return self.detail(payments=said).change(financial_status=status)

    def add_line(self, line_id: str = CAP, units: int = 1, *, hours: float = 2) -> "Scene":
        """The order was edited: a line more."""
        line = Line(line_id, SKUS.get(line_id), units, units, units, True)
        self.lines(*self.known().lines, line)
        part, *others = self.known().fulfillment_orders
        more = FulfillmentOrderLine(line_id, None, units, units, True)
        if part.status == "CLOSED":
            fresh = {"id": "7000000000003", "created_at": self.at(hours), "updated_at": self.at(hours)}
            self.parts(part, *others, self.part({line_id: units}, **fresh))
        else:
            self.parts(replace(part, lines=(*part.lines, more), updated_at=self.at(hours)), *others)
        return self.detail(edited=True).change(updated_at=self.at(hours))

    def more_of(self, line_id: str, units: int, *, hours: float = 2) -> "Scene":
        """The order was edited: more units of a line."""
        self.lines(
            *(
                replace(
                    line,
                    quantity=line.quantity + units,
                    current=line.current + units,
                    unfulfilled=line.unfulfilled + units,
                )
                if line.id == line_id
                else line
                for line in self.known().lines
            )
        )
        self._to_ship(line_id, units, hours)
        return self.detail(edited=True).change(updated_at=self.at(hours))

    def take_out(self, units: Units, *, hours: float = 3) -> "Scene":
        """The order was edited down: these units, not fulfilled yet, are gone."""
        self._drop(units, hours)
        return self.detail(edited=True).change(updated_at=self.at(hours))

    def refund(self, units: Units | None = None, *, hours: float = 3, status: str | None = None) -> "Scene":
        """Units are taken back with their money (default: everything)."""
        units = {line.id: line.current for line in self.known().lines} if units is None else units
        self._drop(units, hours)
        everything = not any(line.current for line in self.known().lines)
        said = status or ("REFUNDED" if everything else "PARTIALLY_REFUNDED")
        refunds = (*self.known().refunds, Refund(self.at(hours), sum(units.values())))
        return self.detail(refunds=refunds).change(financial_status=said, updated_at=self.at(hours))

    def _drop(self, units: Units, hours: float) -> None:
        self.lines(
            *(
                replace(
                    line,
                    current=line.current - units.get(line.id, 0),
                    unfulfilled=max(line.unfulfilled - units.get(line.id, 0), 0),
                )
                for line in self.known().lines
            )
        )
        for line_id, n in units.items():
            self._to_ship(line_id, -n, hours)
        self._close_parts()

    def _to_ship(self, line_id: str, more: int, hours: float) -> None:
        self.parts(
            *(
                replace(
                    part,
                    updated_at=self.at(hours),
                    lines=tuple(
                        replace(line, remaining=max(line.remaining + more, 0))
                        if line.line_id == line_id
                        else line
                        for line in part.lines
                    ),
                )
                if any(line.line_id == line_id for line in part.lines)
                else part
                for part in self.known().fulfillment_orders
            )
        )

    def cancel(self, hours: float = 3, reason: str = "CUSTOMER") -> "Scene":
        return self.change(cancelled_at=self.at(hours), cancel_reason=reason, updated_at=self.at(hours))

    def archive(self, hours: float = 5) -> "Scene":
        return self.change(closed_at=self.at(hours), updated_at=self.at(hours))

    def fulfil(
        self,
        units: Units | None = None,
        *numbers: str | None,
        hours: float = 5,
        status: str = "SUCCESS",
        company: str | None = "USPS",
        url: str | None = "https://carrier.example/1",
        with_lines: bool = True,
        service: str | None = None,
        **fields: Any,
    ) -> "Scene":
        """Shopify records a fulfilment of these units (default: everything that needs shipping)."""
        if units is None:
            lines = self.order.detail.lines if self.order.detail else ()
            units = {line.id: line.unfulfilled for line in lines if line.requires_shipping} or {
                MUG: 1,
                TEE: 2,
            }
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
            service=service,
        )
        self.change(fulfillments=(*self.order.fulfillments, part))
        if status == "SUCCESS" and self.order.detail is not None:
            self._reduce(units)
        return self

    def _reduce(self, units: Units) -> None:
        lines = tuple(
            replace(line, unfulfilled=max(line.unfulfilled - units.get(line.id, 0), 0))
            for line in self.known().lines
        )
        parts = tuple(
            replace(
                part,
                lines=tuple(
                    replace(line, remaining=max(line.remaining - units.get(line.line_id, 0), 0))
                    for line in part.lines
                ),
            )
            for part in self.known().fulfillment_orders
        )
        self.detail(lines=lines, fulfillment_orders=parts)
        self._close_parts()

    def _close_parts(self) -> None:
        self.parts(
            *(
                replace(part, status="CLOSED")
                if part.lines and not sum(line.remaining for line in part.lines)
                else part
                for part in self.known().fulfillment_orders
            )
        )

    # ------------------------------------------------------------ ShipStation

    def store(self, number: int, **fields: Any) -> ShipStationStore:
        usual = {"name": f"Store {number}", "marketplace": "Shopify", "marketplace_id": 2, "active": True}
        return ShipStationStore(id=number, read_at=PLACED, **(usual | fields))

    def shop(self, number: int, **fields: Any) -> "Scene":
        """The ShipStation account has this store (or has it in this state)."""
        self.stores[number] = self.store(number, **fields)
        return self

    def row(
        self, row_id: int = 1, units: Units | None = None, *, hours: float = 0.5, **fields: Any
    ) -> "Scene":
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

    def now_row(self, row_id: int = 1, **fields: Any) -> "Scene":
        """Something about a ShipStation row has changed."""
        self.rows = [replace(row, **fields) if row.id == row_id else row for row in self.rows]
        return self

    def split(self, *shares: Units, **fields: Any) -> "Scene":
        """The row was split into one for each share: the first is the root."""
        for at, units in enumerate(shares, start=1):
            child = {} if at == 1 else {"parent_id": 1, "key": f"child-{at}"}
            self.row(at, units, merged_or_split=True, **(child | fields))
        return self

    def combined(self, *, absorbed: bool = True, **fields: Any) -> "Scene":
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
    ) -> "Scene":
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

    def mark(self, number: str | None = NUMBER, units: Units | None = None, **fields: Any) -> "Scene":
        """Somebody marks it as shipped; no label is made."""
        return self.ship(units, number, kind="mark", **fields)

    def give_back(self, number: str = OTHER, **fields: Any) -> "Scene":
        """A return label is made."""
        return self.ship(number=number, return_label=True, **({"notified": False} | fields))

    def void(self, which: int = 0, *, hours: float = 6) -> "Scene":
        """A label is voided, and its row awaits shipment again."""
        label = self.shipments[which]
        self.shipments[which] = replace(label, voided=True, voided_at=self.at(hours))
        return self.now_row(label.order_id, status="awaiting_shipment", modified_at=self.at(hours))

    # ------------------------------------------------------------ judging

    def rule(self, **fields: Any) -> "Scene":
        self.rules = replace(self.rules, **fields)
        return self

    def notify(self, mode: str, **fields: Any) -> "Scene":
        return self.rule(notify=NotifyPolicy(mode, **fields))

    def windows(self, **fields: Any) -> "Scene":
        return self.rule(windows=Windows(**fields))

    def company(self, **fields: Any) -> "Scene":
        """What the store's other orders show."""
        self.peers = replace(self.peers or Peers(), **fields)
        return self

    def nobody_younger(self) -> "Scene":
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


def days(*texts: str) -> frozenset[date]:
    """Dates from `2026-11-26`."""
    return frozenset(map(date.fromisoformat, texts))


def hours_between(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600


def names(scenes: Sequence[Scene]) -> list[str]:
    return [scene.order.name for scene in scenes]
