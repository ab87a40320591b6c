"""Shopify's orders arrive as facts, whole lists at a time."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import SourceGarbled, SourceIncomplete
from bot.sources import shopify as module
from storage.facts import (
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Line,
    Payment,
    Quantity,
    Refund,
    Tracking,
)

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def fulfillment(**changes):
    return {
        "id": "gid://shopify/Fulfillment/5901",
        "name": "#1001.1",
        "status": "SUCCESS",
        "displayStatus": "IN_TRANSIT",
        "createdAt": "2026-11-20T18:05:11Z",
        "updatedAt": "2026-11-21T04:10:02Z",
        "totalQuantity": 2,
        "trackingInfo": [{"company": "USPS", "number": "9400", "url": None}],
    } | changes


async def test_a_list_entry_becomes_an_order_in_utc(shopify, stage, nodes, clock):
    stage.play(nodes.page([nodes.entry(1001, fulfillments=[fulfillment()], tags=["vip"])]))
    (order,) = await shopify.changed_orders(SINCE)
    assert (order.id, order.name, order.detail) == ("6000000001001", "#1001", None)
    assert order.created_at == datetime(2026, 11, 18, 15, 1, 9, tzinfo=UTC)
    assert order.read_at == clock.now()
    assert (order.quantity, order.tags) == (2, ("vip",))
    assert order.fulfillments[0].id == "5901"
    assert order.fulfillments[0].lines is None
    assert order.fulfillments[0].tracking == (Tracking("9400", "USPS", None),)


async def test_the_search_asks_for_changes_since_and_sorts_by_them(shopify, stage, nodes):
    stage.play(nodes.page([]))
    assert await shopify.changed_orders(SINCE + timedelta(microseconds=5)) == []
    assert stage.variables(0)["query"] == "updated_at:>='2026-11-20T00:00:00Z'"
    assert "sortKey: UPDATED_AT" in stage.seen[0]["body"]["query"]
    assert stage.seen[0]["path"] == "/admin/api/2026-10/graphql.json"
    assert stage.seen[0]["headers"]["x-shopify-access-token"] == "shpat_secret"


async def test_all_pages_are_read_and_an_order_that_moved_counts_once(shopify, stage, nodes):
    moved = nodes.entry(1, updatedAt="2026-11-20T09:00:00Z", tags=["new"])
    stage.play(nodes.page([nodes.entry(1), nodes.entry(2)], "c1"), nodes.page([moved]))
    orders = await shopify.changed_orders(SINCE)
    assert [(order.name, order.tags) for order in orders] == [("#2", ()), ("#1", ("new",))]
    assert stage.variables(1)["after"] == "c1"


async def test_the_same_cursor_twice_is_garbled_rather_than_endless(shopify, stage, nodes):
    stage.play(nodes.page([nodes.entry(1)], "c1"))
    with pytest.raises(SourceGarbled, match="same page came twice"):
        await shopify.changed_orders(SINCE)


async def test_unknown_statuses_survive_as_text(shopify, stage, nodes):
    odd = fulfillment(status="TELEPORTED", displayStatus="NEW_THING")
    entry = nodes.entry(
        1, displayFulfillmentStatus="HOVERING", displayFinancialStatus=None, fulfillments=[odd]
    )
    stage.play(nodes.page([entry]))
    (order,) = await shopify.changed_orders(SINCE)
    assert (order.fulfillment_status, order.financial_status) == ("HOVERING", None)
    assert (order.fulfillments[0].status, order.fulfillments[0].display_status) == ("TELEPORTED", "NEW_THING")


async def test_a_list_that_nears_shopifys_end_is_continued_from_its_last_time(
    shopify, stage, nodes, monkeypatch
):
    monkeypatch.setattr(module, "LIST_END", 252)
    early = [nodes.entry(n) for n in (1, 2)]
    late = nodes.entry(3, updatedAt="2026-11-20T05:00:00Z")
    stage.play(nodes.page(early, "c1"), nodes.page([late], "c2"), nodes.page([late]))
    orders = await shopify.changed_orders(SINCE)
    assert [order.name for order in orders] == ["#1", "#2", "#3"]
    assert stage.variables(2) == {
        "query": "updated_at:>='2026-11-20T05:00:00Z'",
        "after": None,
        "first": stage.variables(2)["first"],
        "withScopes": False,
    }


async def test_more_changes_in_one_second_than_a_list_holds_is_incomplete(shopify, stage, nodes, monkeypatch):
    monkeypatch.setattr(module, "LIST_END", 2)
    same = [nodes.entry(n, updatedAt="2026-11-20T00:00:00Z") for n in (1, 2)]
    stage.play(nodes.page(same))
    with pytest.raises(SourceIncomplete, match="same second"):
        await shopify.changed_orders(SINCE)


async def test_a_detailed_order_has_lines_holds_payments_and_refunds(shopify, stage, nodes):
    line = {"id": "gid://shopify/LineItem/71", "sku": "", "quantity": 3, "currentQuantity": 2}
    line |= {"unfulfilledQuantity": 1, "requiresShipping": True, "isGiftCard": False}
    part_line = {"sku": "MUG", "totalQuantity": 2, "remainingQuantity": 1, "requiresShipping": True}
    part = {
        "id": "gid://shopify/FulfillmentOrder/81",
        "status": "ON_HOLD",
        "requestStatus": "UNSUBMITTED",
        "createdAt": "2026-11-18T15:01:09Z",
        "updatedAt": "2026-11-18T15:01:10Z",
        "fulfillAt": "2026-11-18T15:00:00Z",
        "fulfillBy": None,
        "deliveryMethod": {"methodType": "SHIPPING"},
        "assignedLocation": {"name": "Main warehouse"},
        "fulfillmentHolds": [{"reason": "OTHER", "displayReason": "Other"}],
        "lineItems": nodes.connection([part_line | {"lineItem": {"id": "gid://shopify/LineItem/71"}}]),
    }
    shipped = nodes.connection([{"quantity": 1, "lineItem": {"id": "gid://shopify/LineItem/71"}}])
    refund = {
        "id": "gid://shopify/Refund/91",
        "createdAt": None,
        "processedAt": "2026-11-19T00:00:00Z",
        "refundLineItems": nodes.connection([{"quantity": 1}]),
    }
    payment = {"kind": "SALE", "status": "SUCCESS", "processedAt": "2026-11-18T15:01:08Z"}
    node = nodes.detailed(
        1001,
        edited=True,
        lineItems=nodes.connection([line]),
        fulfillmentOrders=nodes.connection([part]),
        fulfillments=[fulfillment(fulfillmentLineItems=shipped)],
        transactions=[payment],
        refunds=[refund],
    )
    stage.play(nodes.nodes(node))
    order = (await shopify.orders(["6000000001001"]))["6000000001001"]
    assert order.detail is not None
    assert order.detail.lines == (Line("71", None, 3, 2, 1, True, False),)
    assert order.detail.fulfillment_orders == (
        FulfillmentOrder(
            id="81",
            status="ON_HOLD",
            request_status="UNSUBMITTED",
            method="SHIPPING",
            location="Main warehouse",
            created_at=datetime(2026, 11, 18, 15, 1, 9, tzinfo=UTC),
            updated_at=datetime(2026, 11, 18, 15, 1, 10, tzinfo=UTC),
            fulfill_at=datetime(2026, 11, 18, 15, 0, tzinfo=UTC),
            holds=(Hold("OTHER", "Other"),),
            lines=(FulfillmentOrderLine("71", "MUG", 2, 1, True),),
        ),
    )
    paid_at = datetime(2026, 11, 18, 15, 1, 8, tzinfo=UTC)
    assert order.detail.payments == (Payment("SALE", "SUCCESS", paid_at),)
    assert order.detail.refunds == (Refund(datetime(2026, 11, 19, tzinfo=UTC), 1),)
    assert (order.detail.edited, order.detail.shipping_method) == (True, "Standard")
    assert order.fulfillments[0].lines == (Quantity("71", 1),)


def held_part(hold, nodes):
    return {
        "id": "gid://shopify/FulfillmentOrder/81",
        "status": "ON_HOLD",
        "requestStatus": "UNSUBMITTED",
        "createdAt": "2026-11-18T15:01:09Z",
        "updatedAt": "2026-11-18T15:01:10Z",
        "fulfillAt": None,
        "deliveryMethod": None,
        "assignedLocation": None,
        "fulfillmentHolds": [{"reason": "OTHER"} | hold],
        "lineItems": nodes.connection([]),
    }


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"heldByApp": {"title": "Upsell Wizard"}}, "Upsell Wizard"),
        ({"heldByApp": {"title": ""}}, None),
        ({"heldByApp": {}}, None),
        ({"heldByApp": None}, None),
        ({}, None),
    ],
)
async def test_a_hold_names_the_app_that_set_it_where_that_is_told(shopify, stage, nodes, told, name):
    parts = nodes.connection([held_part(told, nodes)])
    stage.play(nodes.nodes(nodes.detailed(1, fulfillmentOrders=parts)))
    detail = (await shopify.orders(["6000000000001"]))["6000000000001"].detail
    assert detail.fulfillment_orders[0].holds == (Hold("OTHER", None, name),)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"service": {"handle": "acme-logistics", "serviceName": "Acme Logistics"}}, "Acme Logistics"),
        ({"service": {"handle": "manual", "serviceName": "Manual"}}, None),
        ({"service": {"handle": "acme-logistics", "serviceName": None}}, None),
        ({"service": {"handle": "acme-logistics"}}, None),
        ({"service": None}, None),
        ({}, None),
    ],
)
async def test_a_fulfilment_names_its_service_unless_that_is_the_shop(shopify, stage, nodes, told, name):
    shipped = fulfillment(fulfillmentLineItems=nodes.connection([])) | told
    stage.play(nodes.nodes(nodes.detailed(1, fulfillments=[shipped])))
    order = (await shopify.orders(["6000000000001"]))["6000000000001"]
    assert order.fulfillments[0].service == name


async def test_orders_that_shopify_does_not_show_are_missing_and_odd_ids_are_not_asked(shopify, stage, nodes):
    stage.play(nodes.nodes(None, nodes.detailed(2)))
    found = await shopify.orders(["1", "6000000000002", "SHIP-17265", "1"])
    assert list(found) == ["6000000000002"]
    assert stage.variables(0)["ids"] == ["gid://shopify/Order/1", "gid://shopify/Order/6000000000002"]


async def test_no_id_asks_nothing(shopify, stage):
    assert await shopify.orders(["not-an-id"]) == {}
    assert stage.seen == []


async def test_fewer_nodes_than_ids_are_garbled(shopify, stage, nodes):
    stage.play(nodes.nodes(nodes.detailed(1)))
    with pytest.raises(SourceGarbled, match="one entry for each order"):
        await shopify.orders(["1", "2"])


@pytest.mark.parametrize(
    ("field", "document", "owner"),
    [
        ("lineItems", "MoreLines", "order"),
        ("fulfillmentOrders", "MoreFulfillmentOrders", "order"),
        ("lineItems", "MoreFulfillmentOrderLines", "part"),
        ("fulfillmentLineItems", "MoreFulfillmentLines", "fulfillment"),
        ("refundLineItems", "MoreRefundLines", "refund"),
    ],
)
async def test_a_nested_list_that_does_not_fit_is_read_to_its_end(
    shopify, stage, nodes, field, document, owner
):
    def line(n):
        return {
            "id": f"gid://shopify/LineItem/{n}",
            "sku": None,
            "quantity": n,
            "currentQuantity": n,
            "unfulfilledQuantity": n,
            "totalQuantity": n,
            "remainingQuantity": n,
            "requiresShipping": True,
            "isGiftCard": False,
            "lineItem": {"id": f"gid://shopify/LineItem/{n}"},
        }

    def part(n, lines):
        return {
            "id": f"gid://shopify/FulfillmentOrder/{n}",
            "status": "OPEN",
            "requestStatus": None,
            "createdAt": "2026-11-18T15:01:09Z",
            "updatedAt": "2026-11-18T15:01:10Z",
            "fulfillAt": None,
            "fulfillBy": None,
            "deliveryMethod": None,
            "assignedLocation": None,
            "fulfillmentHolds": [],
            "lineItems": lines,
        }

    first, full, empty = line(1), nodes.connection([line(1)], "cut"), nodes.connection([])
    parts = nodes.connection([part(1, full if owner == "part" else empty)])
    if field == "fulfillmentOrders":
        parts = nodes.connection([part(1, empty)], "cut")
    node = nodes.detailed(
        1,
        lineItems=full if (field, owner) == ("lineItems", "order") else empty,
        fulfillmentOrders=parts,
        fulfillments=[fulfillment(fulfillmentLineItems=full if owner == "fulfillment" else empty)],
        refunds=[
            {
                "id": "gid://shopify/Refund/1",
                "createdAt": "2026-11-19T00:00:00Z",
                "processedAt": None,
                "refundLineItems": full if owner == "refund" else empty,
            }
        ],
    )
    more = [part(2, empty)] if field == "fulfillmentOrders" else [line(2)]
    rest = nodes.answer({"node": {field: nodes.connection(more)}})
    stage.play(nodes.nodes(node), nodes.nodes(node), rest)
    order = (await shopify.orders(["6000000000001"]))["6000000000001"]
    assert order.detail is not None
    read = {
        "MoreLines": [line.quantity for line in order.detail.lines],
        "MoreFulfillmentOrders": [int(part.id) for part in order.detail.fulfillment_orders],
        "MoreFulfillmentOrderLines": [line.total for line in order.detail.fulfillment_orders[0].lines],
        "MoreFulfillmentLines": [line.quantity for line in order.fulfillments[0].lines or ()],
        "MoreRefundLines": [order.detail.refunds[0].quantity],
    }
    assert stage.documents == ["OrdersDetailed", "OrdersWide", document]
    assert stage.variables(2)["after"] == "cut"
    assert read[document] == ([3] if owner == "refund" else [1, 2])
    assert first["quantity"] == 1


def line(n):
    numbers = {"quantity": n, "currentQuantity": n, "unfulfilledQuantity": n}
    return numbers | {
        "id": f"gid://shopify/LineItem/{n}",
        "sku": None,
        "requiresShipping": True,
        "isGiftCard": False,
    }


async def test_a_long_nested_list_is_read_page_after_page(shopify, stage, nodes):
    cut = nodes.nodes(nodes.detailed(1, lineItems=nodes.connection([line(1)], "c1")))
    second = nodes.answer({"node": {"lineItems": nodes.connection([line(2)], "c2")}})
    third = nodes.answer({"node": {"lineItems": nodes.connection([line(3)])}})
    stage.play(cut, cut, second, third)
    detail = (await shopify.orders(["1"]))["6000000000001"].detail
    assert detail is not None
    assert [each.quantity for each in detail.lines] == [1, 2, 3]
    assert [stage.variables(n)["after"] for n in (2, 3)] == ["c1", "c2"]


async def test_a_nested_list_that_turns_in_circles_is_garbled(shopify, stage, nodes):
    cut = nodes.nodes(nodes.detailed(1, lineItems=nodes.connection([], "c1")))
    stage.play(cut, cut, nodes.answer({"node": {"lineItems": nodes.connection([], "c1")}}))
    with pytest.raises(SourceGarbled, match="same page came twice"):
        await shopify.orders(["1"])


async def test_only_the_orders_that_do_not_fit_are_asked_again(shopify, stage, nodes):
    cut = nodes.detailed(2, lineItems=nodes.connection([], "cut"))
    stage.play(nodes.nodes(nodes.detailed(1), cut, nodes.detailed(3)), nodes.nodes(nodes.detailed(2)))
    found = await shopify.orders(["6000000000001", "6000000000002", "6000000000003"])
    assert {order.name for order in found.values()} == {"#1", "#2", "#3"}
    assert stage.variables(1)["ids"] == ["gid://shopify/Order/6000000000002"]


async def test_a_number_finds_exactly_that_name_in_detail(shopify, stage, nodes):
    hits = [
        {"legacyResourceId": str(n), "name": name}
        for n, name in [(1, "#1001"), (2, "#1001-A"), (3, "#10011")]
    ]
    stage.play(nodes.page(hits), nodes.nodes(nodes.detailed(1, legacyResourceId="1")))
    (order,) = await shopify.orders_named("1001")
    assert order.id == "1"
    assert stage.variables(0)["query"] == "name:1001"
    assert stage.variables(1)["ids"] == ["gid://shopify/Order/1"]


async def test_a_number_is_also_tried_with_its_hash(shopify, stage, nodes):
    hit = nodes.page([{"legacyResourceId": "1", "name": "#1001"}])
    stage.play(nodes.page([]), hit, nodes.nodes(nodes.detailed(1, legacyResourceId="1")))
    assert len(await shopify.orders_named(" 1001 ")) == 1
    assert [stage.variables(n)["query"] for n in (0, 1)] == ["name:1001", "name:#1001"]


async def test_a_number_nobody_has_finds_nothing(shopify, stage, nodes):
    stage.play(nodes.page([{"legacyResourceId": "1", "name": "#10010"}]))
    assert await shopify.orders_named("#1001") == []


async def test_a_hostile_number_stays_one_search_value(shopify, stage, nodes):
    stage.play(nodes.page([]))
    await shopify.orders_named("1001' OR status:open")
    assert stage.variables(0)["query"] == r"name:'1001\' OR status:open'"


async def test_an_empty_number_asks_nothing(shopify, stage):
    assert await shopify.orders_named(" # ") == []
    assert stage.seen == []


async def test_the_shop_tells_its_name_scopes_prefix_and_version(shopify, stage, nodes):
    told = {"name": "Acme", "myshopifyDomain": "acme.myshopify.com"}
    told |= {"orderNumberFormatPrefix": "#", "orderNumberFormatSuffix": "-US"}
    stage.play(nodes.answer({"shop": told}))
    shop = await shopify.shop()
    assert (shop.name, shop.prefix, shop.suffix, shop.api_version) == ("Acme", "#", "-US", "2026-10")
    assert shop.scopes == frozenset(nodes.scopes)


async def test_the_version_that_really_answered_is_told(shopify, stage, nodes):
    body = nodes.answer({"shop": {"name": "Acme"}})
    stage.play((200, body, {"X-Shopify-API-Version": "2027-01"}))
    assert (await shopify.shop()).api_version == "2027-01"


async def test_the_link_leads_to_the_order_in_the_admin(shopify):
    assert shopify.link("6012") == "https://admin.shopify.com/store/acme/orders/6012"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"createdAt": None}, "unknown form"),
        ({"createdAt": "yesterday"}, "unknown form"),
        ({"currentSubtotalLineItemsQuantity": None}, "unknown form"),
        ({"fulfillments": None}, "unknown form"),
        ({"fulfillments": [{}]}, "without 'id'"),
    ],
)
async def test_an_order_without_what_it_must_have_is_garbled(shopify, stage, nodes, changes, word):
    stage.play(nodes.page([nodes.entry(1, **changes)]))
    with pytest.raises(SourceGarbled, match=word):
        await shopify.changed_orders(SINCE)
