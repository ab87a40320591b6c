"""Shopify says done and ShipStation does not: a fulfilment without a parcel (B6), an open row (B9), two parcels (B10)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.gaps import tracking, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.eligibility import paid_at
from bot.gaps.evidence import changed, pair, parcel_evidence, shipstation, shopify, shown
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.kinds.aging import AWAITING
from bot.gaps.kinds.tracking import AT_PAYMENT
from bot.gaps.quantities import held
from bot.gaps.windows import OPEN_AGAIN, bounded
from storage.facts import Fulfillment, Item, Shipment, ShipStationOrder, latest
from storage.findings import Cause, Evidence, Finding, Severity

GHOST_AFTER = timedelta(hours=1)
OPEN_AFTER = timedelta(hours=2)
TWICE_AFTER = timedelta(minutes=30)
"""Windows of domain.md for B6, B9 and B10."""
ONE_GO = timedelta(minutes=1)
"""Labels of one order made within this time are the packages of one shipment (trap 41)."""
RELABELLED = timedelta(hours=24)
"""A second label within this time replaces the first; a later one is a second shipment."""


# ---------------------------------------------------------------- B6


def find_ghost(case: Case) -> Finding | Waiting | None:
    """B6: Shopify's fulfilment names only voided labels, no parcel carries its units, and ShipStation has them open."""
    if not case.unshipped or case.called_off_at is not None:
        return None
    ghosts = [part for part in case.successes if _is_ghost(case, part) and not _may_have_left(case, part)]
    if not ghosts:
        return None
    dead = [
        label
        for label in case.dead_labels
        if tracking.numbers(label.tracking) & tracking.shown_numbers(ghosts)
    ]
    since = bounded(max(label.voided_at or label.created_at for label in dead), case.order, case.now)
    due = since + GHOST_AFTER
    if case.now < due:
        return Waiting(
            due,
            f"Its label was voided and Shopify shows it as shipped. That counts in {words.span(due - case.now)}.",
        )
    return finding(
        GHOST,
        case,
        headline="fulfilled in Shopify, but its label was voided and nothing was shipped",
        since=since,
        cause=_why_ghost(dead, ghosts),
        evidence=(
            *pair(
                case,
                "State",
                theirs=f"{words.listed(words.state(row.status) for row in case.unshipped)}, label voided",
                ours=words.state(case.order.fulfillment_status),
            ),
            *parcel_evidence(case, dead)[2:],
            shipstation(case, "Voided", words.moment(since, case.dossier.rules.timezone)),
        ),
    )


def _is_ghost(case: Case, part: Fulfillment) -> bool:
    shown = tracking.shown_numbers((part,))
    return bool(shown) and shown <= case.dead_numbers


def _may_have_left(case: Case, part: Fulfillment) -> bool:
    """Whether a live parcel may carry what this fulfilment covers: a sibling of a split order does not."""
    if not case.dossier.live:
        return False
    covered = {line.line_id for line in part.lines or ()}
    open_rows = {row.id for row in case.unshipped}
    own = [
        label
        for label in case.dead_labels
        if tracking.numbers(label.tracking) & tracking.shown_numbers((part,))
    ]
    if not covered or any(label.order_id not in open_rows for label in own):
        return True
    known = {line.id for line in case.order.detail.lines} if case.order.detail else set()
    carried = {
        item.line_key for parcel in case.dossier.live for item in parcel.items or (Item(None, None, 1),)
    }
    return not carried <= known - covered


def _why_ghost(dead: Sequence[Shipment], ghosts: Sequence[Fulfillment]) -> Cause:
    told = any(label.notified for label in dead) or any(
        part.display_status == "LABEL_VOIDED" for part in ghosts
    )
    text = "Shopify had been told of the label before it was voided, and is not told of the void."
    if told:
        return cause("void_after_notify", "confirmed", text)
    text = "The label was voided after its number had come into Shopify; ShipStation does not say that it sent it."
    return cause("void_after_notify", "likely", text)


# ---------------------------------------------------------------- B9


