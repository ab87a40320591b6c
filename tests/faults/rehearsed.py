"""Imported by the process that all others are forked from: afterwards nothing is left to be imported."""

import asyncio
import gc
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import bot.wiring
from bot.clock import ManualClock
from bot.sandbox.demo import open_sandbox
from storage.database import Database
from tests.faults import player


async def rehearse(folder: Path) -> None:
    """Play everything once: much is imported only when it is used for the first time."""
    clock = ManualClock(datetime(2026, 11, 17, 15, 0, tzinfo=UTC))
    async with open_sandbox(clock, alive=False, orders=0) as sandbox:
        order = sandbox.world.order(age=timedelta(hours=9))
        sandbox.world.label(order, age=timedelta(hours=5), notify="IntegrationError: refused")
        environment = sandbox.environment() | {"DATABASE_URL": player.REHEARSED}
        bot.wiring.Database = lambda _url: player.rehearsed  # type: ignore[assignment,misc]
        async with player.on_stage(environment, folder, clock) as actor:
            await actor.recover()
            await actor.claim()
            await actor.settle()


with TemporaryDirectory(prefix="stuck-rehearsal-") as folder:
    os.chdir(folder)
    asyncio.run(rehearse(Path(folder)))
    os.chdir("/")
bot.wiring.Database = Database  # type: ignore[misc]
player.rehearsed._turn = type(player.rehearsed._turn)()
gc.collect()
gc.freeze()  # what all share stays shared: the collector of a fork would copy it by touching it
