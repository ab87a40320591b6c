"""Which units live parcels carry, and which of them Shopify does not show as fulfilled (domain.md B1, B2).

Judged by quantities: by line where the lines are known, by totals where only the list entry was read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.gaps import tracking
from bot.gaps.dossier import Dossier
from bot.gaps.eligibility import for_shipping, told_units
from bot.gaps.quantities import Load
from storage.facts import (
    Fulfillment,
    FulfillmentOrder,
    Item,
    Line,
    Order,
    OrderDetail,
    Shipment,
    ShipStationOrder,
)

BY_HAND = frozenset({"PICK_UP", "RETAIL", "LOCAL"})
"""Delivery methods that hand the goods over without a parcel: a label on them is a question, not a gap."""
FAILED = frozenset({"ERROR", "FAILURE"})
WHOLE = ""
"""Stands for the lines of an order whose lines were not read."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What ShipStation shipped against what Shopify shows, in units of items that need shipping."""

    carried: int = 0
    missing: Mapping[str, int] = field(default_factory=dict)
    """Units by line id that left with a parcel and that Shopify does not show as fulfilled."""
    parcels: tuple[Shipment, ...] = ()
    """The live parcels that carry what is missing, oldest first."""
    unrecorded: tuple[ShipStationOrder, ...] = ()
    """Rows that ShipStation calls shipped, without any label or mark (domain.md 3.1, 4)."""
    recognised: bool = False
    """Whether Shopify shows at least a part of what was shipped."""
    printed: frozenset[str] = frozenset()
    """Numbers of the live parcels."""
    shown: frozenset[str] = frozenset()
    """Numbers that Shopify shows."""
    foreign_lines: bool = False
    """Whether a parcel carries line ids that the order no longer has: it was edited after import."""

    @property
    def missing_units(self) -> int:
        """Units that Shopify does not show."""
        return sum(self.missing.values())


@dataclass(slots=True)
class _Ledger:
    """The order's lines, and what is known of them while parcels are counted."""

    wanted: dict[str, Line]
    known: frozenset[str]
    told: Load
    combined: bool
    skus: dict[str, list[Line]] | None = None
    poured: Load = field(default_factory=dict)
    foreign: bool = False


def coverage(dossier: Dossier) -> Coverage:
    """Compare what left with what Shopify shows."""
    live = dossier.live
    unrecorded = () if live else _unrecorded(dossier)
    if not live and not unrecorded:
        return Coverage()
    printed = tracking.parcel_numbers(live)
    reflected = successes(dossier.order)
    shown = tracking.shown_numbers(reflected)
    detail = dossier.order.detail
    if detail is None or not detail.lines:
        return _by_totals(dossier, live, unrecorded, printed, shown)
    ledger = _ledger(dossier, detail, reflected)
    loads, covered = _loads(dossier, ledger, live, shown)
    for row in unrecorded:
        loads.append((None, row.id, _whole(row.items, ledger), True))
    carried = _carried(loads, ledger)
    missing = _missing(carried, ledger, dossier.order)
    total = sum(carried.values())
    return Coverage(
        carried=total,
        missing=missing,
        parcels=_bearers(loads, missing, shown) if missing else (),
        unrecorded=unrecorded if missing else (),
        recognised=covered or total > sum(missing.values()),
        printed=printed,
        shown=shown,
        foreign_lines=ledger.foreign,
    )


def successes(order: Order) -> tuple[Fulfillment, ...]:
    """Return the fulfilments that count as told to the customer."""
    return tuple(part for part in order.fulfillments if part.status == "SUCCESS")


_Load = tuple[Shipment | None, int, Load, bool]
"""A parcel (None: a row without one), its ShipStation order, its units, and whether those are a guess at the whole row."""


def _unrecorded(dossier: Dossier) -> tuple[ShipStationOrder, ...]:
    if any(not part.return_label for part in dossier.shipments):
        return ()
    return tuple(row for row in dossier.matches if row.status == "shipped")


