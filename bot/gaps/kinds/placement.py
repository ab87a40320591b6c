"""Orders that ShipStation has where nobody looks: in another store (I2) or status (I3), or archived in Shopify (I8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.eligibility import is_held, is_open, our_parts, remaining
from bot.gaps.evidence import absent, changed, pair, shipstation, shopify
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.match import (
    connected_again,
    entered_by_hand,
    is_key_of,
    is_manual,
    is_shopify,
    mapped_stores,
    stores_of,
)
from bot.gaps.quantities import held, still_to_ship
from bot.gaps.windows import bounded
from storage.facts import ShipStationOrder, ShipStationStore
from storage.findings import Cause, Evidence, Finding, Severity

WRONG_STORE_AFTER = timedelta(hours=1)
ARCHIVED_AFTER = timedelta(hours=24)
"""Windows of domain.md for I2 and I8."""
PARKED = frozenset({"awaiting_payment", "cancelled", "on_hold"})
"""ShipStation states in which nobody ships an order."""
_SETTLED = frozenset({"shipped", "cancelled"})
_RESTART_LIMIT = timedelta(hours=24)
"""A change of the row restarts the clock at most this long: any edit counts as a change."""


# ---------------------------------------------------------------- I2


def find_wrong_store(case: Case) -> Finding | Waiting | None:
    """I2: ready to ship, and every ShipStation row of it stands in a store that is not this shop's."""
    if case.standing.state != "ready" or case.dossier.live:
        return None
    rows = _astray(case)
    if not rows:
        return None
    row = min(rows, key=lambda row: (row.created_at, row.id))
    imported = bounded(row.created_at, case.order, case.now)
    since = max(imported, case.standing.since or imported)
    due = since + WRONG_STORE_AFTER
    if case.now < due:
        return Waiting(
            due, f"It stands in another ShipStation store. That counts in {words.span(due - case.now)}."
        )
    return finding(
        WRONG_STORE,
        case,
        headline="in ShipStation, but in a store that is not this shop's",
        since=since,
        cause=_why_astray(case, row),
        evidence=_where(case, rows, since),
    )


def _astray(case: Case) -> Sequence[ShipStationOrder]:
    """Return the rows, where all of them are astray; without a row, one that a person typed in.

    A copy that is astray and cancelled says nothing about where the order stands.
    """
    if not case.dossier.matches:
        return entered_by_hand(case.dossier)
    counted = [row for row in case.rows if row.status != "cancelled" or not is_astray(case, row)]
    astray = [row for row in counted if row.status not in _SETTLED and is_astray(case, row)]
    return astray if astray and len(astray) == len(counted) else ()


def is_astray(case: Case, row: ShipStationOrder) -> bool:
    """Whether a row stands in a store that is inactive, without a sales channel, or another shop's."""
    if row.store_id is None:
        return False
    store = case.dossier.stores.get(row.store_id)
    if store is not None and (not store.active or is_manual(row, case.dossier.stores)):
        return True
    mapped = mapped_stores(case.dossier.rules, case.dossier.stores)
    return mapped is not None and row.store_id not in mapped


def _why_astray(case: Case, row: ShipStationOrder) -> Cause:
    stores = case.dossier.stores
    store = stores.get(row.store_id) if row.store_id is not None else None
    name = words.cut(store.name, 60) if store else str(row.store_id)
    if store is not None and is_manual(row, stores):
        how = "" if is_key_of(row.key, case.order) else ", under a key that is not Shopify's"
        text = f"It was typed in by hand: it stands in “{name}”, a store without a sales channel{how}."
        return cause("manual_entry", "likely", text)
    if store is not None and (twin := _successor(case, store)):
        text = f"The shop was connected a second time: it stands in “{name}”, and “{words.cut(twin.name, 60)}” took its place."
        return cause("reconnected", "likely", text)
    text = f"It stands in “{name}”, which is not among the ShipStation stores of this shop."
    return cause("other_store", "likely", text)


def _successor(case: Case, store: ShipStationStore) -> ShipStationStore | None:
    """Return the store that took the place of an inactive one. It held this shop's order, so this shop's will do."""
    if store.active or not is_shopify(store):
        return None
    stores = case.dossier.stores
    ours = [each for each in stores_of(case.dossier.rules, stores) if each.active]
    return next(iter(connected_again(store, stores) or ours), None)


