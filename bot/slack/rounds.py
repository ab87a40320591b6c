"""Goes round the queue: gaps of people who are gone, gaps that owners left lying, gaps that nobody has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.gaps import calendar
from bot.settings import Reminders, StoreSettings
from bot.slack.people import People, Person
from storage.database import Database
from storage.findings import Severity
from storage.gap import Gap
from storage.ownership import Ownership
from storage.queue import Queue

EVERY = 60.0
"""Seconds of the clock between two rounds."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Looks at all stores; any number of processes may, for each thing is told by the one that marks its row."""

    database: Database
    clock: Clock
    stores: Sequence[StoreSettings]
    reminders: Reminders
    people: People

    async def go(self) -> int:
        """Go round once; return how many gaps were returned, or somebody was told of. Slack is only asked who is there."""
        owners = await self._owners()
        returned = await self._return(owners)
        return returned + await self._remind(owners) + await self._escalate()

    async def _owners(self) -> Mapping[str, Person | None]:
        async with self.database.read() as session:
            owners = await Ownership(session, self.clock.now()).owners()
        return {owner: await self.people.get(owner) for owner in owners}

    # ---------------------------------------------------------------- whose account is closed

    async def _return(self, owners: Mapping[str, Person | None]) -> int:
        returned = 0
        for owner in (user for user, person in owners.items() if person is not None and person.gone):
            async with self.database.write() as session:
                queue = Queue(session, self.clock.now())
                theirs = await Ownership(session, self.clock.now()).of_owner(owner)
                changes = [await queue.release(gap_id, None, owner=owner) for gap_id in theirs]
            returned += sum(change.outcome == "done" for change in changes)
            log.info("gaps of somebody who is gone are unowned", owner=owner, gaps=len(changes))
        return returned

    # ---------------------------------------------------------------- left lying

    async def _remind(self, owners: Mapping[str, Person | None]) -> int:
        async with self.database.read() as session:
            lying = await Ownership(session, self.clock.now()).lying(self.reminders.after)
        due = [gap for gap in lying if self._at_work(gap, owners.get(gap.owner or ""))]
        if not due:
            return 0
        async with self.database.write() as session:
            return await Ownership(session, self.clock.now()).remind(due)

    def _at_work(self, gap: Gap, owner: Person | None) -> bool:
        """Whether it is working time for its owner, by the store's hours on their own clock."""
        rules = next((store.rules for store in self.stores if store.rules.name == gap.store), None)
        zone = owner.zone if owner is not None else None
        return rules is not None and calendar.at_work(rules, self.clock.now(), zone or rules.timezone)

    # ---------------------------------------------------------------- nobody's

    async def _escalate(self) -> int:
        return sum([await self._escalate_in(store) for store in self.stores])

    async def _escalate_in(self, store: StoreSettings) -> int:
        """Call whoever is to be called for each severity; what is not critical waits for the store's hours."""
        now, rules, told = self.clock.now(), store.rules, store.escalation
        limits = {level: limit for level, limit in told.after.items() if level in told.to}
        if not calendar.at_work(rules, now, rules.timezone):
            limits = {level: limit for level, limit in limits.items() if level is Severity.CRITICAL}
        if not limits:
            return 0
        async with self.database.read() as session:
            waiting = await Ownership(session, now).unowned(rules.name, limits)
        by_call: dict[str, list[Gap]] = {}
        for gap in waiting:
            by_call.setdefault(told.to[gap.severity], []).append(gap)
        if not by_call:
            return 0
        async with self.database.write() as session:
            ownership = Ownership(session, now)
            return sum([await ownership.escalate(gaps, to) for to, gaps in by_call.items()])
