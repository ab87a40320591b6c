"""Which ShipStation rows are this Shopify order (MATCH in domain.md 3)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bot.gaps.dossier import Dossier, MatchedBy, Peers
from bot.gaps.rules import StoreRules
from storage.facts import Order, Shipment, ShipStationOrder, ShipStationStore, number_key

DATES_AGREE = timedelta(days=3)
"""How far apart the two systems' order dates may lie for a match by number."""
_ID_LENGTH = 10
"""Digits from which on a key looks like a Shopify id."""

Stores = Mapping[int, ShipStationStore]


def dossier(
    rules: StoreRules,
    order: Order,
    candidates: Sequence[ShipStationOrder],
    shipments: Sequence[Shipment],
    stores: Stores,
    peers: Peers | None = None,
) -> Dossier:
    """Gather what belongs to this order. Row order does not matter, and no facts make this raise."""
    if len(candidates) == 1 and candidates[0].key == order.id and not candidates[0].merged_or_split:
        row = candidates[0]
        parcels = tuple(
            part for part in shipments if part.order_id == row.id or is_key_of(part.order_key, order)
        )
        return Dossier(rules, order, (row,), _in_order(parcels), "id", (), stores, peers)
    rows = list({row.id: row for row in sorted(candidates, key=lambda row: (row.read_at, row.id))}.values())
    found, how = _match(rules, order, rows, stores)
    ids = {row.id for row in found}
    own = tuple(part for part in shipments if part.order_id in ids or is_key_of(part.order_key, order))
    return Dossier(
        rules=rules,
        order=order,
        matches=tuple(sorted(found, key=lambda row: row.id)),
        shipments=_in_order(own),
        matched_by=how or ("id" if own else None),
        related=tuple(sorted((row for row in rows if row.id not in ids), key=lambda row: row.id)),
        stores=stores,
        peers=peers,
    )


def is_key_of(key: str | None, order: Order) -> bool:
    """Whether ShipStation's order key is this order's id, or starts with it and a separator (rule 1)."""
    if not key:
        return False
    if key == order.id:
        return True
    return bool(order.id) and key.startswith(order.id) and not key[len(order.id)].isalnum()


def is_manual(row: ShipStationOrder, stores: Stores) -> bool:
    """Whether a person entered the row in ShipStation itself, in a store without a sales channel."""
    store = stores.get(row.store_id) if row.store_id is not None else None
    return store is not None and store.marketplace_id == 0


def mapped_stores(rules: StoreRules, stores: Stores) -> frozenset[int] | None:
    """Return the ShipStation stores of this shop; None: any store may be."""
    if rules.store_ids:
        return rules.store_ids
    channels = [store for store in stores.values() if is_shopify(store)]
    return frozenset(store.id for store in channels if store.active) if channels else None


def connected_again(store: ShipStationStore, stores: Stores) -> list[ShipStationStore]:
    """Return the active stores that took the place of an inactive one: the same shop, connected a second time.

    Where ShipStation names the shop behind a connection, it has to be the same; where it does not, any other active
    Shopify store may be meant.
    """
    if store.active or not is_shopify(store):
        return []
    others = [each for each in stores.values() if is_shopify(each) and each.active and each.id != store.id]
    found = [
        each
        for each in others
        if store.integration is None or each.integration is None or each.integration == store.integration
    ]
    return sorted(found, key=lambda each: (each.integration != store.integration, each.id))


def stores_of(rules: StoreRules, stores: Stores) -> list[ShipStationStore]:
    """Return this shop's ShipStation stores by id; where none says so, every Shopify store."""
    mapped = mapped_stores(rules, stores)
    known = sorted(stores.values(), key=lambda store: store.id)
    ours = [store for store in known if mapped is not None and store.id in mapped]
    return ours or [store for store in known if is_shopify(store)]


def is_shopify(store: ShipStationStore) -> bool:
    """Whether the store imports from Shopify."""
    return (store.marketplace or "").casefold().startswith("shopify")


def same_number(order: Order, row: ShipStationOrder) -> bool:
    """Whether number and order date agree; the date may be up to three days off."""
    if number_key(row.number) != number_key(order.name):
        return False
    dated = row.ordered_at or row.paid_at or row.created_at
    return min(abs(dated - order.created_at), abs(dated - order.processed_at)) <= DATES_AGREE


