"""One story told to its end undisturbed, then once for each death, and what is wrong after each."""

import asyncio
import re
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.slack.things import Message
from tests.faults.boundaries import read
from tests.faults.deaths import ANY, Death, deaths
from tests.faults.forks import Fork
from tests.faults.invariants import Told, violations
from tests.faults.stage import Stage, opened

AT_ONCE = 2
"""Cases that are played side by side: while one waits, another computes."""
KILLED = -signal.SIGKILL
ORDER = "#5001"
"""Whose card is pressed."""

Begin = Callable[[Stage], Awaitable[None]]
Press = Callable[[Stage, Fork, Message], Awaitable[None]]
"""Given the card as the person who presses sees it."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story whose acts are broken off."""

    name: str
    before: Begin
    """Undisturbed."""
    acts: tuple[str, ...]
    happens: Callable[[Stage], None] = lambda _stage: None
    """In the world, right before the acts."""
    recovers: str = "settle"
    """How the next process goes on: `recover` also runs."""
    from_the_start: bool = False
    """Opening the new database counts too."""
    own: re.Pattern[str] = ANY
    """The names of the boundaries that no other story has."""

    async def live(self, stage: Stage, death: Death | None) -> None:
        """Play the acts up to this death."""
        self.happens(stage)
        await comes_to(stage, begin(stage, death, *self.acts, from_the_start=self.from_the_start), death)

    async def go_on(self, stage: Stage) -> None:
        """Play on as the next process does."""
        await stage.play(self.recovers, from_the_start=self.from_the_start)


@dataclass(frozen=True, slots=True)
class Pressing:
    """One story in which somebody presses a button while the process listens."""

    name: str
    before: Begin
    press: Press
    shows: str
    """What the card says once the press has had its effect."""
    own: re.Pattern[str] = ANY
    """The names of the boundaries that no other story has."""
    at_once: bool = False
    """Whether they press the card that they had before them once more, without waiting what it says."""
    order: str = ORDER
    """Whose card shows what came of it."""

    async def live(self, stage: Stage, death: Death | None) -> None:
        """Press, and listen up to this death."""
        process = begin(stage, death, "listen")
        if await stage.connected(process):
            await self.press(stage, process, stage.card(self.order))
        if death is None:
            await stage.until_told(process, lambda: self.shown(stage) and stage.quiet())
        await comes_to(stage, process, death)

    async def go_on(self, stage: Stage) -> None:
        """Start again; press again if the card does not show it, or at once."""
        process = stage.begin(*(("listen",) if self.at_once else ("settle", "listen")), "settle")
        await stage.connected(process)
        if self.at_once:
            await self.press(stage, process, stage.before(self.order))
        elif not self.shown(stage):
            await self.press(stage, process, stage.card(self.order))
        await stage.until_told(
            process, lambda: self.at_once or (self.shown(stage) and not stage.books().owed())
        )
        await comes_to(stage, process, None)

    def shown(self, stage: Stage) -> bool:
        """Whether the card shows what was pressed."""
        return self.shows in stage.card(self.order).words


async def played(
    story: Scenario | Pressing, folder: Path, broken: Callable[[], None] | None = None
) -> list[tuple[Death, list[str]]]:
    """Tell a story with every death; return what is wrong after each. `broken` breaks the processes that die."""
    async with opened(folder / "before") as stage:
        await story.before(stage)
        start = stage.snapshot()
    async with opened(folder / "undisturbed", start) as stage:
        await story.live(stage, None)
        ways = deaths(read(stage.folder / "boundaries"), story.own)
        await story.go_on(stage)
        ending = stage.told()
        assert wrong(stage, ending) == []
    turn = asyncio.Semaphore(AT_ONCE)

    async def case(number: int, death: Death) -> list[str]:
        async with turn, opened(folder / f"{number}", start) as stage:
            stage.broken = broken
            await story.live(stage, death)
            await story.go_on(stage)
            return wrong(stage, ending)

    found = await asyncio.gather(*(case(number, death) for number, death in enumerate(ways)))
    return list(zip(ways, found, strict=True))


def begin(stage: Stage, death: Death | None, *acts: str, from_the_start: bool = False) -> Fork:
    """Start a process that dies this death."""
    process = stage.begin(*acts, dies_at=death.at if death else None, from_the_start=from_the_start)
    if death is not None and death.call is not None:
        stage.kill_at_call(process, death.call)
    return process


async def comes_to(stage: Stage, process: Fork, death: Death | None) -> None:
    """Wait for the end of a process, and see that it is the one that was meant."""
    code = await stage.gone(process)
    assert code == (0 if death is None else KILLED), f"{death} came to {code}:\n{stage.said}"


def wrong(stage: Stage, ending: Told) -> list[str]:
    """Return what does not hold at the end, and what ended otherwise than undisturbed."""
    found = violations(stage.books(), stage.workspace, stage.clock.now(), away=stage.away)
    this = stage.told()
    for name in Told.__slots__:
        if getattr(this, name) != getattr(ending, name):
            found.append(f"{name}: {getattr(this, name)}, undisturbed: {getattr(ending, name)}")
    return found
