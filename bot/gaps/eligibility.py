"""Whether a Shopify order is ready to be shipped, since when, and if not, why (ELIGIBLE in domain.md 3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.gaps import words
from bot.gaps.rules import StoreRules
from storage.facts import FulfillmentOrder, Line, Order, latest

State = Literal["ready", "waiting", "done", "out"]

NOT_BY_PARCEL = frozenset({"PICK_UP", "LOCAL", "RETAIL", "NONE", "PICKUP_POINT"})
"""Delivery methods that ShipStation does not import unless the store says so. An unknown or missing method counts
as shipping."""
CLOSED_FULFILLMENT_ORDERS = frozenset({"CLOSED", "CANCELLED"})
TAKEN_BY_A_SERVICE = frozenset({"SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED"})
"""Request states that say another location's fulfilment service has the work."""
RESTART_LIMIT = timedelta(days=14)
"""A change of the fulfilment order restarts the clock up to this long after payment (domain.md, trap 69)."""

NO_SCOPE = (
    "Shopify shows no fulfilment orders for it, so holds and locations cannot be judged. "
    "The app probably lacks the scope read_merchant_managed_fulfillment_orders."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a Shopify order stands on its way to being shipped.

    ready: it should be in ShipStation and move. waiting: Shopify itself holds it back. done: nothing is
    left to ship. out: it is not for ShipStation, or cannot be judged.
    """

    state: State
    why: str
    """One or more full sentences."""
    since: datetime | None = None
    """Ready since (UTC): paid, created or released, whichever came last."""
    until: datetime | None = None
    """Waiting until (UTC), where Shopify says so."""
    units: int = 0
    """Ready units."""
    fulfill_by: datetime | None = None
    places: tuple[str, ...] = ()
    """Names of the locations that should ship it."""
    parts: tuple[FulfillmentOrder, ...] = ()
    """The ready parts."""


def barred(order: Order, rules: StoreRules) -> str | None:
    """Return why no kind of gap is looked for in this order, or None: a test, or left alone by the store's rules."""
    if order.test:
        return "It is a test order."
    if rules.exclude_tags and order.tags:
        for tag in order.tags:
            if _fold(tag) in rules.exclude_tags:
                return f"It carries the tag “{words.cut(tag, 60)}”, which this store leaves alone."
    if rules.exclude_sources and _fold(order.source) in rules.exclude_sources:
        return (
            f"It came through “{words.cut(order.source or '', 60)}”, a source that this store leaves alone."
        )
    if (
        rules.exclude_methods
        and order.detail
        and _fold(order.detail.shipping_method) in rules.exclude_methods
    ):
        method = words.cut(order.detail.shipping_method or "", 60)
        return f"Its shipping method is “{method}”, which this store leaves alone."
    return None


def called_off_at(order: Order) -> datetime | None:
    """Return since when (UTC) nothing of this order should be shipped any more, or None while it should.

    Cancelled, or everything refunded or removed (domain.md I7). Where the moment of a refund was not read, the
    order's last change stands for it.
    """
    if order.cancelled_at is not None:
        return order.cancelled_at
    lines = order.detail.lines if order.detail else ()
    shippable = [line for line in lines if line.requires_shipping]
    emptied = not any(line.current > 0 for line in shippable) if shippable else False
    if order.financial_status != "REFUNDED" and not emptied:
        return None
    refunds = order.detail.refunds if order.detail else ()
    return latest(refund.created_at for refund in refunds) or order.updated_at


def by_parcel(part: FulfillmentOrder, rules: StoreRules) -> bool:
    """Whether this part goes through ShipStation by its delivery method (domain.md, traps 5 to 8)."""
    known = part.method == "SHIPPING" or part.method in NOT_BY_PARCEL
    return part.method in rules.delivery_methods or not known


def for_shipping(line: Line, rules: StoreRules) -> bool:
    """Whether ShipStation has to ship this line: not digital, and no product that the store left out."""
    return line.requires_shipping and not _left_out(line.sku, rules)


def _left_out(sku: str | None, rules: StoreRules) -> bool:
    return bool(rules.exclude_skus) and _fold(sku) in rules.exclude_skus


def _fold(text: str | None) -> str:
    return (text or "").strip().casefold()


def standing(order: Order, rules: StoreRules, now: datetime) -> Standing:
    """Judge one order that is not barred; from a list entry (no detail) this errs toward ready."""
    why = _called_off(order, rules) or _not_for_shipping(order, rules)
    if why:
        return Standing("out", why)
    if nothing_left(order, rules):
        return Standing("done", "Shopify has nothing left to ship on it.")
    why = _not_now(order, rules)
    if why:
        return Standing("out", why)
    since = ready_at(order, now)
    if order.detail is None:
        return Standing("ready", "It is paid and waits to be shipped.", since=since, units=order.quantity)
    return _by_fulfillment_orders(order, rules, since, now)


def paid_at(order: Order) -> datetime:
    """Return when it was paid: the last successful sale or capture, otherwise when it was processed."""
    payments = order.detail.payments if order.detail else ()
    charged = latest(
        payment.processed_at
        for payment in payments
        if payment.kind in {"SALE", "CAPTURE"} and payment.status == "SUCCESS"
    )
    return charged or order.processed_at


def ready_at(order: Order, now: datetime) -> datetime:
    """Return the later of creation and payment, never in the future."""
    return min(max(order.created_at, paid_at(order)), now)


def told_units(order: Order) -> int:
    """Return how many units Shopify shows as fulfilled; only SUCCESS counts."""
    return sum(part.quantity for part in order.fulfillments if part.status == "SUCCESS")


def nothing_left(order: Order, rules: StoreRules) -> bool:
    """Whether every unit that has to be shipped was fulfilled, by quantities rather than by status."""
    if order.detail is None or not order.detail.lines:
        return told_units(order) >= order.quantity > 0
    return all(
        line.unfulfilled <= 0 for line in order.detail.lines if line.current > 0 and for_shipping(line, rules)
    )


def remaining(part: FulfillmentOrder, rules: StoreRules) -> int:
    """Return the units that this fulfilment order still has to ship; 1 where its lines were not read."""
    if not part.lines:
        return 1
    return sum(
        line.remaining for line in part.lines if line.requires_shipping and not _left_out(line.sku, rules)
    )


def elsewhere(part: FulfillmentOrder, rules: StoreRules) -> bool:
    """Whether another location or fulfilment service ships this part (domain.md, traps 23 and 24)."""
    if rules.exclude_locations and _fold(part.location) in rules.exclude_locations:
        return True
    if rules.locations:
        return _fold(part.location) not in rules.locations
    return part.request_status in TAKEN_BY_A_SERVICE


def open_parts(order: Order, rules: StoreRules) -> list[FulfillmentOrder]:
    """Return the fulfilment orders that still have something to ship, whoever ships it."""
    parts = order.detail.fulfillment_orders if order.detail else ()
    return [
        part for part in parts if part.status not in CLOSED_FULFILLMENT_ORDERS and remaining(part, rules) > 0
    ]


def our_parts(order: Order, rules: StoreRules) -> list[FulfillmentOrder]:
    """Return those of the open parts that ShipStation has to ship, held and scheduled ones included."""
    parts = open_parts(order, rules)
    return [part for part in parts if by_parcel(part, rules) and not elsewhere(part, rules)]


def is_held(part: FulfillmentOrder) -> bool:
    """Whether Shopify holds this part back, also under a status that is not known here."""
    return part.status == "ON_HOLD" or (bool(part.holds) and part.status not in {"OPEN", "IN_PROGRESS"})


def _not_for_shipping(order: Order, rules: StoreRules) -> str | None:
    lines = order.detail.lines if order.detail else ()
    if not (any(line.requires_shipping for line in lines) if lines else order.requires_shipping):
        return "Nothing on it needs shipping: it is digital, a gift card or a service."
    ours = [line for line in lines if for_shipping(line, rules)]
    if lines and not ours:
        return "All that needs shipping on it are products that this store leaves alone."
    emptied = not any(line.current > 0 for line in ours) if lines else not order.quantity
    return "Everything on it that needs shipping was refunded or removed." if emptied else None


def _called_off(order: Order, rules: StoreRules) -> str | None:
    if order.cancelled_at is not None:
        return "It was cancelled in Shopify."
    status = order.financial_status
    if status in {"REFUNDED", "VOIDED"} and status not in rules.paid:
        return f"Its payment was {status.lower()} in Shopify."
    return None


def _not_now(order: Order, rules: StoreRules) -> str | None:
    if order.closed_at is not None:
        return "It is archived in Shopify."
    if order.financial_status not in rules.paid:
        shown = words.state(order.financial_status).lower()
        return f"It is not paid yet: Shopify shows its payment as {shown}."
    return None


def _by_fulfillment_orders(order: Order, rules: StoreRules, since: datetime, now: datetime) -> Standing:
    parts = open_parts(order, rules)
    if not parts:
        none_told = not (order.detail and order.detail.fulfillment_orders)
        return Standing("out", NO_SCOPE if none_told else _hidden())
    ours = our_parts(order, rules)
    ready = [part for part in ours if is_open(part, now)]
    if ready:
        return _ready(ready, rules, since, now)
    return _held_back(ours, now) or Standing("out", _out_of_reach(parts, ours, rules))


def is_open(part: FulfillmentOrder, now: datetime) -> bool:
    """Whether this part may be shipped now: neither held, nor scheduled for later, nor given up."""
    if part.status in {"SCHEDULED", "INCOMPLETE"} or is_held(part):
        return False
    return part.fulfill_at is None or part.fulfill_at <= now


def _ready(parts: list[FulfillmentOrder], rules: StoreRules, since: datetime, now: datetime) -> Standing:
    changed = latest(part.updated_at for part in parts) or since
    restarted = min(max(since, changed), since + RESTART_LIMIT, now)
    opened = latest(part.fulfill_at for part in parts) or since
    deadlines = [part.fulfill_by for part in parts if part.fulfill_by is not None]
    return Standing(
        "ready",
        "It is paid and waits to be shipped.",
        since=max(restarted, opened),
        units=sum(remaining(part, rules) for part in parts),
        fulfill_by=min(deadlines, default=None),
        places=tuple(sorted({part.location for part in parts if part.location})),
        parts=tuple(parts),
    )


def _held_back(parts: list[FulfillmentOrder], now: datetime) -> Standing | None:
    held = [part for part in parts if is_held(part)]
    if held:
        return Standing("waiting", f"Shopify holds it: {hold_reasons(held)}.")
    opens = [part.fulfill_at for part in parts if part.fulfill_at is not None and part.fulfill_at > now]
    if opens:
        wait = words.span(min(opens) - now)
        return Standing("waiting", f"It is scheduled to be shipped later, in {wait}.", until=min(opens))
    if any(part.status == "SCHEDULED" for part in parts):
        return Standing("waiting", "It is scheduled in Shopify, which has not opened it for shipping.")
    return None


def hold_reasons(parts: Iterable[FulfillmentOrder]) -> str:
    """Return why these parts are held and by which app, in Shopify's words."""
    holds = [hold for part in parts for hold in part.holds]
    reasons = {hold.display_reason or words.state(hold.reason).lower() for hold in holds}
    why = words.listed(reasons) if reasons else "no reason given"
    apps = {hold.held_by for hold in holds if hold.held_by}
    return words.cut(f"{why}, by {words.listed(apps)}" if apps else why, 120)


def _out_of_reach(parts: list[FulfillmentOrder], ours: list[FulfillmentOrder], rules: StoreRules) -> str:
    if ours:
        return "Shopify marks what is left of it as incomplete: its location could not fulfil it."
    shippable = [part for part in parts if by_parcel(part, rules)]
    if shippable:
        places = words.cut(words.listed(part.location or "another location" for part in shippable), 80)
        return f"Another location or fulfilment service ships it: {places}."
    methods = words.listed(words.state(part.method).lower() for part in parts)
    return f"It is not shipped by parcel: its delivery method is {methods}."


def _hidden() -> str:
    return (
        "What is left of it stands in fulfilment orders that this app cannot see: another location's, "
        "or those of a scope that was not granted."
    )
