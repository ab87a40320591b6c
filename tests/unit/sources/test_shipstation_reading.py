"""ShipStation's rows arrive as facts, whole lists at a time."""

from datetime import UTC, date, datetime

import pytest

from bot.errors import SourceGarbled, SourceIncomplete
from bot.sources import shipstation as module
from storage.facts import Item

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, 8, 0, 30, tzinfo=UTC)
UNTIL = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


def listed(name, *rows, total=None, page=1, pages=1):
    return {name: list(rows), "total": len(rows) if total is None else total, "page": page, "pages": pages}


def order(number=1, **changes):
    row = {
        "orderId": number,
        "orderNumber": str(1000 + number),
        "orderKey": f"600000000{number}",
        "orderStatus": "awaiting_shipment",
        "createDate": "2026-11-20T10:51:14.5030000",
        "modifyDate": "2026-11-20T11:00:00.0000000",
    }
    return row | changes


def label(number=1, **changes):
    row = {
        "shipmentId": number,
        "orderId": 7,
        "orderKey": "6001",
        "orderNumber": "1001",
        "createDate": "2026-11-20T10:51:14.5030000",
    }
    return row | changes


def mark(number=1, **changes):
    return {
        "fulfillmentId": number,
        "orderId": 7,
        "orderNumber": "1001",
        "createDate": "2026-11-20T10:51:14",
    } | changes


async def test_an_order_is_read_with_all_that_judging_needs(shipstation, stage, clock):
    row = order(
        advancedOptions={
            "storeId": "12345",
            "warehouseId": 9,
            "mergedOrSplit": True,
            "mergedIds": [5, "6"],
            "parentId": 4,
        },
        shipTo={"addressVerified": "Address validated successfully", "name": "Nobody"},
        orderDate="2026-11-20T07:00:00.0000000",
        paymentDate="2026-11-20T07:00:01.0000000",
        shipByDate="2026-11-23T00:00:00.0000000",
        holdUntilDate="2026-11-22",
        carrierCode="ups",
        serviceCode="ups_ground",
        tagIds=[1, 2],
        externallyFulfilled=True,
        externallyFulfilledBy="amazon",
        items=[
            {"lineItemKey": "71", "sku": "MUG", "quantity": "2", "adjustment": False},
            {"lineItemKey": None, "sku": "", "quantity": 1.0},
            {"lineItemKey": "disc", "sku": "SAVE10", "quantity": 1, "adjustment": True},
        ],
    )
    stage.play(listed("orders", row))
    (read,) = await shipstation.orders_changed(SINCE)
    assert (read.id, read.number, read.key, read.status) == (1, "1001", "6000000001", "awaiting_shipment")
    assert read.created_at == datetime(2026, 11, 20, 18, 51, 14, 503000, tzinfo=UTC)
    assert read.modified_at == datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
    assert read.ordered_at == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert read.paid_at == datetime(2026, 11, 20, 15, 0, 1, tzinfo=UTC)
    assert (read.ship_by, read.hold_until) == (date(2026, 11, 23), date(2026, 11, 22))
    assert (read.store_id, read.warehouse_id, read.carrier, read.service) == (12345, 9, "ups", "ups_ground")
    assert (read.merged_or_split, read.merged_ids, read.parent_id) == (True, (5, 6), 4)
    assert (read.externally_fulfilled, read.externally_fulfilled_by) == (True, "amazon")
    assert (read.address_check, read.tag_ids) == ("Address validated successfully", (1, 2))
    assert read.items == (Item("71", "MUG", 2), Item(None, None, 1))
    assert read.read_at == clock.now()


async def test_an_order_with_hardly_a_field_survives(shipstation, stage):
    bare = {
        "orderId": "3",
        "createDate": "2026-11-20T10:51:14",
        "advancedOptions": None,
        "items": None,
        "tagIds": None,
    }
    stage.play(listed("orders", bare))
    (read,) = await shipstation.orders_changed(SINCE)
    assert (read.id, read.number, read.key, read.status, read.items) == (3, "", None, "unknown", ())
    assert read.modified_at == read.created_at


