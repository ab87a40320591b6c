"""Troubles of a whole store: nothing is imported any more (I5), or Shopify is not told any more (B11)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.gaps import calendar, words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.kinds import Reason, StoreKind, action, store_finding
from bot.gaps.kinds.imports import is_too_old, told_otherwise
from bot.gaps.match import is_shopify, stores_of
from bot.gaps.rules import StoreRules
from bot.gaps.store_case import StoreCase
from bot.gaps.windows import bounded, notify_due
from storage.facts import Shipment, ShipStationStore, latest
from storage.findings import Cause, Evidence, Finding, Severity

ENOUGH_WAITING = 3
"""Orders that wait for an import together from which on the short window counts (domain.md I5)."""
ENOUGH_UNTOLD = 5
"""Parcels within an hour from which on it is the store and not the parcel (domain.md B11)."""
TOGETHER = timedelta(minutes=60)
NEARLY_ALL = 0.8
"""Share of a store's labels of that time that were not told, without an error to go by."""
ATTEMPTS_FAIL = timedelta(hours=1)
"""How far an import may lie behind the last attempt at one."""


# ---------------------------------------------------------------- I5


def find_import_stalled(case: StoreCase) -> Finding | None:
    """I5: orders younger than the newest imported one wait, and none of them was imported for too long."""
    waiting = [each for each in case.younger if _waits(each)]
    if not waiting:
        return None
    rules = case.facts.rules
    since = min(_ready_at(each) for each in waiting)
    if case.now < _stalled_at(rules, since, len(waiting)):
        return None
    orders = words.counted(len(waiting), "order")
    return store_finding(
        IMPORT_STALLED,
        headline=f"{orders} wait for ShipStation's import, which has brought none since {_clock(case, since)}",
        since=since,
        cause=_why_stalled(case, waiting),
        evidence=_import_evidence(case, waiting, since),
        folded=tuple(sorted(each.order.id for each in waiting)),
        number=waiting[0].order.name.removeprefix("#"),
    )


def _waits(case: Case) -> bool:
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
        text = f"{_named(active)} is active, but its last import ran {_clock(case, last)}: its connection has probably failed."
        return cause("connection_error", "likely", text)
    text = "ShipStation shows the store as active"
    text += (
        f" and imported {_clock(case, last)}"
        if last is not None
        else ", and does not say when it last imported"
    )
    return cause(
        "unknown", "unknown", f"{text}, and brought none of these orders. Why cannot be read from outside."
    )


def _inactive(case: StoreCase, stores: Sequence[ShipStationStore]) -> Cause:
    others = [
        store
        for store in case.facts.stores.values()
        if is_shopify(store) and store.active and store not in stores
    ]
    if others:
        text = f"{_named(stores)} is inactive, and {_named(others)} is active: the shop was connected again, and imports go there."
        return cause("migration", "likely", text)
    return cause("store_inactive", "likely", f"{_named(stores)} is inactive, so it imports nothing.")


def _named(stores: Sequence[ShipStationStore]) -> str:
    return words.listed(f"“{words.cut(store.name, 40)}”" for store in stores)


def _import_evidence(case: StoreCase, waiting: Sequence[Case], since: datetime) -> tuple[Evidence, ...]:
    stores = stores_of(case.facts.rules, case.facts.stores)
    newest = case.facts.newest_imported
    auto = {True: "on", False: "off", None: "not said"}
    seen = [
        f"{words.cut(store.name, 40)}: {'active' if store.active else 'inactive'}, automatic import {auto[store.auto_refresh]}"
        for store in stores
    ]
    last = latest(store.refreshed_at for store in stores)
    return (
        _theirs(
            case, "State", f"newest order of {_clock(case, newest)}" if newest else "no order of this shop"
        ),
        _ours(
            case, "State", f"{words.counted(len(waiting), 'order')} ready to ship since {_clock(case, since)}"
        ),
        _theirs(case, "Last import", _clock(case, last) if last else "not said"),
        _ours(case, "Orders", _orders(waiting)),
        _theirs(case, "Stores", words.listed(seen)),
    )


# ---------------------------------------------------------------- B11


@dataclass(frozen=True, slots=True)
class _Untold:
    """A parcel of which Shopify was not told, and its order."""

    parcel: Shipment
    case: Case
    at: datetime
    """When it was made, within reason."""


def find_notify_outage(case: StoreCase) -> Finding | None:
    """B11: five parcels within an hour failed with one error, or nearly all of a store's labels were not told."""
    groups = [*_failing(case), *_silent(case)]
    if not groups:
        return None
    main = max(groups, key=lambda group: (len(group), group[0].at))
    cases = {each.case.order.id: each.case for group in groups for each in group}
    since = min(each.at for each in main)
    orders = words.counted(len(cases), "shipped order")
    return store_finding(
        NOTIFY_OUTAGE,
        headline=f"Shopify was not told of {orders} since {_clock(case, since)}",
        since=since,
        cause=_why_untold(case, main),
        evidence=_outage_evidence(case, main, list(cases.values())),
        folded=tuple(sorted(cases)),
        number=main[0].case.order.name.removeprefix("#"),
    )


