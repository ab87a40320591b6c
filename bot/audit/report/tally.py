"""What there is to count in an audit, once for terminal, page and picture. Pure.

Gaps at the window's edge may be explained by what lies outside the files, so they are counted apart: every number here leaves
them out unless it says otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from functools import cached_property
from statistics import median

from bot.audit.report import wording
from bot.audit.report.common import CauseRow, by_cause
from bot.audit.result import Audit, AuditGap, NotJudged
from bot.gaps import catalog
from bot.gaps.kinds import Described
from storage.findings import Severity

WORST = 20
"""Gaps that the page shows in full without being asked."""
NO_CARRIER = "no carrier named"


@dataclass(frozen=True, slots=True)
class Count:
    """How many gaps share one thing, and how many late days they make."""

    name: str
    gaps: int
    late_days: float


@dataclass(frozen=True, slots=True)
class KindRow:
    """The gaps of one kind."""

    kind: Described
    gaps: int
    edge: int
    """Those at the window's edge, which `gaps` leaves out."""
    oldest_days: float
    late_days: float
    severity: Severity
    """The worst that was met."""
    cause: str
    """The most frequent one, in words."""
    cause_gaps: int


@dataclass(frozen=True)
class Tally:
    """An audit and its numbers."""

    audit: Audit

    @cached_property
    def firm(self) -> tuple[AuditGap, ...]:
        """The gaps that the window's edge does not explain, the worst first."""
        return tuple(gap for gap in self.audit.gaps if gap.edge is None)

    @cached_property
    def edge(self) -> tuple[AuditGap, ...]:
        """The others."""
        return tuple(gap for gap in self.audit.gaps if gap.edge is not None)

    @cached_property
    def stuck(self) -> int:
        """Orders with at least one gap, those that a gap of the whole store stands for included."""
        keys = {key for gap in self.firm if (key := order_key(gap)) is not None}
        return len(keys.union(*(gap.finding.folded for gap in self.firm)))

    @cached_property
    def whole_store(self) -> int:
        """Gaps of a whole store."""
        return sum(order_key(gap) is None for gap in self.firm)

    @cached_property
    def days(self) -> tuple[float, ...]:
        """For how many days each stuck order stood, by its longest gap; a gap of a whole store counts once."""
        longest: dict[str, float] = {}
        for gap in self.firm:
            key = order_key(gap) or f"{gap.store}\n{gap.finding.kind}"
            longest[key] = max(longest.get(key, 0.0), self.audit.days_open(gap))
        return tuple(longest.values())

    @property
    def late_days(self) -> float:
        """Sum of the days."""
        return sum(self.days)

    @property
    def median_days(self) -> float:
        """Days of the order in the middle; 0 without any."""
        return median(self.days) if self.days else 0.0

    @cached_property
    def oldest(self) -> AuditGap | None:
        """The gap that has stood for the longest."""
        return min(self.firm, key=lambda gap: gap.finding.since, default=None)

    @cached_property
    def values(self) -> dict[str, Decimal]:
        """Totals of the stuck orders, by currency; the largest first. Orders without a total are not in it."""
        totals = {
            order_key(gap): (gap.currency or "", Decimal(gap.value))
            for gap in self.firm
            if gap.value is not None
        }
        sums: dict[str, Decimal] = {}
        for currency, value in totals.values():
            sums[currency] = sums.get(currency, Decimal(0)) + value
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    @cached_property
    def severe(self) -> int:
        """Gaps that are high or critical."""
        return sum(gap.finding.severity >= Severity.HIGH for gap in self.firm)

    @property
    def worst(self) -> tuple[AuditGap, ...]:
        """The worst twenty."""
        return self.firm[:WORST]

    @cached_property
    def kinds(self) -> tuple[KindRow, ...]:
        """One row a kind, the most frequent first; kinds seen only at the edge come last."""
        groups: dict[str, list[AuditGap]] = {}
        for gap in self.audit.gaps:
            groups.setdefault(gap.finding.kind, []).append(gap)
        rows = [self._kind(code, members) for code, members in groups.items()]
        return tuple(sorted(rows, key=lambda row: (-row.gaps, -row.severity, row.kind.code)))

    @cached_property
    def absent(self) -> tuple[Described, ...]:
        """Kinds that were looked for and not met. Forecasts accuse nobody and are left out."""
        met = {gap.finding.kind for gap in self.audit.gaps}
        unjudged = {each.kind for each in self.audit.not_judged}
        return tuple(kind for kind in catalog.ALL if kind.code not in met | unjudged | catalog.FORECASTS)

    @cached_property
    def causes(self) -> tuple[CauseRow, ...]:
        """One row a cause, the most frequent first."""
        return by_cause(self.firm)

    @cached_property
    def needs(self) -> Mapping[str, tuple[NotJudged, ...]]:
        """What was not judged, by the export that would settle it; the one that settles most first."""
        groups: dict[str, list[NotJudged]] = {}
        for each in self.audit.not_judged:
            groups.setdefault(each.needs, []).append(each)
        ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
        return {needs: tuple(members) for needs, members in ordered}

    @property
    def rejected(self) -> int:
        """Rows that could not be read; of a file with very many, not every one is listed."""
        return max(sum(file.rejected for file in self.audit.files), len(self.audit.rejected_rows))

    @cached_property
    def carriers(self) -> tuple[Count, ...]:
        """The gaps by carrier, the most frequent first."""
        return self._counts((gap.carrier or NO_CARRIER, gap) for gap in self.firm)

    @cached_property
    def stores(self) -> tuple[Count, ...]:
        """The gaps by store."""
        return self._counts((gap.store, gap) for gap in self.firm)

    @property
    def several_stores(self) -> bool:
        """Whether the gaps, edges included, lie in more than one store."""
        return len({gap.store for gap in self.audit.gaps}) > 1

    @cached_property
    def weekdays(self) -> tuple[Count, ...]:
        """The gaps by the weekday (UTC) on which they began, Monday first, all seven."""
        found = {count.name: count for count in self._counts((weekday(gap), gap) for gap in self.firm)}
        return tuple(found.get(name, Count(name, 0, 0.0)) for name in wording.WEEKDAYS)

    def _kind(self, code: str, members: Sequence[AuditGap]) -> KindRow:
        firm = [gap for gap in members if gap.edge is None]
        days = [self.audit.days_open(gap) for gap in firm]
        cause, times = _most(gap.finding.cause.code for gap in firm or members)
        return KindRow(
            kind=catalog.kind(code),
            gaps=len(firm),
            edge=len(members) - len(firm),
            oldest_days=max(days, default=0.0),
            late_days=sum(days),
            severity=max(gap.finding.severity for gap in members),
            cause=wording.cause(cause),
            cause_gaps=times,
        )

    def _counts(self, named: Iterable[tuple[str, AuditGap]]) -> tuple[Count, ...]:
        groups: dict[str, list[AuditGap]] = {}
        for name, gap in named:
            groups.setdefault(name, []).append(gap)
        counts = [Count(name, len(gaps), self._sum(gaps)) for name, gaps in groups.items()]
        return tuple(sorted(counts, key=lambda count: (-count.gaps, count.name)))

    def _sum(self, gaps: Sequence[AuditGap]) -> float:
        return sum(self.audit.days_open(gap) for gap in gaps)


def order_key(gap: AuditGap) -> str | None:
    """Return what tells one order from another; None for the whole store."""
    return gap.order_id or gap.order


def weekday(gap: AuditGap) -> str:
    """Return the weekday (UTC) on which a gap began."""
    return wording.WEEKDAYS[gap.finding.since.astimezone(UTC).weekday()]


def _most(values: Iterable[str]) -> tuple[str, int]:
    return Counter(values).most_common(1)[0]
