"""What runs when. Any number of workers may run this schedule: the stores are shared out by what is due and by leases."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from time import monotonic

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.heartbeat import EVERY as BEAT_EVERY
from bot.reconcile import WatchedStore, due, run

Heartbeat = Callable[[], Awaitable[object]]

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.5
"""Seconds on the wall between two looks at what is due, and between two beats at the least."""
RUNS_AT_ONCE = 10
"""Stores that one process reads at the same time: as many as it may have connections to the database."""
WAITING_AT_ONCE = 2 * RUNS_AT_ONCE
"""Stores that it has in its hands, those that wait for their turn included: what more is due is for whoever is free."""
OTHER_WORKERS = 4
"""Among how many times as many it chooses, so that several that look at once seldom choose the same."""
REST = 30.0
"""Seconds on the wall for which a store is left alone here after its run broke off, or everything when the database is away."""
RUNS_END_WITHIN = 3.0
"""Seconds that a run in progress has to end when the process is asked to stop; then it is broken off."""


@dataclass(frozen=True, slots=True)
class Chore:
    """Something small that is done again and again beside the runs, by every process that has the schedule."""

    name: str
    every: float
    """Seconds of the clock between two times."""
    work: Callable[[], Awaitable[object]]


class Schedule:
    """Reconciles every store once an interval until it is stopped; beats beside that, where somebody listens."""

    def __init__(
        self,
        stores: Sequence[WatchedStore],
        *,
        every: timedelta,
        clock: Clock,
        heartbeat: Heartbeat | None = None,
        chores: Sequence[Chore] = (),
    ) -> None:
        self.stores = tuple(stores)
        self._every = every
        self._clock = clock
        self._heartbeat = heartbeat
        self._chores = tuple(chores)
        self._beat_seconds = max(LOOK_EVERY, clock.wall_seconds(BEAT_EVERY.total_seconds()))
        self._runs: dict[str, asyncio.Task[None]] = {}
        """The stores that are being read here, or wait for their turn."""
        self._turns = asyncio.Semaphore(RUNS_AT_ONCE)
        self._rests: dict[str, float] = {}
        """Until when a store, or under "" the schedule itself, is left alone; seconds of `monotonic`."""
        self._jobs: set[asyncio.Task[None]] = set()
        self._first_look = True
        self._stopping = False
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then let the runs in progress end, or break them off."""
        self._add("look", self._look, LOOK_EVERY, timedelta(0))
        if self._heartbeat is not None:
            self._add("heartbeat", self._beat, self._beat_seconds, timedelta(seconds=self._beat_seconds))
        for chore in self._chores:
            seconds = max(LOOK_EVERY, self._clock.wall_seconds(chore.every))
            self._add(chore.name, partial(_do, chore), seconds, timedelta(seconds=seconds))
        self._scheduler.start()
        try:
            await stop.wait()
        finally:
            await self._finish()

    def _add(self, name: str, work: Callable[[], Awaitable[None]], seconds: float, first: timedelta) -> None:
        """Have APScheduler do it every so often, in a task of our own: what it sees of it always ends well."""

        async def apart() -> None:
            one = asyncio.ensure_future(work())
            self._jobs.add(one)
            one.add_done_callback(self._jobs.discard)
            await asyncio.wait([one])

        self._scheduler.add_job(
            apart, IntervalTrigger(seconds=seconds), id=name, next_run_time=datetime.now(UTC) + first
        )

    async def _finish(self) -> None:
        self._stopping = True
        self._scheduler.pause()
        at_work = {*self._runs.values(), *self._jobs}
        if at_work:
            _, late = await asyncio.wait(at_work, timeout=RUNS_END_WITHIN)
            for one in late:
                one.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)

    # ---------------------------------------------------------------- the stores

    async def _look(self) -> None:
        """Begin to read what is due. Never raises: the next look must come.

        The first look includes what was read incompletely a moment ago: whoever starts anew may have mended the cause.
        """
        if self._resting("") or self._stopping:
            return
        try:
            ripe = await self._due()
            broken = await self._due(broken=True) if self._first_look else []
            for store in self._mine(ripe):
                self._begin(store, self._every)
            told = {store.name for store in ripe}
            for store in (store for store in broken if store.name not in told):
                self._begin(store, timedelta(0))
            self._first_look = False
        except SQLAlchemyError as error:
            self._rest("")
            log.error("nothing is read: the database does not answer", error=_reason(error))  # noqa: TRY400  # its traceback says nothing about us
        except Exception:  # a fault of ours in one look must not end the schedule; the log has its traceback
            self._rest("")
            log.exception("the look at what is due broke off")

    def _mine(self, due: Sequence[WatchedStore]) -> Sequence[WatchedStore]:
        """Choose as many as are soon begun here, of those that wait longest; every worker prefers others among these."""
        room = max(0, WAITING_AT_ONCE - len(self._runs))
        longest = due[: room * OTHER_WORKERS]
        chosen = sorted(longest, key=lambda store: blake2b(f"{store.holder} {store.name}".encode()).digest())[
            :room
        ]
        return sorted(chosen, key=longest.index)

    def _begin(self, store: WatchedStore, unless_within: timedelta) -> None:
        self._runs[store.name] = one = asyncio.create_task(self._in_turn(store, unless_within))
        one.add_done_callback(lambda _: self._runs.pop(store.name, None))

    async def _due(self, *, broken: bool = False) -> list[WatchedStore]:
        free = [
            store for store in self.stores if store.name not in self._runs and not self._resting(store.name)
        ]
        if not free:
            return []
        async with free[0].database.read() as session:
            return await due(session, free, self._every, self._clock.now(), broken=broken)

    async def _in_turn(self, store: WatchedStore, unless_within: timedelta) -> None:
        async with self._turns:
            if self._stopping:
                return
            if not await reconcile(store, unless_within):
                self._rest(store.name)

    def _resting(self, name: str) -> bool:
        return monotonic() < self._rests.get(name, 0.0)

    def _rest(self, name: str) -> None:
        self._rests[name] = monotonic() + REST

    # ---------------------------------------------------------------- the heartbeat

    async def _beat(self) -> None:
        """Beat once. Never raises: the next beat must come."""
        assert self._heartbeat is not None
        try:
            await self._heartbeat()
        except Exception:  # a fault of ours in one beat must not end the schedule; the log has its traceback
            log.exception("the heartbeat broke off")


