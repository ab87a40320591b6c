"""The heartbeat: an address outside is called while all is well, and its silence is the alarm."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock, at_least_on_the_wall
from bot.health import Health
from storage.database import Database
from storage.runs import Leases

EVERY = timedelta(minutes=2)
LEASE_SECONDS = 2.5 * EVERY.total_seconds()
"""How long the call stays ours: over one missed beat, then another process takes it over."""
TIMEOUT = 10.0
"""Seconds on the wall for the whole call."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Calls `url` for all processes that share the database."""

    url: SecretStr
    """A secret: who knows it can pretend that all is well."""
    look: Callable[[], Awaitable[Health]]
    database: Database
    clock: Clock
    holder: str

    async def beat(self) -> bool:
        """Call the address if it is our turn and all is well; return whether it was taken. Never raises."""
        try:
            if not await self._ours():
                return False
        except SQLAlchemyError as error:
            log.warning("no heartbeat: the database does not answer", error=type(error).__name__)
            return False
        health = await self.look()
        if not health.ready:
            log.warning("no heartbeat: not all is well", problems="; ".join(health.problems))
            return False
        return await self._call()

    async def _ours(self) -> bool:
        lease = at_least_on_the_wall(self.clock, LEASE_SECONDS)
        async with self.database.write() as session:
            return await Leases(session, self.clock.now()).take("heartbeat", self.holder, lease) is not None

    async def _call(self) -> bool:
        """Say only what kind of error it was: httpx repeats the address in its own words."""
        try:
            async with asyncio.timeout(TIMEOUT), httpx.AsyncClient(timeout=TIMEOUT) as client:
                answer = await client.get(self.url.get_secret_value())
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("the heartbeat did not get through", error=type(error).__name__)
            return False
        if not answer.is_success:
            log.warning("the heartbeat was refused", status=answer.status_code)
        return answer.is_success
