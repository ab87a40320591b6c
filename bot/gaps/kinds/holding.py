"""Orders that somebody keeps back for too long: a hold (A3), or a fulfilment provider (A4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.gaps import calendar, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.eligibility import by_parcel, hold_reasons, is_held, open_parts, our_parts
from bot.gaps.evidence import pair, shipstation, shopify
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.rules import Windows
from bot.gaps.windows import bounded
from storage.facts import FulfillmentOrder, ShipStationOrder
from storage.findings import Cause, Evidence, Finding, Severity

PAST_HOLD_DATE = timedelta(hours=24)
"""How long after its date a ShipStation hold may stand (domain.md A3)."""
_REACH = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class _HoldKind:
    """What one of Shopify's hold reasons means: whose it is, and how long it may last."""

    cause: str
    owner_role: str
    limit: str
    """Field of Windows."""


_HOLDS: Mapping[str, _HoldKind] = {
    "HIGH_RISK_OF_FRAUD": _HoldKind("hold_fraud", "finance", "hold"),
    "INCORRECT_ADDRESS": _HoldKind("hold_address", "cs", "hold"),
    "AWAITING_PAYMENT": _HoldKind("hold_payment", "cs", "hold"),
    "INVENTORY_OUT_OF_STOCK": _HoldKind("hold_stock", "buying", "hold_stock"),
    "UNKNOWN_DELIVERY_DATE": _HoldKind("hold_delivery_date", "buying", "hold_stock"),
    "AWAITING_RETURN_ITEMS": _HoldKind("hold_returns", "cs", "hold_stock"),
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": _HoldKind("hold_upsell", "integration", "hold_upsell"),
}
_OTHER = _HoldKind("hold_other", "ops", "hold")


# ---------------------------------------------------------------- A3


def find_hold_overdue(case: Case) -> Finding | Waiting | None:
    """A3: a hold of Shopify's that lasts longer than its reason allows, or one of ShipStation's past its date."""
    if not _is_live(case):
        return None
    answers = [answer for answer in (_shopify_hold(case), _shipstation_hold(case)) if answer is not None]
    found = [answer for answer in answers if isinstance(answer, Finding)]
    waits = [answer for answer in answers if isinstance(answer, Waiting)]
    if found:
        return min(found, key=lambda each: (each.since, each.cause.code))
    return min(waits, key=lambda wait: wait.until, default=None)


def _is_live(case: Case) -> bool:
    """Whether somebody expects the order to be shipped at all."""
    order, rules = case.order, case.dossier.rules
    return case.called_off_at is None and order.closed_at is None and order.financial_status in rules.paid


def _shopify_hold(case: Case) -> Finding | Waiting | None:
    parts = [part for part in our_parts(case.order, case.dossier.rules) if is_held(part)]
    if not parts:
        return None
    part = min(parts, key=lambda part: (_hold_due(case, part), part.id))
    kind, due = _hold_kind(case, part), _hold_due(case, part)
    if case.now < due:
        return Waiting(
            due,
            f"Shopify holds it: {hold_reasons([part])}. That counts as too long in {words.span(due - case.now)}.",
        )
    held_since = words.moment(part.updated_at, case.dossier.rules.timezone)
    text = f"Shopify holds it since {held_since}: {hold_reasons([part])}."
    return _overdue(case, cause(kind.cause, "confirmed", text), part.updated_at, kind.owner_role)


def _hold_kind(case: Case, part: FulfillmentOrder) -> _HoldKind:
    """Return the kind of the hold that may last the shortest, as this store has set it."""
    kinds = [_HOLDS.get(hold.reason, _OTHER) for hold in part.holds] or [_OTHER]
    return min(kinds, key=lambda kind: (_limit(case, kind), kind.cause))


def _limit(case: Case, kind: _HoldKind) -> timedelta:
    windows: Windows = case.dossier.rules.windows
    limit: timedelta = getattr(windows, kind.limit)
    return limit


def _hold_due(case: Case, part: FulfillmentOrder) -> datetime:
    return part.updated_at + _limit(case, _hold_kind(case, part))


def _shipstation_hold(case: Case) -> Finding | Waiting | None:
    rows = [row for row in case.unshipped if row.status == "on_hold" and row.hold_until is not None]
    if not rows or case.standing.state != "ready":
        return None
    row = min(rows, key=lambda row: (_ends(case, row), row.id))
    ends = _ends(case, row)
    due = ends + PAST_HOLD_DATE
    if case.now < due:
        day = f"{row.hold_until:%a} {row.hold_until.day} {row.hold_until:%b}" if row.hold_until else ""
        return Waiting(due, f"ShipStation holds it until {day}.")
    text = "ShipStation's hold ended on its date, and the order is still on hold."
    return _overdue(case, cause("shipstation_hold", "confirmed", text), ends, "warehouse")


