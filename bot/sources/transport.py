"""The road to a source: refuses what is not reading, retries what was cut off, and bounds every wait."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from time import monotonic
from typing import Any, Literal

import httpx
import structlog

from bot.clock import Clock
from bot.errors import SourceThrottled, SourceUnreachable
from bot.sources.retries import jittered, retries_or

System = Literal["shopify", "shipstation"]
NAMES: Mapping[System, str] = {"shopify": "Shopify", "shipstation": "ShipStation"}

TRIES = 3
"""How often one request is sent before a cut connection or a 5xx counts as unreachable."""
PAUSE = 1.0
"""Seconds before the second try; doubled for the third, and jittered."""
THROTTLED_TRIES = 10
"""How often one request may be told to come back later."""
LONGEST_STALL = timedelta(minutes=10)
"""How long one call of a source may go without a new answer, waiting included."""
LONGEST_CALL = timedelta(hours=1)
"""How long one call may take on the wall while answers keep coming, as in the first run of a large shop."""
LONGEST_REQUEST = 60.0
"""Seconds on the wall for one request, however slowly its answer drips."""
TIMEOUT = httpx.Timeout(40.0, connect=10.0)

log = structlog.get_logger(__name__)


class NotReading(RuntimeError):
    """A request would have done something else than read; it never left the process."""


Reads = Callable[[str, str, bytes], bool]
"""Whether a request with this method, path and body can only read."""


class ReadOnly(httpx.AsyncBaseTransport):
    """Lets a request through only when it goes to `base` and `reads` says that it cannot change anything."""

    def __init__(self, base: httpx.URL, reads: Reads, inner: httpx.AsyncBaseTransport) -> None:
        self._base = base
        self._reads = reads
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send `request`, or raise NotReading before a byte of it has left."""
        if not self._allows(request):
            raise NotReading(f"stuck only reads: {request.method} {request.url.path} was refused")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    def _allows(self, request: httpx.Request) -> bool:
        root = self._base.path.rstrip("/")
        url = request.url
        here = (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)
        return (
            here
            and url.path.startswith(f"{root}/")
            and self._reads(request.method, url.path.removeprefix(root), request.content)
        )


class Patience:
    """How much longer one call may go on: waits count in seconds of its clock, everything in seconds on the wall.

    What is waited because something failed also counts against the budget of the run that the call is part of.
    """

    def __init__(self, system: System, clock: Clock, stall: timedelta, wall: asyncio.Timeout) -> None:
        self._system = system
        self._clock = clock
        self._stall = stall.total_seconds()
        self._wall = wall
        self._retries = retries_or(stall)
        self._ends = asyncio.get_running_loop().time() + LONGEST_CALL.total_seconds()
        self.progress()

    def progress(self) -> None:
        """Start counting anew: an answer has come."""
        self._left = self._stall
        self._wall.reschedule(min(self._ends, asyncio.get_running_loop().time() + self._stall))

    async def wait(self, seconds: float) -> None:
        """Sleep for `seconds` of the pace; raises SourceThrottled when the call has waited long enough for one answer."""
        if seconds <= 0:
            return
        if seconds > self._left:
            raise throttled(self._system)
        self._left -= seconds
        await self._clock.sleep(seconds)

    async def come_back(self, seconds: float) -> None:
        """Sleep for `seconds`, because the system says so. Raises SourceThrottled, also where the budget has less left."""
        if not self._retries.spend(seconds):
            raise throttled(self._system, f"and to come back in {seconds:.0f} seconds, but {self._remainder}")
        await self.wait(seconds)

    async def try_again(self, seconds: float, problem: str, *, took: float = 0.0) -> None:
        """Sleep for `seconds` after a try that failed, which `took` seconds on the wall.

        Raises SourceUnreachable where the call, or the budget for retries, has less left.
        """
        self._retries.lose(self._by_the_clock(took))
        if seconds > self._left or not self._retries.spend(seconds):
            raise unreachable(self._system, f"{problem}, and {self._remainder}")
        await self.wait(seconds)

    @property
    def _remainder(self) -> str:
        return f"only {self._retries.left:.0f} of {self._retries.limit:.0f} seconds are left for trying again"

    def _by_the_clock(self, wall: float) -> float:
        second = self._clock.wall_seconds(1)
        return wall / second if second else 0.0


