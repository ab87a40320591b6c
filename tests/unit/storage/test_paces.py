"""Allowances that all processes share: what was taken here is gone there, and comes back with time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.database import Database
from storage.paces import Allowance, Paces

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AT_ONCE = timedelta(0)
UPDATES = Allowance("chat.update", per_minute=60, burst=4)
POSTS = Allowance("chat.postMessage", per_minute=120, burst=2)


async def reserve(
    database: Database, *wanted: Allowance, now: datetime = NOON, within: timedelta = 3 * SECOND
) -> timedelta:
    async with database.write() as session:
        return await Paces(session, now).reserve(wanted, within)


async def test_after_the_burst_permits_come_steadily(database: Database) -> None:
    waits = [await reserve(database, UPDATES) for _ in range(7)]
    assert waits == [AT_ONCE] * 4 + [1 * SECOND, 2 * SECOND, 3 * SECOND]


async def test_what_would_wait_too_long_takes_nothing(database: Database) -> None:
    for _ in range(7):
        await reserve(database, UPDATES)
    assert await reserve(database, UPDATES) == 4 * SECOND
    assert await reserve(database, UPDATES) == 4 * SECOND


async def test_a_rest_brings_the_burst_back_and_not_more(database: Database) -> None:
    for _ in range(4):
        await reserve(database, UPDATES)
    waits = [await reserve(database, UPDATES, now=NOON + 3600 * SECOND) for _ in range(5)]
    assert waits == [AT_ONCE] * 4 + [1 * SECOND]


async def test_several_allowances_are_taken_together_or_not_at_all(database: Database) -> None:
    for _ in range(2):
        assert await reserve(database, POSTS, UPDATES) == AT_ONCE
    assert await reserve(database, POSTS, UPDATES, within=AT_ONCE) == SECOND / 2
    assert [await reserve(database, UPDATES, within=AT_ONCE) for _ in range(3)] == [AT_ONCE, AT_ONCE, SECOND]


async def test_half_of_a_burst_is_left_to_the_urgent(database: Database) -> None:
    assert [await reserve(database, UPDATES.half(), within=AT_ONCE) for _ in range(3)] == [
        AT_ONCE,
        AT_ONCE,
        SECOND,
    ]
    assert [await reserve(database, UPDATES, within=AT_ONCE) for _ in range(3)] == [AT_ONCE, AT_ONCE, SECOND]


async def test_a_closed_allowance_opens_when_slack_said_so_and_then_slowly(database: Database) -> None:
    async with database.write() as session:
        await Paces(session, NOON).close(UPDATES, NOON + 30 * SECOND)
    assert await reserve(database, UPDATES) == 30 * SECOND
    assert await reserve(database, UPDATES, now=NOON + 29 * SECOND) == SECOND
    assert await reserve(database, UPDATES, now=NOON + 30 * SECOND) == SECOND
    assert await reserve(database, POSTS) == AT_ONCE


async def test_closing_never_gives_back_what_was_taken(database: Database) -> None:
    for _ in range(7):
        await reserve(database, UPDATES)
    async with database.write() as session:
        await Paces(session, NOON).close(UPDATES, NOON)
    assert await reserve(database, UPDATES) == 4 * SECOND


async def test_many_processes_take_no_permit_twice(database: Database, other_process: Database) -> None:
    both = [database, other_process] * 6
    waits = await asyncio.gather(*(reserve(each, UPDATES, within=60 * SECOND) for each in both))
    assert sorted(waits) == [AT_ONCE] * 4 + [number * SECOND for number in range(1, 9)]
