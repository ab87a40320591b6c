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

    async def ran(
        self,
        *,
        store: str = "main",
        error: str | None = None,
        ended: bool = True,
        requests: dict[str, int] | None = None,
        seconds: float = 0,
    ) -> None:
        async with self.database.write() as session:
            run = await Runs(session, self.clock.now()).start(store, sweep=False)
            self.clock.move(seconds=seconds)
            if ended:
                nothing = {"read": {}, "opened": 0, "updated": 0, "resolved": 0}
                await Runs(session, self.clock.now()).finish(
                    run, complete=error is None, error=error, requests=requests or {}, **nothing
                )

    async def snoozed(self, until: datetime) -> None:
        async with self.database.write() as session:
            queue = Queue(session, self.clock.now())
            [gap] = await queue.list()
            await queue.snooze(gap.id, "U0ANN", until)

    async def delivered(self) -> None:
        async with self.database.write() as session:
            notices = Notices(session, self.clock.now())
            while taken := await notices.take("main"):
                await notices.sent(taken.id, ts="1.0", channel="C1", edition=taken.edition_due)

    async def gave_up(self, code: str) -> None:
        async with self.database.write() as session:
            notices = Notices(session, self.clock.now())
            taken = await notices.take("main")
            assert taken is not None
            await notices.dead(taken, code)

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
                await notices.retry(taken, after=timedelta(0), error=code)

    async def health(self, *stores: str, **known):
        return await examine(self.database, self.clock, stores or ("main",), every=EVERY, **known)


@pytest.fixture
async def bot(anyio_backend, new_file):
    database = Database(new_file("stuck.db"))
    yield Bot(database)
    await database.close()


async def test_a_store_that_was_read_of_late_is_all_that_ready_takes(bot):
    await bot.ran()
    health = await bot.health()
    assert (health.live, health.ready, health.problems) == (True, True, ())
    assert health.as_json()["stores"] == {
        "main": {
            "fresh": True,
            "complete_at": "2026-11-18T12:00:00+00:00",
            "error": None,
            "runs": {"complete": 1, "incomplete": 0, "broken_off": 0},
            "seconds": 0.0,
            "requests": {},
        }
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
        "overdue": {"runs": 0, "notices": 0, "snoozes": 0, "cards": 0},
    }
    assert (await bot.health()).as_json()["kinds"] == {"sync.unfulfilled": {"open": 1}}


async def test_a_snooze_that_nobody_ends_is_told_after_five_minutes(bot):
    await bot.found()
    await bot.snoozed(NOON + timedelta(hours=1))
    await bot.delivered()
    bot.clock.move(minutes=64)
    await bot.ran()
    assert (await bot.health()).ready
    bot.clock.move(minutes=1)
    health = await bot.health()
    assert health.problems == ("Snoozes that do not end: 1.",)
    assert health.counts["overdue"]["snoozes"] == 1


async def test_a_gap_without_a_card_is_told_after_five_minutes(bot):
    await bot.ran()
    await bot.found()
    await bot.gave_up("invalid_blocks")
    bot.clock.move(minutes=4)
    assert (await bot.health()).ready
    bot.clock.move(minutes=1)
    health = await bot.health()
    assert health.problems == ("Gaps without a card: 1.",)
    assert health.counts["overdue"]["cards"] == 1


async def test_what_is_overdue_is_counted(bot):
    await bot.found()
    bot.clock.move(minutes=6)
    health = await bot.health("main", "second")
    assert health.counts["overdue"] == {"runs": 2, "notices": 1, "snoozes": 0, "cards": 0}


async def test_the_metrics_hear_what_came_of_the_last_dozen_runs(bot):
    for _ in range(20):
        await bot.ran(error="Shopify was slow.")
    await bot.ran(ended=False)
    await bot.ran(requests={"shopify": 3}, seconds=4)
    await bot.ran(requests={"shopify": 2, "shipstation": 1}, seconds=7)
    await bot.ran(ended=False)
    told = (await bot.health()).stores[0].as_json()
    assert told["runs"] == {"complete": 2, "incomplete": 8, "broken_off": 1}
    assert (told["seconds"], told["requests"]) == (7.0, {"shopify": 5, "shipstation": 1})


async def test_a_store_whose_last_dozen_runs_failed_was_still_read_once(bot):
    await bot.ran()
    for _ in range(13):
        await bot.ran(error="Shopify was slow.")
    health = await bot.health()
    assert (health.ready, health.stores[0].complete_at) == (True, NOON)


async def test_a_database_that_is_away_is_neither_ready_nor_alive(unused_port):
    database = Database(f"postgresql://stuck:hunter2@127.0.0.1:{unused_port}/stuck")
    health = await examine(database, ManualClock(NOON), ["main"], every=EVERY)
    await database.close()
    assert (health.live, health.ready) == (False, False)
    assert health.problems == ("The database does not answer: OperationalError.",)
    assert health.as_json()["counts"] == {}
