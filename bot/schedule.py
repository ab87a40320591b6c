"""What runs when. Every job takes a lease, so any number of workers may run this schedule."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.heartbeat import EVERY as BEAT_EVERY
from bot.reconcile import WatchedStore, run

Heartbeat = Callable[[], Awaitable[object]]

log = structlog.get_logger(__name__)

FASTEST = 0.5
"""Seconds on the wall between two runs at the least, however fast the clock runs."""
RUNS_END_WITHIN = 3.0
"""Seconds that a run in progress has to end when the process is asked to stop; then it is broken off."""


class Schedule:
    """Reconciles every store at its interval until it is stopped; beats beside that, where somebody listens."""

    def __init__(
        self,
        stores: Sequence[WatchedStore],
        *,
        every: timedelta,
        clock: Clock,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self.stores = tuple(stores)
        self.seconds = max(FASTEST, clock.wall_seconds(every.total_seconds()))
        self._heartbeat = heartbeat
        self._beat_seconds = max(FASTEST, clock.wall_seconds(BEAT_EVERY.total_seconds()))
        self._jobs: set[asyncio.Task[Any]] = set()
        self._runs: set[asyncio.Task[Any]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Run every store's job until `stop`; then let the runs in progress end, or break them off."""
        self._start()
        try:
            await stop.wait()
        finally:
            await self._finish()

    def _start(self) -> None:
        """Start every store's job; the first runs are spread over a tenth of the interval."""
        now = datetime.now(UTC)
        for number, store in enumerate(self.stores):
            self._scheduler.add_job(
                self._reconcile,
                IntervalTrigger(seconds=self.seconds, jitter=self.seconds / 10),
                args=[store],
                id=f"reconcile:{store.name}",
                next_run_time=now + timedelta(seconds=self.seconds / 10 * number / len(self.stores)),
            )
        if self._heartbeat is not None:
            self._scheduler.add_job(
                self._beat,
                IntervalTrigger(seconds=self._beat_seconds),
                args=[self._heartbeat],
                id="heartbeat",
            )
        self._scheduler.start()

    async def _finish(self) -> None:
        self._scheduler.pause()
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=RUNS_END_WITHIN)
        for one in self._runs:
            one.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs)
        self._scheduler.shutdown(wait=False)

    async def _reconcile(self, store: WatchedStore) -> None:
        if not await self._apart(reconcile(store)):
            log.info("run broken off to stop; the next one starts from the same place", store=store.name)

    async def _beat(self, heartbeat: Heartbeat) -> None:
        await self._apart(beat(heartbeat))

    async def _apart(self, work: Coroutine[Any, Any, None]) -> bool:
        """Work in a task of our own: what APScheduler sees of it always ends well. Return whether it came to its end."""
        job = asyncio.current_task()
        assert job is not None
        one = asyncio.create_task(work)
        self._jobs.add(job)
        self._runs.add(one)
        job.add_done_callback(self._jobs.discard)
        one.add_done_callback(self._runs.discard)
        await asyncio.wait([one])
        return not one.cancelled()


async def beat(heartbeat: Heartbeat) -> None:
    """Beat once. Never raises: the next beat must come."""
    try:
        await heartbeat()
    except Exception:  # a fault of ours in one beat must not end the schedule; the log has its traceback
        log.exception("the heartbeat broke off")


async def reconcile(store: WatchedStore) -> None:
    """Run once and say in the log what came of it. Never raises: the next run must come."""
    try:
        report = await run(store)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
        log.error("run failed: the database does not answer", store=store.name, error=reason)  # noqa: TRY400  # its traceback says nothing about us
        return
    except Exception:  # a fault of ours in one run must not end the schedule; the log has its traceback
        log.exception("run failed", store=store.name)
        return
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
