"""What the mirror and the queue know of a whole store: who waits, who was not told, and gaps that stand for many."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text

from storage import schema
from storage.database import Database
from storage.facts import Fulfillment, Quantity
from storage.gap import STORE_SUBJECT, Judged
from storage.mirror import Mirror, Settled
from storage.queue import Queue

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, TWO, THREE = "6012345678901", "6012345678902", "6012345678903"


async def write(database: Database, method: str, *arguments: Any, **known: Any) -> Any:
    async with database.write() as session:
        return await getattr(Mirror(session, "main"), method)(*arguments, **known)


async def read(database: Database, method: str, *arguments: Any, **known: Any) -> Any:
    async with database.read() as session:
        return await getattr(Mirror(session, "main"), method)(*arguments, **known)


@pytest.fixture
async def three(database: Database, make: SimpleNamespace) -> Database:
    """Three orders an hour apart, of which ShipStation has the second."""
    orders = [
        make.order(id_, name, created_at=NOON + at * HOUR)
        for at, (id_, name) in enumerate(((ONE, "#1001"), (TWO, "SHOP-1002"), (THREE, "1003-A")))
    ]
    await write(database, "save_orders", orders)
    await write(database, "settle", {TWO: Settled(None, imported=True)})
    return database


async def test_who_waits_is_younger_than_the_newest_imported_order(three: Database) -> None:
    newest = await read(three, "newest_imported")
    assert await read(three, "younger_than", newest) == [THREE]


async def test_where_nothing_was_imported_everybody_waits(three: Database) -> None:
    await write(three, "settle", {TWO: Settled(None, imported=False)})
    assert await read(three, "younger_than", None) == [ONE, TWO, THREE]


async def test_orders_of_a_time_are_told_apart_by_whether_they_were_imported(three: Database) -> None:
    absent = await read(three, "orders_of", NOON, NOON + 2 * HOUR, imported=False)
    there = await read(three, "orders_of", NOON, NOON + 2 * HOUR, imported=True)
    assert ([each.id for each in absent], [each.id for each in there]) == ([THREE, ONE], [TWO])
    assert await read(three, "orders_of", NOON + 3 * HOUR, NOON + 4 * HOUR, imported=False) == []


@pytest.mark.parametrize(("asked", "found"), [("1002", [TWO]), ("#1003", [THREE]), ("100_", [])])
async def test_a_part_of_a_number_finds_what_contains_it(
    three: Database, asked: str, found: list[str]
) -> None:
    assert await read(three, "find_around", asked) == found


@pytest.mark.parametrize(
    ("known", "telling"),
    [
        ({"notified": True}, None),
        ({"notified": None}, None),
        ({"notified": False}, "silent"),
        ({"notified": False, "notify_error": "Refused"}, "failed"),
        ({"notified": True, "notify_error": "Refused"}, "failed"),
        ({"notified": False, "voided": True}, None),
        ({"notified": False, "return_label": True}, None),
    ],
)
def test_a_live_parcel_failed_to_be_told_or_was_not(
    make: SimpleNamespace, known: dict[str, Any], telling: str | None
) -> None:
    assert make.label(**known).telling == telling


async def test_orders_that_others_were_combined_into_are_found_around_a_time(
    three: Database, make: SimpleNamespace
) -> None:
    rows = [make.row(2, "SHOP-1002", TWO, merged_ids=(9,)), make.row(3, "1003-A", THREE)]
    await write(three, "save_shipstation_orders", rows)
    found = await read(three, "combined_around", NOON + HOUR, within=HOUR)
    assert [row.id for row in found] == [2]
    assert await read(three, "combined_around", NOON + 3 * HOUR, within=HOUR) == []


async def test_orders_of_parcels_that_were_not_told_are_found_by_key_and_by_row(
    three: Database, make: SimpleNamespace
) -> None:
    await write(
        three, "save_shipstation_orders", [make.row(2, "SHOP-1002", TWO), make.row(3, "1003-A", THREE)]
    )
    labels = [
        make.label(11, 2, order_key=TWO, notified=False, notify_error="Refused"),
        make.label(12, 3, notified=False),
        make.label(13, 1, order_key=ONE, notified=True),
    ]
    await write(three, "save_shipments", labels)
    assert await read(three, "orders_untold", NOON - HOUR, NOON + HOUR) == {TWO, THREE}
    assert await read(three, "orders_untold", NOON - HOUR, NOON - HOUR) == {TWO}, (
        "silent ones may still be told"
    )
    assert await read(three, "orders_untold", NOON + HOUR, NOON + HOUR) == set()
    assert await read(three, "told_between", NOON, NOON) == [NOON]


async def test_a_parcel_that_is_told_at_last_is_found_no_more(three: Database, make: SimpleNamespace) -> None:
    await write(three, "save_shipments", [make.label(11, 2, order_key=TWO, notified=False)])
    await write(
        three, "save_shipments", [make.label(11, 2, order_key=TWO, notified=True, read_at=NOON + HOUR)]
    )
    assert await read(three, "orders_untold", NOON - HOUR, NOON + HOUR) == set()


async def test_a_list_entry_keeps_the_service_that_a_detailed_read_told(
    database: Database, make: SimpleNamespace
) -> None:
    done = Fulfillment(
        "5", "#1.1", "SUCCESS", None, NOON, NOON, 2, (), (Quantity("1", 2),), service="Warehouse 9"
    )
    whole = make.detailed(fulfillments=(done,))
    await write(database, "save_orders", [whole])
    plain = Fulfillment("5", "#1.1", "SUCCESS", None, NOON, NOON, 2)
    entry = make.order(fulfillments=(plain,), read_at=NOON + HOUR)
    assert await write(database, "save_orders", [entry]) == set()
    assert (await read(database, "load", [ONE]))[ONE].order.fulfillments == (done,)


async def test_an_upgrade_marks_the_parcels_that_were_not_told(tmp_path: Path, make: SimpleNamespace) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    await database.upgrade()
    labels = [
        make.label(1, notified=True),
        make.label(2, notified=False),
        make.label(3, notified=False, notify_error="Refused"),
        make.label(4, notified=False, voided=True),
    ]
    await write(database, "save_shipments", labels)

    def back_and_forth(connection: Connection) -> None:
        settings = schema.config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "0002")
        schema.upgrade(connection)

    async with database.write() as session:
        connection = await session.connection()
        await connection.run_sync(back_and_forth)
        found = await connection.execute(text("SELECT id, telling FROM shipments ORDER BY id"))
        assert [tuple(row) for row in found] == [(1, None), (2, "silent"), (3, "failed"), (4, None)]
    await database.close()


# ---------------------------------------------------------------- the queue


async def apply(database: Database, *judged: Judged) -> Any:
    async with database.write() as session:
        return await Queue(session, NOON).apply("main", judged)


async def test_gaps_of_the_store_are_told_from_those_of_its_orders(
    database: Database, make: SimpleNamespace
) -> None:
    trouble = make.finding("store.import_stalled", folded=(ONE, TWO))
    await apply(database, Judged(STORE_SUBJECT, None, None, (trouble,)), make.judged(make.finding()))
    async with database.read() as session:
        [gap] = await Queue(session, NOON).of_store("main")
        assert (gap.kind, gap.order, gap.finding.folded) == ("store.import_stalled", None, (ONE, TWO))
        assert await Queue(session, NOON).of_store("other") == []


async def test_forecasts_can_be_left_out_of_the_orders_with_open_gaps(
    database: Database, make: SimpleNamespace
) -> None:
    await apply(
        database,
        make.judged(make.finding("aging.at_risk")),
        make.judged(make.finding(), order_id=TWO, name="#1002"),
    )
    async with database.read() as session:
        queue = Queue(session, NOON)
        assert await queue.open_subjects("main") == [ONE, TWO]
        assert await queue.open_subjects("main", without={"aging.at_risk"}) == [TWO]


async def test_a_gap_that_the_store_tells_now_is_replaced_and_not_healed(
    database: Database, make: SimpleNamespace
) -> None:
    [before] = (await apply(database, make.judged(make.finding()))).opened
    taken = Judged(before.subject, ONE, "#1001", (), (), {"sync.unfulfilled": "store.notify_outage"})
    [after] = (await apply(database, taken)).resolved
    assert after.resolution == "superseded"
    async with database.read() as session:
        events = await Queue(session, NOON).history(before.id)
    assert (events[-1].code, events[-1].facts) == ("superseded", {"kind": "store.notify_outage"})


async def test_what_is_left_when_the_store_is_well_again_is_a_new_gap(
    database: Database, make: SimpleNamespace
) -> None:
    [before] = (await apply(database, make.judged(make.finding()))).opened
    await apply(
        database, Judged(before.subject, ONE, "#1001", (), (), {"sync.unfulfilled": "store.notify_outage"})
    )
    [after] = (await apply(database, make.judged(make.finding()))).opened
    assert after.id != before.id