def _where(case: Case, rows: Sequence[ShipStationOrder], since: datetime) -> tuple[Evidence, ...]:
    zone = case.dossier.rules.timezone
    stores = [case.dossier.stores.get(row.store_id or 0) for row in rows]
    named = words.listed(
        f"{words.cut(store.name, 40)} ({'active' if store.active else 'inactive'})"
        for store in stores
        if store
    )
    mapped = mapped_stores(case.dossier.rules, case.dossier.stores) or frozenset()
    ours = [words.cut(known.name, 40) for known in case.dossier.stores.values() if known.id in mapped]
    ready = f"{words.counted(case.standing.units, 'unit')} to ship"
    return (
        *pair(
            case, "State", theirs=_states(rows), ours=f"{words.state(case.order.fulfillment_status)}, {ready}"
        ),
        shipstation(case, "Store", named),
        shipstation(case, "This shop's stores", words.listed(ours)),
        shipstation(case, "Order key", words.listed(row.key or "none" for row in rows)),
        *pair(
            case,
            "Since",
            theirs=f"imported {words.moment(min(row.created_at for row in rows), zone)}",
            ours=f"ready {words.moment(case.standing.since or since, zone)}",
        ),
    )


def _states(rows: Sequence[ShipStationOrder]) -> str:
    return words.listed(words.state(row.status) for row in rows)


# ---------------------------------------------------------------- I3


def find_wrong_status(case: Case) -> Finding | Waiting | None:
    """I3: ready to ship in Shopify, and ShipStation waits for its payment, cancelled it or holds it without a date."""
    if case.standing.state != "ready" or case.dossier.live:
        return None
    rows = parked(case)
    if not rows:
        return None
    row = max(rows, key=lambda row: (row.modified_at, row.id))
    since = _parked_since(case, row)
    due = since + case.dossier.rules.windows.import_
    if case.now < due:
        said = words.state(row.status).lower()
        return Waiting(
            due, f"ShipStation has it as {said}. That counts as late in {words.span(due - case.now)}."
        )
    return finding(
        WRONG_STATUS,
        case,
        headline=f"ready to ship in Shopify, but {words.state(row.status).lower()} in ShipStation",
        since=since,
        cause=_why_parked(case, row),
        evidence=_parking(case, rows),
    )


def parked(case: Case) -> list[ShipStationOrder]:
    """Return the parked rows that carry units which no working row has."""
    parked = [row for row in case.rows if row.status in PARKED and not is_held_on_purpose(case, row)]
    working = [row for row in case.rows if row not in parked]
    if not parked or not working:
        return parked
    lines = case.order.detail.lines if case.order.detail else ()
    there = held([item for row in working for item in row.items], lines).units
    need = still_to_ship(case.standing.parts, case.order, case.dossier.rules)
    short = {line_id for line_id, units in need.items() if units > there.get(line_id, 0)}
    return [row for row in parked if short & held(row.items, lines).units.keys()]


def is_held_on_purpose(case: Case, row: ShipStationOrder) -> bool:
    """Whether the row is on hold with a date, or because Shopify holds a part of the order."""
    if row.status != "on_hold":
        return False
    return row.hold_until is not None or any(map(is_held, our_parts(case.order, case.dossier.rules)))


def _parked_since(case: Case, row: ShipStationOrder) -> datetime:
    ready = max(bounded(row.created_at, case.order, case.now), case.standing.since or case.order.created_at)
    if row.status == "awaiting_payment":
        return ready
    changed = bounded(row.modified_at, case.order, case.now)
    return min(max(ready, changed), ready + _RESTART_LIMIT)


def _why_parked(case: Case, row: ShipStationOrder) -> Cause:
    if row.status == "awaiting_payment":
        seen = "no payment" if row.paid_at is None else "another payment date"
        text = f"Shopify shows it as paid, ShipStation has {seen}: it was imported before the payment and not again since."
        return cause("payment_not_seen", "likely", text)
    if row.status == "cancelled":
        text = "It was cancelled in ShipStation only; in Shopify it is open and paid."
        return cause("cancelled_in_shipstation", "confirmed", text)
    tags = f", with the tags {words.listed(str(tag) for tag in row.tag_ids)}" if row.tag_ids else ""
    text = f"It is on hold in ShipStation without an end{tags}, while Shopify holds nothing of it."
    return cause("held_in_shipstation", "confirmed", text)


def _parking(case: Case, rows: Sequence[ShipStationOrder]) -> tuple[Evidence, ...]:
    zone, order = case.dossier.rules.timezone, case.order
    paid = [words.moment(row.paid_at, zone) if row.paid_at else absent(row, "none") for row in rows]
    ours = f"{words.state(order.financial_status)}, {words.counted(case.standing.units, 'unit')} to ship"
    return (
        *pair(case, "State", theirs=_states(rows), ours=ours),
        shipstation(case, "Payment", words.listed(paid)),
        *pair(
            case,
            "Since",
            theirs=changed(rows, zone),
            ours=f"ready {words.moment(case.standing.since or order.created_at, zone)}",
        ),
    )


# ---------------------------------------------------------------- I8


