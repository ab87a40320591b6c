"""The mirror: what changed, what belongs together, what is due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from storage.database import Database
from storage.facts import (
    Fulfillment,
    Item,
    Line,
    Order,
    OrderDetail,
    Quantity,
    ShipStationOrder,
    ShipStationStore,
    Tracking,
)
from storage.mirror import Mirror, Settled

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ID = "6012345678901"
OTHER = "6012345678902"


async def write(database: Database, method: str, *arguments: Any, store: str = "main", **known: Any) -> Any:
    async with database.write() as session:
        return await getattr(Mirror(session, store), method)(*arguments, **known)


async def read(database: Database, method: str, *arguments: Any, store: str = "main", **known: Any) -> Any:
    async with database.read() as session:
        return await getattr(Mirror(session, store), method)(*arguments, **known)


async def candidates(database: Database, order_id: str = ID) -> list[int]:
    rows = await read(database, "load", [order_id])
    return [row.id for row in rows[order_id].candidates]


async def parcels(database: Database, order_id: str = ID) -> list[tuple[str, int]]:
    rows = await read(database, "load", [order_id])
    return [(shipment.kind, shipment.id) for shipment in rows[order_id].shipments]


# ---------------------------------------------------------------- Shopify orders


async def test_an_order_comes_back_as_it_was_saved(database: Database, make: SimpleNamespace) -> None:
    order = make.detailed(
        tags=("vip", "späti 🚚"),
        fulfillments=(Fulfillment("5", "#1001.1", "SUCCESS", None, NOON, NOON, 2, (Tracking("1Z", "UPS"),)),),
    )
    assert await write(database, "save_orders", [order]) == {ID}
    assert (await read(database, "load", [ID]))[ID].order == order


async def test_when_it_was_read_is_no_change(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    assert await write(database, "save_orders", [make.order(read_at=LATER)]) == set()
    assert (await read(database, "load", [ID]))[ID].order.read_at == LATER


async def test_anything_else_is_a_change(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    assert await write(database, "save_orders", [make.order(tags=("hold",))]) == {ID}


async def test_a_list_entry_keeps_the_detail_while_the_order_was_not_updated(
    database: Database, make: SimpleNamespace
) -> None:
    done = Fulfillment("5", "#1001.1", "SUCCESS", None, NOON, NOON, 2, (), (Quantity("1", 2),))
    whole = make.detailed(fulfillments=(done,))
    await write(database, "save_orders", [whole])
    entry = replace(whole, detail=None, fulfillments=(replace(done, lines=None),), read_at=LATER)
    assert await write(database, "save_orders", [entry]) == set()
    assert (await read(database, "load", [ID]))[ID].order == replace(whole, read_at=LATER)


async def test_a_list_entry_of_an_updated_order_drops_the_old_detail(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.detailed()])
    assert await write(database, "save_orders", [make.order(updated_at=LATER)]) == {ID}
    assert (await read(database, "load", [ID]))[ID].order.detail is None


async def test_an_older_state_never_overwrites_a_newer_one(database: Database, make: SimpleNamespace) -> None:
    newer = make.order(updated_at=LATER, fulfillment_status="FULFILLED")
    await write(database, "save_orders", [newer])
    assert await write(database, "save_orders", [make.detailed()]) == set()
    assert (await read(database, "load", [ID]))[ID].order == newer


async def test_of_two_states_in_one_read_the_last_one_counts(
    database: Database, make: SimpleNamespace
) -> None:
    newer = make.order(updated_at=LATER, tags=("new",))
    await write(database, "save_orders", [newer, make.order()])
    assert (await read(database, "load", [ID]))[ID].order == newer


async def test_stores_do_not_see_each_other(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()], store="main")
    assert await read(database, "load", [ID], store="other") == {}
    assert await write(database, "save_orders", [make.order()], store="other") == {ID}


async def test_loading_more_orders_than_a_chunk_keeps_their_order(
    database: Database, make: SimpleNamespace
) -> None:
    ids = [str(6_000_000_000_000 + number) for number in range(1200)]
    changed = await write(database, "save_orders", [make.order(id_, f"#{id_}") for id_ in ids])
    assert changed == set(ids)
    asked = [*reversed(ids), "6999999999999", ids[0]]
    assert list(await read(database, "load", asked)) == list(reversed(ids))


@pytest.mark.parametrize("typed", ["#1001", "1001", " 1001 ", "# 1001"])
async def test_an_order_is_found_by_its_number_however_typed(
    database: Database, make: SimpleNamespace, typed: str
) -> None:
    await write(database, "save_orders", [make.order()])
    assert await read(database, "find", typed) == [ID]


@pytest.mark.parametrize("typed", ["100", "10010", "1001-A", "A1001", ""])
async def test_a_number_that_only_resembles_finds_nothing(
    database: Database, make: SimpleNamespace, typed: str
) -> None:
    await write(database, "save_orders", [make.order()])
    assert await read(database, "find", typed) == []


@pytest.mark.parametrize("name", ["x" * 4000, "<!channel>\x00", "\u202ereversed", "🚚" * 900], ids=len)
async def test_a_hostile_name_is_kept_and_found(database: Database, make: SimpleNamespace, name: str) -> None:
    await write(database, "save_orders", [make.order(name=name)])
    assert await read(database, "find", name) == [ID]
    assert (await read(database, "load", [ID]))[ID].order.name == name


async def test_long_names_that_differ_at_the_end_stay_apart(
    database: Database, make: SimpleNamespace
) -> None:
    await write(
        database, "save_orders", [make.order(ID, "x" * 300 + "1"), make.order(OTHER, "x" * 300 + "2")]
    )
    assert await read(database, "find", "x" * 300 + "2") == [OTHER]


# ---------------------------------------------------------------- which rows belong


async def test_rows_are_found_by_key_and_by_number(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    rows = [make.row(1, number="other"), make.row(2, key="uuid-7"), make.row(3, number="1001-A", key=None)]
    await write(database, "save_shipstation_orders", rows)
    assert await candidates(database) == [1, 2]


@pytest.mark.parametrize(
    ("key", "belongs"),
    [
        (ID, True),
        (f"{ID}-1", True),
        (f"{ID}:fo/2", True),
        (f"{ID}9", False),
        (f"x{ID}", False),
        ("601", False),
        (None, False),
    ],
)
async def test_a_key_that_is_the_id_or_starts_with_it_belongs(
    database: Database, make: SimpleNamespace, key: str | None, belongs: bool
) -> None:
    await write(database, "save_orders", [make.order()])
    touched = await write(database, "save_shipstation_orders", [make.row(1, number="other", key=key)])
    assert (await candidates(database), touched) == (([1], {ID}) if belongs else ([], set()))


async def test_all_parts_of_a_split_order_belong(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    family = [
        make.row(1),
        make.row(2, number="1001/2", key=None, parent_id=1),
        make.row(3, number="1001/3", key=None, parent_id=1),
    ]
    await write(database, "save_shipstation_orders", family)
    assert await candidates(database) == [1, 2, 3]


async def test_a_child_leads_to_its_parent_and_siblings(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    family = [
        make.row(1, number="root", key=None),
        make.row(2, parent_id=1),
        make.row(3, number="x", key=None, parent_id=1),
    ]
    await write(database, "save_shipstation_orders", family)
    assert await candidates(database) == [1, 2, 3]


async def test_an_absorbed_order_is_traced_to_its_survivor(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order(), make.order(OTHER, "#1002")])
    await write(database, "save_shipstation_orders", [make.row(1), make.row(2, "1002", OTHER)])
    survivor = make.row(2, "1002", OTHER, merged_or_split=True, merged_ids=(1,))
    assert await write(database, "save_shipstation_orders", [survivor]) == {ID, OTHER}
    assert await write(database, "forget_shipstation_orders", [1]) == {ID}
    assert await candidates(database) == [1, 2]
    assert await candidates(database, OTHER) == [2]


def with_lines(order: Order, *ids: str) -> Order:
    lines = tuple(Line(id_, "MUG", 1, 1, 1, requires_shipping=True) for id_ in ids)
    return replace(order, detail=OrderDetail(lines=lines))


def carrying(row: ShipStationOrder, *keys: str | None) -> ShipStationOrder:
    return replace(row, items=tuple(Item(key, "MUG", 1) for key in keys))


async def test_an_order_absorbed_before_it_was_ever_seen_is_found_by_its_lines(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [with_lines(make.order(), "71", "72")])
    survivor = carrying(make.row(2, "1002", OTHER, merged_ids=(1,)), "81", "72", "text", None)
    assert await write(database, "save_shipstation_orders", [survivor]) == {ID}
    assert await candidates(database) == [2]
    assert await write(database, "save_shipments", [make.label(11, 2)]) == {ID}
    apart = replace(survivor, merged_ids=())
    await write(database, "save_shipstation_orders", [apart])
    assert await candidates(database) == []


async def test_lines_of_an_order_that_absorbed_none_link_to_nothing(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_shipstation_orders", [carrying(make.row(2, "1002", OTHER), "71")])
    await write(database, "save_orders", [with_lines(make.order(), "71")])
    assert await candidates(database) == []


async def test_a_survivor_that_was_absorbed_itself_is_followed(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order()])
    chain = [
        make.row(1),
        make.row(2, "1002", None, merged_ids=(1,)),
        make.row(3, "1003", None, merged_ids=(2,)),
    ]
    await write(database, "save_shipstation_orders", chain)
    assert await candidates(database) == [1, 2, 3]
    assert await write(database, "save_shipstation_orders", [replace(chain[2], status="shipped")]) == {ID}


async def test_a_row_that_the_api_no_longer_has_is_no_candidate(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order()])
    await write(database, "save_shipstation_orders", [make.row(1)])
    assert await write(database, "forget_shipstation_orders", [1]) == {ID}
    assert await candidates(database) == []


async def test_a_row_that_comes_back_is_a_change(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    await write(database, "save_shipstation_orders", [make.row(1)])
    await write(database, "forget_shipstation_orders", [1])
    assert await write(database, "save_shipstation_orders", [make.row(1)]) == {ID}
    assert await candidates(database) == [1]


async def test_an_undone_combine_lets_the_order_go(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    rows = [make.row(1), make.row(2, "1002", None, merged_ids=(1,))]
    await write(database, "save_shipstation_orders", rows)
    await write(database, "save_shipstation_orders", [make.row(2, "1002", None)])
    assert await candidates(database) == [1]


async def test_a_row_without_news_touches_nothing(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    assert await write(database, "save_shipstation_orders", [make.row(1)]) == {ID}
    assert await write(database, "save_shipstation_orders", [make.row(1, read_at=LATER)]) == set()


async def test_a_row_whose_key_changes_touches_the_order_that_it_left(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order(), make.order(OTHER, "#1002")])
    await write(database, "save_shipstation_orders", [make.row(1)])
    assert await write(database, "save_shipstation_orders", [make.row(1, "1002", OTHER)]) == {ID, OTHER}


async def test_orders_that_are_not_mirrored_are_not_named(database: Database, make: SimpleNamespace) -> None:
    assert await write(database, "save_shipstation_orders", [make.row(1)]) == set()


# ---------------------------------------------------------------- shipments


async def test_parcels_come_with_their_rows_oldest_first(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    await write(database, "save_shipstation_orders", [make.row(1), make.row(2, "2", None, parent_id=1)])
    shipments = [
        make.label(11, 1, created_at=LATER),
        make.label(12, 2, voided=True),
        make.label(11, 1, kind="mark", created_at=NOON - timedelta(hours=1)),
    ]
    assert await write(database, "save_shipments", shipments) == {ID}
    assert await parcels(database) == [("mark", 11), ("label", 12), ("label", 11)]


async def test_a_live_label_that_carries_the_key_comes_without_its_row(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order()])
    shipments = [make.label(11, 99, order_key=ID), make.label(12, 99, order_key=ID, voided=True)]
    assert await write(database, "save_shipments", shipments) == {ID}
    assert await parcels(database) == [("label", 11)]


async def test_a_parcel_read_without_items_keeps_the_known_ones(
    database: Database, make: SimpleNamespace
) -> None:
    items = (Item("14", "A", 2),)
    await write(database, "save_orders", [make.order()])
    await write(database, "save_shipstation_orders", [make.row(1)])
    await write(database, "save_shipments", [make.label(11, items=items)])
    assert await write(database, "save_shipments", [make.label(11, items=None, read_at=LATER)]) == set()
    assert (await read(database, "load", [ID]))[ID].shipments == (make.label(11, items=items, read_at=LATER),)


async def test_a_parcel_touches_the_absorbed_orders_of_its_survivor(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order(), make.order(OTHER, "#1002")])
    rows = [make.row(1), make.row(2, "1002", OTHER, merged_ids=(1,))]
    await write(database, "save_shipstation_orders", rows)
    assert await write(database, "save_shipments", [make.label(11, 2)]) == {ID, OTHER}


async def test_which_rows_have_a_live_parcel(database: Database, make: SimpleNamespace) -> None:
    shipments = [
        make.label(11, 1),
        make.label(12, 2, voided=True),
        make.label(13, 3, return_label=True),
        make.label(14, 4, kind="mark"),
    ]
    await write(database, "save_shipments", shipments)
    assert await read(database, "live_order_ids", [1, 2, 3, 4, 5]) == {1, 4}


async def test_labels_around_are_the_nearest_live_ones(database: Database, make: SimpleNamespace) -> None:
    minutes = [-90, -30, -20, -10, 0, 5, 40, 61]
    labels = [make.label(100 + at, created_at=NOON + timedelta(minutes=at)) for at in minutes]
    aside = [make.label(1, voided=True), make.label(2, kind="mark")]
    await write(database, "save_shipments", [*labels, *aside])
    hour = timedelta(hours=1)
    found = await read(database, "labels_around", NOON, within=hour)
    assert [label.id - 100 for label in found] == [-30, -20, -10, 0, 5, 40]
    nearest = await read(database, "labels_around", NOON, within=hour, limit=3)
    assert [label.id - 100 for label in nearest] == [-10, 0, 5]


async def test_rows_around_leave_out_what_is_gone(database: Database, make: SimpleNamespace) -> None:
    await write(
        database, "save_shipstation_orders", [make.row(1), make.row(2), make.row(3, created_at=LATER)]
    )
    await write(database, "forget_shipstation_orders", [2])
    found = await read(database, "shipstation_orders_around", NOON, within=timedelta(minutes=30))
    assert [row.id for row in found] == [1]


# ---------------------------------------------------------------- orders that only ShipStation names


async def test_an_order_that_only_a_live_label_names_is_unknown(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order()])
    keys = {11: ID, 12: OTHER, 13: "uuid-4", 14: f"{OTHER}-2", 15: None}
    await write(
        database, "save_shipments", [make.label(id_, id_, order_key=key) for id_, key in keys.items()]
    )
    await write(database, "save_shipments", [make.label(16, 16, order_key="6012345678903", voided=True)])
    assert await read(database, "unknown_orders") == [OTHER]


@pytest.mark.parametrize("first", ["save_shipments", "save_shipstation_orders"])
async def test_a_mark_takes_the_key_of_its_row(database: Database, make: SimpleNamespace, first: str) -> None:
    saves = {
        "save_shipments": [make.label(11, 1, kind="mark")],
        "save_shipstation_orders": [make.row(1, key=OTHER)],
    }
    for method in sorted(saves, key=lambda name: name != first):
        await write(database, method, saves[method])
    assert await read(database, "unknown_orders") == [OTHER]


async def test_an_order_that_was_read_since_is_no_longer_unknown(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_shipments", [make.label(order_key=ID)])
    await write(database, "save_orders", [make.order()])
    assert await read(database, "unknown_orders") == []


async def test_an_order_that_shopify_does_not_show_is_not_asked_for_again(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_shipments", [make.label(order_key=ID)])
    await write(database, "remember_absent", [ID], NOON)
    await write(database, "save_shipments", [make.label(12, order_key=ID)])
    assert await read(database, "unknown_orders") == []


# ---------------------------------------------------------------- what is due


async def test_orders_are_due_when_their_time_has_come(database: Database, make: SimpleNamespace) -> None:
    ids = [str(6_000_000_000_000 + number) for number in range(4)]
    await write(database, "save_orders", [make.order(id_, f"#{id_}") for id_ in ids])
    again = [LATER, NOON, None, LATER + timedelta(seconds=1)]
    settled = {id_: Settled(at, imported=False) for id_, at in zip(ids, again, strict=True)}
    await write(database, "settle", settled)
    assert await read(database, "due", LATER) == [ids[1], ids[0]]
    assert await read(database, "due", LATER, limit=1) == [ids[1]]


async def test_what_is_marked_as_due_is_due_and_stays_as_early_as_it_was(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order(), make.order(OTHER, "#1002")])
    await write(database, "settle", {ID: Settled(NOON - timedelta(hours=1), imported=False)})
    await write(database, "mark_due", {ID, OTHER}, NOON)
    assert await read(database, "due", NOON) == [ID, OTHER]
    assert await read(database, "due", NOON - timedelta(minutes=1)) == [ID]


async def test_saving_facts_again_leaves_the_appointment_alone(
    database: Database, make: SimpleNamespace
) -> None:
    await write(database, "save_orders", [make.order()])
    await write(database, "settle", {ID: Settled(NOON, imported=True)})
    await write(database, "save_orders", [make.order(tags=("x",))])
    assert await read(database, "due", NOON) == [ID]
    assert await read(database, "newest_imported") == NOON


async def test_the_newest_imported_order_is_the_watermark(database: Database, make: SimpleNamespace) -> None:
    assert await read(database, "newest_imported") is None
    await write(database, "save_orders", [make.order(), make.order(OTHER, "#1002", created_at=LATER)])
    await write(database, "settle", {ID: Settled(None, imported=True), OTHER: Settled(None, imported=False)})
    assert await read(database, "newest_imported") == NOON


# ---------------------------------------------------------------- counting


async def test_the_newest_rows_can_be_counted_off(database: Database, make: SimpleNamespace) -> None:
    at = [NOON + timedelta(hours=hours) for hours in range(5)]
    orders = [make.order(f"601234567890{n}", f"#{n}", updated_at=at[n]) for n in range(5)]
    await write(database, "save_orders", orders)
    await write(database, "save_shipstation_orders", [make.row(n, modified_at=at[n]) for n in range(5)])
    await write(database, "save_shipments", [make.label(n, created_at=at[n]) for n in range(5)])
    for table in ("orders", "shipstation_orders", "shipments"):
        assert await read(database, "nth_newest", table, 1) == at[4]
        assert await read(database, "nth_newest", table, 5) == at[0]
        assert await read(database, "nth_newest", table, 6) is None
        assert await read(database, "count_since", table, at[2]) == 3
        assert await read(database, "count_since", table, at[2], at_most=2) == 2
    assert await read(database, "newest_orders", 2) == ["6012345678904", "6012345678903"]


# ---------------------------------------------------------------- stores


async def test_stores_keep_what_a_light_read_leaves_out(database: Database) -> None:
    store = ShipStationStore(7, "Acme", "Shopify", 40, active=True, read_at=NOON, can_confirm=True)
    light = replace(store, can_confirm=None, active=False, read_at=LATER)
    await write(database, "save_stores", [store])
    await write(database, "save_stores", [light])
    assert await read(database, "stores") == {7: replace(light, can_confirm=True)}


async def test_saving_nothing_is_nothing(database: Database) -> None:
    for method in ("save_orders", "save_shipstation_orders", "save_shipments", "forget_shipstation_orders"):
        assert await write(database, method, []) == set()
    await write(database, "save_stores", [])
    await write(database, "settle", {})
    await write(database, "remember_absent", [], NOON)
    assert await read(database, "load", []) == {}


async def test_every_field_of_a_row_survives(database: Database, make: SimpleNamespace) -> None:
    row = make.row(
        1,
        ordered_at=NOON,
        ship_by=date(2026, 11, 20),
        tag_ids=(1, 2),
        merged_ids=(5,),
        address_check="Address validated successfully",
        items=(Item("14", "A", 2), Item(None, None, 0)),
    )
    await write(database, "save_orders", [make.order()])
    await write(database, "save_shipstation_orders", [row])
    assert (await read(database, "load", [ID]))[ID].candidates == (row,)


async def test_details_are_told_apart_from_list_entries(database: Database, make: SimpleNamespace) -> None:
    await write(database, "save_orders", [make.order()])
    assert await write(database, "save_orders", [make.detailed()]) == {ID}
    assert (await read(database, "load", [ID]))[ID].order.detail == OrderDetail(shipping_method="Standard")
