"""Two names need scopes of their own, the service that shipped and the app that holds: without them the rest is read."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.errors import SourceScopeMissing

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
NEEDED = "read_orders,read_merchant_managed_fulfillment_orders"
ID = "6000000000001"
SERVICE = ("nodes", 0, "fulfillments", 0, "service")
APP = ("nodes", 0, "fulfillmentOrders", "nodes", 0, "fulfillmentHolds", 0, "heldByApp")


def denied(field, scope, *path, also=""):
    message = f"Access denied for {field} field. Required access: `{scope}` access scope.{also}"
    return {"message": message, "path": list(path), "extensions": {"code": "ACCESS_DENIED"}}


NO_SERVICE = denied("service", "read_fulfillments", *SERVICE)
NO_APP = denied("heldByApp", "read_apps", *APP)


def refusal(*errors):
    return {"data": None, "errors": list(errors)}


def names_asked(stage, nth=-1):
    query = stage.seen[nth]["body"]["query"]
    return [name for name in ("service {", "heldByApp {") if name in query]


@pytest.fixture
def silent(nodes):
    """Answers of a server that does not tell scopes, so that the client has to learn from refusals."""
    nodes.scopes = ()
    return nodes


# ---------------------------------------------------------------- scopes that nobody told


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (NO_SERVICE, ["heldByApp {"]),
        (NO_APP, ["service {"]),
        (denied("service", "read_fulfillments"), ["heldByApp {"]),
        (denied("serviceName", "read_fulfillments", *SERVICE, "serviceName"), ["heldByApp {"]),
        ({"message": "Field 'heldByApp' doesn't exist on type 'FulfillmentHold'"}, ["service {"]),
        ({"message": "Cannot query field 'service' on type 'Fulfillment'."}, ["heldByApp {"]),
    ],
)
async def test_a_name_that_is_refused_is_left_out_once_and_for_all(shopify, stage, silent, error, left):
    stage.play(refusal(error), silent.nodes(silent.detailed(1)))
    assert list(await shopify.orders([ID])) == [ID]
    assert list(await shopify.orders([ID])) == [ID]
    assert len(stage.seen) == 3
    assert [names_asked(stage, n) for n in range(3)] == [["service {", "heldByApp {"], left, left]


async def test_a_refusal_beside_the_data_is_asked_again_all_the_same(shopify, stage, silent):
    partly = silent.nodes(silent.detailed(1)) | {"errors": [NO_SERVICE]}
    stage.play(partly, silent.nodes(silent.detailed(1)))
    assert list(await shopify.orders([ID])) == [ID]
    assert len(stage.seen) == 2


async def test_both_names_refused_in_one_answer_cost_one_request(shopify, stage, silent):
    stage.play(refusal(NO_SERVICE, NO_APP, NO_SERVICE), silent.nodes(silent.detailed(1)))
    assert list(await shopify.orders([ID])) == [ID]
    assert len(stage.seen) == 2
    assert names_asked(stage) == []


async def test_names_refused_one_after_the_other_are_both_left_out(shopify, stage, silent):
    stage.play(refusal(NO_SERVICE), refusal(NO_APP), silent.nodes(silent.detailed(1)))
    assert list(await shopify.orders([ID])) == [ID]
    assert names_asked(stage) == []


async def test_questions_that_were_refused_at_the_same_time_are_both_asked_again(shopify, stage, silent):
    def answer(seen):
        asks = "service {" in seen["body"]["query"]
        return refusal(NO_SERVICE) if asks else silent.nodes(silent.detailed(1))

    both_are_there = asyncio.Barrier(2)

    async def together(seen):
        if "service {" in seen["body"]["query"]:
            await both_are_there.wait()
        return answer(seen)

    stage.play(together)
    found = await asyncio.gather(shopify.orders([ID]), shopify.orders([ID]))
    assert [list(orders) for orders in found] == [[ID], [ID]]
    assert len(stage.seen) == 4


async def test_a_record_that_fails_beside_a_refused_name_is_asked_again_too(shopify, stage, silent):
    failed = {"message": "Internal", "path": ["nodes", 0], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    stage.play(silent.nodes(None) | {"errors": [failed, NO_APP]}, silent.nodes(silent.detailed(1)))
    assert list(await shopify.orders([ID])) == [ID]


async def test_a_name_that_is_refused_though_nobody_asked_is_a_missing_scope(shopify, stage):
    stage.play(refusal(NO_SERVICE))
    with pytest.raises(SourceScopeMissing, match=r"lacks read_fulfillments\."):
        await shopify.orders([ID])
    assert len(stage.seen) == 2


# ---------------------------------------------------------------- what judging needs


@pytest.mark.parametrize(
    "needed",
    [
        denied("lineItems", "read_orders", "nodes", 0, "lineItems"),
        denied("fulfillments", "read_orders", "nodes", 0, "fulfillments"),
        denied("fulfillmentOrders", "read_orders", also=" Also: The app must be a fulfillment service."),
        denied("fulfillmentHolds", "read_orders", "nodes", 0, also=" See heldByApp and service."),
    ],
)
async def test_a_field_that_judging_needs_is_a_missing_scope(shopify, stage, needed):
    stage.play(refusal(needed))
    with pytest.raises(SourceScopeMissing, match=r"lacks read_orders\."):
        await shopify.orders([ID])
    assert len(stage.seen) == 1


@pytest.mark.parametrize("needed_first", [True, False])
async def test_a_needed_field_decides_when_names_are_refused_with_it(shopify, stage, needed_first):
    needed = denied("lineItems", "read_orders", "nodes", 0, "lineItems")
    stage.play(refusal(needed, NO_SERVICE, NO_APP) if needed_first else refusal(NO_SERVICE, NO_APP, needed))
    with pytest.raises(SourceScopeMissing, match=r"lacks read_orders\."):
        await shopify.orders([ID])
    assert len(stage.seen) == 1


# ---------------------------------------------------------------- scopes that are known


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", []),
        (",read_fulfillments", ["service {"]),
        (",write_fulfillments", ["service {"]),
        (",read_apps", ["heldByApp {"]),
        (",write_apps,read_fulfillments", ["service {", "heldByApp {"]),
    ],
)
async def test_scopes_of_the_grant_decide_the_first_question(granted, stage, nodes, more, names):
    stage.play({"access_token": "t", "scope": NEEDED + more}, nodes.nodes(nodes.detailed(1)))
    assert list(await granted.orders([ID])) == [ID]
    assert names_asked(stage) == names
    assert len(stage.seen) == 2


async def test_scopes_told_with_the_first_list_spare_the_refusal_of_details(shopify, stage, nodes):
    stage.play(nodes.page([]), nodes.nodes(nodes.detailed(1)))
    await shopify.changed_orders(SINCE)
    await shopify.orders([ID])
    assert names_asked(stage) == []
    assert len(stage.seen) == 2


async def test_a_first_question_for_details_asks_for_names_and_scopes_at_once(shopify, stage, nodes):
    nodes.scopes += ("read_apps",)
    stage.play(refusal(NO_SERVICE), nodes.nodes(nodes.detailed(1)))
    await shopify.orders([ID])
    await shopify.orders([ID])
    assert [names_asked(stage, n) for n in range(3)] == [["service {", "heldByApp {"], *[["heldByApp {"]] * 2]
    assert [stage.variables(n)["withScopes"] for n in range(3)] == [True, True, False]


async def test_a_renewed_token_with_more_scopes_is_asked_for_the_names(granted, stage, nodes, clock):
    page = nodes.nodes(nodes.detailed(1))
    stage.play({"access_token": "t", "scope": NEEDED, "expires_in": 3600}, page)
    await granted.orders([ID])
    assert names_asked(stage) == []
    clock.move(hours=1)
    stage.play({"access_token": "u", "scope": f"{NEEDED},read_apps,read_fulfillments"}, page)
    await granted.orders([ID])
    assert names_asked(stage) == ["service {", "heldByApp {"]
