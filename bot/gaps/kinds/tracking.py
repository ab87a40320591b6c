"""Parcels whose tracking Shopify has not (B3), has wrong (B4), has by half (B5), or that nobody has (B8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.gaps import tracking, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.eligibility import paid_at
from bot.gaps.evidence import parcel_evidence
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.kinds.sync import SYNC
from bot.gaps.windows import INCOMPLETE, SECOND_LOOK, bounded, notify_due
from storage.facts import Fulfillment, Shipment, Tracking
from storage.findings import Cause, Finding, Severity

AT_PAYMENT = timedelta(minutes=5)
"""A fulfilment this soon after payment was made by Shopify's automatic setting (trap 56)."""


def find_missing(case: Case) -> Finding | Waiting | None:
    """B3: Shopify shows it as fulfilled without a number, and ShipStation has one."""
    found = case.coverage
    if found.missing or not found.printed or found.printed <= found.shown:
        return None
    blank = [part for part in _relevant(case) if not tracking.shown_numbers((part,))]
    parcels = _about(case, _unshown(case), blank)
    if not blank or not parcels:
        return None
    since = _since(case, parcels, blank)
    due = _due(case, parcels, since)
    if case.now < due:
        return Waiting(due, _patience(case, due))
    return finding(
        MISSING,
        case,
        headline="fulfilled in Shopify without the tracking number that ShipStation has",
        since=since,
        cause=_why_missing(case, blank, parcels),
        evidence=parcel_evidence(case, parcels),
    )


def find_mismatch(case: Case) -> Finding | Waiting | None:
    """B4: the numbers Shopify shows share nothing with the parcels', or one of them is a voided label's.

    One shared number is enough for a multi-package order, unless a voided number still stands (traps 37, 41).
    """
    found = case.coverage
    if found.missing or not found.printed or not found.shown or found.printed <= found.shown:
        return None
    dead = case.dead_numbers & found.shown
    if found.printed & found.shown and not dead:
        return None
    parcels = _unshown(case)
    if not parcels:
        return None
    first = parcels[-1:] if dead else parcels[:1]
    since = _since(case, first, ())
    due = _due(case, first, since)
    if case.now < due:
        return Waiting(due, _patience(case, due))
    return finding(
        MISMATCH,
        case,
        headline="Shopify shows a tracking number that is not the parcel's",
        since=since,
        cause=_why_mismatch(case, dead),
        evidence=parcel_evidence(case, parcels),
    )


def find_incomplete(case: Case) -> Finding | Waiting | None:
    """B5: the right number, but neither a carrier nor a link, so the customer cannot follow it."""
    found = case.coverage
    if not found.printed or found.printed.isdisjoint(found.shown):
        return None
    halves = [part for part in case.successes if any(_is_half(entry, case) for entry in part.tracking)]
    if not halves:
        return None
    since = bounded(min(part.created_at for part in halves), case.order, case.now)
    due = since + INCOMPLETE
    if case.now < due:
        return Waiting(due, _patience(case, due))
    return finding(
        PARTLY,
        case,
        headline="its tracking number in Shopify has neither a carrier nor a link",
        since=since,
        cause=_why_incomplete(case),
        evidence=parcel_evidence(case, case.dossier.live),
    )


def find_nowhere(case: Case) -> Finding | Waiting | None:
    """B8: shipped, shown as fulfilled, and neither side has a number for any of its parcels."""
    live = case.dossier.live
    if (
        not live
        or case.coverage.missing
        or case.coverage.printed
        or case.coverage.shown
        or not case.successes
    ):
        return None
    if case.called_off_at is not None or not case.coverage.carried:
        return None
    since = bounded(min(parcel.created_at for parcel in live), case.order, case.now)
    due = since + case.dossier.rules.windows.notify
    if case.now < due:
        return Waiting(
            due, f"It was shipped without a tracking number. That counts in {words.span(due - case.now)}."
        )
    if all(parcel.kind == "mark" for parcel in live):
        text = "It was marked as shipped without a tracking number, which ShipStation does not ask for."
        why = cause("marked_without_number", "likely", text)
    else:
        why = cause(
            "label_without_number",
            "likely",
            "ShipStation made a label that has no tracking number, as some services do.",
        )
    return finding(
        NOWHERE,
        case,
        headline="shipped without a tracking number in either system",
        since=since,
        cause=why,
        evidence=parcel_evidence(case, live),
    )


