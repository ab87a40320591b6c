"""One run: whose turn it is, what it reports and records, what the channel hears of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.reconcile import run
from bot.reconcile.run import MARKETPLACES_EVERY, STORES_EVERY
from bot.settings import load
from bot.wiring import open_house
from storage.mirror import Mirror
from storage.notices import Notices
from storage.runs import Leases

pytestmark = pytest.mark.anyio

FIVE = timedelta(minutes=5)


async def kinds(watch) -> list[str]:
    return [notice.kind for notice in await watch.owed()]


# ---------------------------------------------------------------- turns


async def test_while_another_process_holds_the_store_nothing_is_read(watch):
    other = watch.as_another_process()
    async with watch.store.database.write() as session:
        taken = await Leases(session, watch.clock.now()).take(
            "reconcile:main", other.holder, timedelta(minutes=1)
        )
    assert taken is not None
    before = watch.faults.requests.total()
    report = await watch.run()
    assert (report.skipped, report.complete) == (True, False)
    assert "Another process is reconciling main" in (report.error or "")
    assert watch.faults.requests.total() == before
    assert await kinds(watch) == [], "waiting for one's turn is not being blind"


async def test_a_process_that_died_blocks_its_store_for_a_while_only(watch):
    async with watch.store.database.write() as session:
        await Leases(session, watch.clock.now()).take("reconcile:main", "a:dead:one", timedelta(minutes=1))
    assert (await watch.run(later=timedelta(seconds=59))).skipped
    assert (await watch.run(later=timedelta(seconds=1))).complete


async def test_after_a_run_the_store_is_free_for_others_at_once(watch):
    await watch.run()
    assert (await run(watch.as_another_process())).complete


async def test_two_at_once_are_one_run(watch):
    watch.failed()
    reports = await asyncio.gather(run(watch.store), run(watch.as_another_process()))
    assert sorted(report.skipped for report in reports) == [False, True]
    assert len(await watch.gaps()) == 1


async def test_a_run_that_was_broken_off_frees_its_store_and_the_next_one_misses_nothing(watch):
    watch.failed()
    watch.faults.add("slow", system="shipstation", seconds=5.0)
    broken = asyncio.create_task(run(watch.store))
    await watch.reading()
    broken.cancel()
    with pytest.raises(asyncio.CancelledError):
        await broken
    assert (await watch.last()).finished_at is None
    report = await run(watch.as_another_process())
    assert (report.complete, report.opened) == (True, 1)


async def test_what_a_broken_off_run_had_read_is_still_judged_by_the_next(watch, steps, monkeypatch):
    watch.failed()

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(steps, "_judge", die)
        with pytest.raises(asyncio.CancelledError):
            await run(watch.store)
    assert (await watch.run(later=timedelta(hours=1))).opened == 1


# ---------------------------------------------------------------- what is asked and told


async def test_a_run_reports_and_records_the_same(watch):
    watch.failed()
    report = await watch.run(later=FIVE)
    last = await watch.last()
    assert (last.complete, last.error, last.opened) == (True, None, 1)
    assert (last.read, last.requests) == (report.read, report.requests)
    assert last.read["orders"] >= 1
    assert last.finished_at is not None


async def test_progress_names_the_store_and_the_step(watch):
    said: list[str] = []
    await watch.run(progress=said.append)
    assert [line.split()[:2] for line in said] == [["main:", "reading"], ["main:", "judging"]]


async def test_shipstations_stores_are_read_now_and_then_only(watch):
    watch.requests()
    await watch.run(later=FIVE)
    assert "/stores" not in watch.requests()
    await watch.run(later=STORES_EVERY)
    assert "/stores" in watch.requests()
    await watch.run(later=MARKETPLACES_EVERY)
    assert "/stores/marketplaces" in watch.requests()


async def test_a_store_that_failed_to_be_read_is_read_again_next_time(watch):
    watch.faults.add("status", system="shipstation", path="/stores", status=401)
    assert not (await watch.run(later=STORES_EVERY)).complete
    watch.requests()
    await watch.run(later=FIVE)
    assert "/stores" in watch.requests()


async def test_the_nightly_sweep_happens_once_and_by_itself(watch):
    async def swept(later: timedelta) -> bool:
        await watch.run(later=later)
        return (await watch.last()).sweep

    assert not await swept(FIVE)
    assert await swept(timedelta(hours=17))
    assert not await swept(FIVE)


async def test_an_incomplete_sweep_is_made_up_for(watch):
    watch.faults.add("status", system="shipstation", status=401, times=None)
    assert not (await watch.run(sweep=True)).complete
    watch.faults.clear()
    watch.clock.move(hours=17)
    assert (await watch.run()).complete
    assert (await watch.last()).sweep


async def test_an_incomplete_run_moves_no_cursor(watch):
    watch.failed()
    watch.faults.add("status", system="shipstation", path="/fulfillments", status=401, times=None)
    for _ in range(2):
        assert not (await watch.run(later=timedelta(hours=3))).complete
    watch.faults.clear()
    assert (await watch.run(later=FIVE)).opened == 1


# ---------------------------------------------------------------- blind, and seeing again


@pytest.mark.parametrize("system", ["shopify", "shipstation"])
async def test_going_blind_is_told_once_and_seeing_again_once(watch, system):
    watch.faults.add("status", system=system, status=401, times=None)
    for _ in range(3):
        assert not (await watch.run(later=FIVE)).complete
    [blind] = await watch.owed()
    assert blind.kind == "blind"
    assert blind.facts["error"]
    watch.faults.clear()
    for _ in range(3):
        assert (await watch.run(later=FIVE)).complete
    assert await kinds(watch) == ["sees"]


async def test_a_bot_that_is_blind_from_the_start_says_so(watch):
    store = replace(watch.store, rules=replace(watch.store.rules, name="other"))
    watch.faults.add("status", system="shopify", status=401, times=None)
    await run(store)
    async with watch.store.database.read() as session:
        assert await Notices(session, watch.clock.now()).stores_owed() == ["other"]


async def test_a_run_that_was_broken_off_in_between_does_not_repeat_the_word(watch, steps, monkeypatch):
    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    watch.faults.add("status", system="shopify", status=401, times=None)
    await watch.run(later=FIVE)
    assert await kinds(watch) == ["blind"]
    with monkeypatch.context() as patch:
        patch.setattr(steps, "read_changes", die)
        with pytest.raises(asyncio.CancelledError):
            await run(watch.store)
    await watch.run(later=FIVE)
    assert await kinds(watch) == []
    watch.faults.clear()
    await watch.run(later=FIVE)
    assert await kinds(watch) == ["sees"]


# ---------------------------------------------------------------- stamps of another clock


async def test_what_is_stamped_in_the_future_does_not_hide_what_changes_now(watch):
    for number in range(6):
        watch.world.shop.touch(watch.order(f"#60{number:02}"), watch.clock.now() + timedelta(days=30))
    assert (await watch.run(later=FIVE)).complete
    watch.world.order("#5001", age=timedelta(hours=9))
    watch.order("#5002", age=timedelta(hours=2))
    assert (await watch.run(later=FIVE)).complete
    assert [gap.order for gap in await watch.gaps(kind="import.missing")] == ["#5001"]


# ---------------------------------------------------------------- retries


async def test_retries_of_one_run_take_no_longer_than_its_interval(watch):
    watch.failed()
    for system in ("shopify", "shipstation"):
        watch.faults.add("status", system=system, status=503, headers={"Retry-After": "100"}, times=None)
    before = watch.clock.now()
    report = await watch.run()
    assert not report.complete
    assert "seconds are left for trying again" in (report.error or "")
    assert watch.clock.now() - before <= FIVE
    watch.faults.clear()
    assert (await watch.run(later=FIVE)).opened == 1


async def test_the_interval_of_the_settings_is_what_retries_may_take(watch):
    store = replace(watch.store, every=timedelta(hours=1))
    watch.faults.add("status", system="shipstation", status=503, headers={"Retry-After": "400"})
    assert (await run(store)).complete
    watch.faults.add("status", system="shipstation", status=503, headers={"Retry-After": "400"})
    assert not (await run(watch.store)).complete


async def test_the_interval_comes_from_the_settings(watch, tmp_path):
    need = frozenset({"sources", "database"})
    settings = load(watch.sandbox.environment() | {"DATABASE_URL": "sqlite://"}, tmp_path, need=need)
    async with open_house(replace(settings, every=timedelta(minutes=7)), watch.clock) as house:
        assert house.stores[0].every == timedelta(minutes=7)


async def test_the_next_run_has_all_its_time_again(watch):
    for _ in range(3):
        watch.faults.add("status", system="shipstation", status=503, headers={"Retry-After": "200"})
        assert (await watch.run(later=FIVE)).complete


async def test_a_first_run_that_is_paced_for_long_is_not_cut_off(watch):
    watch.world.shipstation.per_minute = 2
    store = replace(watch.store, every=timedelta(seconds=1))
    watch.clock.move(minutes=1)
    before = watch.clock.now()
    assert (await run(store, sweep=True)).complete
    assert watch.clock.now() - before > timedelta(minutes=1)


# ---------------------------------------------------------------- strangers


async def test_a_label_for_an_order_outside_the_window_brings_the_order_in(watch):
    order = watch.world.order("#4000", age=timedelta(days=45))
    watch.world.import_order(order, age=timedelta(days=44))
    await watch.run(later=FIVE)
    watch.world.label(order, age=timedelta(0), notify="Refused")
    await watch.run(later=FIVE)
    async with watch.store.database.read() as session:
        assert await Mirror(session, "main").find("4000") == [str(order.id)]
