"""One gap or one order number, read directly on both sides because a person asked."""

from bot.errors import SourceError
from bot.reconcile.confirm import look_again
from bot.reconcile.judging import judge_with_peers
from bot.reconcile.keep import keep_second_look
from bot.reconcile.report import Recheck
from bot.reconcile.watched import WatchedStore
from storage.mirror import Mirror, Rows, Settled
from storage.queue import Gap, Judged, Queue


async def recheck(store: WatchedStore, gap_id: str) -> Recheck:
    """Ask both systems whether this gap is still there.

    What is still wrong goes into the queue at once. What is gone is not resolved here: that is the caller's
    decision, which also knows who asked (design decision 7).
    """
    now = store.clock.now()
    async with store.database.read() as session:
        gap = await Queue(session, now).get(gap_id)
    if gap is None or gap.order_id is None:
        return Recheck(
            gap, still_there=None, error="It does not belong to one order, so it cannot be asked for."
        )
    try:
        seen = await _read_again(store, gap.order_id)
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
        await _read_again(store, order.id)
    return tuple(order.id for order in named)


async def _read_again(store: WatchedStore, order_id: str) -> bool:
    """Read one order on both sides; return whether Shopify shows it."""
    async with store.database.read() as session:
        rows: list[Rows] = list((await Mirror(session, store.name).load([order_id])).values())
    look = await look_again(store.sources, rows, known_since=0)
    await keep_second_look(store, look, store.clock.now())
    return order_id in look.orders


async def _judge_again(store: WatchedStore, gap: Gap) -> Recheck:
    now = store.clock.now()
    [opinion] = await judge_with_peers(store.database, store.rules, [str(gap.order_id)], now, newest=None)
    still = next((finding for finding in opinion.findings if finding.kind == gap.finding.kind), None)
    if still is None:
        return Recheck(gap, still_there=False, evidence=opinion.evidence)
    async with store.database.write() as session:
        queue = Queue(session, now)
        await queue.apply(store.name, [Judged(gap.subject, gap.order_id, gap.order, opinion.findings)])
        await Mirror(session, store.name).settle(
            {opinion.order_id: Settled(opinion.look_again_at, opinion.imported)}
        )
        return Recheck(await queue.get(gap.id), still_there=True, evidence=still.evidence)
