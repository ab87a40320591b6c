"""Orders about which anything may be odd, on both sides: thrown with dice, the same order for the same number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from tests.unit.audit.months import Told

NUMBER, OTHER = "9400111899223197428490", "9400111899223197428506"
_NUMBERS = (NUMBER, NUMBER, OTHER, None)
_STATUSES = ("FULFILLED", "FULFILLED", "UNFULFILLED", "PARTIALLY_FULFILLED", "RESTOCKED", None)
_PAYMENTS = ("PAID", "PAID", "PAID", "PARTIALLY_REFUNDED", "REFUNDED", "PENDING", None)
_STATES = ("shipped", "shipped", "cancelled", "awaiting_shipment", "on_hold", None)
_AGES = (0.005, 0.03, 0.06, 0.09, 0.5, 1.5, 4, 10, 28)
"""Days: some minutes, and so on."""
_HOURS = (-100, 0, 1, 1.01, 4, 20, 90, 200)
_RARELY = (False, False, False, True, None)


def odd_order(seed: int, *, rows_known: bool, matrixify: bool) -> Told:
    """Return the order that this number stands for, as these files would tell it."""
    dice = _Dice(Random(seed), matrixify)
    return Told(
        order=dice.order(),
        lines=dice.some(dice.line),
        parts=dice.some(dice.part) if matrixify else (),
        rows=dice.some(dice.row) if rows_known else (),
        parcels=dice.some(dice.parcel),
        days_ago=dice.age,
    )


@dataclass
class _Dice:
    random: Random
    matrixify: bool

    def __post_init__(self) -> None:
        self.age = self.one(_AGES)

    def one(self, values: Sequence[Any]) -> Any:
        return self.random.choice(values)

    def some(self, make: Callable[[], dict[str, Any]]) -> list[dict[str, Any]]:
        return [make() for _ in range(self.one((0, 1, 1, 2)))]

    def at(self) -> datetime:
        return Told(days_ago=self.age).after(hours=self.one(_HOURS))

    def order(self) -> dict[str, Any]:
        return {
            "financial_status": self.one(_PAYMENTS),
            "fulfillment_status": self.one(_STATUSES),
            "addressed": self.one((True, True, None, False)),
            "cancelled_at": self.one((None, None, None, self.at())),
            "closed_at": self.one((None, None, self.at())) if self.matrixify else None,
            "fulfilled_at": self.at(),
        }

    def line(self) -> dict[str, Any]:
        return {
            "sku": self.one("AB"),
            "quantity": self.one((1, 1, 2)),
            "fulfillable": self.one((None, 0, 0, 1)) if self.matrixify else None,
            "requires_shipping": self.one((True, True, True, None, False)),
            "line_status": self.one(("pending", "fulfilled", "partial", None)),
        }

    def part(self) -> dict[str, Any]:
        return {
            "what": self.one(("fulfilled", "fulfilled", "refunded")),
            "id": self.one((1, 2)),
            "line_id": self.one((1, 2, None)),
            "quantity": 1,
            "status": self.one(("SUCCESS", "SUCCESS", "CANCELLED", "ERROR", None)),
            "created_at": self.at(),
            "tracking": self.one(_NUMBERS),
            "company": self.one(("USPS", "USPS", "Other", None)),
            "url": self.one(("https://example.com", None)),
        }

    def row(self) -> dict[str, Any]:
        usual = Told(days_ago=self.age).created_at
        return {
            "status": self.one(_STATES),
            "ordered_at": self.one((usual, usual, self.at(), None)),
            "sku": self.one(("A", "B", None)),
            "quantity": 1,
        }

    def parcel(self) -> dict[str, Any]:
        return {
            "kind": self.one(("label", "label", "mark")),
            "tracking": self.one(_NUMBERS),
            "voided": self.one(_RARELY),
            "return_label": self.one(_RARELY),
            "notified": self.one(_RARELY),
            "made_at": self.at(),
            "ordered_at": self.one((None, Told(days_ago=self.age).created_at, self.at())),
            "order_status": self.one(_STATES),
            "sku": self.one(("A", None, None)),
            "quantity": 1,
        }
