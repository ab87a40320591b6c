"""What a store's owner decided: calendar, windows, what counts as paid, what is left alone."""

from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from hashlib import blake2b
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
    at_risk: timedelta = timedelta(minutes=90)
    """How long before its cutoff an order without a label is at risk."""
    import_stalled: timedelta = timedelta(hours=2)
    """How long no order may be imported, in business hours, while new ones wait."""
    import_stalled_off_hours: timedelta = timedelta(hours=6)
    """The same by the clock, nights and weekends included."""
    hold: timedelta = timedelta(days=2)
    """How long Shopify may hold an order for fraud, address, payment or a reason of its own."""
    hold_stock: timedelta = timedelta(days=7)
    """How long for stock, a delivery date or the goods of an exchange."""
    hold_upsell: timedelta = timedelta(hours=2)
    """How long for an offer after checkout, which takes minutes."""
    provider: timedelta = timedelta(hours=24)
    """How long a fulfilment provider may leave an order unanswered."""
    cancelled: timedelta = timedelta(minutes=15)
    """How long ShipStation may keep a cancelled order open."""
    notify_outage: timedelta = timedelta(minutes=30)
    """How long notifications of a whole store may fail."""
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
    handling_days: int = 0
    """Working days that an order may take beyond its first cutoff."""
    opens: time = time(8, 0)
    closes: time = time(18, 0)
    """Business hours of a workday, local: when somebody would notice that nothing is imported."""
    paid: frozenset[str] = frozenset({"PAID", "PARTIALLY_REFUNDED"})
    exclude_tags: frozenset[str] = frozenset()
    """Case-folded, as the other exclusions are."""
    exclude_sources: frozenset[str] = frozenset()
    """Sales channels whose orders are left alone: Shopify's sourceName."""
    exclude_methods: frozenset[str] = frozenset()
    """Shipping methods whose orders are left alone: the title that the customer chose."""
    exclude_skus: frozenset[str] = frozenset()
    """Products that ShipStation does not ship: their lines count as if they needed no shipping."""
    exclude_locations: frozenset[str] = frozenset()
    """Names of Shopify locations that do not ship with ShipStation."""
    delivery_methods: frozenset[str] = frozenset({"SHIPPING"})
    """DeliveryMethodTypes that go through ShipStation; an unknown or missing one counts as shipping."""
    review_tags: frozenset[int] = frozenset()
    """Ids of ShipStation tags that keep an order back until somebody looked at it."""
    store_ids: frozenset[int] = frozenset()
    """ShipStation stores that belong to this shop; empty: every active Shopify store of the account."""
    locations: frozenset[str] = frozenset()
    """Case-folded names of the Shopify locations that ship with ShipStation; empty: all that no service took."""
    notify: NotifyPolicy = NotifyPolicy()
    windows: Windows = field(default_factory=Windows)

    def fingerprint(self) -> str:
        """Return what tells whether a store would be judged alike by these and by other rules."""
        said = "\n".join(f"{each.name}={_stable(getattr(self, each.name))}" for each in fields(self))
        return blake2b(said.encode(), digest_size=16).hexdigest()


def _stable(value: object) -> str:
    return repr(sorted(map(repr, value))) if isinstance(value, frozenset) else repr(value)
