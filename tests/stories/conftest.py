"""A story: the real bot against the pretend world over HTTP and WebSocket, with time moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.reconcile import RunReport
from bot.reconcile import run as reconcile
from bot.sandbox.demo import Sandbox, open_sandbox
from bot.sandbox.faults import Faults
from bot.sandbox.slack.things import Message, View
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.world import World
from bot.settings import load
from bot.slack.socket import SocketMode
from bot.wiring import House, Mouth, mouth, open_house
from storage.queue import Gap, Queue

TUESDAY_AT_TEN = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
"""10:00 in New York, where the pretend shop is."""
EVERYTHING = frozenset({"slack", "socket", "sources", "database"})


@dataclass
class Story:
    """What a test says and asks."""

    clock: ManualClock
    sandbox: Sandbox
    house: House
    slack: Mouth
    kept: Path
    """The folder of the database."""

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def workspace(self) -> Workspace:
        return self.sandbox.workspace

    @property
    def faults(self) -> Faults:
        return self.sandbox.faults

    async def sync(self) -> RunReport:
        """One run; nothing is sent."""
        return await reconcile(self.house.stores[0])

    async def run(self, **later: float) -> RunReport:
        """Move the clock, run once, and send what is owed."""
        self.clock.move(**later)
        report = await self.sync()
        await self.deliver()
        return report

    async def look_around(self, **later: float) -> None:
        """Move the clock, go round the queue as the schedule does every minute, and send what is owed."""
        self.clock.move(**later)
        await self.slack.rounds.go()
        await self.deliver()

    async def deliver(self) -> int:
        return await self.slack.delivery.run_once()

    async def gaps(self, **wanted: object) -> list[Gap]:
        async with self.house.database.read() as session:
            return await Queue(session, self.clock.now()).list(**wanted)

    def cards(self, order: str) -> list[Message]:
        """Every message about this order that has buttons, in the channel and in its threads."""
        tops = self.workspace.messages()
        everywhere = [one for top in tops for one in (top, *self.workspace.messages(thread_ts=top.ts))]
        seen = {one.ts: one for one in everywhere}
        return [one for one in seen.values() if order in one.words and one.buttons]

    def card(self, order: str) -> Message:
        """The one card of this order."""
        [card] = self.cards(order)
        return card

    def thread(self, order: str) -> list[str]:
        """What the card's thread tells, oldest first."""
        card = self.card(order)
        replies = self.workspace.messages(thread_ts=card.thread_ts or card.ts)
        return [one.words for one in replies if one.ts != card.ts]

    def thread_of(self, order: str) -> list[str]:
        """What the thread of an ended card tells, which has no buttons any more."""
        [card] = [one for one in self.workspace.messages() if f"Order {order}" in one.words]
        return [one.words for one in self.workspace.messages(thread_ts=card.ts) if one.ts != card.ts]

    def told(self, user: str = "U0ALEX") -> str:
        """The last private word to this person."""
        return self.workspace.ephemerals(user)[-1].words

    def direct(self, user: str) -> list[str]:
        """The direct messages to this person, oldest first."""
        return [one.words for one in self.workspace.messages(self.workspace.dm(user).id)]

    async def choose(self, order: str, choice: str, user: str = "U0ALEX") -> View:
        """Choose in the menu of the order's card; return the window that opens."""
        ack = await self.workspace.choose(self.card(order), "gap.more", choice, user)
        assert ack is not None
        assert ack.error is None
        await listeners_done()
        return self.workspace.modals(user)[-1]

    async def press(self, view: View, button: str, user: str = "U0ALEX") -> None:
        """Press a button in a window."""
        ack = await self.workspace.click(view, button, user)
        assert ack.error is None
        await listeners_done()

    async def submit(self, view: View, state: dict[str, object], user: str = "U0ALEX") -> None:
        """Fill in a window and send it."""
        ack = await self.workspace.submit(view, state, user)
        assert ack.error is None
        await self.settle()

    async def click(self, order: str, button: str, user: str = "U0ALEX", card: Message | None = None) -> None:
        """Press a button on the order's card; its effect is in the queue and on the card when this returns."""
        ack = await self.workspace.click(card or self.card(order), button, user)
        assert ack.error is None
        await self.settle()

    async def command(self, text: str, user: str = "U0ALEX") -> str:
        """Type `/stuck …` and return the final private answer."""
        ack = await self.workspace.command("/stuck", text, user)
        assert ack.error is None
        await self.settle()
        return self.told(user)

    async def settle(self) -> None:
        """Let every listener come to its end, then send what is owed."""
        await listeners_done()
        await self.deliver()


async def listeners_done() -> None:
    """Wait until no listener is at work any more: an answer goes on after its acknowledgement."""
    while busy := [task for task in asyncio.all_tasks() if _is_listener(task)]:
        await asyncio.wait(busy, timeout=5)


def _is_listener(task: asyncio.Task[object]) -> bool:
    """Bolt starts each listener as a task of this coroutine, and nobody waits for it."""
    return "run_ack_function_asynchronously" in getattr(task.get_coro(), "__qualname__", "")


def failed(story, number):
    """A label that Shopify was not told of. Half an hour lies between two of them: the store's connection is fine."""
    before = timedelta(minutes=30) * (number - 4000)
    order = story.world.order(f"#{number}", age=timedelta(hours=9) + before)
    story.world.import_order(order, age=timedelta(hours=8) + before)
    return story.world.label(
        order, age=timedelta(hours=5) + before, notify="IntegrationError: Shopify did not answer"
    )


@asynccontextmanager
async def tell(
    folder: Path, new_file: Callable[[str], str], toml: str = "", **world: int
) -> AsyncIterator[Story]:
    """Start world and bot, which has not looked at the world yet."""
    clock = ManualClock(TUESDAY_AT_TEN)
    if toml:
        (folder / "stuck.toml").write_text(toml)
    async with open_sandbox(clock, alive=False, orders=world.get("orders", 0)) as sandbox:
        address = new_file("story.db")
        environment = sandbox.environment() | {"DATABASE_URL": address}
        settings = load(environment, folder, need=EVERYTHING)
        async with open_house(settings, clock) as house:
            slack = mouth(house, socket_mode=True)
            stop = asyncio.Event()
            socket = SocketMode(slack.app, "xapp-pretend")
            listening = asyncio.create_task(socket.run(stop), name="socket")
            await sandbox.workspace.socket.connected()
            try:
                yield Story(clock, sandbox, house, slack, Path(address.removeprefix("sqlite:///")).parent)
            finally:
                stop.set()
                await listening


@pytest.fixture
def toml() -> str:
    """The bot's stuck.toml: none; stories that need one have their own."""
    return ""


@pytest.fixture
async def story(
    tmp_path: Path, new_file: Callable[[str], str], anyio_backend: str, toml: str
) -> AsyncIterator[Story]:
    """A shop without history, whose first run is over: each new gap gets a card of its own."""
    async with tell(tmp_path, new_file, toml) as story:
        await story.run(minutes=0)
        yield story


@pytest.fixture
async def untold(tmp_path: Path, new_file: Callable[[str], str], anyio_backend: str) -> AsyncIterator[Story]:
    """A shop that the bot has not looked at yet."""
    async with tell(tmp_path, new_file) as story:
        yield story


@pytest.fixture
async def lively(tmp_path: Path, new_file: Callable[[str], str], anyio_backend: str) -> AsyncIterator[Story]:
    """A shop with a month of history: healthy, and full of what only looks like a gap."""
    async with tell(tmp_path, new_file, orders=300) as story:
        yield story
