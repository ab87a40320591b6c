"""Orders that ShipStation has with too few units (I4), or twice (I6)."""

from collections.abc import Sequence
from datetime import timedelta

from bot.gaps import words
from bot.gaps.case import Case
from bot.gaps.causes import cause
from bot.gaps.dossier import Waiting
from bot.gaps.evidence import pair, shipstation
from bot.gaps.kinds import Kind, Reason, action, finding
from bot.gaps.match import families_apart, is_key_of
from bot.gaps.quantities import Load, held, still_to_ship
from bot.gaps.windows import SECOND_LOOK, bounded
from storage.facts import ShipStationOrder, latest
from storage.findings import Cause, Evidence, Finding, Severity

UPDATES_UNTIL = timedelta(days=14)
"""ShipStation takes no changes from Shopify after this time (domain.md, rule 13)."""
_GONE = frozenset({"shipped", "cancelled"})


# ---------------------------------------------------------------- I4


def find_items_short(case: Case) -> Finding | Waiting | None:
    """I4: units that are ready to ship in Shopify and that no open ShipStation row holds."""
    rows = [row for row in case.rows if row.status not in _GONE]
    if not rows or case.standing.state != "ready" or not all(row.items for row in rows):
        return None
    short = units_short(case, rows)
    if not short:
        return None
    since = latest((case.standing.since, *(bounded(row.created_at, case.order, case.now) for row in rows)))
    since = since or case.order.created_at
    due = since + SECOND_LOOK
    if case.now < due:
        wait = words.span(due - case.now)
        return Waiting(due, f"ShipStation holds fewer units of it than are to ship. That counts in {wait}.")
    units = words.counted(sum(short.values()), "unit")
    return finding(
        ITEMS_SHORT,
        case,
        headline=f"{units} to ship in Shopify that ShipStation does not have",
        since=since,
        cause=_why_short(case, rows, short),
        evidence=_quantities(case, rows, short),
        next_action=None if _takes_updates(case, rows) else _BY_HAND,
    )


def units_short(case: Case, rows: Sequence[ShipStationOrder]) -> Load:
    """Return the missing units by line. Units of unknown products may stand for lines that seem to be missing."""
    lines = case.order.detail.lines if case.order.detail else ()
    there = held([item for row in rows for item in row.items], lines)
    need = still_to_ship(case.standing.parts, case.order, case.dossier.rules)
    left = case.coverage.missing
    short = {
        line_id: units - have
        for line_id, units in need.items()
        if units > (have := there.units.get(line_id, 0) + left.get(line_id, 0))
    }
    return short if sum(short.values()) > there.strangers else {}


def _nothing_counts(rows: Sequence[ShipStationOrder]) -> bool:
    return not any(item.quantity > 0 for row in rows for item in row.items)


def _why_short(case: Case, rows: Sequence[ShipStationOrder], short: Load) -> Cause:
    if _nothing_counts(rows):
        text = "ShipStation has it with quantities of zero, as it does with orders that were imported while on hold."
        return cause("zero_qty", "likely", text)
    elsewhere = _of_one_place(case, short)
    if elsewhere:
        text = f"All that is short stands in the fulfilment order of {words.cut(elsewhere, 60)}, which ShipStation did not import."
        return cause("second_location", "likely", text)
    imported = max(row.created_at for row in rows)
    if case.order.detail and case.order.detail.edited and case.order.updated_at > imported:
        text = "The order was edited in Shopify after the import. ShipStation keeps the quantities that it imported unless it is set to use fulfillable quantities."
        return cause("edited_after_import", "likely", text)
    edits = (
        "Shopify's export tells no edits" if any(row.from_file for row in rows) else "Shopify shows no edit"
    )
    text = f"Neither side says why: {edits}, and ShipStation does not tell where its quantities come from."
    return cause("unknown", "unknown", text)


def _of_one_place(case: Case, short: Load) -> str | None:
    """Return the location whose parts are short while another location's are not."""
    places = {
        part.location for part in case.standing.parts if any(line.line_id in short for line in part.lines)
    }
    others = {part.location for part in case.standing.parts} - places
    return places.pop() if len(places) == 1 and others else None


def _takes_updates(case: Case, rows: Sequence[ShipStationOrder]) -> bool:
    return case.now - case.order.created_at <= UPDATES_UNTIL and not any(row.merged_or_split for row in rows)


def _quantities(case: Case, rows: Sequence[ShipStationOrder], short: Load) -> tuple[Evidence, ...]:
    need = still_to_ship(case.standing.parts, case.order, case.dossier.rules)
    lines = {line.id: line for line in (case.order.detail.lines if case.order.detail else ())}
    named = words.listed(
        f"{words.cut(lines[line_id].sku or f'line {line_id}', 40)}: {units} short"
        for line_id, units in short.items()
    )
    holds = sum(max(item.quantity, 0) for row in rows for item in row.items)
    return (
        *pair(case, "Units", theirs=f"{holds} held", ours=f"{sum(need.values())} to ship"),
        shipstation(case, "Lines", named),
        *pair(
            case,
            "State",
            theirs=words.listed(words.state(row.status) for row in rows),
            ours=words.state(case.order.fulfillment_status),
        ),
    )


# ---------------------------------------------------------------- I6