async def test_an_unknown_status_survives_and_the_year_one_is_no_date(shipstation, stage):
    stage.play(listed("orders", order(orderStatus="planning", paymentDate="0001-01-01T00:00:00.0000000")))
    (read,) = await shipstation.orders_changed(SINCE)
    assert (read.status, read.paid_at) == ("planning", None)


async def test_labels_are_read_with_voids_returns_and_what_is_inside(shipstation, stage):
    row = label(
        shipDate="2026-11-20",
        trackingNumber="1Z1V152Y6827822533",
        carrierCode="ups",
        serviceCode="ups_ground",
        voided=True,
        voidDate="2026-11-20T11:51:14.5030000",
        isReturnLabel=True,
        marketplaceNotified=False,
        notifyErrorMessage="Rejected for jane@example.com",
        advancedOptions={"storeId": 12345},
        shipmentItems=[{"lineItemKey": "71", "sku": "MUG", "quantity": 2}],
    )
    stage.play(listed("shipments", row))
    (read,) = await shipstation.shipments_created(SINCE, UNTIL)
    assert (read.kind, read.order_id, read.order_key, read.store_id) == ("label", 7, "6001", 12345)
    assert (read.ship_date, read.tracking, read.live) == (date(2026, 11, 20), "1Z1V152Y6827822533", False)
    assert read.voided_at == datetime(2026, 11, 20, 19, 51, 14, 503000, tzinfo=UTC)
    assert (read.notified, read.notify_error) == (False, "Rejected for [e-mail]")
    assert read.items == (Item("71", "MUG", 2),)


@pytest.mark.parametrize(("items", "expected"), [(None, None), ([], ())])
async def test_a_label_without_items_is_not_a_label_with_unknown_items(shipstation, stage, items, expected):
    stage.play(listed("shipments", label(shipmentItems=items)))
    assert (await shipstation.shipments_created(SINCE))[0].items is expected or expected == ()


async def test_a_label_that_belongs_to_no_order_survives(shipstation, stage):
    stage.play(listed("shipments", label(orderId=None, orderNumber=None, orderKey=None)))
    (read,) = await shipstation.shipments_created(SINCE)
    assert (read.order_id, read.order_number, read.order_key, read.notified) == (0, "", None, None)


async def test_marks_are_read_without_a_store_and_often_without_a_number(shipstation, stage):
    row = mark(
        trackingNumber="",
        carrierCode=None,
        shipDate="2026-11-20T10:32:33.6870000",
        fulfillmentProviderCode="external",
        fulfillmentServiceCode="ext",
        marketplaceNotified="false",
        voided=None,
    )
    stage.play(listed("fulfillments", row))
    (read,) = await shipstation.fulfillments_created(SINCE)
    assert (read.kind, read.tracking, read.carrier, read.store_id, read.items) == (
        "mark",
        None,
        None,
        None,
        None,
    )
    assert (read.provider, read.service, read.notified, read.live) == ("external", "ext", False, True)
    assert read.ship_date == date(2026, 11, 20)


async def test_every_question_is_asked_in_pacific_sorted_and_in_the_largest_pages(shipstation, stage):
    every = {"orders": [], "shipments": [], "fulfillments": [], "total": 0, "pages": 0}
    stage.play(every)
    await shipstation.orders_changed(SINCE)
    await shipstation.orders_created(SINCE, UNTIL)
    await shipstation.shipments_created(SINCE, UNTIL)
    await shipstation.shipments_voided(SINCE)
    await shipstation.fulfillments_created(SINCE)
    await shipstation.shipments_of(7)
    await shipstation.marks_of(7)
    start, end = "2026-11-19 23:59:30", "2026-11-20 12:01:00"
    page = {"page": "1", "pageSize": "500"}
    created = {"sortBy": "CreateDate", "sortDir": "ASC"} | page
    items = {"includeShipmentItems": "true"}
    window = {"createDateStart": start, "createDateEnd": end}
    assert [(seen["path"], seen["params"]) for seen in stage.seen] == [
        ("/orders", {"modifyDateStart": start, "sortBy": "ModifyDate", "sortDir": "ASC"} | page),
        ("/orders", window | created),
        ("/shipments", window | created | items),
        ("/shipments", {"voidDateStart": start} | created | items),
        ("/fulfillments", {"createDateStart": start} | created),
        ("/shipments", {"orderId": "7"} | items | page),
        ("/fulfillments", {"orderId": "7"} | page),
    ]
    assert {seen["headers"]["authorization"] for seen in stage.seen} == {"Basic dGhlLWtleTp0aGUtc2VjcmV0"}


