"""Why Shopify was not told: evidence to one named cause, and how sure that is (domain.md 3.1).

Each branch looks at one kind of evidence and returns a cause or None; the first that speaks wins.
"""

from collections.abc import Callable, Sequence

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.eligibility import elsewhere
from bot.gaps.match import is_key_of, is_manual, mapped_stores, survivor
from storage.facts import FulfillmentOrder, Shipment, ShipStationOrder, number_key
from storage.findings import Cause, Confidence

UNDONE = frozenset({"CANCELLED", "ERROR", "FAILURE"})
REFUSING = frozenset({"ON_HOLD", "CLOSED", "INCOMPLETE"})


def cause(code: str, confidence: Confidence, text: str) -> Cause:
    """Return a cause with its text cut to what a card holds."""
    return Cause(code, confidence, words.cut(text, words.CAUSE))


def why_not_told(case: Case) -> Cause:
    """Return the one cause of units that left without Shopify showing them (B1, B2)."""
    found = case.coverage
    if not found.parcels:
        return _without_parcel(case, found.unrecorded)
    for branch in _BRANCHES:
        answer = branch(case, found.parcels)
        if answer is not None:
            return answer
    return _not_said(case, found.parcels)


def _notification_failed(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 1: ShipStation recorded an error."""
    for parcel in parcels:
        if parcel.notify_error and parcel.notify_error.strip():
            quoted = words.cut(parcel.notify_error, words.QUOTE)
            text = f"ShipStation tried to tell Shopify and failed: “{quoted}”"
            return cause("notification_failed", "confirmed", text)
    return None


def _cannot_notify(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Before branch 2: a store that cannot tell anyone says `not notified` for ever."""
    for parcel in parcels:
        row = _row_of(case, parcel)
        store_id = parcel.store_id if parcel.store_id is not None else row.store_id if row else None
        store = case.dossier.stores.get(store_id) if store_id is not None else None
        if store is not None and (store.can_confirm is False or store.marketplace_id == 0):
            text = f"The parcel belongs to the ShipStation store “{words.cut(store.name, 60)}”, which cannot tell Shopify."
            return cause("store_cannot_notify", "confirmed", text)
    return None


def _reship_not_resent(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 2a: a voided label of the same order had been notified (rule 21)."""
    if not any(parcel.notified is False for parcel in parcels):
        return None
    made = max(parcel.created_at for parcel in parcels)
    if any(_was_told_then_voided(old) and old.created_at <= made for old in case.dossier.shipments):
        text = "An earlier label was voided after Shopify had been told. ShipStation does not tell Shopify again about the new one."
        return cause("reship_not_resent", "confirmed", text)
    return None


def _was_told_then_voided(label: Shipment) -> bool:
    return label.voided and bool(label.notified) and not label.return_label


def _marked_without_notify(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 2b: marked as shipped, and the notify option is off by default there (rule 20)."""
    if any(parcel.kind == "mark" and parcel.notified is False for parcel in parcels):
        text = "It was marked as shipped without a label, most likely without the option to notify Shopify."
        return cause("marked_without_notify", "likely", text)
    return None


def _scan_not_seen(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 2d: the store waits for the carrier's first scan, and the scan did not come back."""
    if case.dossier.rules.notify.mode == "mail_stream" and any(part.notified is False for part in parcels):
        text = "The store tells Shopify at the carrier's first scan, and ShipStation has seen none. The parcel may not have moved."
        return cause("scan_not_seen", "likely", text)
    return None


def _sibling_was_told(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """For B2: another parcel of the same order was notified, this one was not."""
    told = [other for other in case.dossier.live if other.notified and other not in parcels]
    if told and any(parcel.notified is False for parcel in parcels):
        text = "ShipStation told Shopify about one parcel of this order and not about the other."
        return cause("split_not_notified", "likely", text)
    return None


def _by_peers(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 2e: what became of the store's other labels of that hour."""
    if not any(parcel.notified is False for parcel in parcels):
        return None
    peers = case.dossier.peers
    if peers is None or not peers.notified + peers.not_notified:
        missing = "were not read" if peers is None else "do not exist"
        text = (
            "ShipStation has not told Shopify and gives no reason: “do not notify” on the shipment, or notifications "
            f"off for the store. Other labels of that hour, which would tell them apart, {missing}."
        )
        return cause("not_notified", "unknown", text)
    if peers.notified:
        text = "The store's other labels of that hour were notified, so “Do not notify marketplace” is probably set on this shipment or by a rule."
        return cause("do_not_notify", "likely", text)
    text = f"None of the store's {peers.not_notified} other labels of that hour were notified either: notifications are probably off or down."
    return cause("store_notifications_off", "likely", text)


def _wrong_store(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 3a: sent, but through a connection that is not this shop's, or for another key."""
    if not any(parcel.notified for parcel in parcels):
        return None
    mapped = mapped_stores(case.dossier.rules, case.dossier.stores)
    for parcel in parcels:
        row = _row_of(case, parcel)
        store_id = parcel.store_id if parcel.store_id is not None else row.store_id if row else None
        outside = store_id is not None and (mapped is not None and store_id not in mapped)
        manual = row is not None and is_manual(row, case.dossier.stores)
        if outside or manual or (row is not None and _has_strange_key(case, row)):
            text = "ShipStation sent it through a store connection or under an order key that is not this Shopify order's."
            return cause("wrong_store", "confirmed", text)
    return None


def _has_strange_key(case: Case, row: ShipStationOrder) -> bool:
    order = case.order
    if not row.key or row.parent_id is not None or number_key(row.number) != number_key(order.name):
        return False
    parts = order.detail.fulfillment_orders if order.detail else ()
    return not is_key_of(row.key, order) and all(part.id != row.key for part in parts)


def _undone_in_shopify(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 3b: Shopify had a fulfilment after the label, so it was told, and that was cancelled or failed."""
    if not any(parcel.notified for parcel in parcels):
        return None
    made = min(parcel.created_at for parcel in parcels)
    for part in sorted(case.order.fulfillments, key=lambda part: (part.updated_at, part.id)):
        if part.status in UNDONE and part.updated_at >= made:
            text = f"Shopify's fulfilment {words.cut(part.name, 40)} was {_undone_word(part.status)} after the label was made."
            return cause("fulfillment_undone", "confirmed", text)
    return None


def _undone_word(status: str) -> str:
    return "cancelled" if status == "CANCELLED" else "rejected as failed"


def _refused(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 3c: the lines stand in a fulfilment order that takes no fulfilment."""
    detail = case.order.detail
    if detail is None or not any(parcel.notified for parcel in parcels):
        return None
    missing = case.coverage.missing
    holding = [
        part for part in detail.fulfillment_orders if any(line.line_id in missing for line in part.lines)
    ]
    if not holding or any(_accepts(case, part) for part in holding):
        return None
    states = words.listed(words.state(part.status).lower() for part in holding)
    text = f"Shopify could not accept the fulfilment: what is missing stands in fulfilment orders that are {states}, or at another location."
    return cause("shopify_refused", "likely", text)


def _accepts(case: Case, part: FulfillmentOrder) -> bool:
    return part.status not in REFUSING and not elsewhere(part, case.dossier.rules)


def _lines_edited(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """For B2: the parcel names lines that the order no longer has."""
    if case.coverage.foreign_lines and any(parcel.notified for parcel in parcels):
        text = "The order was edited after ShipStation imported it: the parcel names lines that Shopify no longer has, so Shopify cannot record them."
        return cause("lines_edited", "likely", text)
    return None


def _sent_not_shown(case: Case, parcels: Sequence[Shipment]) -> Cause | None:
    """Branch 3d: nothing else explains it."""
    if not any(parcel.notified for parcel in parcels):
        return None
    if case.order.detail is None:
        text = "ShipStation says that it told Shopify. Shopify's fulfilment orders were not read, so a refusal cannot be ruled out."
        return cause("sent_not_shown", "unknown", text)
    text = "ShipStation says that it told Shopify, and Shopify shows nothing. Neither side names a reason."
    return cause("sent_not_shown", "likely", text)


Branch = Callable[[Case, Sequence[Shipment]], Cause | None]
_BRANCHES: tuple[Branch, ...] = (
    _notification_failed,
    _cannot_notify,
    _reship_not_resent,
    _marked_without_notify,
    _scan_not_seen,
    _sibling_was_told,
    _by_peers,
    _undone_in_shopify,
    _wrong_store,
    _refused,
    _lines_edited,
    _sent_not_shown,
)


def _without_parcel(case: Case, rows: Sequence[ShipStationOrder]) -> Cause:
    """Branch 4: ShipStation calls it shipped and has neither a label nor a mark."""
    combined = survivor(case.dossier)
    if combined is not None:
        text = f"It was combined into ShipStation order {words.cut(combined.number, words.NAME)}, which has no label or mark of its own."
        return cause("combined", "likely", text)
    for row in rows:
        if row.externally_fulfilled:
            by = f" by {words.cut(row.externally_fulfilled_by, 60)}" if row.externally_fulfilled_by else ""
            return cause(
                "externally_fulfilled", "likely", f"ShipStation records it as fulfilled outside{by}."
            )
    text = "ShipStation calls it shipped, but has neither a label nor a record of marking it as shipped."
    return cause("marked_no_record", "likely", text)


def _not_said(case: Case, parcels: Sequence[Shipment]) -> Cause:
    """Branch 5: never guess."""
    text = f"ShipStation did not say whether it told Shopify about shipment {words.parcels(parcels)}, so the cause cannot be named."
    return cause("unknown", "unknown", text)


def _row_of(case: Case, parcel: Shipment) -> ShipStationOrder | None:
    return next((row for row in case.dossier.matches if row.id == parcel.order_id), None)
