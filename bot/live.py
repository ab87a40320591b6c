"""The stores as they are set now: what stuck.toml says, and over it what was changed in Slack, by any process."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.gaps.rules import StoreRules
from bot.overrides import laid_over
from bot.settings import StoreSettings
from storage.database import Database
from storage.notices import Notices
from storage.overrides import OverrideChange, Overrides, Values

LOOK_EVERY = 2.0
"""Seconds of the wall between two looks at whether another process changed something."""

log = structlog.get_logger(__name__)


class LiveStores(Sequence[StoreSettings]):
    """Reads like a plain sequence of stores, and is the same stores with other settings after each refresh."""

    def __init__(self, database: Database, clock: Clock, configured: Sequence[StoreSettings]) -> None:
        self.configured = tuple(configured)
        """As stuck.toml has them."""
        self._database = database
        self._clock = clock
        self._now = self.configured
        self._version = 0

    @overload
    def __getitem__(self, index: int) -> StoreSettings: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[StoreSettings]: ...
    def __getitem__(self, index: int | slice) -> StoreSettings | Sequence[StoreSettings]:
        """Return a store as last seen."""
        return self._now[index]

    def __len__(self) -> int:
        """Return how many stores are configured."""
        return len(self.configured)

    def __iter__(self) -> Iterator[StoreSettings]:
        """Go through the stores as last seen; a refresh meanwhile does not mix old and new."""
        return iter(self._now)

    async def refresh(self) -> None:
        """Read what was changed since the last look: one small question when nothing was."""
        async with self._database.read() as session:
            overrides = Overrides(session, self._clock.now())
            version = await overrides.version()
            if version == self._version:
                return
            current = await overrides.current()
        self._now = tuple(laid_over(each, current.get(each.rules.name, {})) for each in self.configured)
        self._version = version

    async def rules(self, store: str) -> StoreRules | None:
        """Return a store's rules as they are at this moment; None: it is not configured."""
        await self.refresh()
        return next((each.rules for each in self._now if each.rules.name == store), None)

    async def revise(
        self,
        store: str,
        values: Callable[[Values], Values],
        *,
        person: str,
        why: str = "",
        tell: Callable[[Sequence[OverrideChange]], dict[str, Any]] | None = None,
    ) -> list[OverrideChange]:
        """Change settings of a store, given what was changed of it before, and return what really changed.

        `tell` makes of it what the store's channel is told.
        """
        async with self._database.write() as session:
            overrides = Overrides(session, self._clock.now())
            changed = await overrides.change(store, values, person=person, why=why)
            if changed and tell is not None:
                notices = Notices(session, self._clock.now())
                await notices.owe(store, "settings", tell(changed), touched=True)
        await self.refresh()
        return changed

    async def run(self, stop: asyncio.Event) -> None:
        """Keep up with what other processes change until `stop`. A database that is away is asked again."""
        away = False
        while not stop.is_set():
            try:
                await self.refresh()
                away = False
            except SQLAlchemyError as error:
                if not away:
                    log.warning(
                        "settings are as last read: the database does not answer", error=type(error).__name__
                    )
                away = True
            try:
                await asyncio.wait_for(stop.wait(), LOOK_EVERY)
            except TimeoutError:
                continue
