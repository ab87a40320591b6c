"""What the demo promises of its world: a healthy past, every kind of gap within a minute, some healing, then calm."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.clock import ManualClock
from bot.gaps.dossier import Peers
from bot.gaps.judge import judge
from bot.gaps.match import dossier
from bot.gaps.rules import StoreRules, Windows
from bot.sandbox import shipstation, shopify
from bot.sandbox.faults import Faults
from bot.sandbox.world import World
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify
from bot.sources.shopify_auth import ShopifyToken

pytestmark = pytest.mark.anyio

Look = Callable[[], Awaitable[set[tuple[str, str]]]]
HOUR = timedelta(hours=1)
RULES = StoreRules("demo", "pretend-goods.myshopify.com", windows=Windows(notify=HOUR, import_=HOUR))
KINDS = {
    "sync.unfulfilled",
    "sync.partial",
    "sync.tracking_missing",
    "sync.tracking_incomplete",
    "sync.tracking_mismatch",
    "import.missing",
    "aging.past_cutoff",
}


@pytest.fixture
def world(clock: ManualClock) -> World:
    """A shop with a past, and with room for reading all of it again and again."""
    world = World(clock, orders=64)
    world.shopify.bucket = world.shopify.restore_rate = 1e6
    world.shipstation.per_minute = 10_000
    return world


@pytest.fixture
async def look(world: World, clock: ManualClock) -> AsyncIterator[Look]:
    """Read everything through the real sources, judge every order, return the gaps as (order, kind)."""
    faults = Faults()
    app = Starlette(
        routes=[
            Mount("/shopify", routes=shopify.routes(world, faults)),
            Mount("/shipstation", routes=shipstation.routes(world, faults)),
        ]
    )
    transport = httpx.ASGITransport(app)
    token = ShopifyToken(SecretStr("shpat_pretend"))
    one = Shopify(world.shop.domain, token, clock, "http://loopback/shopify", transport=transport)
    key, secret = SecretStr("pretend-key"), SecretStr("pretend-secret")
    other = ShipStation(key, secret, clock, "http://loopback/shipstation", transport=transport)

    async def gaps() -> set[tuple[str, str]]:
        since = clock.now() - timedelta(days=40)
        orders = await one.orders([order.id for order in await one.changed_orders(since)])
        rows = await other.orders_created(since)
        parcels = await other.shipments_created(since) + await other.fulfillments_created(since)
        stores = {store.id: store for store in await other.stores(marketplaces=True)}
        keys = {row.key for row in rows}
        peers = Peers(newest_imported=max(one.created_at for one in orders.values() if one.id in keys))
        found = set()
        for order in orders.values():
            verdict = judge(dossier(RULES, order, rows, parcels, stores, peers), clock.now())
            found |= {(order.name, finding.kind) for finding in verdict.findings}
        return found

    yield gaps
    await one.close()
    await other.close()


async def test_the_past_holds_no_gap(look: Look) -> None:
    assert await look() == set()


async def test_a_minute_shows_every_kind_some_heal_and_two_minutes_do_not_flood(
    world: World, clock: ManualClock, look: Look
) -> None:
    """Half an hour is six seconds of the demo."""
    seen: list[set[tuple[str, str]]] = []
    for _ in range(20):
        world.tick()
        seen.append(await look())
        clock.move(minutes=30)

    first_minute, both = set().union(*seen[:11]), set().union(*seen)
    assert {kind for _, kind in first_minute} == KINDS
    assert first_minute - seen[10]
    assert 12 <= len(both) <= 20


async def test_what_the_panel_breaks_is_a_gap_at_once_and_what_it_mends_is_none(
    world: World, look: Look
) -> None:
    name = next(
        row["name"]
        for row in world.names()
        if row["shopify"] == "FULFILLED" and row["shipstation"] == "shipped"
    )

    world.act(name, "notification_fails")
    broken = await look()
    world.act(name, "resend")

    assert broken == {(name, "sync.unfulfilled")}
    assert await look() == set()
