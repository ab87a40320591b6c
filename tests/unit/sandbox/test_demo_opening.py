"""The demo's opening, run by the real bot with the demo's settings: every kind has its turn, most heal, nobody is flooded."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import ManualClock
from bot.gaps.catalog import ALL, STORE_KINDS
from bot.reconcile import run as reconcile
from bot.sandbox.demo import STUCK_TOML, demo_clock, open_sandbox
from bot.settings import load
from bot.wiring import open_house
from storage.queue import Gap, Queue

pytestmark = pytest.mark.anyio

WEDNESDAY = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
STEPS = (*[15] * 20, *[30] * 10)
"""Minutes between two looks: three seconds of the demo, then six."""
MINUTE, TWO_MINUTES = 20, 30
"""Of the wall, in steps."""


@dataclass
class Watched:
    """What the bot had open at each step."""

    steps: list[list[Gap]] = field(default_factory=list)

    def kinds(self, until: int) -> set[str]:
        return {gap.kind for step in self.steps[: until + 1] for gap in step}

    def subjects(self, until: int) -> set[tuple[str, str]]:
        return {(gap.subject, gap.kind) for step in self.steps[: until + 1] for gap in step}

    def of_kind(self, kind: str) -> list[Gap]:
        return [gap for step in self.steps for gap in step if gap.kind == kind]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def watched(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> Watched:
    """Two minutes of the demo."""
    folder: Path = tmp_path_factory.mktemp("demo")
    (folder / "stuck.toml").write_text(STUCK_TOML)
    clock = ManualClock(demo_clock(WEDNESDAY).now())
    watched = Watched()
    async with open_sandbox(clock, alive=False) as sandbox:
        environment = sandbox.environment() | {"DATABASE_URL": f"sqlite:///{folder / 'demo.db'}"}
        settings = load(environment, folder, need=frozenset({"sources", "database"}))
        async with open_house(settings, clock) as house:
            for step in (0, *STEPS):
                clock.move(minutes=step)
                sandbox.world.tick()
                report = await reconcile(house.stores[0])
                assert report.complete, report.error
                async with house.database.read() as session:
                    watched.steps.append(await Queue(session, clock.now()).list())
    return watched


async def test_a_minute_shows_every_kind_of_gap(watched: Watched) -> None:
    assert watched.kinds(MINUTE) == {kind.code for kind in ALL}


async def test_the_first_look_finds_little_so_that_the_rest_can_be_watched_coming(watched: Watched) -> None:
    assert len(watched.steps[0]) <= 3


async def test_most_of_it_heals_within_the_minute_and_some_is_left_to_do(watched: Watched) -> None:
    all_of_it = watched.subjects(MINUTE)
    left = {(gap.subject, gap.kind) for gap in watched.steps[MINUTE]}

    assert len(left) >= 5
    assert len(all_of_it - left) > len(all_of_it) / 2


async def test_two_minutes_do_not_flood_anybody(watched: Watched) -> None:
    assert len(ALL) <= len(watched.subjects(TWO_MINUTES)) <= 45
    assert max(len(step) for step in watched.steps) <= 24


async def test_each_trouble_of_the_store_stands_for_its_orders_and_ends(watched: Watched) -> None:
    for kind in STORE_KINDS:
        seen = watched.of_kind(kind.code)
        assert max(len(gap.finding.folded) for gap in seen) >= 4
        assert kind.code not in {gap.kind for gap in watched.steps[MINUTE]}


async def test_what_an_outage_leaves_behind_comes_out_on_its_own(watched: Watched) -> None:
    parts = {order for gap in watched.of_kind("store.notify_outage") for order in gap.finding.folded}
    left = {gap.order_id for gap in watched.steps[MINUTE] if gap.kind == "sync.unfulfilled"}
    assert len(parts & left) == 2
