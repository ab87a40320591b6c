"""The names of services and apps: told to a token with their scopes, kept from any other, and stuck reads both ways."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.clock import ManualClock
from bot.sandbox.faults import Faults
from bot.sandbox.shop import PretendOrder
from bot.sandbox.world import World
from bot.sources.shopify import Shopify, ShopifyClient, ShopifyToken

pytestmark = pytest.mark.anyio
Ask = Callable[..., Awaitable[dict[str, Any]]]
NAMES = "query Names($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { fulfillments { service { handle serviceName } } fulfillmentOrders(first: 1) { nodes { fulfillmentHolds { heldByApp { title } } } } } } }"
OPTIONAL_SCOPES = {"read_apps", "read_fulfillments"}


@pytest.fixture
def order(world: World) -> PretendOrder:
    """Half of it is shipped by a service, the rest is held by an app."""
    order = world.order(lines=[("LAMP", 2)])
    world.fulfill(order, tracking="9400", lines={"LAMP": 1}).service = "Acme Logistics"
    world.shop.hold(order, world.now, "OTHER", app="Upsell Wizard")
    return order


@pytest.fixture(params=["client", "token"])
async def shopify(
    request: pytest.FixtureRequest, world: World, app: Starlette, clock: ManualClock
) -> AsyncIterator[Shopify]:
    """The client that stuck itself uses, told its scopes with the token or not."""
    credentials = {
        "client": ShopifyClient(SecretStr("pretend-client"), SecretStr("pretend-secret")),
        "token": ShopifyToken(SecretStr("shpat_pretend")),
    }[request.param]
    transport = httpx.ASGITransport(app)
    client = Shopify(world.shop.domain, credentials, clock, "http://loopback/shopify", transport=transport)
    yield client
    await client.close()


async def names(shopify: Shopify, order: PretendOrder) -> tuple[str | None, str | None]:
    """Return the service and the app that stuck reads."""
    read = (await shopify.orders([str(order.id)]))[str(order.id)]
    assert read.detail is not None
    return read.fulfillments[0].service, read.detail.fulfillment_orders[0].holds[0].held_by


def questions(faults: Faults) -> int:
    return sum("OrdersDetailed" in label for _, label in faults.log)


async def test_names_are_told_and_null_where_there_are_none(
    world: World, order: PretendOrder, ask: Ask
) -> None:
    plain = world.order(lines=[("LAMP", 2)])
    world.fulfill(plain, lines={"LAMP": 1})
    world.hold(plain)

    told = await ask(NAMES, ids=[f"gid://shopify/Order/{one.id}" for one in (order, plain)])

    named, nameless = told["data"]["nodes"]
    assert named["fulfillments"] == [
        {"service": {"handle": "acme-logistics", "serviceName": "Acme Logistics"}}
    ]
    assert nameless["fulfillments"] == [{"service": None}]
    held = [one["fulfillmentOrders"]["nodes"][0]["fulfillmentHolds"] for one in (named, nameless)]
    assert held == [[{"heldByApp": {"title": "Upsell Wizard"}}], [{"heldByApp": None}]]


async def test_every_field_without_its_scope_is_refused_by_name(
    world: World, order: PretendOrder, ask: Ask
) -> None:
    world.shopify.scopes -= OPTIONAL_SCOPES

    refused = await ask(NAMES, ids=[f"gid://shopify/Order/{order.id}"])

    assert [(error["path"], error["extensions"]["code"]) for error in refused["errors"]] == [
        (["heldByApp"], "ACCESS_DENIED"),
        (["service"], "ACCESS_DENIED"),
    ]
    assert "`read_fulfillments` access scope" in refused["errors"][1]["message"]
    assert "data" not in refused


async def test_stuck_reads_the_names_that_its_token_may_see(
    faults: Faults, order: PretendOrder, shopify: Shopify
) -> None:
    assert await names(shopify, order) == ("Acme Logistics", "Upsell Wizard")
    assert questions(faults) == 1


async def test_stuck_takes_the_shop_itself_for_no_service(order: PretendOrder, shopify: Shopify) -> None:
    order.fulfillments[0].service = "Manual"

    assert await names(shopify, order) == (None, "Upsell Wizard")


@pytest.mark.parametrize(
    ("lacking", "read"),
    [
        ({"read_apps"}, ("Acme Logistics", None)),
        ({"read_fulfillments"}, (None, "Upsell Wizard")),
        (OPTIONAL_SCOPES, (None, None)),
    ],
)
async def test_stuck_reads_the_rest_without_a_scope(
    world: World,
    order: PretendOrder,
    shopify: Shopify,
    lacking: set[str],
    read: tuple[str | None, str | None],
) -> None:
    world.shopify.scopes -= lacking

    assert await names(shopify, order) == read


async def test_a_lacking_scope_costs_at_most_one_question_in_vain(
    world: World, faults: Faults, order: PretendOrder, shopify: Shopify, request: pytest.FixtureRequest
) -> None:
    world.shopify.scopes -= OPTIONAL_SCOPES
    in_vain = 1 if request.node.callspec.params["shopify"] == "token" else 0

    for _ in range(3):
        await names(shopify, order)

    assert questions(faults) == 3 + in_vain
