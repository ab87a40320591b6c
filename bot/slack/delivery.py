"""The outbox sender: everything owed reaches its channel once, at Slack's pace, whatever happens on the way."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, at_least_on_the_wall
from bot.metrics import DELIVERY_FAILURES, NOTICES
from bot.settings import StoreSettings
from bot.slack import drawing
from bot.slack.digests.showing import Pictures
from bot.slack.drawing import Letter
from bot.slack.gateway import POST, UPDATE, Gateway, Posted
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure
from bot.slack.pace import Pace, Patience, Permits, rest
from bot.slack.routes import Routes
from storage.database import Database
from storage.notices import Notice, Notices
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
_KEPT_CURRENT = {"card", "storm"}
"""Notices that are redrawn when what they tell of has changed."""
_LONGEST_HOLD = timedelta(seconds=15)
"""How long one round of sending waits for permits, which Slack's Retry-After may withhold for longer."""
_SLACK_UNWELL = timedelta(minutes=1)
"""The longest rest while Slack or the way to it is unwell: that mends itself, unlike a channel or a token."""

log = structlog.get_logger("bot.slack.delivery")


@dataclass(frozen=True, slots=True)
class _Task:
    notice: Notice
    home: str
    """The channel of its store, whose lease we hold."""
    fence: int
    wait: timedelta
    """Of the clock, until its permit is valid."""


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
        self._gateway = gateway
        self._clock = clock
        self._holder = holder
        self._routes = Routes(stores)
        self._pace = Pace(database, clock)
        self._patience = Patience(clock)
        self._pictures = Pictures(gateway, clock)
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
        return any(self._patience.resting(key) for key in (channel, "token", "slack"))

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
        await self._pictures.show(channel, stop)
        return sent

    async def _take_turns(self, channel: str, turns: deque[str], stop: asyncio.Event | None) -> int:
        sent = 0
        while turns and not self._resting(channel) and not (stop and stop.is_set()):
            store = turns.popleft()
            task = await self._take(channel, store)
            if task is not None:
                turns.append(store)
                sent += await self._attend(task)
        async with self._database.write() as session:
            await Leases(session, self._clock.now()).release(_lease(channel), self._holder)
        return sent

    async def _take(self, channel: str, store: str) -> _Task | None:
        """Take the next notice, committed as `sending` before anything leaves; None: none, or not now, or not ours."""
        now, ttl = self._clock.now(), at_least_on_the_wall(self._clock, LEASE_SECONDS)
        async with self._database.write() as session:
            fence = await Leases(session, now).take(_lease(channel), self._holder, ttl)
            if fence is None:
                return None
            permits = Permits(session, now, channel)
            if (until := self._routes.quiet_until(store, now)) is not None:
                await Quiet(session, now).put_off(store, until)
            notice = await Notices(session, now).take(store, permits)
        if notice is None:
            self._held = max(permits.wait, self._held or permits.wait) if permits.held else self._held
            return None
        return _Task(notice, channel, fence, permits.wait)

    # ---------------------------------------------------------------- one notice

    async def _attend(self, task: _Task) -> int:
        """Send one notice, or settle one of which nobody knows whether it was sent; return 1 if it was sent now."""
        if task.notice.state == "unknown" and task.notice.ts is None:
            await self._settle(task)
            return 0
        await self._clock.sleep(task.wait.total_seconds())
        letter = await self._drawn(task)
        if letter is None or not await self._ours(task, letter):
            return 0
        try:
            if letter.channel != task.home and task.notice.ts is None:
                await self._pace.wait(POST, letter.channel)  # its permit was for the store's own channel
            posted = await self._hand_over(task.notice, letter)
        except SlackFailure as failure:
            await self._refused(task, letter, failure)
            return 0
        for key in (posted.channel, "token", "slack"):
            self._patience.answered(key)
        await self._note_sent(task.notice, posted, letter.edition, came_out=letter.broadcast)
        if letter.chart is not None and task.notice.ts is None:
            self._pictures.later(task.home, posted.channel, letter.chart)
        return 1

    async def _drawn(self, task: _Task) -> Letter | None:
        """Return what to send; None: it cannot be drawn now, and that is noted."""
        site = await self._gateway.site() if task.notice.kind in drawing.LINKING else None
        try:
            async with self._database.read() as session:
                own = self._routes.own(task.notice.store)
                letter = await drawing.draw(session, task.notice, task.home, self._clock.now(), site, own=own)
        except Exception as error:  # reason: one notice that cannot be drawn must not hold up those behind it
            log.exception("a notice could not be drawn; it is tried again", notice=task.notice.id)
            await self._keep(task.notice, rest(task.notice.attempts), f"not drawn: {type(error).__name__}")
            return None
        if letter is None:
            await self._bury(task.notice, "what it was about no longer exists")
        elif letter.thread is not None and letter.thread_ts is None:
            await self._keep(task.notice, rest(1), "its thread is being posted again")
        elif not letter.direct and (left := self._patience.left(letter.channel)):
            trouble = self._gateway.trouble.get(letter.channel)
            await self._keep(task.notice, left, trouble.code if trouble else "its channel rests")
        else:
            return letter
        return None

    async def _ours(self, task: _Task, letter: Letter) -> bool:
        """Whether the channel is still ours. If not, the row stays `sending`: its new sender looks for it first.

        A card that goes elsewhere than it would be looked for is noted as going there.
        """
        now, notice = self._clock.now(), task.notice
        async with self._database.read() as session:
            ours = await Leases(session, now).held(_lease(task.home), self._holder, task.fence)
        alone = notice.ts is None and letter.thread is None and not letter.direct
        if ours and alone and letter.channel != (notice.channel or task.home):
            await self._note(lambda notices: notices.bound(notice, letter.channel))
        return ours

    async def _hand_over(self, notice: Notice, letter: Letter) -> Posted:
        """Post or redraw; when Slack refuses what we wrote, say it in plain text."""
        try:
            return await self._call(notice, letter, letter.message)
        except SlackFailure as refusal:
            if refusal.fault != "content" or letter.plain == letter.message:
                raise
            log.warning("Slack refused a message; sent as plain text", notice=notice.id, code=refusal.code)
            await self._pace.wait(POST if notice.ts is None else UPDATE, letter.channel)
            return await self._call(notice, letter, letter.plain)

    async def _call(self, notice: Notice, letter: Letter, message: Message) -> Posted:
        data = drawing.metadata(notice, letter.edition)
        if notice.ts is not None:
            return await self._gateway.update(
                letter.channel, notice.ts, message, data, broadcast=letter.broadcast
            )
        return await self._gateway.post(
            letter.channel,
            message,
            metadata=data,
            thread_ts=letter.thread_ts,
            broadcast=letter.broadcast,
        )

    # ---------------------------------------------------------------- what came of it

    async def _note_sent(
        self, notice: Notice, posted: Posted, edition: int | None, *, came_out: bool = False
    ) -> None:
        NOTICES.labels("sent").inc()
        stands = {"ts": posted.ts, "channel": posted.channel}
        await self._note(
            lambda notices: notices.sent(notice.id, **stands, edition=edition, came_out=came_out)
        )

    async def _refused(self, task: _Task, letter: Letter, failure: SlackFailure) -> None:
        notice, wait = task.notice, await self._wait(task, letter.channel, failure)
        NOTICES.labels(failure.outcome).inc()
        log.warning("not sent", notice=notice.id, kind=notice.kind, channel=letter.channel, code=failure.code)
        if letter.direct and failure.fault == "channel":
            await self._note(lambda notices: notices.aloud(notice, failure.code))
        elif failure.outcome == "dead":
            await self._bury(notice, failure.code)
        elif failure.outcome == "lost" and notice.ts is not None:
            await self._lose(notice)
        elif failure.outcome == "lost" and letter.thread is not None:
            await self._lose_thread(notice, letter.thread, wait)
        elif failure.outcome in {"unknown", "lost"} and notice.ts is None:
            await self._doubt(notice, failure.code)
        else:  # an update may be repeated: it says the same again
            await self._keep(notice, wait, failure.code)

    async def _wait(self, task: _Task, channel: str, failure: SlackFailure) -> timedelta:
        """Return when to try this one again, and leave alone whoever would refuse the others too."""
        await self._pace.refused(failure)
        if failure.retry_after is not None:
            return timedelta(seconds=failure.retry_after)
        if failure.fault == "slack":
            return self._patience.refused("slack", longest=_SLACK_UNWELL)
        if failure.fault == "token":
            return self._patience.refused("token")
        if failure.fault == "channel":
            return self._patience.refused(channel)
        return rest(task.notice.attempts)

    async def _settle(self, task: _Task) -> None:
        """Look for a message of which nobody knows whether it was sent; only then may it be sent again."""
        notice = task.notice
        try:
            async with self._database.read() as session:
                channel, thread = await drawing.address(session, notice, task.home, self._clock.now())
            if drawing.direct(notice):
                channel = await self._gateway.direct(channel)
            found = await self._gateway.find(
                channel, notice.id, notice.created_at, thread.ts if thread else None, turn=self._pace.wait
            )
        except SlackFailure as failure:
            if failure.code != "missing_scope":  # reading may be forbidden while writing is not
                await self._wait(task, channel, failure)
            log.warning("not settled", notice=notice.id, code=failure.code)
            if drawing.direct(notice) and (failure.fault == "channel" or failure.code == "missing_scope"):
                await self._bury(
                    notice, failure.code
                )  # it cannot be looked for, and twice is worse than not at all
            else:
                await self._doubt(notice, failure.code)
            return
        if found is not None:
            await self._note_sent(
                notice, found, (found.edition or 0) if notice.kind in _KEPT_CURRENT else None
            )
            return
        now = self._clock.now()
        async with self._database.write() as session:
            if await Leases(session, now).held(_lease(task.home), self._holder, task.fence):
                await Notices(session, now).retry(notice, after=timedelta(0), error="looked for, not there")

    async def _keep(self, notice: Notice, after: timedelta, error: str) -> None:
        await self._note(lambda notices: notices.retry(notice, after=after, error=error))

    async def _bury(self, notice: Notice, error: str) -> None:
        await self._note(lambda notices: notices.dead(notice, error))

    async def _doubt(self, notice: Notice, error: str) -> None:
        await self._note(lambda notices: notices.unknown(notice, error))

    async def _lose(self, notice: Notice) -> None:
        await self._note(lambda notices: notices.lost(notice))

    async def _note(self, write: Callable[[Notices], Awaitable[None]]) -> None:
        async with self._database.write() as session:
            await write(Notices(session, self._clock.now()))

    async def _lose_thread(self, notice: Notice, thread: Notice, wait: timedelta) -> None:
        """Have the thread's parent posted again; when that was given up, there is nowhere to say this."""
        if thread.state == "dead":
            await self._bury(notice, "its thread is gone")
            return
        await self._lose(thread)
        await self._keep(notice, wait, "its thread is gone")


def _lease(channel: str) -> str:
    return f"deliver:{channel}"
