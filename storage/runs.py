"""Runs, how far each source has been read, and who may do what now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import case, insert, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import statements
from storage.codec import Codec
from storage.tables import CURSORS, LEASES, RUNS


@dataclass(frozen=True, slots=True)
class Run:
    """One reconciliation of one store. All times in UTC."""

    id: int
    store: str
    sweep: bool
    started_at: datetime
    finished_at: datetime | None
    """None: it is running, or its process died."""
    complete: bool
    """Both sides were read to the end, so its conclusions stand."""
    error: str | None
    read: dict[str, int]
    """Rows by what they are: orders, shipments ..."""
    requests: dict[str, int]
    """By system."""
    opened: int
    updated: int
    resolved: int


TALLY = Codec(TypeAdapter(dict[str, int]))
RUN = RUNS.c


class Runs:
    """Runs and cursors as of `now` (UTC). Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def start(self, store: str, *, sweep: bool) -> int:
        """Note that a run has begun; return its id."""
        row = {"store": store, "sweep": sweep, "started_at": self._now, "complete": False}
        row |= {"read": "{}", "requests": "{}", "opened": 0, "updated": 0, "resolved": 0}
        return int((await self._run(insert(RUNS).values(row).returning(RUN.id))).one().id)

    async def finish(
        self,
        run_id: int,
        *,
        complete: bool,
        read: dict[str, int],
        requests: dict[str, int],
        opened: int,
        updated: int,
        resolved: int,
        error: str | None,
    ) -> None:
        """Note how a run ended."""
        ended = {"finished_at": self._now, "complete": complete, "error": error}
        ended |= {"read": TALLY.dump(read), "requests": TALLY.dump(requests)}
        ended |= {"opened": opened, "updated": updated, "resolved": resolved}
        await self._run(update(RUNS).where(RUN.id == run_id).values(ended))

    async def last(self, store: str) -> Run | None:
        """Return the store's newest run, finished or not."""
        return await self._newest(RUN.store == store)

    async def recent(self, store: str, many: int) -> list[Run]:
        """Return the store's newest runs, finished or not, newest first."""
        newest = select(RUNS).where(RUN.store == store).order_by(RUN.id.desc()).limit(many)
        return [_read(row) for row in (await self._run(newest)).mappings()]

    async def last_finished(self, store: str) -> Run | None:
        """Return the store's newest run that came to its end, complete or not."""
        return await self._newest(RUN.store == store, RUN.finished_at.is_not(None))

    async def last_complete(self, store: str) -> Run | None:
        """Return the store's newest run that read both sides to the end."""
        return await self._newest(RUN.store == store, RUN.complete)

    async def first_complete(self, store: str) -> datetime | None:
        """Return when the store had been read to the end on both sides for the first time."""
        oldest = select(RUN.finished_at).where(RUN.store == store, RUN.complete).order_by(RUN.id).limit(1)
        return (await self._run(oldest)).scalar()  # type: ignore[no-any-return]  # the column says what it is

    async def cursors_of(self, store: str) -> dict[str, datetime]:
        """Return how far each source of a store has been read."""
        found = await self._run(select(CURSORS.c.name, CURSORS.c.value).where(CURSORS.c.store == store))
        return {row.name: row.value for row in found}

    async def cursors(self, name: str) -> dict[str, datetime]:
        """Return this cursor of every store that has one."""
        found = await self._run(select(CURSORS.c.store, CURSORS.c.value).where(CURSORS.c.name == name))
        return {row.store: row.value for row in found}

    async def set_cursors(self, store: str, values: Mapping[str, datetime]) -> None:
        """Note how far these sources have been read."""
        rows = [{"store": store, "name": name, "value": value} for name, value in values.items()]
        await statements.upsert(await self._session.connection(), CURSORS, rows)

    async def _newest(self, *where: Any) -> Run | None:
        newest = select(RUNS).where(*where).order_by(RUN.id.desc()).limit(1)
        row = (await self._run(newest)).mappings().first()
        return _read(row) if row is not None else None

    async def _run(self, statement: Any) -> Any:
        return await (await self._session.connection()).execute(statement)


def _read(row: Mapping[str, Any]) -> Run:
    return Run(**{**row, "read": TALLY.load(row["read"]), "requests": TALLY.load(row["requests"])})


class Leases:
    """Who may do a job as of `now` (UTC), so that any number of workers may try."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def take(self, name: str, holder: str, ttl: timedelta) -> int | None:
        """Take or renew a lease; return its fencing token, or None while somebody else holds it.

        The token grows each time the lease changes hands: what was begun under a smaller one is void.
        """
        row = {"name": name, "holder": holder, "fence": 1, "until": self._now + ttl}
        connection = await self._session.connection()
        lease = LEASES.c
        running = (lease.holder == holder) & (lease.until > self._now)
        statement = (
            statements.insert(connection, LEASES)
            .values(row)
            .on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "holder": holder,
                    "until": self._now + ttl,
                    "fence": case((running, lease.fence), else_=lease.fence + 1),
                },
                where=or_(lease.holder == holder, lease.until <= self._now),
            )
        )
        taken = (await connection.execute(statement.returning(lease.fence))).first()
        return int(taken.fence) if taken is not None else None

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back; one that somebody else holds by now is left alone."""
        lease = LEASES.c
        mine = update(LEASES).where(lease.name == name, lease.holder == holder)
        await (await self._session.connection()).execute(mine.values(until=self._now))

    async def live(self, prefix: str) -> set[str]:
        """Return the names of the leases that begin so and are held by anybody."""
        lease = LEASES.c
        where = (lease.name.startswith(prefix, autoescape=True), lease.until > self._now)
        found = await (await self._session.connection()).execute(select(lease.name).where(*where))
        return {row.name for row in found}

    async def held(self, name: str, holder: str, fence: int) -> bool:
        """Whether the lease taken with this token still stands."""
        lease = LEASES.c
        where = (lease.name == name, lease.holder == holder, lease.fence == fence, lease.until > self._now)
        found = await (await self._session.connection()).execute(select(lease.name).where(*where))
        return found.first() is not None
