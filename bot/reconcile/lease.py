"""One run at a time on a store, over all processes: a lease that is renewed while the run lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import at_least_on_the_wall
from bot.errors import LeaseLost
from bot.reconcile.watched import WatchedStore
from storage.database import AsyncSession
from storage.runs import Leases

LEASE = 60.0
"""Seconds that a dead process blocks its store for."""
HELD = "reconcile:"
"""What the names of these leases begin with."""
ASK_AGAIN = 1.0
"""Seconds on the wall between two looks at a lease that another process holds."""


@asynccontextmanager
async def holding(store: WatchedStore, patience: float) -> AsyncIterator[int | None]:
    """Hold the store's lease and yield its fencing token; None: another process kept it for `patience` seconds."""
    until = monotonic() + patience
    while (fence := await _take(store)) is None and monotonic() < until:  # noqa: ASYNC110  # no event of ours would tell
        await asyncio.sleep(ASK_AGAIN)
    if fence is None:
        yield None
        return
    renewing = asyncio.create_task(_renew(store))
    try:
        yield fence
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        async with store.database.write() as session:
            await Leases(session, store.clock.now()).release(lease_name(store.name), store.holder)


async def assert_held(session: AsyncSession, store: WatchedStore, fence: int) -> None:
    """Raise LeaseLost, inside the transaction that concludes, if another process has taken the store over."""
    ttl = at_least_on_the_wall(store.clock, LEASE)
    again = await Leases(session, store.clock.now()).take(lease_name(store.name), store.holder, ttl)
    # A lease of ours that ran out and that nobody wanted comes back with the next token; a later one was another's.
    if again is None or again > fence + 1:
        raise LeaseLost(
            f"Another process has taken over {store.name} while this run was slow.",
            why="Both would conclude from what they read.",
            todo="Nothing was opened or resolved here; the other process does it.",
        )


def lease_name(store: str) -> str:
    """Return the name of a store's lease."""
    return f"{HELD}{store}"


async def _take(store: WatchedStore) -> int | None:
    async with store.database.write() as session:
        ttl = at_least_on_the_wall(store.clock, LEASE)
        return await Leases(session, store.clock.now()).take(lease_name(store.name), store.holder, ttl)


async def _renew(store: WatchedStore) -> None:
    """Keep the lease. One that is lost all the same is noticed where the run concludes."""
    while True:
        await asyncio.sleep(LEASE / 3)
        with suppress(SQLAlchemyError):
            await _take(store)
