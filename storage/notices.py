"""The outbox: what is owed to Slack, exactly one card for each gap, and what came of each attempt."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import Integer, Select, bindparam, case, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import codec, notice, statements
from storage.findings import Severity
from storage.gap import Event, Gap
from storage.notice import FIELDS, Notice, NoticeKind, NoticeState
from storage.tables import EVENTS, NOTICES

__all__ = ["Notice", "NoticeKind", "NoticeState", "Notices"]

SENDING_LASTS = timedelta(seconds=60)
"""After this a notice still `sending` has lost its sender, and nobody knows whether it was sent."""
REFUSED_FROM = 5
"""From how many attempts on a notice counts as refused and not merely as delayed: more than a minute."""
UNKNOWN_RESTS = timedelta(seconds=30)
"""How long after the attempt Slack may need to show a message: looking earlier finds nothing."""

ROW = NOTICES.c
PARENT = NOTICES.alias("parent")
Permit = Callable[[Notice], Awaitable[bool]]
"""Whether this one may be sent now; asked within the transaction that takes it."""
SETTLED = or_(ROW.state == "sent", ROW.state == "dead")


class Notices:
    """What is owed as of `now` (UTC). Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    # ------------------------------------------------------------ owing

    async def owe_card(self, gap: Gap, *, parent_id: str | None = None, touched: bool = False) -> None:
        """Owe the gap's one card, as it is now; `touched`: a person waits for it.

        While it is being sent, or may have been, only the edition that is owed moves. A gap of low severity
        gets no card of its own, but one that it has is kept true.
        """
        await self.owe_cards([gap], parent_id=parent_id, touched=touched)

    async def owe_cards(
        self, gaps: Sequence[Gap], *, parent_id: str | None = None, touched: bool = False
    ) -> None:
        """Owe the cards of many gaps."""
        known = {"parent_id": parent_id, "touched": touched}
        rows = [
            notice.fresh(gap.store, "card", self._now, gap_id=gap.id, edition_due=gap.edition, **known)
            for gap in gaps
            if gap.severity > Severity.LOW
        ]
        if rows:
            statement = statements.insert(await self._connection(), NOTICES)
            rearmed = _rearmed(statement.excluded.edition_due, self._now, statement.excluded.touched)
            await self._run(
                statement.on_conflict_do_update(
                    index_elements=["gap_id"], index_where=text("kind = 'card'"), set_=rearmed
                ),
                rows,
            )
        low = [{"of": gap.id, "now_at": gap.edition} for gap in gaps if gap.severity == Severity.LOW]
        if low:
            mine = update(NOTICES).where(ROW.gap_id == bindparam("of"), ROW.kind == "card")
            edition = bindparam("now_at", type_=Integer)
            await self._run(mine.values(_rearmed(edition, self._now, touched)), low)

    async def owe_line(self, gap: Gap, event: Event) -> None:
        """Owe one line of history in the thread of the gap's card; without a card there is no thread."""
        await self.owe_lines([(gap, event)])

    async def owe_lines(self, lines: Sequence[tuple[Gap, Event]]) -> None:
        """Owe many lines."""
        cards = await self._pick(
            select(ROW.id, ROW.gap_id).where(ROW.kind == "card"), {gap.id for gap, _ in lines}
        )
        parent = {row.gap_id: row.id for row in cards}
        rows = [
            notice.fresh(
                gap.store, "line", self._now, gap_id=gap.id, event_id=event.id, parent_id=parent[gap.id]
            )
            for gap, event in lines
            if gap.id in parent
        ]
        if rows:
            await self._run(insert(NOTICES), rows)

    async def owe_parents(self, gap_ids: Sequence[str]) -> None:
        """Owe afresh the parents of the storms that these gaps belong to: they tell how their gaps stand."""
        for chunk in statements.chunks(gap_ids):
            mine = select(ROW.parent_id).where(ROW.kind == "card", ROW.gap_id.in_(chunk))
            edition = func.coalesce(ROW.edition_due, 0) + 1
            parents = (ROW.id.in_(mine), ROW.kind == "storm", ROW.state != "dead")
            await self._run(update(NOTICES).where(*parents).values(_rearmed(edition, self._now, False)))

    async def owe(
        self,
        store: str,
        kind: NoticeKind,
        facts: dict[str, Any],
        *,
        parent_id: str | None = None,
        touched: bool = False,
    ) -> Notice:
        """Owe a message that belongs to no gap alone; with a parent, in its thread.

        `touched`: it goes before all that nobody waits for.
        """
        told = codec.ANYTHING.dump(facts)
        row = notice.fresh(store, kind, self._now, facts=told, parent_id=parent_id, touched=touched)
        await self._run(insert(NOTICES), [row])
        return Notice(row["id"], store, kind, "ready", self._now, self._now, parent_id=parent_id, facts=facts)

    async def owe_once(self, key: str, store: str, kind: NoticeKind, facts: dict[str, Any]) -> bool:
        """Owe the one message of that key, which becomes its id; return whether it was not owed before."""
        row = notice.fresh(store, kind, self._now, facts=codec.ANYTHING.dump(facts)) | {"id": key}
        statement = statements.insert(await self._connection(), NOTICES).values(row)
        written = statement.on_conflict_do_nothing(index_elements=["id"]).returning(ROW.id)
        return (await self._run(written)).first() is not None

    # ------------------------------------------------------------ sending

    async def stores_owed(self) -> list[str]:
        """Return the stores for which `take` has something now."""
        found = await self._run(self._owed(select(ROW.store)).distinct().order_by(ROW.store))
        return [row.store for row in found]

    async def take(self, store: str, permit: Permit | None = None) -> Notice | None:
        """Take the next due notice for sending: what people wait for first, then by age.

        What `permit` holds back holds up only its like: new messages and changes to old ones pass each other.
        With state `unknown` it may have been sent already: look for it before sending it again.
        """
        owed = self._owed(select(*FIELDS)).where(ROW.store == store)
        first = owed.order_by(ROW.touched.desc(), ROW.due_at, ROW.seq).limit(1)
        while found := await self._first(first):
            if permit is not None and not await permit(found):
                other = ROW.ts.is_(None) if found.ts is not None else ROW.ts.is_not(None)
                found = await self._first(first.where(other))
                if found is None or not await permit(found):
                    return None
            if taken := await self._begin(found):
                return taken
        return None

    async def _begin(self, found: Notice) -> Notice | None:
        """Mark it as being sent, unless somebody else has it by now."""
        taken: dict[str, Any] = {
            "attempts": found.attempts + 1,
            "attempted_at": self._now,
            "due_at": self._now + SENDING_LASTS,
        }
        compare = (ROW.id == found.id, ROW.state == found.state, ROW.attempts == found.attempts)
        done = await self._run(update(NOTICES).where(*compare).values(state="sending", **taken))
        if done.rowcount != 1:
            return None
        state: NoticeState = "unknown" if found.state in {"sending", "unknown"} else "sending"
        return replace(found, state=state, **taken)

    async def bound(self, taken: Notice, channel: str) -> None:
        """Note in which channel it is about to be tried: there it is looked for when nobody knows what came of it."""
        await self._failed(taken, channel=channel)

    async def sent(
        self, notice_id: str, *, ts: str, channel: str, edition: int | None, came_out: bool = False
    ) -> None:
        """Note that it stands in the channel; owed again if its gap has moved on since `edition`.

        `came_out`: a card of a thread was shown in the channel too, and need not be again.
        """
        known: dict[str, Any] = {"facts": "{}"} if came_out else {}
        behind = ROW.edition_due > edition if edition is not None else ROW.id.is_(None)
        await self._note(
            ROW.id == notice_id,
            state=case((behind, "ready"), else_="sent"),
            attempts=case((behind, 0), else_=ROW.attempts),
            touched=ROW.touched & behind,
            due_at=self._now,
            ts=ts,
            channel=channel,
            edition_sent=edition,
            error=None,
            **known,
        )

    async def retry(self, taken: Notice, *, after: timedelta, error: str) -> None:
        """Note that this attempt certainly did not send it, and when to try again."""
        await self._failed(taken, state="retry", due_at=self._now + after, error=error)

    async def unknown(self, taken: Notice, error: str) -> None:
        """Note that nobody knows whether this attempt sent it."""
        await self._failed(taken, state="unknown", due_at=self._now + UNKNOWN_RESTS, error=error)

    async def dead(self, taken: Notice, error: str) -> None:
        """Give up until something changes; cards that waited for its thread go into the channel instead."""
        if await self._failed(taken, state="dead", error=error):
            await self._orphan(taken.id)

    async def aloud(self, taken: Notice, error: str) -> None:
        """Say a word that its person cannot be sent in the thread of its gap; given up where there is none."""
        gap_id = taken.facts["events"][0][0]
        card = await self.card(gap_id)
        if card is None:
            await self.dead(taken, error)
            return
        facts = codec.ANYTHING.dump({**taken.facts, "aloud": True})
        anew = {"state": "ready", "due_at": self._now, "attempts": 0, "error": error}
        await self._failed(taken, **anew, facts=facts, parent_id=card.id)

    async def lost(self, gone: Notice) -> None:
        """Note that this message is gone from Slack: it is posted again once, then given up."""
        columns = (ROW.store, ROW.gap_id, ROW.reposted)
        mine = (ROW.id == gone.id, ROW.ts.is_not(None), ROW.ts == gone.ts)
        found = (await self._run(select(*columns).where(*mine).with_for_update())).first()
        if found is None:
            return
        if found.reposted:
            await self._note(*mine, state="dead", error="message_not_found")
            await self._orphan(gone.id)
            return
        anew: dict[str, Any] = {"state": "ready", "due_at": self._now, "attempts": 0, "edition_sent": None}
        stood = {"gone_ts": ROW.ts, "gone_channel": ROW.channel}
        await self._note(*mine, ts=None, channel=None, reposted=True, **stood, **anew)
        if found.gap_id is not None:
            await self._tell_reposted(gone.id, found)

    async def _tell_reposted(self, card_id: str, card: Any) -> None:
        row = {"gap_id": card.gap_id, "at": self._now, "code": "reposted", "facts": "{}"}
        event = (await self._run(insert(EVENTS).values(row).returning(EVENTS.c.id))).one()
        known = {"gap_id": card.gap_id, "event_id": event.id, "parent_id": card_id}
        await self._run(insert(NOTICES), [notice.fresh(card.store, "line", self._now, **known)])

    # ------------------------------------------------------------ looking

    async def card(self, gap_id: str) -> Notice | None:
        """Return the gap's card."""
        return await self._one(ROW.gap_id == gap_id, ROW.kind == "card")

    async def get(self, notice_id: str) -> Notice | None:
        """Return a notice by its id."""
        return await self._one(ROW.id == notice_id)

    async def counts(self) -> dict[NoticeState, int]:
        """Count the notices in each state that has any."""
        found = await self._run(select(ROW.state, func.count().label("rows")).group_by(ROW.state))
        return {row.state: row.rows for row in found}

    async def past_due(self, older_than: timedelta) -> int:
        """Count what should have been attended to longer ago than `older_than`."""
        late = self._owed(select(func.count().label("rows")), self._now - older_than)
        row = (await self._run(late)).one()
        return int(row.rows)

    async def refused(self) -> dict[str, int]:
        """Count what is tried again and again without being sent, by what is in the way."""
        stuck = (ROW.state.in_(("retry", "unknown", "sending")), ROW.attempts >= REFUSED_FROM)
        tally = select(ROW.error, func.count().label("rows")).where(*stuck).group_by(ROW.error)
        return {row.error or "unknown": row.rows for row in await self._run(tally)}

    async def dead_letters(self) -> list[Notice]:
        """Return what was given up, oldest first."""
        found = await self._run(select(*FIELDS).where(ROW.state == "dead").order_by(ROW.created_at, ROW.seq))
        return [notice.read(row) for row in found.mappings()]

    # ------------------------------------------------------------ within

    def _owed(self, statement: Select[Any], by: datetime | None = None) -> Select[Any]:
        """Narrow to what may be taken: due, and not waiting for the thread that it belongs in.

        While a deploy overlaps, a newer version may owe kinds that this one cannot draw: it leaves them to that one.
        """
        free = or_(ROW.parent_id.is_(None), PARENT.c.ts.is_not(None), ROW.state.in_(("unknown", "sending")))
        return (
            statement.select_from(NOTICES.outerjoin(PARENT, PARENT.c.id == ROW.parent_id))
            .where(ROW.state.in_(("ready", "retry", "unknown", "sending")))
            .where(ROW.due_at <= (by or self._now), ROW.kind.in_(get_args(NoticeKind)), free)
        )

    async def _failed(self, taken: Notice, **values: Any) -> bool:
        """Note what came of an attempt; one that another sender has followed by its own has nothing to say."""
        attempt = (ROW.attempts == taken.attempts, ROW.attempted_at == taken.attempted_at)
        return await self._note(ROW.id == taken.id, ROW.state == "sending", *attempt, **values) == 1

    async def _note(self, *mine: Any, **values: Any) -> int:
        done = await self._run(update(NOTICES).where(*mine).values(**values))
        return int(done.rowcount)

    async def _orphan(self, notice_id: str) -> None:
        waiting = (ROW.parent_id == notice_id, ROW.kind == "card", ROW.ts.is_(None))
        await self._run(update(NOTICES).where(*waiting).values(parent_id=None))

    async def _one(self, *where: Any) -> Notice | None:
        return await self._first(select(*FIELDS).where(*where))

    async def _first(self, statement: Select[Any]) -> Notice | None:
        row = (await self._run(statement)).mappings().first()
        return notice.read(row) if row is not None else None

    async def _pick(self, statement: Any, gap_ids: set[str]) -> list[Any]:
        return await statements.pick(await self._connection(), statement, ROW.gap_id, gap_ids)

    async def _run(self, statement: Any, rows: Sequence[dict[str, Any]] | None = None) -> Any:
        return await (await self._connection()).execute(statement, rows)

    async def _connection(self) -> AsyncConnection:
        return await self._session.connection()


def _rearmed(edition: Any, now: datetime, touched: Any) -> dict[str, Any]:
    """Return what changes on a card that is owed again."""
    waits = or_(ROW.state == "sending", ROW.state == "unknown")
    return {
        "edition_due": edition,
        "touched": or_(ROW.touched, touched),
        "state": case((waits, ROW.state), else_="ready"),
        "due_at": case((waits, ROW.due_at), else_=now),
        "attempts": case((SETTLED, 0), else_=ROW.attempts),
        "error": case((SETTLED, None), else_=ROW.error),
    }
