"""What became of one store's gaps in a time, counted by the database. Reads only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import JSON, and_, case, cast, func, or_, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import ledger, statements
from storage.findings import Severity
from storage.gap import Gap, Resolution
from storage.tables import EVENTS, GAPS, NOTICES, SHIPMENTS

CLAIMS = ("claimed", "taken_over", "assigned")
"""What history calls somebody becoming the owner."""

ROW = GAPS.c
UNRESOLVED = ROW.resolved_at.is_(None)
ENDED = ROW.resolution != "superseded"
"""A gap that another one replaced goes on under that one's name."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What happened between two moments."""

    opened: int
    ended: int
    """Replaced ones are not among them."""
    replaced: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An unresolved gap, as far as counting needs it."""

    id: str
    kind: str
    severity: Severity
    since: datetime
    owner: str | None
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Life:
    """A gap from when it was found to its end, as far as both are known."""

    id: str
    kind: str
    opened_at: datetime
    claimed_at: datetime | None
    """When somebody first became its owner."""
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: Resolution | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """What came up in a week and in the one before."""

    name: str
    kind: str | None
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class OrderAgain:
    """An order that had more than one gap."""

    gap_id: str
    """Its newest one."""
    times: int


@dataclass(frozen=True, slots=True)
class Card:
    """Where a gap's card stands in Slack."""

    channel: str
    ts: str
    thread: str | None
    """Of the parent in whose thread it is."""


