"""Orders that ShipStation has and nobody ships: past their cutoff without a label (A1), or soon to be (A2)."""

from datetime import datetime, timedelta
from typing import NamedTuple

from bot.gaps import calendar, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import absent, arrived, pair, shipstation
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.rules import StoreRules
from bot.gaps.windows import bounded
from storage.facts import ShipStationOrder, latest
from storage.findings import Cause, Evidence, Finding, Severity

AWAITING = "awaiting_shipment"
ENOUGH_PEERS = 3
"""Peers with a label from which on a batch has evidently passed by."""
_REACH = timedelta(days=366)
"""Dates farther away than this are typing errors."""


def find_past_cutoff(case: Case) -> Finding | Waiting | None:
    """A1: awaiting shipment, no live parcel, ready in Shopify, and its cutoff has passed."""
    first = _first_due(case)
    if first is None:
        return None
    deadline, row = first
    due = deadline.counts_from
    if case.now < due:
        return Waiting(due, _patience(case, due))
    return finding(
        PAST_CUTOFF,
        case,
        headline="in ShipStation without a label, and its shipping cutoff has passed",
        since=due,
        cause=why_not_shipped(case, row),
        evidence=_evidence(case, row, due),
    )


def find_at_risk(case: Case) -> Finding | Waiting | None:
    """A2: the same, with the cutoff still to come, and soon. One that has passed is A1's, to which this yields."""
    first = _first_due(case)
    if first is None:
        return None
    deadline, row = first
    due, rules = deadline.counts_from, case.dossier.rules
    from_then = deadline.at - rules.windows.at_risk
    if case.now < from_then:
        return Waiting(from_then, _patience(case, due))
    at = words.moment(due, rules.timezone)
    return finding(
        AT_RISK,
        case,
        headline=f"in ShipStation without a label, late from {at}",
        since=from_then,
        cause=why_not_shipped(case, row),
        evidence=_evidence(case, row, due),
    )


class Deadline(NamedTuple):
    """When a label has to be there, in UTC."""

    counts_from: datetime
    """Late from here on: the cutoff with its grace, or a promised time, which has none."""
    at: datetime
    """The cutoff or promised time itself."""


def _first_due(case: Case) -> tuple[Deadline, ShipStationOrder] | None:
    rows = () if case.dossier.live else waiting_rows(case)
    if not rows or case.standing.state != "ready":
        return None
    return min(((due_of(case, row), row) for row in rows), key=lambda pair: (pair[0], pair[1].id))


def waiting_rows(case: Case) -> list[ShipStationOrder]:
    """Return the rows of this order that await shipment with no parcel of their own on its way."""
    today = calendar.local_day(case.dossier.rules, case.now)
    return [
        row
        for row in case.unshipped
        if row.status == AWAITING and (row.hold_until is None or row.hold_until <= today)
    ]


def due_of(case: Case, row: ShipStationOrder) -> Deadline:
    """Return when this row is late: its ship-by day's cutoff, Shopify's deadline, or the next working cutoff.

    A deadline that had passed before the order could be shipped does not count (domain.md, trap 69).
    """
    rules = case.dossier.rules
    start = _start(case, row)
    cutoffs = [calendar.cutoff_after(rules, start, rules.handling_days)]
    first = calendar.local_day(rules, start)
    if row.ship_by is not None and first <= row.ship_by <= first + _REACH:
        cutoffs.append(calendar.cutoff_on(rules, row.ship_by))
    grace = rules.windows.cutoff_grace
    due = [Deadline(cutoff + grace, cutoff) for cutoff in cutoffs if cutoff + grace > start]
    promised = case.standing.fulfill_by
    if promised is not None and promised > start:
        due.append(Deadline(promised, promised))
    return min(due)


def _start(case: Case, row: ShipStationOrder) -> datetime:
    """Return since when it could be shipped: ready, imported, its hold over, its last label voided."""
    rules = case.dossier.rules
    stamps = [row.created_at]
    stamps += [part.voided_at for part in case.dead_labels if part.order_id == row.id and part.voided_at]
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


def why_not_shipped(case: Case, row: ShipStationOrder) -> Cause:
    """Return why a row that awaits shipment has no label (domain.md A1)."""
    return _kept_back(case, row) or _passed_by(case, row) or _unexplained(case, row)


def _kept_back(case: Case, row: ShipStationOrder) -> Cause | None:
    """What on the row itself keeps it out of batches."""
    if row.items and not any(item.quantity > 0 for item in row.items):
        text = "ShipStation has it with quantities of zero, as it does with orders that were imported while on hold."
        return cause("zero_qty", "likely", text)
    reviewed = case.dossier.rules.review_tags & set(row.tag_ids)
    if reviewed:
        text = f"It carries the review tag {words.listed(str(tag) for tag in reviewed)}, and nobody has taken it off."
        return cause("tag_review", "likely", text)
    if _lacks_service(row):
        text = "No carrier or service is chosen on it, so batches leave it out: no automation rule or rate matched."
        return cause("no_service", "likely", text)
    if address_trouble(row):
        text = f"ShipStation's check of the address says: “{words.cut(row.address_check or '', 100)}”."
        return cause("address", "likely", text)
    return None


