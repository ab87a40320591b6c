"""How a process ends: when it is asked to, within seconds, and with nothing left hanging in the air."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

STOP_WITHIN = 6.0
"""Seconds that work in progress has to come to its end; Docker kills ten seconds after it asked."""
LISTENERS_WITHIN = 2.0
"""Seconds that answers to clicks and commands have beyond that."""
_LISTENER = "run_ack_function_asynchronously"
"""Bolt starts every listener as a task of this coroutine and waits for none of them (slack.md 1.1)."""

log = structlog.get_logger("bot.stopping")


def asked_to_stop() -> asyncio.Event:
    """Return an event that is set when the process is asked to end; being asked twice ends it at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no such signals: there Ctrl-C ends it
            loop.add_signal_handler(number, asked, number)
    return stop


async def together(stop: asyncio.Event, *work: Coroutine[Any, Any, None]) -> None:
    """Run all of it until the first ends or fails, or `stop` is set; then wait for the others, raise what failed.

    What does not end within STOP_WITHIN is cancelled: nothing is lost by that, the next process goes on from there.
    """
    tasks = [asyncio.create_task(each) for each in work]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.wait(tasks, timeout=STOP_WITHIN)
    finally:
        stop.set()
        stopping.cancel()
        await _cut_short(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, None], *, grace: float = 0.0) -> None:
    """Run `work` to its end, or until `grace` seconds after `stop` is set; raise what failed."""
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
        if task not in done:
            await asyncio.wait([task], timeout=grace)
    finally:
        stopping.cancel()
        await _cut_short([task])
    if not task.cancelled():
        task.result()


async def listeners_end() -> None:
    """Let the listeners at work come to their end: an answer goes on after its acknowledgement. Bounded."""
    busy = [task for task in asyncio.all_tasks() if _LISTENER in getattr(task.get_coro(), "__qualname__", "")]
    if busy:
        await asyncio.wait(busy, timeout=LISTENERS_WITHIN)
        await _cut_short(busy)


async def _cut_short(tasks: "list[asyncio.Task[Any]]") -> None:
    late = [task for task in tasks if not task.done()]
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late)
        log.info("stopped without waiting any longer", tasks=len(late))
