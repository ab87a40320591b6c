"""Two workers and two webs on one PostgreSQL, one of each killed: the others go on where it was, and nothing is twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.sandbox.slack.socket_mode import Ack
from bot.sandbox.world import World
from tests.faults import books
from tests.faults.forks import PATIENCE, Fork
from tests.faults.invariants import violations
from tests.faults.service import free_port, serve, up
from tests.faults.shared_clock import SharedClock
from tests.faults.stage import TUESDAY_AT_TEN, Stage, shown

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

A_LEASE_AND_MORE = 61
"""Seconds."""
NAMES = ("#5001", "#5002", "#5003")


@dataclass
class Company:
    """The processes, and the world before them."""

    stage: Stage
    address: str
    ports: tuple[int, int]
    webs: list[Fork]
    workers: list[Fork]

    def books(self) -> books.Books:
        return books.read_postgresql(self.address)

    def holder(self, job: str) -> Fork | None:
        """The worker that holds the lease of a job now."""
        now = self.stage.clock.now()
        for lease in self.books().leases:
            if lease["name"].startswith(f"{job}:") and lease["until"] > now:
                pid = int(lease["holder"].split(":")[1])
                return next((one for one in self.workers if one.pid == pid), None)
        return None

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110  # other processes bring it about
                await asyncio.sleep(0.05)

    async def claim(self, name: str, web: int) -> Ack:
        """Bo presses Claim, and Slack tells this web."""
        self.stage.workspace.use_http(f"http://127.0.0.1:{self.ports[web]}/slack/events")
        return await self.stage.workspace.click(self.stage.card(name), "Claim", "U0BO")

    def claimed(self, name: str) -> bool:
        return "<@U0BO>" in self.stage.card(name).words

    async def goes_on(self) -> None:
        """What fails from here on has its card, and all is quiet."""
        self.stage.fail("#5009")
        self.stage.clock.move(minutes=5)
        await self.until(lambda: self.stage.has_card("#5009") and not self.books().owed())

    def wrong(self) -> list[str]:
        now = self.stage.clock.now()
        found = violations(self.books(), self.stage.workspace, now)
        overlapping = [f"runs {pair} overlap" for pair in self.books().overlapping()]
        return found + overlapping

    def claims(self) -> int:
        return sum(event["code"] == "claimed" for event in self.books().events)


@pytest.fixture
async def company(anyio_backend: str, address: str, tmp_path: Path) -> AsyncIterator[Company]:
    """Two workers and two webs; three orders have failed and have their cards."""
    clock = SharedClock.set_up(tmp_path / "clock", TUESDAY_AT_TEN, speed=1.0)
    async with shown(tmp_path, clock, World(clock, orders=0)) as stage:
        ports = (free_port(), free_port())
        known = stage.sandbox.environment() | {"DATABASE_URL": address}
        webs = [Fork(serve, "web", stage.folder, known | {"PORT": str(port)}) for port in ports]
        workers = [Fork(serve, "worker", stage.folder, known) for _ in range(2)]
        company = Company(stage, address, ports, webs, workers)
        try:
            await company.until(lambda: stage.faults.requests["shipstation"])
            await company.until(lambda: any(run["complete"] for run in company.books().runs))
            stage.fail(*NAMES)
            stage.clock.move(minutes=6)
            await company.until(lambda: all(map(stage.has_card, NAMES)) and not company.books().owed())
            await asyncio.gather(*map(up, ports))
            yield company
        finally:
            for process in (*webs, *workers):
                process.kill()
                await process.ended()


async def test_a_worker_that_dies_while_slack_answers_it_is_followed_by_the_other(company: Company) -> None:
    """Slack has the line of history already, and nobody knows: its successor looks for it first."""
    stage = company.stage
    stage.workspace.fail_next("chat.postMessage", "timeout_after")
    before = len(stage.workspace.called("chat.postMessage"))
    assert (await company.claim("#5001", web=0)).ok
    await company.until(lambda: len(stage.workspace.called("chat.postMessage")) > before)
    dead = company.holder("deliver")
    assert dead is not None
    dead.kill()
    company.webs[0].kill()
    await asyncio.gather(dead.ended(), company.webs[0].ended())

    assert not (await company.claim("#5002", web=0)).ok
    assert (await company.claim("#5002", web=1)).ok
    await company.until(lambda: company.claims() == 2)
    assert not company.claimed("#5002"), "the dead worker's lease still stands"
    stage.clock.move(seconds=A_LEASE_AND_MORE)
    await company.until(lambda: company.claimed("#5002"))
    await company.goes_on()
    assert company.claims() == 2
    assert company.wrong() == []


async def test_a_worker_that_dies_while_it_reads_is_followed_by_the_other(company: Company) -> None:
    """Its run came to no end: the store is read again as soon as its lease has ended, from where it began."""
    stage = company.stage
    stage.fail("#5004")
    slow = stage.faults.add("slow", system="shipstation", seconds=PATIENCE)
    stage.clock.move(minutes=6)
    await company.until(lambda: slow.hits)
    dead = company.holder("reconcile")
    assert dead is not None
    dead.kill()
    await dead.ended()
    assert (await company.claim("#5003", web=0)).ok
    company.webs[0].kill()
    await company.webs[0].ended()

    stage.clock.move(seconds=A_LEASE_AND_MORE)
    await company.until(lambda: stage.has_card("#5004"))
    if not company.claims():
        assert (await company.claim("#5003", web=1)).ok
    await company.goes_on()
    assert company.claimed("#5003")
    assert company.claims() == 1
    assert company.wrong() == []
