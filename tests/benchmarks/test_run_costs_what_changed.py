"""A run with 200 changed orders on mirrors of 10,000, 100,000 and 1,000,000 orders: within 1.5 times of each other."""

from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import text

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.reconcile import Sources, WatchedStore, run
from storage.database import Database
from storage.mirror import Mirror
from storage.runs import Runs

pytestmark = pytest.mark.anyio

BASE = 10_000
SIZES = (1, 10, 100)
CHANGED = 200
CHANGED_STEP = 49
"""Spread over the month; every tenth of them waits to be shipped."""
NEWEST = [n for n in range(9_001, 9_600) if n % 10]
"""Orders that both sides touched just before: more than a first page, so that no read reaches behind them."""
ROUNDS = 8
"""The sizes take turns; the first round warms up."""
WITHIN = 1.5

COPIES = (
    "(WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < :times - 1) SELECT k FROM n)"
)
CLONE = {
    "orders": """INSERT INTO orders (store, id, number_key, created_at, updated_at, digest, body, look_again_at, imported)
        SELECT store, CAST(CAST(id AS INTEGER) + k * 100000000 AS TEXT), number_key || '-' || k, created_at, updated_at,
        digest, body, look_again_at, imported FROM orders, """,
    "shipstation_orders": """INSERT INTO shipstation_orders (store, id, order_ref, whole_ref, number_key, parent_id, created_at,
        modified_at, gone, digest, body) SELECT store, id + k * 1000000000, CAST(CAST(order_ref AS INTEGER) + k * 100000000
        AS TEXT), whole_ref, number_key || '-' || k, parent_id, created_at, modified_at, gone, digest, body
        FROM shipstation_orders, """,
    "shipments": """INSERT INTO shipments (store, kind, id, order_id, order_ref, whole_ref, created_at, live, digest, body)
        SELECT store, kind, id + k * 1000000000, order_id + k * 1000000000, CAST(CAST(order_ref AS INTEGER) + k * 100000000
        AS TEXT), whole_ref, created_at, live, digest, body FROM shipments, """,
}


class Shopify:
    """Answers from memory: this benchmark is about our own side of a run."""

    def __init__(self, shop):
        self.shop, self.requests, self.round = shop, 0, 0

    async def changed_orders(self, _since):
        changed = [self._order(CHANGED_STEP * number) for number in range(CHANGED)]
        return [*(replace(self.shop.order(n, BASE), updated_at=_lately(self.shop)) for n in NEWEST), *changed]

    async def orders(self, ids):
        return {order_id: self._order(int(order_id) - 6_000_000_000_000) for order_id in ids}

    def _order(self, n):
        return replace(self.shop.order(n, BASE), updated_at=self.shop.now + timedelta(minutes=5 * self.round))


class ShipStation:
    """The same for the other side."""

    def __init__(self, shop):
        self.shop, self.requests = shop, 0

    async def orders_changed(self, _since):
        return [replace(self.shop.shipstation_order(n, BASE), modified_at=_lately(self.shop)) for n in NEWEST]

    async def shipments_created(self, _since, _until=None):
        return [replace(self.shop.shipment(n, BASE), created_at=_lately(self.shop)) for n in NEWEST]

    async def fulfillments_created(self, _since, _until=None):
        return []

    async def shipments_voided(self, _since):
        return []

    async def stores(self, *, marketplaces=False):
        return []

    async def orders_numbered(self, number):
        return [self.shop.shipstation_order(int(number.removeprefix("#")) - 1000, BASE)]

    async def orders_created(self, _since, _until=None):
        return [self.shop.shipstation_order(CHANGED_STEP * number, BASE) for number in range(CHANGED)]

    async def shipments_of(self, order_id):
        label = self.shop.shipment(order_id - 400_000_000, BASE)
        return [label] if label else []

    async def marks_of(self, _order_id):
        return []


def _lately(shop):
    return shop.now - timedelta(minutes=10)


async def test_a_run_costs_what_changed_and_not_what_exists(tmp_path, shop, fill, report):
    stores = {BASE * size: await _built(tmp_path / f"{size}.db", shop, fill, size) for size in SIZES}
    seconds = {orders: [] for orders in stores}
    try:
        for _ in range(ROUNDS):
            for orders, store in stores.items():
                seconds[orders].append(await _timed(store))
    finally:
        for store in stores.values():
            await store.database.close()
    took = {orders: median(rounds[1:]) for orders, rounds in seconds.items()}
    smallest = min(took.values())
    figures = ", ".join(f"{orders:,}: {each:.3f} s ({each / smallest:.2f})" for orders, each in took.items())
    report(f"a run with {CHANGED} changed orders on mirrors of", f"{figures}; within {WITHIN}")
    assert max(took.values()) <= WITHIN * smallest


async def _built(path, shop, fill, size):
    database = Database(f"sqlite:///{path}")
    await database.upgrade()
    await fill(database, BASE)
    await _multiply(database, size)
    await _newest(database, shop)
    await _as_if_run_before(database, shop.now)
    rules = StoreRules("main", "bench.myshopify.com", store_ids=frozenset({12345}))
    sources = Sources(Shopify(shop), ShipStation(shop))
    return WatchedStore(rules, sources, database, ManualClock(shop.now), "bench")


async def _timed(store):
    store.clock.move(minutes=5)
    store.sources.shopify.round += 1
    began = perf_counter()
    outcome = await run(store)
    took = perf_counter() - began
    assert outcome.complete, outcome.error
    return took


async def _multiply(database, times):
    if times == 1:
        return
    async with database.write() as session:
        for statement in CLONE.values():
            await (await session.connection()).execute(text(statement + COPIES), {"times": times})


async def _newest(database, shop):
    """The rows that every read must bring back."""
    shipstation = ShipStation(shop)
    async with database.write() as session:
        mirror = Mirror(session, "main")
        await mirror.save_orders([replace(shop.order(n, BASE), updated_at=_lately(shop)) for n in NEWEST])
        await mirror.save_shipstation_orders(await shipstation.orders_changed(None))
        await mirror.save_shipments(await shipstation.shipments_created(None))


async def _as_if_run_before(database, now):
    async with database.write() as session:
        runs = Runs(session, now)
        number = await runs.start("main", sweep=True)
        await runs.finish(
            number, complete=True, read={}, requests={}, opened=0, updated=0, resolved=0, error=None
        )
        read = ("orders", "shipstation_orders", "shipments", "voids", "sweep", "marketplaces")
        await runs.set_cursors("main", dict.fromkeys(read, now))
