"""A forked process that is one of stuck's own commands, on the clock that a test moves."""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import httpx

from bot import wiring
from bot.settings import load
from tests.faults.forks import PATIENCE
from tests.faults.player import EVERYTHING
from tests.faults.shared_clock import SharedClock

ALONE = 1.0
"""Seconds of the wall between two looks whether the tests are still there."""


def serve(
    command: str,
    folder: Path,
    environment: Mapping[str, str],
    prepare: Callable[[], object] = dict,
) -> None:
    """Run `worker`, `web` or `run` until it is asked to stop, or killed; `prepare` may change the program first."""
    log = os.open(folder / f"{command}-{os.getpid()}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    prepare()
    asyncio.run(_serve(command, folder, environment))


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def up(port: int) -> None:
    """Wait until a web process answers."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as client:
        while True:
            with suppress(httpx.ConnectError):
                await client.get(f"http://127.0.0.1:{port}/healthz/live")
                return
            await asyncio.sleep(0.05)


async def _serve(command: str, folder: Path, environment: Mapping[str, str]) -> None:
    looking = asyncio.create_task(_not_alone(os.getppid()))
    settings = load(environment, folder, need=EVERYTHING)
    await getattr(wiring, command)(settings, SharedClock(folder / "clock"))
    looking.cancel()


async def _not_alone(parent: int) -> None:
    """End with whoever has started us, even where that was killed."""
    while os.getppid() == parent:  # noqa: ASYNC110  # a parent that dies raises no event here
        await asyncio.sleep(ALONE)
    os._exit(1)
