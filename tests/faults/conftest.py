"""A pretend world in two halves that can go away and come back, and real `stuck` processes in front of it."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.sandbox.demo import Sandbox
from bot.sandbox.faults import Faults
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.world import World

STUCK = (sys.executable, "-c", "from bot.cli import main; main()")
NOISE = ("Traceback", "Task was destroyed", "never retrieved", "never awaited", "Unclosed")
"""What nobody should find in the log of a process that did what it was asked."""
PATIENCE = 30


@dataclass
class Process:
    """One `stuck` process."""

    process: asyncio.subprocess.Process
    log: Path

    async def end(self, number: int) -> float:
        """Send a signal and wait for the end; return how long it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        await self.ended()
        return time.monotonic() - began

    async def ended(self) -> int:
        return await asyncio.wait_for(self.process.wait(), PATIENCE)

    @property
    def said(self) -> str:
        return self.log.read_text()

    @property
    def noise(self) -> list[str]:
        """Lines that a well-behaved process does not write."""
        return [line for line in self.said.splitlines() if any(word in line for word in NOISE)]


@dataclass
class Lab:
    """Slack on one port, Shopify and ShipStation on another."""

    folder: Path
    world: World
    workspace: Workspace
    slack_port: int
    faults: Faults = field(default_factory=Faults)
    slack: SandboxServer | None = None
    sources: SandboxServer | None = None

    async def slack_up(self) -> None:
        self.slack = SandboxServer(None, self.workspace, port=self.slack_port)
        await self.slack.start()

    async def slack_down(self) -> None:
        if self.slack is not None:
            await self.slack.stop()
            self.slack = None

    @asynccontextmanager
    async def stuck(self, *words: str, **more: str) -> AsyncIterator[Process]:
        assert self.sources is not None
        known = Sandbox(self.world, self.workspace, self.faults, self.sources).environment()
        known |= {"SLACK_API_URL": f"http://127.0.0.1:{self.slack_port}/slack/api/", **more}
        log = self.folder / f"{'-'.join(words)}.log"
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *STUCK, *words, cwd=self.folder, env={"PATH": os.environ["PATH"], **known}, stdout=out, stderr=out
            )  # fmt: skip
        try:
            yield Process(process, log)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    def failed(self, name: str = "#5001") -> None:
        """An order whose parcel left five hours ago, and of which Shopify was never told."""
        order = self.world.order(name, age=timedelta(hours=9))
        self.world.import_order(order, age=timedelta(hours=8))
        self.world.label(order, age=timedelta(hours=5), notify="Refused")

    def card(self, name: str = "#5001"):
        """The one card of this order, None before it is there."""
        tops = self.workspace.messages()
        everywhere = [one for top in tops for one in (top, *self.workspace.messages(thread_ts=top.ts))]
        found = {one.ts: one for one in everywhere if name in one.words and one.metadata and one.buttons}
        assert len(found) <= 1, "each gap has one card"
        return next(iter(found.values()), None)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110  # what another process brings about raises no event here
                await asyncio.sleep(0.02)

    async def claimed(self, name: str = "#5001") -> None:
        """Press Claim and wait until the card shows it."""
        await self.until(lambda: self.card(name) and self.workspace.socket.connections)
        assert (await self.workspace.click(self.card(name), "Claim", "U0BO")).error is None
        await self.until(lambda: "<@U0BO>" in self.card(name).words)


@pytest.fixture
async def lab(anyio_backend: str, tmp_path: Path, unused_port: int) -> AsyncIterator[Lab]:
    """Both halves are up."""
    clock = SystemClock()
    lab = Lab(tmp_path, World(clock, orders=5), Workspace(clock), unused_port)
    lab.sources = SandboxServer(lab.world, Workspace(clock), faults=lab.faults)
    await lab.sources.start()
    await lab.slack_up()
    yield lab
    await lab.slack_down()
    await lab.sources.stop()
