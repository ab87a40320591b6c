"""The store's working calendar: which days it ships on, and when the day's cutoff falls (domain.md, traps 49 and 68)."""

from datetime import UTC, date, datetime, timedelta

from bot.gaps.rules import StoreRules

_DAY = timedelta(days=1)
_FARTHEST = 366
"""Days to look ahead: a calendar without one working day in a year says nothing."""


def is_workday(rules: StoreRules, day: date) -> bool:
    """Whether the store ships on that day, in its own zone. A week without workdays counts every day."""
    return day not in rules.holidays and (not rules.workdays or day.weekday() in rules.workdays)


def cutoff_on(rules: StoreRules, day: date) -> datetime:
    """Return that day's cutoff in UTC.

    Safe on days that change the clocks: of an hour that comes twice the first counts, one that is
    skipped moves forward with the clock.
    """
    return datetime.combine(day, rules.cutoff, tzinfo=rules.timezone).astimezone(UTC)


def start_of(rules: StoreRules, day: date) -> datetime:
    """Return when that day begins in the store's zone, in UTC."""
    return datetime.combine(day, datetime.min.time(), tzinfo=rules.timezone).astimezone(UTC)


def local_day(rules: StoreRules, moment: datetime) -> date:
    """Return the store's date at that moment."""
    return moment.astimezone(rules.timezone).date()


def next_cutoff(rules: StoreRules, after: datetime) -> datetime:
    """Return the first cutoff on a working day strictly later than `after`, in UTC."""
    first = local_day(rules, after)
    for step in range(_FARTHEST):
        day = first + step * _DAY
        if is_workday(rules, day) and (cutoff := cutoff_on(rules, day)) > after:
            return cutoff
    return cutoff_on(rules, first + _DAY)
