"""A store under watch in a pretend world whose time is moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from bot.clock import ManualClock
from bot.reconcile import RunReport, WatchedStore, run
from bot.sandbox.demo import Sandbox, open_sandbox
from bot.settings import load
from bot.wiring import open_house
from storage.notices import Notice, Notices
from storage.queue import Gap, Queue
from storage.runs import Run, Runs

TUESDAY_AT_TEN = datetime(2026, 11, 17, 15, tzinfo=UTC)
"""10:00 in New York, where the pretend shop is."""


@dataclass
class Watch:
    """What a test says and asks."""

    clock: ManualClock
    sandbox: Sandbox
    store: WatchedStore

    @property
    def world(self):
        return self.sandbox.world

    @property
    def faults(self):
        return self.sandbox.faults

    def order(self, name: str = "#5001", *, age: timedelta = timedelta(hours=9), **known):
        """An order that ShipStation has imported."""
        order = self.world.order(name, age=age, **known)
        self.world.import_order(order, age=age - timedelta(minutes=30))
        return order

    def failed(self, name: str = "#5001"):
        """An order whose parcel left five hours ago, and of which Shopify was never told."""
        order = self.order(name)
        return order, self.world.label(order, age=timedelta(hours=5), notify="Refused")

    async def run(self, *, later: timedelta = timedelta(0), **known) -> RunReport:
        self.clock.move(seconds=later.total_seconds())
        return await run(self.store, **known)

    async def gaps(self, **wanted) -> list[Gap]:
        async with self.store.database.read() as session:
            return await Queue(session, self.clock.now()).list(**wanted)

    async def last(self) -> Run:
        async with self.store.database.read() as session:
            last = await Runs(session, self.clock.now()).last(self.store.name)
        assert last is not None
        return last

    async def owed(self) -> list[Notice]:
        """Take everything that is owed to Slack, as if it were sent."""
        owed = []
        async with self.store.database.write() as session:
            notices = Notices(session, self.clock.now())
            while notice := await notices.take(self.store.name):
                owed.append(notice)
                await notices.sent(notice.id, ts=f"{len(owed)}.1", channel="C1", edition=notice.edition_due)
        return owed

    async def reading(self) -> None:
        """Wait until ShipStation is asked for something."""
        before = self.faults.requests["shipstation"]
        async with asyncio.timeout(10):
            while self.faults.requests["shipstation"] == before:  # noqa: ASYNC110  # the simulator raises no event
                await asyncio.sleep(0.01)

    def requests(self) -> list[str]:
        """The paths that ShipStation was asked for since the last look."""
        asked = [path for system, path in self.faults.log if system == "shipstation"]
        self.faults.log.clear()
        return asked

    def as_another_process(self) -> WatchedStore:
        return replace(self.store, holder="another:1:process")


@asynccontextmanager
async def watching(folder: Path, new_file: Callable[[str], str], *, orders: int = 0) -> AsyncIterator[Watch]:
    clock = ManualClock(TUESDAY_AT_TEN)
    async with open_sandbox(clock, alive=False, orders=orders) as sandbox:
        environment = sandbox.environment() | {"DATABASE_URL": new_file("stuck.db")}
        settings = load(environment, folder, need=frozenset({"sources", "database"}))
        async with open_house(settings, clock) as house:
            yield Watch(clock, sandbox, house.stores[0])


@pytest.fixture
def steps() -> ModuleType:
    """The module behind the function `bot.reconcile.run`, whose steps a test may replace."""
    return import_module("bot.reconcile.run")


@pytest.fixture
async def watch(anyio_backend: str, tmp_path: Path, new_file: Callable[[str], str]) -> AsyncIterator[Watch]:
    """A shop without history, whose first run is over."""
    async with watching(tmp_path, new_file) as watch:
        await watch.run()
        yield watch


@pytest.fixture
async def busy(anyio_backend: str, tmp_path: Path, new_file: Callable[[str], str]) -> AsyncIterator[Watch]:
    """A shop with a month of history, whose first run is over."""
    async with watching(tmp_path, new_file, orders=150) as watch:
        await watch.run()
        yield watch
