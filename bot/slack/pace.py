"""How fast we may go: Slack's pace per channel and per method, and how long to leave alone what refused us."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.slack.gateway import POST, UPDATE
from bot.slack.outcomes import SlackFailure
from storage.database import AsyncSession, Database
from storage.notices import Notice
from storage.paces import Allowance, Paces

LONGEST_WAIT = timedelta(seconds=3)
"""How long something that was taken may wait for its permit; what would wait longer is not taken."""
_FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=15)
"""What is owed is tried again at least this often."""

# Slack's pace (slack.md 1.2): posts a second in a channel and some hundred a minute in a workspace; tier 3 for the rest.
_BURST = {POST: 40, UPDATE: 10}
_PER_MINUTE = {POST: 240}
_TIER_3 = 50
_READ_BURST = 20
_CHANNEL_PER_MINUTE, _CHANNEL_BURST = 60, 4


def allowance(method: str) -> Allowance:
    """Return what the whole workspace may do with a method."""
    return Allowance(method, _PER_MINUTE.get(method, _TIER_3), _BURST.get(method, _READ_BURST))


def allowances(method: str, channel: str) -> list[Allowance]:
    """Return what a call of this method that concerns this channel uses up."""
    if method != POST:
        return [allowance(method)]
    return [allowance(POST), Allowance(f"{POST} {channel}", _CHANNEL_PER_MINUTE, _CHANNEL_BURST)]


class Permits:
    """Permits for what one channel is sent, taken in the transaction that takes the notice."""

    def __init__(self, session: AsyncSession, now: datetime, channel: str) -> None:
        self.wait = timedelta(0)
        """Of the clock, until the permit that was given last is valid, or the one that was not could be."""
        self.held = False
        """Whether something was held back."""
        self._paces = Paces(session, now)
        self._channel = channel

    async def __call__(self, notice: Notice) -> bool:
        """Whether this one may be sent within LONGEST_WAIT. What nobody waits for leaves half of each burst free."""
        if notice.ts is None and notice.state in {"unknown", "sending"}:
            return True  # it is looked for first, and reading takes permits of its own
        wanted = allowances(POST if notice.ts is None else UPDATE, self._channel)
        if not notice.touched:
            wanted = [each.half() for each in wanted]
        self.wait = await self._paces.reserve(wanted, LONGEST_WAIT)
        self.held = self.wait > LONGEST_WAIT
        return not self.held


class Pace:
    """Slack's pace over all processes: its state is in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def wait(self, method: str, channel: str) -> None:
        """Wait for a permit; raise SlackFailure, as if Slack had refused, where that takes longer than LONGEST_WAIT."""
        async with self._database.write() as session:
            paces = Paces(session, self._clock.now())
            wait = await paces.reserve(allowances(method, channel), LONGEST_WAIT)
        if wait > LONGEST_WAIT:
            raise SlackFailure(method, "ratelimited")
        await self._clock.sleep(wait.total_seconds())

    async def refused(self, failure: SlackFailure) -> None:
        """Give out no permits for as long as Slack asked for; it asks that of a method, not of a channel."""
        if failure.retry_after is not None:
            now = self._clock.now()
            async with self._database.write() as session:
                until = now + timedelta(seconds=failure.retry_after)
                await Paces(session, now).close(allowance(failure.method), until)


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
        return self.left(key) > timedelta(0)

    def left(self, key: str) -> timedelta:
        """Return for how long this one is to be left alone; nothing where it is not."""
        found = self._refusals.get(key)
        return max(found.until - self._clock.now(), timedelta(0)) if found else timedelta(0)

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