def _ends(case: Case, row: ShipStationOrder) -> datetime:
    """Return when ShipStation's hold ends; a typing error's date lies a year off at most."""
    assert row.hold_until is not None
    rules = case.dossier.rules
    first = calendar.local_day(rules, case.order.created_at)
    last = calendar.local_day(rules, case.now) + _REACH
    return calendar.start_of(rules, min(max(row.hold_until, first), last))


def _overdue(case: Case, why: Cause, since: datetime, owner_role: str) -> Finding:
    return finding(
        HOLD_OVERDUE,
        case,
        headline="on hold for longer than its reason allows",
        since=since,
        cause=why,
        evidence=_holds(case),
        owner_role=owner_role,
    )


def _holds(case: Case) -> tuple[Evidence, ...]:
    zone = case.dossier.rules.timezone
    parts = [part for part in our_parts(case.order, case.dossier.rules) if is_held(part)]
    theirs = words.listed(words.state(row.status) for row in case.rows) if case.rows else "no order"
    dates = words.listed(words.day(row.hold_until) for row in case.rows if row.hold_until)
    ours = f"{len(parts)} of its parts held" if parts else words.state(case.order.fulfillment_status)
    held = (
        (
            shopify(case, "Hold", hold_reasons(parts)),
            shopify(case, "Held since", words.moment(min(part.updated_at for part in parts), zone)),
        )
        if parts
        else ()
    )
    return (*pair(case, "State", theirs=theirs, ours=ours), shipstation(case, "Held until", dates), *held)


# ---------------------------------------------------------------- A4


def find_provider_stuck(case: Case) -> Finding | Waiting | None:
    """A4: a fulfilment provider refused the order, or has not answered for a day."""
    if not _is_live(case):
        return None
    rows = () if case.dossier.live else case.rows
    refused = [row for row in rows if row.status == "rejected_fulfillment"]
    parts = [part for part in _requested(case) if not _has_left(case, part)]
    rejected = [part for part in parts if part.request_status == "REJECTED"]
    if refused or rejected:
        since = min([row.modified_at for row in refused] + [part.updated_at for part in rejected])
        text = f"The fulfilment request was rejected{_by(rejected)}. Nobody ships the order until somebody asks again or ships it."
        return _stuck(case, cause("rejected", "confirmed", text), since)
    passed = [row for row in rows if row.status == "pending_fulfillment"]
    asked = [part for part in parts if part.request_status == "SUBMITTED"]
    since_all = [row.modified_at for row in passed] + [part.updated_at for part in asked]
    if not since_all:
        return None
    since = bounded(min(since_all), case.order, case.now)
    due = since + case.dossier.rules.windows.provider
    if case.now < due:
        wait = words.span(due - case.now)
        return Waiting(
            due, f"A fulfilment provider has it{_by(asked)} and did not answer yet. That counts in {wait}."
        )
    asked_at = words.moment(since, case.dossier.rules.timezone)
    text = f"The provider{_by(asked)} was asked {asked_at}, and neither accepted nor refused."
    return _stuck(case, cause("no_answer", "likely", text), since)


def _has_left(case: Case, part: FulfillmentOrder) -> bool:
    """Whether a parcel of this shop's own carries what the provider was asked for."""
    left = case.coverage.missing
    return bool(left) and all(line.remaining <= left.get(line.line_id, 0) for line in part.lines)


def _requested(case: Case) -> Sequence[FulfillmentOrder]:
    """Return parts that were handed to a fulfilment service, at a location that this store looks after."""
    rules = case.dossier.rules
    kept_out = rules.exclude_locations
    return [
        part
        for part in open_parts(case.order, rules)
        if by_parcel(part, rules)
        and (part.location or "").strip().casefold() not in kept_out
        and (not rules.locations or (part.location or "").strip().casefold() in rules.locations)
    ]


def _by(parts: Sequence[FulfillmentOrder]) -> str:
    places = {part.location for part in parts if part.location}
    return f" by {words.cut(words.listed(places), 60)}" if places else ""


def _stuck(case: Case, why: Cause, since: datetime) -> Finding:
    rejected = why.code == "rejected"
    return finding(
        PROVIDER_STUCK,
        case,
        headline="refused by its fulfilment provider"
        if rejected
        else "its fulfilment provider does not answer",
        since=bounded(since, case.order, case.now),
        cause=why,
        evidence=_requests(case),
    )


