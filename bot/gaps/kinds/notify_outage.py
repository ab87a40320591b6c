"""Shopify is not told of a store's shipments any more (B11)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.kinds import Reason, StoreKind, action, store_finding
from bot.gaps.store_case import StoreCase
from bot.gaps.store_evidence import clock, orders, ours, theirs
from bot.gaps.windows import bounded, notify_due
from storage.facts import Shipment
from storage.findings import Cause, Evidence, Finding, Severity

ENOUGH_UNTOLD = 5
"""Parcels within an hour from which on it is the store and not the parcel (domain.md B11)."""
TOGETHER = timedelta(minutes=60)
NEARLY_ALL = 0.8
"""Share of a store's labels of that time that were not told, without an error to go by."""


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
    shipped = words.counted(len(cases), "shipped order")
    return store_finding(
        NOTIFY_OUTAGE,
        headline=f"Shopify was not told of {shipped} since {clock(case, since)}",
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
    bursts = [burst for spell in _spells(late) if (burst := _burst(spell))]
    return [burst for burst in bursts if len(burst) >= NEARLY_ALL * (len(burst) + _told(case, burst))]


def _spells(group: Sequence[_Untold]) -> list[list[_Untold]]:
    """Cut a group where more than an hour lies between two parcels: what was told in the pause is no part of it."""
    spells: list[list[_Untold]] = []
    for each in group:
        if spells and each.at - spells[-1][-1].at <= TOGETHER:
            spells[-1].append(each)
        else:
            spells.append([each])
    return spells


def _told(case: StoreCase, burst: Sequence[_Untold]) -> int:
    """Count the labels of that time of which Shopify was told."""
    return sum(1 for at in case.facts.told if burst[0].at <= at <= burst[-1].at)


def _untold(case: StoreCase) -> list[_Untold]:
    """Return every parcel that is missing in Shopify and was not told, oldest first."""
    found = [
        _Untold(parcel, each, bounded(parcel.created_at, each.order, case.now))
        for each in case.untold
        for parcel in _parcels(each)
    ]
    return sorted(found, key=lambda each: (each.at, each.parcel.kind, each.parcel.id))


def _parcels(case: Case) -> list[Shipment]:
    """Return the parcels of an order that Shopify does not show and was not told of."""
    return [parcel for parcel in case.coverage.parcels if parcel.telling is not None]


def is_untold(case: Case) -> bool:
    """Whether Shopify was not told of a parcel of this order, and does not show it."""
    return bool(_parcels(case))


def _burst(group: list[_Untold]) -> list[_Untold]:
    """Return the parcels from the first moment on at which enough lie within an hour; empty where they never do."""
    for first in range(len(group) - ENOUGH_UNTOLD + 1):
        if group[first + ENOUGH_UNTOLD - 1].at - group[first].at <= TOGETHER:
            return group[first:]
    return []


def _why_untold(case: StoreCase, main: Sequence[_Untold]) -> Cause:
    told = _told(case, main)
    others = (
        f"{words.counted(told, 'other label')} of that time got through."
        if told
        else "No other label of that time got through."
    )
    error = main[0].parcel.notify_error
    if error:
        quoted = words.cut(error, words.QUOTE)
        return cause(
            "notification_failed", "confirmed", f"ShipStation failed to tell Shopify: “{quoted}”. {others}"
        )
    text = f"ShipStation did not try to tell Shopify and gives no error: notifications are probably off for the store. {others}"
    return cause("notifications_off", "likely", text)


def _outage_evidence(case: StoreCase, main: Sequence[_Untold], cases: Sequence[Case]) -> tuple[Evidence, ...]:
    span = f"{clock(case, main[0].at)} to {clock(case, main[-1].at)}"
    return (
        theirs(case, "State", f"{words.counted(len(main), 'parcel')} not told, {span}"),
        ours(case, "State", f"{words.counted(len(cases), 'order')} not shown as fulfilled"),
        theirs(case, "Shipments", words.parcels(each.parcel for each in main)),
        ours(case, "Orders", orders(cases)),
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
    concerns=is_untold,
    folds=frozenset({"sync.unfulfilled", "sync.partial"}),
)
