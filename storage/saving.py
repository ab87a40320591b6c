"""Writing facts into the mirror in bulk, and telling which of them really changed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import codec
from storage.facts import Fulfillment, Order, Shipment, ShipStationOrder, ShipStationStore
from storage.keys import is_whole, number_column, order_ref
from storage.kinship import orders_concerned
from storage.statements import chunks, insert, insert_missing, pick, upsert
from storage.tables import (
    MERGED_LINES,
    MERGES,
    ORDER_LINES,
    ORDERS,
    SHIPMENTS,
    SHIPSTATION_ORDERS,
    STORES,
    STRAYS,
)

# ---------------------------------------------------------------- Shopify orders


async def save_orders(connection: AsyncConnection, store: str, orders: Iterable[Order]) -> set[str]:
    """Keep the orders; return the ids of those that are new or say something new."""
    changed: set[str] = set()
    newest: dict[str, Order] = {}
    for order in sorted(orders, key=_said_last):
        newest[order.id] = order
    for chunk in chunks(sorted(newest.values(), key=lambda order: order.id)):
        changed |= await _save_orders(connection, store, chunk)
    return changed


def _said_last(order: Order) -> tuple[Any, ...]:
    return order.updated_at, order.detail is not None, order.read_at


async def _save_orders(connection: AsyncConnection, store: str, orders: list[Order]) -> set[str]:
    here = select(ORDERS.c.id, ORDERS.c.updated_at, ORDERS.c.digest, ORDERS.c.body)
    mine = here.where(ORDERS.c.store == store)
    known = {row.id: row for row in await pick(connection, mine, ORDERS.c.id, [each.id for each in orders])}
    rows, changed = [], set()
    for order in orders:
        before = known.get(order.id)
        if before is not None and order.updated_at < before.updated_at:
            continue
        row = _order_row(store, _with_known_detail(order, before))
        rows.append(row)
        if before is None or before.digest != row["digest"]:
            changed.add(order.id)
    await _write_orders(connection, rows)
    await _save_lines(connection, store, [order for order in orders if order.id in changed])
    await _no_longer_stray(connection, store, changed - known.keys())
    return changed


def _with_known_detail(order: Order, before: Any) -> Order:
    """Complete a list entry with the detail that was read when the order was last updated."""
    if order.detail is not None or before is None or order.updated_at != before.updated_at:
        return order
    known = codec.ORDER.load(before.body)
    before_that = {each.id: each for each in known.fulfillments}
    return replace(
        order,
        detail=known.detail,
        total=order.total or known.total,
        currency=order.currency or known.currency,
        fulfillments=tuple(_completed(each, before_that.get(each.id)) for each in order.fulfillments),
    )


def _completed(fulfillment: Fulfillment, known: Fulfillment | None) -> Fulfillment:
    """Complete a fulfilment of a list entry with what only a detailed read tells."""
    if known is None or fulfillment.lines is not None:
        return fulfillment
    return replace(fulfillment, lines=known.lines, service=known.service)


def _order_row(store: str, order: Order) -> dict[str, Any]:
    return {
        "store": store,
        "id": order.id,
        "number_key": number_column(order.name),
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "digest": codec.ORDER.digest(order),
        "body": codec.ORDER.dump(order),
        "imported": False,
    }


async def _write_orders(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Upsert, guarded against a newer row that another process wrote in between."""
    if not rows:
        return
    statement = insert(connection, ORDERS)
    values = {name: statement.excluded[name] for name in rows[0] if name not in {"store", "id", "imported"}}
    guarded = statement.on_conflict_do_update(
        index_elements=["store", "id"],
        set_=values,
        where=ORDERS.c.updated_at <= statement.excluded.updated_at,
    )
    await connection.execute(guarded, rows)


async def _save_lines(connection: AsyncConnection, store: str, orders: Iterable[Order]) -> None:
    """Keep which lines an order has, where they were read: an order absorbed unseen is found by them."""
    rows = [
        {"store": store, "line_id": line.id, "order_id": order.id}
        for order in orders
        if order.detail is not None
        for line in order.detail.lines
    ]
    for chunk in chunks(rows):
        await insert_missing(connection, ORDER_LINES, chunk)


