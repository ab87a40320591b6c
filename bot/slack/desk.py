"""What listeners may use: the queue, a second look at the sources, and a word to delivery."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import Clock
from bot.gaps import calendar
from bot.gaps.checklist.store import StoreSeen
from bot.gaps.rules import StoreRules
from bot.health import store_health
from bot.live import LiveStores
from bot.lookup import OrderView, Remembered
from bot.reconcile import Recheck
from bot.slack.digest import Standing, StoreStanding
from storage.database import AsyncSession, Database
from storage.gap import Change, Event, Gap
from storage.mirror import Mirror
from storage.notices import Notices
from storage.queue import Queue
from storage.runs import Runs

Transition = Callable[[Queue], Awaitable[Change]]
RECENT = timedelta(days=2)
"""How far back resolved gaps matter to a summary: a day in every zone, and unverified ones until they settle."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The one thing that listeners are given. Nothing here talks to Slack."""

    database: Database
    clock: Clock
    stores: LiveStores
    """As they are set now; what changes them."""
    recheck: Callable[[str], Awaitable[Recheck]]
    """Re-read the order of a gap on both sides and apply what they say to the queue."""
    look_up: Callable[[str], Awaitable[tuple[OrderView, ...]]]
    """Read what each side says of an order number, live."""
    nudge: Callable[[], None]
    """Tell delivery that something is owed."""
    every: timedelta = timedelta(minutes=5)
    """How often a run is due: three intervals without a complete one make what is known old."""
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    """By person: their Home tab is drawn once at a time, so that the last drawing shows the present."""

    def rules(self, store: str) -> StoreRules:
        """Return a store's rules; of a store that is no longer configured, plain ones."""
        known = {settings.rules.name: settings.rules for settings in self.stores}
        return known.get(store) or StoreRules(name=store, shop="")

    async def gap(self, gap_id: str) -> Gap | None:
        """Return a gap as it is now."""
        async with self.database.read() as session:
            return await Queue(session, self.clock.now()).get(gap_id)

    async def history(self, gap_id: str) -> list[Event]:
        """Return everything that happened to a gap, oldest first."""
        async with self.database.read() as session:
            return await Queue(session, self.clock.now()).history(gap_id)

    async def unresolved(self, *, owner: str | None = None) -> list[Gap]:
        """Return the gaps that are not resolved, oldest first; with `owner`, only theirs."""
        async with self.database.read() as session:
            return await Queue(session, self.clock.now()).list(owner=owner)

    async def move(self, transition: Transition) -> Change:
        """Try one transition. One that does not happen owes its card afresh, for it was out of date."""
        now = self.clock.now()
        async with self.database.write() as session:
            change = await transition(Queue(session, now))
            if change.outcome != "done" and change.gap is not None:
                await Notices(session, now).owe_card(change.gap, touched=True)
        self.nudge()
        return change

    async def refresh(self, gap: Gap) -> None:
        """Owe a gap's card again, so that it shows the present."""
        async with self.database.write() as session:
            await Notices(session, self.clock.now()).owe_card(gap, touched=True)
        self.nudge()

    async def known(self, number: str) -> list[OrderView]:
        """Return the orders of that number as last read, of every store; nobody is asked."""
        return [view for each in self._remembered() for view in await each.numbered(number)]

    async def known_by_id(self, shop: str, order_id: str) -> OrderView | None:
        """Return a shop's order with this Shopify id as last read; None: no store of ours, or none that was read."""
        ours = [each for each in self._remembered() if each.rules.shop == shop]
        return await ours[0].of_id(order_id) if ours else None

    def _remembered(self) -> list[Remembered]:
        return [Remembered(self.database, store.rules, self.clock) for store in self.stores]

    async def store_seen(self, rules: StoreRules) -> tuple[StoreSeen, list[Gap]]:
        """Return what is known of a store from its last runs, and its unresolved gaps."""
        now = self.clock.now()
        async with self.database.read() as session:
            health = await store_health(Runs(session, now), rules.name, now, self.every)
            gaps = await Queue(session, now).list(store=rules.name)
            mirror = Mirror(session, rules.name)
            seen = StoreSeen(
                rules,
                health.complete_at,
                health.fresh,
                health.error,
                await mirror.stores(),
                await mirror.newest_imported(),
                tuple(gap.finding for gap in gaps),
            )
        return seen, gaps

    async def standing(self) -> Standing:
        """Return where everything stands now, for the summary and the Home tab."""
        now = self.clock.now()
        async with self.database.read() as session:
            queue = Queue(session, now)
            return Standing(
                now=now,
                gaps=tuple(await queue.list()),
                recent=tuple(await queue.resolved_since(now - RECENT)),
                stores=await self.health(session),
            )

    async def health(self, session: AsyncSession) -> tuple[StoreStanding, ...]:
        """Return how far each store is known now."""
        runs = Runs(session, self.clock.now())
        return tuple([await self._store(runs, each.rules) for each in self.stores])

    async def _store(self, runs: Runs, rules: StoreRules) -> StoreStanding:
        now = self.clock.now()
        health = await store_health(runs, rules.name, now, self.every)
        today = calendar.local_day(rules, now)
        return StoreStanding(
            health.name, calendar.start_of(rules, today), health.complete_at, health.fresh, health.error
        )
