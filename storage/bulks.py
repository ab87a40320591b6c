"""One act over many gaps, and taking it back: where nothing has changed since, everything is as it was."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import codec, decisions, ledger
from storage.codec import Codec
from storage.conclude import Act, Step
from storage.decisions import Decided
from storage.gap import Gap, Outcome, Resolution
from storage.ledger import Ledger
from storage.tables import BULK_GAPS, BULKS, GAPS

UNDOABLE = timedelta(minutes=5)
"""For how long after its last gap such an act can be taken back, unless something else is asked for."""
CHUNK = 200
"""Gaps of one transaction: it is over soon, and clicks get in between."""
_KEPT = timedelta(days=1)

BulkAct = Literal["claimed", "snoozed", "not_a_gap", "accepted", "resolved"]
Decision = Callable[[Gap], Decided]


@dataclass(frozen=True, slots=True)
class Stand:
    """What people decide about a gap, and an undo restores."""

    owner: str | None
    claimed_at: datetime | None
    snoozed_until: datetime | None
    snoozed_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: Resolution | None
    reason: str | None
    verify_at: datetime | None
    turned_at: datetime | None = None

    @classmethod
    def of(cls, gap: Gap) -> "Stand":
        """Return how a gap stands."""
        return cls(**{each.name: getattr(gap, each.name) for each in fields(cls)})

    def put(self, gap: Gap) -> Gap:
        """Return the gap as it stood then."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(gap, **known, revision=gap.revision + 1, edition=gap.edition + 1)


STAND = Codec(TypeAdapter(Stand))


@dataclass(frozen=True, slots=True)
class Bulk:
    """One act over many gaps."""

    id: str
    person: str
    act: BulkAct
    at: datetime
    undoable_until: datetime
    undone_at: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    """`until` of a snooze, `reason` of an ending."""
    gaps: int = 0
    """How many it changed and are not undone."""


