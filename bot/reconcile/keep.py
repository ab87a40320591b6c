"""Into the mirror with what was read, and detailed reads where a list entry is not enough.

What changed is marked as due in the transaction that stores it: a process that dies before judging loses nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from bot.gaps.judge import wants_detail
from bot.reconcile.confirm import ROWS_WORTH_PAGING, SecondLook, look_again
from bot.reconcile.judging import Opinion
from bot.reconcile.read import Reading
from bot.reconcile.watched import WatchedStore
from storage.facts import Order
from storage.mirror import Mirror, Rows


async def keep_reading(store: WatchedStore, reading: Reading, now: datetime) -> None:
    """Store a run's reading; complete it with what needs a detailed read. Raises SourceError."""
    async with store.database.write() as session:
        mirror = Mirror(session, store.name)
        await mirror.save_stores(reading.stores)
        touched = await mirror.save_orders(reading.orders)
        touched |= await mirror.save_shipstation_orders(reading.shipstation_orders)
        touched |= await mirror.save_shipments(reading.shipments)
        await mirror.mark_due(touched, now)
        strangers = await mirror.unknown_orders()
    await _read_strangers(store, strangers, now)
    await _read_details(store, [order.id for order in reading.orders if wants_detail(order)], now)


async def read_again(store: WatchedStore, ids: Sequence[str], now: datetime) -> set[str]:
    """Read these orders again on both sides, into the mirror; return those that Shopify still shows. Raises SourceError."""
    async with store.database.read() as session:
        mirror = Mirror(session, store.name)
        rows: list[Rows] = list((await mirror.load(ids)).values())
        oldest = min((row.order.created_at for row in rows), default=now)
        known = await mirror.count_since("shipstation_orders", oldest, at_most=len(rows) * ROWS_WORTH_PAGING)
    look = await look_again(store.sources, rows, known)
    await _keep_second_look(store, look, now)
    return set(look.orders) & set(ids)


async def note_imported(store: WatchedStore, opinions: Iterable[Opinion]) -> None:
    """Note what ShipStation has before anything is concluded from what it has not."""
    async with store.database.write() as session:
        imported = {opinion.order_id for opinion in opinions if opinion.imported}
        await Mirror(session, store.name).note_imported(imported)


async def _keep_second_look(store: WatchedStore, look: SecondLook, now: datetime) -> None:
    """Store what a second look brought; the orders it touched are due for judging."""
    async with store.database.write() as session:
        mirror = Mirror(session, store.name)
        touched = await mirror.save_orders(list(look.orders.values()))
        touched |= await mirror.save_shipstation_orders(look.shipstation_orders)
        touched |= await mirror.save_shipments(look.shipments)
        touched |= await mirror.forget_shipstation_orders(look.vanished)
        await mirror.mark_due(touched, now)


async def _read_strangers(store: WatchedStore, ids: Sequence[str], now: datetime) -> None:
    """Read Shopify orders that only ShipStation has spoken of: a label today on an order of last month."""
    if ids:
        orders = await store.sources.shopify.orders(ids)
        await _keep_orders(store, list(orders.values()), absent=set(ids) - set(orders), now=now)


async def _read_details(store: WatchedStore, ids: Sequence[str], now: datetime) -> None:
    """Read in detail what the mirror does not yet know in detail as of its last change."""
    async with store.database.read() as session:
        known = await Mirror(session, store.name).load(ids)
    missing = [order_id for order_id in ids if order_id in known and known[order_id].order.detail is None]
    if missing:
        orders = await store.sources.shopify.orders(missing)
        await _keep_orders(store, list(orders.values()), absent=set(), now=now)


async def _keep_orders(
    store: WatchedStore, orders: Sequence[Order], *, absent: Collection[str], now: datetime
) -> None:
    async with store.database.write() as session:
        mirror = Mirror(session, store.name)
        await mirror.mark_due(await mirror.save_orders(orders), now)
        await mirror.remember_absent(sorted(absent), now)