async def _do(chore: Chore) -> None:
    """Do it once. Never raises: the next time must come."""
    try:
        await chore.work()
    except SQLAlchemyError as error:
        log.error("not done: the database does not answer", chore=chore.name, error=_reason(error))  # noqa: TRY400  # its traceback says nothing about us
    except Exception:  # a fault of ours in one round must not end the schedule; the log has its traceback
        log.exception("a chore broke off", chore=chore.name)


async def reconcile(store: WatchedStore, unless_within: timedelta) -> bool:
    """Run once, unless another process has begun to within that time, and say in the log what came of it.

    Return whether it came to its end, complete or not. Never raises: the next run must come.
    """
    try:
        report = await run(store, unless_within=unless_within)
    except (Exception, asyncio.CancelledError) as error:  # a fault of ours must not end the schedule
        _say_failed(store, error)
        if isinstance(error, asyncio.CancelledError):
            raise
        return False
    if not report.skipped:
        log.info(
            "run",
            store=report.store,
            complete=report.complete,
            opened=report.opened,
            updated=report.updated,
            resolved=report.resolved,
            seconds=report.seconds,
            **{f"{system}_requests": count for system, count in report.requests.items()},
        )
    return True


def _say_failed(store: WatchedStore, error: BaseException) -> None:
    """Say why a run has no report; what a driver raises when it is broken off in mid-statement is no failure."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        log.info("run broken off to stop; the next one starts from the same place", store=store.name)
    elif isinstance(error, SQLAlchemyError):
        log.error("run failed: the database does not answer", store=store.name, error=_reason(error))
    else:
        log.error("run failed", store=store.name, exc_info=error)


def _reason(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
