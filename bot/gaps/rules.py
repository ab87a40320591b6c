"""What a store's owner decided: calendar, windows, what counts as paid, what is left alone."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
"""ShipStation's clock: its stamps carry no offset, and ship-date times are typed in it (domain.md, rule 17)."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How long before a difference becomes an exception."""

    notify: timedelta = timedelta(hours=4)
    import_: timedelta = timedelta(hours=4)
    minimum_order_age: timedelta = timedelta(0)
    cutoff_grace: timedelta = timedelta(minutes=30)
    verify: timedelta = timedelta(hours=1)
    """How long a Resolved that the sources contradict may stand before the gap reopens."""


NotifyMode = Literal["immediately", "hours", "ship_date", "mail_stream"]


@dataclass(frozen=True, slots=True)
class NotifyPolicy:
    """When ShipStation is set to tell the store about a shipment (domain.md, rule 17)."""

    mode: NotifyMode = "immediately"
    hours: float = 0
    """With mode `hours`: after the label was made."""
    at: time | None = None
    """With mode `ship_date`: the time on the ship date, in US Pacific."""


@dataclass(frozen=True, slots=True)
class StoreRules:
    """Everything that judging one store depends on, besides the facts."""

    name: str
    shop: str
    """`acme.myshopify.com`."""
    timezone: ZoneInfo = ZoneInfo("America/New_York")
    workdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    """Monday is 0."""
    holidays: frozenset[date] = frozenset()
    cutoff: time = time(15, 0)
    """Local to `timezone`."""
    paid: frozenset[str] = frozenset({"PAID", "PARTIALLY_REFUNDED"})
    exclude_tags: frozenset[str] = frozenset()
    """Case-folded."""
    store_ids: frozenset[int] = frozenset()
    """ShipStation stores that belong to this shop; empty: every active Shopify store of the account."""
    locations: frozenset[str] = frozenset()
    """Case-folded names of the Shopify locations that ship with ShipStation; empty: all that no service took."""
    notify: NotifyPolicy = NotifyPolicy()
    windows: Windows = field(default_factory=Windows)
