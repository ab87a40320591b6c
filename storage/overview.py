"""The unresolved gaps as a person looks through them: counted once, filtered, a page at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import and_, case, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import ledger
from storage.findings import Severity
from storage.gap import Gap
from storage.keys import number_column
from storage.tables import GAPS

View = Literal["all", "mine", "unowned", "oldest", "snoozed"]

ROW = GAPS.c
UNRESOLVED = ROW.resolved_at.is_(None)
LONG_NUMBER = 8
"""From how many digits on a number may be a tracking number or an id."""
_ORDER: dict[View, tuple[Any, ...]] = {
    "oldest": (ROW.since, ROW.id),
    "snoozed": (ROW.snoozed_until, ROW.id),
}
"""How a view is sorted; the others: the gravest first, then the oldest."""
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_GRAVEST = (ROW.severity.desc(), ROW.since, ROW.id)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which gaps somebody wants to see; None and empty words leave nothing out."""

    view: View = "all"
    store: str | None = None
    kind: str | None = None
    cause: str | None = None
    words: str = ""
    """An order number, or words of which each has to occur in what is known of the gap."""

    @property
    def narrow(self) -> bool:
        """Whether something beside the view leaves gaps out."""
        return bool(self.store or self.kind or self.cause or self.words)


@dataclass(frozen=True, slots=True)
class Pile:
    """How many unresolved gaps are alike."""

    store: str
    kind: str
    cause: str
    severity: Severity
    gaps: int
    mine: int
    unowned: int
    """Nobody has them, and nobody put them off."""
    snoozed: int

    def fits(self, wanted: Filters) -> int:
        """Return how many of them these filters leave, words aside."""
        chosen = ((wanted.store, self.store), (wanted.kind, self.kind), (wanted.cause, self.cause))
        if any(value is not None and value != mine for value, mine in chosen):
            return 0
        views = {"mine": self.mine, "unowned": self.unowned, "snoozed": self.snoozed}
        return views.get(wanted.view, self.gaps)


class Overview:
    """The unresolved gaps as of `now` (UTC), as one person sees them. Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime, person: str) -> None:
        self._session = session
        self._person = person
        self._asleep = and_(ROW.snoozed_until.is_not(None), ROW.snoozed_until > now)
        self._unowned = and_(ROW.owner.is_(None), or_(ROW.snoozed_until.is_(None), ROW.snoozed_until <= now))

    async def piles(self) -> list[Pile]:
        """Count all unresolved gaps by what can be filtered for, in one pass."""
        alike = (ROW.store, ROW.kind, ROW.cause, ROW.severity)
        tally = select(
            *alike,
            func.count().label("gaps"),
            _how_many(ROW.owner == self._person).label("mine"),
            _how_many(self._unowned).label("unowned"),
            _how_many(self._asleep).label("snoozed"),
        )
        found = await self._rows(tally.where(UNRESOLVED).group_by(*alike).order_by(*alike))
        return [Pile(**{**row, "severity": Severity(row["severity"])}) for row in found]

    async def count(self, wanted: Filters) -> int:
        """Count what these filters leave."""
        [row] = await self._rows(select(func.count().label("gaps")).where(*self._where(wanted)))
        return int(row["gaps"])

    async def page(self, wanted: Filters, *, limit: int, offset: int = 0) -> list[Gap]:
        """Return some of what these filters leave, in the order of the view."""
        order = _ORDER.get(wanted.view, _GRAVEST)
        sorted_ = select(ROW.id).where(*self._where(wanted)).order_by(*order).limit(limit).offset(offset)
        ids = [row["id"] for row in await self._rows(sorted_)]  # the ids alone: to sort whole gaps takes long
        found = await self._rows(select(GAPS).where(ROW.id.in_(ids)))
        return sorted((ledger.read(row) for row in found), key=lambda gap: ids.index(gap.id))

    async def ids(self, wanted: Filters, *, by: datetime, limit: int) -> list[str]:
        """Return the gaps that these filters leave and that were there at `by`, in the order of the view."""
        order = _ORDER.get(wanted.view, _GRAVEST)
        there = (*self._where(wanted), ROW.opened_at <= by)
        return [
            row["id"] for row in await self._rows(select(ROW.id).where(*there).order_by(*order).limit(limit))
        ]

    async def unresolved(self, ids: Collection[str]) -> list[str]:
        """Return which of some hundreds of gaps are unresolved, sorted."""
        found = await self._rows(select(ROW.id).where(ROW.id.in_(sorted(ids)), UNRESOLVED).order_by(ROW.id))
        return [row["id"] for row in found]

    async def doubted(self) -> int:
        """Count the resolved gaps that the systems still contradict."""
        doubted = (ROW.resolution == "unverified", ROW.verify_at >= _EVER)
        [row] = await self._rows(select(func.count().label("gaps")).where(*doubted))
        return int(row["gaps"])

    # ------------------------------------------------------------ within

    def _where(self, wanted: Filters) -> list[Any]:
        chosen = {ROW.store: wanted.store, ROW.kind: wanted.kind, ROW.cause: wanted.cause}
        where = [UNRESOLVED, *(column == value for column, value in chosen.items() if value is not None)]
        views = {"mine": ROW.owner == self._person, "unowned": self._unowned, "snoozed": self._asleep}
        if wanted.view in views:
            where.append(views[wanted.view])
        if words := wanted.words.split():
            said = [_says(word) for word in words]
            where.append(or_(ROW.order_key == number_column(wanted.words), and_(*said)))
        return where

    async def _rows(self, statement: Any) -> Any:
        return (await (await self._session.connection()).execute(statement)).mappings().all()


def _how_many(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _says(word: str) -> Any:
    """Whether the order's number contains this word, or what was found does.

    Few digits are a number and no words: as such they stand in every date.
    """
    inside = word.removeprefix("#")
    numbered = ROW.order_key.icontains(inside, autoescape=True)
    if inside.isdigit() and len(inside) < LONG_NUMBER:
        return numbered
    return or_(numbered, ROW.finding.icontains(inside, autoescape=True))
