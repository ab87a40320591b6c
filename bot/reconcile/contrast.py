"""Something to compare absent orders with: some imported ones, read in detail (domain.md I1).

A list entry tells neither products nor location nor shipping method. Most imported orders are done and were never
read in detail, so where several orders are absent, a few imported ones of that time are.
"""

from collections.abc import Sequence

from bot.gaps.kinds.imports import MISSING
from bot.gaps.traits import ENOUGH
from bot.reconcile.judging import COMPANY_WITHIN, Opinion
from bot.reconcile.watched import WatchedStore
from storage.mirror import Mirror

SAMPLE = 20
"""Imported orders that are enough to compare with: one or two requests, once."""


async def read_contrast(store: WatchedStore, opinions: Sequence[Opinion]) -> None:
    """Read some imported orders in detail where several are absent and too few are known. Raises SourceError."""
    absent = [each for each in opinions if any(found.kind == MISSING.code for found in each.findings)]
    if len(absent) < ENOUGH:
        return
    middle = sorted(each.created_at for each in absent)[len(absent) // 2]
    async with store.database.read() as session:
        mirror = Mirror(session, store.name)
        imported = await mirror.orders_of(middle - COMPANY_WITHIN, middle + COMPANY_WITHIN, imported=True)
    plain = [order.id for order in imported if order.detail is None]
    wanted = plain[: max(SAMPLE - (len(imported) - len(plain)), 0)]
    if wanted:
        orders = await store.sources.shopify.orders(wanted)
        async with store.database.write() as session:
            await Mirror(session, store.name).save_orders(list(orders.values()))
