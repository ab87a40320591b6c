"""Parcels that left and that Shopify does not show as fulfilled: wholly (B1) or in part (B2)."""

from datetime import datetime, timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import why_not_told
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, parcel_evidence
from bot.gaps.kinds import Kind, Reason, action, finding
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
REASONS = (
    Reason("notification_failed", "ShipStation recorded an error when it told Shopify; quoted."),
    Reason(
        "store_cannot_notify",
        "The parcel's ShipStation store has no channel, or one that cannot be told.",
        action(
            "fulfil_by_hand",
            "Fulfil the order in Shopify by hand with this tracking number; this ShipStation store cannot do it.",
        ),
    ),
    Reason(
        "reship_not_resent",
        "Not notified, and a voided label of the order had been: ShipStation does not tell Shopify twice.",
    ),
    Reason(
        "marked_without_notify",
        "Marked as shipped, not notified: that option is off unless somebody ticks it.",
    ),
    Reason(
        "scan_not_seen",
        "Not notified, past the 72 hours of a store that tells Shopify at the carrier's first scan.",
        action(
            "check_parcel",
            "Check that the parcel was handed over. If it was, open the shipment in ShipStation and choose Other Actions > Send Notification.",
        ),
    ),
    Reason("split_not_notified", "Not notified, and another parcel of the order was."),
    Reason("do_not_notify", "Not notified without an error, and other labels of that hour were."),
    Reason(
        "store_notifications_off",
        "Not notified without an error, and no other label of that hour was.",
        action(
            "check_store_notifications",
            "Check in ShipStation that the store's shipment notifications are on and its connection works, then choose Send Notification for the shipment.",
        ),
    ),
    Reason(
        "not_notified",
        "Not notified without an error, and no other label was made in that hour: the two cannot be told apart.",
    ),
    Reason(
        "fulfillment_undone",
        "Notified, and a fulfilment in Shopify was cancelled or failed after the label.",
        action(
            "ask_who_cancelled",
            "Find out in Shopify's timeline who or what cancelled the fulfilment. If the parcel left, fulfil it again with its tracking number.",
        ),
    ),
    Reason(
        "wrong_store",
        "Notified, through a store that is not this shop's or under a key that is not the order's.",
        action(
            "check_connection",
            "Check in ShipStation which store connection the order belongs to. Then fulfil it in Shopify by hand with this tracking number.",
        ),
    ),
    Reason(
        "shopify_refused",
        "Notified, and what is missing stands in fulfilment orders that are held, closed, incomplete or elsewhere.",
        action(
            "free_the_order",
            "Release the hold or move the items back to the right location in Shopify, then choose Send Notification for the shipment in ShipStation.",
        ),
    ),
    Reason(
        "lines_edited",
        "Notified, and the parcel names lines that the order no longer has.",
        action(
            "fulfil_by_hand",
            "Fulfil the missing items in Shopify by hand with this parcel's tracking number.",
        ),
    ),
    Reason("sent_not_shown", "Notified, and nothing else explains it."),
    Reason(
        "combined",
        "Combined into an order that is called shipped and has no parcel.",
        action(
            "find_the_parcel",
            "Find the combined order's parcel in ShipStation and fulfil this order in Shopify with its tracking number.",
        ),
    ),
    Reason(
        "externally_fulfilled",
        "Called shipped without a parcel, and recorded as fulfilled outside.",
        action(
            "ask_provider",
            "Ask the provider for the tracking number and fulfil the order in Shopify by hand.",
        ),
    ),
    Reason(
        "marked_no_record",
        "Called shipped, without a label or a mark.",
        action(
            "find_the_parcel",
            "Find out whether the parcel left. If it did, fulfil the order in Shopify by hand; if not, restore it in ShipStation.",
        ),
    ),
    Reason("unknown", "ShipStation did not say whether it told Shopify."),
)
"""Why Shopify was not told (domain.md 3.1), in the order in which the evidence is looked at."""
_DETECTED = (
    "Units that live labels and marks carry, by line, against those of Shopify's successful fulfilments. Voided labels, return "
    "labels and lines that need no shipping do not count; a combined order's parcel counts for each of its orders."
)


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


def _next(cause: Cause, case: Case) -> NextAction | None:
    """Return what to do where that has to name the shipment; None: as the cause says."""
    if cause.code != "sent_not_shown":
        return None
    parcel = case.coverage.parcels[0]
    named = f"shipment {parcel.id} and order {parcel.order_id}"
    if parcel.id < 0 or parcel.order_id < 0:  # known from a file without ids
        named = f"order {case.order.name} and tracking number {parcel.tracking or 'none'}"
    return action(
        "contact_shipstation",
        f"Contact ShipStation support with {named}: it says notified, Shopify shows nothing. "
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
    detected=f"{_DETECTED} Nothing of what left is fulfilled.",
    window="4 hours after the label, or as the store's notification setting says: N hours more, 2 hours past the time on the ship date, or 72 hours for the first scan. An error waits for no setting.",
    reasons=REASONS,
    knobs=("windows.notify", "shipstation.notify", "shipstation.store_ids"),
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
    detected=f"{_DETECTED} A part of what left is fulfilled.",
    window="2 hours after the label, or as the store's notification setting says.",
    reasons=REASONS,
    knobs=("windows.notify", "shipstation.notify"),
    find=find_partial,
    yields_to=frozenset({"sync.unfulfilled"}),
    replaces=SYNC - {"sync.partial"},
)
