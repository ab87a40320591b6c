"""What a digest's picture shows: panels of bars, with the words for who does not see them. Pure."""

from dataclasses import asdict, dataclass
from itertools import dropwhile
from typing import Any, Literal

from bot.gaps.catalog import title
from bot.slack.digests.facts import Bar, DayFacts, Place, WeekFacts
from bot.slack.digests.pieces import day_name
from bot.slack.inline import counted, listed

KINDS = 6
ALT = 1000
"""Characters of the words for a picture."""
_HOUR = 3600

Tone = Literal["strong", "soft", "alarm"]


@dataclass(frozen=True, slots=True)
class Series:
    """Bars of one colour, or the points of a line; as many as the panel has labels."""

    name: str
    tone: Tone
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart. `rows` lie, and their series are put end to end; `columns` stand side by side."""

    title: str
    shape: Literal["rows", "columns"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    line: Series | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture."""

    title: str
    panels: tuple[Panel, ...]
    alt: str
    """What it shows, in words."""

    def as_json(self) -> dict[str, Any]:
        """Return it for the process that draws it."""
        return asdict(self)


def day_chart(facts: DayFacts) -> Chart | None:
    """Return the picture of a daily digest; None: there is nothing to be seen."""
    bars = _begun(facts.bars)
    if not facts.kinds and not bars:
        return None
    panels = [_stream("New and ended, by day", bars)] if bars else []
    if facts.kinds:
        panels.insert(0, _open_by_kind(facts))
    said = listed([f"{each.gaps:,} {title(each.kind)}" for each in facts.kinds[:KINDS]])
    opened = f"Open: {said}. " if facts.kinds else ""
    return _chart(facts, day_name(facts.day), panels, f"{opened}{_told('day', bars)}")


def week_chart(facts: WeekFacts) -> Chart | None:
    """Return the picture of a weekly digest; None: there is nothing to be seen."""
    bars = _begun(facts.bars)
    if not bars:
        return None
    panels = [_stream("New and ended, by week", bars)]
    timed = [each for each in facts.kinds if each.resolve][:KINDS]
    said = ""
    if timed:
        hours = [_hours(each.resolve.half.total_seconds()) for each in timed if each.resolve]
        names = tuple(title(each.kind) for each in timed)
        median = Series("median", "strong", tuple(hours))
        panels.append(Panel("Business hours from found to ended, median", "rows", names, (median,)))
        pairs = zip(names, hours, strict=True)
        said = f" Median business hours to the end: {listed([f'{name} {many:g}' for name, many in pairs])}."
    week = f"the week of {facts.first.day} {facts.first:%B}"
    return _chart(facts, week, panels, f"{_told('week', bars)}{said}")


def _chart(facts: Place, when: str, panels: list[Panel], said: str) -> Chart:
    return Chart(f"{facts.store}, {when}", tuple(panels), f"Chart for {facts.store}, {when}. {said}"[:ALT])


def _open_by_kind(facts: DayFacts) -> Panel:
    shown, rest = facts.kinds[:KINDS], facts.kinds[KINDS:]
    names = [title(each.kind) for each in shown]
    counts = [(each.gaps, each.unowned) for each in shown]
    if rest:
        names.append(counted(len(rest), "more kind"))
        counts.append((sum(each.gaps for each in rest), sum(each.unowned for each in rest)))
    free = tuple(float(unowned) for _, unowned in counts)
    had = tuple(float(gaps - unowned) for gaps, unowned in counts)
    series = (Series("unowned", "alarm", free), Series("owned or snoozed", "soft", had))
    return Panel("Open now, by kind", "rows", tuple(names), series)


def _begun(bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    """Return the bars from the first on that shows anything: before it, nobody looked."""
    return tuple(dropwhile(lambda bar: not (bar.opened or bar.ended or bar.open), bars))


def _stream(name: str, bars: tuple[Bar, ...]) -> Panel:
    new = Series("new", "strong", tuple(float(bar.opened) for bar in bars))
    over = Series("ended", "soft", tuple(float(bar.ended) for bar in bars))
    left = Series("open at the end", "alarm", tuple(float(bar.open) for bar in bars))
    return Panel(name, "columns", tuple(bar.label for bar in bars), (new, over), left)


def _told(what: str, bars: tuple[Bar, ...]) -> str:
    if not bars:
        return ""
    opened, ended = sum(bar.opened for bar in bars), sum(bar.ended for bar in bars)
    grown = f"open went from {bars[0].open:,} to {bars[-1].open:,}"
    return f"In {counted(len(bars), what)} {opened:,} new and {ended:,} ended; {grown}."


def _hours(seconds: float) -> float:
    return round(seconds / _HOUR, 1)
