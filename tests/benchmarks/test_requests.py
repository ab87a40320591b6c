"""Requests: the first run over 3,000 orders near the fewest pages possible, a quiet run at most six."""

from math import ceil

import pytest
from pydantic import SecretStr

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.reconcile import Sources, WatchedStore, run
from bot.sandbox.demo import open_sandbox
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify, ShopifyClient
from storage.database import Database

pytestmark = pytest.mark.anyio

ORDERS = 3_000
AT_MOST = 1.2
QUIET = 6
SHIPSTATION_PAGE = 500
SHOPIFY_PAGE = 250
VOIDS = 1
"""The list of voided labels is asked for with the same path; it does not grow with the shop."""


async def test_the_first_run_and_a_quiet_run(tmp_path, shop, report):
    clock = ManualClock(shop.now)
    async with open_sandbox(clock, alive=False, orders=ORDERS) as sandbox:
        database = Database(f"sqlite:///{tmp_path / 'bench.db'}")
        store = WatchedStore(
            StoreRules("main", sandbox.world.shop.domain), _sources(sandbox, clock), database, clock, "bench"
        )
        try:
            await database.upgrade()
            first = await _run(store, clock)
            pages = _lists(sandbox)
            await _run(store, clock)
            quiet = await _run(store, clock)
        finally:
            await store.sources.shopify.close()
            await store.sources.shipstation.close()
            await database.close()
    fewest = {
        "shopify": ceil(first.read["orders"] / SHOPIFY_PAGE),
        "shipstation": ceil(first.read["shipstation_orders"] / SHIPSTATION_PAGE)
        + ceil(first.read["shipments"] / SHIPSTATION_PAGE),
    }
    ratios = {system: pages[system] / fewest[system] for system in fewest}
    said = ", ".join(
        f"{system} {pages[system]} pages of {fewest[system]} ({ratios[system]:.2f})" for system in fewest
    )
    report(
        f"a first run over {ORDERS:,} orders", f"{said}, at most {AT_MOST}; all requests: {first.requests}"
    )
    report("a run in which nothing changed", f"{quiet.requests}, at most {QUIET} altogether")
    assert max(ratios.values()) <= AT_MOST
    assert sum(quiet.requests.values()) <= QUIET


async def _run(store, clock):
    clock.move(minutes=5)
    outcome = await run(store)
    assert outcome.complete, outcome.error
    return outcome


def _lists(sandbox):
    """Pages of the lists that grow with the shop: orders on both sides, and labels."""
    asked = [(system, path) for system, path in sandbox.faults.log]
    return {
        "shopify": sum("OrdersPage" in path for _, path in asked),
        "shipstation": sum(path in {"/orders", "/shipments"} for _, path in asked) - VOIDS,
    }


def _sources(sandbox, clock):
    environment = sandbox.environment()
    return Sources(
        Shopify(
            sandbox.world.shop.domain,
            ShopifyClient(SecretStr("pretend-client"), SecretStr("pretend-secret")),
            clock,
            environment["SHOPIFY_API_URL"],
        ),
        ShipStation(
            SecretStr("pretend-key"), SecretStr("pretend-secret"), clock, environment["SHIPSTATION_API_URL"]
        ),
    )
