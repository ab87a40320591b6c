"""Orders that ShipStation has and nobody ships: past their cutoff without a label (A1)."""

from datetime import datetime, timedelta

from bot.gaps import calendar, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, shipstation
from bot.gaps.kinds import Kind, action, finding
from bot.gaps.match import absorbed
from bot.gaps.rules import StoreRules
from bot.gaps.windows import bounded
from storage.facts import ShipStationOrder, latest
from storage.findings import Cause, Evidence, Finding, NextAction, Severity

AWAITING = "awaiting_shipment"
ENOUGH_PEERS = 3
"""Peers with a label from which on a batch has evidently passed by."""
_REACH = timedelta(days=366)
"""Dates farther away than this are typing errors."""

_NEXT: dict[str, NextAction] = {
    "no_service": action(
        "assign_service", "Choose a carrier and service for it in ShipStation and print the label today."
    ),
    "address": action(
        "fix_address", "Correct or confirm the address in ShipStation, then print the label today."
    ),
    "batch_skipped": action("print_label", "Print its label today: the batch of that day went without it."),
    "zero_quantity": action(
        "reimport",
        "Import the store again so that ShipStation gets the quantities. If they stay zero, edit the order by hand.",
    ),
}


def find_past_cutoff(case: Case) -> Finding | Waiting | None:
    """A1: awaiting shipment, no live parcel, ready in Shopify, and its cutoff has passed."""
    rows = waiting_rows(case)
    if not rows or case.standing.state != "ready":
        return None
    due, row = min(((_due(case, row), row) for row in rows), key=lambda pair: (pair[0], pair[1].id))
    if case.now < due:
        return Waiting(due, _patience(case, due))
    found = _why(case, row)
    return finding(
        PAST_CUTOFF,
        case,
        headline="in ShipStation without a label, and its shipping cutoff has passed",
        since=due,
        cause=found,
        evidence=_evidence(case, row, due),
        next_action=_NEXT.get(found.code),
    )


def waiting_rows(case: Case) -> list[ShipStationOrder]:
    """Return the rows of this order that await shipment with no parcel of their own on its way."""
    rows = [row for row in case.dossier.matches if row.status == AWAITING]
    if not rows:
        return rows
    gone = {parcel.order_id for parcel in case.dossier.live} | absorbed(case.dossier.matches)
    today = calendar.local_day(case.dossier.rules, case.now)
    return [row for row in rows if row.id not in gone and (row.hold_until is None or row.hold_until <= today)]


def _due(case: Case, row: ShipStationOrder) -> datetime:
    """Return when this row is late (UTC): its ship-by day's cutoff, Shopify's deadline, or the next working cutoff.

    A deadline that had passed before the order could be shipped does not count (domain.md, trap 69).
    """
    rules = case.dossier.rules
    start = _start(case, row)
    grace = rules.windows.cutoff_grace
    due = [calendar.next_cutoff(rules, start) + grace]
    first = calendar.local_day(rules, start)
    if row.ship_by is not None and first <= row.ship_by <= first + _REACH:
        by = calendar.cutoff_on(rules, row.ship_by) + grace
        due += [by] if by > start else []
    promised = case.standing.fulfill_by
    if promised is not None and promised > start:
        due.append(promised)
    return min(due)


def _start(case: Case, row: ShipStationOrder) -> datetime:
    """Return since when it could be shipped: ready, imported, its hold over, its last label voided."""
    rules = case.dossier.rules
    stamps = [row.created_at]
    stamps += [
        part.voided_at for part in case.dossier.shipments if part.order_id == row.id and part.voided_at
    ]
    clock = bounded(max(stamps), case.order, case.now)
    return latest((clock, case.standing.since, _released(rules, row, clock))) or clock


def _released(rules: StoreRules, row: ShipStationOrder, clock: datetime) -> datetime | None:
    """Return when ShipStation's own hold ended, which lies in the past here."""
    if row.hold_until is None or row.hold_until < calendar.local_day(rules, clock):
        return None
    return calendar.start_of(rules, row.hold_until)


def _patience(case: Case, due: datetime) -> str:
    at = words.moment(due, case.dossier.rules.timezone)
    return f"It waits in ShipStation for its label. It counts as late in {words.span(due - case.now)} ({at})."


def _why(case: Case, row: ShipStationOrder) -> Cause:
    peers = case.dossier.peers
    if not row.carrier or not row.service:
        text = "No carrier or service is chosen on it, so batches leave it out: no automation rule or rate matched."
        return cause("no_service", "likely", text)
    if row.items and not any(item.quantity > 0 for item in row.items):
        text = "ShipStation has it with quantities of zero, as it does with orders that were imported while on hold."
        return cause("zero_quantity", "likely", text)
    if address_trouble(row):
        text = f"ShipStation's check of the address says: “{words.cut(row.address_check or '', 100)}”."
        return cause("address", "likely", text)
    if peers is not None and peers.shipped >= ENOUGH_PEERS:
        text = f"It has a service, and {peers.shipped} other orders of that day have labels: a batch probably went without it."
        return cause("batch_skipped", "likely", text)
    text = "It has a carrier and a service, and nothing in ShipStation says why no label was printed."
    if peers is None:
        text += " Whether the day's other orders were shipped was not read."
    return cause("unknown", "unknown", text)


def address_trouble(row: ShipStationOrder) -> bool:
    """Whether ShipStation doubts the address; one that it has not looked at is no evidence."""
    said = (row.address_check or "").casefold()
    return bool(said) and "successful" not in said and "not yet" not in said


def _evidence(case: Case, row: ShipStationOrder, due: datetime) -> tuple[Evidence, ...]:
    zone, standing = case.dossier.rules.timezone, case.standing
    ready = words.moment(standing.since or case.order.created_at, zone)
    service = " ".join(filter(None, (row.carrier, row.service))) or "none"
    theirs = f"{words.state(row.status)}, no label"
    ours = f"{words.state(case.order.fulfillment_status)}, {words.counted(standing.units, 'unit')} to ship"
    return (
        *pair(case, "State", theirs=theirs, ours=ours),
        *pair(case, "Since", theirs=f"imported {words.moment(row.created_at, zone)}", ours=f"ready {ready}"),
        shipstation(case, "Cutoff", words.moment(due, zone)),
        shipstation(case, "Service", service),
        shipstation(
            case,
            "Ship by",
            f"{row.ship_by:%a} {row.ship_by.day} {row.ship_by:%b %Y}" if row.ship_by else "not set",
        ),
        *((shipstation(case, "Tags", words.listed(str(tag) for tag in row.tag_ids)),) if row.tag_ids else ()),
    )


PAST_CUTOFF = Kind(
    code="aging.past_cutoff",
    title="Awaiting shipment past the cutoff",
    severity=Severity.NORMAL,
    owner_role="warehouse",
    next_action=action(
        "print_label",
        "Print the label today. If something keeps it back, put it on hold in ShipStation with a date.",
    ),
    explanation=(
        "ShipStation has the order as awaiting shipment, without a label, after the cutoff by which it should have left. "
        "Counted in the store's working days."
    ),
    find=find_past_cutoff,
)