async def test_a_list_is_read_to_its_end_without_doubles(shipstation, stage):
    stage.play(
        listed("orders", order(1), order(2), total=3, pages=2),
        listed("orders", order(2, orderStatus="shipped"), order(3), total=3, page=2, pages=2),
    )
    rows = await shipstation.orders_changed(SINCE)
    assert [(row.id, row.status) for row in rows][1:] == [(2, "shipped"), (3, "awaiting_shipment")]
    assert [seen["params"]["page"] for seen in stage.seen] == ["1", "2"]


async def test_a_row_that_slipped_between_two_pages_is_found_by_reading_again(shipstation, stage):
    stage.play(
        listed("orders", order(1), total=2, pages=2),
        listed("orders", order(1), total=2, page=2, pages=2),
        listed("orders", order(1), order(2), total=2),
    )
    assert [row.id for row in await shipstation.orders_changed(SINCE)] == [1, 2]


async def test_a_list_that_stays_shorter_than_its_count_is_incomplete(shipstation, stage):
    stage.play(listed("orders", order(1), total=2))
    with pytest.raises(SourceIncomplete, match="counts 2 orders but gave only 1"):
        await shipstation.orders_changed(SINCE)
    assert len(stage.seen) == 2


async def test_rows_that_slip_between_pages_in_both_readings_are_still_found(shipstation, stage):
    stage.play(listed("orders", order(1), order(2), total=3), listed("orders", order(2), order(3), total=3))
    assert sorted(row.id for row in await shipstation.orders_changed(SINCE)) == [1, 2, 3]


async def test_of_a_row_that_both_readings_found_the_later_one_counts(shipstation, stage):
    shipped = order(1, orderStatus="shipped")
    stage.play(listed("orders", order(1), total=2), listed("orders", shipped, order(2), total=2))
    assert (await shipstation.orders_changed(SINCE))[0].status == "shipped"


async def test_without_pages_the_count_says_when_to_stop(shipstation, stage):
    first, second = {"orders": [order(1)], "total": 2}, {"orders": [order(2)], "total": "2"}
    stage.play(first, second)
    assert len(await shipstation.orders_changed(SINCE)) == 2


async def test_without_any_count_a_short_page_is_the_last(shipstation, stage, monkeypatch):
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    stage.play({"orders": [order(1), order(2)]}, {"orders": [order(3)]})
    assert len(await shipstation.orders_changed(SINCE)) == 3


async def test_an_order_by_id_or_none(shipstation, stage):
    stage.play(order(5), (404, "", {}))
    assert (await shipstation.order(5)).id == 5
    assert await shipstation.order(6) is None
    assert [seen["path"] for seen in stage.seen] == ["/orders/5", "/orders/6"]


async def test_a_number_finds_exactly_that_number_with_its_prefix_and_suffix(shipstation, stage):
    numbers = ["EN100", "EN1001", "en100", "EN100-A"]
    stage.play(listed("orders", *(order(n, orderNumber=text) for n, text in enumerate(numbers, 1))))
    assert [row.number for row in await shipstation.orders_numbered("#EN100")] == ["EN100", "en100"]
    assert stage.seen[0]["params"]["orderNumber"] == "EN100"


async def test_a_number_is_also_tried_with_its_hash_kept(shipstation, stage):
    stage.play(
        listed("orders", order(1, orderNumber="1001-A")), listed("orders", order(2, orderNumber="#1001"))
    )
    assert [row.id for row in await shipstation.orders_numbered("1001")] == [2]
    assert [seen["params"]["orderNumber"] for seen in stage.seen] == ["1001", "#1001"]


