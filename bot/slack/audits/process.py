"""The audit in a process of its own: it computes for seconds, and a click must not wait for it."""
# ruff: noqa: PLC0415  # what an audit needs is heavy, and only its process imports it

import asyncio
import signal
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.errors import StuckError
from bot.slack.audits.found import FileLine, Found, Job, KindLine
from bot.slack.escape import safe

if TYPE_CHECKING:
    from bot.audit.report.common import CauseRow
    from bot.audit.report.tally import Tally

T = TypeVar("T")

LONGEST = 900
"""Characters of each part of an error."""
_ON_A_COMPUTER = "Export it again with that column, or run stuck audit on a computer: its option --map says which column is which."
_TOGETHER = "Then send all files again, together in one message."
_LIVE = "the live connection"
"""What would settle some kinds is there already: the bot that is being asked."""
FEWEST_ALIKE = 2
"""Gaps from which on a shared cause is worth a line."""


class Worker(Generic[T]):
    """One process that does one thing of an audit, until it is told to end."""

    def __init__(self, job: Job, work: Callable[[Job], T]) -> None:
        self._job = job
        self._work = work
        self._pool = ProcessPoolExecutor(
            max_workers=1, mp_context=get_context("spawn"), initializer=_leave_signals_to_the_parent
        )

    def start(self) -> "asyncio.Future[T]":
        """Begin. The future raises StuckError where the files cannot be audited."""
        return asyncio.ensure_future(self._run())

    def doing(self) -> str:
        """Return what the process is doing, in words; empty before it has said so."""
        try:
            return self._job.progress.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""

    def end(self) -> None:
        """End the process, in the middle of its work if need be."""
        for process in list((self._pool._processes or {}).values()):  # noqa: SLF001  # a method for it comes with Python 3.14
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._work, self._job)
        except BrokenProcessPool as error:
            raise StuckError(
                "The audit broke off before it was done.",
                why="Most often the machine had too little memory for it.",
                todo="Send fewer days, or run `stuck audit` on a computer with more memory.",
            ) from error


def _leave_signals_to_the_parent() -> None:
    """Ctrl-C, and a service manager's stop, reach the whole group: only the parent knows how to end in order."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def make(job: Job) -> Found:
    """Audit the files, write the picture and the list of gaps, and return the summary. Raises StuckError."""
    tempfile.tempdir = str(job.folder)  # so that what is unpacked is deleted with it, however this ends
    from bot.audit.audit import audit
    from bot.audit.report.names import shareable
    from bot.audit.report.picture import report_png
    from bot.audit.report.spreadsheet import gaps_csv
    from bot.audit.report.tally import Tally
    from bot.audit.screenshots import named
    from bot.slack.audits.looking import written

    accepted = written(job.rows, job.folder)
    pictures = [Path(path) for path in accepted]
    try:
        found = audit(
            [*job.paths, *pictures], days=job.days, shop=job.shop, excerpts=pictures, progress=teller(job)
        )
    except StuckError as error:
        raise for_slack(error, job) from None
    found = shareable(named(found, accepted))
    teller(job)("Drawing the picture and writing the list", 1.0)
    if found.gaps:
        job.picture.write_bytes(report_png(found))
        job.sheet.write_bytes(gaps_csv(found))
    notes = tuple(f"{each.picture.path}: {' '.join(each.notes)}" for each in accepted.values())
    return replace(summed_up(Tally(found)), notes=notes)


def teller(job: Job) -> Callable[[str, float], None]:
    """Return what says what is being done; a reader never sees half of it."""

    def tell(what: str, _part: float) -> None:
        part = job.progress.with_suffix(".part")
        part.write_text(_without_folder(what, job), encoding="utf-8")
        part.replace(job.progress)

    return tell


def _without_folder(text: str, job: Job) -> str:
    """Return a text with files named as they were sent, not by where they lie on our disk."""
    for folder in (*{path.parent for path in job.paths}, job.folder):
        text = text.replace(f"{folder}/", "")
    return text


def for_slack(error: StuckError, job: Job) -> StuckError:
    """Return an error as somebody in Slack reads it: safe, without our folders and options of the command line."""
    todo = _ON_A_COMPUTER if "--" in error.todo else error.todo
    what, why, todo = (
        safe(_without_folder(each, job), LONGEST)
        for each in (error.what, error.why, f"{todo} {_TOGETHER}".strip())
    )
    return type(error)(what, why=why, todo=todo)


def summed_up(tally: "Tally") -> Found:
    """Return the summary of an audit."""
    from bot.audit.report import wording

    audit = tally.audit
    return Found(
        verdict=wording.verdict(tally),
        asides=tuple(wording.asides(tally)),
        kinds=tuple(
            KindLine(row.kind.title, row.gaps, row.edge, row.oldest_days, row.severity) for row in tally.kinds
        ),
        causes=tuple(_cause(row) for row in tally.causes if row.gaps >= FEWEST_ALIKE),
        needs=tuple(_needs(tally)),
        files=tuple(
            FileLine(Path(file.path).name, file.recognised_as, file.rows, file.rejected)
            for file in audit.files
        ),
        orders=tuple(dict.fromkeys(gap.order for gap in audit.gaps if gap.order is not None)),
        gaps=len(audit.gaps),
    )


def _needs(tally: "Tally") -> list[str]:
    """Return the exports that would settle more, without those that only add to one before."""
    told: list[str] = []
    for need in tally.needs:
        if not need.startswith((_LIVE, *(f"{known} and " for known in told))):
            told.append(need)
    return told


def _cause(row: "CauseRow") -> str:
    from bot.audit.report import wording
    from bot.audit.report.common import UNKNOWN

    name = "cause unknown" if row.code == UNKNOWN else row.label.lower()
    shared = f": {'; '.join(row.shared)}" if row.shared else ""
    return f"{wording.counted(row.gaps, 'gap')}, {name}{shared}"
