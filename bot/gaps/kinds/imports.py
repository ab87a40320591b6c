"""Paid orders that never arrived in ShipStation (I1)."""

from datetime import datetime, timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, shipstation, shopify
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.match import entered_by_hand, maybe_combined, stores_of, twins
from bot.gaps.traits import Trait
from storage.findings import Cause, Evidence, Finding, Severity

TOO_OLD = timedelta(days=90)
"""ShipStation never imports orders older than this (domain.md, rule 7)."""
HARD_CAP = timedelta(hours=24)
"""Late even if no younger order was imported."""
LOOK_AGAIN = timedelta(minutes=30)
"""How often to ask whether a younger order has overtaken this one."""
_PAID_LATE = timedelta(minutes=15)
"""From how long after its creation on a payment is one that came later."""
_CHANNELS = frozenset({"source", "location"})


def find_missing(case: Case) -> Finding | Waiting | None:
    """I1: ready to ship, in no status of any ShipStation store, and younger orders were imported."""
    dossier = case.dossier
    if dossier.matches or dossier.shipments or case.standing.state != "ready" or is_too_old(case):
        return None
    if told_otherwise(case):
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


def told_otherwise(case: Case) -> bool:
    """Whether it is there under doubt, or every ready part was refused by a provider (I2, I6, A4 speak then)."""
    dossier, parts = case.dossier, case.standing.parts
    if dossier.related and (twins(dossier) or entered_by_hand(dossier)):
        return True
    return bool(parts) and all(part.request_status == "REJECTED" for part in parts)


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


def _why(case: Case) -> Cause:
    stores = stores_of(case.dossier.rules, case.dossier.stores)
    if stores and not any(store.active for store in stores):
        text = "The ShipStation store of this shop is not active, so it imports nothing."
        return cause("store_inactive", "likely", text)
    if not overtaken(case):
        if any(store.auto_refresh is False for store in stores):
            text = "No younger order was imported either, and the store's automatic import is off."
            return cause("auto_import_off", "likely", text)
        text = "No younger order was imported either: the store's import has probably stopped."
        return cause("import_stalled", "likely", text)
    peers = case.dossier.peers
    if peers is not None and peers.shared:
        return _excluded(peers.shared[0])
    return _payment_changed(case) or _maybe_combined(case) or _unnamed(case)


def _maybe_combined(case: Case) -> Cause | None:
    """A combined order that may have taken it in: imported a second time, it would be shipped twice (trap 29)."""
    rows = maybe_combined(case.order, case.dossier.peers.combined if case.dossier.peers else ())
    if not rows:
        return None
    named = words.listed(words.cut(row.number, words.NAME) for row in rows)
    text = f"The combined ShipStation order {named} holds all its products: it may have been combined into it, which leaves no other trace."
    return cause("maybe_combined", "likely", text)


def _excluded(trait: Trait) -> Cause:
    """Name what all the absent orders share and no imported one does (trap 22)."""
    named = f"{trait.kind} “{words.cut(trait.value, 60)}”"
    text = f"All {trait.absent} orders with the {named} are absent, and orders without it were imported."
    if trait.kind in _CHANNELS:
        text = f"{text} ShipStation probably does not import this {trait.kind}."
        return cause("channel_not_imported", "likely", text)
    text = f"{text} A filter or a “Do not import the order” rule probably leaves them out."
    return cause("excluded_by_rule", "likely", text)


def _payment_changed(case: Case) -> Cause | None:
    detail = case.order.detail
    payments = detail.payments if detail else ()
    if any(payment.kind == "VOID" and payment.status == "SUCCESS" for payment in payments):
        text = "Its payment was voided and charged again after it was placed. ShipStation may have passed it over while it was not paid."
        return cause("payment_changed", "likely", text)
    charged = [
        part.processed_at
        for part in payments
        if part.kind in {"CAPTURE", "SALE"} and part.status == "SUCCESS" and part.processed_at
    ]
    placed = max(case.order.created_at, case.order.processed_at)
    if charged and min(charged) - placed > _PAID_LATE:
        text = (
            "It was placed first and paid later. ShipStation may have passed it over while it was not paid."
        )
        return cause("payment_changed", "likely", text)
    return None


