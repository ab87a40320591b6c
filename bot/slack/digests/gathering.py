"""Counting what the daily digest says, and what both digests have in common. Reads only."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from bot.gaps import calendar
from bot.gaps.catalog import FORECASTS
from bot.gaps.rules import StoreRules
from bot.health import store_health
from bot.slack.desk import Desk
from bot.slack.digests import speeds
from bot.slack.digests.facts import Bar, DayFacts, Load, Named, NewOfKind, OfKind, Several
from bot.slack.digests.to_ship import to_ship
from storage.database import AsyncSession
from storage.runs import Runs
from storage.trends import Life, Standing, Tally, Trends

FIRST, NEW, BACK, WAKES = 5, 3, 5, 5
"""How many are named: of what nobody has, of each new kind, of what came back, of snoozes that end."""
DAYS = 10
"""Days of the chart, the present one among them."""
_DAY = timedelta(days=1)


async def day_facts(
    desk: Desk, rules: StoreRules, since: datetime, until: datetime | None = None
) -> DayFacts:
    """Return where the store stands now, and what has happened since then. `until`: too late to send it."""
    now = desk.clock.now()
    today = calendar.local_day(rules, now)
    async with desk.database.read() as session:
        trends = Trends(session, rules.name, without=FORECASTS)
        standing = await trends.standing()
        opened, over = await trends.opened(since, now), await trends.ended(since, now)
        back = await trends.reopened(since, now)
        unowned = [each for each in standing if each.owner is None and not asleep(each, now)]
        picked = _Picked(
            first=[each.id for each in sorted(unowned, key=lambda each: (-each.severity, each.since))],
            oldest=standing[0].id if standing else None,
            back=back,
            wakes=_waking(rules, standing, today, now),
            new=_by_kind(opened),
        )
        named = await name_all(trends, picked.all())
        told: dict[str, Any] = {
            "first": several(picked.first, FIRST, named),
            "oldest": named.get(picked.oldest or ""),
            "back": several(back, BACK, named),
            "wakes": several(picked.wakes, WAKES, named),
            "new": tuple(NewOfKind(kind, several(ids, NEW, named)) for kind, ids in picked.new.items()),
            "bars": await bars(trends, _days(rules, today, now), len(standing)),
            **await place(session, desk, rules, now),
        }
    return DayFacts(
        day=today,
        since=since,
        until=until,
        open=len(standing),
        unowned=len(unowned),
        snoozed=sum(asleep(each, now) for each in standing),
        kinds=_kinds(standing, now),
        owners=_loads(standing),
        ended=await asyncio.to_thread(speeds.ended, rules, over),
        to_ship=await to_ship(desk.database, rules, now),
        **told,
    )


@dataclass(frozen=True, slots=True)
class _Picked:
    """The ids of the gaps that a daily digest names, the most important first."""

    first: Sequence[str]
    oldest: str | None
    back: Sequence[str]
    wakes: Sequence[str]
    new: dict[str, list[str]]

    def all(self) -> set[str]:
        named = {*self.first[:FIRST], *self.back[:BACK], *self.wakes[:WAKES]}
        named |= {each for ids in self.new.values() for each in ids[:NEW]}
        return named | ({self.oldest} if self.oldest else set())


def asleep(gap: Standing, now: datetime) -> bool:
    """Whether somebody put it off."""
    return gap.snoozed_until is not None and gap.snoozed_until > now


def several(ids: Sequence[str], most: int, named: dict[str, Named]) -> Several:
    """Return how many there are, and the first of them by name."""
    return Several(len(ids), tuple(named[each] for each in ids[:most] if each in named))


async def name_all(trends: Trends, ids: set[str]) -> dict[str, Named]:
    """Return these gaps as they are named, with their cards."""
    cards = await trends.cards(sorted(ids))
    return {gap.id: Named.of(gap, cards.get(gap.id)) for gap in await trends.gaps(sorted(ids))}


async def place(session: AsyncSession, desk: Desk, rules: StoreRules, now: datetime) -> dict[str, Any]:
    """Return what every digest says of itself."""
    health = await store_health(Runs(session, now), rules.name, now, desk.every)
    return {
        "store": rules.name,
        "at": now,
        "hours": f"{rules.opens:%H:%M} to {rules.closes:%H:%M}",
        "complete_at": health.complete_at,
        "fresh": health.fresh,
        "unread": health.error,
    }


async def bars(trends: Trends, labelled: Sequence[tuple[str, datetime]], open_now: int) -> tuple[Bar, ...]:
    """Return what happened from each labelled moment to the next, the last label being the end, when `open_now` were open."""
    moments = [moment for _, moment in labelled]
    tallies = await trends.tallies(moments)
    return tuple(
        Bar(label, tally.opened, tally.ended, left)
        for (label, _), tally, left in zip(labelled[:-1], tallies, _left(tallies, open_now), strict=True)
    )


def _left(tallies: Sequence[Tally], open_now: int) -> list[int]:
    """Return how many were open at the end of each, counted back from now."""
    left = [open_now]
    for tally in reversed(tallies[1:]):
        left.append(left[-1] - tally.opened + tally.ended + tally.replaced)
    return [max(each, 0) for each in reversed(left)]


def _days(rules: StoreRules, today: date, now: datetime) -> list[tuple[str, datetime]]:
    days = [today - step * _DAY for step in range(DAYS - 1, -1, -1)]
    labels = [*(f"{day:%a} {day.day}" for day in days[:-1]), "today"]
    return [
        *((label, calendar.start_of(rules, day)) for label, day in zip(labels, days, strict=True)),
        ("", now),
    ]


def _waking(rules: StoreRules, standing: Sequence[Standing], today: date, now: datetime) -> list[str]:
    midnight = calendar.start_of(rules, today + _DAY)
    waking = [
        (each.snoozed_until, each.id)
        for each in standing
        if each.snoozed_until is not None and now < each.snoozed_until < midnight
    ]
    return [gap_id for _, gap_id in sorted(waking)]


def _by_kind(lives: Sequence[Life]) -> dict[str, list[str]]:
    """Return the gaps of each kind, the most frequent kind first."""
    kinds: dict[str, list[str]] = {}
    for life in lives:
        kinds.setdefault(life.kind, []).append(life.id)
    return dict(sorted(kinds.items(), key=lambda each: (-len(each[1]), each[0])))


def _kinds(standing: Sequence[Standing], now: datetime) -> tuple[OfKind, ...]:
    kinds = Counter(each.kind for each in standing)
    free = Counter(each.kind for each in standing if each.owner is None and not asleep(each, now))
    return tuple(OfKind(kind, many, free[kind]) for kind, many in kinds.most_common())


def _loads(standing: Sequence[Standing]) -> tuple[Load, ...]:
    """Return who has how much, the most first; the standing ones come oldest first."""
    had: dict[str, list[Standing]] = {}
    for each in standing:
        if each.owner is not None:
            had.setdefault(each.owner, []).append(each)
    loads = [Load(user, len(gaps), gaps[0].since) for user, gaps in had.items()]
    return tuple(sorted(loads, key=lambda load: (-load.gaps, load.since, load.user)))
