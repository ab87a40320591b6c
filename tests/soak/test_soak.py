"""Hours of a shop's day in minutes, in which everything fails that can: afterwards the bot knows what is true, and said it once."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.demo import STUCK_TOML
from bot.sandbox.world import World
from tests.faults.books import moment, read_postgresql, read_sqlite, rows
from tests.faults.forks import Fork
from tests.faults.invariants import violations
from tests.faults.player import REHEARSED, Part, play
from tests.faults.shared_clock import SharedClock
from tests.faults.stage import DATABASE, Stage, shown
from tests.postgresql import execute
from tests.soak.chaos import Chaos
from tests.soak.company import SPEED, Company
from tests.soak.evidence import keep
from tests.soak.people import People
from tests.soak.truth import FACTS, Known, contradictions, untrue

pytestmark = pytest.mark.anyio

MINUTES = float(os.environ.get("STUCK_SOAK_MINUTES", "3"))
SEED = int(os.environ.get("STUCK_SOAK_SEED") or random.SystemRandom().randrange(10_000))
ORDERS = 60
AFTERNOON = datetime(2026, 11, 17, 18, 30, tzinfo=UTC)
"""A Tuesday, 13:30 in the pretend shop."""
QUIET_WITHIN = 120.0
"""Seconds of the wall in which everything owed is sent once nothing fails any more."""


@dataclass(frozen=True, slots=True)
class Databases:
    """Addresses: PostgreSQL's, or None where none starts: then one process has it all on SQLite."""

    soaked: str | None
    fresh: str | None


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Databases:
    """One to be soaked, and one for a bot without a past."""
    try:
        soaked, server = request.getfixturevalue("address"), request.getfixturevalue("server")
    except pytest.skip.Exception as reason:
        print(f"{reason}. One `run` process on SQLite instead.")
        return Databases(None, None)
    execute(server, "DROP DATABASE IF EXISTS fresh WITH (FORCE)", "CREATE DATABASE fresh")
    return Databases(soaked, server("fresh"))


@pytest.fixture
async def company(anyio_backend: str, databases: Databases, tmp_path: Path) -> AsyncIterator[Company]:
    """Everybody is there and has begun; the shop is alive until the test is over."""
    print(f"\nSEED={SEED} MINUTES={MINUTES:g}")
    (tmp_path / "stuck.toml").write_text(STUCK_TOML)
    clock = SharedClock.set_up(tmp_path / "clock", AFTERNOON, speed=SPEED)
    async with shown(tmp_path, clock, World(clock, seed=SEED, orders=ORDERS)) as stage:
        stage.workspace.pace.on = True
        company = Company(stage, databases.soaked)
        company.fill()
        try:
            yield company
        finally:
            for post in company.posts:
                if post.process is not None:
                    post.process.kill()
                    await post.process.ended()


async def test_after_hours_of_chaos_the_bot_knows_what_is_true_and_said_it_once(
    company: Company, databases: Databases
) -> None:
    stage, chance, over = company.stage, random.Random(SEED), asyncio.Event()
    people = People(company, chance)
    chaos = Chaos(company, people, chance)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(stage.world.live(over))
        try:
            await _until(lambda: stage.faults.requests["shipstation"])
            await _until(lambda: any(run["complete"] for run in company.books().runs))
            await chaos.rage(MINUTES * 60)
        finally:
            over.set()
    chaos.end()
    company.fill()
    calm = stage.clock.now()
    await _until(lambda: _quiet(company, calm))
    codes = await company.close()
    stage.clock.stop()
    stage.clock.move(minutes=16)  # ShipStation's stores are read every quarter of an hour

    known = await _known_by_both(company, databases)
    wrong = untrue(*known.values(), stage.clock.now())
    await _play(stage, stage.folder, databases.soaked, "settle")
    wrong += _told_wrongly(company, people, unnoticed=True)
    await _play(stage, stage.folder, databases.soaked, "remind", "settle")
    wrong += [each for each in _told_wrongly(company, people) if each not in wrong]
    if wrong:
        more = {
            "verdicts": company.rows("SELECT id, look_again_at, imported FROM orders ORDER BY id"),
            "away": stage.away,
            "misfortunes": chaos.diary,
        }
        keep(stage.folder / "evidence", wrong, stage.workspace, company.books(), known, **more)
    _report(company, chaos, wrong)
    assert wrong == []
    assert set(codes) == {0}


async def _until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(QUIET_WITHIN):
        while not condition():  # noqa: ASYNC110  # other processes bring it about
            await asyncio.sleep(0.2)


def _quiet(company: Company, since: datetime) -> bool:
    """Whether a run that began after `since` was complete, and nothing is owed."""
    books = company.books()
    newest = [run for run in books.runs if run["complete"] and moment(run["started_at"]) > since]
    return bool(newest) and not books.owed()


# ---------------------------------------------------------------- what must hold


async def _known_by_both(company: Company, databases: Databases) -> dict[str, Known]:
    """Run once more, run once without a past, and return what each knows."""
    stage = company.stage
    another = stage.folder / "fresh"
    another.mkdir()
    for name in ("clock", "stuck.toml"):
        (another / name).hardlink_to(stage.folder / name)
    soaked = databases.soaked or stage.folder / DATABASE
    fresh = databases.fresh or another / DATABASE
    await _play(stage, stage.folder, databases.soaked, "sync")
    await _play(stage, another, databases.fresh, "sync", from_the_start=True)
    return {"soaked": _known(soaked), "fresh": _known(fresh)}


async def _play(
    stage: Stage, folder: Path, address: str | None, *acts: str, from_the_start: bool = False
) -> None:
    environment = stage.sandbox.environment() | {"DATABASE_URL": address or REHEARSED}
    process = Fork(play, Part(folder, environment, acts, from_the_start=from_the_start))
    assert await process.ended() == 0, (folder / "play.log").read_text()


def _known(address: str | Path) -> Known:
    books = read_sqlite(address) if isinstance(address, Path) else read_postgresql(address)
    facts = {
        table: {
            tuple(row[name] for name in columns[:-1]): row[columns[-1]]
            for row in rows(address, f"SELECT {', '.join(columns)} FROM {table}")
        }
        for table, columns in FACTS.items()
    }
    return Known(books, facts)


def _told_wrongly(company: Company, people: People, *, unnoticed: bool = False) -> list[str]:
    books, stage = company.books(), company.stage
    return [
        *violations(books, stage.workspace, stage.clock.now(), away=stage.away, unnoticed=unnoticed),
        *(f"runs {pair} overlap" for pair in books.overlapping()),
        *contradictions(books),
        *people.invented(),
        *people.lost,
    ]


def _report(company: Company, chaos: Chaos, wrong: list[str]) -> None:
    """Say how much happened, and what came of it."""
    books = company.books()
    company.counts |= {
        "runs": len(books.runs),
        "complete runs": sum(bool(run["complete"]) for run in books.runs),
        "requests": chaos.requests(),
        "gaps": len(books.gaps),
        "lines of history": len(books.events),
        "messages": sum(notice["state"] == "sent" for notice in books.notices),
    }
    for name, count in sorted(company.counts.items()):
        print(f"{count:>8}  {name}")
    for each in wrong:
        print(f"   WRONG  {each}")
    if wrong:
        print(f"Evidence and logs: {company.stage.folder}")
