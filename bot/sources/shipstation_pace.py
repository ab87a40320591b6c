"""Keeps ShipStation's requests a minute: one at a time, and never the last few, which belong to other tools."""

import asyncio
from datetime import datetime, timedelta

import httpx

from bot.clock import Clock
from bot.metrics import API_LEFT
from bot.sources.retries import jittered
from bot.sources.transport import Patience, number, retry_after

RESERVE = 4
"""Requests per minute left to the merchant's other tools on the same key."""
MINUTE = 60.0
"""Seconds to wait, jittered, where ShipStation does not say when its window ends."""
MARGIN = 1.0
"""Seconds added to X-Rate-Limit-Reset, which is rounded down."""


class Pace:
    """What the last answer's headers said. `turn` lets one request go at a time."""

    def __init__(self, clock: Clock) -> None:
        self.turn = asyncio.Lock()
        self._clock = clock
        self._spent = False
        self._opens_at: datetime | None = None

    async def wait(self, patience: Patience) -> None:
        """Wait until the next window when only the reserve is left of this one."""
        if self._spent and self._opens_at is not None:
            await patience.wait((self._opens_at - self._clock.now()).total_seconds())
        self._spent = False

    def note(self, response: httpx.Response) -> None:
        """Remember what is left and when the window ends; headers may be missing."""
        remaining = number(response.headers.get("X-Rate-Limit-Remaining"))
        limit = number(response.headers.get("X-Rate-Limit-Limit"))
        reserve = min(RESERVE, int(limit) // 4) if limit else RESERVE
        if remaining is not None:
            API_LEFT.labels("shipstation").set(remaining)
        self._spent = remaining is not None and remaining <= reserve
        self._opens_at = self._clock.now() + timedelta(seconds=_reset(response) or jittered(MINUTE))

    def told_to_wait(self, response: httpx.Response) -> float:
        """Return the seconds after which a 429 may be asked again."""
        return _reset(response) or retry_after(response, self._clock.now()) or jittered(MINUTE)


def _reset(response: httpx.Response) -> float | None:
    """Return the seconds to the next window; None when missing or absurd (it is no epoch, apis.md B1)."""
    seconds = number(response.headers.get("X-Rate-Limit-Reset"))
    return seconds + MARGIN if seconds is not None and seconds <= 10 * MINUTE else None