class Trends:
    """One store's past, without the kinds that only say what will be."""

    def __init__(self, session: AsyncSession, store: str, *, without: Collection[str] = ()) -> None:
        self._session = session
        self._store = store
        self._mine = (ROW.store == store, ROW.kind.not_in(without))

    # ------------------------------------------------------------ now

    async def standing(self) -> list[Standing]:
        """Return every unresolved gap, the longest standing trouble first."""
        severity = _said(await self._connection(), GAPS.c.finding, "severity").as_integer()
        columns = (ROW.id, ROW.kind, severity.label("severity"), ROW.since, ROW.owner, ROW.snoozed_until)
        found = await self._rows(
            select(*columns).where(*self._mine, UNRESOLVED).order_by(ROW.since, ROW.opened_at, ROW.id)
        )
        return [Standing(**{**row, "severity": Severity(row["severity"])}) for row in found]

    async def gaps(self, ids: Sequence[str]) -> list[Gap]:
        """Return these gaps, in this order."""
        found = {row["id"]: ledger.read(row) for row in await self._rows(select(GAPS).where(ROW.id.in_(ids)))}
        return [found[each] for each in ids if each in found]

    async def cards(self, ids: Sequence[str]) -> dict[str, Card]:
        """Return where the cards of these gaps stand, of those that have one in Slack."""
        card, parent = NOTICES.alias("card"), NOTICES.alias("parent")
        columns = (card.c.gap_id, card.c.channel, card.c.ts, parent.c.ts.label("thread"))
        tables = card.outerjoin(parent, parent.c.id == card.c.parent_id)
        there = (card.c.kind == "card", card.c.ts.is_not(None), card.c.channel.is_not(None))
        found = await self._rows(select(*columns).select_from(tables).where(card.c.gap_id.in_(ids), *there))
        return {row["gap_id"]: Card(row["channel"], row["ts"], row["thread"]) for row in found}

    # ------------------------------------------------------------ between two moments

    async def tallies(self, moments: Sequence[datetime]) -> list[Tally]:
        """Count what happened from each moment to the next, which itself is left out."""
        spans = list(pairwise(moments))
        opened = [_between(ROW.opened_at, *span) for span in spans]
        ended = [and_(_between(ROW.resolved_at, *span), ENDED) for span in spans]
        replaced = [and_(_between(ROW.resolved_at, *span), ~ENDED) for span in spans]
        first, last = moments[0], moments[-1]
        began = await self._sums(opened, _between(ROW.opened_at, first, last))
        over = await self._sums([*ended, *replaced], _between(ROW.resolved_at, first, last))
        return [Tally(began[at], over[at], over[at + len(spans)]) for at in range(len(spans))]

    async def opened(self, since: datetime, until: datetime) -> list[Life]:
        """Return what was opened in that time, oldest first."""
        return await self._lives(_between(ROW.opened_at, since, until), ROW.opened_at)

    async def ended(self, since: datetime, until: datetime) -> list[Life]:
        """Return what ended in that time, the first that did so first; replaced ones are not among them."""
        return await self._lives(and_(_between(ROW.resolved_at, since, until), ENDED), ROW.resolved_at)

    async def reopened(self, since: datetime, until: datetime) -> list[str]:
        """Return the ids of the gaps that came back in that time, the latest first."""
        event = EVENTS.c
        alive = [
            row["id"]
            for where in (UNRESOLVED, ROW.resolved_at >= since)
            for row in await self._rows(select(ROW.id).where(*self._mine, ROW.reopened > 0, where))
        ]
        again = select(event.gap_id, event.at).where(
            event.code == "reopened", _between(event.at, since, until)
        )
        found = await statements.pick(await self._connection(), again, event.gap_id, alive)
        last = {row.gap_id: row.at for row in sorted(found, key=lambda row: row.at)}
        return sorted(last, key=lambda gap_id: (last[gap_id], gap_id), reverse=True)

    # ------------------------------------------------------------ what comes back

    async def orders_again(
        self, since: datetime, week: datetime, until: datetime, *, limit: int
    ) -> list[OrderAgain]:
        """Return the orders that had more than one gap since `since` and one of them since `week`, the worst first."""
        times = (func.count() + func.sum(ROW.reopened)).label("times")
        real = or_(ROW.resolution.is_(None), ENDED)
        newest = func.max(ROW.opened_at).label("newest")
        found = await self._rows(
            select(ROW.order_id, times, newest)
            .where(*self._mine, _between(ROW.opened_at, since, until), ROW.order_id.is_not(None), real)
            .group_by(ROW.order_id)
            .having(times > 1, newest >= week)
            .order_by(times.desc(), newest.desc(), ROW.order_id)
            .limit(limit)
        )
        ids = await self._newest({row["order_id"] for row in found}, until)
        return [OrderAgain(ids[row["order_id"]], int(row["times"])) for row in found]

    async def causes(self, week: datetime, before: datetime, until: datetime) -> list[Repeat]:
        """Count the gaps of each kind and cause that came up again, the most frequent first."""
        cause = _said(await self._connection(), GAPS.c.finding, "cause", "code").as_string()
        now = func.sum(case((ROW.opened_at >= week, 1), else_=0)).label("now")
        earlier = func.sum(case((ROW.opened_at < week, 1), else_=0)).label("before")
        found = await self._rows(
            select(cause.label("name"), ROW.kind, now, earlier)
            .where(*self._mine, _between(ROW.opened_at, before, until))
            .group_by(cause, ROW.kind)
            .order_by(now.desc(), cause, ROW.kind)
        )
        return [Repeat(row["name"], row["kind"], int(row["now"]), int(row["before"])) for row in found]

    async def carriers(self, since: datetime, until: datetime) -> dict[str, int]:
        """Count, by carrier, the gaps of that time whose order has a live label."""
        connection = await self._connection()
        gaps = [
            row["order_id"]
            for row in await self._rows(
                select(ROW.order_id).where(
                    *self._mine, _between(ROW.opened_at, since, until), ROW.order_id.is_not(None)
                )
            )
        ]
        label = SHIPMENTS.c
        carrier = _said(connection, SHIPMENTS.c.body, "carrier").as_string().label("carrier")
        labels = select(label.order_ref, carrier).where(
            label.store == self._store, label.kind == "label", label.live
        )
        found = await statements.pick(connection, labels.distinct(), label.order_ref, set(gaps))
        of_order = {row.order_ref: row.carrier for row in found if row.carrier}
        counts: dict[str, int] = {}
        for order in gaps:
            if order in of_order:
                counts[of_order[order]] = counts.get(of_order[order], 0) + 1
        return counts

    # ------------------------------------------------------------ within

    async def _lives(self, when: Any, moment: Any) -> list[Life]:
        event = EVENTS.c
        first = select(func.min(event.at)).where(event.gap_id == ROW.id, event.code.in_(CLAIMS))
        columns = [ROW[name] for name in Life.__dataclass_fields__ if name != "claimed_at"]
        claimed = first.scalar_subquery().label("claimed_at")
        found = await self._rows(select(*columns, claimed).where(*self._mine, when).order_by(moment, ROW.id))
        return [Life(**row) for row in found]

    async def _newest(self, orders: Collection[str], until: datetime) -> dict[str, str]:
        """Return the id of the newest gap of each of these orders."""
        of_order = (*self._mine, ROW.order_id.in_(orders), ROW.opened_at < until)
        found = await self._rows(
            select(ROW.order_id, ROW.id).where(*of_order).order_by(ROW.opened_at, ROW.id)
        )
        return {row["order_id"]: row["id"] for row in found}

    async def _sums(self, parts: Sequence[Any], within: Any) -> list[int]:
        """Count the rows that each of these holds for, all in one pass."""
        sums = [func.sum(case((part, 1), else_=0)).label(f"n{at}") for at, part in enumerate(parts)]
        [row] = await self._rows(select(*sums).where(*self._mine, within))
        return [int(row[f"n{at}"] or 0) for at in range(len(parts))]

    async def _rows(self, statement: Any) -> Any:
        return (await (await self._connection()).execute(statement)).mappings().all()

    async def _connection(self) -> AsyncConnection:
        return await self._session.connection()


def _between(column: Any, since: datetime, until: datetime) -> Any:
    return and_(column >= since, column < until)


def _said(connection: AsyncConnection, body: Any, *path: str) -> Any:
    """Return what a column of JSON text says at a place; only PostgreSQL has to be told that it is JSON."""
    said: Any = cast(body, JSON) if connection.dialect.name == "postgresql" else type_coerce(body, JSON)
    for part in path:
        said = said[part]
    return said
