"""One notice at a time: drawn as it reads now, sent or redrawn, and what came of it written down (design decision 9)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.clock import Clock
from bot.metrics import NOTICES
from bot.slack import drawing
from bot.slack.digests.showing import Pictures
from bot.slack.drawing import Letter
from bot.slack.gateway import POST, UPDATE, Gateway, Posted
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure
from bot.slack.pace import Pace, Patience, rest
from bot.slack.routes import Routes
from storage.database import Database
from storage.notices import Notice, Notices
from storage.runs import Leases

_KEPT_CURRENT = {"card", "storm"}
"""Notices that are redrawn when what they tell of has changed."""
_SLACK_UNWELL = timedelta(minutes=1)
"""The longest rest while Slack or the way to it is unwell: that mends itself, unlike a channel or a token."""

log = structlog.get_logger("bot.slack.delivery")


@dataclass(frozen=True, slots=True)
class Task:
    """One notice whose turn it is."""

    notice: Notice
    home: str
    """The channel of its store, whose lease we hold."""
    fence: int
    wait: timedelta
    """Of the clock, until its permit is valid."""


class Sending:
    """Sends what its turn has come for. The notice is committed as `sending` before anything leaves."""

    def __init__(
        self, database: Database, gateway: Gateway, clock: Clock, routes: Routes, *, holder: str
    ) -> None:
        self.patience = Patience(clock)
        """With channels, tokens and Slack itself that refused."""
        self.pictures = Pictures(gateway, clock)
        """Those that go below what was sent."""
        self._database = database
        self._gateway = gateway
        self._clock = clock
        self._holder = holder
        self._routes = routes
        self._pace = Pace(database, clock)

    async def attend(self, task: Task) -> int:
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
            self.patience.answered(key)
        await self._note_sent(task.notice, posted, letter.edition, came_out=letter.broadcast)
        if letter.chart is not None and task.notice.ts is None:
            self.pictures.later(task.home, posted.channel, letter.chart)
        return 1

    async def _drawn(self, task: Task) -> Letter | None:
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
        elif not letter.direct and (left := self.patience.left(letter.channel)):
            trouble = self._gateway.trouble.get(letter.channel)
            await self._keep(task.notice, left, trouble.code if trouble else "its channel rests")
        else:
            return letter
        return None

    async def _ours(self, task: Task, letter: Letter) -> bool:
        """Whether the channel is still ours. If not, the row stays `sending`: its new sender looks for it first.

        A card that goes elsewhere than it would be looked for is noted as going there.
        """
        now, notice = self._clock.now(), task.notice
        async with self._database.read() as session:
            ours = await Leases(session, now).held(lease(task.home), self._holder, task.fence)
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

    async def _refused(self, task: Task, letter: Letter, failure: SlackFailure) -> None:
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

    async def _wait(self, task: Task, channel: str, failure: SlackFailure) -> timedelta:
        """Return when to try this one again, and leave alone whoever would refuse the others too."""
        await self._pace.refused(failure)
        if failure.retry_after is not None:
            return timedelta(seconds=failure.retry_after)
        if failure.fault == "slack":
            return self.patience.refused("slack", longest=_SLACK_UNWELL)
        if failure.fault == "token":
            return self.patience.refused("token")
        if failure.fault == "channel":
            return self.patience.refused(channel)
        return rest(task.notice.attempts)

    async def _settle(self, task: Task) -> None:
        """Look for a message of which nobody knows whether it was sent; only then may it be sent again."""
        notice = task.notice
        try:
            async with self._database.read() as session:
                channel, thread = await drawing.address(session, notice, task.home, self._clock.now())
            if drawing.direct(notice):
                channel = await self._gateway.direct(channel)
            found = await self._sought(notice, channel, thread)
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
            if await Leases(session, now).held(lease(task.home), self._holder, task.fence):
                await Notices(session, now).retry(notice, after=timedelta(0), error="looked for, not there")

    async def _sought(self, notice: Notice, channel: str, thread: Notice | None) -> Posted | None:
        """Look for a message where it would stand now, and below what its thread began with before that was deleted."""
        places = [(channel, thread.ts if thread else None)]
        if thread is not None and thread.gone_ts is not None:
            places.append((thread.gone_channel or channel, thread.gone_ts))
        for where, below in places:
            found = await self._gateway.find(where, notice.id, notice.created_at, below, turn=self._pace.wait)
            if found is not None:
                return found
        return None

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


def lease(channel: str) -> str:
    """Return the name of the lease that the one sender of a channel holds."""
    return f"deliver:{channel}"