async def _no_longer_stray(connection: AsyncConnection, store: str, ids: set[str]) -> None:
    for chunk in chunks(sorted(ids)):
        await connection.execute(delete(STRAYS).where(STRAYS.c.store == store, STRAYS.c.order_id.in_(chunk)))


# ---------------------------------------------------------------- ShipStation orders


async def save_shipstation_orders(
    connection: AsyncConnection, store: str, orders: Iterable[ShipStationOrder]
) -> set[str]:
    """Keep the rows; return the mirrored Shopify orders that those which changed concern."""
    table = SHIPSTATION_ORDERS.c
    columns = (table.id, table.order_ref, table.number_key, table.gone, table.digest)
    here = select(*columns).where(table.store == store)
    changed: list[ShipStationOrder] = []
    past: list[Any] = []
    for chunk in chunks(_latest(orders)):
        known = {row.id: row for row in await pick(connection, here, table.id, [each.id for each in chunk])}
        rows = {each.id: _shipstation_row(store, each) for each in chunk}
        await upsert(connection, SHIPSTATION_ORDERS, list(rows.values()))
        new = [each for each in chunk if _differs(rows[each.id], known.get(each.id))]
        await _save_merges(connection, store, new, known)
        changed.extend(new)
        past.extend(known[each.id] for each in new if each.id in known)
    ids = {each.id for each in changed}
    await _note_strays(connection, store, ids)
    return await orders_concerned(
        connection,
        store,
        ids | {merged for each in changed for merged in each.merged_ids},
        refs=[row.order_ref for row in past],
        numbers=[row.number_key for row in past],
    )


def _latest(orders: Iterable[ShipStationOrder]) -> list[ShipStationOrder]:
    newest = {each.id: each for each in sorted(orders, key=lambda each: each.read_at)}
    return [newest[key] for key in sorted(newest)]


def _differs(row: dict[str, Any], before: Any) -> bool:
    return before is None or before.gone or before.digest != row["digest"]


def _shipstation_row(store: str, order: ShipStationOrder) -> dict[str, Any]:
    return {
        "store": store,
        "id": order.id,
        "order_ref": order_ref(order.key),
        "whole_ref": is_whole(order.key),
        "number_key": number_column(order.number),
        "parent_id": order.parent_id,
        "created_at": order.created_at,
        "modified_at": order.modified_at,
        "gone": False,
        "digest": codec.SHIPSTATION_ORDER.digest(order),
        "body": codec.SHIPSTATION_ORDER.dump(order),
    }


async def _save_merges(
    connection: AsyncConnection, store: str, orders: list[ShipStationOrder], known: dict[int, Any]
) -> None:
    for chunk in chunks(each.id for each in orders if each.id in known):
        for table in (MERGES, MERGED_LINES):
            await connection.execute(
                delete(table).where(table.c.store == store, table.c.survivor_id.in_(chunk))
            )
    merges = [
        {"store": store, "merged_id": merged, "survivor_id": each.id}
        for each in orders
        for merged in sorted(set(each.merged_ids))
    ]
    await insert_missing(connection, MERGES, merges)
    await _save_merged_lines(connection, store, [each for each in orders if each.merged_ids])


async def _save_merged_lines(
    connection: AsyncConnection, store: str, survivors: Iterable[ShipStationOrder]
) -> None:
    """Keep which lines a combined order carries, those of the orders that it absorbed among them."""
    rows = [
        {"store": store, "line_id": key, "survivor_id": each.id}
        for each in survivors
        for key in sorted({item.line_key for item in each.items if item.line_key and is_whole(item.line_key)})
    ]
    for chunk in chunks(rows):
        await insert_missing(connection, MERGED_LINES, chunk)


async def forget_shipstation_orders(connection: AsyncConnection, store: str, ids: Sequence[int]) -> set[str]:
    """Mark rows that the API no longer has; return the Shopify orders they were."""
    for chunk in chunks(sorted(set(ids))):
        table = SHIPSTATION_ORDERS.c
        await connection.execute(
            update(SHIPSTATION_ORDERS).where(table.store == store, table.id.in_(chunk)).values(gone=True)
        )
    return await orders_concerned(connection, store, set(ids))


# ---------------------------------------------------------------- shipments and stores


