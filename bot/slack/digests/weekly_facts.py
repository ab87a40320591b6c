"""Counting what the weekly digest says. Reads only."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.gaps import calendar
from bot.gaps.catalog import FORECASTS
from bot.gaps.rules import StoreRules
from bot.slack.desk import Desk
from bot.slack.digests import speeds
from bot.slack.digests.facts import Ended, KindWeek, Named, Offender, Recurring, WeekFacts
from bot.slack.digests.gathering import asleep, bars, name_all, place
from storage.trends import Life, OrderAgain, Repeat, Trends
from storage.watching import watched

WEEKS = 8
"""Weeks of the chart."""
ORDERS, CAUSES, CARRIERS = 5, 4, 3
"""Repeat offenders that are told."""
ORDERS_WITHIN = timedelta(days=28)
"""How far back an order's gaps count as its coming back."""
FEWEST = 2
"""Gaps of a cause or a carrier in each of the two weeks from which on it has come back."""
UNKNOWN = "unknown"
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """A week: seven days of the store's zone, and the one before. Moments in UTC."""

    first: date
    last: date
    before: datetime
    since: datetime
    until: datetime

    @classmethod
    def ending(cls, rules: StoreRules, day: date) -> "Span":
        """Return the seven days before `day`."""
        moments = (calendar.start_of(rules, day - 14 * _DAY), calendar.start_of(rules, day - 7 * _DAY))
        return cls(day - 7 * _DAY, day - _DAY, *moments, calendar.start_of(rules, day))


async def week_facts(desk: Desk, rules: StoreRules, ends: date, until: datetime | None = None) -> WeekFacts:
    """Return what became of the store's gaps in the seven days before `ends`. `until`: too late to send it."""
    now, span = desk.clock.now(), Span.ending(rules, ends)
    async with desk.database.read() as session:
        trends = Trends(session, rules.name, without=FORECASTS)
        standing = await trends.standing()
        opened = await trends.opened(span.before, span.until)
        over = await trends.ended(span.before, span.until)
        again = await trends.orders_again(span.until - ORDERS_WITHIN, span.since, span.until, limit=ORDERS)
        named = await name_all(trends, {each.gap_id for each in again})
        causes = await trends.causes(span.since, span.before, span.until)
        carriers = await trends.carriers(span.since, span.until)
        carriers_before = await trends.carriers(span.before, span.since)
        weeks = (await bars(trends, _weeks(rules, ends, now), len(standing)))[:WEEKS]
        watching = await watched(session, rules.name, span.since, min(span.until, now))
        watching_before = await watched(session, rules.name, span.before, span.since)
        known = await place(session, desk, rules, now)
    speed = await asyncio.to_thread(_speeds, rules, span, opened, over)
    return WeekFacts(
        first=span.first,
        last=span.last,
        until=until,
        open=len(standing),
        unowned=sum(each.owner is None and not asleep(each, now) for each in standing),
        open_before=weeks[-2].open,
        opened=sum(life.opened_at >= span.since for life in opened),
        opened_before=sum(life.opened_at < span.since for life in opened),
        ended=speed.ended,
        ended_before=speed.ended_before,
        kinds=speed.kinds,
        orders=_offenders(again, named),
        causes=_causes(causes),
        carriers=_carriers(carriers, carriers_before),
        watching=watching,
        watching_before=watching_before,
        bars=weeks,
        **known,
    )


def _weeks(rules: StoreRules, ends: date, now: datetime) -> list[tuple[str, datetime]]:
    """Return where the weeks begin, and after them now."""
    days = [ends - step * 7 * _DAY for step in range(WEEKS, -1, -1)]
    labelled = [(f"{day.day} {day:%b}", calendar.start_of(rules, day)) for day in days]
    return [*((label, moment) for label, moment in labelled if moment < now), ("", now)]


# ---------------------------------------------------------------- how fast


@dataclass(frozen=True, slots=True)
class _Speeds:
    ended: Ended
    ended_before: Ended
    kinds: tuple[KindWeek, ...]


def _speeds(rules: StoreRules, span: Span, opened: Sequence[Life], over: Sequence[Life]) -> _Speeds:
    """Measure both weeks; with many gaps that takes a while, so it is done beside the event loop."""
    this = [life for life in over if life.resolved_at and life.resolved_at >= span.since]
    before = [life for life in over if life.resolved_at and life.resolved_at < span.since]
    kinds = sorted({life.kind for life in (*opened, *this)})
    rows = [_kind_week(rules, span, kind, opened, this, before) for kind in kinds]
    return _Speeds(
        speeds.ended(rules, this),
        speeds.ended(rules, before),
        tuple(sorted(rows, key=lambda row: (-row.opened, -row.opened_before, row.kind))),
    )


def _kind_week(
    rules: StoreRules,
    span: Span,
    kind: str,
    opened: Sequence[Life],
    this: Sequence[Life],
    before: Sequence[Life],
) -> KindWeek:
    mine = [life for life in opened if life.kind == kind]
    new = [life for life in mine if life.opened_at >= span.since]
    return KindWeek(
        kind=kind,
        opened=len(new),
        opened_before=len(mine) - len(new),
        claim=speeds.to_claim(rules, new),
        resolve=speeds.to_end(rules, [life for life in this if life.kind == kind]),
        resolve_before=speeds.to_end(rules, [life for life in before if life.kind == kind]),
    )


# ---------------------------------------------------------------- what came back


def _offenders(again: Sequence[OrderAgain], named: dict[str, Named]) -> tuple[Offender, ...]:
    return tuple(Offender(named[each.gap_id], each.times) for each in again if each.gap_id in named)


def _causes(causes: Sequence[Repeat]) -> tuple[Recurring, ...]:
    known = [each for each in causes if each.name != UNKNOWN]
    back = [each for each in known if min(each.now, each.before) >= FEWEST]
    return tuple(Recurring(each.name, each.kind, each.now, each.before) for each in back[:CAUSES])


def _carriers(now: dict[str, int], before: dict[str, int]) -> tuple[Recurring, ...]:
    back = [
        Recurring(name, None, many, before[name])
        for name, many in now.items()
        if min(many, before.get(name, 0)) >= FEWEST
    ]
    return tuple(sorted(back, key=lambda each: (-each.gaps, each.name))[:CARRIERS])
