"""How much to ask Shopify for at once: learns what a row costs and what the bucket still holds (apis.md A4)."""

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.metrics import API_LEFT

LARGEST = 250
"""Rows that one connection or one list of ids may hold."""
QUERY_COST = 1_000.0
"""Points that a single query may cost, on every plan."""
FIRST_SIZES = {"OrdersDetailed": 10, "OrdersWide": 3}
"""Rows asked for before anything is known of a document's cost; others start at 50."""
FIRST_SIZE = 50
UNTOLD = 2.0
"""Seconds to wait, jittered, where Shopify throttles and does not say for how long."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What Shopify says a query costs and what the bucket holds; every part may be missing."""

    requested: float | None = None
    available: float | None = None
    maximum: float | None = None
    restored: float | None = None
    """Points that come back per second."""

    @property
    def impossible(self) -> bool:
        """Whether waiting cannot help, because even a full bucket is too small."""
        return bool(self.requested and self.maximum and self.requested > self.maximum)

    def wait(self) -> float | None:
        """Return the seconds until a throttled query fits: max(1, ceil(missing / restored)); None if unknown."""
        if self.requested is None or self.available is None or not self.restored:
            return None
        return max(1.0, math.ceil((self.requested - self.available) / self.restored))


def cost_in(body: dict[str, Any]) -> Cost:
    """Read `extensions.cost` of an answer, as far as it is there."""
    cost = _object(_object(body.get("extensions")).get("cost"))
    status = _object(cost.get("throttleStatus"))
    return Cost(
        requested=_points(cost.get("requestedQueryCost")),
        available=_points(status.get("currentlyAvailable")),
        maximum=_points(status.get("maximumAvailable")),
        restored=_points(status.get("restoreRate")),
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _points(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value >= 0 else None


@dataclass(slots=True)
class Pace:
    """What one client has learnt: cost per row and document, refused sizes, the bucket as last seen."""

    row_cost: dict[str, float] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    """The smallest number of rows that was too costly, per document."""
    bucket: Cost = field(default_factory=Cost)
    seen_at: datetime | None = None

    def size(self, document: str) -> int:
        """Return how many rows to ask for: as many as fit a query and a full bucket."""
        price = self.row_cost.get(document)
        if price is None:
            fitting = FIRST_SIZES.get(document, FIRST_SIZE)
        else:
            fitting = int(min(QUERY_COST, self.bucket.maximum or QUERY_COST) / price) if price else LARGEST
        refused = self.refused.get(document)
        if refused is not None and fitting >= refused:
            fitting = refused // 2
        return max(1, min(LARGEST, fitting))

    def learn(self, document: str, rows: int, cost: Cost, now: datetime) -> None:
        """Remember the bucket, and the least that a row of `document` has cost: overheads weigh on small pages."""
        if cost.requested is not None and rows:
            price = cost.requested / rows
            self.row_cost[document] = min(price, self.row_cost.get(document, price))
        if cost.available is not None:
            self.bucket, self.seen_at = cost, now
            API_LEFT.labels("shopify").set(cost.available)

    def refuse(self, document: str, rows: int) -> None:
        """Remember that `rows` rows of `document` were too many for one query."""
        self.refused[document] = min(rows, self.refused.get(document, rows))

    def wait(self, document: str, rows: int, now: datetime) -> float:
        """Return the seconds to wait before asking, so that the bucket holds what the query is charged up front."""
        price, bucket = self.row_cost.get(document), self.bucket
        if price is None or bucket.available is None or not bucket.restored or self.seen_at is None:
            return 0.0
        here = bucket.available + bucket.restored * (now - self.seen_at).total_seconds()
        needed = min(price * rows, bucket.maximum or QUERY_COST)
        return max(0.0, math.ceil((needed - here) / bucket.restored))