def find_duplicate(case: Case) -> Finding | Waiting | None:
    """I6: two unlinked ShipStation rows hold the same units, and at least one of them may still be shipped."""
    if case.called_off_at is not None:
        return None
    families = [
        family
        for group in families_apart(case.dossier)
        if (
            family := [
                row
                for row in group
                if row.status != "cancelled" and row in (*case.rows, *case.dossier.related)
            ]
        )
    ]
    gone = {parcel.order_id for parcel in case.dossier.live}
    waits = any(row.status not in _GONE and row.id not in gone for family in families for row in family)
    if len(families) < 2 or not waits or not _overlap(case, families):
        return None
    since = sorted(min(row.created_at for row in family) for family in families)[1]
    rows = [row for family in families for row in family]
    return finding(
        DUPLICATE,
        case,
        headline=f"in ShipStation {len(families)} times: it could be shipped twice",
        since=bounded(since, case.order, case.now),
        cause=_why_twice(case, rows),
        evidence=_copies(case, rows),
    )


def _overlap(case: Case, families: Sequence[Sequence[ShipStationOrder]]) -> bool:
    """Whether the rows together hold more of a line than was ever ordered; several parts of one order do not."""
    detail = case.order.detail
    if detail is None or not detail.lines:
        keys = [{item.line_key or item.sku for row in family for item in row.items} for family in families]
        return any(left & right for at, left in enumerate(keys) for right in keys[at + 1 :])
    items = [item for family in families for row in family for item in row.items]
    total = held(items, detail.lines)
    if not total.units and not total.strangers:
        return all(is_key_of(row.key, case.order) for family in families for row in family)
    ordered = {line.id: line.quantity for line in detail.lines}
    return any(units > ordered[line_id] for line_id, units in total.units.items())


def _why_twice(case: Case, rows: Sequence[ShipStationOrder]) -> Cause:
    stores = {row.store_id for row in rows}
    strange = [row for row in rows if not is_key_of(row.key, case.order)]
    if strange:
        text = "One of them carries a key that is not Shopify's: an app or a script created it beside ShipStation's own import."
        return cause("api_and_native", "likely", text)
    if len(stores) > 1:
        text = "Both carry the Shopify order's id, in two ShipStation stores: the shop was connected again and imported a second time."
        return cause("reimport_after_reconnect", "likely", text)
    text = "Both carry the Shopify order's id in the same store, and nothing says why it was imported twice."
    return cause("unknown", "unknown", text)


def _copies(case: Case, rows: Sequence[ShipStationOrder]) -> tuple[Evidence, ...]:
    zone = case.dossier.rules.timezone
    said = []
    for row in rows:
        store = case.dossier.stores.get(row.store_id or 0)
        where = words.cut(store.name, 30) if store else f"store {row.store_id}"
        said.append(
            f"order {row.id} in {where}, {words.state(row.status).lower()}, imported {words.moment(row.created_at, zone)}"
        )
    return (
        *pair(
            case,
            "State",
            theirs=words.listed(words.state(row.status) for row in rows),
            ours=words.state(case.order.fulfillment_status),
        ),
        *(shipstation(case, f"Copy {at}", text) for at, text in enumerate(said[:4], start=1)),
    )


_BY_HAND = action(
    "edit_by_hand",
    "Edit the order's items in ShipStation by hand: split orders and orders older than 14 days take no changes from Shopify.",
)

ITEMS_SHORT = Kind(
    code="import.items_short",
    title="ShipStation has fewer units than are to ship",
    severity=Severity.NORMAL,
    owner_role="warehouse",
    next_action=action(
        "reimport",
        "Import the store again in ShipStation and compare the quantities. If they stay, edit the order's items by hand.",
    ),
    explanation="The customer would get less than was ordered: Shopify has units to ship that ShipStation's order does not hold.",
    detected="For a line, the units that fulfilment orders still have to ship exceed those of all open ShipStation rows, split siblings added up.",
    window="2 hours after the last change and the import.",
    reasons=(
        Reason("zero_qty", "Every quantity in ShipStation is zero, and Shopify holds nothing."),
        Reason(
            "second_location",
            "All that is short is assigned to one location, and another location's units are there.",
        ),
        Reason("edited_after_import", "The order was edited, and changed after it was imported."),
        Reason("unknown", "None of these."),
    ),
    knobs=("exclude_skus", "locations"),
    find=find_items_short,
    yields_to=frozenset({"import.wrong_store", "import.wrong_status"}),
)

DUPLICATE = Kind(
    code="import.duplicate",
    title="Imported twice",
    severity=Severity.HIGH,
    owner_role="warehouse",
    next_action=action(
        "cancel_copy",
        "Ship one of the two and cancel the other in ShipStation, after looking at both for labels.",
    ),
    explanation="One Shopify order is in ShipStation twice. Whoever ships by list will ship it twice.",
    detected="Two ShipStation rows with the order's id, or with its number in this shop's stores, that are neither split nor combined and together hold more than was ordered.",
    window="At once: it may be shipped twice any minute.",
    reasons=(
        Reason("api_and_native", "One of the rows carries a key that is not Shopify's id."),
        Reason("reimport_after_reconnect", "Both carry Shopify's id, in two stores."),
        Reason("unknown", "Both carry Shopify's id in the same store."),
    ),
    knobs=("shipstation.store_ids",),
    find=find_duplicate,
)
