"""Judging 100,000 orders against building the same dossiers from mirror rows: at most three times as long."""

from time import perf_counter

import pytest

from bot.gaps.judge import judge
from bot.gaps.match import dossier
from bot.gaps.rules import StoreRules
from storage.database import Database
from storage.mirror import Mirror

pytestmark = pytest.mark.anyio

ORDERS = 100_000
CHUNK = 500
AT_MOST = 3.0


async def test_judging_costs_at_most_three_times_the_building(tmp_path, shop, fill, report):
    database = Database(f"sqlite:///{tmp_path / 'bench.db'}")
    try:
        await database.upgrade()
        await fill(database, ORDERS)
        building, judging = await _measure(database, shop.now)
    finally:
        await database.close()
    report(
        f"judging {ORDERS:,} orders",
        f"build {building:.2f} s, judge {judging:.2f} s, ratio {judging / building:.2f} (at most {AT_MOST})",
    )
    assert judging <= AT_MOST * building


async def _measure(database, now):
    rules = StoreRules("main", "bench.myshopify.com", store_ids=frozenset({12345}))
    building = judging = 0.0
    async with database.read() as session:
        mirror = Mirror(session, "main")
        ids = await mirror.newest_orders(ORDERS)
        stores = await mirror.stores()
        for start in range(0, len(ids), CHUNK):
            began = perf_counter()
            rows = (await mirror.load(ids[start : start + CHUNK])).values()
            dossiers = [dossier(rules, row.order, row.candidates, row.shipments, stores) for row in rows]
            built = perf_counter()
            for each in dossiers:
                judge(each, now)
            judging += perf_counter() - built
            building += built - began
    return building, judging
