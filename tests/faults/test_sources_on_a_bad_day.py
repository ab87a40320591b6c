"""Every fault of a source, in every kind of request: nothing is opened or resolved, the run says why, the next is right.

Before it there is one open gap. It heals by itself, and three new ones are to be found, each in a list of its own;
then the day turns bad.
"""

import base64
import pickle
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import event

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.reconcile import RunReport, Sources, WatchedStore, run
from bot.sandbox.app import build
from bot.sandbox.demo import Sandbox
from bot.sandbox.faults import Faults
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.world import World
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify, ShopifyClient
from storage.database import Database
from storage.queue import Queue
from tests.faults.bad_days import TABLE, Day

pytestmark = pytest.mark.anyio

TUESDAY_AT_TEN = datetime(2026, 11, 17, 15, tzinfo=UTC)
BEFORE = {"#3001": "sync.unfulfilled"}
TRUTH = {"#3002": "sync.unfulfilled", "#3003": "sync.unfulfilled", "#3004": "sync.tracking_mismatch"}
"""What is wrong once #3001 has healed: a label that was not told, a mark that was not, a voided number at Shopify."""
NAMES = {"shopify": "Shopify", "shipstation": "ShipStation"}
HASTE = httpx.Timeout(0.4)
"""In place of 40 seconds, so that what is slow takes a second."""


@dataclass
class Ward:
    """A store under watch on a loopback server, in a world of its own."""

    world: World
    faults: Faults
    store: WatchedStore
    secrets: frozenset[str]

    @property
    def clock(self) -> ManualClock:
        assert isinstance(self.world.clock, ManualClock)
        return self.world.clock

    async def run(self, *, sweep: bool = False, **later: float) -> RunReport:
        self.clock.move(**later)
        return await run(self.store, sweep=sweep)

    async def gaps(self) -> dict[str, str]:
        """Every unresolved gap: its kind by its order."""
        return {order: kind for order, kind, _ in await self.rows()}

    async def rows(self) -> list[tuple[str, str, int]]:
        async with self.store.database.read() as session:
            found = await Queue(session, self.clock.now()).list()
        return sorted((str(gap.order), gap.kind, gap.revision) for gap in found)

    def order(self, name: str, hours: float):
        order = self.world.order(name, age=timedelta(hours=hours))
        self.world.import_order(order, age=timedelta(hours=hours - 0.5))
        return order

    def begin(self) -> None:
        """A busy shop, one gap, and a parcel whose label will be voided."""
        for number in range(24):
            shipped = self.order(f"#40{number:02}", 50 - number)
            self.world.label(shipped, age=timedelta(hours=48 - number))
        self.world.hold(self.order("#3005", 9), age=timedelta(minutes=30))
        self.world.label(self.order("#3004", 150), age=timedelta(hours=140))
        self.world.label(self.order("#3001", 9), age=timedelta(hours=5), notify="Refused")

    def go_on(self) -> None:
        """The gap heals, and three others come up."""
        [failed] = self.world.labels(self.world.find("#3001"))
        self.world.resend_notification(failed)
        self.world.label(self.order("#3002", 9), age=timedelta(hours=5), notify="Refused")
        by_hand = {"notify": "Refused", "tracking": "9400111899223197428490", "carrier": "usps"}
        self.world.mark_shipped(self.order("#3003", 9), age=timedelta(hours=5), **by_hand)
        again = self.world.find("#3004")
        self.world.void(self.world.labels(again)[0], age=timedelta(hours=6))
        self.world.label(again, age=timedelta(hours=5), notify=False)


@dataclass(frozen=True)
class Beginning:
    """What every bad day begins with."""

    now: datetime
    systems: bytes
    """What Shopify and ShipStation hold."""
    database: bytes

    def world(self) -> World:
        """Build the same world anew."""
        world = World(ManualClock(self.now), orders=0)
        world.shop, world.shipping = pickle.loads(self.systems)
        return world