def _unnamed(case: Case) -> Cause:
    text = (
        "Younger orders were imported, this one was passed over, and it shares nothing with other absent orders. An "
        "incomplete address, a filter or a rule look like this; none of them can be read from outside."
    )
    if case.dossier.peers is None:
        text = "ShipStation has no order for it. Whether younger orders were imported was not read."
    return cause("unknown", "unknown", text)


def _evidence(case: Case, since: datetime) -> tuple[Evidence, ...]:
    order, zone = case.order, case.dossier.rules.timezone
    stores = [words.cut(store.name, 60) for store in stores_of(case.dossier.rules, case.dossier.stores)]
    ours = f"{words.state(order.financial_status)}, {words.state(order.fulfillment_status).lower()}"
    ready = f"{words.counted(case.standing.units, 'unit')}, ready since {words.moment(since, zone)}"
    location = (
        (shopify(case, "Location", words.listed(case.standing.places)),) if case.standing.places else ()
    )
    tags = (shopify(case, "Tags", words.listed(order.tags)),) if order.tags else ()
    return (
        *pair(case, "State", theirs="no order in any status", ours=ours),
        *pair(case, "Where", theirs=f"searched every store; this shop's: {words.listed(stores)}", ours=ready),
        *location,
        *tags,
        *_look_alikes(case),
    )


def _look_alikes(case: Case) -> tuple[Evidence, ...]:
    rows = case.dossier.related
    if not rows:
        return ()
    named = words.listed(f"{words.cut(row.number, 40)} ({words.state(row.status).lower()})" for row in rows)
    return (shipstation(case, "Looks akin, not proof", named),)


_RECONNECT = action(
    "reconnect_store",
    "Open the store in ShipStation under Settings > Selling Channels > Store Setup: activate or reconnect it and switch "
    "automatic import on. Then import it by hand and search the order number in all statuses.",
)
_ALLOW = action(
    "allow_or_exclude",
    "Look for the automation rule, import filter or channel setting in ShipStation that leaves these orders out. If they are "
    "meant to stay out, exclude them in stuck.toml; otherwise change it and import the store by hand.",
)

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
    detected=(
        "The Shopify order is paid, open and has units to ship by parcel. No ShipStation row carries its id, and none its "
        "number in this shop's stores, in any status, inactive stores included. A younger order was imported."
    ),
    window=(
        "4 hours after it was paid, created or released, plus the minimum order age. While no younger order was imported, "
        "24 hours."
    ),
    reasons=(
        Reason("store_inactive", "None of the shop's ShipStation stores is active.", _RECONNECT),
        Reason(
            "auto_import_off",
            "No younger order was imported, and the store's automatic import is off.",
            _RECONNECT,
        ),
        Reason("import_stalled", "No younger order was imported, and automatic import is on."),
        Reason(
            "excluded_by_rule",
            "It shares a tag, shipping method or SKU with at least two other absent orders, and no imported order has it.",
            _ALLOW,
        ),
        Reason(
            "channel_not_imported",
            "It shares a source or location with at least two other absent orders, and no imported order has it.",
            _ALLOW,
        ),
        Reason("payment_changed", "Its payment was voided and charged again, or came after it was placed."),
        Reason(
            "maybe_combined",
            "A combined ShipStation order of the same two weeks holds all its products, and more.",
            action(
                "look_into_combined",
                "Before importing anything, look into that combined order in ShipStation. If this order is in it, fulfil it in Shopify with its tracking number; if not, import the store by hand.",
            ),
        ),
        Reason("unknown", "None of these."),
    ),
    knobs=(
        "windows.import",
        "windows.minimum_order_age",
        "paid",
        "exclude_tags",
        "exclude_sources",
        "exclude_shipping_methods",
        "exclude_skus",
        "exclude_locations",
        "locations",
        "delivery_methods",
    ),
    find=find_missing,
)
