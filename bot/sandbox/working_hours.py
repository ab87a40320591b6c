"""When people in the pretend warehouse work: Monday to Friday in two shifts, the day's orders before 15:00."""

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENING, CUTOFF, CLOSING = time(8, 30), time(15, 0), time(22, 0)
MORNING = time(10, 30)
DAY = timedelta(days=1)


def print_time(imported: datetime, zone: ZoneInfo, chance: random.Random) -> datetime:
    """Return when (UTC) they print a label for an order imported at `imported`, in time for its cutoff."""
    ready = (imported + timedelta(minutes=chance.uniform(15, 70))).astimezone(zone)
    opening, cutoff, closing = (datetime.combine(ready, at, zone) for at in (OPENING, CUTOFF, CLOSING))
    if ready.weekday() > 4 or ready >= closing:
        return _next_morning(ready, chance)
    if ready < opening:
        return _utc(opening + timedelta(minutes=chance.uniform(1, 200)))
    if imported < cutoff <= ready:
        rushed = cutoff - timedelta(minutes=chance.uniform(1, 10))
        return max(_utc(rushed), imported + timedelta(minutes=1))
    return _utc(ready)


def open_at(moment: datetime, zone: ZoneInfo) -> bool:
    """Return whether people are there."""
    local = moment.astimezone(zone)
    return local.weekday() < 5 and OPENING <= local.time() < CLOSING


def working_days_before(moment: datetime, zone: ZoneInfo, days: int) -> datetime:
    """Return a morning (UTC) that many working days before."""
    day = moment.astimezone(zone).date()
    while days:
        day -= DAY
        days -= day.weekday() < 5
    return _utc(datetime.combine(day, MORNING, zone))


def _next_morning(local: datetime, chance: random.Random) -> datetime:
    day = local.date() + DAY
    while day.weekday() > 4:
        day += DAY
    return _utc(datetime.combine(day, OPENING, local.tzinfo) + timedelta(minutes=chance.uniform(1, 200)))


def _utc(local: datetime) -> datetime:
    return local.astimezone(UTC)