def _ledger(dossier: Dossier, detail: OrderDetail, reflected: Sequence[Fulfillment]) -> _Ledger:
    by_hand = _by_hand(detail.fulfillment_orders)
    wanted = {
        line.id: line
        for line in detail.lines
        if line.current > 0 and line.id not in by_hand and for_shipping(line, dossier.rules)
    }
    told: Load = {}
    for part in reflected:
        for covered in part.lines or ():
            told[covered.line_id] = told.get(covered.line_id, 0) + covered.quantity
    combined = dossier.matched_by == "combined" or any(row.merged_ids for row in dossier.matches)
    return _Ledger(wanted, frozenset(line.id for line in detail.lines), told, combined)


def _by_hand(parts: Sequence[FulfillmentOrder]) -> frozenset[str]:
    """Return the lines that are only picked up, sold at the till or delivered locally."""
    if not any(part.method in BY_HAND for part in parts):
        return frozenset()
    handed = {line.line_id for part in parts if part.method in BY_HAND for line in part.lines}
    return frozenset(
        handed - {line.line_id for part in parts if part.method not in BY_HAND for line in part.lines}
    )


def _loads(
    dossier: Dossier, ledger: _Ledger, live: Sequence[Shipment], shown: frozenset[str]
) -> tuple[list[_Load], bool]:
    """Return what each parcel carries, and whether one without items is covered by its number alone."""
    loads: list[_Load] = []
    covered = False
    for parcel in live:
        load = _load_of(parcel.items, ledger) if parcel.items else None
        if load is not None:
            loads.append((parcel, parcel.order_id, load, False))
        elif tracking.numbers(parcel.tracking) & shown:
            covered = True
        else:
            loads.append((parcel, parcel.order_id, _guess(parcel, dossier, ledger), True))
    return loads, covered


def _guess(parcel: Shipment, dossier: Dossier, ledger: _Ledger) -> Load:
    """Return what a parcel without items carries: what the voided label before it did (trap 39), or its whole row."""
    for other in dossier.shipments:
        if other.voided and other.items and other.order_id == parcel.order_id and not other.return_label:
            return _whole(other.items, ledger)
    row = next((row for row in dossier.matches if row.id == parcel.order_id), None)
    return _whole(row.items if row else (), ledger)


def _whole(items: Iterable[Item], ledger: _Ledger) -> Load:
    """Return the units of a whole ShipStation order; of the whole Shopify order where its items say nothing."""
    load = _load_of(items, replace(ledger, poured={}))
    return load if load is not None else {line.id: line.current for line in ledger.wanted.values()}


def _load_of(items: Iterable[Item], ledger: _Ledger) -> Load | None:
    """Return the units of these items by line, or None when not one of them belongs to a line of the order."""
    load: Load = {}
    recognised = False
    for item in items:
        if item.quantity <= 0:
            continue
        if item.line_key in ledger.known:
            recognised = True
            if item.line_key in ledger.wanted:
                load[item.line_key] = load.get(item.line_key, 0) + item.quantity
        elif _pour(item, ledger, load):
            recognised = True
    return load if recognised else None


def _pour(item: Item, ledger: _Ledger, load: Load) -> bool:
    """Add an item without a known line to the lines of its SKU; return whether it has a place in this order."""
    foreign = bool(item.line_key)
    if foreign and ledger.combined and item.line_key and item.line_key.isdigit():
        return True  # another customer order's line in the same parcel
    lines = _lines_of(item.sku, ledger)
    if not lines:
        return False
    ledger.foreign = ledger.foreign or foreign
    left = item.quantity
    for line in sorted(lines, key=lambda line: (-ledger.told.get(line.id, 0), line.id)):
        taken = min(left, max(line.current - ledger.poured.get(line.id, 0), 0))
        ledger.poured[line.id] = ledger.poured.get(line.id, 0) + taken
        load[line.id] = load.get(line.id, 0) + taken
        left -= taken
    return True


def _lines_of(sku: str | None, ledger: _Ledger) -> list[Line]:
    if not sku:
        return []
    if ledger.skus is None:
        ledger.skus = {}
        for line in ledger.wanted.values():
            if line.sku:
                ledger.skus.setdefault(line.sku.strip().casefold(), []).append(line)
    return ledger.skus.get(sku.strip().casefold(), [])