def twins(dossier: Dossier) -> tuple[ShipStationOrder, ...]:
    """Return unmatched rows that rule 2 would accept if there were only one: it is there, but which is it."""
    accepted = _by_number(dossier.rules, dossier.order, dossier.related, dossier.stores)
    return tuple(row for family in accepted for row in family)


def entered_by_hand(dossier: Dossier) -> tuple[ShipStationOrder, ...]:
    """Return unmatched rows that a person typed into a store without a channel: this number, day and product.

    They are no match, because Shopify is never told through them (domain.md, trap 66).
    """
    lines = dossier.order.detail.lines if dossier.order.detail else ()
    skus = {line.sku.strip().casefold() for line in lines if line.sku}
    return tuple(
        row
        for row in dossier.related
        if is_manual(row, dossier.stores)
        and row.status != "cancelled"
        and same_number(dossier.order, row)
        and any(item.sku and item.sku.strip().casefold() in skus for item in row.items)
    )


def maybe_combined(order: Order, survivors: Iterable[ShipStationOrder]) -> list[ShipStationOrder]:
    """Return combined ShipStation orders of another number that hold every product of this one (domain.md, rule 6).

    Evidence and never a match: strangers buy the same products, and the buyer is not asked for.
    """
    lines = order.detail.lines if order.detail else ()
    need: dict[str, int] = {}
    for line in lines:
        if line.requires_shipping and line.current > 0:
            sku = (line.sku or "").strip().casefold()
            need[sku] = need.get(sku, 0) + line.current
    if not need or "" in need:
        return []
    return [
        row
        for row in survivors
        if row.merged_or_split and number_key(row.number) != number_key(order.name) and _holds(row, need)
    ]


def _holds(row: ShipStationOrder, need: Mapping[str, int]) -> bool:
    """Whether the row holds these units and more: its own order is in it too."""
    there: dict[str, int] = {}
    for item in row.items:
        sku = (item.sku or "").strip().casefold()
        there[sku] = there.get(sku, 0) + item.quantity
    return sum(there.values()) > sum(need.values()) and all(
        there.get(sku, 0) >= units for sku, units in need.items()
    )


def families_apart(dossier: Dossier) -> list[list[ShipStationOrder]]:
    """Return the rows of this order in groups that neither a split nor a combine links (domain.md I6).

    Rows that only share the number belong to it where the store was named for this shop, or they carry its lines;
    beside a row that carries its id, not those that carry another order's.
    """
    rules, order = dossier.rules, dossier.order
    known = dossier.matched_by == "id"
    more = [
        row
        for family in _by_number(rules, order, dossier.related, dossier.stores)
        for row in family
        if _names_lines(row, order) or (rules.store_ids and not (known and _is_foreign(row, order)))
    ]
    left = sorted((*dossier.matches, *more), key=lambda row: row.id)
    groups: list[list[ShipStationOrder]] = []
    while left:
        group = [left.pop(0)]
        for row in group:
            linked = [other for other in left if _linked(row, other)]
            group += linked
            left = [other for other in left if other not in linked]
        groups.append(group)
    return groups


def _linked(one: ShipStationOrder, other: ShipStationOrder) -> bool:
    """Whether a split or a combine explains that both exist."""
    if one.id in other.merged_ids or other.id in one.merged_ids:
        return True
    if one.parent_id is not None and one.parent_id in {other.id, other.parent_id}:
        return True
    if other.parent_id is not None and other.parent_id == one.id:
        return True
    return one.merged_or_split and other.merged_or_split and one.store_id == other.store_id


def absorbed(matches: Sequence[ShipStationOrder]) -> frozenset[int]:
    """Return the ids of the matched rows that were combined into another matched row."""
    return frozenset(
        row.id for row in matches for other in matches if other.merged_ids and _absorbs(other, row)
    )


def survivor(dossier: Dossier) -> ShipStationOrder | None:
    """Return the row that this order was combined into: one of another number, or None."""
    if dossier.matched_by != "combined":
        return None
    own = number_key(dossier.order.name)
    foreign = (row for row in dossier.matches if row.merged_ids and number_key(row.number) != own)
    return next(foreign, None)


def _match(
    rules: StoreRules, order: Order, rows: Sequence[ShipStationOrder], stores: Stores
) -> tuple[list[ShipStationOrder], MatchedBy | None]:
    seeds = [row for row in rows if is_key_of(row.key, order)]
    how: MatchedBy | None = "id" if seeds else None
    if not seeds:
        families = _by_number(rules, order, rows, stores)
        if len(families) == 1:
            seeds, how = families[0], "number"
    found = _with_family([*seeds, *_beside(seeds, rows, order)], rows)
    survivors = [row for row in rows if row not in found and _took_in(row, found, order)]
    if survivors:
        return _with_family([*found, *survivors], rows), "combined"
    return found, how


