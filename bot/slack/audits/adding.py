"""Adding an audit's orders to the queue, with a word about how far it is, and an honest end whatever happens."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog

from bot.errors import SourceError
from bot.reconcile import WatchedStore
from bot.slack.audits import answer, kept, queueing
from bot.slack.audits.thread import Thread
from bot.slack.desk import Desk
from bot.slack.escape import safe
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure
from storage.audits import AskedAudit

TOLD_EVERY = 3.0
"""Seconds on the wall between two words about how far it is: chat.update allows about fifty a minute in all."""
LAST_WORD = 2.0
"""Seconds for the last word of a process that is being stopped."""
RESTARTED = "stuck was restarted."
UNEXPECTED = "Something went wrong."

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Adding:
    """One audit's orders on their way into the queue."""

    desk: Desk
    audit: AskedAudit
    store: WatchedStore
    thread: Thread
    ts: str
    """Of the question, in whose place the progress stands."""
    user: str
    """Who pressed."""
    done: int = 0
    _told_at: float = field(default=0.0)

    async def run(self) -> None:
        """Add all of it; where that cannot be finished, ask again."""
        try:
            await self._tell()
            tally = await queueing.add(self.store, self.audit.orders, self._progress)
        except SourceError as failure:
            await self._stop(str(failure))
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORD):
                    await self._stop(RESTARTED)
            raise
        except (
            Exception
        ):  # reason: whatever it was, whoever pressed is told and may press again; the log has it
            await self._stop(UNEXPECTED)
            raise
        else:
            await self._end(tally)

    async def _progress(self, done: int) -> None:
        self.done = done
        self.desk.nudge()
        async with self.desk.database.write() as session:
            await kept.audits(self.desk, session).touch(self.audit.id)
        if monotonic() - self._told_at >= TOLD_EVERY:
            await self._tell()

    async def _tell(self) -> None:
        self._told_at = monotonic()
        await self._show(answer.adding(self.done, len(self.audit.orders), self.user))

    async def _end(self, tally: queueing.Tally) -> None:
        async with self.desk.database.write() as session:
            await kept.audits(self.desk, session).added(self.audit.id)
        await self._show(answer.was_added(self.user))
        channel = next(
            (each.channel for each in self.desk.stores if each.rules.name == self.store.name), None
        )
        await self.thread.say(answer.plain(queueing.said(tally, safe(self.store.name, 80), channel)))

    async def _stop(self, why: str) -> None:
        self.desk.nudge()
        async with self.desk.database.write() as session:
            await kept.audits(self.desk, session).give_back(self.audit.id)
        many = len(self.audit.orders)
        await self._show(answer.stopped(self.done, many, why, self.audit, self.desk.stores))

    async def _show(self, message: Message) -> None:
        """Replace the question; the work goes on where Slack does not take that."""
        try:
            await self.thread.change(self.ts, message)
        except SlackFailure as failure:
            log.warning("a word about adding orders did not arrive", code=failure.code)
