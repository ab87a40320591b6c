"""The outbox sender: everything owed reaches its channel once, at Slack's pace, whatever happens on the way."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, at_least_on_the_wall
from bot.metrics import DELIVERY_FAILURES
from bot.settings import StoreSettings
from bot.slack.gateway import Gateway
from bot.slack.pace import Permits
from bot.slack.routes import Routes
from bot.slack.sending import Sending, Task, lease
from storage.database import Database
from storage.notices import Notices
from storage.queue import Queue
from storage.quiet import Quiet
from storage.runs import Leases

LEASE_SECONDS = 60
"""How long a channel stays ours without a sign of life; far longer than sending one notice takes."""
LOOK_EVERY = 1.0
"""Seconds of the wall between two looks at what is owed, unless nudged."""
_LONGEST_LOOK = 30.0
"""Seconds of the wall between two looks while the database is away."""
_WAKE_EVERY = timedelta(minutes=1)
_CHANNELS_AT_ONCE = 8
_LONGEST_HOLD = timedelta(seconds=15)
"""How long one round of sending waits for permits, which Slack's Retry-After may withhold for longer."""

log = structlog.get_logger("bot.slack.delivery")


class Delivery:
    """Sends what is owed for these stores, one sender a channel across all processes (design decision 9)."""

    def __init__(
        self,
        database: Database,
        gateway: Gateway,
        clock: Clock,
        stores: Sequence[StoreSettings],
        *,
        holder: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._holder = holder
        self._routes = Routes(stores)
        self._sending = Sending(database, gateway, clock, self._routes, holder=holder)
        self._at_once = asyncio.Semaphore(_CHANNELS_AT_ONCE)
        self._busy: set[str] = set()
        self._homeless: set[str] = set()
        self._held: timedelta | None = None
        """How long what the pace held back in this round has to wait."""
        self._woken_at: datetime | None = None
        self._nudged = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._breaks = 0
        """Rounds in a row that broke off."""

    # ---------------------------------------------------------------- rounds

    async def run_once(self, stop: asyncio.Event | None = None) -> int:
        """Send everything that is owed and due now; return how many messages were sent or redrawn.

        What Slack refuses stays owed. A failure of our own (the database) is raised after all channels had their turn.
        """
        sent = await self._round(stop)
        while self._held is not None and self._held <= _LONGEST_HOLD and not (stop and stop.is_set()):
            await self._clock.sleep(self._held.total_seconds())
            sent += await self._round(stop)
        return sent

    async def _round(self, stop: asyncio.Event | None) -> int:
        self._held = None
        await self._wake()
        owed = await self._owed()
        sent = await asyncio.gather(
            *(self._drain(channel, stores, stop) for channel, stores in owed.items()), return_exceptions=True
        )
        for one in sent:
            if isinstance(one, BaseException):
                raise one
        return sum(one for one in sent if isinstance(one, int))

    async def run(self, stop: asyncio.Event) -> None:
        """Keep sending until `stop`; then finish the messages in hand. Nothing but `stop` ends it."""
        self._loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as senders:
            while not stop.is_set():
                self._nudged.clear()
                await self._survive(self._start(senders, stop))
                await self._pause(stop)

    def nudge(self) -> None:
        """Say that something is owed now; safe from any thread."""
        if self._loop is None:
            self._nudged.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._nudged.set)

    async def _start(self, senders: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        """Give each channel that is owed something a sender of its own: a long backlog delays nobody else."""
        await self._wake()
        for channel, stores in (await self._owed()).items():
            senders.create_task(self._survive(self._drain(channel, stores, stop)))

    async def _survive(self, work: Awaitable[object]) -> None:
        try:
            await work
        except SQLAlchemyError as error:
            DELIVERY_FAILURES.inc()
            self._breaks += 1
            reason = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
            log.warning("the database does not answer; what is owed waits in it", error=reason)
        except Exception:  # reason: a database that is away, or a bug, must not end the sending for good
            DELIVERY_FAILURES.inc()
            self._breaks += 1
            log.exception("a round of sending broke off; the next one goes on from there")
        else:
            self._breaks = 0

    async def _pause(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self._nudged)]
        look = min(LOOK_EVERY * float(2 ** min(self._breaks, 10)), _LONGEST_LOOK)
        await asyncio.wait(waits, timeout=look, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _wake(self) -> None:
        """End snoozes, and quiet hours that were shortened meanwhile."""
        now = self._clock.now()
        if self._woken_at is not None and now - self._woken_at < _WAKE_EVERY:
            return
        async with self._database.write() as session:
            await Queue(session, now).wake_due()
            quiet = Quiet(session, now)
            for store in await quiet.stores():
                await quiet.let_out(store, self._routes.quiet_until(store, now) or now)
        self._woken_at = now

    async def _owed(self) -> dict[str, list[str]]:
        """Return the channels that may be sent to now, with the stores that owe them something."""
        async with self._database.read() as session:
            stores = await Notices(session, self._clock.now()).stores_owed()
        owed: dict[str, list[str]] = defaultdict(list)
        homes = self._routes.homes()
        for store in stores:
            channel = homes.get(store)
            if channel is None:
                self._say_homeless(store)
            elif channel not in self._busy and not self._resting(channel):
                owed[channel].append(store)
        return owed

    def _say_homeless(self, store: str) -> None:
        if store not in self._homeless:
            self._homeless.add(store)
            log.warning(
                "messages wait: the store has no channel, set SLACK_CHANNEL or `channel`", store=store
            )

    def _resting(self, channel: str) -> bool:
        return any(self._sending.patience.resting(key) for key in (channel, "token", "slack"))

    # ---------------------------------------------------------------- one channel

    async def _drain(self, channel: str, stores: Sequence[str], stop: asyncio.Event | None) -> int:
        """Send to one channel, one notice of each store in turn, until nothing is due or the channel refuses."""
        if channel in self._busy:
            return 0
        self._busy.add(channel)
        try:
            async with self._at_once:
                sent = await self._take_turns(channel, deque(stores), stop)
        finally:
            self._busy.discard(channel)
        await self._sending.pictures.show(channel, stop)
        return sent

    async def _take_turns(self, channel: str, turns: deque[str], stop: asyncio.Event | None) -> int:
        sent = 0
        while turns and not self._resting(channel) and not (stop and stop.is_set()):
            store = turns.popleft()
            task = await self._take(channel, store)
            if task is not None:
                turns.append(store)
                sent += await self._sending.attend(task)
        async with self._database.write() as session:
            await Leases(session, self._clock.now()).release(lease(channel), self._holder)
        return sent

    async def _take(self, channel: str, store: str) -> Task | None:
        """Take the next notice, committed as `sending` before anything leaves; None: none, or not now, or not ours."""
        now, ttl = self._clock.now(), at_least_on_the_wall(self._clock, LEASE_SECONDS)
        async with self._database.write() as session:
            fence = await Leases(session, now).take(lease(channel), self._holder, ttl)
            if fence is None:
                return None
            permits = Permits(session, now, channel)
            if (until := self._routes.quiet_until(store, now)) is not None:
                await Quiet(session, now).put_off(store, until)
            notice = await Notices(session, now).take(store, permits)
        if notice is None:
            self._held = max(permits.wait, self._held or permits.wait) if permits.held else self._held
            return None
        return Task(notice, channel, fence, permits.wait)