def _failing(case: StoreCase) -> list[list[_Untold]]:
    """Return the parcels that failed with the same error, numbers in it aside, where enough of them lie together."""
    alike: dict[str, list[_Untold]] = {}
    for each in _untold(case):
        if each.parcel.notify_error:
            alike.setdefault(re.sub(r"\d+", "#", each.parcel.notify_error.strip()), []).append(each)
    over = case.now - case.facts.rules.windows.notify_outage
    return [burst for group in alike.values() if (burst := _burst(group)) and burst[0].at <= over]


def _silent(case: StoreCase) -> list[list[_Untold]]:
    """Return labels past the store's setting that were not told, where they are nearly all labels of that time."""
    window = case.facts.rules.windows.notify_outage
    late = [
        each
        for each in _untold(case)
        if each.parcel.kind == "label"
        and not each.parcel.notify_error
        and case.now >= notify_due(case.facts.rules, each.parcel, each.at, window)
        and not any(label.notified for label in each.case.dead_labels)
    ]
    burst = _burst(late)
    if not burst:
        return []
    told = sum(1 for at in case.facts.told if burst[0].at <= at <= burst[-1].at)
    return [burst] if len(burst) >= NEARLY_ALL * (len(burst) + told) else []


def _untold(case: StoreCase) -> list[_Untold]:
    """Return every parcel that is missing in Shopify and was not told, oldest first."""
    found = [
        _Untold(parcel, each, bounded(parcel.created_at, each.order, case.now))
        for each in case.untold
        for parcel in each.coverage.parcels
        if parcel.notify_error or parcel.notified is False
    ]
    return sorted(found, key=lambda each: (each.at, each.parcel.kind, each.parcel.id))


def _burst(group: list[_Untold]) -> list[_Untold]:
    """Return the parcels from the first moment on at which enough lie within an hour; empty where they never do."""
    for first in range(len(group) - ENOUGH_UNTOLD + 1):
        if group[first + ENOUGH_UNTOLD - 1].at - group[first].at <= TOGETHER:
            return group[first:]
    return []


def _why_untold(case: StoreCase, main: Sequence[_Untold]) -> Cause:
    told = sum(1 for at in case.facts.told if main[0].at <= at <= main[-1].at)
    others = (
        f"{words.counted(told, 'other label')} of that time got through."
        if told
        else "No other label of that time got through."
    )
    error = main[0].parcel.notify_error
    if error:
        quoted = words.cut(error, words.QUOTE)
        return cause(
            "notification_failed", "confirmed", f"ShipStation failed to tell Shopify: “{quoted}” {others}"
        )
    text = f"ShipStation did not try to tell Shopify and gives no error: notifications are probably off for the store. {others}"
    return cause("notifications_off", "likely", text)


def _outage_evidence(case: StoreCase, main: Sequence[_Untold], cases: Sequence[Case]) -> tuple[Evidence, ...]:
    first, last = main[0].at, main[-1].at
    theirs = f"{words.counted(len(main), 'parcel')} not told, {_clock(case, first)} to {_clock(case, last)}"
    return (
        _theirs(case, "State", theirs),
        _ours(case, "State", f"{words.counted(len(cases), 'order')} not shown as fulfilled"),
        _theirs(case, "Shipments", words.listed(str(each.parcel.id) for each in main)),
        _ours(case, "Orders", _orders(cases)),
    )


# ---------------------------------------------------------------- both


def _clock(case: StoreCase, at: datetime) -> str:
    return words.moment(at, case.facts.rules.timezone)


def _orders(cases: Sequence[Case]) -> str:
    return words.listed((words.name_of(each.order) for each in cases), most=10)


def _theirs(case: StoreCase, field: str, value: str) -> Evidence:
    return Evidence("shipstation", field, words.cut(value, words.QUOTE), case.facts.read_at)


def _ours(case: StoreCase, field: str, value: str) -> Evidence:
    return Evidence("shopify", field, words.cut(value, words.QUOTE), case.facts.read_at)


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
        Reason("unknown", "The store is active, and says that it has imported since."),
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
    folds=frozenset({"import.missing"}),
)

NOTIFY_OUTAGE = StoreKind(
    code="store.notify_outage",
    title="Shopify is not told of shipments any more",
    severity=Severity.HIGH,
    owner_role="integration",
    next_action=action(
        "resend_in_bulk",
        "Reconnect the store in ShipStation if its connection failed. Then select these shipments and choose Other Actions > Send Notification. Make no new labels.",
    ),
    explanation="ShipStation ships, and Shopify hears of none of it: every customer of that time waits without news. One card stands for all these orders.",
    detected=(
        "At least five parcels within an hour failed with the same error, numbers in it aside; or at least five labels past the "
        "store's notification setting were not told, and they are 80 % of the labels of that time. Parcels that Shopify shows do not count."
    ),
    window="30 minutes after the first of them; without an error, 30 minutes past the store's notification setting.",
    reasons=(
        Reason(
            "notification_failed",
            "ShipStation recorded the error; quoted, with whether other labels got through.",
        ),
        Reason(
            "notifications_off",
            "No error was recorded.",
            action(
                "check_store_notifications",
                "Switch shipment notifications on in the store's settings in ShipStation. Then select these shipments and choose Other Actions > Send Notification.",
            ),
        ),
    ),
    knobs=("windows.notify_outage", "shipstation.notify"),
    find=find_notify_outage,
    folds=frozenset({"sync.unfulfilled", "sync.partial"}),
)