def _lacks_service(row: ShipStationOrder) -> bool:
    """Whether carrier or service is not chosen; a file that has no such column says nothing of it."""
    chosen = (row.carrier, row.service)
    return "" in chosen if row.from_file else not all(chosen)


def _service(row: ShipStationOrder) -> str | None:
    """Return carrier and service as far as they are chosen; None where a file does not tell."""
    chosen = " ".join(filter(None, (row.carrier, row.service)))
    return chosen or ("none" if _lacks_service(row) else None)


def _passed_by(case: Case, row: ShipStationOrder) -> Cause | None:
    """What the day's other orders show."""
    peers = case.dossier.peers
    if peers is None or peers.shipped < ENOUGH_PEERS:
        return None
    others = f"{peers.shipped} other orders of that day have labels: a batch probably went without it."
    text = f"It has a service, and {others}" if _service(row) else others
    return cause("batch_skipped", "likely", text)


def _unexplained(case: Case, row: ShipStationOrder) -> Cause:
    if row.address_check and "successful" not in row.address_check.casefold():
        text = f"ShipStation says of the address: “{words.cut(row.address_check, 100)}”. Nothing else speaks against a label."
        return cause("address", "likely", text)
    text = "Nothing in ShipStation says why no label was printed."
    if _service(row):
        text = "It has a carrier and a service, and nothing in ShipStation says why no label was printed."
    if case.dossier.peers is None:
        text += " Whether the day's other orders were shipped was not read."
    return cause("unknown", "unknown", text)


def address_trouble(row: ShipStationOrder) -> bool:
    """Whether ShipStation doubts the address; one that it has not looked at is no evidence."""
    said = (row.address_check or "").casefold()
    return bool(said) and "successful" not in said and "not yet" not in said


def _evidence(case: Case, row: ShipStationOrder, due: datetime) -> tuple[Evidence, ...]:
    zone, standing = case.dossier.rules.timezone, case.standing
    ready = words.moment(standing.since or case.order.created_at, zone)
    theirs = f"{words.state(row.status)}, no label"
    ours = f"{words.state(case.order.fulfillment_status)}, {words.counted(standing.units, 'unit')} to ship"
    return (
        *pair(case, "State", theirs=theirs, ours=ours),
        *pair(case, "Since", theirs=arrived(row, zone), ours=f"ready {ready}"),
        shipstation(case, "Cutoff", words.moment(due, zone)),
        shipstation(case, "Service", _service(row) or "not said"),
        shipstation(case, "Ship by", words.day(row.ship_by) if row.ship_by else absent(row, "not set")),
        *((shipstation(case, "Tags", words.listed(str(tag) for tag in row.tag_ids)),) if row.tag_ids else ()),
    )


_REASONS = (
    Reason(
        "zero_qty",
        "Every quantity of the ShipStation row is zero.",
        action(
            "reimport",
            "Import the store again so that ShipStation gets the quantities. If they stay zero, edit the order by hand.",
        ),
    ),
    Reason(
        "tag_review",
        "The row carries a tag of `review_tags`.",
        action("review", "Look at what the tag asks for, take it off in ShipStation, and print the label."),
    ),
    Reason(
        "no_service",
        "The row has no carrier or no service.",
        action(
            "assign_service", "Choose a carrier and service for it in ShipStation and print the label today."
        ),
    ),
    Reason(
        "address",
        "ShipStation's address check failed or warned. One that was not made yet counts only where nothing else explains it.",
        action("fix_address", "Correct or confirm the address in ShipStation, then print the label today."),
    ),
    Reason(
        "batch_skipped",
        "It has a service, and at least three other orders imported within 12 hours of it have labels.",
        action("print_label", "Print its label today: the batch of that day went without it."),
    ),
    Reason("unknown", "None of these."),
)
_KNOBS = (
    "timezone",
    "workdays",
    "holidays",
    "cutoff",
    "handling_days",
    "windows.cutoff_grace",
    "shipstation.review_tags",
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
    detected=(
        "The order is ready in Shopify, its ShipStation row awaits shipment, and no parcel is on its way. Due is the earliest of "
        "ShipStation's ship-by date, Shopify's fulfil-by time, and the next working cutoff after it was ready, imported and "
        "released. A date that had passed before it could be shipped does not count."
    ),
    window="30 minutes after the cutoff.",
    reasons=_REASONS,
    knobs=_KNOBS,
    find=find_past_cutoff,
    yields_to=frozenset({"import.wrong_store", "import.duplicate"}),
    replaces=frozenset({"aging.at_risk"}),
)

AT_RISK = Kind(
    code="aging.at_risk",
    title="Close to its cutoff without a label",
    severity=Severity.LOW,
    owner_role="warehouse",
    next_action=action("print_label", "Print the label before the carrier's pickup."),
    explanation="The order will miss today's pickup unless its label is printed soon. It has no card, only a line in summaries.",
    detected="As past the cutoff, with the cutoff still to come.",
    window="From 90 minutes before the cutoff.",
    reasons=_REASONS,
    knobs=(*_KNOBS, "windows.at_risk"),
    find=find_at_risk,
    yields_to=frozenset({"import.wrong_store", "import.duplicate", "aging.past_cutoff"}),
    forecast=True,
)
