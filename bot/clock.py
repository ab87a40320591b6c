"""Time as something passed in: the wall's, a fast one for the demo, and one that tests move by hand."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the bot asks for the time. All times are aware and in UTC, all durations in seconds."""

    def now(self) -> datetime:
        """Return the present."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` of this clock have passed."""
        ...

    def wall_seconds(self, seconds: float) -> float:
        """Return how long `seconds` of this clock take on the wall."""
        ...


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Return the present."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds`."""
        await asyncio.sleep(seconds)

    def wall_seconds(self, seconds: float) -> float:
        """Return `seconds`: this clock is the wall's."""
        return seconds


class FastClock:
    """A clock that starts at `start` and runs `speed` times as fast as the wall."""

    def __init__(self, start: datetime, speed: float) -> None:
        self.start = start
        self.speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the present on this clock."""
        return self.start + timedelta(seconds=(time.monotonic() - self._began) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` of this clock have passed."""
        await asyncio.sleep(self.wall_seconds(seconds))

    def wall_seconds(self, seconds: float) -> float:
        """Return how long `seconds` of this clock take on the wall."""
        return seconds / self.speed


class ManualClock:
    """A clock that stands still until somebody moves it. Sleeping moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return where the clock was left."""
        return self._now

    def move(self, **step: float) -> None:
        """Move forward: `clock.move(hours=4)`."""
        self._now += timedelta(**step)

    async def sleep(self, seconds: float) -> None:
        """Move forward by `seconds` at once, and let others run."""
        self._now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def wall_seconds(self, seconds: float) -> float:
        """Return zero: nothing on this clock takes time."""
        return 0.0


def at_least_on_the_wall(clock: Clock, seconds: float) -> timedelta:
    """Return `seconds` of this clock, or of the wall where the clock is faster: leases guard calls that take wall time."""
    wall = clock.wall_seconds(1)
    return timedelta(seconds=seconds / min(wall, 1) if wall > 0 else seconds)
