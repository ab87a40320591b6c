"""One case: a pretend world as it was left, a copy of the bot's database, and processes that play in front of them."""

import asyncio
import copy
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.sandbox.demo import Sandbox
from bot.sandbox.faults import Faults
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack.things import Channel, Message
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.world import World
from tests.faults import books
from tests.faults.forks import PATIENCE, Fork
from tests.faults.invariants import Told, about, told
from tests.faults.player import REHEARSED, Part, play
from tests.faults.shared_clock import SharedClock

T = TypeVar("T")

TUESDAY_AT_TEN = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
"""10:00 in New York, where the pretend shop is."""
DATABASE = "stuck.db"
LOOK_EVERY = 0.005
"""Seconds of the wall between two looks at what another process brings about."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A world, its channel and the bot's database, to begin from as often as wanted."""

    folder: Path
    world: World
    channels: dict[str, Channel]
    at: datetime


class Stage:
    """The world and the channel; processes come and go."""

    def __init__(self, folder: Path, clock: SharedClock, sandbox: Sandbox) -> None:
        self.folder, self.clock, self.sandbox = folder, clock, sandbox
        self.world, self.workspace, self.faults = sandbox.world, sandbox.workspace, sandbox.faults
        self.broken: Callable[[], None] | None = None
        """Breaks every process that is begun from here on."""
        self.away: set[str] = set()
        """The gaps whose cards people took away."""
        self._first: Mapping[str, Message] = {}

    # ---------------------------------------------------------------- the world

    def fail(self, *names: str) -> None:
        """Orders whose parcels left hours ago, and of which Shopify was never told; the store's connection is fine."""
        for number, name in enumerate(names):
            before = timedelta(minutes=30) * (len(names) - number)
            order = self.world.order(name, age=timedelta(hours=9) + before)
            self.world.import_order(order, age=timedelta(hours=8) + before)
            self.world.label(order, age=timedelta(hours=5) + before, notify="IntegrationError: refused")

    def mend(self, name: str) -> None:
        """Somebody sends the notification again."""
        for label in self.world.labels(self.world.find(name)):
            self.world.resend_notification(label)

    # ---------------------------------------------------------------- the channel

    def card(self, name: str) -> Message:
        """Return the card of an order."""
        return _cards(self.workspace.channels[self.workspace.channel].messages, name)[0]

    def has_card(self, name: str) -> bool:
        """Whether an order has a card in the channel."""
        return bool(_cards(self.workspace.channels[self.workspace.channel].messages, name))

    def before(self, name: str) -> Message:
        """Return the card of an order as it stood when the stage was opened."""
        return _cards(self._first, name)[0]

    def take_away(self, name: str) -> None:
        """Somebody deletes a card."""
        card = self.card(name)
        self.away.add(about(card) or "")
        self.workspace.delete(card)

    def books(self) -> books.Books:
        """Read the bot's database."""
        return books.read_sqlite(self.folder / DATABASE)

    def told(self) -> Told:
        """Return all there is to know of how the story has ended."""
        return told(self.books(), self.workspace, self.clock.now())

    def quiet(self) -> bool:
        """Whether nothing is owed or being done."""
        now = self.books()
        return not now.owed() and not now.held(self.clock.now())

    # ---------------------------------------------------------------- processes

    def begin(self, *acts: str, **how: Any) -> Fork:
        """Start a process."""
        environment = self.sandbox.environment() | {"DATABASE_URL": REHEARSED}
        return Fork(play, Part(self.folder, environment, acts, broken=self.broken, **how))

    async def play(self, *acts: str, **how: Any) -> None:
        """Let a process play to its end, which has to be a good one."""
        assert await self.begin(*acts, **how).ended() == 0, self.said

    def kill_at_call(self, process: Fork, method: str) -> None:
        """Kill a process the moment Slack has carried out its next call of a method, and has not answered yet."""

        def look(change: dict[str, Any]) -> None:
            if change["type"] == "call" and change["method"] == method:
                stop()
                process.kill()

        stop = self.workspace.feed.subscribe(look)

    @staticmethod
    async def sees(process: Fork, condition: Callable[[], T]) -> T | None:
        """Wait until a condition holds and return what it returned; None: the process ended before."""
        async with asyncio.timeout(PATIENCE):
            while not (found := condition()) and process.running:  # noqa: ASYNC110  # another process brings it about
                await asyncio.sleep(LOOK_EVERY)
        return found or None

    async def connected(self, process: Fork) -> bool:
        """Wait until a process listens to Slack; False: it ended before."""
        return bool(await self.sees(process, lambda: self.workspace.socket.connections))

    async def until_told(self, process: Fork, ended: Callable[[], object]) -> None:
        """Let a listening process go on until `ended` holds, then ask it to stop."""
        await self.sees(process, ended)
        process.signal(signal.SIGTERM)

    async def gone(self, process: Fork) -> int:
        """Wait until a process has ended, and Slack has noticed; return its exit code."""
        code = await process.ended()
        async with asyncio.timeout(PATIENCE):
            while self.workspace.socket.connections:  # noqa: ASYNC110  # the loss of a connection wakes nobody
                await asyncio.sleep(LOOK_EVERY)
        return code

    @property
    def said(self) -> str:
        """What the processes have logged."""
        return (self.folder / "play.log").read_text()

    # ---------------------------------------------------------------- from one case to the next

    def snapshot(self) -> Snapshot:
        """Keep everything as it is; no process may be running."""
        channels = copy.deepcopy(self.workspace.channels)
        return Snapshot(self.folder, self.world, channels, self.clock.now())

    def restore(self, before: Snapshot) -> None:
        """Put the channel and the database back to how they were."""
        self.workspace.channels = copy.deepcopy(before.channels)
        self._first = dict(self.workspace.channels[self.workspace.channel].messages)
        for file in before.folder.glob(f"{DATABASE}*"):
            shutil.copy(file, self.folder)


@asynccontextmanager
async def opened(folder: Path, before: Snapshot | None = None) -> AsyncIterator[Stage]:
    """Open a stage in a new folder, its clock standing still: empty, or as it was `before`."""
    folder.mkdir()  # noqa: ASYNC240  # a test's own folder
    clock = SharedClock.set_up(folder / "clock", before.at if before else TUESDAY_AT_TEN)
    world = World(clock, orders=0) if before is None else _copied(before.world, clock)
    async with shown(folder, clock, world) as stage:
        if before is not None:
            stage.restore(before)
        yield stage


@asynccontextmanager
async def shown(folder: Path, clock: SharedClock, world: World) -> AsyncIterator[Stage]:
    """Open a stage on a world that there is."""
    workspace, faults = Workspace(clock), Faults()
    server = SandboxServer(world, workspace, faults=faults)
    await server.start()
    try:
        yield Stage(folder, clock, Sandbox(world, workspace, faults, server))
    finally:
        await server.stop()


def _cards(messages: Mapping[str, Message], name: str) -> list[Message]:
    return [one for one in messages.values() if f"Order {name}" in one.words and one.buttons]


def _copied(world: World, clock: SharedClock) -> World:
    return copy.deepcopy(world, {id(world.clock): clock})
