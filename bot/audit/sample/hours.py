"""When the sample's people order, and when its warehouse works: Monday to Friday, the day's orders before 15:30."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
"""Of the shop, and the display zone of its ShipStation account."""
OPENING, CUTOFF, LAST_LABEL = time(8, 30), time(15, 0), time(15, 28)
BY_WEEKDAY = (1.15, 1.05, 1.0, 1.0, 0.95, 0.8, 1.0)
"""How much is ordered on each day of the week, Monday first."""
BY_HOUR = (1, 1, 1, 1, 1, 1, 2, 3, 4, 6, 7, 8, 8, 7, 7, 6, 6, 6, 6, 7, 8, 7, 4, 2)
"""And in each hour of the day, in the shop's zone."""
IMPORT_EVERY = timedelta(minutes=30)
IMPORT_AT = timedelta(minutes=12)
"""Past the half hour and the hour."""
DAY = timedelta(days=1)


def ordered_at(count: int, since: datetime, until: datetime, chance: random.Random) -> list[datetime]:
    """Return so many moments (UTC) between two, in order, as people order."""
    hours = int((until - since) / timedelta(hours=1)) + 1
    starts = [since + timedelta(hours=hour) for hour in range(hours)]
    weights = [_weight(start.astimezone(ZONE)) for start in starts]
    drawn = chance.choices(starts, weights, k=count)
    moments = sorted(start + timedelta(seconds=chance.randrange(3600)) for start in drawn)
    return [min(moment, until) for moment in moments]


def _weight(local: datetime) -> float:
    return BY_WEEKDAY[local.weekday()] * BY_HOUR[local.hour]


def imported_at(moment: datetime) -> datetime:
    """Return when (UTC) ShipStation's next import brings an order of that moment."""
    settled = moment + timedelta(minutes=3)
    hour = settled.replace(minute=0, second=0, microsecond=0)
    ticks = (hour + IMPORT_AT + step * IMPORT_EVERY for step in range(3))
    return next(tick for tick in ticks if tick >= settled)


def labelled_at(created: datetime, imported: datetime, chance: random.Random) -> datetime:
    """Return when (UTC) its label is printed: the same day for what was ordered before the cutoff."""
    local = created.astimezone(ZONE)
    if not is_workday(local.date()) or local.time() >= CUTOFF:
        return _next_morning(local.date(), chance)
    opening = at(local.date(), OPENING) + timedelta(minutes=chance.uniform(0, 120))
    ready = max(imported + timedelta(minutes=chance.uniform(8, 80)), opening)
    rushed = at(local.date(), LAST_LABEL) - timedelta(minutes=chance.uniform(0, 12))
    return max(min(ready, rushed), imported + timedelta(minutes=1)).replace(microsecond=0)


def _next_morning(day: date, chance: random.Random) -> datetime:
    day = workday_from(day + DAY)
    return (at(day, OPENING) + timedelta(minutes=chance.uniform(0, 230))).replace(microsecond=0)


def is_workday(day: date) -> bool:
    """Whether the warehouse works on that day."""
    return day.weekday() < 5


def workday_from(day: date) -> date:
    """Return that day, or the next working day."""
    while not is_workday(day):
        day += DAY
    return day


def at(day: date, clock: time) -> datetime:
    """Return that time of that day in the shop's zone, in UTC."""
    return datetime.combine(day, clock, ZONE).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """Return the shop's date at that moment."""
    return moment.astimezone(ZONE).date()
