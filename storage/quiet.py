"""What is put off in a store's quiet hours, and let out when they end or are others."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.findings import Severity
from storage.tables import GAPS, NOTICES

NEWS = ("card", "storm", "first_run", "daily", "weekly")
"""Kinds that stand in the channel itself and can wait for the end."""

ROW = NOTICES.c
CHILD = NOTICES.alias("child")


class Quiet:
    """What waits as of `now` (UTC). Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def put_off(self, store: str, until: datetime) -> None:
        """Put off what is due and would be new in the channel, but for what is critical or a person waits for."""
        urgent = GAPS.c.severity == Severity.CRITICAL
        own = exists().where(GAPS.c.id == ROW.gap_id, urgent)
        within = exists().where(
            CHILD.c.parent_id == ROW.id, CHILD.c.gap_id == GAPS.c.id, GAPS.c.resolved_at.is_(None), urgent
        )
        mine = (
            ROW.state.in_(("ready", "retry")),
            ROW.store == store,
            ROW.due_at <= self._now,
            ROW.kind.in_(NEWS),
            ROW.ts.is_(None),
            ROW.parent_id.is_(None),
            or_(ROW.kind != "card", ROW.touched.is_(False)),  # news of many gaps goes first, touched or not
            ~own,
            ~within,
        )
        await self._run(update(NOTICES).where(*mine).values(state="ready", due_at=until))

    async def stores(self) -> list[str]:
        """Return the stores for which something was put off."""
        later = (ROW.state == "ready", ROW.due_at > self._now)
        return [row.store for row in await self._run(select(ROW.store).where(*later).distinct())]

    async def let_out(self, store: str, by: datetime) -> None:
        """Have what was put off come out no later than `by`: the quiet hours are others by now."""
        later = (ROW.state == "ready", ROW.store == store, ROW.due_at > by)
        await self._run(update(NOTICES).where(*later).values(due_at=by))

    async def _run(self, statement: Any) -> Any:
        return await (await self._session.connection()).execute(statement)