def _relevant(case: Case) -> list[Fulfillment]:
    """Return the successful fulfilments of lines that need shipping; digital lines have no number."""
    detail = case.order.detail
    if detail is None:
        return list(case.successes)
    shipped = {line.id for line in detail.lines if line.requires_shipping}
    return [
        part
        for part in case.successes
        if part.lines is None or any(covered.line_id in shipped for covered in part.lines)
    ]


def _unshown(case: Case) -> list[Shipment]:
    """Return live parcels with a number of which Shopify shows none, oldest first."""
    shown = case.coverage.shown
    return [
        parcel
        for parcel in case.dossier.live
        if (own := tracking.numbers(parcel.tracking)) and own.isdisjoint(shown)
    ]


def _about(case: Case, parcels: Sequence[Shipment], parts: Sequence[Fulfillment]) -> list[Shipment]:
    """Return the parcels that these fulfilments may stand for: shared lines where both sides name them."""
    lines = {covered.line_id for part in parts for covered in part.lines or ()}
    known = {line.id for line in case.order.detail.lines} if case.order.detail else set()
    about = []
    for parcel in parcels:
        named = {item.line_key for item in parcel.items or () if item.line_key in known}
        if not lines or not named or named & lines:
            about.append(parcel)
    return about


def _is_half(entry: Tracking, case: Case) -> bool:
    if entry.url or (entry.company and entry.company.strip().casefold() != "other"):
        return False
    return not tracking.numbers(entry.number).isdisjoint(case.coverage.printed)


def _since(case: Case, parcels: Sequence[Shipment], parts: Sequence[Fulfillment]) -> datetime:
    """Return when both stood: the parcel was made, and Shopify had its fulfilment."""
    made = min(parcel.created_at for parcel in parcels)
    shown = min((part.created_at for part in parts), default=made)
    return bounded(max(made, shown), case.order, case.now)


def _due(case: Case, parcels: Sequence[Shipment], since: datetime) -> datetime:
    window = min(SECOND_LOOK, case.dossier.rules.windows.notify)
    return notify_due(case.dossier.rules, parcels[0], since, window)


def _patience(case: Case, due: datetime) -> str:
    wait = words.span(due - case.now)
    return f"Shopify shows it as fulfilled, its tracking is not complete yet. That counts as late in {wait}."


def _why_missing(case: Case, blank: Sequence[Fulfillment], parcels: Sequence[Shipment]) -> Cause:
    made = min(parcel.created_at for parcel in parcels)
    paid = paid_at(case.order)
    if any(abs(part.created_at - paid) <= AT_PAYMENT and part.created_at < made for part in blank):
        text = "Shopify marked it as fulfilled at payment, before anything was shipped: automatic fulfilment is probably on."
        return cause("auto_fulfilled", "likely", text)
    if any(part.display_status == "MARKED_AS_FULFILLED" for part in blank):
        return cause(
            "fulfilled_by_hand",
            "likely",
            "Someone marked it as fulfilled in Shopify without a tracking number.",
        )
    for parcel in parcels:
        if parcel.notify_error:
            quoted = words.cut(parcel.notify_error, words.QUOTE)
            return cause(
                "notification_failed",
                "confirmed",
                f"ShipStation tried to tell Shopify and failed: “{quoted}”",
            )
    text = "Neither side says why the number is missing: Shopify does not name who fulfilled it."
    return cause("unknown", "unknown", text)


def _why_mismatch(case: Case, dead: frozenset[str]) -> Cause:
    if dead:
        text = "Shopify shows the number of a label that was voided. ShipStation does not tell Shopify about the label made after it."
        return cause("reship_after_void", "confirmed", text)
    writers = {part.service for part in case.successes if part.service}
    if writers:
        return cause(
            "other_app",
            "likely",
            f"{words.cut(words.listed(writers), 60)} wrote the number that Shopify shows.",
        )
    text = (
        "No label of this order ever had the number that Shopify shows. Another app or a person may have written it, or the "
        "carrier gave the parcel a second number."
    )
    return cause("other_number", "unknown", text)


def _why_incomplete(case: Case) -> Cause:
    carriers = {parcel.carrier for parcel in case.dossier.live if parcel.carrier}
    strange = [carrier for carrier in carriers if tracking.company(carrier) is None]
    if strange:
        text = f"Shopify probably does not know the carrier as ShipStation names it: {words.listed(strange)}."
        return cause("unsupported_carrier", "likely", text)
    return cause("unknown", "unknown", "Neither side says why carrier and link are missing.")