def find_open_after(case: Case) -> Finding | Waiting | None:
    """B9: Shopify has nothing left to ship, and ShipStation awaits shipment without any parcel."""
    rows = [row for row in case.unshipped if row.status == AWAITING]
    if not rows or case.dossier.live or case.called_off_at is not None or not case.successes:
        return None
    if case.standing.state != "done" or auto_fulfilled(case):
        return None
    if any(_is_ghost(case, part) for part in case.successes):
        return None
    since = max(part.created_at for part in case.successes)
    due = _open_due(case, rows, since)
    if case.now < due:
        wait = words.span(due - case.now)
        said = f"Shopify shows it as fulfilled; ShipStation still has it open. That counts in {wait}, unless its import closes it."
        return Waiting(min(due, max(since + OPEN_AFTER, case.now + OPEN_AGAIN)), said)
    return finding(
        OPEN_AFTER_FULFILLMENT,
        case,
        headline="fulfilled in Shopify, and still to be shipped in ShipStation",
        since=min(since, case.now),
        cause=_why_done(case),
        evidence=_both_sides(case, rows, since),
    )


def _open_due(case: Case, rows: Sequence[ShipStationOrder], since: datetime) -> datetime:
    """Return when an open row counts: ShipStation's next import closes it, so one that is still to run is waited for."""
    stores = [case.dossier.stores.get(row.store_id or 0) for row in rows]
    imported = latest(store.refreshed_at for store in stores if store is not None)
    if imported is None or imported >= since:
        return since + OPEN_AFTER
    return since + max(OPEN_AFTER, case.dossier.rules.windows.import_stalled_off_hours)


def auto_fulfilled(case: Case) -> bool:
    """Whether Shopify marked all of it as fulfilled at payment, without tracking: a setting, no parcel (trap 56)."""
    paid = paid_at(case.order)
    return bool(case.successes) and all(
        abs(part.created_at - paid) <= AT_PAYMENT and not part.service and not tracking.shown_numbers((part,))
        for part in case.successes
    )


def _why_done(case: Case) -> Cause:
    services = {part.service for part in case.successes if part.service}
    if services:
        text = f"{words.cut(words.listed(services), 80)} fulfilled it in Shopify; ShipStation did not hear of it."
        return cause("fulfilled_elsewhere", "likely", text)
    if any(part.bare for part in case.successes):
        text = "Shopify's export tells neither tracking nor who fulfilled it, so the cause cannot be told from it."
        return cause("unknown", "unknown", text)
    if tracking.shown_numbers(case.successes) - tracking.parcel_numbers(case.dead_labels):
        text = "Shopify shows a tracking number that no ShipStation label ever had: another app, a provider or a person shipped it."
        return cause("fulfilled_elsewhere", "likely", text)
    text = "It was marked as fulfilled in Shopify without a tracking number: by hand, or by an app."
    return cause("fulfilled_by_hand", "likely", text)


def _by(part: Fulfillment) -> str:
    return "not said" if part.bare else part.service or "the shop"


def _both_sides(case: Case, rows: Sequence[ShipStationOrder], since: datetime) -> tuple[Evidence, ...]:
    zone = case.dossier.rules.timezone
    return (
        *pair(
            case,
            "State",
            theirs=f"{words.listed(words.state(row.status) for row in rows)}, no label",
            ours=words.state(case.order.fulfillment_status),
        ),
        *pair(
            case,
            "Since",
            theirs=changed(rows, zone),
            ours=f"fulfilled {words.moment(since, zone)}",
        ),
        shopify(case, "Tracking", shown(case.successes)),
        shopify(case, "Fulfilled by", words.listed(_by(part) for part in case.successes)),
    )


# ---------------------------------------------------------------- B10


def find_double(case: Case) -> Finding | Waiting | None:
    """B10: live labels that together carry more of a line than was ordered, and are not packages of one shipment."""
    labels = [part for part in case.dossier.live if part.kind == "label" and part.items]
    if len(labels) < 2 or not _too_much(case, labels):
        return None
    second = _second_go(labels)
    if second is None:
        return None
    since = bounded(second.created_at, case.order, case.now)
    due = since + TWICE_AFTER
    if case.now < due:
        return Waiting(
            due, f"It has two labels for the same units. That counts in {words.span(due - case.now)}."
        )
    return finding(
        DOUBLE,
        case,
        headline="two labels for the same units: it may be shipped twice",
        since=since,
        cause=_why_twice(labels, second),
        evidence=parcel_evidence(case, labels),
    )


