"""How fast we may go: Slack's pace per channel and per method, and how long to leave alone what refused us."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock

_FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=15)
"""What is owed is tried again at least this often."""


class Pace:
    """A bucket of permits that refills steadily; taking one says how long to wait for it."""

    def __init__(self, clock: Clock, *, per_minute: float, burst: int) -> None:
        self._clock = clock
        self._each = timedelta(minutes=1) / per_minute
        self._burst = burst
        self._full_at = clock.now()

    def reserve(self) -> float:
        """Take the next permit and return the seconds (of the clock) until it is valid."""
        now = self._clock.now()
        self._full_at = max(self._full_at, now) + self._each
        return max((self._full_at - self._each * self._burst - now).total_seconds(), 0.0)


def rest(failures: int, longest: timedelta = LONGEST_REST) -> timedelta:
    """Return how long to wait after so many failures in a row: 5 s, doubling, never over `longest`."""
    doubled: int = 2 ** min(max(failures, 1) - 1, 20)
    return min(_FIRST_REST * doubled, longest)


@dataclass(frozen=True, slots=True)
class _Refusals:
    count: int
    until: datetime


class Patience:
    """Remembers who refused us how often, so that one attempt stands for all that waits behind it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._refusals: dict[str, _Refusals] = {}

    def resting(self, key: str) -> bool:
        """Return whether this one is to be left alone now."""
        found = self._refusals.get(key)
        return found is not None and found.until > self._clock.now()

    def refused(self, key: str, *, longest: timedelta = LONGEST_REST) -> timedelta:
        """Note a refusal and return how long to leave it alone: longer each time, never over `longest`."""
        found = self._refusals.get(key)
        count = found.count + 1 if found else 1
        wait = rest(count, longest)
        self._refusals[key] = _Refusals(count, self._clock.now() + wait)
        return wait

    def answered(self, key: str) -> None:
        """Forget the refusals: it works again."""
        self._refusals.pop(key, None)
