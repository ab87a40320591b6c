"""One gap or one order number, read directly on both sides because a person asked."""

from datetime import datetime

from bot.errors import SourceError
from bot.reconcile.judging import judge_with_peers
from bot.reconcile.keep import note_imported, read_again
from bot.reconcile.report import Recheck
from bot.reconcile.store_wide import judge_whole_store
from bot.reconcile.watched import WHILE_A_PERSON_WAITS, WatchedStore
from bot.sources.retries import retries_within
from storage.gap import STORE_SUBJECT
from storage.mirror import Mirror
from storage.queue import Gap, Judged, Queue

MOST_ORDERS = 100
"""Orders of a trouble of the whole store that are read again while a person waits, the newest ones."""


async def recheck(store: WatchedStore, gap_id: str) -> Recheck:
    """Ask both systems whether this gap is still there.

    What is still wrong goes into the queue at once. What is gone is not resolved here: that is the caller's
    decision, which also knows who asked (design decision 7).
    """
    store, now = await store.up_to_date(), store.clock.now()
    async with store.database.read() as session:
        gap = await Queue(session, now).get(gap_id)
    if gap is None:
        return Recheck(gap, still_there=None, error="It is not in the queue any more.")
    try:
        with retries_within(WHILE_A_PERSON_WAITS):
            if gap.subject == STORE_SUBJECT:
                return await _recheck_store(store, gap, now)
            seen = await read_again(store, [str(gap.order_id)], now)
    except SourceError as failure:
        return Recheck(gap, still_there=None, error=str(failure))
    if not seen:
        return Recheck(gap, still_there=None, error="Shopify does not show this order to the bot any more.")
    return await _judge_again(store, gap)


async def reread(store: WatchedStore, number: str) -> tuple[str, ...]:
    """Read every order of that number on both sides into the mirror; return their Shopify ids. Raises SourceError."""
    now = store.clock.now()
    named = await store.sources.shopify.orders_named(number)
    async with store.database.write() as session:
        mirror = Mirror(session, store.name)
        await mirror.mark_due(await mirror.save_orders(named), now)
    for order in named:
        await read_again(store, [order.id], now)
    return tuple(order.id for order in named)


async def _judge_again(store: WatchedStore, gap: Gap) -> Recheck:
    now = store.clock.now()
    [opinion] = await judge_with_peers(store.database, store.rules, [str(gap.order_id)], now)
    still = next((finding for finding in opinion.findings if finding.kind == gap.finding.kind), None)
    if still is None:
        return Recheck(gap, still_there=False, evidence=opinion.evidence)
    async with store.database.write() as session:
        queue = Queue(session, now)
        await queue.apply(store.name, [opinion.judged()])
        await Mirror(session, store.name).settle({opinion.order_id: opinion.settled()})
        return Recheck(await queue.get(gap.id), still_there=True, evidence=still.evidence)


async def _recheck_store(store: WatchedStore, gap: Gap, now: datetime) -> Recheck:
    """Read the stores and the orders that the gap stands for, and judge the whole store anew. Raises SourceError."""
    stores = await store.sources.shipstation.stores(marketplaces=False)
    seen = await read_again(store, gap.finding.folded[-MOST_ORDERS:], now)
    opinions = await judge_with_peers(store.database, store.rules, sorted(seen), now)
    await note_imported(store, opinions)
    async with store.database.write() as session:
        await Mirror(session, store.name).save_stores(stores)
    found = await judge_whole_store(store.database, store.rules, now)
    still = next((finding for finding in found if finding.kind == gap.kind), None)
    if still is None:
        return Recheck(gap, still_there=False)
    async with store.database.write() as session:
        queue = Queue(session, now)
        await queue.apply(store.name, [Judged(STORE_SUBJECT, None, None, found)])
        return Recheck(await queue.get(gap.id), still_there=True, evidence=still.evidence)