def _too_much(case: Case, labels: Sequence[Shipment]) -> bool:
    detail = case.order.detail
    items = [item for label in labels for item in label.items or ()]
    if detail is None or not detail.lines:
        keys = [{item.line_key or item.sku for item in label.items or ()} for label in labels]
        return any(left & right for at, left in enumerate(keys) for right in keys[at + 1 :])
    lines = {line.id: line for line in detail.lines}
    if case.dossier.matched_by == "combined" or any(row.merged_ids for row in case.rows):
        items = [item for item in items if item.line_key in lines]
    return any(units > lines[line_id].quantity for line_id, units in held(items, detail.lines).units.items())


def _second_go(labels: Sequence[Shipment]) -> Shipment | None:
    """Return the first label that was not made in one go with the first."""
    first = labels[0].created_at
    return next((label for label in labels if label.created_at - first > ONE_GO), None)


def _why_twice(labels: Sequence[Shipment], second: Shipment) -> Cause:
    apart = second.created_at - labels[0].created_at
    if len({label.order_id for label in labels}) > 1:
        text = "The labels belong to two ShipStation orders: it was imported twice, and both copies were shipped."
        return cause("two_orders", "likely", text)
    if apart <= RELABELLED:
        text = f"A new label was made {words.span(apart)} after the first, which was not voided."
        return cause("new_label_without_void", "likely", text)
    text = f"A second parcel was sent {words.span(apart)} after the first: probably shipped again on purpose, under the same order."
    return cause("reship", "likely", text)


# ---------------------------------------------------------------- the kinds

GHOST = Kind(
    code="sync.ghost_fulfillment",
    title="Fulfilled in Shopify by a voided label",
    severity=Severity.HIGH,
    owner_role="warehouse",
    next_action=action(
        "ship_or_undo",
        "Ship it today and send the new number to Shopify, or cancel the fulfilment in Shopify.",
    ),
    explanation="The customer was told that the parcel is on its way, with the number of a label that was voided. Nothing was shipped.",
    detected="Every number of a successful fulfilment belongs to a voided label, no live parcel carries its units, and ShipStation has them open.",
    window="1 hour after the void.",
    reasons=(
        Reason(
            "void_after_notify",
            "The voided label says that Shopify was notified, or Shopify shows the label as voided: confirmed. Otherwise likely.",
        ),
    ),
    find=find_ghost,
    replaces=frozenset({"sync.tracking_mismatch", "sync.open_after_fulfillment"}),
)

OPEN_AFTER_FULFILLMENT = Kind(
    code="sync.open_after_fulfillment",
    title="Fulfilled in Shopify, still open in ShipStation",
    severity=Severity.HIGH,
    owner_role="warehouse",
    next_action=action(
        "close_order",
        "Check that it left. Then mark it as shipped in ShipStation without notifying, or cancel it there, before it is shipped twice.",
    ),
    explanation="Somebody else shipped the order, and ShipStation will ship it again.",
    detected=(
        "Shopify has nothing left to ship, a ShipStation row awaits shipment, and ShipStation has no live parcel. A shop whose "
        "orders Shopify fulfils at payment is left alone here."
    ),
    window="2 hours after the fulfilment; 6 while ShipStation says that it has not imported since.",
    reasons=(
        Reason(
            "fulfilled_elsewhere",
            "Shopify names a fulfilment service, or a tracking number that no ShipStation label had.",
        ),
        Reason("fulfilled_by_hand", "The fulfilment has no tracking number."),
        Reason("unknown", "Only Shopify's own export tells of the fulfilment: no tracking, and not by whom."),
    ),
    knobs=("windows.import_stalled_off_hours",),
    find=find_open_after,
    yields_to=frozenset({"sync.ghost_fulfillment"}),
)

DOUBLE = Kind(
    code="sync.double_ship",
    title="Two labels for the same units",
    severity=Severity.NORMAL,
    owner_role="warehouse",
    next_action=action(
        "void_one",
        "Check which parcel left. Void the other label in ShipStation, or confirm that both were meant.",
    ),
    explanation="The order has two live labels for the same units: it is shipped twice, or a label is paid for in vain.",
    detected="The live labels together carry more units of a line than were ordered, and were not made in one go.",
    window="30 minutes after the second label.",
    reasons=(
        Reason("two_orders", "The labels belong to two ShipStation orders."),
        Reason("new_label_without_void", "The second label was made within a day of the first."),
        Reason("reship", "The second label was made later."),
    ),
    find=find_double,
)
