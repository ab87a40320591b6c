"""Which gaps their owners, or everybody, have left lying, and telling so once: the rows decide it for all processes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, false, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import ledger, statements
from storage.conclude import Act
from storage.findings import Severity
from storage.gap import Gap
from storage.ledger import Ledger
from storage.notices import Notices
from storage.tables import GAPS, NOTICES

ROW = GAPS.c
AWAKE = (ROW.resolved_at.is_(None), ROW.snoozed_until.is_(None))
TURNED = func.coalesce(ROW.turned_at, ROW.opened_at)
OWNED = (*AWAKE, ROW.owner.is_not(None), or_(ROW.reminded_at.is_(None), ROW.reminded_at < ROW.claimed_at))
"""Somebody's, and they were not reminded of it since they got it."""
UNOWNED = (*AWAKE, ROW.owner.is_(None), or_(ROW.escalated_at.is_(None), ROW.escalated_at < TURNED))
"""Nobody's, and nobody was called since it last became so."""

Limits = Mapping[Severity, timedelta]
"""How long a gap of each severity may lie; one of a severity that is not named may lie for ever."""


class Ownership:
    """Who has what, and for how long, as of `now` (UTC). Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def owners(self) -> list[str]:
        """Return everybody who has an unresolved gap, as Slack user ids."""
        theirs = select(ROW.owner).where(ROW.resolved_at.is_(None), ROW.owner.is_not(None)).distinct()
        return [row.owner for row in await self._run(theirs.order_by(ROW.owner))]

    async def of_owner(self, owner: str) -> list[str]:
        """Return the ids of the unresolved gaps of one person, oldest first."""
        theirs = select(ROW.id).where(ROW.resolved_at.is_(None), ROW.owner == owner)
        return [row.id for row in await self._run(theirs.order_by(ROW.opened_at, ROW.id))]

    async def lying(self, limits: Limits) -> list[Gap]:
        """Return what owners have left lying for too long and were not reminded of since their claim, oldest first.

        Counted from the claim, or from when it came back from a snooze or an end after that.
        """
        late = (ROW.claimed_at, TURNED)
        return await self._gaps(*OWNED, *[await self._late(since, limits) for since in late])

    async def unowned(self, store: str, limits: Limits) -> list[Gap]:
        """Return what nobody in this store has had for too long and nobody was called for, oldest first."""
        return await self._gaps(*UNOWNED, ROW.store == store, await self._late(TURNED, limits))

    async def remind(self, gaps: Sequence[Gap]) -> int:
        """Owe their owners a word about those of `gaps` that are still theirs; return how many that are."""
        mine = [
            gap
            for gap in gaps
            if await self._mark(gap, *OWNED, ROW.owner == gap.owner, reminded_at=self._now)
        ]
        await Ledger(self._session, self._now).remark([(gap, Act("reminded", {})) for gap in mine])
        return len(mine)

    async def escalate(self, gaps: Sequence[Gap], to: str) -> int:
        """Call `to` (a user or user group) for those of `gaps` that are still nobody's; return how many that are.

        Once in each thread: a storm's gaps share one. One without a card waits until it has one.
        """
        threads: dict[str, list[Gap]] = {}
        cards = await self._cards({gap.id for gap in gaps})
        for gap in gaps:
            if gap.id in cards and await self._mark(gap, *UNOWNED, escalated_at=self._now):
                threads.setdefault(cards[gap.id], []).append(gap)
        for thread, many in threads.items():
            facts = {"to": to, "gaps": [gap.id for gap in many]}
            await Notices(self._session, self._now).owe(many[0].store, "escalation", facts, parent_id=thread)
            remarks = [(gap, Act("escalated", {"to": to})) for gap in many]
            await Ledger(self._session, self._now).remark(remarks)
        return sum(len(many) for many in threads.values())

    async def _cards(self, gap_ids: set[str]) -> dict[str, str]:
        """Return for each gap with a card the notice whose thread it has: a storm's, or the card itself."""
        card = NOTICES.c
        cards = select(card.gap_id, func.coalesce(card.parent_id, card.id).label("thread"))
        found = await statements.pick(
            await self._session.connection(), cards.where(card.kind == "card"), card.gap_id, gap_ids
        )
        return {row.gap_id: row.thread for row in found}

    async def _mark(self, gap: Gap, *still: Any, **values: datetime) -> bool:
        """Note on the row that it is told now, unless it is told or has moved on; another process may be as far."""
        done = await self._run(update(GAPS).where(ROW.id == gap.id, *still).values(**values))
        return bool(done.rowcount == 1)

    async def _late(self, since: Any, limits: Limits) -> Any:
        """Return the condition that more time has passed than its severity allows."""
        severity = statements.whole_number(await self._session.connection(), ROW.finding, "severity")
        late = [and_(severity == int(level), since <= self._now - limit) for level, limit in limits.items()]
        return or_(false(), *late)

    async def _gaps(self, *where: Any) -> list[Gap]:
        oldest = select(GAPS).where(*where).order_by(ROW.opened_at, ROW.id)
        return [ledger.read(row) for row in (await self._run(oldest)).mappings()]

    async def _run(self, statement: Any) -> Any:
        return await (await self._session.connection()).execute(statement)