async def test_an_empty_number_asks_nothing(shipstation, stage):
    assert await shipstation.orders_numbered(" # ") == []
    assert stage.seen == []


async def test_a_number_that_half_the_account_starts_with_is_given_up(shipstation, stage, monkeypatch):
    monkeypatch.setattr(module, "NUMBER_PAGES", 2)
    stage.play(listed("orders", order(1), total=5000, pages=10))
    with pytest.raises(SourceIncomplete, match="Too many orders start with that number"):
        await shipstation.orders_numbered("1")
    assert len(stage.seen) == 2


async def test_rows_of_another_order_are_left_out(shipstation, stage):
    stage.play(listed("shipments", label(1), label(2, orderId=8)), listed("fulfillments", mark(1, orderId=8)))
    assert [row.id for row in await shipstation.shipments_of(7)] == [1]
    assert await shipstation.marks_of(7) == []


STORE = {
    "storeId": 1,
    "storeName": "Acme",
    "marketplaceId": 22,
    "marketplaceName": "Shopify",
    "active": True,
    "autoRefresh": True,
    "refreshDate": "2026-11-20T11:56:51.377",
    "lastRefreshAttempt": "2026-11-20T11:56:51.627",
}


@pytest.mark.parametrize("shape", [lambda rows: rows, lambda rows: {"stores": rows}])
async def test_stores_come_as_a_bare_list_or_in_an_envelope(shipstation, stage, shape):
    stage.play(shape([STORE, {"storeId": 2, "active": False}]))
    first, second = await shipstation.stores()
    assert (first.name, first.marketplace, first.marketplace_id, first.can_confirm) == (
        "Acme",
        "Shopify",
        22,
        None,
    )
    assert first.refreshed_at == datetime(2026, 11, 20, 19, 56, 51, 377000, tzinfo=UTC)
    assert (second.active, second.auto_refresh, second.refreshed_at) == (False, None, None)
    assert stage.seen[0]["params"] == {"showInactive": "true"}


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ({"integrationUrl": " Acme.myShopify.com\n"}, "acme.myshopify.com"),
        ({"integrationUrl": "  "}, None),
        ({"integrationUrl": ""}, None),
        ({"integrationUrl": None}, None),
        ({}, None),
    ],
)
async def test_a_store_tells_which_shop_it_is_connected_to(shipstation, stage, told, address):
    stage.play([STORE | told])
    (store,) = await shipstation.stores()
    assert store.integration == address


async def test_the_marketplaces_tell_which_stores_can_be_notified(shipstation, stage):
    told = [
        {"marketplaceId": 22, "canConfirmShipments": True},
        {"marketplaceId": 0, "canConfirmShipments": False},
    ]
    stage.play(
        [STORE, STORE | {"storeId": 2, "marketplaceId": 0}, STORE | {"storeId": 3, "marketplaceId": 9}], told
    )
    assert [store.can_confirm for store in await shipstation.stores(marketplaces=True)] == [True, False, None]
    assert [seen["path"] for seen in stage.seen] == ["/stores", "/stores/marketplaces"]


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_marketplaces_that_are_not_offered_leave_the_stores_readable(shipstation, stage, status):
    stage.play([STORE], (status, {"message": "Not found"}, {}))
    (store,) = await shipstation.stores(marketplaces=True)
    assert store.can_confirm is None


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (order(orderId=None), "without orderId"),
        (order(createDate=None, orderDate=None), "without createDate"),
        (order(createDate="soon"), "unknown form"),
        (order(orderId="x"), "unknown form"),
        (order(items=[1]), "unknown form"),
        (order(createDate="9999-12-31T23:59:59"), "unknown form"),
        (order(tagIds=["x"]), "unknown form"),
    ],
)
async def test_a_row_that_cannot_be_read_is_garbled_rather_than_skipped(shipstation, stage, row, word):
    stage.play(listed("orders", row))
    with pytest.raises(SourceGarbled, match=word):
        await shipstation.orders_changed(SINCE)
