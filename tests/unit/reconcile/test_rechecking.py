"""One gap, or one number, asked for directly because a person wants to know."""

from datetime import timedelta

import pytest

from bot.errors import SourceError
from bot.reconcile import recheck, reread
from storage.queue import Judged, Queue

pytestmark = pytest.mark.anyio

FIVE = timedelta(minutes=5)


@pytest.fixture
async def gap(watch):
    watch.order, watch.label = watch.failed()
    await watch.run(later=FIVE)
    [gap] = await watch.gaps()
    return gap


async def test_what_is_still_there_is_said_with_fresh_evidence(watch, gap):
    watch.clock.move(minutes=1)
    again = await recheck(watch.store, gap.id)
    assert (again.still_there, again.error) == (True, None)
    assert {each.read_at for each in again.evidence} == {watch.clock.now()}
    assert again.gap is not None
    assert again.gap.resolved_at is None


async def test_what_is_gone_is_said_and_left_to_the_caller_to_resolve(watch, gap):
    watch.world.resend_notification(watch.label)
    again = await recheck(watch.store, gap.id)
    assert again.still_there is False
    assert again.evidence
    [still] = await watch.gaps()
    assert still.id == gap.id


async def test_what_changed_meanwhile_goes_into_the_queue_at_once(watch, gap):
    watch.world.void(watch.label)
    watch.world.label(watch.order, age=timedelta(hours=5), notify="Another refusal")
    again = await recheck(watch.store, gap.id)
    assert again.still_there is True
    assert again.gap is not None
    assert again.gap.edition > gap.edition


@pytest.mark.parametrize("system", ["shopify", "shipstation"])
async def test_a_side_that_cannot_be_read_leaves_it_open(watch, gap, system):
    watch.faults.add("status", system=system, status=401, times=None)
    again = await recheck(watch.store, gap.id)
    assert again.still_there is None
    assert again.error
    assert [each.revision for each in await watch.gaps()] == [gap.revision]


@pytest.mark.parametrize("system", ["shopify", "shipstation"])
async def test_a_person_waits_half_a_minute_for_retries_and_no_longer(watch, gap, system):
    fault = {"system": system, "status": 503, "headers": {"Retry-After": "20"}}
    before = watch.clock.now()
    watch.faults.add("status", **fault)
    assert (await recheck(watch.store, gap.id)).still_there is True
    watch.faults.add("status", **fault, times=None)
    again = await recheck(watch.store, gap.id)
    assert again.still_there is None
    assert "only 10 of 30 seconds are left for trying again" in (again.error or "")
    assert watch.clock.now() - before == timedelta(seconds=40)


async def test_an_order_that_shopify_does_not_show_any_more_cannot_be_told(watch, gap):
    del watch.world.shop.orders[watch.order.id]
    again = await recheck(watch.store, gap.id)
    assert (again.still_there, again.error) == (
        None,
        "Shopify does not show this order to the bot any more.",
    )


async def test_a_gap_that_does_not_exist_cannot_be_asked_for(watch):
    again = await recheck(watch.store, "nowhere")
    assert (again.gap, again.still_there) == (None, None)


async def test_a_gap_of_the_whole_store_asks_what_it_stands_for(watch, gap):
    async with watch.store.database.write() as session:
        applied = await Queue(session, watch.clock.now()).apply(
            "main", [Judged("store", None, None, (gap.finding,))]
        )
    again = await recheck(watch.store, applied.opened[0].id)
    assert (again.still_there, again.error) == (False, None)


async def test_a_gap_of_the_whole_store_that_cannot_be_asked_for_says_why(watch, gap):
    async with watch.store.database.write() as session:
        applied = await Queue(session, watch.clock.now()).apply(
            "main", [Judged("store", None, None, (gap.finding,))]
        )
    watch.faults.add("status", system="shipstation", path="/stores", status=401, times=None)
    again = await recheck(watch.store, applied.opened[0].id)
    assert again.still_there is None
    assert "ShipStation" in (again.error or "")


async def test_rereading_a_number_brings_every_order_of_it_in(watch):
    watch.failed("#6001")
    watch.failed("6001")
    assert len(await reread(watch.store, "6001")) == 2
    assert await watch.gaps() == [], "only a run puts gaps into the queue"


async def test_what_a_person_had_read_is_judged_by_the_next_run(watch):
    watch.failed("#6001")
    await reread(watch.store, "6001")
    assert (await watch.run(later=FIVE)).opened == 1


async def test_rereading_a_number_that_nobody_knows_finds_nothing(watch):
    assert await reread(watch.store, "7777") == ()


async def test_rereading_what_cannot_be_read_is_an_error(watch):
    watch.faults.add("status", system="shopify", status=401, times=None)
    with pytest.raises(SourceError):
        await reread(watch.store, "6001")
