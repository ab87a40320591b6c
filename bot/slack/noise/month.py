"""What is counted of a store's last thirty days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.gaps.catalog import FORECASTS
from bot.gaps.noise import DAYS, NoiseOfKind, count
from bot.gaps.proposals import Effect, Proposal, effect, propose
from bot.settings import StoreSettings
from bot.slack.desk import Desk
from bot.slack.modals import REASONS
from bot.slack.noise.wanted import Wanted
from storage.noise import past_gaps
from storage.overrides import Overrides
from storage.past import PastGap

_CHANGES = 500
"""Changes of a store's settings that are looked at, newest first."""
_KNOWN = tuple(REASONS["not_a_gap"].values())


@dataclass(frozen=True, slots=True)
class Month:
    """A store's gaps that ended in the last thirty days, and the open ones."""

    store: StoreSettings
    past: Sequence[PastGap]
    changed: Mapping[str, datetime]
    """When each setting was last changed in Slack: what came before was found by another one."""

    def kinds(self) -> tuple[NoiseOfKind, ...]:
        """Return how much of each kind was noise."""
        return count(self.past, _KNOWN)

    def proposals(self) -> tuple[Proposal, ...]:
        """Return the settings that would have removed the most of it."""
        return propose(self.past, self.store.rules, self.changed)

    def effect(self, wanted: Wanted) -> Effect:
        """Return what one setting would have done."""
        return effect(self.past, self.store.rules, wanted.key, wanted.meant, self.changed)


async def month(desk: Desk, store: StoreSettings) -> Month:
    """Read a store's last thirty days."""
    now, name = desk.clock.now(), store.rules.name
    async with desk.database.read() as session:
        past = await past_gaps(session, name, now - timedelta(days=DAYS), now, without=FORECASTS)
        changes = await Overrides(session, now).history(name, limit=_CHANGES)
    return Month(store, past, {each.key: each.at for each in reversed(changes)})
