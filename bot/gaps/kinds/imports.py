"""Paid orders that never arrived in ShipStation (I1)."""

from datetime import datetime, timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, shipstation, shopify
from bot.gaps.kinds import Kind, action, finding
from bot.gaps.match import is_shopify, mapped_stores, twins
from storage.facts import ShipStationStore
from storage.findings import Cause, Evidence, Finding, Severity

TOO_OLD = timedelta(days=90)
"""ShipStation never imports orders older than this (domain.md, rule 7)."""
HARD_CAP = timedelta(hours=24)
"""Late even if no younger order was imported."""
LOOK_AGAIN = timedelta(minutes=30)
"""How often to ask whether a younger order has overtaken this one."""


def find_missing(case: Case) -> Finding | Waiting | None:
    """I1: ready to ship, in no status of any ShipStation store, and younger orders were imported."""
    dossier = case.dossier
    if dossier.matches or dossier.shipments or case.standing.state != "ready":
        return None
    if is_too_old(case) or (dossier.related and twins(dossier)):
        return None
    since = case.standing.since or case.order.created_at
    windows = dossier.rules.windows
    due = since + windows.minimum_order_age + windows.import_
    if case.now < due:
        wait = words.span(due - case.now)
        return Waiting(due, f"ShipStation has not imported it yet. That counts as late in {wait}.")
    cap = max(due, since + HARD_CAP)
    if not overtaken(case) and case.now < cap:
        until = min(cap, case.now + LOOK_AGAIN)
        return Waiting(until, _not_overtaken(cap - case.now))
    return finding(
        MISSING,
        case,
        headline="paid and ready to ship, but not in ShipStation",
        since=since,
        cause=_why(case),
        evidence=_evidence(case, since),
    )


def is_too_old(case: Case) -> bool:
    """Whether ShipStation would not import it any more."""
    return case.now - case.order.created_at > TOO_OLD


def overtaken(case: Case) -> bool:
    """Whether ShipStation has a younger order; without peers that is assumed, and the run looks again with them."""
    peers = case.dossier.peers
    if peers is None:
        return True
    return peers.newest_imported is not None and peers.newest_imported > case.order.created_at


def _not_overtaken(left: timedelta) -> str:
    return (
        "ShipStation has not imported it, and no younger order either: the store's import may simply not have run. "
        f"It counts as missing once a younger order arrives, or in {words.span(left)}."
    )


def _stores(case: Case) -> list[ShipStationStore]:
    mapped = mapped_stores(case.dossier.rules, case.dossier.stores)
    known = sorted(case.dossier.stores.values(), key=lambda store: store.id)
    return [store for store in known if (store.id in mapped if mapped is not None else is_shopify(store))]


def _why(case: Case) -> Cause:
    stores = _stores(case)
    if stores and not any(store.active for store in stores):
        return cause(
            "store_inactive",
            "likely",
            "The ShipStation store of this shop is not active, so it imports nothing.",
        )
    if not overtaken(case):
        if any(store.auto_refresh is False for store in stores):
            text = "No younger order was imported either, and the store's automatic import is off."
            return cause("auto_import_off", "likely", text)
        text = "No younger order was imported either: the store's import has probably stopped."
        return cause("import_stalled", "likely", text)
    return _payment_changed(case) or _unnamed(case)


def _payment_changed(case: Case) -> Cause | None:
    detail = case.order.detail
    payments = detail.payments if detail else ()
    if any(payment.kind == "VOID" and payment.status == "SUCCESS" for payment in payments):
        text = "Its payment was voided and charged again after it was placed. ShipStation may have passed it over while it was not paid."
        return cause("payment_changed", "likely", text)
    captured = [
        part for part in payments if part.kind == "CAPTURE" and part.status == "SUCCESS" and part.processed_at
    ]
    late = timedelta(minutes=15)
    if any(part.processed_at and part.processed_at - case.order.created_at > late for part in captured):
        text = "It was authorised first and paid later. ShipStation may have passed it over while it was not paid."
        return cause("payment_changed", "likely", text)
    return None


def _unnamed(case: Case) -> Cause:
    text = (
        "Younger orders were imported, this one was passed over. A filter or “Do not import” rule, an incomplete address and "
        "a channel mapping all look like this; none of them can be read from outside."
    )
    if case.dossier.peers is None:
        text = "ShipStation has no order for it. Whether younger orders were imported was not read."
    return cause("unknown", "unknown", text)


def _evidence(case: Case, since: datetime) -> tuple[Evidence, ...]:
    order, zone = case.order, case.dossier.rules.timezone
    stores = [words.cut(store.name, 60) for store in _stores(case)]
    ours = f"{words.state(order.financial_status)}, {words.state(order.fulfillment_status).lower()}"
    ready = f"{words.counted(case.standing.units, 'unit')}, ready since {words.moment(since, zone)}"
    location = (
        (shopify(case, "Location", words.listed(case.standing.places)),) if case.standing.places else ()
    )
    return (
        *pair(case, "State", theirs="no order in any status", ours=ours),
        *pair(case, "Where", theirs=f"searched every store; this shop's: {words.listed(stores)}", ours=ready),
        *location,
        *_look_alikes(case),
    )


def _look_alikes(case: Case) -> tuple[Evidence, ...]:
    rows = case.dossier.related
    if not rows:
        return ()
    named = words.listed(f"{words.cut(row.number, 40)} ({words.state(row.status).lower()})" for row in rows)
    return (shipstation(case, "Looks akin, not proof", named),)


MISSING = Kind(
    code="import.missing",
    title="Paid order missing in ShipStation",
    severity=Severity.HIGH,
    owner_role="integration",
    next_action=action(
        "import_store",
        "Import that store by hand in ShipStation, then search the order number in all statuses. Still missing: check import "
        "filters and the address, then contact ShipStation support with the order id.",
    ),
    explanation=(
        "A paid order that needs shipping has no ShipStation order in any status or store, although younger orders were "
        "imported. No ShipStation report can show a row that never arrived."
    ),
    find=find_missing,
)
