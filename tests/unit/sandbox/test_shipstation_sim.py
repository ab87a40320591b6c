"""ShipStation's V1 API on loopback answers as the real one does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import ManualClock
from bot.sandbox.faults import Faults
from bot.sandbox.shipping import MANUAL_STORE, OLD_STORE, SHOPIFY_STORE
from bot.sandbox.world import World

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


async def get(v1: httpx.AsyncClient, path: str, **params: Any) -> Any:
    answer = await v1.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def numbers(v1: httpx.AsyncClient, **params: Any) -> list[str]:
    return [row["orderNumber"] for row in (await get(v1, "/orders", **params))["orders"]]


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("path", "name", "file"),
    [
        ("/orders", "orders", "v1-get-orders.real.json"),
        ("/shipments", "shipments", "v1-get-shipments.real.json"),
        ("/fulfillments", "fulfillments", "v1-get-fulfillments.real.json"),
    ],
)
async def test_rows_have_the_fields_of_real_answers(
    world: World, v1: httpx.AsyncClient, reference: Path, path: str, name: str, file: str
) -> None:
    real = json.loads((reference / "shipstation" / file).read_text(encoding="utf-8"))
    world.label(world.order(age=HOUR))
    world.mark_shipped(world.order(age=HOUR), tracking="1")

    row = (await get(v1, path))[name][0]

    for known in real[name]:
        assert known.keys() <= row.keys()
        for nested in ("advancedOptions", "shipTo", "weight"):
            assert (known.get(nested) or {}).keys() <= (row.get(nested) or {}).keys()


async def test_stores_have_the_fields_of_real_answers(v1: httpx.AsyncClient, reference: Path) -> None:
    real = json.loads((reference / "shipstation/v1-get-stores.real.json").read_text(encoding="utf-8"))
    markets = json.loads(
        (reference / "shipstation/v1-get-marketplaces.real.json").read_text(encoding="utf-8")
    )

    assert real[0].keys() <= (await get(v1, "/stores"))[0].keys()
    assert markets[0].keys() == (await get(v1, "/stores/marketplaces"))[0].keys()


async def test_stamps_are_pacific_with_seven_decimals_and_no_offset(
    world: World, v1: httpx.AsyncClient
) -> None:
    world.label(world.order(age=2 * HOUR), age=HOUR)

    row = (await get(v1, "/shipments"))["shipments"][0]

    assert (row["createDate"], row["shipDate"]) == ("2026-11-18T09:30:00.0000000", "2026-11-18")


async def test_stamps_follow_daylight_saving(world: World, v1: httpx.AsyncClient) -> None:
    with world.at(datetime(2026, 7, 1, 12, tzinfo=UTC)):
        world.import_order(world.order())

    assert (await get(v1, "/orders"))["orders"][0]["createDate"] == "2026-07-01T05:00:00.0000000"


async def test_a_mark_carries_no_key_and_no_store(world: World, v1: httpx.AsyncClient) -> None:
    world.mark_shipped(world.order(age=HOUR))

    row = (await get(v1, "/fulfillments"))["fulfillments"][0]

    assert (row["trackingNumber"], row["carrierCode"]) == ("", None)
    assert row["shipDate"] == "2026-11-18T00:00:00.0000000"
    assert not {"orderKey", "storeId", "advancedOptions"} & row.keys()


async def test_labels_and_marks_stand_in_separate_lists(world: World, v1: httpx.AsyncClient) -> None:
    label, mark = world.label(world.order(age=HOUR)), world.mark_shipped(world.order(age=HOUR))

    shipments = (await get(v1, "/shipments"))["shipments"]
    fulfillments = (await get(v1, "/fulfillments"))["fulfillments"]

    assert [row["shipmentId"] for row in shipments] == [label.id]
    assert [row["fulfillmentId"] for row in fulfillments] == [mark.id]


async def test_items_of_a_parcel_come_only_when_asked_for(world: World, v1: httpx.AsyncClient) -> None:
    order = world.order(lines=[("LAMP", 2)], age=HOUR)
    world.label(order)

    plain = (await get(v1, "/shipments"))["shipments"][0]
    full = (await get(v1, "/shipments", includeShipmentItems="true"))["shipments"][0]

    assert plain["shipmentItems"] is None
    assert [(item["lineItemKey"], item["quantity"]) for item in full["shipmentItems"]] == [
        (str(order.lines[0].id), 2)
    ]


@pytest.mark.parametrize(
    ("notify", "error"), [(False, None), ("IntegrationError: no", "IntegrationError: no")]
)
async def test_pending_forbidden_and_failed_are_all_not_notified(
    world: World, v1: httpx.AsyncClient, notify: bool | str, error: str | None
) -> None:
    world.label(world.order(age=HOUR), notify=notify)

    row = (await get(v1, "/shipments"))["shipments"][0]

    assert (row["marketplaceNotified"], row["notifyErrorMessage"]) == (False, error)


async def test_voids_and_returns_stay_in_the_list(world: World, v1: httpx.AsyncClient) -> None:
    order = world.order(age=3 * HOUR)
    world.void(world.label(order, age=2 * HOUR), age=HOUR)
    world.label(order, return_label=True, notify=False)

    rows = (await get(v1, "/shipments"))["shipments"]

    assert [(row["voided"], row["voidDate"], row["isReturnLabel"]) for row in rows] == [
        (True, "2026-11-18T09:30:00.0000000", False),
        (False, None, True),
    ]


# ---------------------------------------------------------------- filters, sorting, pages


async def test_an_order_number_is_searched_by_its_beginning(world: World, v1: httpx.AsyncClient) -> None:
    for name in ("#100", "#1001", "#200"):
        world.import_order(world.order(name))

    assert await numbers(v1, orderNumber="100") == ["100", "1001"]


async def test_a_parcel_is_searched_by_its_exact_order_number(world: World, v1: httpx.AsyncClient) -> None:
    for name in ("#100", "#1001"):
        world.label(world.order(name, age=HOUR))

    rows = (await get(v1, "/shipments", orderNumber="100"))["shipments"]

    assert [row["orderNumber"] for row in rows] == ["100"]


async def test_orders_are_filtered_by_dates_status_and_store(world: World, v1: httpx.AsyncClient) -> None:
    old, new = world.order("#1", age=5 * HOUR), world.order("#2", age=2 * HOUR)
    world.import_order(old, age=4 * HOUR)
    world.import_order(new, age=HOUR)
    world.label(old)

    assert await numbers(v1, createDateStart="2026-11-18 09:00:00") == ["2"]
    assert await numbers(v1, createDateEnd="2026-11-18 09:00:00") == ["1"]
    assert await numbers(v1, modifyDateStart="2026-11-18 10:30:00") == ["1"]
    assert await numbers(v1, orderDateStart="2026-11-18 08:00:00") == ["2"]
    assert await numbers(v1, orderStatus="awaiting_shipment") == ["2"]
    assert await numbers(v1, storeId=MANUAL_STORE) == []
    assert await numbers(v1, storeId=SHOPIFY_STORE) == ["1", "2"]


async def test_parcels_are_filtered_by_dates_order_number_and_store(
    world: World, v1: httpx.AsyncClient
) -> None:
    order = world.order("#1", age=5 * HOUR)
    first = world.label(order, age=4 * HOUR)
    world.void(first, age=2 * HOUR)
    second = world.label(order, age=HOUR, notify=False)

    async def ids(**params: Any) -> list[int]:
        return [row["shipmentId"] for row in (await get(v1, "/shipments", **params))["shipments"]]

    assert await ids(createDateStart="2026-11-18 09:00:00") == [second.id]
    assert await ids(voidDateStart="2026-11-18 08:00:00") == [first.id]
    assert await ids(orderId=first.order_id) == [first.id, second.id]
    assert await ids(trackingNumber=second.tracking) == [second.id]
    assert await ids(storeId=OLD_STORE) == []


async def test_lists_are_sorted_as_asked(world: World, v1: httpx.AsyncClient) -> None:
    first, second = world.order("#1", age=5 * HOUR), world.order("#2", age=4 * HOUR)
    for order in (first, second):
        world.import_order(order, age=3 * HOUR)
    world.label(first)

    assert await numbers(v1, sortBy="ModifyDate", sortDir="ASC") == ["2", "1"]
    assert await numbers(v1, sortBy="ModifyDate", sortDir="DESC") == ["1", "2"]
    assert await numbers(v1, sortBy="OrderDate") == ["1", "2"]


async def test_a_page_holds_at_most_500_rows(world: World, v1: httpx.AsyncClient) -> None:
    for _ in range(501):
        world.import_order(world.order())

    first = await get(v1, "/orders", pageSize=1000)
    second = await get(v1, "/orders", pageSize=500, page=2)
    default = await get(v1, "/orders")

    assert (len(first["orders"]), first["total"], first["page"], first["pages"]) == (500, 501, 1, 2)
    assert (len(second["orders"]), second["page"]) == (1, 2)
    assert (len(default["orders"]), default["pages"]) == (100, 6)


async def test_a_filter_that_makes_no_sense_is_a_bad_request(v1: httpx.AsyncClient) -> None:
    for query in ({"createDateStart": "yesterday"}, {"page": "two"}):
        answer = await v1.get("/orders", params=query)
        assert (answer.status_code, answer.json()["message"]) == (400, "Invalid request parameters")


async def test_an_absorbed_order_is_gone(world: World, v1: httpx.AsyncClient) -> None:
    first, second = world.order("#1", age=HOUR), world.order("#2", age=HOUR)
    survivor, absorbed = world.import_order(first), world.import_order(second)
    world.combine(first, second)

    assert (await v1.get(f"/orders/{absorbed.id}")).status_code == 404
    assert await numbers(v1) == ["1"]
    options = (await get(v1, f"/orders/{survivor.id}"))["advancedOptions"]
    assert (options["mergedOrSplit"], options["mergedIds"]) == (True, [absorbed.id])


async def test_split_rows_share_number_and_key(world: World, v1: httpx.AsyncClient) -> None:
    order = world.order("#1", lines=[("LAMP", 1), ("MUG-BLUE", 1)], age=HOUR)
    world.import_order(order)
    root, _child = world.split(order, {"LAMP": 1})

    rows = (await get(v1, "/orders", orderNumber="1"))["orders"]

    assert {row["orderKey"] for row in rows} == {str(order.id)}
    assert [row["advancedOptions"]["parentId"] for row in rows] == [None, root.id]


async def test_inactive_stores_are_shown_on_demand(v1: httpx.AsyncClient) -> None:
    active, every = await get(v1, "/stores"), await get(v1, "/stores", showInactive="true")

    assert [store["storeId"] for store in active] == [SHOPIFY_STORE, MANUAL_STORE]
    assert [store["active"] for store in every] == [True, True, False]


async def test_one_store_and_its_refresh_can_be_read(v1: httpx.AsyncClient) -> None:
    assert (await get(v1, f"/stores/{MANUAL_STORE}"))["marketplaceId"] == 0
    assert (await get(v1, "/stores/getrefreshstatus", storeId=SHOPIFY_STORE))["refreshStatus"] == "Updated"
    assert (await v1.get("/stores/1")).status_code == 404


# ---------------------------------------------------------------- access and limits


async def test_a_wrong_key_is_refused(v1: httpx.AsyncClient) -> None:
    answer = await v1.get("/orders", auth=httpx.BasicAuth("pretend-key", "wrong"))

    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid API credentials"})


async def test_forty_requests_a_minute_are_answered_and_no_more(
    v1: httpx.AsyncClient, clock: ManualClock
) -> None:
    clock.move(seconds=20)
    answers = [await v1.get("/stores") for _ in range(41)]
    clock.move(seconds=40)
    later = await v1.get("/stores")

    assert [answer.status_code for answer in answers] == [200] * 40 + [429]
    assert answers[-1].json() == {"message": "Too Many Requests"}
    assert answers[0].headers["x-rate-limit-limit"] == "40"
    assert answers[0].headers["x-rate-limit-remaining"] == "39"
    assert answers[-1].headers["x-rate-limit-remaining"] == "0"
    assert answers[-1].headers["x-rate-limit-reset"] == "40"
    assert later.status_code == 200


async def test_the_limit_can_be_raised(world: World, v1: httpx.AsyncClient) -> None:
    world.shipstation.per_minute = 100

    assert (await v1.get("/stores")).headers["x-rate-limit-remaining"] == "99"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_written_and_every_attempt_is_counted(
    world: World, v1: httpx.AsyncClient, method: str
) -> None:
    answer = await v1.request(method, "/stores/refreshstore")

    assert (answer.status_code, world.writes_attempted) == (405, 1)


async def test_an_expired_key_stays_expired_until_somebody_makes_a_new_one(
    faults: Faults, v1: httpx.AsyncClient
) -> None:
    faults.add("expire_token", system="shipstation", after_n=1)

    assert [(await v1.get("/stores")).status_code for _ in range(3)] == [200, 401, 401]
    faults.clear()
    assert (await v1.get("/stores")).status_code == 200


async def test_a_value_of_a_later_version_can_stand_in_every_row(
    world: World, faults: Faults, v1: httpx.AsyncClient
) -> None:
    for _ in range(2):
        world.import_order(world.order())
    faults.add("unknown_enum", system="shipstation", enum="orderStatus|serviceCode")

    rows = (await v1.get("/orders")).json()["orders"]

    assert [(row["orderStatus"], row["serviceCode"]) for row in rows] == [("BRAND_NEW_VALUE",) * 2] * 2
    assert (await v1.get("/orders")).json()["orders"][0]["orderStatus"] == "awaiting_shipment"
