"""What is left of an order of which a part has been shipped (A5)."""

from datetime import datetime, timedelta

from bot.gaps import calendar, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, shipstation
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.kinds.aging import AWAITING, due_of
from bot.gaps.windows import bounded
from storage.facts import ShipStationOrder
from storage.findings import Cause, Evidence, Finding, Severity

MORE_DAYS = 2
"""Working days beyond the cutoff (domain.md A5)."""
_INSTANT = timedelta(seconds=1)
"""The cutoff of what is left is the first that counts, and not the one after it."""


_GONE = frozenset({"shipped", "cancelled"})


def find_remainder(case: Case) -> Finding | Waiting | None:
    """A5: a parcel left, units that it did not carry are open and not held, and two working days have passed."""
    if not case.dossier.live or case.order.detail is None or case.standing.state != "ready":
        return None
    units = case.standing.units - case.coverage.missing_units
    if units <= 0:
        return None
    rows = [row for row in case.unshipped if not _is_dated(case, row)]
    if not rows and any(_is_dated(case, row) for row in case.unshipped):
        return None
    due = _due(case, rows)
    if case.now < due:
        wait = words.span(due - case.now)
        left = words.counted(units, "unit")
        return Waiting(
            due, f"A part of it was shipped, with {left} left to ship. That counts as late in {wait}."
        )
    return finding(
        REMAINDER,
        case,
        headline=f"{words.counted(units, 'unit')} left to ship after the first parcel",
        since=due,
        cause=_why_left(case, rows),
        evidence=_evidence(case, rows, units),
    )


def _is_dated(case: Case, row: ShipStationOrder) -> bool:
    """Whether ShipStation holds the row until a day to come."""
    today = calendar.local_day(case.dossier.rules, case.now)
    return row.hold_until is not None and row.hold_until > today


def _due(case: Case, rows: list[ShipStationOrder]) -> datetime:
    rules = case.dossier.rules
    starts = [due_of(case, row).at for row in rows]
    if not starts:
        last = max(parcel.created_at for parcel in case.dossier.live)
        ready = case.standing.since or case.order.created_at
        after = max(ready, bounded(last, case.order, case.now))
        starts = [calendar.cutoff_after(rules, after, rules.handling_days)]
    return calendar.cutoff_after(rules, min(starts) - _INSTANT, MORE_DAYS) + rules.windows.cutoff_grace


def _why_left(case: Case, rows: list[ShipStationOrder]) -> Cause:
    held = [row for row in rows if row.status == "on_hold" or row.tag_ids]
    if held:
        kept = "on hold" if any(row.status == "on_hold" for row in held) else "tagged"
        text = f"What is left is {kept} in ShipStation, as a backorder usually is."
        return cause("backorder", "likely", text)
    if any(row.status == AWAITING for row in rows):
        text = "What is left awaits shipment in ShipStation while the rest of the order has left: it was probably overlooked."
        return cause("forgotten_child", "likely", text)
    if all(row.status in _GONE for row in case.rows):
        text = "No ShipStation row of it is open any more, and no parcel carries these units."
        return cause("not_in_any_parcel", "likely", text)
    return cause("unknown", "unknown", "Neither side says why the rest was not shipped.")


def _evidence(case: Case, rows: list[ShipStationOrder], units: int) -> tuple[Evidence, ...]:
    zone = case.dossier.rules.timezone
    theirs = words.listed(words.state(row.status) for row in (rows or case.rows))
    last = max(parcel.created_at for parcel in case.dossier.live)
    tags = {str(tag) for row in rows for tag in row.tag_ids}
    return (
        *pair(case, "State", theirs=theirs, ours=words.state(case.order.fulfillment_status)),
        *pair(
            case,
            "Units",
            theirs=f"{case.coverage.carried} shipped",
            ours=f"{words.counted(units, 'unit')} to ship",
        ),
        shipstation(case, "Last parcel", words.moment(last, zone)),
        *((shipstation(case, "Tags", words.listed(tags)),) if tags else ()),
    )


REMAINDER = Kind(
    code="aging.remainder",
    title="The rest of the order was not shipped",
    severity=Severity.NORMAL,
    owner_role="warehouse",
    next_action=action(
        "ship_rest",
        "Ship what is left, or tell the customer when it comes and hold it in ShipStation with a date.",
    ),
    explanation="A part of the order has left, and nobody ships the rest. In both systems it looks as if it were taken care of.",
    detected=(
        "A live parcel exists, fulfilment orders that are open and not held still have units to ship which no parcel carries, and "
        "ShipStation holds no row until a later day."
    ),
    window="2 working days after the cutoff of what is left.",
    reasons=(
        Reason("backorder", "The row of the rest is on hold, or carries a tag."),
        Reason("forgotten_child", "The row of the rest awaits shipment, its siblings were shipped."),
        Reason(
            "not_in_any_parcel",
            "No row is open any more.",
            action(
                "find_units",
                "Ask the warehouse whether the units were in the parcel. If they were not, create an order for the rest in ShipStation.",
            ),
        ),
        Reason("unknown", "None of these."),
    ),
    knobs=("timezone", "workdays", "holidays", "cutoff", "handling_days", "windows.cutoff_grace"),
    find=find_remainder,
    replaces=frozenset({"aging.past_cutoff", "aging.at_risk"}),
)