def _requests(case: Case) -> tuple[Evidence, ...]:
    zone, parts = case.dossier.rules.timezone, _requested(case)
    theirs = words.listed(words.state(row.status) for row in case.rows) if case.rows else "no order"
    asked = words.listed(
        f"{part.location or 'a location'}: {words.state(part.request_status).lower()}" for part in parts
    )
    changed = [
        shipstation(case, "Last changed", words.moment(row.modified_at, zone)) for row in case.rows[:1]
    ]
    return (
        *pair(case, "State", theirs=theirs, ours=words.state(case.order.fulfillment_status)),
        shopify(case, "Requests", asked),
        *(
            shopify(case, "Last changed", words.moment(max(part.updated_at for part in parts), zone))
            for _ in parts[:1]
        ),
        *changed,
    )


# ---------------------------------------------------------------- the kinds

HOLD_OVERDUE = Kind(
    code="aging.hold_overdue",
    title="Held for too long",
    severity=Severity.NORMAL,
    owner_role="ops",
    next_action=action(
        "decide_hold", "Decide in Shopify: release the hold, or cancel the order and tell the customer."
    ),
    explanation="Somebody or some app keeps the order back, and nobody came back to it. Holds do not end by themselves.",
    detected=(
        "A fulfilment order of this shop is on hold for longer than the reason allows, even when other parts are open; or "
        "ShipStation's hold is a day past its date. Shopify does not tell when a hold began: the last change of the held part "
        "stands for it."
    ),
    window="2 days for fraud, address, payment and other reasons; 7 days for stock, delivery date and exchanges; 2 hours for an offer after checkout; 24 hours past a ShipStation hold's date.",
    reasons=(
        Reason(
            "hold_fraud",
            "Shopify's reason is a high risk of fraud.",
            action(
                "check_fraud",
                "Look at the risk in Shopify: release the hold, or cancel and refund the order.",
            ),
        ),
        Reason(
            "hold_address",
            "Shopify's reason is an incorrect address.",
            action(
                "correct_address",
                "Ask the customer for the right address, correct it in Shopify and release the hold.",
            ),
        ),
        Reason(
            "hold_payment",
            "Shopify's reason is a payment that is awaited.",
            action(
                "collect_payment",
                "Collect the payment, or cancel the order; then release the hold in Shopify.",
            ),
        ),
        Reason(
            "hold_stock",
            "Shopify's reason is stock.",
            action(
                "check_stock",
                "Check in buying when the stock comes; tell the customer, or release the hold in Shopify.",
            ),
        ),
        Reason("hold_delivery_date", "Shopify's reason is an unknown delivery date."),
        Reason("hold_returns", "Shopify's reason is an exchange whose goods are awaited."),
        Reason(
            "hold_upsell",
            "Shopify's reason is an offer after checkout, which takes minutes.",
            action(
                "release_hold",
                "Release the hold in Shopify, and look at the app that makes offers after checkout.",
            ),
        ),
        Reason("hold_other", "Shopify gives another reason, or one that is new."),
        Reason(
            "shipstation_hold",
            "ShipStation holds the row, and its date has passed.",
            action(
                "restore",
                "Restore the order to Awaiting Shipment in ShipStation, or give the hold a new date.",
            ),
        ),
    ),
    knobs=("windows.hold", "windows.hold_stock", "windows.hold_upsell", "paid"),
    find=find_hold_overdue,
    yields_to=frozenset({"import.wrong_store"}),
)

PROVIDER_STUCK = Kind(
    code="aging.provider_stuck",
    title="A fulfilment provider does not move",
    severity=Severity.NORMAL,
    owner_role="ops",
    next_action=action(
        "chase_provider",
        "Ask the provider about the request. If they will not ship it, move the order back and ship it yourself.",
    ),
    explanation="The order was handed to a fulfilment provider, and it was refused, or nobody answered.",
    detected="ShipStation has the order as pending fulfilment or rejected, or a fulfilment request in Shopify is submitted and not accepted, or rejected.",
    window="24 hours without an answer; a refusal at once.",
    reasons=(
        Reason(
            "rejected",
            "The request's status is rejected, in either system.",
            action(
                "ship_yourself",
                "Ask the provider why. Then assign it to another location in Shopify, or ship it from ShipStation.",
            ),
        ),
        Reason("no_answer", "The request was submitted and is neither accepted nor rejected."),
    ),
    knobs=("windows.provider", "locations", "exclude_locations"),
    find=find_provider_stuck,
)
