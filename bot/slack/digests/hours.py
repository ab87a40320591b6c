"""When a store's digests are due: on its own clock, on the days of its own calendar. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.gaps import calendar
from bot.gaps.rules import StoreRules
from bot.settings_digest import Digests

_DAY = timedelta(days=1)
_LONGEST_BREAK = 31
"""Days without a working day after which nobody waits for a digest."""


@dataclass(frozen=True, slots=True)
class Due:
    """A digest that may be sent now. Times in UTC."""

    day: date
    """The working day, in the store's zone, whose digest it is."""
    at: datetime
    """When it was due."""
    until: datetime
    """After which it would be too late."""


def daily(rules: StoreRules, digests: Digests, now: datetime, last: datetime | None) -> Due | None:
    """Return today's digest if its hour has come, the day is not over, and none was settled on today.

    `last`: when the store's last one was settled.
    """
    due = _today(rules, digests, now) if digests.daily else None
    return due if due and not _since(rules, last, due.day) else None


def weekly(rules: StoreRules, digests: Digests, now: datetime, last: datetime | None) -> Due | None:
    """Return this week's digest if today is its day: the one of the settings, or the first working day after it."""
    due = _today(rules, digests, now)
    if due is None or digests.weekly is None:
        return None
    named = week_ends(digests, due.day)
    before = (named + step * _DAY for step in range((due.day - named).days))
    if any(calendar.is_workday(rules, day) for day in before) or _since(rules, last, named):
        return None
    return due


def week_ends(digests: Digests, day: date) -> date:
    """Return the last day, up to `day`, that the settings name for the weekly digest: its week ends before that day."""
    return day - ((day.weekday() - (digests.weekly or 0)) % 7) * _DAY


def before(rules: StoreRules, digests: Digests, now: datetime) -> datetime:
    """Return when the digest before the one of `now` was due: where a first digest begins to count."""
    day = calendar.local_day(rules, now) - _DAY
    for _ in range(_LONGEST_BREAK):
        if calendar.is_workday(rules, day):
            break
        day -= _DAY
    return calendar.moment_on(rules, day, digests.hour)


def _today(rules: StoreRules, digests: Digests, now: datetime) -> Due | None:
    day = calendar.local_day(rules, now)
    if not calendar.is_workday(rules, day):
        return None
    at, until = calendar.moment_on(rules, day, digests.hour), _end(rules, digests, day)
    return Due(day, at, until) if at <= now < until else None


def _end(rules: StoreRules, digests: Digests, day: date) -> datetime:
    """Return when it is too late for that day's digest: when the store closes, or at midnight if it is due later."""
    if digests.hour < rules.closes:
        return calendar.moment_on(rules, day, rules.closes)
    return calendar.moment_on(rules, day + _DAY, time.min)


def _since(rules: StoreRules, last: datetime | None, day: date) -> bool:
    return last is not None and calendar.local_day(rules, last) >= day
