"""What should have happened and did not."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import ManualClock
from bot.health import examine
from storage.database import Database
from storage.findings import Cause, Finding, NextAction, Severity
from storage.notices import Notices
from storage.queue import Judged, Queue
from storage.runs import Runs

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
EVERY = timedelta(minutes=5)


class Bot:
    """A database with the traces of a bot, and a clock."""

    def __init__(self, database: Database):
        self.database = database
        self.clock = ManualClock(NOON)

    async def ran(self, *, store: str = "main", error: str | None = None, ended: bool = True) -> None:
        async with self.database.write() as session:
            runs = Runs(session, self.clock.now())
            run = await runs.start(store, sweep=False)
            if ended:
                nothing = {"read": {}, "requests": {}, "opened": 0, "updated": 0, "resolved": 0}
                await runs.finish(run, complete=error is None, error=error, **nothing)

    async def found(self, number: int = 1) -> None:
        finding = Finding(
            kind="sync.unfulfilled",
            headline="Shipped, and Shopify does not know",
            severity=Severity.HIGH,
            since=NOON,
            cause=Cause("notification_failed", "confirmed", "It failed."),
            next_action=NextAction("resend", "Send it again."),
            evidence=(),
        )
        async with self.database.write() as session:
            await Queue(session, self.clock.now()).apply(
                "main", [Judged(f"order:{number}", str(number), f"#{number}", (finding,))]
            )

    async def refused(self, code: str, times: int) -> None:
        for _ in range(times):
            async with self.database.write() as session:
                notices = Notices(session, self.clock.now())
                taken = await notices.take("main")
                assert taken is not None
                await notices.retry(taken.id, after=timedelta(0), error=code)

    async def health(self, *stores: str, **known):
        return await examine(self.database, self.clock, stores or ("main",), every=EVERY, **known)


@pytest.fixture
async def bot(anyio_backend):
    database = Database("sqlite://")
    await database.upgrade()
    yield Bot(database)
    await database.close()


async def test_a_store_that_was_read_of_late_is_all_that_ready_takes(bot):
    await bot.ran()
    health = await bot.health()
    assert (health.live, health.ready, health.problems) == (True, True, ())
    assert health.as_json()["stores"] == {
        "main": {"fresh": True, "complete_at": "2026-11-18T12:00:00+00:00", "error": None}
    }


async def test_a_store_is_late_after_three_missed_intervals(bot):
    await bot.ran()
    bot.clock.move(minutes=15)
    assert (await bot.health()).ready
    bot.clock.move(seconds=1)
    health = await bot.health()
    assert health.problems == ("main: not read completely for too long.",)
    assert health.live
    assert not health.ready


async def test_a_store_that_was_never_read_is_named(bot):
    await bot.ran(store="main")
    assert (await bot.health("main", "second")).problems == ("second: not read completely yet.",)


async def test_a_store_that_cannot_be_read_says_why(bot):
    await bot.ran()
    bot.clock.move(hours=1)
    await bot.ran(error="ShipStation does not accept the key.")
    health = await bot.health()
    assert health.problems == ("main: ShipStation does not accept the key.",)
    assert health.stores[0].complete_at == NOON


async def test_one_failed_run_is_not_yet_a_problem(bot):
    await bot.ran()
    await bot.ran(error="Shopify was slow.")
    health = await bot.health()
    assert health.ready
    assert health.stores[0].error == "Shopify was slow."


async def test_a_run_that_was_broken_off_hides_no_error_and_makes_none(bot):
    await bot.ran()
    await bot.ran(ended=False)
    assert (await bot.health()).stores[0].error is None
    bot.clock.move(hours=1)
    await bot.ran(error="Shopify answers 401.")
    await bot.ran(ended=False)
    assert (await bot.health()).problems == ("main: Shopify answers 401.",)


async def test_messages_that_nobody_sends_are_overdue_after_five_minutes(bot):
    await bot.found(1)
    bot.clock.move(minutes=6)
    await bot.ran()
    assert (await bot.health()).problems == ("Overdue for Slack: 1 message.",)
    await bot.found(2)
    bot.clock.move(minutes=6)
    assert "Overdue for Slack: 2 messages." in (await bot.health()).problems


async def test_messages_that_slack_refuses_again_and_again_are_told_with_the_code(bot):
    await bot.ran()
    await bot.found()
    await bot.refused("is_archived", 4)
    assert (await bot.health()).ready
    await bot.refused("is_archived", 1)
    assert (await bot.health()).problems == ("Slack does not take 1 message: is_archived.",)


async def test_what_this_process_knows_of_slack_is_told(bot):
    await bot.ran()
    health = await bot.health(slack=lambda: ["Slack answers token_revoked to auth.test."])
    assert health.problems == ("Slack answers token_revoked to auth.test.",)


async def test_the_metrics_hear_what_the_database_holds(bot):
    await bot.ran()
    await bot.found()
    assert (await bot.health()).as_json()["counts"] == {
        "gaps": {"open": 1, "claimed": 0, "snoozed": 0},
        "notices": {"ready": 1},
    }


async def test_a_database_that_is_away_is_neither_ready_nor_alive(unused_port):
    database = Database(f"postgresql://stuck:hunter2@127.0.0.1:{unused_port}/stuck")
    health = await examine(database, ManualClock(NOON), ["main"], every=EVERY)
    await database.close()
    assert (health.live, health.ready) == (False, False)
    assert health.problems == ("The database does not answer: OperationalError.",)
    assert health.as_json()["counts"] == {}
