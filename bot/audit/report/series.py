"""The gaps over time: a timeline of when they began, and a histogram of how long they stood. Pure; days are UTC."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from itertools import pairwise

from bot.audit.report import wording
from bot.audit.result import Audit, AuditGap
from storage.findings import Severity

MOST_DAYS = 62
"""Longest window whose timeline has a bar a day; a longer one has a bar a week."""
AGES = (1, 2, 3, 5, 7, 14, 30)
"""Days at which a new bar of the histogram begins."""
MOST_LABELS = 6
"""Labels below a timeline: what fits on a phone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Gaps that belong together, in the three tones in which they are drawn."""

    name: str
    """In full: `Wed 18 Nov`, `2 to 3 days`."""
    label: str
    """What stands below the bar; empty where there is no room."""
    severe: int = 0
    """Critical and high ones."""
    ordinary: int = 0
    """Normal and low ones."""
    edge: int = 0
    """Those at the window's edge, of any severity."""

    @property
    def total(self) -> int:
        """All of them."""
        return self.severe + self.ordinary + self.edge


def timeline(audit: Audit) -> tuple[Bar, ...]:
    """Return a bar a day of the window, or a week of a long one; before it, one for what had begun earlier."""
    first, last = wording.first_day(audit), wording.last_day(audit)
    step = 1 if (last - first).days < MOST_DAYS else 7
    steps = (last - first).days // step + 1
    every = -(-steps // MOST_LABELS)
    earlier = [gap for gap in audit.gaps if _began(gap) < first]
    labelled = range(every if earlier else 0, steps, every)
    bars = [_day_bar(first + timedelta(days=at * step), step, labelled=at in labelled) for at in range(steps)]
    within = [gap for gap in audit.gaps if _began(gap) >= first]
    drawn = _filled(bars, within, lambda gap: min((_began(gap) - first).days // step, steps - 1))
    return (
        (*_filled([Bar("Before the window", "before")], earlier, lambda _: 0), *drawn) if earlier else drawn
    )


def ages(audit: Audit) -> tuple[Bar, ...]:
    """Return how many gaps had stood for how many days when the window ended."""
    bars = [Bar("less than 1 day", "<1")]
    bars += [Bar(f"{low} to {high} days", f"{low}-{high}") for low, high in pairwise(AGES)]
    bars.append(Bar(f"{AGES[-1]} days or more", f"{AGES[-1]}+"))
    return _filled(bars, audit.gaps, lambda gap: bisect_right(AGES, audit.days_open(gap)))


def _day_bar(start: date, step: int, *, labelled: bool) -> Bar:
    name = wording.weekday_and_day(start) if step == 1 else f"Week from {wording.weekday_and_day(start)}"
    return Bar(name, wording.day(start) if labelled else "")


def _began(gap: AuditGap) -> date:
    return gap.finding.since.astimezone(UTC).date()


def _filled(bars: Sequence[Bar], gaps: Sequence[AuditGap], at: Callable[[AuditGap], int]) -> tuple[Bar, ...]:
    """Return the bars with each gap in the one that `at` says."""
    groups: list[list[AuditGap]] = [[] for _ in bars]
    for gap in gaps:
        groups[at(gap)].append(gap)
    return tuple(_with(bar, members) for bar, members in zip(bars, groups, strict=True))


def _with(bar: Bar, gaps: Sequence[AuditGap]) -> Bar:
    firm = [gap for gap in gaps if gap.edge is None]
    severe = sum(gap.finding.severity >= Severity.HIGH for gap in firm)
    return replace(bar, severe=severe, ordinary=len(firm) - severe, edge=len(gaps) - len(firm))
