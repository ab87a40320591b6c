"""ShipStation's clock: the one place where its Pacific stamps without an offset are read and written.

Source: domain.md, rules 11 and 48 and trap 49.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")

ROUNDING = timedelta(minutes=1)
"""By how much a window is widened on either side: ShipStation compares whole seconds, and not always the same way."""


def parse_stamp(text: str) -> datetime:
    """Return the moment that a ShipStation stamp means, in UTC.

    Stamps have 0 to 7 decimals and usually no offset; one that has an offset or a Z keeps it. The hour that
    happens twice a year is taken as its first pass (fold=0). A bare date is its midnight. Raises ValueError.
    """
    stamp = datetime.fromisoformat(text.strip())
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=PACIFIC)
    return stamp.astimezone(UTC)


def parse_day(text: str) -> date:
    """Return the calendar day that a bare date or a stamp stands for; with an offset, the day in Pacific.

    V2 writes a ship date as `07:00Z`, which is midnight in California. Raises ValueError.
    """
    stamp = datetime.fromisoformat(text.strip())
    return stamp.date() if stamp.tzinfo is None else stamp.astimezone(PACIFIC).date()


def parse_refresh(text: str, *, attempted: datetime | None, now: datetime) -> datetime:
    """Return when a store was last refreshed, in UTC: this one field has been seen in Pacific and in UTC.

    Read as Pacific unless that puts the success in the future or long after the last attempt (domain.md, rule 11).
    """
    stamp = parse_stamp(text)
    bound = min(now, attempted or now) + timedelta(hours=1)
    bare = datetime.fromisoformat(text.strip())
    return stamp if stamp <= bound or bare.tzinfo else bare.replace(tzinfo=UTC)


def window_start(at: datetime) -> str:
    """Return a request stamp no later than `at`, a minute early; inside the repeated hour, that hour's begin."""
    local = (at - ROUNDING).astimezone(PACIFIC)
    return _written(local.replace(minute=0, second=0) if _repeated(local) else local)


def window_end(at: datetime) -> str:
    """Return a request stamp no earlier than `at`, a minute late; inside the repeated hour, that hour's end."""
    local = (at + ROUNDING).astimezone(PACIFIC)
    return _written(local.replace(minute=59, second=59) if _repeated(local) else local)


def _repeated(local: datetime) -> bool:
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _written(local: datetime) -> str:
    return local.strftime("%Y-%m-%d %H:%M:%S")
