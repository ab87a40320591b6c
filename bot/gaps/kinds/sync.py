"""Parcels that left and that Shopify does not show as fulfilled: wholly (B1) or in part (B2)."""

from datetime import datetime, timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import why_not_told
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, parcel_evidence
from bot.gaps.kinds import Kind, action, finding
from bot.gaps.windows import SECOND_LOOK, bounded, notify_due
from storage.findings import Cause, Evidence, Finding, NextAction, Severity

SYNC = frozenset(
    {
        "sync.unfulfilled",
        "sync.partial",
        "sync.tracking_missing",
        "sync.tracking_mismatch",
        "sync.tracking_incomplete",
    }
)
"""They supersede each other on one order: at most one of them is open (domain.md 3.2)."""
WORSE_AFTER = timedelta(hours=24)
"""Age of the oldest parcel from which B1 is high."""

_SEND = action(
    "send_notification",
    "Open the shipment in ShipStation and choose Other Actions > Send Notification. Do not make a new label.",
)
_NEXT: dict[str, NextAction] = {
    "scan_not_seen": action(
        "check_parcel",
        "Check that the parcel was handed over. If it was, open the shipment in ShipStation and choose Other Actions > Send Notification.",
    ),
    "store_notifications_off": action(
        "check_store_notifications",
        "Check in ShipStation that the store's shipment notifications are on and its connection works, then choose Send Notification for the shipment.",
    ),
    "wrong_store": action(
        "check_connection",
        "Check in ShipStation which store connection the order belongs to. Then fulfil it in Shopify by hand with this tracking number.",
    ),
    "store_cannot_notify": action(
        "fulfil_by_hand",
        "Fulfil the order in Shopify by hand with this tracking number; this ShipStation store cannot do it.",
    ),
    "fulfillment_undone": action(
        "ask_who_cancelled",
        "Find out in Shopify's timeline who or what cancelled the fulfilment. If the parcel left, fulfil it again with its tracking number.",
    ),
    "shopify_refused": action(
        "free_the_order",
        "Release the hold or move the items back to the right location in Shopify, then choose Send Notification for the shipment in ShipStation.",
    ),
    "lines_edited": action(
        "fulfil_by_hand", "Fulfil the missing items in Shopify by hand with this parcel's tracking number."
    ),
    "externally_fulfilled": action(
        "ask_provider", "Ask the provider for the tracking number and fulfil the order in Shopify by hand."
    ),
    "marked_no_record": action(
        "find_the_parcel",
        "Find out whether the parcel left. If it did, fulfil the order in Shopify by hand; if not, restore it in ShipStation.",
    ),
    "combined": action(
        "find_the_parcel",
        "Find the combined order's parcel in ShipStation and fulfil this order in Shopify with its tracking number.",
    ),
}


def find_unfulfilled(case: Case) -> Finding | Waiting | None:
    """B1: nothing of what left is shown as fulfilled. Late after the store's notification window."""
    found = case.coverage
    if not found.missing or found.recognised:
        return None
    since = _since(case)
    due = _due(case, case.dossier.rules.windows.notify)
    if case.now < due:
        return Waiting(due, _patience(case, due))
    cause = why_not_told(case)
    return finding(
        UNFULFILLED,
        case,
        headline="shipped in ShipStation, but Shopify still shows it as unfulfilled",
        since=since,
        cause=cause,
        evidence=(*_units(case), *parcel_evidence(case, found.parcels)),
        next_action=_next(cause, case),
        severity=Severity.HIGH if case.now - since >= WORSE_AFTER else Severity.NORMAL,
    )


def find_partial(case: Case) -> Finding | Waiting | None:
    """B2: a part of what left is shown as fulfilled, the rest is not."""
    found = case.coverage
    if not found.missing or not found.recognised:
        return None
    due = _due(case, min(SECOND_LOOK, case.dossier.rules.windows.notify))
    if case.now < due:
        return Waiting(due, _patience(case, due))
    cause = why_not_told(case)
    units = words.counted(found.missing_units, "shipped unit")
    return finding(
        PARTIAL,
        case,
        headline=f"{units} not shown as fulfilled in Shopify, though the rest of the order is",
        since=_since(case),
        cause=cause,
        evidence=(*_units(case), *parcel_evidence(case, found.parcels)),
        next_action=_next(cause, case),
    )


def _since(case: Case) -> datetime:
    found = case.coverage
    stamps = [parcel.created_at for parcel in found.parcels] or [row.modified_at for row in found.unrecorded]
    return bounded(min(stamps, default=case.order.created_at), case.order, case.now)


def _due(case: Case, window: timedelta) -> datetime:
    rules = case.dossier.rules
    parcels = case.coverage.parcels
    if not parcels:
        return _since(case) + window
    return min(
        notify_due(rules, parcel, bounded(parcel.created_at, case.order, case.now), window)
        for parcel in parcels
    )


def _patience(case: Case, due: datetime) -> str:
    setting = {
        "immediately": "ShipStation should have told Shopify by then",
        "hours": f"the store tells Shopify {case.dossier.rules.notify.hours:g} hours after a label is made",
        "ship_date": "the store tells Shopify at a set time on the ship date",
        "mail_stream": "the store tells Shopify when the carrier first scans the parcel",
    }[case.dossier.rules.notify.mode]
    wait = words.span(due - case.now)
    return f"It was shipped in ShipStation and Shopify does not show all of it yet. That counts as late in {wait}: {setting}."


def _units(case: Case) -> tuple[Evidence, ...]:
    found = case.coverage
    return pair(
        case,
        "Units",
        theirs=f"{found.carried} shipped",
        ours=f"{found.carried - found.missing_units} fulfilled",
    )


def _next(cause: Cause, case: Case) -> NextAction:
    if cause.code != "sent_not_shown":
        return _NEXT.get(cause.code, _SEND)
    parcel = case.coverage.parcels[0]
    return action(
        "contact_shipstation",
        f"Contact ShipStation support with shipment {parcel.id} and order {parcel.order_id}: it says notified, Shopify shows nothing. "
        "Tell the customer, and fulfil by hand if it cannot wait.",
    )


UNFULFILLED = Kind(
    code="sync.unfulfilled",
    title="Shipped, but unfulfilled in Shopify",
    severity=Severity.NORMAL,
    owner_role="ops",
    next_action=_SEND,
    explanation=(
        "ShipStation has a label or a mark as shipped, and Shopify shows nothing of it as fulfilled after the notification "
        "window. The customer was not told. High once the parcel is older than 24 hours."
    ),
    find=find_unfulfilled,
    replaces=SYNC - {"sync.unfulfilled"},
)

PARTIAL = Kind(
    code="sync.partial",
    title="Shipped, but only partly fulfilled in Shopify",
    severity=Severity.NORMAL,
    owner_role="ops",
    next_action=_SEND,
    explanation=(
        "More units left with parcels than Shopify shows as fulfilled: one parcel of a split order was not reported, or lines "
        "changed after the import."
    ),
    find=find_partial,
    yields_to=frozenset({"sync.unfulfilled"}),
    replaces=SYNC - {"sync.partial"},
)
