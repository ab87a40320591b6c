"""One order, asked for by a person: what each side says of it, and why it is or is not a gap."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import ManualClock
from bot.lookup import look_up
from bot.reconcile import run
from bot.sandbox.demo import open_sandbox
from bot.settings import load
from bot.wiring import open_house

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 17, 17, tzinfo=UTC)


class Asker:
    """A pretend world, a bot that has read it once, and a person who asks."""

    def __init__(self, sandbox, house):
        self.world, self.faults, self.house = sandbox.world, sandbox.faults, house
        self.store = house.stores[0]

    async def views(self, number: str, *, live: bool = True):
        return await look_up(self.store, number, live=live)

    async def view(self, number: str, *, live: bool = True):
        [view] = await self.views(number, live=live)
        return view

    def order(self, name: str = "#5001", *, shipped: bool = True, **known):
        order = self.world.order(name, age=timedelta(hours=9), **known)
        self.world.import_order(order, age=timedelta(hours=8))
        if shipped:
            self.world.label(order, age=timedelta(hours=5), notify="Refused")
        return order


@pytest.fixture
async def asker(anyio_backend, tmp_path, new_file):
    clock = ManualClock(NOON)
    async with open_sandbox(clock, alive=False, orders=0) as sandbox:
        environment = sandbox.environment() | {"DATABASE_URL": new_file("stuck.db")}
        settings = load(environment, tmp_path, need=frozenset({"sources", "database"}))
        async with open_house(settings, clock) as house:
            yield Asker(sandbox, house)


async def test_a_gap_that_no_run_has_seen_yet_is_told_and_so_is_when_it_gets_its_card(asker):
    asker.order()
    view = await asker.view("5001")
    assert (view.verdict, view.gaps, view.error) == ("gap", (), None)
    assert view.why.endswith("The next run puts it into the queue.")
    assert view.read_at == NOON
    assert view.shopify is not None
    assert (len(view.shipstation), len(view.shipments)) == (1, 1)
    assert view.links.shopify is not None


async def test_a_gap_in_the_queue_comes_with_it(asker):
    asker.order()
    await run(asker.store)
    view = await asker.view("#5001")
    [gap] = view.gaps
    assert (view.verdict, gap.order) == ("gap", "#5001")
    assert "The next run" not in view.why


async def test_a_healthy_a_waiting_and_a_gift_order_each_say_why_they_are_no_gap(asker):
    healthy = asker.order("#5002", shipped=False)
    asker.world.label(healthy, age=timedelta(hours=1))
    asker.world.order("#5003", age=timedelta(hours=1))
    asker.world.order("#5004", age=timedelta(hours=9), test=True)
    seen = {number: await asker.view(number) for number in ("5002", "5003", "5004")}
    assert {number: view.verdict for number, view in seen.items()} == {
        "5002": "healthy",
        "5003": "waiting",
        "5004": "not_tracked",
    }
    assert all(view.why for view in seen.values())
    assert seen["5003"].look_again_at is not None


async def test_an_order_of_the_last_run_is_known_without_asking_anybody(asker):
    asker.order()
    await run(asker.store)
    before = asker.faults.requests.total()
    assert (await asker.view("5001", live=False)).verdict == "gap"
    assert asker.faults.requests.total() == before


async def test_what_was_never_read_says_how_to_ask(asker):
    view = await asker.view("5001", live=False)
    assert (view.verdict, view.why) == (
        "not_found",
        "No order numbered 5001 was read yet; with --live both systems are asked.",
    )


async def test_an_order_that_nobody_knows_is_said_to_be_nowhere(asker):
    view = await asker.view("#7777")
    assert (view.verdict, view.error) == ("not_found", None)
    assert view.why == "Neither Shopify nor ShipStation shows an order numbered 7777."


async def test_an_order_that_only_shipstation_knows_is_shown_from_there(asker):
    asker.world.manual_order("M-12", lines={"MUG-BLUE": 1}, age=timedelta(hours=2))
    view = await asker.view("M-12")
    assert view.verdict == "not_found"
    assert "ShipStation has an order numbered" in view.why
    assert [row.number for row in view.shipstation] == ["M-12"]


async def test_two_orders_of_one_number_are_both_told(asker):
    asker.order("#5001")
    asker.order("5001")
    assert {view.order for view in await asker.views("5001")} == {"#5001", "5001"}


async def test_a_side_that_cannot_be_read_is_named_and_the_last_read_answers(asker):
    asker.order()
    await run(asker.store)
    asker.faults.add("status", system="shipstation", status=401, times=None)
    view = await asker.view("5001")
    assert view.verdict == "gap"
    assert "ShipStation" in (view.error or "")


async def test_without_an_earlier_read_it_is_not_known_whether_the_order_exists(asker):
    asker.order()
    asker.faults.add("status", system="shopify", status=401, times=None)
    view = await asker.view("5001")
    assert view.verdict == "not_found"
    assert view.why.startswith("It is not known whether 5001 exists: ")
    assert "Neither" not in view.why


async def test_shipstation_failing_alone_over_an_unknown_number_is_not_taken_for_absence(asker):
    asker.faults.add("status", system="shipstation", status=401, times=None)
    view = await asker.view("7777")
    assert view.why.startswith("It is not known whether 7777 exists: ")
    assert view.error


@pytest.mark.parametrize("number", ["5001", "7777"], ids=["known", "unknown"])
async def test_who_asks_waits_half_a_minute_for_retries_and_no_longer(asker, number):
    asker.order()
    await run(asker.store)
    before = asker.store.clock.now()
    asker.faults.add("status", system="shopify", status=503, headers={"Retry-After": "20"})
    asker.faults.add("status", system="shipstation", status=503, headers={"Retry-After": "20"}, times=None)
    view = await asker.view(number)
    assert "only 10 of 30 seconds are left for trying again" in (view.error or "")
    assert asker.store.clock.now() - before == timedelta(seconds=20)


@pytest.mark.parametrize("typed", ["5001", "#5001"])
async def test_a_number_without_its_prefix_or_suffix_finds_the_order(asker, typed):
    asker.order("SHOP-5001")
    await run(asker.store)
    assert (await asker.view(typed)).order == "SHOP-5001"


async def test_several_orders_around_a_number_are_offered_to_choose(asker):
    for name in ("EU-5001", "5001-A", "15001", "50012"):
        asker.order(name)
    await run(asker.store)
    assert sorted(view.order for view in await asker.views("5001")) == ["5001-A", "EU-5001"]


async def test_the_very_number_is_meant_where_it_exists(asker):
    for name in ("#5001", "5001-A"):
        asker.order(name)
    await run(asker.store)
    assert (await asker.view("5001")).order == "#5001"


async def test_two_digits_are_no_number_to_search_around(asker):
    asker.order("SHOP-50")
    await run(asker.store)
    assert (await asker.view("50")).verdict == "not_found"