def _carried(loads: Sequence[_Load], ledger: _Ledger) -> Load:
    """Add up the parcels: itemised ones sum up, several guesses at one whole row count once."""
    rows: dict[int, tuple[Load, Load]] = {}
    for _, row_id, load, whole in loads:
        summed, guessed = rows.setdefault(row_id, ({}, {}))
        for line_id, units in load.items():
            if whole:
                guessed[line_id] = max(guessed.get(line_id, 0), units)
            else:
                summed[line_id] = summed.get(line_id, 0) + units
    carried: Load = {}
    for summed, guessed in rows.values():
        for line_id in summed.keys() | guessed.keys():
            units = max(summed.get(line_id, 0), guessed.get(line_id, 0))
            carried[line_id] = carried.get(line_id, 0) + units
    return {line_id: min(units, ledger.wanted[line_id].current) for line_id, units in carried.items()}


def _missing(carried: Load, ledger: _Ledger, order: Order) -> Load:
    """Return the carried units that Shopify does not show.

    Shopify's own count of unfulfilled units bounds the answer, except where a fulfilment failed: a failed
    one may still be counted although the customer saw nothing.
    """
    missing: Load = {}
    for line_id, units in sorted(carried.items()):
        short = units - ledger.told.get(line_id, 0)
        if short <= 0:
            continue
        open_units = ledger.wanted[line_id].unfulfilled
        if ledger.told.get(line_id):
            open_units -= _scheduled_units(order, line_id)
        short = min(short, max(open_units, _failed_units(order, line_id)))
        if short > 0:
            missing[line_id] = short
    return missing


def _scheduled_units(order: Order, line_id: str) -> int:
    """Return units that Shopify ships later: the further months of a prepaid subscription, which labels name (trap 18)."""
    parts = order.detail.fulfillment_orders if order.detail else ()
    return sum(
        line.remaining
        for part in parts
        if part.status == "SCHEDULED"
        for line in part.lines
        if line.line_id == line_id
    )


def _failed_units(order: Order, line_id: str) -> int:
    return sum(
        part.quantity
        for fulfillment in order.fulfillments
        if fulfillment.status in FAILED
        for part in fulfillment.lines or ()
        if part.line_id == line_id
    )


def _bearers(loads: Sequence[_Load], missing: Load, shown: frozenset[str]) -> tuple[Shipment, ...]:
    """Return the parcels that carry missing units; those whose number Shopify shows only when no other does."""
    bearing = [
        parcel for parcel, _, load, _ in loads if parcel is not None and not missing.keys().isdisjoint(load)
    ]
    unseen = [parcel for parcel in bearing if not tracking.numbers(parcel.tracking) & shown]
    return tuple(unseen or bearing)


def _by_totals(
    dossier: Dossier,
    live: Sequence[Shipment],
    unrecorded: tuple[ShipStationOrder, ...],
    printed: frozenset[str],
    shown: frozenset[str],
) -> Coverage:
    """Compare totals only: from a list entry a suspicion is enough, the run reads it again in detail."""
    order = dossier.order
    unseen = [part for part in live if part.items or not tracking.numbers(part.tracking) & shown]
    carried = min(order.quantity, _total_units(dossier, unseen, unrecorded))
    short = carried - told_units(order)
    return Coverage(
        carried=carried,
        missing={WHOLE: short} if short > 0 else {},
        parcels=tuple(unseen) if short > 0 else (),
        unrecorded=unrecorded if short > 0 else (),
        recognised=told_units(order) > 0 or len(unseen) < len(live),
        printed=printed,
        shown=shown,
    )


def _total_units(
    dossier: Dossier, parcels: Sequence[Shipment], unrecorded: Sequence[ShipStationOrder]
) -> int:
    itemised = sum(max(item.quantity, 0) for parcel in parcels for item in parcel.items or ())
    if unrecorded or any(not parcel.items for parcel in parcels):
        return max(itemised, dossier.order.quantity)
    return itemised
