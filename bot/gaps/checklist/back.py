"""From ShipStation back to Shopify: what can be seen of a parcel's way to the customer's page."""

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.checklist.tick import Tick, not_done, not_due, ticked, unseen
from bot.gaps.kinds.sync import UNFULFILLED
from bot.gaps.kinds.tracking import MISMATCH
from bot.gaps.kinds.tracking import MISSING as NUMBER_MISSING
from bot.gaps.windows import bounded, notify_due

NOT_SHIPPED = "Nothing was shipped yet."
NO_RECORD = "ShipStation calls it shipped, and shows neither a label nor a mark."


def unrecorded(case: Case) -> bool:
    """Whether it counts as shipped, and ShipStation shows no parcel of it."""
    return not case.dossier.live and case.coverage.carried > 0


def _no_parcel(case: Case) -> Tick:
    return unseen(NO_RECORD) if unrecorded(case) else not_due(NOT_SHIPPED)


def shipped_once(case: Case) -> Tick:
    """Whether no unit left twice, and none after the order was called off."""
    if not case.dossier.live:
        return _no_parcel(case)
    return ticked(f"{words.counted(len(case.dossier.live), 'parcel')}, and none too many.")


def notified(case: Case) -> Tick:
    """Whether ShipStation says that it told Shopify of every parcel."""
    live = case.dossier.live
    if not live:
        return _no_parcel(case)
    failed = next((parcel for parcel in live if parcel.notify_error), None)
    silent = [parcel for parcel in live if parcel.notified is False]
    if not failed and not silent:
        unsaid = any(parcel.notified is None for parcel in live)
        return unseen("ShipStation does not say.") if unsaid else ticked("ShipStation says so.")
    if not case.coverage.missing_units:
        return ticked("ShipStation says no, and Shopify shows the parcel all the same.")
    if failed is not None:
        quoted = words.cut(failed.notify_error or "", words.QUOTE)
        return not_done(f"ShipStation tried, and failed: “{quoted}”", UNFULFILLED.next_action.text)
    due = max(
        notify_due(case.dossier.rules, parcel, bounded(parcel.created_at, case.order, case.now), window)
        for parcel in silent
        for window in (case.dossier.rules.windows.notify,)
    )
    if case.now < due:
        return not_due("Not yet, which by this store's setting is in time until", due)
    return not_done("ShipStation did not try.", UNFULFILLED.next_action.text)


def fulfilled(case: Case) -> Tick:
    """Whether Shopify shows anything of what left."""
    found = case.coverage
    if not case.dossier.live and not found.carried:
        return not_due(NOT_SHIPPED)
    if not found.carried:
        if found.recognised or found.printed & found.shown:
            return ticked("Shopify shows the parcel's tracking number.")
        return not_due("Nothing in its parcels is left to fulfil in Shopify.")
    if found.missing_units < found.carried:
        return ticked("Shopify shows a fulfilment.")
    return not_done("Shopify shows no fulfilment.", UNFULFILLED.next_action.text)


def quantities(case: Case) -> Tick:
    """Whether Shopify shows every unit that left."""
    found = case.coverage
    if not found.carried:
        return not_due("There is nothing to count." if case.dossier.live else NOT_SHIPPED)
    shown = f"{found.carried - found.missing_units} of {words.counted(found.carried, 'shipped unit')}."
    if not found.missing_units:
        return ticked(shown)
    return not_done(shown, UNFULFILLED.next_action.text)


def tracking(case: Case) -> Tick:
    """Whether Shopify shows the number of the parcel on its way."""
    found = case.coverage
    if not case.dossier.live:
        return _no_parcel(case)
    if not case.successes:
        return not_due("Shopify shows no fulfilment that could carry one.")
    if not found.printed:
        return unseen("ShipStation has no number for what it shipped.")
    if found.printed & found.shown:
        return ticked(f"{words.listed(found.printed & found.shown, most=2)}.")
    theirs = words.listed(found.printed, most=2)
    if not found.shown:
        return not_done(f"Shopify shows none; ShipStation has {theirs}.", NUMBER_MISSING.next_action.text)
    ours = words.listed(found.shown, most=2)
    return not_done(f"Shopify shows {ours}, ShipStation {theirs}.", MISMATCH.next_action.text)
