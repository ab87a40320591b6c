"""What is known of a whole store, for the troubles that one order alone does not show (domain.md I5, B11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bot.gaps.case import Case
from bot.gaps.dossier import Dossier
from bot.gaps.eligibility import barred
from bot.gaps.rules import StoreRules
from storage.facts import ShipStationStore


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What both sides say of a store beyond its single orders. Times in UTC."""

    rules: StoreRules
    read_at: datetime
    stores: Mapping[int, ShipStationStore] = field(default_factory=dict)
    newest_imported: datetime | None = None
    """Shopify creation time of the newest order that ShipStation has; None: it has none."""
    younger: tuple[Dossier, ...] = ()
    """Orders created after that one."""
    untold: tuple[Dossier, ...] = ()
    """Orders with parcels of which ShipStation did not, or could not, tell Shopify."""
    told: tuple[datetime, ...] = ()
    """When the labels of that time were made of which it did tell Shopify."""


@dataclass
class StoreCase:
    """What a store kind's find is given: the facts, the present (UTC), and what follows from both."""

    facts: StoreFacts
    now: datetime

    @cached_property
    def younger(self) -> tuple[Case, ...]:
        """Cases of the orders younger than the newest imported one, oldest first."""
        cases = self._watched(self.facts.younger)
        return tuple(sorted(cases, key=lambda case: (case.order.created_at, case.order.id)))

    @cached_property
    def untold(self) -> tuple[Case, ...]:
        """Cases of the orders whose parcels were not told, by id."""
        return tuple(sorted(self._watched(self.facts.untold), key=lambda case: case.order.id))

    def _watched(self, dossiers: tuple[Dossier, ...]) -> list[Case]:
        rules = self.facts.rules
        return [
            Case(each, self.now)
            for each in dossiers
            if barred(each.order, rules) is None and each.order.cancelled_at is None
        ]
