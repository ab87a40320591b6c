"""What runs when: every store at its interval, whatever becomes of a run, until it is stopped."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot import schedule
from bot.clock import FastClock, ManualClock, SystemClock
from bot.reconcile import RunReport
from bot.schedule import Schedule

pytestmark = pytest.mark.anyio

EVERY = timedelta(minutes=5)
PATIENCE = 10
START = datetime(2026, 11, 18, 12, tzinfo=UTC)


class Runs:
    """Stands for `reconcile.run`: counts, and does what the test says."""

    def __init__(self):
        self.of: list[str] = []
        self.ended: list[str] = []
        self.wait: asyncio.Event | None = None
        self.errors: list[Exception] = []
        self.skipped = False

    async def __call__(self, store) -> RunReport:
        self.of.append(store.name)
        if self.errors:
            raise self.errors.pop(0)
        try:
            if self.wait is not None:
                await self.wait.wait()
        except asyncio.CancelledError:
            self.ended.append("broken off")
            raise
        self.ended.append("complete")
        return RunReport(store.name, complete=True, requests={"shopify": 1}, opened=2, skipped=self.skipped)

    async def until(self, condition) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition(self):  # noqa: ASYNC110  # APScheduler offers no event for it
                await asyncio.sleep(0.005)


@pytest.fixture
def runs(monkeypatch) -> Runs:
    runs = Runs()
    monkeypatch.setattr(schedule, "run", runs)
    monkeypatch.setattr(schedule, "FASTEST", 0.02)
    return runs


@asynccontextmanager
async def scheduled(*names: str, clock=None, heartbeat=None):
    stop = asyncio.Event()
    stores = [SimpleNamespace(name=name) for name in names]
    schedule = Schedule(stores, every=EVERY, clock=clock or ManualClock(START), heartbeat=heartbeat)
    task = asyncio.create_task(schedule.run(stop))
    yield SimpleNamespace(stop=stop, task=task, schedule=schedule)
    stop.set()
    await asyncio.wait_for(task, PATIENCE)


async def test_each_store_runs_again_and_again(runs):
    async with scheduled("main", "second"):
        await runs.until(lambda runs: runs.of.count("main") > 1 and runs.of.count("second") > 1)


async def test_the_first_run_is_at_once_and_the_next_after_the_interval(runs):
    async with scheduled("main", clock=SystemClock()) as it:
        await runs.until(lambda runs: runs.of)
        [job] = it.schedule._scheduler.get_jobs()
        ahead = (job.next_run_time - datetime.now(UTC)).total_seconds()
        assert 300 * 0.8 < ahead < 300 * 1.2
    assert runs.of == ["main"]


async def test_many_stores_do_not_all_begin_in_the_same_second(runs):
    async with scheduled(*(f"store-{number}" for number in range(10)), clock=SystemClock()) as it:
        await runs.until(lambda runs: runs.of)
        times = sorted(job.next_run_time for job in it.schedule._scheduler.get_jobs())
    assert len({one.replace(microsecond=0) for one in times}) == 10


async def test_a_fast_clock_runs_more_often_but_never_without_rest(monkeypatch):
    fast = FastClock(START, 300)
    assert Schedule([], every=EVERY, clock=fast).seconds == pytest.approx(1)
    assert Schedule([], every=EVERY, clock=FastClock(START, 1e6)).seconds == schedule.FASTEST
    assert Schedule([], every=EVERY, clock=SystemClock()).seconds == 300


@pytest.mark.parametrize(
    "error",
    [RuntimeError("a defect"), OperationalError("BEGIN", {}, Exception("the server is away\nhint"))],
    ids=["a defect", "the database"],
)
async def test_a_run_that_raises_does_not_end_the_schedule(runs, error):
    runs.errors = [error, error]
    async with scheduled("main"):
        await runs.until(lambda runs: runs.ended)
    assert runs.of.count("main") >= 3


async def test_a_database_that_is_away_is_one_line_in_the_log_and_a_defect_its_traceback(runs):
    store = SimpleNamespace(name="main")
    runs.errors = [
        OperationalError("BEGIN", {}, Exception("the server is away\nhint")),
        RuntimeError("a defect"),
    ]
    with capture_logs() as lines:
        await schedule.reconcile(store)
        await schedule.reconcile(store)
    away, defect = lines
    assert away["error"] == "the server is away"
    assert "exc_info" not in away
    assert defect["exc_info"]


async def test_what_came_of_a_run_is_in_the_log_unless_another_process_did_it(runs):
    with capture_logs() as lines:
        await schedule.reconcile(SimpleNamespace(name="main"))
        runs.skipped = True
        await schedule.reconcile(SimpleNamespace(name="main"))
    [line] = lines
    assert (line["event"], line["store"], line["opened"], line["shopify_requests"]) == ("run", "main", 2, 1)


async def test_a_store_is_never_run_twice_at_once(runs):
    runs.wait = asyncio.Event()
    async with scheduled("main"):
        await runs.until(lambda runs: runs.of)
        await asyncio.sleep(0.1)
        assert runs.of == ["main"]
        runs.wait.set()


async def test_asked_to_stop_a_run_in_progress_may_end(runs):
    runs.wait = asyncio.Event()
    async with scheduled("main") as it:
        await runs.until(lambda runs: runs.of)
        it.stop.set()
        await asyncio.sleep(0.02)
        assert not it.task.done()
        runs.wait.set()
    assert runs.ended == ["complete"]


async def test_a_run_that_takes_too_long_to_end_is_broken_off_without_noise(runs, monkeypatch, caplog):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.05)
    runs.wait = asyncio.Event()
    began = time.monotonic()
    with capture_logs() as lines:
        async with scheduled("main") as it:
            await runs.until(lambda runs: runs.of)
            it.stop.set()
    assert runs.ended == ["broken off"]
    assert time.monotonic() - began < 3
    assert [line["event"][:14] for line in lines] == ["run broken off"]
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []


async def test_after_the_stop_nothing_begins(runs):
    async with scheduled("main") as it:
        await runs.until(lambda runs: runs.ended)
        it.stop.set()
        await it.task
        before = len(runs.of)
        await asyncio.sleep(0.1)
    assert len(runs.of) == before


async def test_cancelling_the_schedule_breaks_its_runs_off(runs, monkeypatch):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.01)
    runs.wait = asyncio.Event()
    task = asyncio.create_task(
        Schedule([SimpleNamespace(name="main")], every=EVERY, clock=ManualClock(START)).run(asyncio.Event())
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
        async with scheduled("main", heartbeat=heartbeat):
            await asyncio.wait_for(enough.wait(), PATIENCE)
    assert {line["event"] for line in lines} >= {"the heartbeat broke off"}


async def test_the_heart_beats_every_two_minutes_and_not_where_nobody_waits(runs):
    async def heartbeat() -> None:
        """Nothing."""

    async with scheduled("main", clock=SystemClock(), heartbeat=heartbeat) as it:
        await runs.until(lambda runs: runs.of)
        job = it.schedule._scheduler.get_job("heartbeat")
        assert job.trigger.interval == timedelta(minutes=2)
    async with scheduled("main", clock=SystemClock()) as it:
        await runs.until(lambda runs: len(runs.of) > 1)
        assert it.schedule._scheduler.get_job("heartbeat") is None


async def test_a_beat_that_hangs_does_not_hold_up_the_stop(runs, monkeypatch, caplog):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.05)
    began = asyncio.Event()

    async def heartbeat() -> None:
        began.set()
        await asyncio.Event().wait()

    before = time.monotonic()
    async with scheduled("main", heartbeat=heartbeat):
        await asyncio.wait_for(began.wait(), PATIENCE)
    assert time.monotonic() - before < 3
    assert [record for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []
