"""What a card shows of both systems, in pairs: the same field, what each side said of it, and when it was read."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.gaps import tracking, words
from bot.gaps.case import Case
from bot.gaps.dossier import Dossier
from storage.facts import Fulfillment, Shipment, ShipStationOrder
from storage.findings import Evidence

_LONGEST = 300
_ANSWERS = {True: "yes", False: "no", None: "not said"}


def shopify(case: Case, field: str, value: str) -> Evidence:
    """Return one thing that Shopify said."""
    return Evidence("shopify", field, words.cut(value, _LONGEST), case.order.read_at)


def shipstation(case: Case, field: str, value: str) -> Evidence:
    """Return one thing that ShipStation said."""
    return Evidence("shipstation", field, words.cut(value, _LONGEST), case.shipstation_read_at)


def pair(case: Case, field: str, *, theirs: str, ours: str) -> tuple[Evidence, Evidence]:
    """Return one field as ShipStation (`theirs`) and Shopify (`ours`) have it."""
    return shipstation(case, field, theirs), shopify(case, field, ours)


def parcel_evidence(case: Case, parcels: Sequence[Shipment]) -> tuple[Evidence, ...]:
    """Return state, numbers, notification and combination of these parcels against Shopify's fulfilments."""
    told = case.successes
    return (
        *pair(case, "State", theirs=_parcels(case, parcels), ours=words.state(case.order.fulfillment_status)),
        *pair(case, "Tracking", theirs=_printed(parcels), ours=shown(told)),
        shipstation(case, "Shopify notified", notified(parcels)),
        shopify(case, "Fulfilments", _fulfillments(case.order.fulfillments)),
        *_dead_numbers(case),
    )


def current(dossier: Dossier, now: datetime) -> tuple[Evidence, ...]:
    """Return what both sides say of an order now, finding or not: what a Resolved is confirmed with."""
    case = Case(dossier, now)
    if dossier.live:
        return parcel_evidence(case, dossier.live)
    theirs = words.listed(words.state(row.status) for row in dossier.matches)
    return pair(case, "State", theirs=theirs, ours=words.state(case.order.fulfillment_status))


def arrived(row: ShipStationOrder, zone: ZoneInfo) -> str:
    """Return when ShipStation imported an order; of one from a file, when it was ordered."""
    if not row.from_file:
        return f"imported {words.moment(row.created_at, zone)}"
    return f"ordered {words.moment(row.ordered_at, zone)}" if row.ordered_at else "not said"


def changed(rows: Sequence[ShipStationOrder], zone: ZoneInfo) -> str:
    """Return when ShipStation last changed one of these orders; of those from a file nobody says it."""
    if any(row.from_file for row in rows):
        return "not said"
    return f"last changed {words.moment(max(row.modified_at for row in rows), zone)}"


def absent(row: ShipStationOrder, none: str) -> str:
    """Return what to show where an order has no value: `none`; of one from a file, that it is not said."""
    return "not said" if row.from_file else none


def notified(parcels: Sequence[Shipment]) -> str:
    """Return what ShipStation says of telling Shopify about these parcels."""
    said = {parcel.notified for parcel in parcels}
    answer = _ANSWERS[said.pop()] if len(said) == 1 else "partly" if said else "not said"
    error = next((parcel.notify_error for parcel in parcels if parcel.notify_error), None)
    return f"{answer}, error: {error}" if error else answer


def _parcels(case: Case, parcels: Sequence[Shipment]) -> str:
    zone = case.dossier.rules.timezone
    said = [
        f"{words.known_as(_kind(parcel), parcel.id)}, {words.moment(parcel.created_at, zone)}"
        for parcel in parcels[:3]
    ]
    more = len(parcels) - len(said)
    return (
        "; ".join(said) + (f"; {more} more" if more > 0 else "")
        if said
        else "shipped, without a label or mark"
    )


def _kind(parcel: Shipment) -> str:
    return "label" if parcel.kind == "label" else "marked as shipped"


def _printed(parcels: Sequence[Shipment]) -> str:
    return words.listed(_number(parcel) for parcel in parcels if tracking.numbers(parcel.tracking))


def _number(parcel: Shipment) -> str:
    carrier = tracking.company(parcel.carrier) or parcel.carrier
    return " ".join(filter(None, (carrier, parcel.tracking)))


def shown(told: Sequence[Fulfillment]) -> str:
    """Return the tracking that Shopify shows on these fulfilments."""
    if any(part.bare for part in told):
        return "not said"
    return words.listed(
        " ".join(filter(None, (entry.company, entry.number)))
        for part in told
        for entry in part.tracking
        if entry.number
    )


def _fulfillments(parts: Sequence[Fulfillment]) -> str:
    return words.listed(
        " ".join(
            filter(None, ("" if part.bare else words.cut(part.name, 40), words.state(part.status).lower()))
        )
        for part in parts
    )


def _dead_numbers(case: Case) -> tuple[Evidence, ...]:
    return (shipstation(case, "Voided labels", _printed(case.dead_labels)),) if case.dead_labels else ()