async def save_shipments(connection: AsyncConnection, store: str, shipments: Iterable[Shipment]) -> set[str]:
    """Keep labels and marks; return the mirrored Shopify orders that those which changed concern."""
    newest = {(each.kind, each.id): each for each in sorted(shipments, key=lambda each: each.read_at)}
    changed: list[Shipment] = []
    for chunk in chunks(newest[key] for key in sorted(newest)):
        changed.extend(await _save_shipments(connection, store, chunk))
    ids = {each.order_id for each in changed}
    await _note_strays(connection, store, ids)
    return await orders_concerned(
        connection, store, ids, refs=[order_ref(each.order_key) for each in changed]
    )


async def _save_shipments(
    connection: AsyncConnection, store: str, shipments: list[Shipment]
) -> list[Shipment]:
    table = SHIPMENTS.c
    known: dict[tuple[str, int], Any] = {}
    for kind in {each.kind for each in shipments}:
        here = select(table.kind, table.id, table.digest, table.body)
        mine = here.where(table.store == store, table.kind == kind)
        ids = [each.id for each in shipments if each.kind == kind]
        known |= {(row.kind, row.id): row for row in await pick(connection, mine, table.id, ids)}
    whole = [_with_known_items(each, known.get((each.kind, each.id))) for each in shipments]
    rows = [_shipment_row(store, each) for each in whole]
    await upsert(connection, SHIPMENTS, rows)
    before = [known.get((each.kind, each.id)) for each in whole]
    return [
        each
        for each, row, past in zip(whole, rows, before, strict=True)
        if past is None or past.digest != row["digest"]
    ]


def _with_known_items(shipment: Shipment, before: Any) -> Shipment:
    if shipment.items is not None or before is None:
        return shipment
    return replace(shipment, items=codec.SHIPMENT.load(before.body).items)


def _shipment_row(store: str, shipment: Shipment) -> dict[str, Any]:
    return {
        "store": store,
        "kind": shipment.kind,
        "id": shipment.id,
        "order_id": shipment.order_id,
        "order_ref": order_ref(shipment.order_key),
        "whole_ref": is_whole(shipment.order_key),
        "created_at": shipment.created_at,
        "live": shipment.live,
        "telling": shipment.telling,
        "digest": codec.SHIPMENT.digest(shipment),
        "body": codec.SHIPMENT.dump(shipment),
    }


async def _note_strays(connection: AsyncConnection, store: str, order_ids: set[int]) -> None:
    """Remember order ids that live parcels of these ShipStation orders carry and the mirror lacks."""
    label, order = SHIPMENTS.c, SHIPSTATION_ORDERS.c
    live = select(label.order_id, label.order_ref, label.whole_ref).where(label.store == store, label.live)
    parcels = await pick(connection, live, label.order_id, order_ids)
    shipped = {row.order_id for row in parcels}
    keyed = select(order.order_ref).where(order.store == store, order.whole_ref)
    owners = await pick(connection, keyed, order.id, shipped)
    refs = {row.order_ref for row in parcels if row.whole_ref} | {row.order_ref for row in owners}
    here = select(ORDERS.c.id).where(ORDERS.c.store == store)
    mirrored = {row.id for row in await pick(connection, here, ORDERS.c.id, refs)}
    rows = [{"store": store, "order_id": ref} for ref in sorted(refs - mirrored)]
    await insert_missing(connection, STRAYS, rows)


async def save_stores(connection: AsyncConnection, store: str, stores: Sequence[ShipStationStore]) -> None:
    """Keep the sales-channel connections; what a light read leaves out stays known."""
    here = select(STORES.c.id, STORES.c.body).where(STORES.c.store == store)
    found = await pick(connection, here, STORES.c.id, [each.id for each in stores])
    known = {row.id: codec.STORE.load(row.body) for row in found}
    rows = [
        {"store": store, "id": each.id, "body": codec.STORE.dump(_with_known_confirm(each, known))}
        for each in sorted(stores, key=lambda each: each.id)
    ]
    await upsert(connection, STORES, rows)


def _with_known_confirm(store: ShipStationStore, known: dict[int, ShipStationStore]) -> ShipStationStore:
    if store.can_confirm is not None or store.id not in known:
        return store
    return replace(store, can_confirm=known[store.id].can_confirm)
