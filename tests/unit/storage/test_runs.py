"""Runs, cursors and leases."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage.database import Database
from storage.runs import Leases, Runs

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ENDED: dict[str, Any] = {
    "read": {"orders": 200, "shipments": 12},
    "requests": {"shopify": 3, "shipstation": 2},
    "opened": 4,
    "updated": 5,
    "resolved": 6,
}


async def runs(database: Database, name: str, *arguments: Any, now: datetime = NOON, **known: Any) -> Any:
    async with database.write() as session:
        return await getattr(Runs(session, now), name)(*arguments, **known)


async def leases(database: Database, name: str, *arguments: Any, now: datetime = NOON) -> Any:
    async with database.write() as session:
        return await getattr(Leases(session, now), name)(*arguments)


async def test_a_run_is_remembered_with_what_it_did(database: Database) -> None:
    run_id = await runs(database, "start", "main", sweep=True)
    begun = await runs(database, "last", "main")
    assert (begun.id, begun.finished_at, begun.complete, begun.sweep, begun.read) == (
        run_id,
        None,
        False,
        True,
        {},
    )
    await runs(database, "finish", run_id, complete=True, error=None, now=NOON + MINUTE, **ENDED)
    run = await runs(database, "last", "main")
    assert (run.started_at, run.finished_at, run.complete, run.error) == (NOON, NOON + MINUTE, True, None)
    assert {name: getattr(run, name) for name in ENDED} == ENDED


async def test_the_last_complete_run_is_told_apart_from_the_last(database: Database) -> None:
    good = await runs(database, "start", "main", sweep=False)
    await runs(database, "finish", good, complete=True, error=None, **ENDED)
    bad = await runs(database, "start", "main", sweep=False)
    await runs(database, "finish", bad, complete=False, error="Shopify answered 500", **ENDED)
    assert (await runs(database, "last", "main")).error == "Shopify answered 500"
    assert (await runs(database, "last_complete", "main")).id == good


async def test_a_store_without_runs_has_none(database: Database) -> None:
    await runs(database, "start", "other", sweep=False)
    assert await runs(database, "last", "main") is None
    assert await runs(database, "last_complete", "other") is None


async def test_a_cursor_is_kept_for_each_store_and_source(database: Database) -> None:
    await runs(database, "set_cursors", "main", {"orders": NOON, "shipments": NOON})
    await runs(database, "set_cursors", "main", {"orders": NOON + MINUTE})
    assert await runs(database, "cursors_of", "main") == {"orders": NOON + MINUTE, "shipments": NOON}
    assert await runs(database, "cursors_of", "other") == {}


async def test_a_lease_has_one_holder(database: Database) -> None:
    assert await leases(database, "take", "job", "a", MINUTE) == 1
    assert await leases(database, "take", "job", "b", MINUTE) is None
    assert await leases(database, "take", "other job", "b", MINUTE) == 1


async def test_taking_ones_own_lease_again_renews_it(database: Database) -> None:
    fence = await leases(database, "take", "job", "a", MINUTE)
    half = NOON + MINUTE / 2
    assert await leases(database, "take", "job", "a", MINUTE, now=half) == fence
    assert await leases(database, "take", "job", "b", MINUTE, now=NOON + MINUTE) is None
    assert await leases(database, "held", "job", "a", fence, now=NOON + MINUTE)


async def test_a_lease_that_ran_out_goes_to_the_next_with_a_larger_token(database: Database) -> None:
    first = await leases(database, "take", "job", "a", MINUTE)
    second = await leases(database, "take", "job", "b", MINUTE, now=NOON + MINUTE)
    assert second > first
    assert not await leases(database, "held", "job", "a", first, now=NOON + MINUTE)
    assert await leases(database, "held", "job", "b", second, now=NOON + MINUTE)


async def test_a_holder_that_overslept_gets_a_new_token(database: Database) -> None:
    first = await leases(database, "take", "job", "a", MINUTE)
    second = await leases(database, "take", "job", "a", MINUTE, now=NOON + 2 * MINUTE)
    assert second > first
    assert not await leases(database, "held", "job", "a", first, now=NOON + 2 * MINUTE)


async def test_a_lease_given_back_is_free_at_once(database: Database) -> None:
    fence = await leases(database, "take", "job", "a", MINUTE)
    await leases(database, "release", "job", "a")
    assert not await leases(database, "held", "job", "a", fence)
    assert await leases(database, "take", "job", "b", MINUTE) == fence + 1


async def test_giving_back_what_somebody_else_holds_does_nothing(database: Database) -> None:
    fence = await leases(database, "take", "job", "a", MINUTE)
    await leases(database, "release", "job", "b")
    assert await leases(database, "held", "job", "a", fence)


async def test_many_workers_try_and_one_gets_the_lease(database: Database, other_process: Database) -> None:
    for round_ in range(10):
        tries = [
            leases(worker, "take", f"job {round_}", name, MINUTE)
            for worker, name in ((database, "a"), (other_process, "b"), (database, "c"))
        ]
        assert sorted(await asyncio.gather(*tries), key=str) == [1, None, None]
