"""What the demo promises of its world: a healthy past, calm days, and a panel that breaks and mends every kind."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.clock import ManualClock
from bot.gaps.dossier import Peers
from bot.gaps.judge import judge
from bot.gaps.match import dossier
from bot.gaps.rules import StoreRules
from bot.sandbox import shipstation, shopify
from bot.sandbox.demo import STUCK_TOML
from bot.sandbox.faults import Faults
from bot.sandbox.history import SETTLED
from bot.sandbox.lookalikes import LOOKALIKES
from bot.sandbox.oddities import ODDITIES
from bot.sandbox.shop import PretendOrder
from bot.sandbox.shop_life import Life
from bot.sandbox.world import World
from bot.settings import load
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify
from bot.sources.shopify_auth import ShopifyToken
from storage.facts import latest

pytestmark = pytest.mark.anyio

Look = Callable[[], Awaitable[set[tuple[str, str]]]]
HOUR = timedelta(hours=1)
ALL_ODDITIES = (*ODDITIES, *LOOKALIKES)
SHOP = "pretend-goods.myshopify.com"
ENVIRONMENT = {
    "SHOPIFY_SHOP": SHOP,
    "SHOPIFY_CLIENT_ID": "pretend-client",
    "SHOPIFY_CLIENT_SECRET": "pretend-secret",
    "SHIPSTATION_API_KEY": "pretend-key",
    "SHIPSTATION_API_SECRET": "pretend-secret",
}


@pytest.fixture(params=["demo", "default"])
def rules(request: pytest.FixtureRequest, tmp_path: Path) -> StoreRules:
    """The demo's shortened windows, and those of a real shop."""
    if request.param == "default":
        return StoreRules("main", SHOP)
    (tmp_path / "stuck.toml").write_text(STUCK_TOML)
    return load(ENVIRONMENT, tmp_path, need=frozenset({"sources"})).stores[0].rules


@pytest.fixture
async def look(world: World, clock: ManualClock, rules: StoreRules) -> AsyncIterator[Look]:
    """Read everything through the real sources, judge every order, return the gaps as (order, kind)."""
    world.shopify.bucket = world.shopify.restore_rate = 1e6
    world.shipstation.per_minute = 10_000
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
        peers = Peers(newest_imported=latest(one.created_at for one in orders.values() if one.id in keys))
        found = set()
        for order in orders.values():
            verdict = judge(dossier(rules, order, rows, parcels, stores, peers), clock.now())
            found |= {(order.name, finding.kind) for finding in verdict.findings}
        return found

    yield gaps
    await one.close()
    await other.close()


# ---------------------------------------------------------------- the past


class TestThePast:
    @pytest.fixture
    def world(self, clock: ManualClock) -> World:
        """A shop with a past in which every oddity was there."""
        return World(clock, orders=2 * len(ALL_ODDITIES))

    async def test_holds_no_gap(self, look: Look) -> None:
        assert await look() == set()


@pytest.mark.parametrize("rules", ["demo"], indirect=True)  # the shorter windows: the harder test
@pytest.mark.parametrize("oddity", ALL_ODDITIES, ids=lambda oddity: oddity.__name__)
@pytest.mark.parametrize("ago", [SETTLED, timedelta(days=12, hours=7)], ids=["just settled", "long settled"])
async def test_what_only_looks_like_a_gap_is_none(
    world: World, clock: ManualClock, look: Look, oddity: Callable[[World], None], ago: timedelta
) -> None:
    with world.at(clock.now() - ago):
        oddity(world)

    assert await look() == set()
    assert all(order.created <= order.updated <= clock.now() for order in world.shop.orders.values())
    assert all(label.created <= clock.now() for label in world.shipping.labels.values())


@pytest.mark.parametrize("rules", ["demo"], indirect=True)
async def test_ordinary_customers_make_no_gap(world: World, clock: ManualClock, look: Look) -> None:
    life = Life(world, ())
    seen = set()
    for _ in range(8):
        clock.move(minutes=35)
        life.advance(clock.now())
        seen |= {kind for _, kind in await look()}

    assert len(world.shop.orders) > 30
    assert seen <= {"aging.at_risk"}


# ---------------------------------------------------------------- the panel


def shipped(world: World) -> PretendOrder:
    order = world.order("#1", age=7 * HOUR)
    world.label(order, age=6 * HOUR)
    return order


def imported(world: World) -> PretendOrder:
    order = world.order("#1", age=2 * HOUR)
    world.import_order(order, age=HOUR)
    world.import_order(world.order("#2", age=HOUR))  # a younger one, which the import brought too
    return order


BREAKS_AT_ONCE = [
    (shipped, "notification_fails", "sync.unfulfilled", "resend"),
    (shipped, "blank_tracking", "sync.tracking_missing", None),
    (shipped, "wrong_tracking", "sync.tracking_mismatch", None),
    (shipped, "print_again", "sync.double_ship", "void_second"),
    (imported, "mark_blank", "sync.no_tracking_anywhere", "add_number"),
    (imported, "fulfil_by_hand", "sync.open_after_fulfillment", "close_there"),
    (imported, "lose_import", "import.missing", "import"),
    (imported, "import_twice", "import.duplicate", "cancel_second"),
    (imported, "move", "import.wrong_store", "move_back"),
    (imported, "archive", "import.archived_unfulfilled", "unarchive"),
    (imported, "add_item", "import.items_short", "add_item_there"),
    (imported, "hold_forgotten", "aging.hold_overdue", "release"),
    (imported, "reject", "aging.provider_stuck", "restore"),
]
BREAKS_AFTER_A_WHILE = [
    (shipped, "void", "sync.ghost_fulfillment", None),
    (imported, "cancel", "import.cancel_not_propagated", "cancel_too"),
    (imported, "hold_there", "import.wrong_status", "restore"),
    (imported, "cancel_there", "import.wrong_status", "restore"),
]


@pytest.mark.parametrize(
    ("made", "broken", "kind", "mended"), BREAKS_AT_ONCE, ids=[code for _, code, *_ in BREAKS_AT_ONCE]
)
async def test_what_the_panel_breaks_is_a_gap_at_once_and_what_it_mends_is_none(
    world: World,
    look: Look,
    made: Callable[[World], PretendOrder],
    broken: str,
    kind: str,
    mended: str | None,
) -> None:
    made(world)
    assert await look() <= {("#1", "aging.at_risk"), ("#2", "aging.at_risk")}

    world.act("#1", broken)
    assert ("#1", kind) in await look()
    if mended is not None:
        world.act("#1", mended)
        assert ("#1", kind) not in await look()


@pytest.mark.parametrize(
    ("made", "broken", "kind", "mended"),
    BREAKS_AFTER_A_WHILE,
    ids=[code for _, code, *_ in BREAKS_AFTER_A_WHILE],
)
async def test_what_the_panel_breaks_for_good_is_a_gap_when_its_window_is_over(
    world: World,
    clock: ManualClock,
    look: Look,
    made: Callable[[World], PretendOrder],
    broken: str,
    kind: str,
    mended: str | None,
) -> None:
    made(world)
    world.act("#1", broken)
    clock.move(hours=5)

    assert ("#1", kind) in await look()
    if mended is not None:
        world.act("#1", mended)
        assert ("#1", kind) not in await look()


async def test_a_label_after_a_cancellation_is_a_gap_at_once(
    world: World, clock: ManualClock, look: Look
) -> None:
    imported(world)
    world.act("#1", "cancel")
    clock.move(minutes=2)

    world.act("#1", "print")

    assert ("#1", "sync.shipped_after_cancel") in await look()
