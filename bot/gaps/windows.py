"""When a difference is late: ShipStation's notification setting and the bounds of its stamps."""

from datetime import UTC, datetime, time, timedelta

from bot.gaps.rules import PACIFIC, StoreRules
from storage.facts import Order, Shipment

SECOND_LOOK = timedelta(hours=2)
"""Default of domain.md for B2, B3 and B4: something already reached Shopify, so the rest should have too."""
INCOMPLETE = timedelta(hours=24)
"""Default of domain.md for B5."""
SHIP_DATE_SLACK = timedelta(hours=2)
MAIL_STREAM = timedelta(hours=72)
OPEN_AGAIN = timedelta(hours=1)
"""An open gap is looked at this often: ShipStation's notification flags change without a modify date."""

_SANE_SHIP_DATE = timedelta(days=60)
_END_OF_DAY = time(23, 59)


def bounded(stamp: datetime, order: Order, now: datetime) -> datetime:
    """Return a ShipStation stamp within reason: not before its order, never in the future (domain.md, trap 48)."""
    return min(max(stamp, order.created_at), now)


def notify_due(rules: StoreRules, parcel: Shipment, made: datetime, window: timedelta) -> datetime:
    """Return until when Shopify may not know of this parcel (UTC); `made` is its bounded stamp.

    By the store's setting: at once, N hours later, at a Pacific time on the ship date with two hours of
    slack, or 72 hours for the first scan (domain.md B1, rule 17, trap 45). A failed attempt waits for no
    setting any more (domain.md 3.1, 1).
    """
    policy = rules.notify
    if parcel.notify_error:
        return made + window
    if policy.mode == "mail_stream":
        return made + MAIL_STREAM
    if policy.mode == "ship_date":
        return max(_on_ship_date(parcel, made, policy.at or _END_OF_DAY), made) + SHIP_DATE_SLACK
    delay = timedelta(hours=policy.hours) if policy.mode == "hours" else timedelta(0)
    return made + delay + window


def _on_ship_date(parcel: Shipment, made: datetime, at: time) -> datetime:
    made_on = made.astimezone(PACIFIC).date()
    day = parcel.ship_date
    if day is None or abs(day - made_on) > _SANE_SHIP_DATE:
        day = made_on
    return datetime.combine(day, at, tzinfo=PACIFIC).astimezone(UTC)
