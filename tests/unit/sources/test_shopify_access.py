"""Who we are to Shopify, and whether that suffices."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.errors import SourceRefused, SourceScopeMissing, SourceThrottled, SourceUnreachable

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
BOTH = "read_orders,read_merchant_managed_fulfillment_orders"


def grant(token="token-1", **changes):
    return {"access_token": token, "scope": BOTH, "expires_in": 86399} | changes


async def test_a_token_is_requested_once_and_used(granted, stage, nodes):
    stage.play(grant(), nodes.page([]))
    await granted.changed_orders(SINCE)
    await granted.changed_orders(SINCE)
    asked = stage.seen[0]
    assert (asked["method"], asked["path"]) == ("POST", "/admin/oauth/access_token")
    assert asked["body"] == "grant_type=client_credentials&client_id=the-id&client_secret=the-secret"
    assert [seen["headers"].get("x-shopify-access-token") for seen in stage.seen] == [
        None,
        "token-1",
        "token-1",
    ]


async def test_a_token_is_renewed_a_minute_before_it_ends(granted, stage, nodes, clock):
    stage.play(grant(expires_in=3600), nodes.page([]))
    await granted.changed_orders(SINCE)
    clock.move(seconds=3539)
    await granted.changed_orders(SINCE)
    clock.move(seconds=1)
    stage.play(grant("token-2"), nodes.page([]))
    await granted.changed_orders(SINCE)
    tokens = [seen["headers"].get("x-shopify-access-token") for seen in stage.seen]
    assert tokens == [None, "token-1", "token-1", None, "token-2"]


async def test_concurrent_calls_share_one_token_request(granted, stage, nodes):
    def answer(seen):
        return grant() if seen["path"].endswith("access_token") else nodes.page([])

    stage.play(answer)
    await asyncio.gather(*(granted.changed_orders(SINCE) for _ in range(4)))
    assert sum(seen["path"].endswith("access_token") for seen in stage.seen) == 1


async def test_a_401_renews_the_token_once(granted, stage, nodes):
    stage.play(grant(), (401, {"errors": "[API] Invalid"}, {}), grant("token-2"), nodes.page([]))
    assert await granted.changed_orders(SINCE) == []
    assert stage.seen[-1]["headers"]["x-shopify-access-token"] == "token-2"


async def test_a_second_401_is_refused(granted, stage):
    no = (401, {"errors": "[API] Invalid API key or access token"}, {})
    stage.play(grant(), no, grant("token-2"), no)
    with pytest.raises(SourceRefused, match="Invalid API key"):
        await granted.changed_orders(SINCE)
    assert len(stage.seen) == 4


async def test_an_existing_token_that_is_refused_is_not_renewed(shopify, stage):
    stage.play((401, {"errors": "[API] Invalid API key or access token"}, {}))
    with pytest.raises(SourceRefused, match="token is wrong, has expired"):
        await shopify.changed_orders(SINCE)
    assert len(stage.seen) == 1


@pytest.mark.parametrize(
    ("answer", "error", "word"),
    [
        (
            (400, "Oauth error shop_not_permitted: Client credentials cannot be performed", {}),
            SourceRefused,
            "organisation",
        ),
        ((400, "<html>Oauth error app_not_installed</html>", {}), SourceRefused, "not installed"),
        ((400, {"error": "app_not_installed", "error_description": "x"}, {}), SourceRefused, "not installed"),
        ((400, "Oauth error application_cannot_be_found", {}), SourceRefused, "no app with this client id"),
        ((401, {"error": "invalid_client"}, {}), SourceRefused, "do not belong together"),
        ((400, {"error": "something_new"}, {}), SourceRefused, "something_new"),
        ((404, "<html>Not found</html>", {}), SourceRefused, "no such shop"),
        ((402, "", {}), SourceRefused, "frozen"),
        ((423, "", {}), SourceRefused, "locked"),
        ((302, "", {"Location": "/elsewhere"}), SourceRefused, "status 302"),
        ((200, "<html>hello</html>", {}), SourceRefused, "no token"),
        ((200, {"scope": BOTH}, {}), SourceRefused, "no token"),
        ((200, [], {}), Exception, "not answer with an object"),
        ((500, "", {}), SourceUnreachable, "status 500"),
        ((429, "", {"Retry-After": "1"}), SourceThrottled, "too often"),
    ],
)
async def test_a_grant_that_fails_says_what_to_do(granted, stage, answer, error, word):
    stage.play(answer)
    with pytest.raises(error, match=word) as caught:
        await granted.changed_orders(SINCE)
    assert "the-secret" not in str(caught.value)
    assert caught.value.todo


async def test_a_lifetime_that_is_not_a_number_means_a_day(granted, stage, nodes, clock):
    stage.play(grant(expires_in="soon"), nodes.page([]))
    await granted.changed_orders(SINCE)
    clock.move(hours=23)
    await granted.changed_orders(SINCE)
    assert len(stage.seen) == 3


async def test_scopes_are_asked_inside_the_first_document_and_only_there(shopify, stage, nodes):
    stage.play(nodes.page([]), nodes.nodes(None), nodes.page([]))
    await shopify.changed_orders(SINCE)
    await shopify.orders(["1"])
    await shopify.orders_named("1")
    assert [stage.variables(n)["withScopes"] for n in range(3)] == [True, False, False]


async def test_scopes_of_the_grant_are_not_asked_again(granted, stage, nodes):
    stage.play(grant(), nodes.page([]))
    await granted.changed_orders(SINCE)
    assert stage.variables(1)["withScopes"] is False


@pytest.mark.parametrize("told", ["", None])
async def test_a_grant_without_scopes_makes_the_first_document_ask(granted, stage, nodes, told):
    stage.play(grant(scope=told), nodes.page([]))
    await granted.changed_orders(SINCE)
    assert stage.variables(1)["withScopes"] is True


@pytest.mark.parametrize(
    ("scopes", "named"),
    [
        (("read_orders",), "read_merchant_managed_fulfillment_orders"),
        (("read_orders", "read_fulfillments"), "read_assigned_fulfillment_orders"),
        (("read_merchant_managed_fulfillment_orders",), "read_orders"),
    ],
)
async def test_a_token_that_cannot_see_fulfilment_orders_is_refused_by_name(
    shopify, stage, nodes, scopes, named
):
    nodes.scopes = scopes
    stage.play(nodes.page([]))
    with pytest.raises(SourceScopeMissing, match=named):
        await shopify.changed_orders(SINCE)


async def test_a_missing_scope_stays_missing_on_the_next_call(shopify, stage, nodes):
    nodes.scopes = ("read_orders",)
    stage.play(nodes.page([]), nodes.nodes(None))
    for _ in range(2):
        with pytest.raises(SourceScopeMissing):
            await shopify.orders(["1"])
        stage.play(nodes.nodes(None))


async def test_a_grant_that_lacks_a_scope_is_refused(granted, stage, nodes):
    stage.play(grant(scope="read_orders"), nodes.page([]))
    with pytest.raises(SourceScopeMissing):
        await granted.changed_orders(SINCE)


@pytest.mark.parametrize("kind", ["read_third_party_fulfillment_orders", "write_assigned_fulfillment_orders"])
async def test_any_kind_of_fulfilment_orders_will_do_and_writing_includes_reading(
    shopify, stage, nodes, kind
):
    nodes.scopes = ("write_orders", kind)
    stage.play(nodes.page([]))
    assert await shopify.changed_orders(SINCE) == []


@pytest.mark.parametrize("installation", [None, {}, {"accessScopes": None}, {"accessScopes": []}])
async def test_a_server_that_tells_no_scopes_is_taken_at_its_word(shopify, stage, nodes, installation):
    page = nodes.page([])
    page["data"]["currentAppInstallation"] = installation
    stage.play(page)
    assert await shopify.changed_orders(SINCE) == []
    assert await shopify.changed_orders(SINCE) == []
    assert [stage.variables(n)["withScopes"] for n in range(2)] == [True, False]


async def test_a_token_that_may_not_ask_for_its_scopes_still_reads(shopify, stage, nodes):
    denied = {
        "message": "Access denied",
        "path": ["currentAppInstallation"],
        "extensions": {"code": "ACCESS_DENIED"},
    }
    stage.play({"data": None, "errors": [denied]}, nodes.page([]))
    assert await shopify.changed_orders(SINCE) == []
    assert len(stage.seen) == 2
    assert "currentAppInstallation" not in stage.seen[1]["body"]["query"]
    assert "withScopes" not in stage.variables(1)