def find_archived(case: Case) -> Finding | Waiting | None:
    """I8: archived in Shopify with paid units that were never shipped."""
    order, rules = case.order, case.dossier.rules
    if order.closed_at is None or order.financial_status not in rules.paid:
        return None
    if case.dossier.live or case.coverage.carried:
        return None
    parts = [part for part in our_parts(order, rules) if is_open(part, case.now)]
    if not parts:
        return None
    due = order.closed_at + ARCHIVED_AFTER
    units = words.counted(sum(remaining(part, rules) for part in parts), "unit")
    if case.now < due:
        return Waiting(
            due,
            f"It was archived in Shopify with {units} to ship. That counts in {words.span(due - case.now)}.",
        )
    text = "Shopify archives by itself only what is paid and fulfilled, so a person or an app archived it; it does not say who."
    theirs = _states(case.rows) if case.rows else "no order"
    return finding(
        ARCHIVED,
        case,
        headline="archived in Shopify, paid, and never shipped",
        since=order.closed_at,
        cause=cause("archived_by_hand", "likely", text),
        evidence=(
            *pair(
                case, "State", theirs=theirs, ours=f"Archived, {words.state(order.financial_status).lower()}"
            ),
            shopify(case, "To ship", units),
            shopify(case, "Archived", words.moment(order.closed_at, rules.timezone)),
        ),
    )


# ---------------------------------------------------------------- the kinds

WRONG_STORE = Kind(
    code="import.wrong_store",
    title="In ShipStation, but in the wrong store",
    severity=Severity.NORMAL,
    owner_role="integration",
    next_action=action(
        "check_mapping",
        "Check in ShipStation which store the order stands in, and name this shop's stores in stuck.toml if that store is right. "
        "Otherwise import the right store and cancel the wrong twin after looking at both.",
    ),
    explanation=(
        "The order is in ShipStation, in a store that is inactive, manual or another shop's. Nobody ships from there, and "
        "Shopify would not be told."
    ),
    detected="Every open ShipStation row of a ready order stands in a store that is not mapped to this shop, inactive, or manual.",
    window="1 hour after the import.",
    reasons=(
        Reason("manual_entry", "The store has no sales channel; somebody typed the order in."),
        Reason(
            "reconnected",
            "The store is inactive, and another Shopify store is active: the shop was connected again.",
        ),
        Reason("other_store", "The store is active and not one of this shop's."),
    ),
    knobs=("shipstation.store_ids",),
    find=find_wrong_store,
    replaces=frozenset({"import.missing"}),
)

WRONG_STATUS = Kind(
    code="import.wrong_status",
    title="Ready in Shopify, parked in ShipStation",
    severity=Severity.NORMAL,
    owner_role="warehouse",
    next_action=action(
        "restore",
        "Open the order in ShipStation and restore it to Awaiting Shipment, or cancel it in Shopify too.",
    ),
    explanation="Shopify expects the order to be shipped, and ShipStation has it in a status from which nobody ships.",
    detected="A ready order whose ShipStation row is awaiting payment, cancelled, or on hold without an end date, and nothing of it left.",
    window="4 hours after it was ready and imported; after the last change for holds and cancellations.",
    reasons=(
        Reason(
            "payment_not_seen",
            "The status is awaiting payment, and Shopify shows the order as paid.",
            action(
                "mark_paid",
                "Import the store again in ShipStation. If it still awaits payment, open the order and choose Mark as Paid.",
            ),
        ),
        Reason("cancelled_in_shipstation", "The status is cancelled, and Shopify has not cancelled it."),
        Reason(
            "held_in_shipstation",
            "The status is on hold without an end, and no part of it is held in Shopify.",
            action("release_hold", "Open the order in ShipStation: release the hold, or give it a date."),
        ),
    ),
    knobs=("windows.import", "paid"),
    find=find_wrong_status,
    yields_to=frozenset({"import.wrong_store"}),
    replaces=frozenset({"import.missing"}),
)

ARCHIVED = Kind(
    code="import.archived_unfulfilled",
    title="Archived without being shipped",
    severity=Severity.LOW,
    owner_role="cs",
    next_action=action(
        "unarchive_or_refund",
        "Decide with the customer: unarchive the order in Shopify and ship it, or refund it.",
    ),
    explanation="The order was paid and archived in Shopify, and its units were never shipped. Archived orders are in nobody's list.",
    detected="The order is archived, paid and not cancelled, a fulfilment order is still open, and ShipStation shipped nothing of it.",
    window="24 hours after it was archived.",
    reasons=(
        Reason("archived_by_hand", "Always: Shopify by itself archives only what is paid and fulfilled."),
    ),
    knobs=("paid",),
    find=find_archived,
)