def _beside(
    seeds: Sequence[ShipStationOrder], rows: Sequence[ShipStationOrder], order: Order
) -> list[ShipStationOrder]:
    """Return more rows of the same number in a seed's store: one order can be imported as several."""
    stores = {row.store_id for row in seeds}
    return [
        row
        for row in rows
        if row.store_id in stores
        and row not in seeds
        and same_number(order, row)
        and not _is_foreign(row, order)
    ]


def _by_number(
    rules: StoreRules, order: Order, rows: Sequence[ShipStationOrder], stores: Stores
) -> list[list[ShipStationOrder]]:
    """Return the families that rule 2 accepts: in this shop's stores, else in Shopify stores no longer active."""
    mapped = mapped_stores(rules, stores)
    certain = mapped is not None and (bool(rules.store_ids) or len(mapped) == 1)
    alike = [row for row in rows if not is_manual(row, stores) and same_number(order, row)]
    here = [
        row
        for row in alike
        if (mapped is None or row.store_id is None or row.store_id in mapped)
        and (certain or not _is_foreign(row, order))
    ]
    if not here:
        retired = {store.id for store in stores.values() if is_shopify(store) and not store.active}
        here = [row for row in alike if row.store_id in retired and not _is_foreign(row, order)]
    families = _families(here)
    named = [family for family in families if any(_names_lines(row, order) for row in family)]
    return named or families


def _is_foreign(row: ShipStationOrder, order: Order) -> bool:
    """Whether key or lines look like the Shopify ids of something that is not part of this order."""
    key = row.key
    if _is_id(key) and key != order.id:
        return not (order.detail and any(part.id == key for part in order.detail.fulfillment_orders))
    if order.detail is None or not any(_is_id(item.line_key) for item in row.items):
        return False
    return bool(order.detail.lines) and not _names_lines(row, order)


def _is_id(key: str | None) -> bool:
    return key is not None and len(key) >= _ID_LENGTH and key.isdigit()


def _names_lines(row: ShipStationOrder, order: Order) -> bool:
    """Whether the row carries lines of this very order, which no other order does (domain.md, rule 1)."""
    lines = {line.id for line in order.detail.lines} if order.detail else set()
    return any(item.line_key in lines for item in row.items)


def _families(rows: Iterable[ShipStationOrder]) -> list[list[ShipStationOrder]]:
    """Group rows of one number by store: split siblings and several imports of one order share it."""
    groups: dict[int | None, list[ShipStationOrder]] = {}
    for row in rows:
        groups.setdefault(row.store_id, []).append(row)
    return list(groups.values())


def _with_family(seeds: list[ShipStationOrder], rows: Sequence[ShipStationOrder]) -> list[ShipStationOrder]:
    """Add split siblings: rows that share a parent with a seed, or are its parent or child (domain.md, trap 30)."""
    found = {row.id: row for row in seeds}
    grown = bool(seeds)
    while grown:
        roots = found.keys() | {row.parent_id for row in found.values() if row.parent_id}
        more = [row for row in rows if row.id not in found and (row.id in roots or row.parent_id in roots)]
        found.update((row.id, row) for row in more)
        grown = bool(more)
    return list(found.values())


def _absorbs(other: ShipStationOrder, row: ShipStationOrder) -> bool:
    if row.id not in other.merged_ids or other.id in {row.id, row.parent_id}:
        return False
    return number_key(row.number) != number_key(other.number)


def _took_in(row: ShipStationOrder, found: Sequence[ShipStationOrder], order: Order) -> bool:
    """Whether this row absorbed the order: it names one of its rows, or carries its very lines (trap 28)."""
    if not row.merged_ids or number_key(row.number) == number_key(order.name):
        return False
    if any(_absorbs(row, other) for other in found):
        return True
    return _names_lines(row, order)


def _in_order(shipments: Sequence[Shipment]) -> tuple[Shipment, ...]:
    if len(shipments) == 1:
        return tuple(shipments)
    once = {(part.kind, part.id): part for part in sorted(shipments, key=lambda part: part.read_at)}
    return tuple(sorted(once.values(), key=lambda part: (part.created_at, part.kind, part.id)))
