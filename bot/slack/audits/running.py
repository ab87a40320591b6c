"""One audit from the files in Slack to the question: one at a time in a process, never in the way of a click."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog

from bot.errors import StuckError
from bot.folders import folder
from bot.slack.audits import answer, kept
from bot.slack.audits.files import fetch
from bot.slack.audits.found import Found, Job, Pictures
from bot.slack.audits.kinds import Sent
from bot.slack.audits.process import Worker, make
from bot.slack.audits.reading import read_pictures
from bot.slack.audits.thread import Attachment, Thread
from bot.slack.desk import Desk
from bot.slack.escape import safe
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure

TOLD_EVERY = 3.0
"""Seconds on the wall between two words of progress: chat.update allows about fifty a minute in all."""
LAST_WORD = 2.0
"""Seconds for the last word of a process that is being stopped."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked for."""

    audit_id: str
    files: tuple[str, ...]
    """Slack's ids of them."""
    days: int
    store: str | None
    """The store that the exports are from, where that is known."""
    rows: str = ""
    """Of pictures, after somebody has looked at them."""


class Audits:
    """Makes the audits of this process, one after the other."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turn = asyncio.Lock()

    async def make(self, wanted: Wanted, thread: Thread) -> None:
        """Make one audit and tell it in the thread; what hinders it is told there, too.

        With pictures among its files it only reads those, and asks somebody to look at them.
        """
        first = answer.plain(answer.WAITS if self._turn.locked() else answer.FETCHING)
        line = _Line(thread, await thread.say(first), first)
        async with _told_in(line), self._turn, self._fetched(wanted, line) as job:
            if len(job.exports) < len(job.paths):
                await self._ask_to_look(wanted, await _read(job, line), line)
            else:
                await self._audit(wanted, job, line)

    async def go_on(self, wanted: Wanted, thread: Thread, ts: str) -> None:
        """Make an audit after somebody has looked at its pictures; `ts` of the message that asked for that."""
        line = _Line(thread, ts, None)
        async with _told_in(line):
            if self._turn.locked():
                await line.show(answer.plain(answer.WAITS))
            async with self._turn, self._fetched(wanted, line) as job:
                await self._audit(wanted, job, line)

    @asynccontextmanager
    async def _fetched(self, wanted: Wanted, line: "_Line") -> AsyncIterator[Job]:
        """Have the files on our disk, and no longer than that."""
        await line.show(answer.plain(answer.FETCHING if wanted.files else answer.GOING_ON))
        with folder("audit") as place:
            given = place / "given"
            given.mkdir()
            paths = await fetch(line.thread.client, self._desk.clock, wanted.files, given)
            yield self._job(wanted, place, paths)

    def _job(self, wanted: Wanted, place: Path, paths: Sequence[Path]) -> Job:
        rules = next((each.rules for each in self._desk.stores if each.rules.name == wanted.store), None)
        now = self._desk.clock.now()
        return Job(
            folder=place,
            paths=tuple(paths),
            days=wanted.days,
            shop=rules.shop if rules else "",
            exports=tuple(
                file_id
                for file_id, path in zip(wanted.files, paths, strict=True)
                if Sent(file_id, path.name).kind != "picture"
            ),
            today=(now.astimezone(rules.timezone) if rules else now).date(),
            rows=wanted.rows,
        )

    async def _ask_to_look(self, wanted: Wanted, pictures: Pictures, line: "_Line") -> None:
        async with self._desk.database.write() as session:
            await kept.audits(self._desk, session).confirm(wanted.audit_id, pictures.rows)
        await line.show(answer.look(pictures.look, wanted.audit_id))

    async def _audit(self, wanted: Wanted, job: Job, line: "_Line") -> None:
        found = await _worked(job, line)
        await line.show(answer.summary(found, wanted.days))
        await self._deliver(wanted, found, job, line.thread)

    async def _deliver(self, wanted: Wanted, found: Found, job: Job, thread: Thread) -> None:
        """Attach picture and list, and ask whether the orders become live gaps."""
        if not found.gaps:
            return
        shared = [
            Attachment(job.picture, "The audit in one picture", answer.alt_text(found)),
            Attachment(job.sheet, job.sheet.name),
        ]
        try:
            await thread.share(shared, answer.comment(found))
        except SlackFailure as failure:
            await thread.say(answer.not_shared(failure.code, failure.todo))
        if found.orders:
            await self._ask(wanted, found.orders, thread)

    async def _ask(self, wanted: Wanted, orders: Sequence[str], thread: Thread) -> None:
        async with self._desk.database.write() as session:
            await kept.audits(self._desk, session).ask(wanted.audit_id, orders)
        audit = await kept.get(self._desk, wanted.audit_id)
        if audit is not None:
            await thread.say(answer.question(audit, self._desk.stores))


@dataclass(slots=True)
class _Line:
    """The line of a thread that says what is going on, and in the end what was found."""

    thread: Thread
    ts: str
    said: Message | None
    """None: something of somebody else's making."""

    async def show(self, message: Message) -> None:
        """Say something else; where nothing changes, nothing is sent. Raises SlackFailure."""
        if message != self.said:
            await self.thread.change(self.ts, message)
            self.said = message

    async def try_to_show(self, message: Message) -> None:
        """Say something else, if Slack takes it."""
        try:
            await self.show(message)
        except SlackFailure as failure:
            log.warning("a word about an audit did not arrive", code=failure.code)


async def _worked(job: Job, line: _Line) -> Found:
    """Let a process make the audit. Raises StuckError."""
    return await _by(Worker(job, make), line)


async def _read(job: Job, line: _Line) -> Pictures:
    """Let a process read the pictures. Raises StuckError."""
    return await _by(Worker(job, read_pictures), line)


async def _by(worker: Worker[T], line: _Line) -> T:
    """Wait for a process, and tell now and then what it does."""
    work = worker.start()
    try:
        while not (await asyncio.wait({work}, timeout=TOLD_EVERY))[0]:
            if doing := worker.doing():
                await line.try_to_show(answer.doing(doing))
        return await work
    finally:
        work.cancel()
        worker.end()


@asynccontextmanager
async def _told_in(line: _Line) -> AsyncIterator[None]:
    """Say in the line what broke an audit off."""
    try:
        yield
    except SlackFailure as failure:
        log.warning("an audit could not be told", error=str(failure))
        await line.try_to_show(answer.plain(safe(str(failure), 2000)))
    except StuckError as error:
        await line.try_to_show(answer.refused(error))
    except asyncio.CancelledError:
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORD):
                await line.try_to_show(answer.plain(answer.BROKEN_OFF))
        raise
    except Exception:  # reason: whatever it was, whoever waits for the answer is told; the log has it
        await line.try_to_show(answer.plain(answer.BROKEN))
        raise
