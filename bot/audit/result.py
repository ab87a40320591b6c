"""What an audit found, as values. Times in UTC."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sources.exports.files import ReadFile, RejectedRow
from storage.findings import Finding

__all__ = ["Audit", "AuditGap", "Edge", "NotJudged", "ReadFile", "RejectedRow"]

Edge = Literal["first day", "last day"]


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A kind of gap that these files cannot show, and so was not looked for."""

    kind: str
    why: str
    needs: str
    """The export that would settle it."""


@dataclass(frozen=True, slots=True)
class AuditGap:
    """One gap of the month, with what a report counts it by. No personal data."""

    finding: Finding
    order: str | None
    """As Shopify shows it, `#` kept; None for the whole store."""
    order_id: str | None
    store: str
    """The sales channel's name as ShipStation's export tells it, or the name of the audit's only store."""
    ordered_at: datetime | None
    carrier: str | None = None
    """As ShipStation names it; of the parcel that the gap is about."""
    value: str | None = None
    """Decimal text of the order's total, in `currency`."""
    currency: str | None = None
    edge: Edge | None = None
    """Set where the window's edge may explain it: the other half may lie outside the files."""


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that an audit says."""

    since: datetime
    until: datetime
    """The window; `until` is the moment as of which everything was judged."""
    files: tuple[ReadFile, ...]
    orders: int
    """Shopify orders of the window."""
    shipments: int
    """ShipStation parcels of the window, labels and marks, voided ones too."""
    gaps: tuple[AuditGap, ...]
    """The worst first: severity, then the longest standing."""
    not_judged: tuple[NotJudged, ...]
    rejected_rows: tuple[RejectedRow, ...]
    seconds: float = field(default=0.0, compare=False)

    @property
    def counts(self) -> dict[str, int]:
        """The gaps by kind, the most frequent first."""
        return dict(Counter(gap.finding.kind for gap in self.gaps).most_common())

    def days_open(self, gap: AuditGap) -> float:
        """Return for how many days a gap had stood when the window ended: what it cost in late days."""
        return max((self.until - gap.finding.since).total_seconds() / 86_400, 0.0)
