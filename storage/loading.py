"""Reading orders back from the mirror in bulk, each with every ShipStation row that may be it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import codec
from storage.facts import Order, Shipment, ShipStationOrder
from storage.kinship import absorbed_orders
from storage.statements import chunks, pick
from storage.tables import MERGES, ORDER_LINES, ORDERS, SHIPMENTS, SHIPSTATION_ORDERS

ROWS = SHIPSTATION_ORDERS.c
LABELS = SHIPMENTS.c
CHUNK = 250
"""Orders at a time: a few milliseconds of decoding between two turns of the event loop."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One Shopify order, and what ShipStation has that may belong to it."""

    order: Order
    candidates: tuple[ShipStationOrder, ...] = ()
    """By id. Whether they really are this order is for judging to say (domain.md, MATCH)."""
    shipments: tuple[Shipment, ...] = ()
    """Oldest first; voided ones and return labels included."""
    marks: int = 0
    """How often the order had been marked as due."""


async def load(connection: AsyncConnection, store: str, ids: Sequence[str]) -> dict[str, Rows]:
    """Return the mirrored ones of `ids`, in that order."""
    found: dict[str, Rows] = {}
    for chunk in chunks(dict.fromkeys(ids), CHUNK):
        found |= await _load(connection, store, chunk)
    return found


async def _load(connection: AsyncConnection, store: str, ids: list[str]) -> dict[str, Rows]:
    here = select(ORDERS.c.id, ORDERS.c.number_key, ORDERS.c.marks, ORDERS.c.body).where(
        ORDERS.c.store == store
    )
    orders = {row.id: row for row in await pick(connection, here, ORDERS.c.id, ids)}
    web = _Web()
    await web.read_orders(connection, store, list(orders), {row.number_key for row in orders.values()})
    await web.read_shipments(connection, store, list(orders))
    return {id_: web.rows(orders[id_]) for id_ in ids if id_ in orders}


@dataclass(slots=True)
class _Web:
    """The ShipStation rows around a chunk of orders, and how they hang together."""

    known: dict[int, ShipStationOrder] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    """Rows that the API no longer has; they still link."""
    parent_of: dict[int, int] = field(default_factory=dict)
    by_ref: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_number: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    by_line: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Combined ShipStation orders by the Shopify order of which they carry lines."""
    children: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    survivors: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    parcels: defaultdict[int, list[Shipment]] = field(default_factory=lambda: defaultdict(list))
    keyed: defaultdict[str, list[Shipment]] = field(default_factory=lambda: defaultdict(list))

    async def read_orders(
        self, connection: AsyncConnection, store: str, refs: list[str], numbers: set[str]
    ) -> None:
        """Read rows by key and number, then their split families and survivors until nothing is new."""
        here = select(ROWS.id, ROWS.order_ref, ROWS.number_key, ROWS.parent_id, ROWS.gone, ROWS.body)
        mine = here.where(ROWS.store == store)
        fresh = self._add(await pick(connection, mine, ROWS.order_ref, refs))
        fresh |= self._add(await pick(connection, mine, ROWS.number_key, numbers))
        for pair in await absorbed_orders(connection, store, ORDER_LINES.c.order_id, refs):
            self.by_line[pair.order_id].append(pair.survivor_id)
        absorbing = {id_ for ids in self.by_line.values() for id_ in ids}
        fresh |= self._add(await pick(connection, mine, ROWS.id, absorbing - self.known.keys()))
        merges = select(MERGES.c.merged_id, MERGES.c.survivor_id).where(MERGES.c.store == store)
        while fresh:
            parents = {self.parent_of[id_] for id_ in fresh if id_ in self.parent_of}
            family = self._add(await pick(connection, mine, ROWS.id, parents - self.known.keys()))
            family |= self._add(await pick(connection, mine, ROWS.parent_id, fresh | parents))
            pairs = await pick(connection, merges, MERGES.c.merged_id, fresh | family)
            for pair in pairs:
                self.survivors[pair.merged_id].append(pair.survivor_id)
            survivors = {pair.survivor_id for pair in pairs} - self.known.keys()
            fresh = family | self._add(await pick(connection, mine, ROWS.id, survivors))

    def _add(self, found: Iterable[Any]) -> set[int]:
        new = [row for row in found if row.id not in self.known]
        for row in new:
            self.known[row.id] = codec.SHIPSTATION_ORDER.load(row.body)
            if row.gone:
                self.gone.add(row.id)
            self.by_number[row.number_key].append(row.id)
            if row.order_ref is not None:
                self.by_ref[row.order_ref].append(row.id)
            if row.parent_id is not None:
                self.parent_of[row.id] = row.parent_id
                self.children[row.parent_id].append(row.id)
        return {row.id for row in new}

    async def read_shipments(self, connection: AsyncConnection, store: str, refs: list[str]) -> None:
        """Read the parcels of every row, and live ones that carry an order's key themselves."""
        mine = select(LABELS.kind, LABELS.id, LABELS.order_id, LABELS.order_ref, LABELS.live, LABELS.body)
        mine = mine.where(LABELS.store == store)
        for row in await pick(connection, mine, LABELS.order_id, list(self.known)):
            self._add_parcel(row)
        for row in await pick(connection, mine.where(LABELS.live), LABELS.order_ref, refs):
            if row.order_id not in self.known:
                self._add_parcel(row)

    def _add_parcel(self, row: Any) -> None:
        parcel = codec.SHIPMENT.load(row.body)
        self.parcels[row.order_id].append(parcel)
        if row.live and row.order_ref is not None:
            self.keyed[row.order_ref].append(parcel)

    def rows(self, order: Any) -> Rows:
        """Return what hangs together with one order (a row of the orders table)."""
        found = (self.by_ref, order.id), (self.by_number, order.number_key), (self.by_line, order.id)
        ids = self._reachable([id_ for index, key in found for id_ in index.get(key, ())])
        candidates = [self.known[id_] for id_ in sorted(ids) if self._shown(id_)]
        parcels = {(each.kind, each.id): each for each in self.keyed.get(order.id, ())}
        for row in candidates:
            parcels |= {(each.kind, each.id): each for each in self.parcels.get(row.id, ())}
        return Rows(
            codec.ORDER.load(order.body),
            tuple(candidates),
            tuple(sorted(parcels.values(), key=lambda each: (each.created_at, each.kind, each.id))),
            order.marks,
        )

    def _shown(self, id_: int) -> bool:
        """Whether a row counts: the API has it, or a survivor explains why it has not (domain.md, rule 6)."""
        return id_ in self.known and (id_ not in self.gone or id_ in self.survivors)

    def _reachable(self, ids: list[int]) -> set[int]:
        seen: set[int] = set()
        while ids:
            id_ = ids.pop()
            if id_ in seen:
                continue
            seen.add(id_)
            ids.extend(self.children.get(id_, ()))
            ids.extend(self.survivors.get(id_, ()))
            if (parent := self.parent_of.get(id_)) is not None:
                ids.extend([parent, *self.children.get(parent, ())])
        return seen
