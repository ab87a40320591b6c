"""Real processes in some milliseconds: forked from one that has imported everything, and has no thread and no loop."""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 60.0
"""Seconds of the wall after which a process that should have ended is a failure."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.faults.rehearsed"])


@contextmanager
def _no_main_module() -> Iterator[None]:
    """Keep a new process from importing pytest once more, which takes longer than most of them live."""
    main = sys.modules["__main__"].__dict__
    file = main.pop("__file__", None)
    try:
        yield
    finally:
        if file is not None:
            main["__file__"] = file


class Fork:
    """One process."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        self._process = _context.Process(target=target, args=arguments, daemon=True)
        with _no_main_module():
            self._process.start()
        self._gone = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._note)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._gone.done()

    def signal(self, number: int) -> None:
        """Send a signal; to a process that is gone, none."""
        if self.running:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Wait for its end and return its exit code: minus the signal's number where one ended it."""
        return await asyncio.wait_for(asyncio.shield(self._gone), PATIENCE)

    def _note(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        if not self._gone.done():
            self._gone.set_result(self._process.exitcode)
