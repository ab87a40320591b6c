"""What runs when: every store once an interval, whatever becomes of a run, until it is stopped."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot import schedule
from bot.clock import ManualClock, SystemClock
from bot.reconcile import RunReport
from bot.reconcile.due import BEGUN, COMPLETE
from bot.reconcile.lease import holding
from bot.schedule import Chore, Schedule
from storage.database import Database
from storage.runs import Leases, Runs

pytestmark = pytest.mark.anyio

EVERY = timedelta(minutes=5)
PATIENCE = 10
START = datetime(2026, 11, 18, 12, tzinfo=UTC)


class Played:
    """Stands for `reconcile.run`: takes the lease, notes that it has run, and else does what the test says."""

    def __init__(self, database: Database, clock: ManualClock):
        self.database = database
        self.clock = clock
        self.of: list[str] = []
        self.ended: list[str] = []
        self.wait: asyncio.Event | None = None
        self.errors: list[Exception] = []
        self.skipped = False
        self.incomplete = False

    def store(self, name: str, holder: str = "here") -> SimpleNamespace:
        return SimpleNamespace(name=name, database=self.database, clock=self.clock, holder=holder)

    async def __call__(self, store, *, unless_within) -> RunReport:
        assert unless_within in {EVERY, timedelta(0)}
        async with holding(store, 0) as fence:
            if fence is None:
                return RunReport(store.name, complete=False, skipped=True)
            self.of.append(store.name)
            if self.errors:
                raise self.errors.pop(0)
            try:
                if self.wait is not None:
                    await self.wait.wait()
            except asyncio.CancelledError:
                self.ended.append("broken off")
                raise
            await self.note(store.name)
            self.ended.append("complete")
            return RunReport(
                store.name, complete=True, requests={"shopify": 1}, opened=2, skipped=self.skipped
            )

    async def note(self, name: str) -> None:
        async with self.database.write() as session:
            reached, now = (BEGUN, COMPLETE)[: 1 if self.incomplete else 2], self.clock.now()
            await Runs(session, now).set_cursors(name, dict.fromkeys(reached, now))

    async def until(self, condition) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition(self):  # noqa: ASYNC110  # APScheduler offers no event for it
                await asyncio.sleep(0.005)

    async def a_while(self) -> None:
        """Let the schedule look a few times more."""
        await asyncio.sleep(0.1)


@pytest.fixture
async def runs(monkeypatch, anyio_backend: str, new_file) -> AsyncIterator[Played]:
    database = Database(new_file("stuck.db"))
    runs = Played(database, ManualClock(START))
    monkeypatch.setattr(schedule, "run", runs)
    monkeypatch.setattr(schedule, "LOOK_EVERY", 0.02)
    yield runs
    await database.close()


@asynccontextmanager
async def scheduled(runs: Played, *names: str, holder: str = "here", clock=None, heartbeat=None, chores=()):
    stop = asyncio.Event()
    stores = [runs.store(name, holder) for name in names]
    schedule = Schedule(stores, every=EVERY, clock=clock or runs.clock, heartbeat=heartbeat, chores=chores)
    task = asyncio.create_task(schedule.run(stop))
    yield SimpleNamespace(stop=stop, task=task, schedule=schedule)
    stop.set()
    await asyncio.wait_for(task, PATIENCE)


def noise(records) -> list:
    """What nobody should find in the log. APScheduler warns when a look outlasts its interval, which is waited for."""
    return [one for one in records if one.levelno >= (40 if one.name.startswith("apscheduler") else 30)]


# ---------------------------------------------------------------- what is due


async def test_each_store_is_read_at_once_and_then_once_an_interval(runs):
    async with scheduled(runs, "main", "second"):
        await runs.until(lambda runs: sorted(runs.ended) == ["complete"] * 2)
        runs.clock.move(minutes=4, seconds=59)
        await runs.a_while()
        assert sorted(runs.of) == ["main", "second"]
        runs.clock.move(seconds=1)
        await runs.until(lambda runs: len(runs.of) == 4)
    assert sorted(runs.of) == ["main", "main", "second", "second"]


async def test_what_another_process_read_is_not_due(runs):
    await runs.note("main")
    async with scheduled(runs, "main"):
        await runs.a_while()
        assert runs.of == []
        runs.clock.move(minutes=5)
        await runs.until(lambda runs: runs.ended)


async def test_what_another_process_is_reading_is_left_to_it_and_taken_over_when_it_dies(runs):
    async with runs.database.write() as session:
        await Leases(session, START).take("reconcile:main", "elsewhere", timedelta(minutes=1))
    async with scheduled(runs, "main"):
        await runs.a_while()
        assert runs.of == []
        runs.clock.move(seconds=61)
        await runs.until(lambda runs: runs.ended)


async def test_what_could_not_be_read_is_tried_again_at_the_start_and_then_after_the_interval(runs):
    runs.incomplete = True
    async with scheduled(runs, "main"):
        await runs.until(lambda runs: runs.ended)
        await runs.a_while()
        assert len(runs.of) == 1
    async with scheduled(runs, "main", holder="started anew"):
        await runs.until(lambda runs: len(runs.ended) == 2)
        runs.clock.move(minutes=4)
        await runs.a_while()
    assert len(runs.of) == 2


async def test_two_schedules_share_the_stores(runs):
    names = [f"store-{number:02}" for number in range(20)]
    async with scheduled(runs, *names, holder="one"), scheduled(runs, *names, holder="two"):
        await runs.until(lambda runs: len(runs.ended) == 20)
        await runs.a_while()
        runs.clock.move(minutes=5)
        await runs.until(lambda runs: len(runs.ended) == 40)
        await runs.a_while()
    assert sorted(runs.of) == sorted(names * 2)


async def test_the_longest_waiting_comes_first_and_only_so_many_at_once(runs, monkeypatch):
    monkeypatch.setattr(schedule, "RUNS_AT_ONCE", 2)
    runs.clock.move(hours=-1)
    for name in ("d", "b", "a", "c"):
        await runs.note(name)
        runs.clock.move(minutes=1)
    runs.clock.move(hours=1)
    runs.wait = asyncio.Event()
    async with scheduled(runs, "a", "b", "c", "d"):
        await runs.until(lambda runs: len(runs.of) == 2)
        await runs.a_while()
        assert runs.of == ["d", "b"]
        runs.wait.set()
        await runs.until(lambda runs: len(runs.ended) == 4)
    assert runs.of[2:] == ["a", "c"]


async def test_a_worker_takes_no_more_in_hand_than_it_soon_begins_and_leaves_the_rest_to_others(
    runs, monkeypatch
):
    monkeypatch.setattr(schedule, "RUNS_AT_ONCE", 1)
    monkeypatch.setattr(schedule, "WAITING_AT_ONCE", 2)
    runs.wait = asyncio.Event()
    async with scheduled(runs, *"abcdefgh", holder="one") as one:
        await runs.until(lambda runs: len(one.schedule._runs) == 2)
        await runs.a_while()
        assert len(one.schedule._runs) == 2
        runs.wait.set()
        await runs.until(lambda runs: len(runs.ended) == 8)
    assert sorted(runs.of) == list("abcdefgh")


def test_workers_that_look_at_once_seldom_choose_the_same(runs):
    stores = [[runs.store(f"store-{n:03}", holder) for n in range(200)] for holder in ("one", "two")]
    one, two = (
        {store.name for store in Schedule(due, every=EVERY, clock=runs.clock)._mine(due)} for due in stores
    )
    assert len(one) == len(two) == schedule.WAITING_AT_ONCE
    assert len(one & two) <= schedule.WAITING_AT_ONCE / 2


async def test_a_store_is_never_run_twice_at_once(runs):
    runs.wait = asyncio.Event()
    async with scheduled(runs, "main"):
        await runs.until(lambda runs: runs.of)
        runs.clock.move(hours=1)
        await runs.a_while()
        assert runs.of == ["main"]
        runs.wait.set()


async def test_a_long_run_delays_no_other_store(runs, monkeypatch):
    monkeypatch.setattr(schedule, "RUNS_AT_ONCE", 2)
    slow = asyncio.Event()
    quick = runs.__call__

    async def run(store, *, unless_within):
        if store.name == "slow":
            await slow.wait()
        return await quick(store, unless_within=unless_within)

    monkeypatch.setattr(schedule, "run", run)
    async with scheduled(runs, "slow", "a", "b"):
        await runs.until(lambda runs: sorted(runs.of) == ["a", "b"])
        slow.set()


# ---------------------------------------------------------------- when it breaks


@pytest.mark.parametrize(
    "error",
    [RuntimeError("a defect"), OperationalError("BEGIN", {}, Exception("the server is away\nhint"))],
    ids=["a defect", "the database"],
)
async def test_a_run_that_raises_rests_and_does_not_end_the_schedule(runs, error, monkeypatch):
    runs.errors = [error]
    async with scheduled(runs, "main", "second") as it:
        await runs.until(lambda runs: runs.ended)
        await runs.a_while()
        assert sorted(runs.of) == ["main", "second"], "it is left alone for a while"
        it.schedule._rests.clear()
        await runs.until(lambda runs: len(runs.ended) == 2)
    assert len(runs.of) == 3


async def test_a_database_that_is_away_is_one_line_in_the_log_and_a_defect_its_traceback(runs):
    store = runs.store("main")
    runs.errors = [
        OperationalError("BEGIN", {}, Exception("the server is away\nhint")),
        RuntimeError("a defect"),
    ]
    with capture_logs() as lines:
        assert not await schedule.reconcile(store, EVERY)
        assert not await schedule.reconcile(store, EVERY)
    away, defect = lines
    assert away["error"] == "the server is away"
    assert "exc_info" not in away
    assert defect["exc_info"]


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (OperationalError("BEGIN", {}, Exception("away")), "nothing is read: the database does not answer"),
        (RuntimeError("a defect"), "the look at what is due broke off"),
    ],
    ids=["the database", "a defect"],
)
async def test_a_look_that_fails_is_said_once_in_a_while_and_the_next_one_comes(
    runs, monkeypatch, error, event
):
    answers = [error]

    async def due(*arguments, broken):
        if answers:
            raise answers.pop()
        return [arguments[1][0]]

    monkeypatch.setattr(schedule, "due", due)
    with capture_logs() as lines:
        async with scheduled(runs, "main") as it:
            await runs.until(lambda _: lines)
            await runs.a_while()
            assert [line["event"] for line in lines] == [event]
            it.schedule._rests.clear()
            await runs.until(lambda runs: runs.ended)


async def test_what_came_of_a_run_is_in_the_log_unless_another_process_did_it(runs):
    with capture_logs() as lines:
        await schedule.reconcile(runs.store("main"), EVERY)
        runs.skipped = True
        await schedule.reconcile(runs.store("main"), EVERY)
    [line] = lines
    assert (line["event"], line["store"], line["opened"], line["shopify_requests"]) == ("run", "main", 2, 1)


# ---------------------------------------------------------------- how it ends


async def test_asked_to_stop_a_run_in_progress_may_end(runs):
    runs.wait = asyncio.Event()
    async with scheduled(runs, "main") as it:
        await runs.until(lambda runs: runs.of)
        it.stop.set()
        await asyncio.sleep(0.02)
        assert not it.task.done()
        runs.wait.set()
    assert runs.ended == ["complete"]


async def test_a_run_that_takes_too_long_to_end_is_broken_off_without_noise(runs, monkeypatch, caplog):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.05)
    monkeypatch.setattr(schedule, "RUNS_AT_ONCE", 1)
    runs.wait = asyncio.Event()
    began = time.monotonic()
    with capture_logs() as lines:
        async with scheduled(runs, "main", "waits for its turn"):
            await runs.until(lambda runs: runs.of)
    assert runs.ended == ["broken off"]
    assert time.monotonic() - began < 3
    assert [(line["event"][:14], line["store"]) for line in lines] == [("run broken off", "main")]
    assert noise(caplog.records) == []


async def test_a_run_that_was_broken_off_is_due_at_once(runs, monkeypatch):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.05)
    runs.wait = asyncio.Event()
    async with scheduled(runs, "main"):
        await runs.until(lambda runs: runs.of)
    runs.wait = None
    async with scheduled(runs, "main", holder="another process"):
        await runs.until(lambda runs: runs.ended == ["broken off", "complete"])


async def test_after_the_stop_nothing_begins(runs):
    async with scheduled(runs, "main") as it:
        await runs.until(lambda runs: runs.ended)
        it.stop.set()
        await it.task
        runs.clock.move(hours=1)
        await runs.a_while()
    assert runs.of == ["main"]


async def test_cancelling_the_schedule_breaks_its_runs_off(runs, monkeypatch):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.01)
    runs.wait = asyncio.Event()
    task = asyncio.create_task(
        Schedule([runs.store("main")], every=EVERY, clock=runs.clock).run(asyncio.Event())
    )
    await runs.until(lambda runs: runs.of)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert runs.ended == ["broken off"]


# ---------------------------------------------------------------- the heartbeat


async def test_the_heart_beats_again_and_again_even_after_a_defect(runs):
    beats: list[int] = []
    enough = asyncio.Event()

    async def heartbeat() -> None:
        beats.append(len(beats))
        if len(beats) == 3:
            enough.set()
        raise RuntimeError("a defect")

    with capture_logs() as lines:
        async with scheduled(runs, "main", heartbeat=heartbeat):
            await asyncio.wait_for(enough.wait(), PATIENCE)
    assert {line["event"] for line in lines} >= {"the heartbeat broke off"}


async def test_the_heart_beats_every_two_minutes_and_not_where_nobody_waits(runs):
    async def heartbeat() -> None:
        """Nothing."""

    async with scheduled(runs, "main", clock=SystemClock(), heartbeat=heartbeat) as it:
        await runs.until(lambda runs: runs.of)
        job = it.schedule._scheduler.get_job("heartbeat")
        assert job.trigger.interval == timedelta(minutes=2)
    async with scheduled(runs, "main", clock=SystemClock()) as it:
        await runs.until(lambda runs: runs.of)
        assert it.schedule._scheduler.get_job("heartbeat") is None


async def test_a_beat_that_hangs_does_not_hold_up_the_stop(runs, monkeypatch, caplog):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.05)
    began = asyncio.Event()

    async def heartbeat() -> None:
        began.set()
        await asyncio.Event().wait()

    before = time.monotonic()
    async with scheduled(runs, "main", heartbeat=heartbeat):
        await asyncio.wait_for(began.wait(), PATIENCE)
    assert time.monotonic() - before < 3
    assert noise(caplog.records) == []


# ---------------------------------------------------------------- chores


async def test_a_chore_is_done_again_and_again_whatever_it_meets(runs):
    done, meets = [], [OperationalError("SELECT", {}, Exception("away")), ValueError("odd"), None, None]

    async def work() -> None:
        done.append(1)
        if len(done) <= len(meets) and (error := meets[len(done) - 1]) is not None:
            raise error

    with capture_logs() as logs:
        async with scheduled(runs, "main", chores=[Chore("rounds", 60, work)]):
            await runs.until(lambda runs: len(done) >= 4)
    said = [(log["event"], log.get("chore")) for log in logs if log["log_level"] == "error"]
    assert said == [
        ("not done: the database does not answer", "rounds"),
        ("a chore broke off", "rounds"),
    ]


async def test_a_chore_keeps_to_the_wall_where_the_clock_is_the_walls(runs):
    done = []

    async def work() -> None:
        done.append(1)

    async with scheduled(runs, "main", clock=SystemClock(), chores=[Chore("rounds", 60, work)]):
        await runs.a_while()
    assert done == []
