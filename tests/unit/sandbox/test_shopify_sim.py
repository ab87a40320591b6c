"""The Admin API on loopback answers as Shopify does, on good days and bad ones."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import GraphQLEnumType, GraphQLObjectType, build_schema

from bot.clock import ManualClock
from bot.sandbox.faults import Faults
from bot.sandbox.shopify_admin import load_schema
from bot.sandbox.world import World

pytestmark = pytest.mark.anyio
Ask = Callable[..., Awaitable[dict[str, Any]]]
HOUR = timedelta(hours=1)
ENDPOINT = "/admin/api/2026-10/graphql.json"
NAMES = "query Names($first: Int!, $after: String, $query: String) { orders(first: $first, after: $after, query: $query, sortKey: CREATED_AT) { pageInfo { hasNextPage endCursor } nodes { name } } }"
HOLDS = "query Holds($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { name fulfillmentOrders(first: 5, displayable: true) { nodes { status requestStatus deliveryMethod { methodType } fulfillmentHolds { reason displayReason } lineItems(first: 5) { nodes { remainingQuantity totalQuantity lineItem { id } } } } } } } }"


def gid(order: Any) -> str:
    return f"gid://shopify/Order/{order.id}"


# ---------------------------------------------------------------- the schema


def test_every_declared_type_field_and_argument_exists_in_the_real_schema(reference: Path) -> None:
    real = build_schema(
        (reference / "shopify-admin-2026-10.graphql").read_text(encoding="utf-8"), assume_valid=True
    )
    for name, ours in load_schema().type_map.items():
        if name.startswith("__"):
            continue
        theirs = real.type_map[name]
        assert type(theirs) is type(ours), name
        if isinstance(ours, GraphQLEnumType) and name not in {"CountryCode", "CurrencyCode"}:
            assert set(ours.values) == set(theirs.values), name
        for field, declared in getattr(ours, "fields", {}).items():
            assert str(declared.type) == str(theirs.fields[field].type), f"{name}.{field}"
            for argument, asked in declared.args.items():
                expected = theirs.fields[field].args[argument]
                assert str(asked.type) == str(expected.type), f"{name}.{field}({argument})"
                assert asked.default_value == expected.default_value, f"{name}.{field}({argument})"


def test_the_schema_holds_no_way_to_write() -> None:
    schema = load_schema()
    assert schema.mutation_type is None
    assert isinstance(schema.query_type, GraphQLObjectType)


# ---------------------------------------------------------------- reading


async def test_pages_follow_their_cursors_to_the_end(world: World, ask: Ask) -> None:
    for age in range(7, 0, -1):
        world.order(age=age * HOUR)

    names, after = [], None
    for _ in range(4):
        page = (await ask(NAMES, first=2, after=after))["data"]["orders"]
        names += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]

    assert names == [f"#{number}" for number in range(1001, 1008)]
    assert page["pageInfo"]["hasNextPage"] is False


async def test_a_page_can_be_read_backwards_and_in_reverse(world: World, ask: Ask) -> None:
    for age in (3, 2, 1):
        world.order(age=age * HOUR)

    last = await ask(
        "{ orders(last: 2, sortKey: CREATED_AT) { nodes { name } pageInfo { hasPreviousPage } } }"
    )
    reverse = await ask("{ orders(first: 2, sortKey: CREATED_AT, reverse: true) { nodes { name } } }")

    assert [node["name"] for node in last["data"]["orders"]["nodes"]] == ["#1002", "#1003"]
    assert last["data"]["orders"]["pageInfo"]["hasPreviousPage"] is True
    assert [node["name"] for node in reverse["data"]["orders"]["nodes"]] == ["#1003", "#1002"]


async def test_an_order_changed_between_two_pages_moves_to_the_end(
    world: World, clock: ManualClock, ask: Ask
) -> None:
    query = "query P($after: String) { orders(first: 2, after: $after, sortKey: UPDATED_AT) { nodes { name } pageInfo { endCursor } } }"
    orders = [world.order(age=age * HOUR) for age in (4, 3, 2, 1)]
    first = (await ask(query))["data"]["orders"]

    world.shop.touch(orders[0], clock.now())
    second = (await ask(query, after=first["pageInfo"]["endCursor"]))["data"]["orders"]
    third = (await ask(query, after=second["pageInfo"]["endCursor"] if second["nodes"] else None))["data"][
        "orders"
    ]

    assert [node["name"] for node in second["nodes"] + third["nodes"]] == ["#1003", "#1004", "#1001"]


async def test_nodes_come_in_order_with_null_for_what_is_not_there(world: World, ask: Ask) -> None:
    first, second = world.order(), world.order()

    body = await ask(HOLDS, ids=[gid(second), "gid://shopify/Order/1", gid(first)])

    assert [node and node["name"] for node in body["data"]["nodes"]] == [second.name, None, first.name]


async def test_a_hold_is_seen_on_the_fulfilment_order(world: World, ask: Ask) -> None:
    order = world.order(lines=[("LAMP", 2)])
    world.hold(order)

    part = (await ask(HOLDS, ids=[gid(order)]))["data"]["nodes"][0]["fulfillmentOrders"]["nodes"][0]

    assert part["status"] == "ON_HOLD"
    assert part["deliveryMethod"] == {"methodType": "SHIPPING"}
    assert part["fulfillmentHolds"] == [
        {"reason": "HIGH_RISK_OF_FRAUD", "displayReason": "High risk of fraud"}
    ]
    assert part["lineItems"]["nodes"][0]["remainingQuantity"] == 2


async def test_nested_things_can_be_read_by_their_own_id(world: World, ask: Ask) -> None:
    order = world.order(lines=[("LAMP", 2)])
    part, made = order.parts[0], world.fulfill(order, tracking="9400")

    body = await ask(
        "query N($ids: [ID!]!) { nodes(ids: $ids) { ... on FulfillmentOrder { orderName status } ... on Fulfillment { name order { name } trackingInfo { number company url } } } }",
        ids=[f"gid://shopify/FulfillmentOrder/{part.id}", f"gid://shopify/Fulfillment/{made.id}"],
    )

    assert body["data"]["nodes"] == [
        {"orderName": order.name, "status": "CLOSED"},
        {
            "name": f"{order.name}.1",
            "order": {"name": order.name},
            "trackingInfo": [
                {
                    "number": "9400",
                    "company": "USPS",
                    "url": "https://tools.usps.com/go/TrackConfirmAction?tLabels=9400",
                }
            ],
        },
    ]


async def test_the_shop_its_scopes_and_its_versions_can_be_asked_for(ask: Ask) -> None:
    body = await ask(
        "{ shop { myshopifyDomain orderNumberFormatPrefix ianaTimezone } currentAppInstallation { accessScopes { handle } } publicApiVersions { handle supported } }"
    )

    assert body["data"]["shop"]["myshopifyDomain"] == "pretend-goods.myshopify.com"
    assert {"handle": "read_orders"} in body["data"]["currentAppInstallation"]["accessScopes"]
    assert {"handle": "2026-10", "supported": True} in body["data"]["publicApiVersions"]


async def test_orders_can_be_counted_up_to_a_limit(world: World, ask: Ask) -> None:
    for _ in range(3):
        world.order()

    exact = await ask("{ ordersCount { count precision } }")
    limited = await ask("{ ordersCount(limit: 2) { count precision } }")

    assert exact["data"]["ordersCount"] == {"count": 3, "precision": "EXACT"}
    assert limited["data"]["ordersCount"] == {"count": 2, "precision": "AT_LEAST"}


async def test_no_buyer_can_be_read(world: World, ask: Ask) -> None:
    body = await ask("{ orders(first: 1) { nodes { email } } }")

    assert body["errors"][0]["extensions"]["code"] == "undefinedField"
    assert "data" not in body


# ---------------------------------------------------------------- limits


async def test_orders_older_than_sixty_days_are_invisible_without_the_wider_scope(
    world: World, ask: Ask
) -> None:
    old = world.order(age=timedelta(days=61))

    assert (await ask(HOLDS, ids=[gid(old)]))["data"]["nodes"] == [None]
    assert (await ask(NAMES, first=5))["data"]["orders"]["nodes"] == []

    world.shopify.scopes.add("read_all_orders")
    assert (await ask(NAMES, first=5))["data"]["orders"]["nodes"] == [{"name": old.name}]


async def test_more_than_250_rows_are_refused(ask: Ask) -> None:
    body = await ask("{ orders(first: 251) { pageInfo { hasNextPage } } }")

    assert "250" in body["errors"][0]["message"]


async def test_a_query_costs_what_it_asks_for_and_gets_back_what_it_did_not_use(
    world: World, ask: Ask
) -> None:
    world.order()

    cost = (await ask(NAMES, first=50))["extensions"]["cost"]

    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (52, 3)
    assert cost["throttleStatus"] == {
        "maximumAvailable": 2000.0,
        "currentlyAvailable": 1997,
        "restoreRate": 100.0,
    }


async def test_a_query_over_a_thousand_points_is_refused(ask: Ask) -> None:
    query = "{ orders(first: 250) { nodes { lineItems(first: 5) { nodes { id } } } } }"

    error = (await ask(query))["errors"][0]["extensions"]

    assert (error["code"], error["cost"], error["maxCost"]) == ("MAX_COST_EXCEEDED", 1751, 1000)


async def test_what_is_left_out_by_a_directive_costs_nothing(ask: Ask) -> None:
    query = "query Q($with: Boolean!) { shop { name plan @include(if: $with) { displayName } } }"

    costs = [(await ask(query, **{"with": said}))["extensions"]["cost"] for said in (True, False)]

    assert [cost["requestedQueryCost"] for cost in costs] == [2, 1]


async def test_an_empty_bucket_throttles_with_status_200_and_refills_with_the_clock(
    world: World, clock: ManualClock, ask: Ask
) -> None:
    world.shopify.bucket = 60
    for _ in range(60):
        world.order()
    await ask(NAMES, first=50)

    throttled = await ask(NAMES, first=50)
    clock.move(seconds=1)
    again = await ask(NAMES, first=50)

    assert throttled["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert throttled["extensions"]["cost"]["actualQueryCost"] is None
    assert "data" not in throttled
    assert len(again["data"]["orders"]["nodes"]) == 50


# ---------------------------------------------------------------- access


async def token(admin: httpx.AsyncClient, **form: str) -> httpx.Response:
    said = {
        "grant_type": "client_credentials",
        "client_id": "pretend-client",
        "client_secret": "pretend-secret",
    }
    return await admin.post("/admin/oauth/access_token", data=said | form)


async def test_client_credentials_buy_a_token_for_a_day(admin: httpx.AsyncClient, clock: ManualClock) -> None:
    granted = (await token(admin)).json()
    headers = {"X-Shopify-Access-Token": granted["access_token"]}

    fresh = await admin.post(ENDPOINT, json={"query": "{ shop { name } }"}, headers=headers)
    clock.move(days=1)
    stale = await admin.post(ENDPOINT, json={"query": "{ shop { name } }"}, headers=headers)

    assert (granted["expires_in"], granted["scope"]) == (
        86399,
        "read_apps,read_fulfillments,read_merchant_managed_fulfillment_orders,read_orders",
    )
    assert (fresh.status_code, stale.status_code) == (200, 401)
    assert "Invalid API key or access token" in stale.json()["errors"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda world: setattr(world.shopify, "permitted", False), "shop_not_permitted"),
        (lambda world: setattr(world.shopify, "installed", False), "app_not_installed"),
        (lambda world: setattr(world.shopify, "client_secret", "other"), "application_cannot_be_found"),
    ],
)
async def test_a_refused_token_says_why_in_html(
    world: World, admin: httpx.AsyncClient, spoil: Callable[[World], None], code: str
) -> None:
    spoil(world)

    answer = await token(admin)

    assert answer.status_code == 400
    assert f"Oauth error {code}: " in answer.text


async def test_an_unknown_token_is_refused(admin: httpx.AsyncClient) -> None:
    answer = await admin.post(
        ENDPOINT, json={"query": "{ shop { name } }"}, headers={"X-Shopify-Access-Token": "no"}
    )

    assert answer.status_code == 401


async def test_a_missing_scope_fails_the_whole_query(world: World, ask: Ask) -> None:
    order = world.order()
    world.shopify.scopes = {"read_orders"}

    body = await ask(HOLDS, ids=[gid(order)])

    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert "data" not in body


async def test_parts_of_a_third_party_are_silently_left_out_without_its_scope(world: World, ask: Ask) -> None:
    order = world.order()
    order.parts[0].third_party = True

    hidden = (await ask(HOLDS, ids=[gid(order)]))["data"]["nodes"][0]["fulfillmentOrders"]["nodes"]
    world.shopify.scopes.add("read_third_party_fulfillment_orders")
    shown = (await ask(HOLDS, ids=[gid(order)]))["data"]["nodes"][0]["fulfillmentOrders"]["nodes"]

    assert (len(hidden), len(shown)) == (0, 1)


async def test_a_mutation_is_refused_and_counted(world: World, ask: Ask) -> None:
    body = await ask('mutation { orderCancel(orderId: "1") { job { id } } }')

    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert world.writes_attempted == 1


async def test_a_write_to_any_other_path_is_counted(world: World, admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/admin/api/2026-10/orders.json", json={})

    assert answer.status_code == 404
    assert world.writes_attempted == 1


async def test_an_unknown_page_is_html_and_an_old_version_json(admin: httpx.AsyncClient) -> None:
    page = await admin.get("/admin/nowhere")
    version = await admin.post("/admin/api/2020-01/graphql.json", json={"query": "{ shop { name } }"})

    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (404, "text/html")
    assert (version.status_code, version.json()) == (404, {"errors": "Not Found"})


async def test_a_body_that_is_no_query_is_a_bad_request(admin: httpx.AsyncClient) -> None:
    assert (await admin.post(ENDPOINT, content=b"{")).status_code == 400


async def test_an_answer_names_the_version_and_the_request(admin: httpx.AsyncClient) -> None:
    answer = await admin.post(ENDPOINT, json={"query": "{ shop { name } }"})

    assert answer.headers["x-shopify-api-version"] == "2026-10"
    assert answer.headers["x-request-id"]


async def test_a_value_of_a_later_version_passes(world: World, faults: Faults, ask: Ask) -> None:
    world.order()
    faults.add("unknown_enum", system="shopify", enum="displayFulfillmentStatus")

    body = await ask("{ orders(first: 1) { nodes { displayFulfillmentStatus displayFinancialStatus } } }")

    assert body["data"]["orders"]["nodes"] == [
        {"displayFulfillmentStatus": "BRAND_NEW_VALUE", "displayFinancialStatus": "PAID"}
    ]


async def test_an_expired_token_ends_all_that_were_granted(faults: Faults, admin: httpx.AsyncClient) -> None:
    headers = {"X-Shopify-Access-Token": (await token(admin)).json()["access_token"]}
    faults.add("expire_token", system="shopify")

    for _ in range(2):
        answer = await admin.post(ENDPOINT, json={"query": "{ shop { name } }"}, headers=headers)
        assert answer.status_code == 401
