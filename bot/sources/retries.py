"""How long may be waited because something failed: one budget for a whole run, over both systems and all their calls."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta


class Retries:
    """What is left of the time for trying again, in seconds of the sources' clock."""

    def __init__(self, limit: timedelta) -> None:
        self.limit = limit.total_seconds()
        self.left = self.limit

    def lose(self, seconds: float) -> None:
        """Take what a try that failed has cost already."""
        self.left = max(0.0, self.left - seconds)

    def spend(self, seconds: float) -> bool:
        """Take `seconds` for a wait; False, and nothing is taken, where less is left."""
        if seconds > self.left:
            return False
        self.left -= seconds
        return True


_current: ContextVar[Retries | None] = ContextVar("retries", default=None)


@contextmanager
def retries_within(limit: timedelta) -> Iterator[None]:
    """Bound all that is waited for retries in this block.

    It holds, as asyncio.timeout does, for what is awaited inside and the tasks started there: a click that asks the
    same sources in the middle of a run spends nothing of the run's.
    """
    before = _current.set(Retries(limit))
    try:
        yield
    finally:
        _current.reset(before)


def retries_or(limit: timedelta) -> Retries:
    """Return the budget that this is part of; where there is none, a new one."""
    return _current.get() or Retries(limit)


def jittered(seconds: float) -> float:
    """Return `seconds` and up to half as much again: who failed at the same moment shall not come back at the same."""
    return seconds + secrets.SystemRandom().uniform(0, seconds / 2)
