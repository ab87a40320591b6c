"""What can go wrong with a call: planned failures for tests, and Slack's pace."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock

Failure = str | int
"""An HTTP status, a Slack error code (`ratelimited:30` waits 30 s), or how the connection ends: `cut_before`, `cut_after`,
`timeout`, `timeout_after`. `…_after`: the call was carried out first."""

TIERS = {1: 1, 2: 20, 3: 50, 4: 100, 5: 600}
"""Requests a minute (slack.md 1.2); 5 stands for Slack's special ones."""

TIER_OF = {
    "chat.update": 3,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.postMessage": 5,
    "chat.getPermalink": 5,
    "auth.test": 5,
    "apps.connections.open": 1,
    "conversations.list": 2,
    "conversations.info": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.members": 4,
    "conversations.open": 3,
    "files.info": 4,
    "files.getUploadURLExternal": 4,
    "files.completeUploadExternal": 4,
    "users.info": 4,
    "usergroups.users.list": 2,
    "views.open": 4,
    "views.push": 4,
    "views.update": 4,
    "views.publish": 4,
    "reactions.add": 3,
    "reactions.remove": 2,
}

CHANNEL_BURST = 10
"""Messages that one channel takes at once before one a second holds."""


class Failures:
    """Failures that a test has planned, by method."""

    def __init__(self) -> None:
        self._planned: defaultdict[str, deque[Failure]] = defaultdict(deque)

    def plan(self, method: str, failure: Failure, times: int) -> None:
        """Make the next `times` calls of `method` (`*`: of any) fail."""
        self._planned[method].extend([failure] * times)

    def take(self, method: str) -> Failure | None:
        """Return how this call shall fail, if at all."""
        for key in (method, "*"):
            if self._planned[key]:
                return self._planned[key].popleft()
        return None


@dataclass(slots=True)
class _Bucket:
    """Tokens that come back with time."""

    size: float
    per_second: float
    left: float
    at: datetime

    def wait(self, now: datetime) -> float:
        """Take one token and return 0, or return the seconds until there is one."""
        self.left = min(self.size, self.left + (now - self.at).total_seconds() * self.per_second)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / self.per_second


class Pace:
    """Slack's limits, by the clock: tiers per method, and one message a second per channel after a burst."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.on = False
        self._buckets: dict[str, _Bucket] = {}

    def retry_after(self, method: str, channel: str | None) -> int:
        """Return 0 when the call may go on, else Slack's `Retry-After` in whole seconds of the clock."""
        if not self.on:
            return 0
        per_minute = TIERS[TIER_OF.get(method, 3)]
        waits = [self._wait(method, per_minute, per_minute / 60)]
        if method == "chat.postMessage" and channel:
            waits.append(self._wait(f"{method} {channel}", CHANNEL_BURST, 1.0))
        return math.ceil(max(waits))

    def _wait(self, key: str, size: float, per_second: float) -> float:
        now = self.clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(size, per_second, size, now))
        return bucket.wait(now)
