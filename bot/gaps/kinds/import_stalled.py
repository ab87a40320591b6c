"""Nothing of a store is imported any more (I5)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.gaps import calendar, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.kinds import Reason, StoreKind, action, store_finding
from bot.gaps.kinds.imports import is_too_old, told_otherwise
from bot.gaps.match import connected_again, stores_of
from bot.gaps.rules import StoreRules
from bot.gaps.store_case import StoreCase
from bot.gaps.store_evidence import clock, orders, ours, theirs
from storage.facts import ShipStationStore, latest
from storage.findings import Cause, Evidence, Finding, Severity

ENOUGH_WAITING = 3
"""Orders that wait for an import together from which on the short window counts (domain.md I5)."""
ATTEMPTS_FAIL = timedelta(hours=1)
"""How far an import may lie behind the last attempt at one."""


def find_import_stalled(case: StoreCase) -> Finding | None:
    """I5: orders younger than the newest imported one wait, and none of them was imported for too long."""
    waiting = [each for each in case.younger if is_waiting(each)]
    if not waiting:
        return None
    rules = case.facts.rules
    since = min(_ready_at(each) for each in waiting)
    if case.now < _stalled_at(rules, since, len(waiting)):
        return None
    count = words.counted(len(waiting), "order")
    return store_finding(
        IMPORT_STALLED,
        headline=f"{count} wait for ShipStation's import, which has brought none since {clock(case, since)}",
        since=since,
        cause=_why_stalled(case, waiting),
        evidence=_import_evidence(case, waiting, since),
        folded=tuple(sorted(each.order.id for each in waiting)),
        number=waiting[0].order.name.removeprefix("#"),
    )


def is_waiting(case: Case) -> bool:
    """Whether an order is ready to be shipped and ShipStation has nothing of it."""
    facts = case.dossier
    if facts.matches or facts.shipments or case.standing.state != "ready" or is_too_old(case):
        return False
    return not told_otherwise(case)


def _ready_at(case: Case) -> datetime:
    return (case.standing.since or case.order.created_at) + case.dossier.rules.windows.minimum_order_age


def _stalled_at(rules: StoreRules, since: datetime, waiting: int) -> datetime:
    """Return when a stop counts: in business hours soon, at night and on weekends later, for few orders later still."""
    windows = rules.windows
    if waiting < ENOUGH_WAITING:
        return calendar.business_time_after(rules, since, windows.import_)
    soon = calendar.business_time_after(rules, since, windows.import_stalled)
    return min(soon, since + windows.import_stalled_off_hours)


def _why_stalled(case: StoreCase, waiting: Sequence[Case]) -> Cause:
    stores = stores_of(case.facts.rules, case.facts.stores)
    if stores and not any(store.active for store in stores):
        return _inactive(case, stores)
    active = [store for store in stores if store.active]
    off = [store for store in active if store.auto_refresh is False]
    if off:
        text = f"Automatic import is off for {_named(off)}. ShipStation switches it off by itself after a connection error, without telling."
        return cause("auto_import_off", "likely", text)
    last = latest(store.refreshed_at for store in active)
    tried = latest(store.attempted_at for store in active)
    oldest = min(each.order.created_at for each in waiting)
    if last is not None and (last < oldest or (tried is not None and tried - last > ATTEMPTS_FAIL)):
        text = f"{_named(active)} is active, but its last import ran {clock(case, last)}: its connection has probably failed."
        return cause("connection_error", "likely", text)
    why = f"{_seen(case, active, last)}, and brought none of these orders. Why cannot be read from outside."
    return cause("unknown", "unknown", why)


def _seen(case: StoreCase, active: Sequence[ShipStationStore], last: datetime | None) -> str:
    if not active or any(store.from_file for store in active):
        return "ShipStation tells neither whether the store is active nor when it last imported"
    said = (
        f" and imported {clock(case, last)}"
        if last is not None
        else ", and does not say when it last imported"
    )
    return f"ShipStation shows the store as active{said}"


def _inactive(case: StoreCase, stores: Sequence[ShipStationStore]) -> Cause:
    others = [each for store in stores for each in connected_again(store, case.facts.stores)]
    if others:
        text = f"{_named(stores)} is inactive, and {_named(others[:1])} is active: the shop was connected again, and imports go there."
        return cause("migration", "likely", text)
    return cause("store_inactive", "likely", f"{_named(stores)} is inactive, so it imports nothing.")


def _named(stores: Sequence[ShipStationStore]) -> str:
    return words.listed(f"“{words.cut(store.name, 40)}”" for store in stores)


def _import_evidence(case: StoreCase, waiting: Sequence[Case], since: datetime) -> tuple[Evidence, ...]:
    stores = stores_of(case.facts.rules, case.facts.stores)
    newest = case.facts.newest_imported
    last = latest(store.refreshed_at for store in stores)
    return (
        theirs(
            case, "State", f"newest order of {clock(case, newest)}" if newest else "no order of this shop"
        ),
        ours(
            case, "State", f"{words.counted(len(waiting), 'order')} ready to ship since {clock(case, since)}"
        ),
        theirs(case, "Last import", clock(case, last) if last else "not said"),
        ours(case, "Orders", orders(waiting)),
        theirs(case, "Stores", words.listed(map(_state, stores))),
    )


def _state(store: ShipStationStore) -> str:
    name = words.cut(store.name, 40)
    if store.from_file:
        return name
    auto = {True: "on", False: "off", None: "not said"}[store.auto_refresh]
    return f"{name}: {'active' if store.active else 'inactive'}, automatic import {auto}"


_IMPORT = "import the store by hand and search the newest order number."

IMPORT_STALLED = StoreKind(
    code="store.import_stalled",
    title="Nothing is imported any more",
    severity=Severity.HIGH,
    owner_role="integration",
    next_action=action(
        "reconnect_store",
        f"Open the store in ShipStation under Settings > Selling Channels > Store Setup and look for an exclamation mark; reconnect it, then {_IMPORT}",
    ),
    explanation="ShipStation has stopped importing orders of this store, and says so nowhere. One card stands for all orders that wait.",
    detected=(
        "Orders that are ready to ship are younger than the newest order that ShipStation has, and none of them was imported. "
        "Shopify's times decide, so ShipStation's clock does not matter."
    ),
    window="With three orders or more, 2 business hours or 6 hours by the clock; with fewer, 4 business hours.",
    reasons=(
        Reason(
            "migration",
            "The shop's store is inactive, and another Shopify store is active.",
            action(
                "check_mapping",
                "Check in ShipStation that the new store is this shop's, and name it in store_ids; import it by hand.",
            ),
        ),
        Reason("store_inactive", "The shop's store is inactive, and no other Shopify store is active."),
        Reason(
            "auto_import_off",
            "Automatic import is off.",
            action(
                "turn_on_auto_import",
                f"Switch automatic import on in ShipStation under Settings > Selling Channels > Store Setup, then {_IMPORT}",
            ),
        ),
        Reason(
            "connection_error",
            "The store is active, and its last import is older than the orders, or lies behind its last attempt.",
        ),
        Reason("unknown", "The store is active and says that it has imported since, or is not known."),
    ),
    knobs=(
        "windows.import_stalled",
        "windows.import_stalled_off_hours",
        "windows.minimum_order_age",
        "business_hours",
        "workdays",
        "holidays",
    ),
    find=find_import_stalled,
    concerns=is_waiting,
    folds=frozenset({"import.missing"}),
)
