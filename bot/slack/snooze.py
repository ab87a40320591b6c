"""When a snooze may end: the choices on a person's own clock. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.gaps import calendar
from bot.gaps.rules import StoreRules
from bot.slack.replies import local

MORNING = time(9, 0)
LONGEST = timedelta(days=90)
OWN = "own"
"""The choice that stands for a date and time of one's own."""
PAST = "That time has passed. Choose a later one."
TOO_FAR = "That is more than 90 days away. Choose a nearer time, or use Accepted… if it may stay as it is."
MISSING = "Choose a date and time here, or one of the choices above."


@dataclass(frozen=True, slots=True)
class Choice:
    """One end of a snooze: what the person reads, and what the menu carries."""

    text: str
    value: str


def choices(now: datetime, zone: ZoneInfo, rules: StoreRules) -> list[Choice]:
    """Return the choices in the order of the menu, with the local time that each means."""
    tomorrow = at_nine(now.astimezone(zone).date() + timedelta(days=1), zone)
    working = at_nine(next_workday(now.astimezone(zone).date(), rules), zone)
    return [
        *(_hours(number, now, zone) for number in (1, 4)),
        Choice(f"Tomorrow 9:00 ({_day(tomorrow)})", f"at:{int(tomorrow.timestamp())}"),
        Choice(f"Next working day 9:00 ({_day(working)})", f"at:{int(working.timestamp())} workday"),
        Choice("A date and time of your own, below", OWN),
    ]


def end_of(value: str, own: int | None, now: datetime) -> datetime | None:
    """Return when a chosen snooze ends (UTC); a time of one's own wins; None: none was given."""
    if own is not None:
        return datetime.fromtimestamp(own, UTC)
    kind, _, amount = value.partition(":")
    if kind == "hours":
        return now + timedelta(hours=int(amount))
    return datetime.fromtimestamp(int(amount.split()[0]), UTC) if kind == "at" else None


def objection(until: datetime | None, now: datetime) -> str | None:
    """Return what is wrong with this end, in words for the person; None when it will do."""
    if until is None:
        return MISSING
    if until <= now:
        return PAST
    return TOO_FAR if until - now > LONGEST else None


def next_workday(today: date, rules: StoreRules) -> date:
    """Return the first working day of the store after `today`; tomorrow for a store that never works."""
    ahead = (today + timedelta(days=days) for days in range(1, 60))
    return next((day for day in ahead if calendar.is_workday(rules, day)), today + timedelta(days=1))


def at_nine(day: date, zone: ZoneInfo) -> datetime:
    """Return nine in the morning of that day in `zone`."""
    return datetime.combine(day, MORNING, tzinfo=zone)


def _hours(number: int, now: datetime, zone: ZoneInfo) -> Choice:
    until = local(now + timedelta(hours=number), zone).rpartition(" ")[2]
    return Choice(f"{number} hour{'s' if number > 1 else ''} (until {until})", f"hours:{number}")


def _day(at: datetime) -> str:
    return f"{at:%A} {at.day} {at:%B}"
