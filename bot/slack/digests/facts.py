"""All that a digest says, as values: counted once, kept in its notice, and worded as often as Slack asks for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from bot.slack.inline import headline, order_name
from storage.findings import Severity
from storage.gap import Gap
from storage.trends import Card
from storage.watching import Watching

HEADLINE = 160


@dataclass(frozen=True, slots=True)
class Named:
    """A gap that is named."""

    name: str
    """`Order #1234`, or the store; as it was written, to be made safe."""
    said: str
    """The gap in one line, made safe."""
    severity: Severity
    since: datetime
    owner: str | None = None
    shopify: str | None = None
    shipstation: str | None = None
    card: Card | None = None

    @classmethod
    def of(cls, gap: Gap, card: Card | None) -> "Named":
        """Return a gap as it is named."""
        found = gap.finding
        links = (found.links.shopify, found.links.shipstation)
        said = headline(gap, HEADLINE)
        return cls(order_name(gap), said, found.severity, found.since, gap.owner, *links, card)


@dataclass(frozen=True, slots=True)
class Several:
    """Some gaps, of which the first are named."""

    total: int = 0
    named: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class OfKind:
    """The unresolved gaps of one kind."""

    kind: str
    gaps: int
    unowned: int


@dataclass(frozen=True, slots=True)
class NewOfKind:
    """The new gaps of one kind."""

    kind: str
    gaps: Several


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has."""

    user: str
    gaps: int
    since: datetime
    """Since when the oldest of it stands."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended in a time."""

    total: int = 0
    alone: int = 0
    """Without anybody having said so."""
    set_aside: int = 0
    """As not a gap, or accepted."""
    half_within: timedelta | None = None
    """From being found to the end, in business hours: the median."""


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """An order without a label, as it was written, and where to print one."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ToShip:
    """What today's cutoff waits for."""

    cutoff: datetime
    orders: int
    named: tuple[Unlabelled, ...]
    """The first of them."""
    more: bool = False
    """Whether there are more than were looked at."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day or week of the chart."""

    label: str
    opened: int
    ended: int
    open: int
    """Unresolved at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What every digest says of itself. Times in UTC."""

    store: str
    at: datetime
    """What holds then."""
    until: datetime | None = None
    """When it is too late to send it; None: it is sent at once."""
    hours: str
    """The business hours in which times are counted: `08:00 to 18:00`."""
    complete_at: datetime | None = None
    """When the store was last read completely."""
    fresh: bool = True
    """Whether that is recent enough to conclude anything from."""
    unread: str | None = None
    """Why the latest run could not read everything."""
    open: int = 0
    unowned: int = 0
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts(Place):
    """Where a store stands in the morning."""

    day: date
    since: datetime
    """Of what is new or has ended."""
    snoozed: int = 0
    first: Several = Several()
    """What nobody has, the gravest first."""
    kinds: tuple[OfKind, ...] = ()
    new: tuple[NewOfKind, ...] = ()
    back: Several = Several()
    """Came back after they had ended."""
    ended: Ended = Ended()
    owners: tuple[Load, ...] = ()
    oldest: Named | None = None
    wakes: Several = Several()
    """Snoozes that end today."""
    to_ship: ToShip | None = None

    @property
    def opened(self) -> int:
        """How many gaps are new."""
        return sum(each.gaps.total for each in self.new)

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say: nothing is open, and nothing has happened."""
        return not (self.open or self.opened or self.ended.total or self.back.total)


@dataclass(frozen=True, slots=True)
class Speed:
    """How long something took, in business hours."""

    half: timedelta
    """The median."""
    most: timedelta
    """What nine of ten took at the most (p90)."""
    many: int


@dataclass(frozen=True, slots=True)
class KindWeek:
    """One kind in a week, and in the week before."""

    kind: str
    opened: int
    opened_before: int
    claim: Speed | None = None
    resolve: Speed | None = None
    resolve_before: Speed | None = None


@dataclass(frozen=True, slots=True)
class Offender:
    """An order that had several gaps."""

    gap: Named
    times: int


@dataclass(frozen=True, slots=True)
class Recurring:
    """A cause, or a carrier, that came up in both weeks."""

    name: str
    kind: str | None
    gaps: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFacts(Place):
    """What became of a store's gaps in a week."""

    first: date
    last: date
    """Both in the store's zone, both within the week."""
    opened: int = 0
    opened_before: int = 0
    ended: Ended = Ended()
    ended_before: Ended = Ended()
    open_before: int = 0
    """Unresolved a week ago."""
    kinds: tuple[KindWeek, ...] = ()
    orders: tuple[Offender, ...] = ()
    causes: tuple[Recurring, ...] = ()
    carriers: tuple[Recurring, ...] = ()
    watching: Watching = Watching()
    watching_before: Watching = Watching()

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say: nothing happened in either week, nothing is open, and all was seen."""
        quiet = not (self.open or self.opened or self.opened_before or self.ended.total)
        return quiet and self.watching.complete == self.watching.runs


_DAY = TypeAdapter(DayFacts)
_WEEK = TypeAdapter(WeekFacts)


def day_kept(facts: DayFacts) -> dict[str, Any]:
    """Return a daily digest as a notice keeps it."""
    return dict(_DAY.dump_python(facts, mode="json"))


def week_kept(facts: WeekFacts) -> dict[str, Any]:
    """Return a weekly digest as a notice keeps it."""
    return dict(_WEEK.dump_python(facts, mode="json"))


def day_of(kept: Mapping[str, Any]) -> DayFacts:
    """Return the daily digest that a notice keeps; what it does not know yet has its default."""
    return _DAY.validate_python(kept)


def week_of(kept: Mapping[str, Any]) -> WeekFacts:
    """Return the weekly digest that a notice keeps."""
    return _WEEK.validate_python(kept)
