"""What should have happened to the queue and the outbox, and did not. Reads only."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import ledger
from storage.findings import Severity
from storage.gap import State
from storage.tables import GAPS, NOTICES

GAP = GAPS.c
CARD = NOTICES.alias("card")
UNRESOLVED = GAP.resolved_at.is_(None)
WAITING = ("ready", "retry", "unknown", "sending")


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of one store that are not in Slack yet, by what the last attempt met; None: none was made."""

    store: str
    error: str | None
    messages: int


class Overdue:
    """What is overdue as of `now` (UTC). Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def snoozes(self, grace: timedelta) -> int:
        """Count the snoozes that should have ended longer ago than `grace`."""
        late = (UNRESOLVED, GAP.snoozed_until <= self._now - grace)
        [row] = await self._rows(select(func.count().label("gaps")).where(*late))
        return int(row["gaps"])

    async def without_card(self, grace: timedelta) -> int:
        """Count the gaps, open for longer than `grace`, for which no card stands in Slack nor is owed.

        One of low severity has none on purpose.
        """
        card = (CARD.c.gap_id == GAP.id, CARD.c.kind == "card")
        none = or_(CARD.c.id.is_(None), and_(CARD.c.state == "dead", CARD.c.ts.is_(None)))
        bare = (
            select(GAPS)
            .select_from(GAPS.outerjoin(CARD, and_(*card)))
            .where(UNRESOLVED, GAP.opened_at <= self._now - grace, none)
        )
        gaps = [ledger.read(row) for row in await self._rows(bare)]
        return sum(gap.severity > Severity.LOW for gap in gaps)

    async def gaps_by_kind(self) -> dict[str, dict[State, int]]:
        """Count the unresolved gaps by kind and state."""
        owned, asleep = GAP.owner.is_not(None), GAP.snoozed_until > self._now
        columns = (GAP.kind, owned.label("owned"), func.coalesce(asleep, False).label("asleep"))
        tally = select(*columns, func.count().label("gaps")).where(UNRESOLVED).group_by(*columns)
        kinds: dict[str, dict[State, int]] = {}
        for row in await self._rows(tally):
            state: State = "snoozed" if row["asleep"] else "claimed" if row["owned"] else "open"
            states = kinds.setdefault(row["kind"], {})
            states[state] = states.get(state, 0) + row["gaps"]
        return kinds

    async def waiting(self) -> list[Waiting]:
        """Count what is not in Slack yet, by store and by what the last attempt met."""
        notice = NOTICES.c
        columns = (notice.store, notice.error)
        tally = select(*columns, func.count().label("messages")).group_by(*columns)
        found: Counter[tuple[str, str | None]] = Counter()
        for state in WAITING:  # one at a time, or SQLite reads what was sent ever since, too
            for row in await self._rows(tally.where(notice.state == state)):
                found[row["store"], row["error"]] += row["messages"]
        return [Waiting(store, error, many) for (store, error), many in found.items()]

    async def _rows(self, statement: Any) -> Any:
        return (await (await self._session.connection()).execute(statement)).mappings().all()
