"""Which open gaps would leave the queue under other rules, judged from what was last read."""

from bot.gaps.rules import StoreRules
from bot.reconcile.judging import judge_orders
from bot.slack.desk import Desk
from storage.gap import Gap
from storage.queue import Queue


async def leaving(desk: Desk, before: StoreRules, after: StoreRules) -> list[Gap]:
    """Return the open gaps, oldest first, that the one rules find and the others do not."""
    async with desk.database.read() as session:
        gaps = await Queue(session, desk.clock.now()).list(store=before.name)
    ids = sorted({gap.order_id for gap in gaps if gap.order_id is not None})
    found, left = await _found(desk, before, ids), await _found(desk, after, ids)
    gone = found - left
    return [gap for gap in gaps if (gap.order_id, gap.kind) in gone]


async def _found(desk: Desk, rules: StoreRules, ids: list[str]) -> set[tuple[str, str]]:
    opinions = await judge_orders(desk.database, rules, ids, desk.clock.now())
    return {(each.order_id, found.kind) for each in opinions for found in each.findings}
