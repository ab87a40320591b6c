"""From Shopify to ShipStation: what can be seen of an order on its way to its label."""

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.checklist.back import NO_RECORD, unrecorded
from bot.gaps.checklist.tick import Tick, not_done, not_due, ticked, unseen
from bot.gaps.kinds.aging import PAST_CUTOFF, due_of, waiting_rows
from bot.gaps.kinds.cancelled import NOT_PROPAGATED
from bot.gaps.kinds.imports import MISSING, is_too_old, told_otherwise
from bot.gaps.kinds.placement import WRONG_STATUS, WRONG_STORE, is_astray, is_held_on_purpose, parked
from bot.gaps.kinds.quantity import ITEMS_SHORT, units_short
from bot.gaps.kinds.reverse import OPEN_AFTER_FULFILLMENT
from bot.gaps.match import mapped_stores, survivor
from storage.facts import ShipStationOrder

NOTHING_THERE = "ShipStation has nothing of it."
_GONE = frozenset({"shipped", "cancelled"})


def ready(case: Case) -> Tick:
    """Whether Shopify wants it shipped."""
    standing = case.standing
    match standing.state:
        case "ready":
            return ticked("It is paid and waits to be shipped, since", standing.since)
        case "done":
            return ticked(standing.why)
        case _:
            return not_due(standing.why)


def imported(case: Case) -> Tick:
    """Whether ShipStation has it, in any status and any store."""
    facts = case.dossier
    taken_in = survivor(facts)
    if taken_in is not None:
        return ticked(
            f"It was combined into ShipStation's order {_number(taken_in)}, imported", taken_in.created_at
        )
    if facts.matches:
        numbers = words.listed({_number(row) for row in facts.matches})
        return ticked(
            f"ShipStation has it as {numbers}, imported", min(row.created_at for row in facts.matches)
        )
    if facts.shipments:
        return ticked("ShipStation shows parcels of it.")
    return _absent(case)


def _absent(case: Case) -> Tick:
    if is_too_old(case):
        return not_due("It is older than 90 days, which ShipStation does not import any more.")
    if told_otherwise(case):
        return unseen("ShipStation has orders that look like it, and none of them names its id.")
    if case.standing.state == "ready":
        return not_done("ShipStation shows it in no status and no store.", MISSING.next_action.text)
    return not_due("ShipStation does not have it, and need not.")


def once(case: Case) -> Tick:
    """Whether it is there only once."""
    if not case.rows:
        return not_due(NOTHING_THERE)
    if len(case.rows) == 1:
        return ticked("One order.")
    return ticked(f"{len(case.rows)} orders, and none of them a second import.")


def in_store(case: Case) -> Tick:
    """Whether it stands in this shop's store."""
    facts = case.dossier
    if not case.rows:
        return not_due(NOTHING_THERE)
    if any(row.store_id is None for row in case.rows):
        return unseen("ShipStation does not say in which store it stands.")
    if mapped_stores(facts.rules, facts.stores) is None:
        return unseen(
            "No store of the account says that it imports from Shopify.",
            "Name this shop's stores as store_ids in stuck.toml.",
        )
    named = words.listed({_store(case, row) for row in case.rows})
    astray = [row for row in case.rows if is_astray(case, row)]
    if not astray:
        return ticked(f"It stands in {named}.")
    if any(row in case.unshipped for row in astray):
        return not_done(f"It stands in {named}.", WRONG_STORE.next_action.text)
    return not_due(f"It stands in {named}, where nothing of it waits any more.")


def status(case: Case) -> Tick:
    """Whether ShipStation has it in the status that Shopify's side asks for."""
    if not case.rows:
        return not_due(NOTHING_THERE)
    states = words.listed({words.state(row.status) for row in case.rows})
    if case.called_off_at is not None and case.unshipped:
        return not_done(
            f"Cancelled or refunded in Shopify, {states} in ShipStation.", NOT_PROPAGATED.next_action.text
        )
    if case.standing.state == "ready" and not case.dossier.live and parked(case):
        return not_done(f"Ready to ship in Shopify, {states} in ShipStation.", WRONG_STATUS.next_action.text)
    if case.standing.state == "done" and case.unshipped and not case.dossier.live:
        text = f"Shopify has nothing left to ship, and ShipStation has it as {states}."
        return not_done(text, OPEN_AFTER_FULFILLMENT.next_action.text)
    if any(is_held_on_purpose(case, row) for row in case.rows):
        return not_due(f"{states}, and that has a reason or an end.")
    return ticked(f"{states}.")


def units(case: Case) -> Tick:
    """Whether ShipStation has every unit that is to ship."""
    rows = [row for row in case.rows if row.status not in _GONE]
    if not case.rows:
        return not_due(NOTHING_THERE)
    if not rows or case.standing.state != "ready":
        return not_due("Nothing of it waits to be shipped there.")
    if case.order.detail is None or not all(row.items for row in rows):
        return unseen("What is on it was not read on both sides.")
    short = sum(units_short(case, rows).values())
    if short:
        return not_done(f"ShipStation lacks {words.counted(short, 'unit')}.", ITEMS_SHORT.next_action.text)
    return ticked("No unit is missing.")


def label(case: Case) -> Tick:
    """Whether it has a label, or was marked as shipped."""
    facts, wanted = case.dossier, case.standing.state == "ready"
    if facts.live:
        first = min(facts.live, key=lambda parcel: (parcel.created_at, parcel.id))
        if wanted and (left := len(case.unshipped)):
            text = f"{words.counted(left, 'ShipStation order')} of it without a label."
            return not_done(text, PAST_CUTOFF.next_action.text)
        what = "Label made" if first.kind == "label" else "Marked as shipped"
        more = f", the first of {len(facts.live)}" if len(facts.live) > 1 else ""
        return ticked(f"{what}{more}", first.created_at)
    if unrecorded(case):
        return _without_label(case)
    if not wanted or not case.rows:
        return not_due("There is nothing to make a label for.")
    voided = "Its label was voided. " if case.dead_labels else ""
    waiting = waiting_rows(case)
    if not waiting:
        return not_due(f"{voided}ShipStation does not have it as awaiting shipment.")
    due = min(due_of(case, row) for row in waiting)
    return not_done(f"{voided}No label yet. The cutoff is", PAST_CUTOFF.next_action.text, due.at)


def _without_label(case: Case) -> Tick:
    by = next((row.externally_fulfilled_by for row in case.rows if row.externally_fulfilled_by), None)
    return unseen(NO_RECORD) if by is None else not_due(f"“{words.cut(by, words.NAME)}” shipped it.")


def _number(row: ShipStationOrder) -> str:
    return words.cut(row.number, words.NAME) or str(row.id)


def _store(case: Case, row: ShipStationOrder) -> str:
    store = case.dossier.stores.get(row.store_id or 0)
    if store is None:
        return f"store {row.store_id}, which the account does not list"
    name = words.cut(store.name, words.NAME)
    return f"“{name}”" if store.active else f"“{name}”, which is inactive"
