"""What is asked for, and which answers are not believed."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import SourceIncomplete, SourceRefused, SourceThrottled
from bot.reconcile.read import (
    CANARIES,
    FIRST_PAGE,
    OVERLAP,
    REACH,
    SHOPIFY_WINDOW,
    VOID_OVERLAP,
    WINDOW,
    _expect,
    both,
    sweep_due,
    where_to_start,
)
from storage.database import Database
from storage.facts import Order, Shipment, ShipStationOrder
from storage.mirror import Mirror
from storage.runs import Runs

pytestmark = pytest.mark.anyio

NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 18, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK)


# ---------------------------------------------------------------- the nightly sweep


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (local(17, 3), local(18, 1, 59), False),
        (local(17, 3), local(18, 2), True),
        (local(17, 3), local(18, 23), True),
        (local(18, 2), local(18, 2, 5), False),
        (local(18, 2), local(18, 23, 59), False),
        (local(17, 20), local(18, 2), False),
        (local(17, 14), local(18, 2), True),
        (local(17, 20), local(19, 1), True),
        (local(10, 3), local(18, 1), True),
    ],
    ids=[
        "not before two at night",
        "at two",
        "late the same day, if the night was missed",
        "not twice a night",
        "not again the same day",
        "not six hours after another one",
        "twelve hours after another one",
        "the night before was skipped",
        "after a week away at once",
    ],
)
def test_the_sweep_is_due_once_a_night(last, now, due):
    assert sweep_due(last, now, NEW_YORK) is due


@pytest.mark.parametrize("night", [datetime(2026, 3, 8), datetime(2026, 11, 1)], ids=["spring", "autumn"])  # noqa: DTZ001  # the zone comes below
def test_the_night_when_the_clock_changes_has_one_sweep_too(night):
    before = night.replace(hour=20, tzinfo=NEW_YORK) - timedelta(days=1) - 8 * HOUR
    swept, times = before.astimezone(UTC), 0
    for minutes in range(0, 24 * 60, 5):
        now = night.replace(tzinfo=NEW_YORK).astimezone(UTC) + timedelta(minutes=minutes)
        if sweep_due(swept, now, NEW_YORK):
            swept, times = now, times + 1
    assert times == 1


# ---------------------------------------------------------------- where lists start


class Known:
    """A mirror and cursors in a database of their own."""

    def __init__(self, database: Database):
        self.database = database

    async def orders(self, *ages: timedelta) -> None:
        orders = [
            Order(
                id=str(number),
                name=f"#{number}",
                created_at=NOON - age,
                processed_at=NOON - age,
                updated_at=NOON - age,
                read_at=NOON,
                financial_status="PAID",
                fulfillment_status="UNFULFILLED",
            )
            for number, age in enumerate(ages, 1)
        ]
        rows = [
            ShipStationOrder(
                id=number,
                number=str(number),
                key=str(number),
                status="awaiting_shipment",
                store_id=7,
                created_at=NOON - age,
                modified_at=NOON - age,
                read_at=NOON,
            )
            for number, age in enumerate(ages, 1)
        ]
        labels = [
            Shipment(
                id=number,
                kind="label",
                order_id=number,
                order_number="1",
                created_at=NOON - age,
                read_at=NOON,
            )
            for number, age in enumerate(ages, 1)
        ]
        async with self.database.write() as session:
            mirror = Mirror(session, "main")
            await mirror.save_orders(orders)
            await mirror.save_shipstation_orders(rows)
            await mirror.save_shipments(labels)

    async def cursors(self, at: datetime, *names: str) -> None:
        async with self.database.write() as session:
            read = names or ("orders", "shipstation_orders", "shipments", "voids")
            await Runs(session, NOON).set_cursors("main", dict.fromkeys(read, at))

    async def since(self, *, sweep: bool = False):
        async with self.database.read() as session:
            cursors = await Runs(session, NOON).cursors_of("main")
            return await where_to_start(Mirror(session, "main"), cursors, NOON, sweep=sweep)


@pytest.fixture
async def known(anyio_backend):
    database = Database("sqlite://")
    await database.upgrade()
    yield Known(database)
    await database.close()


async def test_the_first_run_reads_the_whole_window_and_expects_nothing(known):
    since = await known.since()
    assert since.orders == NOON - SHOPIFY_WINDOW
    assert {since.shipstation_orders, since.shipments, since.voids} == {NOON - WINDOW}
    assert (since.known_orders, since.known_shipstation_orders, since.known_shipments) == (0, 0, 0)


async def test_a_later_run_reaches_behind_its_cursor(known):
    await known.cursors(NOON - HOUR)
    since = await known.since()
    assert since.orders == since.shipstation_orders == since.shipments == NOON - HOUR - REACH - OVERLAP
    assert since.voids == NOON - HOUR - VOID_OVERLAP


async def test_each_list_reaches_back_to_rows_that_are_known_already(known):
    day = timedelta(days=1)
    await known.orders(*(number * day for number in range(1, 9)))
    await known.cursors(NOON - HOUR)
    since = await known.since()
    assert since.orders == NOON - CANARIES * day - OVERLAP
    assert since.known_orders == since.known_shipstation_orders == since.known_shipments == CANARIES


async def test_no_list_reaches_back_over_more_rows_than_its_first_page_holds(known):
    await known.orders(*(number * HOUR for number in range(1, 50)))
    await known.cursors(NOON - HOUR)
    since = await known.since()
    assert since.orders == NOON - FIRST_PAGE["orders"] * HOUR - OVERLAP


async def test_no_list_reaches_behind_the_window(known):
    await known.orders(*(timedelta(days=10 * number) for number in range(1, 9)))
    await known.cursors(NOON - timedelta(days=59))
    since = await known.since()
    assert since.orders == NOON - SHOPIFY_WINDOW
    assert since.known_orders == 6


async def test_a_sweep_reads_the_whole_window_and_expects_all_that_is_known_in_it(known):
    await known.orders(HOUR, timedelta(days=59), timedelta(days=61))
    await known.cursors(NOON - HOUR)
    since = await known.since(sweep=True)
    assert since.orders == NOON - SHOPIFY_WINDOW
    assert since.voids == NOON - WINDOW
    assert since.known_orders == 2


async def test_a_list_whose_cursor_is_missing_starts_at_the_window(known):
    await known.cursors(NOON - HOUR, "orders")
    since = await known.since()
    assert since.orders == NOON - HOUR - REACH - OVERLAP
    assert since.shipments == NOON - WINDOW


# ---------------------------------------------------------------- suddenly nothing, suddenly half


@pytest.mark.parametrize(
    ("known", "got", "believed"),
    [
        (0, 0, True),
        (2, 0, True),
        (3, 0, False),
        (3, 1, True),
        (5, 0, False),
        (19, 9, True),
        (20, 9, False),
        (20, 11, False),
        (1000, 499, False),
        (1000, 501, False),
    ],
)
def test_nothing_or_half_of_what_was_there_is_not_believed(known, got, believed):
    if believed:
        _expect("shipstation", "shipments", known=known, got=got)
        return
    with pytest.raises(SourceIncomplete, match=f"ShipStation returned {got} shipments") as refused:
        _expect("shipstation", "shipments", known=known, got=got)
    assert refused.value.system == "shipstation"
    assert str(known) in refused.value.what


@pytest.mark.parametrize("path", ["graphql.json", "/orders", "/shipments"])
async def test_a_list_that_is_suddenly_empty_concludes_nothing(busy, path):
    system = "shopify" if path == "graphql.json" else "shipstation"
    busy.faults.add("empty_list", system=system, path=path, times=None)
    if path == "/shipments":
        busy.faults.add("empty_list", system=system, path="/fulfillments", times=None)
    report = await busy.run(later=timedelta(minutes=5))
    assert not report.complete
    assert "returned 0" in (report.error or "")


async def test_half_of_a_list_under_a_total_that_agrees_concludes_nothing_in_a_sweep(busy):
    busy.faults.add("quiet_half", system="shipstation", path="/orders", times=None)
    report = await busy.run(later=timedelta(minutes=5), sweep=True)
    assert not report.complete
    assert "were expected" in (report.error or "")


# ---------------------------------------------------------------- both sides at once


async def answer(value):
    await asyncio.sleep(0)
    return value


async def fail(error):
    await asyncio.sleep(0)
    raise error


REFUSED = SourceRefused("shopify", "Shopify refused.")
THROTTLED = SourceThrottled("shipstation", "ShipStation throttled.")


async def test_both_answers_come_back_in_their_order():
    assert await both(answer("shopify"), answer("shipstation")) == ("shopify", "shipstation")


@pytest.mark.parametrize("error", [REFUSED, THROTTLED])
async def test_what_fails_on_one_side_is_raised_as_it_is(error):
    with pytest.raises(type(error)) as raised:
        await both(fail(error), answer(1))
    assert raised.value is error
    with pytest.raises(type(error)):
        await both(answer(1), fail(error))


async def test_what_fails_on_both_sides_is_told_together():
    with pytest.raises(SourceIncomplete, match=r"Shopify refused\. ShipStation throttled\."):
        await both(fail(REFUSED), fail(THROTTLED))


@pytest.mark.parametrize("other", [answer(1), fail(THROTTLED)], ids=["beside an answer", "beside a failure"])
async def test_a_defect_of_ours_is_not_taken_for_a_source_that_fails(other):
    with pytest.raises(ZeroDivisionError):
        await both(fail(ZeroDivisionError()), other)
