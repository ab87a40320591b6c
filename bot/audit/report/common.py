"""What the gaps of one cause have in common: carrier, store, day. Pure."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TypeVar

from bot.audit.report import wording
from bot.audit.result import AuditGap
from bot.gaps import catalog

T = TypeVar("T")
_Read = Callable[[AuditGap], str | None]
_PLACES: tuple[tuple[_Read, str], ...] = (
    (lambda gap: gap.carrier, "with {}"),
    (lambda gap: gap.store, "in the store {}"),
)
UNKNOWN = "unknown"
FEWEST = 3
"""Gaps of one cause from which on it means something that they share a thing."""
SHARE = 2 / 3
"""How many of them have to."""


@dataclass(frozen=True, slots=True)
class CauseRow:
    """The gaps of one cause, over all kinds."""

    code: str
    label: str
    gaps: int
    confirmed: int
    """Of these, those where a system says so itself."""
    text: str
    """What is said of most of them."""
    text_gaps: int
    next_action: str
    """The most frequent one."""
    kinds: tuple[tuple[str, int], ...]
    """Titles of the kinds, the most frequent first."""
    shared: tuple[str, ...]
    """What most of them have in common, in words."""


def by_cause(gaps: Sequence[AuditGap]) -> tuple[CauseRow, ...]:
    """Return one row a cause, the most frequent first and the unknown ones last."""
    groups: dict[str, list[AuditGap]] = {}
    for gap in gaps:
        groups.setdefault(gap.finding.cause.code, []).append(gap)
    usual = frozenset(_usual(gaps))
    rows = [_row(code, members, usual) for code, members in groups.items()]
    return tuple(sorted(rows, key=lambda row: (row.code == UNKNOWN, -row.gaps, row.code)))


def _usual(gaps: Sequence[AuditGap]) -> Iterator[str]:
    """Yield, in words, the places that most gaps of the audit share: they tell nothing of a cause."""
    for read, words in _PLACES:
        value, times = _top(read(gap) for gap in gaps) if gaps else (None, 0)
        if value is not None and times >= SHARE * len(gaps):
            yield words.format(value)


def _row(code: str, members: list[AuditGap], usual: Container[str]) -> CauseRow:
    text, times = _top(gap.finding.cause.text for gap in members)
    kinds = Counter(gap.finding.kind for gap in members).most_common()
    return CauseRow(
        code=code,
        label=wording.cause(code),
        gaps=len(members),
        confirmed=sum(gap.finding.cause.confidence == "confirmed" for gap in members),
        text=text,
        text_gaps=times,
        next_action=_top(gap.finding.next_action.text for gap in members)[0],
        kinds=tuple((catalog.kind(kind).title, count) for kind, count in kinds),
        shared=tuple(_shared(members, usual)),
    )


def _shared(members: list[AuditGap], usual: Container[str]) -> Iterator[str]:
    """Yield what most of them share."""
    if len(members) < FEWEST:
        return
    for read, words in _PLACES:
        yield from _told(members, read, words, usual)
    days = list(_told(members, _day, "began on {}"))
    yield from days or _told(members, _weekday, "began on a {}")


def _told(members: list[AuditGap], read: _Read, words: str, usual: Container[str] = ()) -> Iterator[str]:
    value, times = _top(read(gap) for gap in members)
    if value is None or times < max(FEWEST, SHARE * len(members)):
        return
    many = f"all {times:,}" if times == len(members) else f"{times:,} of {len(members):,}"
    said = words.format(value)
    if said not in usual:
        yield f"{many} {said}"


def _top(values: Iterable[T]) -> tuple[T, int]:
    return Counter(values).most_common(1)[0]


def _day(gap: AuditGap) -> str:
    return wording.weekday_and_day(gap.finding.since.astimezone(UTC).date())


def _weekday(gap: AuditGap) -> str:
    return wording.WEEKDAYS[gap.finding.since.astimezone(UTC).weekday()]
