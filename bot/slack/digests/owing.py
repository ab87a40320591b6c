"""Owing the digests: once a store and day over all processes, at the store's hour, and never late by a day."""

from datetime import datetime
from typing import Any

import structlog

from bot.clock import at_least_on_the_wall
from bot.settings import StoreSettings
from bot.slack.desk import Desk
from bot.slack.digests import hours
from bot.slack.digests.facts import day_kept, week_kept
from bot.slack.digests.gathering import day_facts
from bot.slack.digests.weekly_facts import week_facts
from storage.notices import NoticeKind, Notices
from storage.runs import Leases, Runs

EVERY = 60.0
"""Seconds of the clock between two looks at what is due."""
LEASE = 60.0
"""Seconds that a dead process keeps others from counting for a store."""
DAILY, WEEKLY = "daily digest", "weekly digest"
"""The cursors that say when a store's last digest was settled: owed, or found to have nothing to say."""

log = structlog.get_logger("bot.slack.digests")


class Digests:
    """Looks, again and again, whether a store's digest is due, and owes it. Any number of processes may do so."""

    def __init__(self, desk: Desk, *, holder: str) -> None:
        self._desk = desk
        self._holder = holder

    async def go(self) -> None:
        """Owe every digest whose hour has come."""
        now = self._desk.clock.now()
        async with self._desk.database.read() as session:
            runs = Runs(session, now)
            daily, weekly = await runs.cursors(DAILY), await runs.cursors(WEEKLY)
        for store in self._desk.stores:
            name, rules = store.rules.name, store.rules
            if due := hours.daily(rules, store.digests, now, daily.get(name)):
                await self._settle(store, due, "daily", daily.get(name))
            if due := hours.weekly(rules, store.digests, now, weekly.get(name)):
                await self._settle(store, due, "weekly", weekly.get(name))

    async def _settle(
        self, store: StoreSettings, due: hours.Due, kind: NoticeKind, last: datetime | None
    ) -> None:
        """Count and owe one digest, unless another process is at it or has done so."""
        name, lease = store.rules.name, f"digest:{store.rules.name}"
        cursor = DAILY if kind == "daily" else WEEKLY
        ttl = at_least_on_the_wall(self._desk.clock, LEASE)
        async with self._desk.database.write() as session:
            now = self._desk.clock.now()
            fence = await Leases(session, now).take(lease, self._holder, ttl)
        if fence is None:
            return
        told = await self._counted(store, due, kind, last)
        async with self._desk.database.write() as session:
            now = self._desk.clock.now()
            runs, leases = Runs(session, now), Leases(session, now)
            ours = await leases.held(lease, self._holder, fence)
            if not ours or (await runs.cursors_of(name)).get(cursor) != last:
                return
            await runs.set_cursors(name, {cursor: now})
            if told is not None:
                key = f"{kind}:{name}:{due.day.isoformat()}"
                await Notices(session, now).owe_once(key, name, kind, told)
            await leases.release(lease, self._holder)
        self._desk.nudge()
        log.info("digest", store=name, kind=kind, day=due.day.isoformat(), silent=told is None)

    async def _counted(
        self, store: StoreSettings, due: hours.Due, kind: NoticeKind, last: datetime | None
    ) -> dict[str, Any] | None:
        """Return what is to be said; None: nothing is, or the store was not watched yet when it was due."""
        if not await self._watched_before(store, due.at):
            return None
        rules = store.rules
        if kind == "weekly":
            week = await week_facts(
                self._desk, rules, hours.week_ends(store.digests, due.day), until=due.until
            )
            return None if week.silent else week_kept(week)
        since = last or hours.before(rules, store.digests, due.at)
        day = await day_facts(self._desk, rules, since, until=due.until)
        return None if day.silent else day_kept(day)

    async def _watched_before(self, store: StoreSettings, moment: datetime) -> bool:
        """Whether the store was read completely before then: a bot that begins at noon says nothing of the morning."""
        async with self._desk.database.read() as session:
            first = await Runs(session, moment).first_complete(store.rules.name)
        return first is not None and first < moment
