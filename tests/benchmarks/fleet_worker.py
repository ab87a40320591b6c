"""One worker process of a pretend fleet: the real schedule and real runs over many quiet stores, on a compressed clock.

Called with a JSON object: `database`, `stores`, `every` (seconds of the clock), `speed`, `start` (ISO), `began`
(seconds of the monotonic clock at which `start` was) and `lasts` (seconds on the wall). Says at its end what it used.
"""

import asyncio
import json
import logging
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from bot import log
from bot.clock import FastClock
from bot.gaps.rules import StoreRules
from bot.reconcile import Sources, WatchedStore
from bot.schedule import Schedule
from storage.database import Database
from storage.facts import Fulfillment, Item, Order, Quantity, Shipment, ShipStationOrder, Tracking

ORDERS, FIRST_ID, LINE, ROW, LABEL = 60, 6_000_000_000_000, 14_000_000_000_000, 400_000_000, 200_000_000
SECONDS = 0.3
"""How long a source takes to answer, on the wall."""


class Shop:
    """A small shop: sixty orders of the last days, all shipped, one of them touched since the last look."""

    def __init__(self, clock: FastClock, start: datetime) -> None:
        self.clock, self.start, self.requests = clock, start, 0

    def made(self, n: int) -> datetime:
        return self.start - timedelta(hours=n)

    async def answer(self, rows: list) -> list:
        self.requests += 1
        await asyncio.sleep(SECONDS)
        return rows

    async def changed_orders(self, _since: datetime) -> list[Order]:
        return await self.answer([self.order(n) for n in range(25)])

    async def orders(self, ids: list[str]) -> dict[str, Order]:
        return {order_id: self.order(int(order_id) - FIRST_ID) for order_id in await self.answer(ids)}

    async def orders_changed(self, _since: datetime) -> list[ShipStationOrder]:
        return await self.answer([self.row(n) for n in range(ORDERS)])

    async def shipments_created(self, _since: datetime, _until: datetime | None = None) -> list[Shipment]:
        return await self.answer([self.label(n) for n in range(ORDERS)])

    async def fulfillments_created(self, _since: datetime, _until: datetime | None = None) -> list[Shipment]:
        return await self.answer([])

    async def shipments_voided(self, _since: datetime) -> list[Shipment]:
        return await self.answer([])

    async def stores(self, *, marketplaces: bool = False) -> list:
        return await self.answer([])

    def order(self, n: int) -> Order:
        at = self.made(n)
        touched = self.clock.now() if n == 0 else at + timedelta(minutes=30)
        parcel = Fulfillment(
            id=str(n), name=f"#{n}.1", status="SUCCESS", display_status="IN_TRANSIT", created_at=at, updated_at=at,
            quantity=1, tracking=(Tracking(f"94001{n:017d}", "USPS", None),), lines=(Quantity(str(LINE + n), 1),),
        )  # fmt: skip
        return Order(
            id=str(FIRST_ID + n), name=f"#{n}", created_at=at, processed_at=at, updated_at=touched,
            read_at=self.clock.now(), financial_status="PAID", fulfillment_status="FULFILLED", source="web",
            quantity=1, total="20.00", currency="USD", fulfillments=(parcel,),
        )  # fmt: skip

    def row(self, n: int) -> ShipStationOrder:
        at = self.made(n) + timedelta(minutes=10)
        return ShipStationOrder(
            id=ROW + n, number=str(n), key=str(FIRST_ID + n), status="shipped", store_id=1, created_at=at,
            modified_at=at, read_at=self.clock.now(), carrier="stamps_com", service="usps_ground",
            items=(Item(str(LINE + n), "MUG", 1),),
        )  # fmt: skip

    def label(self, n: int) -> Shipment:
        return Shipment(
            id=LABEL + n, kind="label", order_id=ROW + n, order_number=str(n), order_key=str(FIRST_ID + n), store_id=1,
            created_at=self.made(n) + timedelta(minutes=20), read_at=self.clock.now(), tracking=f"94001{n:017d}",
            carrier="stamps_com", notified=True, items=(Item(str(LINE + n), "MUG", 1),),
        )  # fmt: skip


async def work(told: dict) -> None:
    """Keep the schedule until the time is over."""
    start = datetime.fromisoformat(told["start"])
    clock = FastClock(start, told["speed"])
    clock._began = told["began"]  # all processes count from one moment
    database = Database(told["database"])
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(told["lasts"], stop.set)
    stores = []
    for number in range(told["stores"]):
        rules = StoreRules(f"store-{number:04}", f"shop-{number}.myshopify.com", store_ids=frozenset({1}))
        sources = Sources(Shop(clock, start), Shop(clock, start))
        stores.append(WatchedStore(rules, sources, database, clock, told["holder"]))
    await Schedule(stores, every=timedelta(seconds=told["every"]), clock=clock).run(stop)
    await database.close()


if __name__ == "__main__":
    log.configure(logging.WARNING)
    began = time.process_time()
    asyncio.run(work(json.loads(sys.argv[1])))
    cpu = time.process_time() - began
    # Not of getrusage, which tells the peak of the process that forked this one too.
    status = Path("/proc/self/status").read_text()
    used = {"cpu": cpu, "megabytes": int(status.split("VmHWM:")[1].split()[0]) / 1024}
    print(json.dumps(used))  # noqa: T201  # what the test reads
