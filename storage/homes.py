"""How each person looks at the queue: kept so that filters, page and ticks stay where they were."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import statements
from storage.codec import Codec
from storage.overview import Filters
from storage.tables import HOMES

TICKS = Codec(TypeAdapter(tuple[str, ...]))
MOST_TICKED = 500
"""Gaps that one person can have ticked."""


@dataclass(frozen=True, slots=True)
class Home:
    """What one person's Home tab shows of the queue."""

    person: str
    filters: Filters = field(default_factory=Filters)
    page: int = 0
    ticking: bool = False
    """Whether rows are being ticked."""
    ticked: tuple[str, ...] = ()
    """Ids of gaps."""
    version: int = 0
    """Counts its drawings; 0: it was never opened."""

    def showing(self, **chosen: Any) -> "Home":
        """Return it with other filters: from the first page on, and with nothing ticked."""
        return replace(self, filters=replace(self.filters, **chosen), page=0, ticked=())


class Homes:
    """The Home tabs of all people. Works within the session's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, person: str) -> Home:
        """Return how this person looks at the queue."""
        found = await (await self._session.connection()).execute(
            select(HOMES).where(HOMES.c.person == person)
        )
        row = found.mappings().first()
        if row is None:
            return Home(person)
        filters = Filters(row["view"], row["store"], row["kind"], row["cause"], row["words"])
        return Home(person, filters, row["page"], row["ticking"], TICKS.load(row["ticked"]), row["version"])

    async def change(self, person: str, change: Callable[[Home], Home] = lambda home: home) -> Home:
        """Change how this person looks at it, as a new version."""
        before = await self.get(person)
        after = replace(change(before), version=before.version + 1)
        row = {
            "person": person,
            "view": after.filters.view,
            "store": after.filters.store,
            "kind": after.filters.kind,
            "cause": after.filters.cause,
            "words": after.filters.words,
            "page": after.page,
            "ticking": after.ticking,
            "ticked": TICKS.dump(after.ticked[:MOST_TICKED]),
            "version": after.version,
        }
        await statements.upsert(await self._session.connection(), HOMES, [row])
        return after