class Bulks:
    """Acts over many gaps as of `now` (UTC), `undoable` for so long. Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime, undoable: timedelta = UNDOABLE) -> None:
        self._session = session
        self._now = now
        self._undoable = undoable

    # ------------------------------------------------------------ doing

    async def begin(self, person: str, act: BulkAct, facts: Mapping[str, str] | None = None) -> Bulk:
        """Note that somebody acts on many gaps; what could be undone a day ago for the last time is forgotten."""
        await self._forget()
        known = facts or {}
        bulk = Bulk(uuid4().hex, person, act, self._now, self._now + self._undoable, None, known)
        row = {"id": bulk.id, "person": person, "act": act, "facts": codec.TEXTS.dump(dict(known))}
        await self._run(insert(BULKS).values(**row, at=bulk.at, undoable_until=bulk.undoable_until))
        return bulk

    async def act_on(self, bulk: Bulk, ids: Sequence[str], *, together: int) -> Counter[Outcome]:
        """Do it to at most CHUNK of its gaps as they are now; return how many came out how.

        `together`: how many gaps it is about in all, for their history.
        """
        decide = _decision(bulk, self._now)
        steps: list[Step] = []
        outcomes: Counter[Outcome] = Counter()
        for gap in await self._locked(ids):
            decided = decide(gap)
            if isinstance(decided, str):
                outcomes[decided] += 1
                continue
            after, act = decided
            after = replace(after, revision=gap.revision + 1, edition=gap.edition + 1)
            act = replace(act, facts={**act.facts, "together": str(together)})
            steps.append(Step(after, gap, "kept", (act,)))
            outcomes["done"] += 1
        outcomes["gone"] += len(set(ids)) - sum(outcomes.values())
        await Ledger(self._session, self._now).write(steps, quiet=True)
        await self.note(bulk, [(step.before, step.gap) for step in steps if step.before is not None])
        return +outcomes

    async def note(self, bulk: Bulk, changed: Sequence[tuple[Gap, Gap]]) -> None:
        """Note what it changed, so that it can be taken back from now on for a while."""
        rows = [
            {
                "bulk_id": bulk.id,
                "gap_id": before.id,
                "before": STAND.dump(Stand.of(before)),
                "after": STAND.dump(Stand.of(after)),
            }
            for before, after in changed
        ]
        if rows:
            await self._run(insert(BULK_GAPS), rows)
            until = self._now + self._undoable
            await self._run(update(BULKS).where(BULKS.c.id == bulk.id).values(undoable_until=until))

    # ------------------------------------------------------------ looking

    async def get(self, bulk_id: str) -> Bulk | None:
        """Return an act by its id."""
        return await self._one(BULKS.c.id == bulk_id)

    async def undoable(self, person: str) -> Bulk | None:
        """Return the last act of this person that can still be taken back."""
        mine = (BULKS.c.person == person, BULKS.c.undoable_until > self._now, BULKS.c.undone_at.is_(None))
        found = await self._one(*mine)
        return found if found is not None and found.gaps else None

    # ------------------------------------------------------------ undoing

    async def undo(self, bulk: Bulk) -> tuple[int, int] | None:
        """Take back at most CHUNK of what it did; return how many, and how many stay as they are.

        Those have been changed since, by somebody or by a run. None: nothing is left to take back.
        """
        mine = select(BULK_GAPS).where(BULK_GAPS.c.bulk_id == bulk.id).order_by(BULK_GAPS.c.gap_id)
        rows = (await self._run(mine.limit(CHUNK).with_for_update())).mappings().all()
        if not rows:
            return None
        known = {gap.id: gap for gap in await self._locked([row["gap_id"] for row in rows])}
        taken = await self._taken(known.values())
        steps = [
            Step(
                STAND.load(row["before"]).put(gap),
                gap,
                "kept",
                (Act("undone", {"act": bulk.act}, bulk.person),),
            )
            for row in rows
            if (gap := known.get(row["gap_id"])) is not None
            and STAND.load(row["after"]) == Stand.of(gap)
            and gap.id not in taken
        ]
        await Ledger(self._session, self._now).write(steps, quiet=True)
        gone = [row["gap_id"] for row in rows]
        await self._run(delete(BULK_GAPS).where(BULK_GAPS.c.bulk_id == bulk.id, BULK_GAPS.c.gap_id.in_(gone)))
        await self._run(update(BULKS).where(BULKS.c.id == bulk.id).values(undone_at=self._now))
        return len(steps), len(rows) - len(steps)

    async def _taken(self, gaps: Collection[Gap]) -> set[str]:
        """Return the resolved ones of these whose trouble has a newer, unresolved gap."""
        subjects = {gap.subject for gap in gaps if gap.resolved_at is not None}
        row = GAPS.c
        newer = select(row.store, row.subject, row.kind).where(
            row.resolved_at.is_(None), row.subject.in_(subjects)
        )
        unresolved = {tuple(one) for one in await self._run(newer)} if subjects else set()
        return {
            gap.id
            for gap in gaps
            if gap.resolved_at is not None and (gap.store, gap.subject, gap.kind) in unresolved
        }

    # ------------------------------------------------------------ within

    async def _locked(self, ids: Collection[str]) -> list[Gap]:
        mine = select(GAPS).where(GAPS.c.id.in_(sorted(ids))).order_by(GAPS.c.id)
        rows = await self._run(mine.with_for_update(key_share=True))
        return [ledger.read(row) for row in rows.mappings()]

    async def _one(self, *where: Any) -> Bulk | None:
        row = (
            (await self._run(select(BULKS).where(*where).order_by(BULKS.c.at.desc()).limit(1)))
            .mappings()
            .first()
        )
        if row is None:
            return None
        left = await self._run(select(BULK_GAPS.c.gap_id).where(BULK_GAPS.c.bulk_id == row["id"]))
        known = {**row, "facts": codec.TEXTS.load(row["facts"])}
        return Bulk(**known, gaps=len(left.all()))

    async def _forget(self) -> None:
        old = BULKS.c.undoable_until < self._now - _KEPT
        await self._run(delete(BULK_GAPS).where(BULK_GAPS.c.bulk_id.in_(select(BULKS.c.id).where(old))))
        await self._run(delete(BULKS).where(old))

    async def _run(self, statement: Any, rows: Sequence[dict[str, Any]] | None = None) -> Any:
        connection: AsyncConnection = await self._session.connection()
        return await connection.execute(statement, rows)


# ---------------------------------------------------------------- what becomes of one gap


def _decision(bulk: Bulk, now: datetime) -> Decision:
    match bulk.act:
        case "claimed":
            return lambda gap: decisions.claim(gap, bulk.person, now)
        case "snoozed":
            until = datetime.fromisoformat(bulk.facts["until"])
            return lambda gap: decisions.snooze(gap, bulk.person, until)
        case "not_a_gap" | "accepted":
            ended: Resolution = bulk.act
            reason = bulk.facts.get("reason")
            return lambda gap: decisions.resolve(gap, bulk.person, now, ended, reason=reason)
        case _:
            raise ValueError(f"{bulk.act} asks the systems about each gap by itself")
