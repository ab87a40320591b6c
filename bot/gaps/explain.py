"""Why an order is no gap, in full sentences: healthy, held, or not for this bot (domain.md 7)."""

from datetime import datetime

from bot.gaps import calendar, words
from bot.gaps.case import Case
from bot.gaps.dossier import Verdict
from bot.gaps.eligibility import told_units
from bot.gaps.kinds.aging import AWAITING
from bot.gaps.kinds.imports import is_too_old
from bot.gaps.match import absorbed, survivor, twins
from storage.facts import ShipStationOrder

_SHIPSTATION_HOLDS = {
    "on_hold": "ShipStation has it on hold",
    "awaiting_payment": "ShipStation has it as awaiting payment",
    "pending_fulfillment": "ShipStation has passed it to a fulfilment provider",
}


def explain(case: Case) -> Verdict:
    """Return the verdict on an order in which nothing was found and nothing is running out."""
    if case.order.cancelled_at is not None:
        return Verdict("not_tracked", _cancelled(case))
    if case.coverage.carried:
        return Verdict("healthy", _joined(_combined(case), _covered(case)), look_again_at=_rest_opens(case))
    return _nothing_in_parcels(case) if case.dossier.live else _by_standing(case)


def _by_standing(case: Case) -> Verdict:
    standing = case.standing
    if standing.state == "done":
        return Verdict("healthy", _joined(_combined(case), standing.why, _left_open(case)))
    if standing.state == "out":
        return Verdict("not_tracked", _joined(_combined(case), standing.why))
    if standing.state == "waiting":
        return Verdict("waiting", _joined(_combined(case), standing.why), look_again_at=standing.until)
    return _in_shipstation(case) if case.dossier.matches else _nowhere(case)


def _cancelled(case: Case) -> str:
    if case.dossier.live:
        return "It was cancelled in Shopify after it had been shipped: see to the refund and the parcel's return."
    rows = words.listed(words.state(row.status).lower() for row in case.rows)
    return (
        f"It was cancelled in Shopify; ShipStation has it as {rows}."
        if case.rows
        else "It was cancelled in Shopify."
    )


def _covered(case: Case) -> str:
    found = case.coverage
    numbers = words.listed(found.printed & found.shown, most=2)
    units = "the shipped unit" if found.carried == 1 else f"the {found.carried} shipped units"
    said = f"Shopify shows {units} as fulfilled"
    return f"{said}." if numbers == "none" else f"{said}, with ShipStation's tracking number {numbers}."


def _rest_opens(case: Case) -> datetime | None:
    """Return when what has not been shipped yet starts to count, where Shopify or ShipStation holds it till then."""
    ends = [_hold_end(case, row) for row in case.dossier.matches if row.status == AWAITING]
    return min((end for end in (case.standing.until, *ends) if end is not None), default=None)


def _nothing_in_parcels(case: Case) -> Verdict:
    """A live parcel that carries nothing Shopify wants shipped, or that its number alone already covers."""
    found = case.coverage
    if found.recognised:
        numbers = words.listed(found.printed & found.shown, most=2)
        return Verdict(
            "healthy", _joined(_combined(case), f"Shopify shows ShipStation's tracking number {numbers}.")
        )
    if told_units(case.order):
        text = (
            "Shopify showed it as fulfilled; what was in its parcels was returned, refunded or removed since."
        )
        return Verdict("healthy", _joined(_combined(case), text))
    if case.standing.state == "out":
        text = "ShipStation has a label for it all the same: ask the warehouse whether a parcel was sent by mistake."
        return Verdict("not_tracked", _joined(case.standing.why, text))
    text = "Nothing in its parcels is left to fulfil in Shopify."
    return Verdict("healthy", _joined(_combined(case), text), look_again_at=_rest_opens(case))


def _in_shipstation(case: Case) -> Verdict:
    rows = [row for row in case.dossier.matches if row.id not in absorbed(case.dossier.matches)]
    held = [row for row in rows if row.hold_until is not None or row.status in _SHIPSTATION_HOLDS]
    if held:
        return _held_there(case, held)
    states = words.listed(words.state(row.status).lower() for row in rows)
    text = f"ShipStation has it as {states}, while Shopify still expects it to ship. Ask the warehouse lead which is right."
    return Verdict("not_tracked", _joined(_combined(case), text))


def _held_there(case: Case, rows: list[ShipStationOrder]) -> Verdict:
    row = min(rows, key=lambda row: row.id)
    until = _hold_end(case, row)
    said = _SHIPSTATION_HOLDS.get(row.status, "ShipStation has it on hold")
    when = f" for {words.span(until - case.now)} more" if until is not None else ""
    return Verdict("waiting", _joined(_combined(case), f"{said}{when}."), look_again_at=until)


def _hold_end(case: Case, row: ShipStationOrder) -> datetime | None:
    rules = case.dossier.rules
    today = calendar.local_day(rules, case.now)
    if row.hold_until is None or not 0 < (row.hold_until - today).days <= 366:
        return None
    return calendar.start_of(rules, row.hold_until)


def _nowhere(case: Case) -> Verdict:
    if is_too_old(case):
        return Verdict("not_tracked", "It is older than 90 days, which ShipStation does not import any more.")
    numbers = words.listed(words.state(row.status).lower() for row in twins(case.dossier))
    text = f"Several ShipStation stores have an order of this number and day ({numbers}), and none names this order's id."
    return Verdict("not_tracked", f"{text} Ask the warehouse which one is meant.")


def _left_open(case: Case) -> str | None:
    still = [row for row in case.dossier.matches if row.status in {"awaiting_shipment", "on_hold"}]
    if not still or case.dossier.live:
        return None
    return "ShipStation still has it open, so make sure that nobody ships it twice."


def _combined(case: Case) -> str | None:
    into = survivor(case.dossier)
    return f"It was combined into ShipStation order {words.cut(into.number, words.NAME)}." if into else None


def with_survivor(case: Case, why: str) -> str:
    """Return a reason after the order that this one was combined into, where it was."""
    return _joined(_combined(case), why)


def _joined(*sentences: str | None) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
