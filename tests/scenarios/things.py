"""What every scene is made of: ids, numbers, a moment, and small questions about moments."""

from datetime import UTC, date, datetime, timedelta

from storage.facts import Order

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
"""Units by line id."""


class Side:
    """What both halves of a scene know: the order, and the hours since it was placed."""

    order: Order
    id: str
    placed: datetime

    def at(self, hours: float) -> datetime:
        return self.placed + timedelta(hours=hours)


def days(*texts: str) -> frozenset[date]:
    """Dates from `2026-11-26`."""
    return frozenset(map(date.fromisoformat, texts))


def hours_between(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600
