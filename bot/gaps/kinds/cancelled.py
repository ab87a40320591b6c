"""Orders that Shopify called off and ShipStation did not: still open (I7), or shipped all the same (B7)."""

from datetime import datetime, timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, parcel_evidence, shipstation, shopify
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.kinds.quantity import UPDATES_UNTIL
from storage.facts import Shipment
from storage.findings import Cause, Evidence, Finding, Severity

CLOCKS_AGREE = timedelta(minutes=1)
"""How much later than the cancellation a label has to be made, for the two systems' clocks."""


def find_not_propagated(case: Case) -> Finding | Waiting | None:
    """I7: cancelled or wholly refunded in Shopify, and still open in ShipStation."""
    at = case.called_off_at
    if at is None or not case.unshipped:
        return None
    due = at + case.dossier.rules.windows.cancelled
    if case.now < due:
        wait = words.span(due - case.now)
        return Waiting(due, f"{_how(case)} in Shopify; ShipStation still has it open. That counts in {wait}.")
    return finding(
        NOT_PROPAGATED,
        case,
        headline=f"{_how(case).lower()} in Shopify, and still open in ShipStation",
        since=at,
        cause=_why_open(case, at),
        evidence=_evidence(case, at),
    )


def find_shipped_after(case: Case) -> Finding | Waiting | None:
    """B7: a parcel's label was made after the order had been cancelled or wholly refunded (trap 54: not before)."""
    at = case.called_off_at if _is_dated(case) else None
    if at is None:
        return None
    late = [
        parcel
        for parcel in case.dossier.live
        if parcel.created_at > at + CLOCKS_AGREE and _carries(case, parcel)
    ]
    if not late:
        return None
    return finding(
        SHIPPED_AFTER,
        case,
        headline=f"shipped after it was {_how(case).lower()} in Shopify",
        since=min(*(parcel.created_at for parcel in late), case.now),
        cause=_why_shipped(case),
        evidence=(*_evidence(case, at), *parcel_evidence(case, late)[2:]),
    )


def _is_dated(case: Case) -> bool:
    """Whether it is known when it was called off: lines that were edited away leave no date."""
    return case.order.cancelled_at is not None or bool(case.order.detail and case.order.detail.refunds)


def _how(case: Case) -> str:
    return "Cancelled" if case.order.cancelled_at is not None else "Refunded"


def _carries(case: Case, parcel: Shipment) -> bool:
    """Whether a parcel holds something of this order; a combined one names its lines."""
    if case.dossier.matched_by != "combined" or not parcel.items or case.order.detail is None:
        return True
    lines = {line.id for line in case.order.detail.lines}
    return any(item.line_key in lines for item in parcel.items)


def _why_open(case: Case, at: datetime) -> Cause:
    rows = case.unshipped
    if any(row.merged_or_split or row.parent_id is not None for row in rows):
        text = "The order was split or combined in ShipStation, and such orders take no changes from Shopify."
        return cause("split_order", "likely", text)
    if at - case.order.created_at > UPDATES_UNTIL:
        text = "The order was older than 14 days when it was called off; ShipStation takes no changes from Shopify after that."
        return cause("too_old", "likely", text)
    if any(row.from_file for row in rows):
        text = "The export does not say when ShipStation last changed the order, so the cause cannot be told from it."
        return cause("unknown", "unknown", text)
    if all(row.modified_at <= at for row in rows):
        text = "ShipStation has not changed the order since: its import has probably not run, or did not bring the cancellation."
        return cause("import_not_run", "likely", text)
    text = "ShipStation changed the order afterwards and kept it open; it does not say why."
    return cause("unknown", "unknown", text)


def _why_shipped(case: Case) -> Cause:
    if any(row.status == "cancelled" for row in case.rows):
        text = "ShipStation knew of the cancellation, and a label was made all the same."
        return cause("labelled_all_the_same", "likely", text)
    text = "The cancellation had probably not reached ShipStation when the label was made: its import lags behind."
    return cause("import_lag", "likely", text)


def _evidence(case: Case, at: datetime) -> tuple[Evidence, ...]:
    zone, order = case.dossier.rules.timezone, case.order
    reason = f", {words.state(order.cancel_reason).lower()}" if order.cancel_reason else ""
    theirs = words.listed(words.state(row.status) for row in case.rows) if case.rows else "shipped"
    told = [row.modified_at for row in case.rows if not row.from_file]
    return (
        *pair(case, "State", theirs=theirs, ours=f"{_how(case)}{reason}"),
        shopify(case, "Called off", words.moment(at, zone)),
        *((shipstation(case, "Last changed", words.moment(max(told), zone)),) if told else ()),
    )


NOT_PROPAGATED = Kind(
    code="import.cancel_not_propagated",
    title="Cancelled in Shopify, still open in ShipStation",
    severity=Severity.CRITICAL,
    owner_role="warehouse",
    next_action=action("stop_label", "Make no label for it. Cancel the order in ShipStation now."),
    explanation="The customer cancelled or was refunded, and the warehouse may still ship the order any minute.",
    detected="The order is cancelled, or all of it was refunded or removed, and a ShipStation row is awaiting shipment or on hold.",
    window="15 minutes after the cancellation.",
    reasons=(
        Reason(
            "split_order",
            "The ShipStation row was split or combined.",
            action(
                "take_out",
                "Make no label for it as it is. Take this order's items out in ShipStation; another order may be in the same row.",
            ),
        ),
        Reason("too_old", "The order was older than 14 days when it was called off."),
        Reason("import_not_run", "The ShipStation row was not changed since the cancellation."),
        Reason("unknown", "The row was changed since, and stayed open; or only an export tells of it."),
    ),
    knobs=("windows.cancelled",),
    find=find_not_propagated,
    of_cancelled=True,
)

SHIPPED_AFTER = Kind(
    code="sync.shipped_after_cancel",
    title="Shipped after it was cancelled",
    severity=Severity.CRITICAL,
    owner_role="warehouse",
    next_action=action(
        "intercept",
        "Stop the parcel and void its label in ShipStation. If it is gone, ask the carrier to intercept it, and tell customer service.",
    ),
    explanation="A label was made for an order that had been cancelled or wholly refunded: goods leave without being paid.",
    detected="A live label or mark as shipped was made after the cancellation, or after everything was refunded.",
    window="At once.",
    reasons=(
        Reason("labelled_all_the_same", "ShipStation has the order as cancelled, too."),
        Reason("import_lag", "ShipStation did not show the cancellation."),
    ),
    find=find_shipped_after,
    of_cancelled=True,
    replaces=frozenset({"import.cancel_not_propagated"}),
)
