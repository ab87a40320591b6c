"""Which Shopify orders a change in ShipStation concerns: by key, number, split family and combines."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.statements import pick
from storage.tables import MERGED_LINES, MERGES, ORDER_LINES, ORDERS, SHIPSTATION_ORDERS

ROWS = SHIPSTATION_ORDERS.c


async def orders_concerned(
    connection: AsyncConnection,
    store: str,
    ids: Collection[int],
    *,
    refs: Iterable[str | None] = (),
    numbers: Iterable[str] = (),
) -> set[str]:
    """Return the mirrored Shopify orders behind ShipStation rows, and behind keys and numbers they had."""
    kin = await _family(connection, store, set(ids))
    keys = {ref for ref in (*refs, *(row.order_ref for row in kin)) if ref is not None}
    names = {*numbers, *(row.number_key for row in kin)}
    here = select(ORDERS.c.id).where(ORDERS.c.store == store)
    by_key = await pick(connection, here, ORDERS.c.id, keys)
    by_number = await pick(connection, here, ORDERS.c.number_key, names)
    by_line = await absorbed_orders(connection, store, MERGED_LINES.c.survivor_id, {row.id for row in kin})
    return {row.id for row in (*by_key, *by_number)} | {row.order_id for row in by_line}


async def absorbed_orders(
    connection: AsyncConnection, store: str, column: Any, values: Collection[Any]
) -> list[Any]:
    """Return pairs of a Shopify order and the combined ShipStation order that carries lines of it (rule 6)."""
    pairs = (
        select(ORDER_LINES.c.order_id, MERGED_LINES.c.survivor_id)
        .distinct()
        .where(
            ORDER_LINES.c.store == store,
            MERGED_LINES.c.store == store,
            ORDER_LINES.c.line_id == MERGED_LINES.c.line_id,
        )
    )
    return await pick(connection, pairs, column, values)


async def _family(connection: AsyncConnection, store: str, ids: set[int]) -> list[Any]:
    """Return the rows, their split siblings, and the orders that were combined into any of them."""
    seen: dict[int, Any] = {}
    while ids := ids - seen.keys():
        found = await _siblings(connection, store, ids)
        seen |= {id_: found.get(id_) for id_ in ids}
        ids = found.keys() | await absorbed_into(connection, store, ids)
    return [row for row in seen.values() if row is not None]


async def _siblings(connection: AsyncConnection, store: str, ids: set[int]) -> dict[int, Any]:
    kin = select(ROWS.id, ROWS.order_ref, ROWS.number_key, ROWS.parent_id).where(ROWS.store == store)
    rows = {row.id: row for row in await pick(connection, kin, ROWS.id, ids)}
    parents = {row.parent_id for row in rows.values() if row.parent_id is not None}
    rows |= {row.id: row for row in await pick(connection, kin, ROWS.id, parents - rows.keys())}
    rows |= {row.id: row for row in await pick(connection, kin, ROWS.parent_id, ids | parents)}
    return rows


async def absorbed_into(connection: AsyncConnection, store: str, survivors: Collection[int]) -> set[int]:
    """Return the ids of the orders that were combined into `survivors`."""
    merged = select(MERGES.c.merged_id).where(MERGES.c.store == store)
    return {row.merged_id for row in await pick(connection, merged, MERGES.c.survivor_id, survivors)}
