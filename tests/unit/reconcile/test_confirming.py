"""The second look: by id, on both sides, whichever way needs fewer requests; what is gone, and what is not shown."""

from datetime import timedelta

import pytest

from bot.reconcile import confirm, keep
from bot.reconcile.run import UNSEEN_AGAIN
from storage.mirror import Mirror

pytestmark = pytest.mark.anyio

FIVE = timedelta(minutes=5)


async def look(watch, *names: str, known_since: int):
    ids = [str(watch.world.find(name).id) for name in names]
    async with watch.store.database.read() as session:
        rows = list((await Mirror(session, "main").load(ids)).values())
    assert len(rows) == len(names)
    watch.requests()
    return await confirm.look_again(watch.store.sources, rows, known_since)


async def test_one_suspicion_is_read_by_its_number_and_its_parcels(watch):
    watch.failed("#5001")
    await watch.run(later=FIVE)
    seen = await look(watch, "#5001", known_since=0)
    assert watch.requests() == ["/orders", "/shipments", "/fulfillments"]
    assert [order.name for order in seen.orders.values()] == ["#5001"]
    assert [row.number for row in seen.shipstation_orders] == ["5001"]
    assert [label.kind for label in seen.shipments] == ["label"]


async def test_many_suspicions_are_read_in_pages_with_everything_that_one_by_one_would_have_brought(watch):
    names = [f"#50{number:02}" for number in range(10)]
    for name in names:
        watch.failed(name)
    await watch.run(later=FIVE)
    paged = await look(watch, *names, known_since=0)
    assert len(watch.requests()) == 3
    single = await look(watch, *names, known_since=100_000)
    assert len(watch.requests()) == 3 * len(names)
    assert set(paged.orders) == set(single.orders)
    assert {row.id for row in paged.shipstation_orders} == {row.id for row in single.shipstation_orders}
    assert {each.id for each in paged.shipments} == {each.id for each in single.shipments}


async def test_an_order_that_shipstation_renumbered_is_found_by_the_other_number_too(watch):
    order, _label = watch.failed("#5001")
    [row] = watch.world.imported(order)
    row.number = "5001-A"
    watch.world.shipping.touch(row, watch.world.now)
    await watch.run(later=FIVE)
    seen = await look(watch, "#5001", known_since=0)
    assert [found.number for found in seen.shipstation_orders] == ["5001-A"]
    assert seen.vanished == ()


async def test_a_row_that_shipstation_no_longer_has_is_gone(watch):
    order, _label = watch.failed("#5001")
    await watch.run(later=FIVE)
    [row] = watch.world.imported(order)
    watch.world.forget_import(order)
    seen = await look(watch, "#5001", known_since=0)
    assert seen.shipstation_orders == []
    assert seen.vanished == (row.id,)


async def test_a_suspicion_that_the_second_look_does_not_bear_out_is_no_gap(watch, monkeypatch):
    _order, label = watch.failed("#5001")
    look_again = confirm.look_again

    async def after_a_moment(*known):
        watch.world.resend_notification(label)
        return await look_again(*known)

    monkeypatch.setattr(keep, "look_again", after_a_moment)
    report = await watch.run(later=FIVE)
    assert report.complete
    assert (report.opened, await watch.gaps()) == (0, [])


async def test_a_gap_whose_row_vanished_is_judged_without_it(watch):
    order = watch.order("#5001")
    await watch.run(later=timedelta(hours=8))
    assert [gap.kind for gap in await watch.gaps()] == ["aging.past_cutoff"]
    watch.world.forget_import(order)
    watch.world.shop.touch(order, watch.clock.now())
    watch.order("#5002", age=timedelta(hours=2))
    report = await watch.run(later=FIVE)
    assert report.complete
    assert [gap.kind for gap in await watch.gaps()] == ["import.missing"]


async def test_from_an_order_that_shopify_does_not_show_nothing_is_concluded(watch, monkeypatch):
    order, _label = watch.failed("#5001")
    await watch.run(later=FIVE)
    [before] = await watch.gaps()
    watch.world.shop.touch(order, watch.clock.now())
    shopify = watch.store.sources.shopify

    async def hidden(ids):
        return {}

    monkeypatch.setattr(shopify, "orders", hidden)
    report = await watch.run(later=FIVE)
    assert report.complete
    [after] = await watch.gaps()
    assert (after.id, after.revision) == (before.id, before.revision)
    async with watch.store.database.read() as session:
        mirror = Mirror(session, "main")
        assert await mirror.due(watch.clock.now() + UNSEEN_AGAIN - timedelta(seconds=1)) == []
        assert await mirror.due(watch.clock.now() + UNSEEN_AGAIN) == [str(order.id)]


async def test_an_incomplete_second_look_concludes_nothing(watch):
    watch.failed("#5001")
    watch.faults.add("status", system="shipstation", path="/orders", status=401, after_n=1, times=None)
    report = await watch.run(later=FIVE)
    assert not report.complete
    assert await watch.gaps() == []
    watch.faults.clear()
    assert (await watch.run(later=FIVE)).opened == 1
