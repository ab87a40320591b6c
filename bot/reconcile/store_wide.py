"""What is wrong with the whole store: its facts from the mirror, and the judgement on them (domain.md I5, B11)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.gaps.dossier import Dossier
from bot.gaps.judge import judge_store
from bot.gaps.match import dossier
from bot.gaps.rules import NotifyPolicy, StoreRules
from bot.gaps.store_case import StoreFacts
from bot.gaps.windows import MAIL_STREAM
from bot.reconcile.judging import in_chunks
from storage.database import Database
from storage.facts import Shipment
from storage.findings import Finding
from storage.mirror import Mirror

UNTOLD_FOR = timedelta(days=7)
"""How far back parcels that were not told still show an outage; older ones are gaps of their own."""
SAMPLE = 5
"""Orders of a new trouble of the store that are read again before it is believed."""


async def judge_whole_store(database: Database, rules: StoreRules, now: datetime) -> tuple[Finding, ...]:
    """Judge the store as the mirror knows it, in a thread: a thousand orders may wait, and a click must not."""
    async with database.read() as session:
        facts = await _facts(Mirror(session, rules.name), rules, now)
    return await asyncio.to_thread(judge_store, facts, now)


def sample(found: Sequence[Finding]) -> set[str]:
    """Return some of the orders that these findings stand for, from both ends."""
    picked: set[str] = set()
    for each in found:
        picked |= {*each.folded[: SAMPLE - 2], *each.folded[-2:]}
    return picked


async def _facts(mirror: Mirror, rules: StoreRules, now: datetime) -> StoreFacts:
    stores, newest = await mirror.stores(), await mirror.newest_imported()

    async def dossiers(ids: Sequence[str]) -> tuple[Dossier, ...]:
        found: list[Dossier] = []
        for chunk in in_chunks(ids):
            loaded = (await mirror.load(chunk)).values()
            found += [dossier(rules, row.order, row.candidates, row.shipments, stores) for row in loaded]
            await asyncio.sleep(0)
        return tuple(found)

    due = now - _delay(rules.notify) - rules.windows.notify_outage
    untold = await dossiers(sorted(await mirror.orders_untold(now - UNTOLD_FOR - _delay(rules.notify), due)))
    parcels = [parcel for each in untold for parcel in each.live if parcel.telling is not None]
    return StoreFacts(
        rules=rules,
        read_at=now,
        stores=stores,
        newest_imported=newest,
        younger=await dossiers(await mirror.younger_than(newest)),
        untold=untold,
        told=await _told(mirror, parcels),
    )


def _delay(policy: NotifyPolicy) -> timedelta:
    """Return how long every notification waits by the store's setting."""
    if policy.mode == "mail_stream":
        return MAIL_STREAM
    return timedelta(hours=policy.hours) if policy.mode == "hours" else timedelta(0)


async def _told(mirror: Mirror, parcels: Sequence[Shipment]) -> tuple[datetime, ...]:
    if not parcels:
        return ()
    made = sorted(parcel.created_at for parcel in parcels)
    return tuple(await mirror.told_between(made[0], made[-1]))
