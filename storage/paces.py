"""How fast we may go, over all processes: allowances that refill steadily, and permits taken from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import statements
from storage.tables import PACES


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many permits a minute, and so many at once after a rest."""

    name: str
    per_minute: float
    burst: int

    @property
    def each(self) -> timedelta:
        """How long one permit takes to come back."""
        return timedelta(minutes=1) / self.per_minute

    def half(self) -> "Allowance":
        """Return the same with half the burst: whoever asks for that leaves the other half to the urgent."""
        return replace(self, burst=max(self.burst // 2, 1))


class Paces:
    """What is used up as of `now` (UTC). Works within the session's transaction, which others then wait for."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def reserve(self, allowances: Sequence[Allowance], within: timedelta) -> timedelta:
        """Return how long to wait for a permit of each; they are taken only if that is `within`."""
        taken = {each: await self._full_at(each.name) + each.each for each in allowances}
        waits = [full_at - each.each * each.burst - self._now for each, full_at in taken.items()]
        wait = max([timedelta(0), *waits])
        if wait <= within:
            for each, full_at in taken.items():
                await self._set(each.name, full_at)
        return wait

    async def close(self, allowance: Allowance, until: datetime) -> None:
        """Give out no permit before `until` (UTC), and none at once after it."""
        closed = until + allowance.each * (allowance.burst - 1)
        await self._set(allowance.name, max(await self._full_at(allowance.name), closed))

    async def _full_at(self, name: str) -> datetime:
        """Return when nothing of it will be used any more, and keep others from it until we are done."""
        connection = await self._connection()
        row = {"name": name, "full_at": self._now}
        mine = select(PACES.c.full_at).where(PACES.c.name == name).with_for_update()
        found = (await connection.execute(mine)).first()
        if found is None:
            await statements.insert_missing(connection, PACES, [row])
            found = (await connection.execute(mine)).one()
        full_at: datetime = found.full_at
        return max(full_at, self._now)

    async def _set(self, name: str, full_at: datetime) -> None:
        await statements.upsert(await self._connection(), PACES, [{"name": name, "full_at": full_at}])

    async def _connection(self) -> AsyncConnection:
        return await self._session.connection()
