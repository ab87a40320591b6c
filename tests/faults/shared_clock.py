"""A clock that several processes read from one small file, and that a test moves for all of them at once."""

import asyncio
import mmap
import struct
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

FORM = struct.Struct("<ddd")
"""What the clock showed (seconds since 1970) at which moment of the machine's monotonic clock, and how fast it runs."""
LOOK_EVERY = 0.02
"""Seconds of the wall after which somebody who sleeps notices that the clock was moved."""


class SharedClock:
    """Implements `bot.clock.Clock`. With speed 0 it stands still, and sleeping moves it, as with a ManualClock."""

    def __init__(self, file: Path) -> None:
        """Read the clock in `file`, which `set_up` has made."""
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), FORM.size)
        self.file = file

    @classmethod
    def set_up(cls, file: Path, start: datetime, *, speed: float = 0.0) -> "SharedClock":
        """Make the file: a clock that shows `start` now and runs `speed` times as fast as the wall."""
        file.write_bytes(FORM.pack(start.timestamp(), time.monotonic(), speed))
        return cls(file)

    def now(self) -> datetime:
        """Return the present."""
        shown, then, speed = FORM.unpack(self._shared[:])
        return datetime.fromtimestamp(shown + (time.monotonic() - then) * speed, UTC)

    def move(self, **step: float) -> None:
        """Move forward for every process: `clock.move(hours=4)`."""
        shown, *_ = FORM.unpack(self._shared[:])
        self._shared[:8] = struct.pack("<d", shown + timedelta(**step).total_seconds())

    def stop(self) -> None:
        """Let it stand still from here on, for every process."""
        self._shared[:] = FORM.pack(self.now().timestamp(), time.monotonic(), 0.0)

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed, or been moved over."""
        speed = self._speed()
        if not speed:
            self.move(seconds=seconds)
            await asyncio.sleep(0)
            return
        until = self.now() + timedelta(seconds=seconds)
        while (left := (until - self.now()).total_seconds()) > 0:  # noqa: ASYNC110  # others move the clock
            await asyncio.sleep(min(left / speed, LOOK_EVERY))

    def wall_seconds(self, seconds: float) -> float:
        """Return how long that takes on the wall; nothing, where the clock stands still."""
        speed = self._speed()
        return seconds / speed if speed else 0.0

    def _speed(self) -> float:
        return float(FORM.unpack(self._shared[:])[2])
