"""Audits asked for in Slack: who asked, what they have to confirm, and the orders that they may add to the queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import and_, delete, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import statements
from storage.codec import Codec
from storage.tables import AUDITS

AuditState = Literal["reading", "confirming", "stopped", "asked", "adding", "added", "declined"]
NAMES = Codec(TypeAdapter(tuple[str, ...]))
ROW = AUDITS.c


@dataclass(frozen=True, slots=True)
class AskedAudit:
    """One audit. Times in UTC; no personal data but the Slack id of who asked."""

    id: str
    """Goes into its buttons."""
    person: str
    store: str | None
    """The store that its orders belong to, where that is known."""
    orders: tuple[str, ...]
    """As Shopify shows them, `#` kept."""
    state: AuditState
    rows: str = ""
    """What was read of pictures, as whoever reads them writes it; only while somebody has to confirm it."""


class Audits:
    """The audits that are kept as of `now` (UTC): those begun less than `keep` ago. Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime, keep: timedelta) -> None:
        self._session = session
        self._now = now
        self._keep = keep

    async def begin(self, source: str, person: str, store: str | None = None) -> str | None:
        """Note that an audit begins and return its id; None where one has begun from the same source already.

        Those that are no longer kept are forgotten.
        """
        await self._run(delete(AUDITS).where(ROW.created_at <= self._now - self._keep))
        row: dict[str, Any] = {
            "id": uuid4().hex,
            "source": source,
            "person": person,
            "store": store,
            "orders": "[]",
            "rows": "",
        }
        row |= {"state": "reading", "created_at": self._now, "touched_at": self._now}
        connection = await self._session.connection()
        fresh = statements.insert(connection, AUDITS).values(row).on_conflict_do_nothing()
        found = (await connection.execute(fresh.returning(ROW.id))).first()
        return str(found.id) if found is not None else None

    async def get(self, audit_id: str) -> AskedAudit | None:
        """Return an audit; None: it is no longer kept."""
        here = select(AUDITS).where(ROW.id == audit_id, ROW.created_at > self._now - self._keep)
        row = (await self._run(here)).mappings().first()
        return _read(row) if row is not None else None

    async def confirm(self, audit_id: str, rows: str) -> None:
        """Keep what was read of pictures until somebody has confirmed it."""
        await self._set(audit_id, state="confirming", rows=rows)

    async def change_rows(self, audit_id: str, before: str, after: str) -> bool:
        """Keep other rows; False where somebody has been quicker, or they are no longer asked about."""
        return await self._answer(audit_id, before, state="confirming", rows=after)

    async def accept(self, audit_id: str, before: str) -> bool:
        """Go on with these rows, which are forgotten here; False as above."""
        return await self._answer(audit_id, before, state="reading", rows="")

    async def stop(self, audit_id: str) -> bool:
        """Forget the rows, and the audit with them; False where they are no longer asked about."""
        asked = update(AUDITS).where(ROW.id == audit_id, ROW.state == "confirming")
        stopped = await self._run(asked.values(state="stopped", rows="", touched_at=self._now))
        return bool(stopped.rowcount == 1)

    async def _answer(self, audit_id: str, before: str, **values: Any) -> bool:
        asked = update(AUDITS).where(ROW.id == audit_id, ROW.state == "confirming", ROW.rows == before)
        return bool((await self._run(asked.values(**values, touched_at=self._now))).rowcount == 1)

    async def ask(self, audit_id: str, orders: Sequence[str]) -> None:
        """Keep the orders that may be added."""
        await self._set(audit_id, state="asked", orders=NAMES.dump(tuple(orders)))

    async def choose(self, audit_id: str, store: str) -> None:
        """Note which store the orders belong to, until they are being added."""
        await self._run(update(AUDITS).where(ROW.id == audit_id, ROW.state == "asked").values(store=store))

    async def take(self, audit_id: str, *, left_after: timedelta) -> bool:
        """Begin to add the orders; False while somebody does, or after it was done.

        Who has not `touch`ed it for `left_after` is taken for dead.
        """
        left = and_(ROW.state == "adding", ROW.touched_at <= self._now - left_after)
        free = update(AUDITS).where(ROW.id == audit_id, or_(ROW.state == "asked", left))
        taken = await self._run(free.values(state="adding", touched_at=self._now))
        return bool(taken.rowcount == 1)

    async def decline(self, audit_id: str) -> bool:
        """Note that nothing is to be added; False where that is no longer the question."""
        asked = update(AUDITS).where(ROW.id == audit_id, ROW.state == "asked")
        return bool((await self._run(asked.values(state="declined", touched_at=self._now))).rowcount == 1)

    async def touch(self, audit_id: str) -> None:
        """Say that the orders are still being added."""
        await self._set(audit_id)

    async def added(self, audit_id: str) -> None:
        """Note that all orders were looked at."""
        await self._set(audit_id, state="added")

    async def give_back(self, audit_id: str) -> None:
        """Let the orders be added once more: adding did not come to its end."""
        await self._set(audit_id, state="asked")

    async def _set(self, audit_id: str, **values: Any) -> None:
        await self._run(update(AUDITS).where(ROW.id == audit_id).values(**values, touched_at=self._now))

    async def _run(self, statement: Any) -> Any:
        return await (await self._session.connection()).execute(statement)


def _read(row: Mapping[str, Any]) -> AskedAudit:
    orders = NAMES.load(row["orders"])
    return AskedAudit(row["id"], row["person"], row["store"], orders, row["state"], row["rows"])
