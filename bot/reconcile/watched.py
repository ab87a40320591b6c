"""One store under watch: everything that reconciling it needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clock import Clock
from bot.gaps.rules import StoreRules
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify
from storage.database import Database

WHILE_A_PERSON_WAITS = timedelta(seconds=30)
"""How long retries may take, by the store's clock, when somebody has pressed a button or typed a command."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Both sides of one store."""

    shopify: Shopify
    shipstation: ShipStation

    def requests(self) -> dict[str, int]:
        """Return how many requests each side has been sent so far."""
        return {"shopify": self.shopify.requests, "shipstation": self.shipstation.requests}


@dataclass(frozen=True, slots=True)
class WatchedStore:
    """A store's rules and sources, with the database and the clock that they are judged by."""

    rules: StoreRules
    sources: Sources
    database: Database
    clock: Clock
    holder: str
    """Names this process in leases."""
    every: timedelta = timedelta(minutes=5)
    """When the next run is due: retries of one run take no longer."""
    rules_of: Callable[[str], Awaitable[StoreRules | None]] | None = None
    """Returns a store's rules as they are at this moment, None: as they were; without it they never change."""

    async def up_to_date(self) -> "WatchedStore":
        """Return it with the rules as they are at this moment: they can be changed in Slack."""
        rules = await self.rules_of(self.name) if self.rules_of is not None else None
        return self if rules is None else replace(self, rules=rules)

    @property
    def name(self) -> str:
        """The store's name in stuck.toml."""
        return self.rules.name