# ---------------------------------------------------------------- one server, one beginning, a world for each day


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop, and so one server, for the whole table."""
    return "asyncio"


@pytest.fixture(scope="module")
async def server(anyio_backend: str) -> AsyncIterator[SandboxServer]:
    clock = ManualClock(TUESDAY_AT_TEN)
    server = SandboxServer(World(clock, orders=0), Workspace(clock), faults=Faults())
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
async def database(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('ward') / 'stuck.db'}")
    event.listen(database._engine.sync_engine, "connect", _no_waiting_for_the_disk)
    yield database
    await database.close()


def _no_waiting_for_the_disk(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="module")
async def beginning(server: SandboxServer, database: Database) -> Beginning:
    """The world and the database as every bad day finds them."""
    world = World(ManualClock(TUESDAY_AT_TEN), orders=30)
    async with _ward(server, database, world) as ward:
        await database.upgrade()
        assert (await ward.run()).complete
        ward.begin()
        assert (await ward.run(minutes=5)).complete
        assert await ward.gaps() == BEFORE
        ward.clock.move(minutes=5)
        ward.go_on()
    await database.close()
    assert database.file is not None
    systems = pickle.dumps((world.shop, world.shipping))
    return Beginning(world.clock.now(), systems, database.file.read_bytes())


@pytest.fixture
async def ward(server: SandboxServer, database: Database, beginning: Beginning) -> AsyncIterator[Ward]:
    """The world and the database as they were in the beginning."""
    await database.close()
    assert database.file is not None
    for log in database.file.parent.glob("stuck.db-*"):
        log.unlink()
    database.file.write_bytes(beginning.database)
    async with _ward(server, database, beginning.world()) as ward:
        yield ward


@asynccontextmanager
async def _ward(server: SandboxServer, database: Database, world: World) -> AsyncIterator[Ward]:
    faults = Faults()
    server._app = build(world, Workspace(world.clock), faults=faults)
    known = Sandbox(world, Workspace(world.clock), faults, server).environment()
    key, secret = known["SHIPSTATION_API_KEY"], known["SHIPSTATION_API_SECRET"]
    shop, client = known["SHOPIFY_SHOP"], known["SHOPIFY_CLIENT_SECRET"]
    credentials = ShopifyClient(SecretStr(known["SHOPIFY_CLIENT_ID"]), SecretStr(client))
    shopify = Shopify(shop, credentials, world.clock, known["SHOPIFY_API_URL"], transport=_plain())
    shipstation = ShipStation(
        SecretStr(key), SecretStr(secret), world.clock, known["SHIPSTATION_API_URL"], transport=_plain()
    )
    store = WatchedStore(
        StoreRules("main", shop), Sources(shopify, shipstation), database, world.clock, "ward"
    )
    travelling = base64.b64encode(f"{key}:{secret}".encode()).decode()
    try:
        yield Ward(world, faults, store, frozenset({key, secret, client, travelling}))
    finally:
        await shopify.close()
        await shipstation.close()


def _plain() -> httpx.AsyncHTTPTransport:
    """A connection on loopback: no certificates are read, which would take longer than the run."""
    return httpx.AsyncHTTPTransport(verify=False)


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize("day", TABLE, ids=lambda day: day.name)
async def test_on_a_bad_day_nothing_false_is_concluded_and_the_next_run_is_right(
    ward, day, monkeypatch, capsys
):
    before, began = await ward.rows(), ward.clock.now()
    with bad(day, ward, monkeypatch):
        report = await ward.run(minutes=20, sweep=day.sweep)
    took = ward.clock.now() - began - timedelta(minutes=20)

    if day.outcome == "blind":
        assert not report.complete
    if day.outcome == "right":
        assert (report.error, await ward.gaps()) == (None, TRUTH)
    if report.complete:
        gaps = await ward.gaps()
        assert gaps.items() <= BEFORE.items() | TRUTH.items()
        assert report.opened == len(gaps.keys() - BEFORE.keys())
        assert report.resolved == len(BEFORE.keys() - gaps.keys())
    else:
        assert (report.opened, report.resolved, await ward.rows()) == (0, 0, before)
        assert_readable(report.error, NAMES[day.request.system])
    assert took <= ward.store.every
    assert all(rule.hits for rule in ward.faults.rules if rule.kind != "skew"), "the fault took place"

    ward.faults.clear()
    again = await ward.run(minutes=5)
    assert (again.complete, await ward.gaps()) == (True, TRUTH)
    assert_discreet("".join(capsys.readouterr()) + str(report.error), ward)


@contextmanager
def bad(day: Day, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the day be as bad as the table has it."""
    for rule in day.rules:
        headers = rule.get("headers", {})
        ward.faults.add(**{**rule, "headers": headers() if callable(headers) else headers})
    if day.befalls is not None:
        day.befalls(ward.world)
    with monkeypatch.context() as patched:
        if day.hasty:
            patched.setattr("bot.sources.transport.TIMEOUT", HASTE)
        if day.request.small_pages:
            patched.setattr("bot.sources.shipstation.PAGE_SIZE", 20)
            patched.setattr("bot.sources.shopify_pace.LARGEST", 15)
        if day.request.one_by_one:
            patched.setattr("bot.reconcile.confirm.PAGE", 1)
        yield
    if day.mended is not None:
        day.mended(ward.world)


def assert_readable(error: str | None, name: str) -> None:
    """A few plain sentences that name the system."""
    assert error is not None
    assert name in error
    assert error.endswith(".")
    assert error.count(". ") >= 1
    assert len(error) < 700
    assert not set(error) & set("\n<>{}"), "neither markup nor code"


def assert_discreet(said: str, ward: Ward) -> None:
    """Neither a traceback nor a secret."""
    assert "Traceback" not in said
    bearer = ward.store.sources.shopify._graphql._access._bearer
    assert bearer is not None
    assert [secret for secret in (*ward.secrets, bearer.token.get_secret_value()) if secret in said] == []
