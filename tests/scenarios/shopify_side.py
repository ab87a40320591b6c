"""What Shopify says of the order of a scene, in verbs that chain."""

from dataclasses import replace
from typing import Any, Self

from storage.facts import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Line,
    OrderDetail,
    Payment,
    Quantity,
    Refund,
    Tracking,
)
from tests.scenarios.things import CAP, EBOOK, MUG, SKUS, TEE, Side, Units


class ShopifySide(Side):
    """The half of a scene that Shopify tells."""

    def known(self) -> OrderDetail:
        assert self.order.detail is not None
        return self.order.detail

    def change(self, **fields: Any) -> Self:
        self.order = replace(self.order, **fields)
        return self

    def detail(self, **fields: Any) -> Self:
        return self.change(detail=replace(self.known(), **fields))

    def listed(self) -> Self:
        """Forget the detail: only the list entry was read."""
        return self.change(detail=None)

    def lines(self, *lines: Line) -> Self:
        self.detail(lines=lines)
        return self.change(quantity=sum(line.current for line in lines))

    def only(self, units: Units) -> Self:
        """The order has these lines, all to be shipped by one fulfilment order."""
        self.lines(*(Line(line_id, SKUS.get(line_id), n, n, n, True) for line_id, n in units.items()))
        return self.parts(self.part(units))

    def digital(self, line_id: str = EBOOK, *, gift_card: bool = False) -> Self:
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

    def parts(self, *parts: FulfillmentOrder) -> Self:
        return self.detail(fulfillment_orders=parts)

    def whole(self, **fields: Any) -> Self:
        """One fulfilment order holds everything, in this state."""
        return self.parts(self.part({MUG: 1, TEE: 2}, **fields))

    def two_parts(self, first: dict[str, Any], second: dict[str, Any]) -> Self:
        """The mug and the tees are two fulfilment orders, in these states."""
        one, two = self.part({MUG: 1}, **first), self.part({TEE: 2}, **({"id": "7000000000002"} | second))
        return self.parts(one, two)

    def held(self, reason: str = "HIGH_RISK_OF_FRAUD", display: str | None = "High risk of fraud") -> Self:
        return self.whole(status="ON_HOLD", holds=(Hold(reason, display),))

    def hold(self, reason: str = "OTHER", *, hours: float = 0, app: str | None = None) -> Self:
        """Shopify holds all of it from that hour on."""
        return self.whole(status="ON_HOLD", holds=(Hold(reason, None, app),), updated_at=self.at(hours))

    def release(self, hours: float) -> Self:
        """The hold ended, or something else about the fulfilment order changed."""
        return self.whole(updated_at=self.at(hours))

    def schedule(self, hours: float, status: str = "SCHEDULED") -> Self:
        """Shopify ships it from that hour on."""
        return self.whole(status=status, fulfill_at=self.at(hours))

    def pay(self, *payments: tuple[str, str, float], status: str = "PAID") -> Self:
        """The history of its payment: kind, outcome, hour."""
        said = tuple(Payment(kind, outcome, self.at(hours)) for kind, outcome, hours in payments)
        return self.detail(payments=said).change(financial_status=status)

    def add_line(self, line_id: str = CAP, units: int = 1, *, hours: float = 2) -> Self:
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

    def more_of(self, line_id: str, units: int, *, hours: float = 2) -> Self:
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

    def take_out(self, units: Units, *, hours: float = 3) -> Self:
        """The order was edited down: these units, not fulfilled yet, are gone."""
        self._drop(units, hours)
        return self.detail(edited=True).change(updated_at=self.at(hours))

    def refund(self, units: Units | None = None, *, hours: float = 3, status: str | None = None) -> Self:
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

    def cancel(self, hours: float = 3, reason: str = "CUSTOMER") -> Self:
        return self.change(cancelled_at=self.at(hours), cancel_reason=reason, updated_at=self.at(hours))

    def archive(self, hours: float = 5) -> Self:
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
    ) -> Self:
        """Shopify records a fulfilment of these units (default: everything that needs shipping)."""
        if units is None:
            lines = self.order.detail.lines if self.order.detail else ()
            units = {line.id: line.unfulfilled for line in lines if line.requires_shipping} or {
                MUG: 1,
                TEE: 2,
            }
        count = len(self.order.fulfillments) + 1
        part = Fulfillment(
            id=fields.pop("id", f"f{count}"),
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
