"""Which stores are to be read now: each once an interval, by whichever process comes first."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.reconcile.lease import HELD, lease_name
from bot.reconcile.watched import WatchedStore
from storage.database import AsyncSession
from storage.runs import Leases, Runs

BEGUN = "run"
"""The cursor that says when the last run that came to its end was begun."""
COMPLETE = "complete run"
"""The cursor that says the same of the last complete one."""
_NEVER = datetime.min.replace(tzinfo=UTC)


async def due(
    session: AsyncSession,
    stores: Iterable[WatchedStore],
    every: timedelta,
    now: datetime,
    *,
    broken: bool = False,
) -> list[WatchedStore]:
    """Return the stores that nobody is reading and that nobody began to read within `every`, the longest waiting first.

    A run whose process died counts as not begun: its store is due as soon as the lease has ended. `broken`: incomplete
    ones count as not begun, too.
    """
    runs = Runs(session, now)
    begun = await runs.cursors(COMPLETE if broken else BEGUN)
    held = await Leases(session, now).live(HELD)
    waiting = {
        store.name: begun.get(store.name, _NEVER) for store in stores if lease_name(store.name) not in held
    }
    ripe = [store for store in stores if waiting.get(store.name, now) <= now - every]
    return sorted(ripe, key=lambda store: waiting[store.name])
