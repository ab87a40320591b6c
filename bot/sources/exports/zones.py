"""Local clock times to UTC, and the zone that a shop's own offsets belong to."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
"""ShipStation's home, taken where nothing tells the zone."""
_FIRST, _LAST = 2020, 2032
"""Between the beginnings of these years, UTC, a zone's changes are written out; before and after, DuckDB is asked."""
_WITHOUT_TWO_CHANGES = timedelta(days=7)
"""No zone changes its clock twice in so short a time."""
_CANDIDATES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Halifax", "America/St_Johns", "America/Sao_Paulo"),
    *("America/Mexico_City", "America/Bogota", "America/Santiago", "America/Argentina/Buenos_Aires"),
    *("Europe/London", "Europe/Berlin", "Europe/Athens", "Europe/Istanbul", "Africa/Johannesburg", "UTC"),
    *("Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Singapore"),
    *("Asia/Tokyo", "Australia/Brisbane", "Australia/Adelaide", "Australia/Sydney", "Pacific/Auckland"),
)
"""Tried in turn; the first that explains every offset is taken."""

Stamp = tuple[datetime, timedelta]
"""A clock time as it was written, and its offset from UTC."""


def zone_of(stamps: Collection[Stamp]) -> ZoneInfo | None:
    """Return the zone in which these clock times have these offsets, or None where no common one does."""
    if not stamps:
        return None
    for name in _CANDIDATES:
        zone = ZoneInfo(name)
        if all(_offset(clock, zone) == offset for clock, offset in stamps):
            return zone
    return None


def _offset(clock: datetime, zone: ZoneInfo) -> timedelta | None:
    return clock.replace(tzinfo=zone).utcoffset()


def to_utc(expression: str, zone: ZoneInfo) -> str:
    """Return SQL that takes a TIMESTAMP of this zone's clock to TIMESTAMPTZ.

    The hour that happens twice a year is its first pass, as in `bot.sources.pacific`; DuckDB's own function takes the
    second, and costs seven times as much.
    """
    start = datetime(_FIRST, 1, 1, tzinfo=zone).utcoffset() or timedelta()
    offset = _offset_at(expression, _steps(zone), round(start / timedelta(microseconds=1)))
    return (
        f"CASE WHEN {expression} BETWEEN TIMESTAMP '{_FIRST}-01-01' AND TIMESTAMP '{_LAST}-01-01' "
        f"THEN make_timestamptz(epoch_us({expression}) - ({offset})) ELSE timezone('{zone.key}', {expression}) END"
    )


def _offset_at(expression: str, steps: Sequence[tuple[datetime, int]], before: int) -> str:
    """Return SQL for the offset of a clock time: halved again and again, so that a value meets few comparisons."""
    if not steps:
        return str(before)
    middle = len(steps) // 2
    since, offset = steps[middle]
    later = _offset_at(expression, steps[middle + 1 :], offset)
    return f"CASE WHEN {expression} >= TIMESTAMP '{since}' THEN {later} ELSE {_offset_at(expression, steps[:middle], before)} END"


@cache
def _steps(zone: ZoneInfo) -> tuple[tuple[datetime, int], ...]:
    """Return from which clock time on which offset holds, in microseconds."""
    found = []
    at, end = datetime(_FIRST, 1, 1, tzinfo=UTC), datetime(_LAST, 1, 1, tzinfo=UTC)
    before = _at(at, zone)
    while at < end:
        after = at + _WITHOUT_TWO_CHANGES
        since = _at(after, zone)
        if before != since:
            clock = (_change(at, after, zone) + max(before, since)).replace(tzinfo=None)
            found.append((clock, round(since / timedelta(microseconds=1))))
        at, before = after, since
    return tuple(found)


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """Return the second from which the zone has its new offset."""
    before = _at(low, zone)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // timedelta(seconds=2) * timedelta(seconds=1)
        if _at(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def _at(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def stamp(text: str) -> Stamp | None:
    """Return what Shopify writes, `2026-03-06 08:58:42 +0000`, as clock time and offset; None for anything else."""
    clock, _, offset = text.strip().rpartition(" ")
    try:
        moment = datetime.fromisoformat(f"{clock}{offset}")
    except ValueError:
        return None
    from_utc = moment.utcoffset()
    return (moment.replace(tzinfo=None), from_utc) if from_utc is not None else None
