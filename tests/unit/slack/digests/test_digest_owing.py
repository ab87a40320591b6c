"""A digest is owed once a store and day, whatever number of processes look, and by nobody who was not there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.settings import Digests as Hours
from bot.settings import ShipStationCredentials, ShopifyCredentials, StoreSettings
from bot.slack.desk import Desk
from bot.slack.digests.facts import day_of, week_of
from bot.slack.digests.owing import DAILY, Digests
from storage import notice
from storage.database import Database
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.gap import Judged
from storage.queue import Queue
from storage.runs import Leases, Runs
from storage.tables import NOTICES

pytestmark = pytest.mark.anyio

TUESDAY = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
"""08:30 in New York."""
MONDAY = TUESDAY - timedelta(days=1)
STORE = StoreSettings(
    StoreRules("main", "acme.myshopify.com", timezone=ZoneInfo("America/New_York")),
    "C0PRETEND1",
    ShopifyCredentials("acme.myshopify.com"),
    ShipStationCredentials(SecretStr("k"), SecretStr("s")),
    Hours(weekly=None),
)


def finding(at: datetime) -> Finding:
    return Finding(
        kind="sync.unfulfilled",
        headline="Shipped, and Shopify does not know",
        severity=Severity.HIGH,
        since=at - timedelta(hours=5),
        cause=Cause("notify_failed", "confirmed", "The notification failed."),
        next_action=NextAction("resend", "Send the notification again."),
        evidence=(Evidence("shopify", "State", "Unfulfilled", at),),
    )


@dataclass
class Office:
    """One database, a clock that is moved by hand, and processes that look at both."""

    address: str
    database: Database
    clock: ManualClock
    nudges: list[str] = field(default_factory=list)

    def process(self, name: str = "here", database: Database | None = None, *stores: StoreSettings):
        async def nobody(*_: object):
            raise AssertionError("digests ask neither system")

        told = database or self.database
        desk = Desk(told, self.clock, stores or (STORE,), nobody, nobody, lambda: self.nudges.append(name))
        return Digests(desk, holder=name)

    async def watched(self, store: str = "main") -> None:
        async with self.database.write() as session:
            runs = Runs(session, self.clock.now())
            zero = {"read": {}, "requests": {}, "opened": 0, "updated": 0, "resolved": 0, "error": None}
            await runs.finish(await runs.start(store, sweep=False), complete=True, **zero)

    async def found(self, *orders: str, store: str = "main") -> None:
        async with self.database.write() as session:
            now = self.clock.now()
            judged = [Judged(f"order:{each}", each, f"#{each}", (finding(now),)) for each in orders]
            await Queue(session, now).apply(store, judged)

    async def owed(self) -> list[notice.Notice]:
        async with self.database.read() as session:
            rows = await (await session.connection()).execute(
                select(*notice.FIELDS).where(NOTICES.c.kind.in_(("daily", "weekly"))).order_by(NOTICES.c.seq)
            )
            return [notice.read(row) for row in rows.mappings()]


@pytest.fixture
async def office(new_file, anyio_backend) -> AsyncIterator[Office]:
    """A store that was watched since Friday, on Monday evening."""
    address = new_file("stuck.db")
    database = Database(address)
    office = Office(address, database, ManualClock(MONDAY - timedelta(days=3)))
    await office.watched()
    office.clock.move(days=3, hours=8)
    yield office
    await database.close()


def move(office: Office, to: datetime) -> None:
    office.clock.move(seconds=(to - office.clock.now()).total_seconds())


async def test_it_is_owed_at_the_hour_and_once_over_restarts(office):
    await office.found("1")
    move(office, TUESDAY - timedelta(seconds=1))
    await office.process().go()
    assert await office.owed() == []
    move(office, TUESDAY)
    await office.process().go()
    await office.process("after a restart").go()
    office.clock.move(hours=3)
    await office.process("there").go()
    [owed] = await office.owed()
    assert owed.id == "daily:main:2026-11-24"
    assert day_of(owed.facts).opened == 1
    assert office.nudges == ["here"]


async def test_processes_that_look_at_the_same_moment_owe_one(office):
    await office.found("1")
    move(office, TUESDAY)
    others = [Database(office.address) for _ in range(3)]
    await asyncio.gather(*(office.process(f"p{n}", each).go() for n, each in enumerate(others)))
    await asyncio.gather(*(each.close() for each in others))
    assert len(await office.owed()) == 1


async def test_one_that_died_while_it_counted_is_followed_by_another(office, monkeypatch):
    await office.found("1")
    move(office, TUESDAY)
    async with office.database.write() as session:
        await Leases(session, office.clock.now()).take("digest:main", "dead", timedelta(seconds=60))
    waiting = office.process()
    monkeypatch.setattr(waiting, "_counted", None)  # while another one counts, it does not even begin
    await waiting.go()
    assert await office.owed() == []
    office.clock.move(seconds=61)
    await office.process().go()
    assert len(await office.owed()) == 1


async def test_one_that_lost_its_turn_while_it_counted_owes_nothing(office, monkeypatch):
    """Its lease ran out, and another process has settled the day meanwhile."""
    await office.found("1")
    move(office, TUESDAY)
    slow, fast = office.process("slow"), office.process("fast")
    counted = slow._counted

    async def slowly(*arguments):
        told = await counted(*arguments)
        office.clock.move(minutes=2)
        await fast.go()
        return told

    monkeypatch.setattr(slow, "_counted", slowly)
    await slow.go()
    assert len(await office.owed()) == 1
    assert office.nudges == ["fast"]


async def test_silence_settles_the_day_too(office):
    move(office, TUESDAY)
    await office.process().go()
    await office.found("1")
    await office.process().go()
    assert await office.owed() == []
    move(office, TUESDAY + timedelta(days=1))
    await office.process().go()
    [owed] = await office.owed()
    assert day_of(owed.facts).opened == 1  # what came up after the silence is not lost


async def test_a_bot_that_began_after_the_hour_says_nothing_of_that_morning(office):
    move(office, TUESDAY + timedelta(hours=2))
    await office.watched("new")
    await office.found("1", store="new")
    new = replace(STORE, rules=replace(STORE.rules, name="new"))
    await office.process("here", None, new).go()
    assert await office.owed() == []


async def test_each_store_has_its_own_hour(office):
    west = replace(STORE, rules=replace(STORE.rules, name="west", timezone=ZoneInfo("America/Los_Angeles")))
    async with office.database.write() as session:
        await Runs(session, office.clock.now()).set_cursors("west", {DAILY: office.clock.now()})
    await office.watched("west")
    await office.found("1")
    await office.found("2", store="west")
    process = office.process("here", None, STORE, west)
    move(office, TUESDAY)
    await process.go()
    assert [each.store for each in await office.owed()] == ["main"]
    move(office, TUESDAY + timedelta(hours=3))
    await process.go()
    assert [each.store for each in await office.owed()] == ["main", "west"]


async def test_on_its_day_the_weekly_one_is_owed_beside_the_daily_one(office):
    both = replace(STORE, digests=Hours(weekly=1))
    await office.found("1")
    move(office, TUESDAY)
    for name in ("here", "there"):
        await office.process(name, None, both).go()
    owed = await office.owed()
    assert [each.id for each in owed] == ["daily:main:2026-11-24", "weekly:main:2026-11-24"]
    week = week_of(owed[1].facts)
    assert (str(week.first), str(week.last), week.opened) == ("2026-11-17", "2026-11-23", 1)


async def test_a_digest_keeps_what_it_counted_however_it_is_written_down(office):
    await office.found("1")
    move(office, TUESDAY)
    await office.process("here", None, replace(STORE, digests=Hours(weekly=1))).go()
    daily, weekly = await office.owed()
    assert day_of(daily.facts).first.named[0].name == "Order #1"
    assert week_of(weekly.facts).watching.runs == 1
