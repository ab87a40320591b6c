"""What a forked process plays: the real wiring, act by act, until it is told to die."""

import asyncio
import gc
import os
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from sqlalchemy import event

import bot.wiring
from bot.clock import Clock
from bot.reconcile import run as reconcile
from bot.settings import load
from bot.slack.socket import SocketMode
from bot.stopping import listeners_end
from bot.wiring import House, Mouth, mouth, open_house
from storage.database import Database, _private
from storage.notices import Notices
from storage.queue import Queue
from tests.faults.boundaries import Boundaries, watch
from tests.faults.shared_clock import SharedClock

ssl.create_default_context = cache(ssl.create_default_context)  # type: ignore[assignment]
# Nothing here speaks TLS, and each client would read all the world's certificates.
AsyncApp.__init__.__kwdefaults__["name"] = "stuck"
# Bolt names an app after the file that makes it, and looks through every module for that.

REHEARSED = "sqlite:///stuck.db"
"""The address of `rehearsed`, in whatever folder a process plays."""
rehearsed = Database(REHEARSED)
"""A database whose statements are compiled before the fork: a third of what a short part would take."""


event.remove(rehearsed._engine.sync_engine, "do_connect", _private)  # it would be asked before `_here`


@event.listens_for(rehearsed._engine.sync_engine, "do_connect")
def _here(dialect: Any, record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    """Connect to the file of that name in the folder where we are now, and not where the engine was made."""
    arguments[0] = Path(arguments[0]).name
    _private(dialect, record, arguments, options)


EVERYTHING = frozenset({"slack", "socket", "sources", "database"})
ROUNDS = 12
"""How often a restarted process may look again before something counts as never sent."""
A_LEASE_AND_MORE = 61.0
"""Seconds after which whatever a dead process held or was sending is free."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one process plays, and where it dies."""

    folder: Path
    environment: Mapping[str, str]
    acts: tuple[str, ...]
    dies_at: int | None = None
    """Number of the boundary at which it is killed; None: it plays to the end."""
    from_the_start: bool = False
    """Opening counts too: the database is new."""
    broken: Callable[[], None] | None = None
    """Breaks the program on purpose, to see that its tests would notice."""


def play(part: Part) -> None:
    """Play a part; the process's whole life."""
    log = os.open(part.folder / "play.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    gc.disable()  # a life of milliseconds needs no cleaning
    if part.broken is not None:
        part.broken()
    boundaries = Boundaries(part.folder / "boundaries", part.dies_at)
    watch(boundaries)
    if part.environment["DATABASE_URL"] == REHEARSED:
        os.chdir(part.folder)
        bot.wiring.Database = lambda _url: rehearsed  # type: ignore[assignment,misc]
    if not part.from_the_start:
        Database.upgrade = _upgraded_already  # type: ignore[method-assign]  # the copied database is
    asyncio.run(_play(part, boundaries))


async def _upgraded_already(_database: Database) -> None:
    """Spare the look: a fifth of what a short part would take."""


async def _play(part: Part, boundaries: Boundaries) -> None:
    boundaries.counting = part.from_the_start
    async with on_stage(part.environment, part.folder, SharedClock(part.folder / "clock")) as actor:
        boundaries.counting = True
        for act in part.acts:
            await getattr(actor, act)()
        boundaries.counting = False


@asynccontextmanager
async def on_stage(environment: Mapping[str, str], folder: Path, clock: Clock) -> AsyncIterator["Actor"]:
    """Open everything as `bot.wiring` does."""
    async with open_house(load(environment, folder, need=EVERYTHING), clock) as house:
        yield Actor(house)


class Actor:
    """The acts, by name."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.seen = False
        """Whether a run of this process came to its end."""

    @cached_property
    def slack(self) -> Mouth:
        """The Slack side, where an act needs it."""
        return mouth(self.house, socket_mode=True)

    async def sync(self) -> None:
        """One run of every store."""
        for store in self.house.stores:
            self.seen = (await reconcile(store)).complete

    async def deliver(self) -> None:
        """Send what is owed and due."""
        await self.slack.delivery.run_once()

    async def claim(self) -> None:
        """Somebody claims the oldest gap, in a process that lives."""
        async with self.house.database.write() as session:
            queue = Queue(session, self.house.clock.now())
            [gap, *_] = await queue.list()
            await queue.claim(gap.id, "U0BO")

    async def remind(self) -> None:
        """Every card is wanted once more, as it stands: one that was taken away is noticed."""
        async with self.house.database.write() as session:
            now = self.house.clock.now()
            gaps = await Queue(session, now).list(unresolved=False)
            await Notices(session, now).owe_cards(gaps)

    async def wait(self) -> None:
        """Let the rests of what was not sent pass."""
        await self.house.clock.sleep(A_LEASE_AND_MORE)

    async def listen(self) -> None:
        """Hear what people press, and send what comes of it, until SIGTERM."""
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        socket = SocketMode(self.slack.app, self.house.settings.slack.app_token.get_secret_value())
        await asyncio.gather(socket.run(stop), self.slack.delivery.run(stop))
        await listeners_end()

    async def settle(self) -> None:
        """Go on as a restarted process does: at once, then each time the leases and rests have passed."""
        for _ in range(ROUNDS):
            await self.deliver()
            if await self.quiet():
                return
            await self.wait()

    async def recover(self) -> None:
        """The same, with runs until one came to its end."""
        for _ in range(ROUNDS):
            if not self.seen:
                await self.sync()
            await self.deliver()
            if self.seen and await self.quiet():
                return
            await self.wait()

    async def quiet(self) -> bool:
        """Whether nothing is owed."""
        async with self.house.database.read() as session:
            counts = await Notices(session, self.house.clock.now()).counts()
        return counts.keys() <= {"sent", "dead"}
