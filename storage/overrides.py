"""Settings that were changed in Slack: what holds now, and who changed what."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import statements
from storage.tables import OVERRIDE_CHANGES, OVERRIDES

ROW = OVERRIDE_CHANGES.c
Values = Mapping[str, Any]
"""Settings by key, each as it is written; None stands for what stuck.toml says."""


@dataclass(frozen=True, slots=True)
class OverrideChange:
    """One change of a setting. Values are written as in stuck.toml; None stands for what stuck.toml says."""

    id: int
    store: str
    key: str
    before: Any
    after: Any
    person: str
    """Slack id of who changed it."""
    why: str
    at: datetime


class Overrides:
    """The settings changed in Slack as of `now` (UTC). Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def version(self) -> int:
        """Return a number that grows with every change; 0: nothing was ever changed."""
        newest = await self._run(select(func.max(ROW.id)))
        return int(newest.scalar() or 0)

    async def current(self) -> dict[str, dict[str, Any]]:
        """Return what holds instead of stuck.toml, by store and key."""
        found: dict[str, dict[str, Any]] = {}
        for row in await self._run(select(OVERRIDES)):
            found.setdefault(row.store, {})[row.key] = json.loads(row.value)
        return found

    async def change(
        self, store: str, values: Callable[[Values], Values], *, person: str, why: str = ""
    ) -> list[OverrideChange]:
        """Set what `values` makes of what holds now; return what really changed, as history keeps it.

        Who changes a store at the same moment waits, so that nobody's part of a table is written over.
        """
        await statements.take_turns(await self._session.connection(), f"settings of {store}")
        before = (await self.current()).get(store, {})
        changed = {key: after for key, after in values(before).items() if before.get(key) != after}
        gone = [key for key, after in changed.items() if after is None]
        mine = (OVERRIDES.c.store == store, OVERRIDES.c.key.in_(gone))
        await self._run(delete(OVERRIDES).where(*mine))
        rows = [
            {"store": store, "key": key, "value": json.dumps(after)}
            for key, after in changed.items()
            if after is not None
        ]
        await statements.upsert(await self._session.connection(), OVERRIDES, rows)
        return [
            await self._record(store, key, before.get(key), after, person, why)
            for key, after in changed.items()
        ]

    async def history(self, store: str | None = None, *, limit: int = 50) -> list[OverrideChange]:
        """Return what was changed, newest first."""
        mine = select(OVERRIDE_CHANGES).order_by(ROW.id.desc()).limit(limit)
        found = await self._run(mine if store is None else mine.where(ROW.store == store))
        return [_change(row) for row in found]

    async def newest(self, store: str) -> dict[str, OverrideChange]:
        """Return the last change of each key of a store that was ever changed."""
        last = select(func.max(ROW.id)).where(ROW.store == store).group_by(ROW.key)
        found = await self._run(select(OVERRIDE_CHANGES).where(ROW.id.in_(last)))
        return {row.key: _change(row) for row in found}

    async def _record(
        self, store: str, key: str, before: Any, after: Any, person: str, why: str
    ) -> OverrideChange:
        row = {
            "store": store,
            "key": key,
            "before": _written(before),
            "after": _written(after),
            "person": person,
            "why": why,
            "at": self._now,
        }
        id_ = (await self._run(insert(OVERRIDE_CHANGES).values(row).returning(ROW.id))).scalar_one()
        return OverrideChange(id_, store, key, before, after, person, why, self._now)

    async def _run(self, statement: Any) -> Any:
        return await (await self._session.connection()).execute(statement)


def _change(row: Any) -> OverrideChange:
    return OverrideChange(
        row.id, row.store, row.key, _read(row.before), _read(row.after), row.person, row.why, row.at
    )


def _written(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _read(text: str | None) -> Any:
    return None if text is None else json.loads(text)
