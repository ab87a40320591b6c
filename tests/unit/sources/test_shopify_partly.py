"""Shopify answers only in part: a server without some fields, or an order that fails beside others (apis.md A5)."""

from datetime import UTC, datetime

import pytest

from bot.errors import SourceGarbled, SourceScopeMissing, SourceUnreachable

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def problem(*path, code=None, message="Internal error"):
    entry = {"message": message, "path": list(path)}
    return entry | ({"extensions": {"code": code}} if code else {})


def asked(stage, nth=-1):
    return stage.seen[nth]["body"]["query"]


# ---------------------------------------------------------------- fields that a server does not offer


@pytest.mark.parametrize(
    "refusal",
    [
        {"message": "Cannot query field 'currentAppInstallation' on type 'QueryRoot'."},
        {
            "message": "Field 'currentAppInstallation' doesn't exist on type 'QueryRoot'",
            "path": ["query OrdersPage", "currentAppInstallation"],
            "extensions": {"code": "undefinedField", "fieldName": "currentAppInstallation"},
        },
    ],
)
async def test_a_server_that_does_not_know_the_installation_still_reads(shopify, stage, nodes, refusal):
    stage.play({"errors": [refusal]}, nodes.page([nodes.entry(1)]))
    assert len(await shopify.changed_orders(SINCE)) == 1
    assert "currentAppInstallation" not in asked(stage)
    await shopify.changed_orders(SINCE)
    assert len(stage.seen) == 3


async def test_the_doctor_reads_a_shop_that_does_not_tell_its_installation(shopify, stage):
    refusal = {"message": "Cannot query field 'currentAppInstallation' on type 'QueryRoot'."}
    stage.play({"errors": [refusal]}, {"data": {"shop": {"name": "Acme"}}})
    shop = await shopify.shop()
    assert (shop.name, shop.scopes) == ("Acme", frozenset())


async def test_an_order_is_read_without_the_optional_fields_that_are_not_offered(shopify, stage, nodes):
    refusals = [
        {"message": f"Cannot query field '{field}' on type 'Order'."} for field in ("transactions", "refunds")
    ]
    node = nodes.detailed(1)
    for field in ("transactions", "refunds", "shippingLine", "edited", "cancelReason"):
        del node[field]
    stage.play({"errors": refusals}, nodes.nodes(node))
    (order,) = (await shopify.orders(["6000000000001"])).values()
    assert (order.detail.payments, order.detail.refunds, order.detail.edited) == ((), (), False)
    assert "transactions" not in asked(stage)
    assert "fulfillmentOrders" in asked(stage)


async def test_a_field_that_judging_needs_is_never_left_out(shopify, stage):
    stage.play({"errors": [{"message": "Cannot query field 'lineItems' on type 'Order'."}]})
    with pytest.raises(SourceGarbled, match="lineItems"):
        await shopify.orders(["1"])
    assert len(stage.seen) == 1


async def test_a_field_that_was_left_out_already_ends_the_matter(shopify, stage):
    stage.play({"errors": [{"message": "Cannot query field 'refunds' on type 'Order'."}]})
    with pytest.raises(SourceGarbled, match="refunds"):
        await shopify.orders(["1"])
    assert len(stage.seen) == 2


async def test_a_token_that_may_not_see_payments_is_told_its_scope(shopify, stage):
    message = "Access denied for transactions field. Required access: `read_payments` access scope."
    stage.play({"data": None, "errors": [problem("nodes", 0, code="ACCESS_DENIED", message=message)]})
    with pytest.raises(SourceScopeMissing, match="read_payments"):
        await shopify.orders(["1"])


# ---------------------------------------------------------------- single orders that fail


async def test_an_order_that_fails_once_is_asked_again(shopify, stage, nodes):
    whole = nodes.page([nodes.entry(1), nodes.entry(2)])
    broken = nodes.page([nodes.entry(1), nodes.entry(2)])
    broken["errors"] = [problem("orders", "nodes", 1, "tags", code="INTERNAL_SERVER_ERROR")]
    stage.play(broken, whole)
    assert [order.name for order in await shopify.changed_orders(SINCE)] == ["#1", "#2"]


@pytest.mark.parametrize("code", ["INTERNAL_SERVER_ERROR", "SOMETHING_NEW", None])
async def test_an_order_that_keeps_failing_is_left_out_and_the_others_are_read(shopify, stage, nodes, code):
    page = nodes.page([nodes.entry(1), nodes.entry(2, displayFinancialStatus=None), nodes.entry(3)])
    page["errors"] = [problem("orders", "nodes", 1, "displayFinancialStatus", code=code)]
    stage.play(page)
    assert [order.name for order in await shopify.changed_orders(SINCE)] == ["#1", "#3"]
    assert len(stage.seen) == 3


async def test_an_order_that_fails_by_id_is_missing_and_its_neighbour_is_not(shopify, stage, nodes):
    page = nodes.nodes(None, nodes.detailed(2))
    page["errors"] = [problem("nodes", 0, "lineItems")]
    stage.play(page)
    assert list(await shopify.orders(["6000000000001", "6000000000002"])) == ["6000000000002"]


@pytest.mark.parametrize(
    ("path", "code", "error"),
    [
        (("orders",), None, SourceGarbled),
        (("orders", "pageInfo"), "INTERNAL_SERVER_ERROR", SourceUnreachable),
        (("orders", "nodes", 9), None, SourceGarbled),
        (("orders", "nodes", "x"), None, SourceGarbled),
        (("node", "lineItems", "nodes", 0), None, SourceGarbled),
        (("orders", "nodes", 0), "SHOP_INACTIVE", Exception),
    ],
)
async def test_what_concerns_more_than_single_orders_fails_the_whole_answer(
    shopify, stage, nodes, path, code, error
):
    page = nodes.page([nodes.entry(1)])
    page["errors"] = [problem(*path, code=code)]
    stage.play(page)
    with pytest.raises(error):
        await shopify.changed_orders(SINCE)


async def test_a_whole_answer_that_failed_leaves_nothing_to_use(shopify, stage):
    stage.play({"data": {"orders": None}, "errors": [problem("orders", "nodes", 0, "name")]})
    with pytest.raises(SourceGarbled, match="Internal error"):
        await shopify.changed_orders(SINCE)
