"""The store's working calendar: which days it ships on, and when the day's cutoff falls (domain.md, traps 49 and 68)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.gaps.rules import StoreRules

_DAY = timedelta(days=1)
_FARTHEST = 366
"""Days to look ahead: a calendar without one working day in a year says nothing."""


def is_workday(rules: StoreRules, day: date) -> bool:
    """Whether the store ships on that day, in its own zone. A week without workdays counts every day."""
    return day not in rules.holidays and (not rules.workdays or day.weekday() in rules.workdays)


def at_work(rules: StoreRules, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether it is a working day of the store and within its business hours on the clock of `zone`."""
    there = moment.astimezone(zone)
    return is_workday(rules, there.date()) and rules.opens <= there.time() < rules.closes


def cutoff_on(rules: StoreRules, day: date) -> datetime:
    """Return that day's cutoff in UTC.

    Safe on days that change the clocks: of an hour that comes twice the first counts, one that is
    skipped moves forward with the clock.
    """
    return moment_on(rules, day, rules.cutoff)


def start_of(rules: StoreRules, day: date) -> datetime:
    """Return when that day begins in the store's zone, in UTC."""
    return moment_on(rules, day, time.min)


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


def cutoff_after(rules: StoreRules, after: datetime, working_days: int) -> datetime:
    """Return the cutoff that lies so many working days after the first one behind `after`, in UTC."""
    found = next_cutoff(rules, after)
    for _ in range(working_days):
        found = next_cutoff(rules, found)
    return found


def business_time_after(rules: StoreRules, start: datetime, needed: timedelta) -> datetime:
    """Return when so much business time has passed since `start`, in UTC.

    Counted between `opens` and `closes` of working days in the store's zone, by elapsed time on days that change
    the clocks. A calendar without business time in a year counts every hour.
    """
    first = local_day(rules, start)
    left = needed
    for step in range(_FARTHEST):
        day = first + step * _DAY
        if not is_workday(rules, day):
            continue
        opens = max(moment_on(rules, day, rules.opens), start)
        spell = moment_on(rules, day, rules.closes) - opens
        if spell >= left:
            return opens + left
        left -= max(spell, timedelta(0))
    return start + needed


def business_time_between(rules: StoreRules, start: datetime, end: datetime) -> timedelta:
    """Return how much business time lies between two moments: between `opens` and `closes` of working days.

    By elapsed time on days that change the clocks; none where `end` is not later. What lies more than a year
    before `end` is not counted.
    """
    last = local_day(rules, end)
    day = max(local_day(rules, start), last - _FARTHEST * _DAY)
    passed = timedelta(0)
    while day <= last:
        if is_workday(rules, day):
            opens = max(moment_on(rules, day, rules.opens), start)
            closes = min(moment_on(rules, day, rules.closes), end)
            passed += max(closes - opens, timedelta(0))
        day += _DAY
    return passed


def quiet_until(rules: StoreRules, hours: tuple[time, time] | None, moment: datetime) -> datetime | None:
    """Return when the quiet hours end that `moment` lies in, in UTC; None: it lies in none.

    Their beginning belongs to them, their end does not. Where the end is no later than the beginning, it is that of
    the next day. See `cutoff_on` for days that change the clocks.
    """
    if hours is None:
        return None
    starts, ends = hours
    today = local_day(rules, moment)
    for day in (today - _DAY, today):
        end = moment_on(rules, day if ends > starts else day + _DAY, ends)
        if moment_on(rules, day, starts) <= moment < end:
            return end
    return None


def moment_on(rules: StoreRules, day: date, clock: time) -> datetime:
    """Return that day's time on the store's clock, in UTC; see `cutoff_on` for days that change the clocks."""
    return datetime.combine(day, clock, tzinfo=rules.timezone).astimezone(UTC)