MISSING = Kind(
    code="sync.tracking_missing",
    title="Fulfilled in Shopify without tracking",
    severity=Severity.NORMAL,
    owner_role="ops",
    next_action=action(
        "add_tracking",
        "Add this tracking number to the fulfilment in Shopify and let Shopify notify the customer.",
    ),
    explanation="Shopify shows the order as fulfilled without a tracking number, and ShipStation's parcel has one.",
    detected="Every shipped unit is fulfilled in Shopify, a fulfilment has no number, and a live parcel has one that Shopify does not show.",
    window="2 hours after both stood; never before the store's notification setting allows.",
    reasons=(
        Reason(
            "auto_fulfilled",
            "The fulfilment was made within 5 minutes of the payment and before the parcel.",
            action(
                "turn_off_auto_fulfilment",
                "Add this tracking number in Shopify. Then turn off automatic fulfilment under Settings > General > Order processing.",
            ),
        ),
        Reason("fulfilled_by_hand", "Shopify shows it as marked as fulfilled."),
        Reason("notification_failed", "ShipStation recorded an error when it told Shopify; quoted."),
        Reason("unknown", "None of these."),
    ),
    knobs=("windows.notify", "shipstation.notify"),
    find=find_missing,
    yields_to=frozenset({"sync.unfulfilled", "sync.partial"}),
    replaces=SYNC - {"sync.tracking_missing"},
)

MISMATCH = Kind(
    code="sync.tracking_mismatch",
    title="Shopify shows another tracking number",
    severity=Severity.NORMAL,
    owner_role="ops",
    next_action=action(
        "replace_tracking",
        "Replace the tracking number in Shopify with the live parcel's and let Shopify notify the customer.",
    ),
    explanation=(
        "The customer follows a number that is not on the parcel: usually a voided label's, because ShipStation does not "
        "report the label that replaced it."
    ),
    detected="The numbers of Shopify's fulfilments and of the live parcels share nothing, or one of Shopify's is a voided label's. Compared without spaces, dashes and the postal prefix.",
    window="2 hours after both stood; never before the store's notification setting allows.",
    reasons=(
        Reason("reship_after_void", "The number that Shopify shows is a voided label's."),
        Reason("other_app", "Shopify names a fulfilment service that wrote the number."),
        Reason(
            "other_number",
            "No label ever had the number: another app, a person, or a carrier that gave a second number.",
        ),
    ),
    knobs=("windows.notify", "shipstation.notify"),
    find=find_mismatch,
    yields_to=frozenset({"sync.unfulfilled", "sync.partial", "sync.tracking_missing"}),
    replaces=SYNC - {"sync.tracking_mismatch"},
)

PARTLY = Kind(
    code="sync.tracking_incomplete",
    title="Tracking number without carrier or link",
    severity=Severity.LOW,
    owner_role="ops",
    next_action=action("set_carrier", "Set the carrier, or a tracking link, on the fulfilment in Shopify."),
    explanation="Shopify has the right number but neither a carrier nor a link, so the customer cannot follow the parcel.",
    detected="A fulfilment shows a live parcel's number, its company is missing or Other, and it has no link.",
    window="24 hours after the fulfilment.",
    reasons=(
        Reason("unsupported_carrier", "ShipStation's carrier is none that Shopify knows by name."),
        Reason("unknown", "Shopify knows the carrier."),
    ),
    find=find_incomplete,
    yields_to=SYNC - {"sync.tracking_incomplete"},
    replaces=SYNC - {"sync.tracking_incomplete"},
)

NOWHERE = Kind(
    code="sync.no_tracking_anywhere",
    title="Shipped without a tracking number",
    severity=Severity.LOW,
    owner_role="warehouse",
    next_action=action(
        "find_number",
        "Get the number from whoever shipped it and add it in Shopify, or accept it as your own delivery.",
    ),
    explanation="The order counts as shipped in both systems and nobody can follow the parcel.",
    detected="Live parcels without a number, usually marks as shipped, and fulfilments without a number.",
    window="4 hours after it was shipped.",
    reasons=(
        Reason("marked_without_number", "It was marked as shipped; no label was made."),
        Reason("label_without_number", "A label was made that has no number."),
    ),
    knobs=("windows.notify",),
    find=find_nowhere,
    yields_to=SYNC - {"sync.tracking_incomplete"},
)
