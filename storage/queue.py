"""The queue: gaps and their transitions, each with its history and what it owes to Slack, in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, false, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import codec, decisions, ledger, statements
from storage.conclude import Act, Step, conclude, crowds, reopened
from storage.decisions import Decided
from storage.findings import Evidence
from storage.gap import STORE_SUBJECT, Applied, Change, Event, Gap, Judged, Resolution, State
from storage.keys import number_column
from storage.ledger import Ledger
from storage.statements import chunks
from storage.storms import Storms
from storage.tables import EVENTS, GAPS

__all__ = ["Applied", "Change", "Event", "Gap", "Judged", "Queue", "Resolution", "State"]

ROW = GAPS.c
UNRESOLVED = ROW.resolved_at.is_(None)

Gaps = list[Gap]
Decision = Callable[[Gap], Decided]


class Queue:
    """The queue as of `now` (UTC). Works within the session's transaction; commits nothing itself."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._ledger = Ledger(session, now)

    # ------------------------------------------------------------ what a run found

    async def apply(self, store: str, judged: Sequence[Judged], *, first_run: bool = False) -> Applied:
        """Open, update, reopen and resolve gaps of exactly these subjects; all others stay as they are.

        More than five new ones of one cause, or whatever a first run opens, share a parent message.
        """
        await self._take_turns(store)
        steps: list[Step] = []
        for chunk in chunks({each.subject: each for each in judged}.values()):
            known = await self._known(store, [each.subject for each in chunk])
            for each in chunk:
                steps.extend(conclude(store, each, known.get(each.subject, ()), self._now))
        applied = Applied(
            opened=tuple(step.gap for step in steps if step.fate == "opened"),
            updated=tuple(step.gap for step in steps if step.fate == "updated"),
            reopened=tuple(step.gap for step in steps if step.fate == "reopened"),
            resolved=tuple(step.gap for step in steps if step.fate == "resolved"),
        )
        storms = Storms(self._session, self._now)
        standing = await storms.joinable(store)
        await self._ledger.write(steps, crowds(applied.opened, first_run=first_run, standing=standing))
        await self._end_storms(store, storms)
        return applied

    async def _end_storms(self, store: str, storms: Storms) -> None:
        """Let what remains of storms that are over stand by itself in the channel (design decision 10)."""
        for left in (await storms.over(store)).values():
            gaps = await self._gaps(select(GAPS).where(ROW.id.in_(left)).order_by(ROW.id))
            steps = [Step(replace(gap, edition=gap.edition + 1), gap, "kept") for gap in gaps]
            await self._ledger.write(steps)
            await storms.come_out(left)

    async def wake_due(self) -> int:
        """End the snoozes whose time has come; return how many."""
        over = (UNRESOLVED, ROW.snoozed_until <= self._now)
        steps = [
            Step(_awake(gap, self._now), gap, "kept", (Act("snooze_ended", {}),))
            for gap in await self._gaps(
                select(GAPS).where(*over).order_by(ROW.id).with_for_update(key_share=True)
            )
        ]
        await self._ledger.write(steps)
        return len(steps)

    # ------------------------------------------------------------ what people do

    async def claim(
        self, gap_id: str, by: str, *, revision: int | None = None, take_over: bool = False
    ) -> Change:
        """Make `by` the owner. Another's gap is `taken` unless `take_over`; a snoozed one stays snoozed."""
        return await self._move(
            gap_id, revision, lambda gap: decisions.claim(gap, by, self._now, take_over=take_over)
        )

    async def assign(self, gap_id: str, by: str, to: str, *, revision: int | None = None) -> Change:
        """Make `to` the owner, whoever had it; for oneself that is claiming, or taking over."""
        if to == by:
            return await self.claim(gap_id, by, revision=revision, take_over=True)

        def decide(gap: Gap) -> Decided:
            if gap.resolved_at is not None:
                return "resolved"
            if gap.owner == to:
                return "already"
            before = {"from": gap.owner} if gap.owner else {}
            return decisions.given(gap, to, self._now), Act("assigned", {"to": to, **before}, by)

        return await self._move(gap_id, revision, decide)

    async def release(
        self, gap_id: str, by: str | None, *, owner: str | None = None, revision: int | None = None
    ) -> Change:
        """Make it nobody's, where given only if it is still `owner`'s; `by` None: its owner is no longer there."""

        def decide(gap: Gap) -> Decided:
            if gap.resolved_at is not None:
                return "resolved"
            if gap.owner is None or owner not in {None, gap.owner}:
                return "already"
            return decisions.given(gap, None, self._now), Act("released", {"owner": gap.owner}, by)

        return await self._move(gap_id, revision, decide)

    async def note(self, gap_id: str, by: str, text: str, *, key: str) -> Change:
        """Add a note to its history, ended or not; one of the same `key` is `already` there.

        Its buttons stay good, and an owner's note counts as a sign of life.
        """
        mine = select(GAPS).where(ROW.id == gap_id).with_for_update(key_share=True)
        gap = next(iter(await self._gaps(mine)), None)
        if gap is None:
            return Change("gone", None)
        if any(event.facts.get("key") == key for event in await self.history(gap_id)):
            return Change("already", gap)
        after = replace(gap, turned_at=self._now) if gap.owner == by else gap
        await self._ledger.write([Step(after, gap, "kept", (Act("noted", {"text": text, "key": key}, by),))])
        return Change("done", after)

    async def snooze(self, gap_id: str, by: str, until: datetime, *, revision: int | None = None) -> Change:
        """Put it off until a time to come; a time that is past raises ValueError."""
        if until <= self._now:
            raise ValueError(f"a snooze has to end after {self._now.isoformat()}, not at {until.isoformat()}")
        return await self._move(gap_id, revision, lambda gap: decisions.snooze(gap, by, until))

    async def wake(self, gap_id: str, by: str, *, revision: int | None = None) -> Change:
        """End a snooze before its time."""

        def decide(gap: Gap) -> Decided:
            if gap.resolved_at is not None:
                return "resolved"
            if not gap.snoozed(self._now):
                return "already"
            awake = replace(gap, snoozed_until=None, snoozed_by=None, turned_at=self._now)
            return awake, Act("woken", {}, by)

        return await self._move(gap_id, revision, decide)

    async def resolve(
        self,
        gap_id: str,
        by: str | None,
        *,
        resolution: Resolution,
        reason: str | None = None,
        verify_at: datetime | None = None,
        evidence: tuple[Evidence, ...] = (),
        revision: int | None = None,
    ) -> Change:
        """Resolve it; `evidence`, where given, is what both sides say now."""

        def decide(gap: Gap) -> Decided:
            return decisions.resolve(
                gap, by, self._now, resolution, reason=reason, verify_at=verify_at, evidence=evidence
            )

        return await self._move(gap_id, revision, decide)

    async def reopen(self, gap_id: str, by: str, *, revision: int | None = None) -> Change:
        """Take back a resolution. Where the same trouble has a newer gap, that one is returned as `already`."""
        gap = await self.get(gap_id)
        if gap is not None and gap.resolved_at is not None:
            await self._take_turns(gap.store)
            same = (ROW.store == gap.store, ROW.subject == gap.subject, ROW.kind == gap.kind, UNRESOLVED)
            for newer in await self._gaps(select(GAPS).where(*same, ROW.id != gap_id)):
                return Change("already", newer)

        def decide(gap: Gap) -> Decided:
            if gap.resolved_at is None:
                return "already"
            return reopened(gap, self._now), Act("reopened", {}, by)

        return await self._move(gap_id, revision, decide)

    # ------------------------------------------------------------ looking

    async def get(self, gap_id: str) -> Gap | None:
        """Return a gap as it is now."""
        found = await self._gaps(select(GAPS).where(ROW.id == gap_id))
        return found[0] if found else None

    async def counts(self) -> dict[State, int]:
        """Count the unresolved gaps by state; a state without any is 0."""
        state = case(
            (self._in_state("snoozed"), "snoozed"), (ROW.owner.is_not(None), "claimed"), else_="open"
        )
        tally = select(state.label("state"), func.count().label("gaps")).where(UNRESOLVED).group_by(state)
        found = {row["state"]: row["gaps"] for row in await self._rows(tally)}
        states: tuple[State, ...] = ("open", "claimed", "snoozed")
        return {each: found.get(each, 0) for each in states}

    async def resolved_since(self, since: datetime) -> Gaps:
        """Return the gaps resolved at `since` or later, oldest first."""
        return await self._gaps(
            select(GAPS).where(ROW.resolved_at >= since).order_by(ROW.resolved_at, ROW.id)
        )

    async def subjects_to_verify(self) -> list[tuple[str, str]]:
        """Return store and order id of gaps resolved against the sources whose time to be checked has come."""
        due = (ROW.resolution == "unverified", ROW.verify_at <= self._now, ROW.order_id.is_not(None))
        found = await self._rows(select(ROW.store, ROW.order_id).where(*due).distinct())
        return [(row["store"], row["order_id"]) for row in found]

    async def open_subjects(self, store: str, *, without: Collection[str] = ()) -> list[str]:
        """Return the ids of the orders that have unresolved gaps of other kinds than `without`."""
        mine = (ROW.store == store, UNRESOLVED, ROW.order_id.is_not(None), ROW.kind.not_in(without))
        found = await self._rows(select(ROW.order_id).where(*mine).distinct().order_by(ROW.order_id))
        return [row["order_id"] for row in found]

    async def of_store(self, store: str) -> list[Gap]:
        """Return the unresolved gaps of the whole store."""
        mine = (ROW.store == store, ROW.subject == STORE_SUBJECT, UNRESOLVED)
        return await self._gaps(select(GAPS).where(*mine).order_by(ROW.opened_at, ROW.id))

    async def history(self, gap_id: str) -> list[Event]:
        """Return everything that happened to a gap, oldest first."""
        found = await self._rows(select(EVENTS).where(EVENTS.c.gap_id == gap_id).order_by(EVENTS.c.id))
        return [
            Event(
                row["id"],
                row["gap_id"],
                row["at"],
                row["person"],
                row["code"],
                codec.TEXTS.load(row["facts"]),
            )
            for row in found
        ]

    # ------------------------------------------------------------ within

    async def _move(self, gap_id: str, revision: int | None, decide: Decision) -> Change:
        """Decide on the gap as it is, and decide again when somebody else was faster."""
        while gap := await self.get(gap_id):
            decision = decide(gap)
            if isinstance(decision, str):
                return Change(decision, gap)
            if revision is not None and revision != gap.revision:
                return Change("stale", gap)
            after, act = decision
            after = replace(after, revision=gap.revision + 1, edition=gap.edition + 1)
            if await self._ledger.swap(Step(after, gap, "kept", (act,))):
                return Change("done", after)
        return Change("gone", None)

    async def _known(self, store: str, subjects: list[str]) -> dict[str, Gaps]:
        """Return all that these subjects ever had, locked against clicks."""
        mine = select(GAPS).where(ROW.store == store, ROW.subject.in_(subjects)).order_by(ROW.id)
        known: dict[str, Gaps] = {}
        for gap in await self._gaps(mine.with_for_update(key_share=True)):
            known.setdefault(gap.subject, []).append(gap)
        return known

    async def _take_turns(self, store: str) -> None:
        await statements.take_turns(await self._session.connection(), f"gaps of {store}")

    async def _gaps(self, statement: Any) -> Gaps:
        return [ledger.read(row) for row in await self._rows(statement)]

    async def _rows(self, statement: Any) -> Any:
        return (await (await self._session.connection()).execute(statement)).mappings().all()

    async def list(
        self,
        *,
        store: str | None = None,
        state: State | None = None,
        kind: str | None = None,
        owner: str | None = None,
        order: str | None = None,
        unresolved: bool = True,
        after: str | None = None,
        limit: int | None = None,
    ) -> Gaps:
        """Return gaps, oldest first; `order` is a number as people write it. A `state` decides over `unresolved`.

        `after`: only those that come later in this order than the gap of that id; none where there is no such gap.
        """
        wanted = {ROW.store: store, ROW.kind: kind, ROW.owner: owner}
        where = [column == value for column, value in wanted.items() if value is not None]
        if order is not None:
            where.append(ROW.order_key == number_column(order))
        if state is not None:
            where.append(self._in_state(state))
        elif unresolved:
            where.append(UNRESOLVED)
        if after is not None:
            where.append(await self._later_than(after))
        statement = select(GAPS).where(*where).order_by(ROW.opened_at, ROW.since, ROW.id)
        return await self._gaps(statement.limit(limit) if limit is not None else statement)

    async def _later_than(self, gap_id: str) -> Any:
        gap = await self.get(gap_id)
        if gap is None:
            return false()
        opened, since = ROW.opened_at == gap.opened_at, ROW.since == gap.finding.since
        return or_(
            ROW.opened_at > gap.opened_at,
            and_(opened, ROW.since > gap.finding.since),
            and_(opened, since, ROW.id > gap.id),
        )

    def _in_state(self, state: State) -> Any:
        asleep = and_(ROW.snoozed_until.is_not(None), ROW.snoozed_until > self._now)
        awake = or_(ROW.snoozed_until.is_(None), ROW.snoozed_until <= self._now)
        return {
            "resolved": ROW.resolved_at.is_not(None),
            "snoozed": and_(UNRESOLVED, asleep),
            "claimed": and_(UNRESOLVED, awake, ROW.owner.is_not(None)),
            "open": and_(UNRESOLVED, awake, ROW.owner.is_(None)),
        }[state]


def _awake(gap: Gap, now: datetime) -> Gap:
    return replace(
        gap,
        snoozed_until=None,
        snoozed_by=None,
        turned_at=now,
        revision=gap.revision + 1,
        edition=gap.edition + 1,
    )
