"""Which gaps a button means: those that its Home tab showed, or those of its storm. Always asked of the database."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.slack.clicks import Place
from storage.database import AsyncSession
from storage.homes import Home, Homes
from storage.overview import Overview
from storage.storms import Storms

MOST = 10_000
"""Gaps of one act."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a button over many gaps carries: no gap itself, but where to find them."""

    of: Literal["home", "storm"]
    key: str
    """Version of the Home tab that was seen; or id of the storm's notice."""
    seen_at: datetime
    """What came later was not seen, and is not meant."""

    def __str__(self) -> str:
        return f"{self.of}|{self.key}|{self.seen_at.isoformat()}"

    @classmethod
    def read(cls, text: str) -> "Selection":
        """Read it back."""
        of, key, seen_at = text.split("|")
        return cls("storm" if of == "storm" else "home", key, datetime.fromisoformat(seen_at))

    async def gaps(self, session: AsyncSession, now: datetime, person: str) -> list[str] | None:
        """Return the ids of the unresolved gaps that are meant; None: the Home tab is another by now."""
        if self.of == "storm":
            return await Storms(session, now).waiting(self.key)
        home = await Homes(session).get(person)
        if str(home.version) != self.key:
            return None
        overview = Overview(session, now, person)
        if home.ticking:
            return await overview.unresolved(home.ticked)
        return await overview.ids(home.filters, by=self.seen_at, limit=MOST)


def of_home(home: Home, now: datetime) -> Selection:
    """Return what the buttons of a Home tab mean that is drawn now."""
    return Selection("home", str(home.version), now)


@dataclass(frozen=True, slots=True)
class Many:
    """What a window over many gaps is about: which ones, and where it was opened."""

    selection: Selection
    place: Place

    def as_json(self) -> str:
        """Return it as the window's private_metadata."""
        return json.dumps([str(self.selection), self.place.channel, self.place.thread])

    @classmethod
    def from_json(cls, text: str) -> "Many":
        """Read it back."""
        selection, channel, thread = json.loads(text)
        return cls(Selection.read(selection), Place(channel, thread))