class Wire:
    """One system's HTTP connection. Counts every request that leaves in `requests`."""

    def __init__(
        self,
        system: System,
        base_url: str,
        reads: Reads,
        clock: Clock,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.system = system
        self.clock = clock
        self.requests = 0
        guarded = ReadOnly(httpx.URL(base_url), reads, transport or _over_tls())
        self._client = httpx.AsyncClient(base_url=base_url, transport=guarded)

    @asynccontextmanager
    async def call(self, stall: timedelta = LONGEST_STALL) -> AsyncIterator[Patience]:
        """Bound one call of the source: `stall` without an answer, or LONGEST_CALL, and it is given up."""
        try:
            async with asyncio.timeout(None) as wall:
                yield Patience(self.system, self.clock, stall, wall)
        except TimeoutError as late:
            raise unreachable(self.system, "did not come to an end in time") from late

    async def send(self, method: str, path: str, patience: Patience, **content: Any) -> httpx.Response:
        """Return the answer, whatever its status below 500.

        Cut connections and 5xx are tried TRIES times; raises SourceUnreachable after that, or when the budget for
        retries is spent. The waits go through the clock, which a retry library would not do, so that a moved clock
        needs no real seconds.
        """
        for attempt in range(1, TRIES + 1):
            began = monotonic()
            outcome = await self._attempt(method, path, content)
            if isinstance(outcome, httpx.Response) and outcome.status_code < 500:
                return outcome
            if attempt < TRIES:
                problem, took = _problem(outcome), monotonic() - began
                log.warning("source.retry", system=self.system, path=path, problem=problem)
                await patience.try_again(self._pause(attempt, outcome), problem, took=took)
        raise unreachable(self.system, f"{_problem(outcome)}, {TRIES} times in a row")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _attempt(
        self, method: str, path: str, content: Mapping[str, Any]
    ) -> httpx.Response | httpx.RequestError | TimeoutError:
        self.requests += 1
        try:
            async with asyncio.timeout(LONGEST_REQUEST):
                return await self._client.request(method, path, timeout=TIMEOUT, **content)
        except (httpx.RequestError, TimeoutError) as cut:
            return cut

    def _pause(self, attempt: int, outcome: httpx.Response | Exception) -> float:
        told = retry_after(outcome, self.clock.now()) if isinstance(outcome, httpx.Response) else None
        return told if told is not None else jittered(PAUSE * 2.0 ** (attempt - 1))


def _over_tls() -> httpx.AsyncHTTPTransport:
    """Return a transport of its own; the certificates, slow to read and half a megabyte, are shared by all stores."""
    return httpx.AsyncHTTPTransport(verify=_certificates())


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def retry_after(response: httpx.Response, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, at least one; None when it is missing or garbled.

    A date counts from the answer's own Date: its clock may go wrong, and ours (`now`) may.
    """
    text = response.headers.get("Retry-After", "")
    seconds = number(text)
    if seconds is None and (until := _date(text)) is not None:
        seconds = (until - (_date(response.headers.get("Date", "")) or now)).total_seconds()
    return None if seconds is None else max(1.0, seconds)


def _date(text: str) -> datetime | None:
    """Return a header's date in UTC, or None."""
    try:
        return parsedate_to_datetime(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number(text: str | None) -> float | None:
    """Return a header's finite, non-negative number, or None."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def unreachable(system: System, problem: str) -> SourceUnreachable:
    """Return the error for a system that cannot be reached."""
    name = NAMES[system]
    return SourceUnreachable(
        system,
        f"{name} could not be reached: it {problem}.",
        why="Without a complete answer nothing is opened or closed for this store.",
        todo=f"Usually this passes by itself; if it lasts, look at {name}'s status page and your network.",
    )


def throttled(system: System, how: str = "after waiting as it told us") -> SourceThrottled:
    """Return the error for a system that keeps saying that we ask too often."""
    name = NAMES[system]
    return SourceThrottled(
        system,
        f"{name} still says that we ask too often, {how}.",
        why="Other tools on the same key use up its allowance, so this store could not be read completely.",
        todo=f"Give stuck a {name} key of its own, or let the other tools ask less.",
    )


def _problem(outcome: httpx.Response | Exception) -> str:
    if isinstance(outcome, httpx.Response):
        return f"answered with status {outcome.status_code}"
    if isinstance(outcome, (TimeoutError, httpx.TimeoutException)):
        return "did not answer in time"
    if isinstance(outcome, httpx.ConnectError):
        return "did not accept a connection"
    return f"broke the connection off ({type(outcome).__name__})"
