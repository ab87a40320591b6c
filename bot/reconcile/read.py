"""What to ask both sides for, and whether what they answered can be complete.

Each read starts at rows that are known already (`CANARIES` of them), so that an answer without them is
recognised as broken instead of being taken for a quiet day (design decision 5).
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from bot.errors import SourceError, SourceIncomplete
from bot.reconcile.watched import Sources
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify
from storage.facts import Order, Shipment, ShipStationOrder, ShipStationStore
from storage.mirror import Mirror, MirrorTable

WINDOW = timedelta(days=30)
"""How far back a first run and the nightly sweep look in ShipStation."""
SHOPIFY_WINDOW = timedelta(days=60)
"""And in Shopify: as far as it shows orders (domain.md, trap 26). An old order may get its label only now."""
OVERLAP = timedelta(minutes=15)
"""How far each read reaches behind the last one: search indexes lag a little."""
VOID_OVERLAP = timedelta(days=1)
"""Voids are few, so they are read again for a day."""
SWEEP_AT = time(2, 0)
"""When the nightly sweep becomes due, local to the store."""
SWEEPS_APART = timedelta(hours=12)
"""How long a sweep or a first run makes another one pointless."""
CANARIES = 5
"""How many known rows each read must bring back."""
REACH = timedelta(days=3)
"""How far behind the cursor a list is read again as long as that costs no request more: rows turn up late, and
ShipStation's notification flags and voided marks change in place (apis.md B2, B5)."""
FIRST_PAGE: Mapping[MirrorTable, int] = {"orders": 25, "shipstation_orders": 400, "shipments": 400}
"""Rows that fit into the first page of each list, with room for what is new."""
HALF_COUNTS_FROM = 20
"""From how many expected rows on half an answer is taken for a broken one."""

System = Literal["shopify", "shipstation"]
Left = TypeVar("Left")
Right = TypeVar("Right")


@dataclass(frozen=True, slots=True)
class Since:
    """Where each list starts (UTC), and how many known rows it must bring back."""

    orders: datetime
    shipstation_orders: datetime
    shipments: datetime
    voids: datetime
    known_orders: int
    known_shipstation_orders: int
    known_shipments: int


@dataclass(frozen=True, slots=True)
class Asks:
    """What is not asked for in every run."""

    stores: bool
    marketplaces: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that both sides said in one run."""

    orders: list[Order]
    shipstation_orders: list[ShipStationOrder]
    shipments: list[Shipment]
    stores: list[ShipStationStore]

    def counts(self) -> dict[str, int]:
        """Return the rows read, by what they are."""
        return {
            "orders": len(self.orders),
            "shipstation_orders": len(self.shipstation_orders),
            "shipments": len(self.shipments),
            "stores": len(self.stores),
        }


def sweep_due(last: datetime, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the nightly sweep is owed: the first run after `SWEEP_AT` in the store's zone."""
    night = datetime.combine(now.astimezone(zone).date(), SWEEP_AT, zone)
    if night > now:
        night -= timedelta(days=1)
    return last < night and now - last >= SWEEPS_APART


async def where_to_start(
    mirror: Mirror, cursors: Mapping[str, datetime], now: datetime, *, sweep: bool
) -> Since:
    """Return where this run's lists start: at the cursor less the overlap, or at the window's edge."""
    starts = {}
    for table in FIRST_PAGE:
        edge = now - (SHOPIFY_WINDOW if table == "orders" else WINDOW)
        cursor = cursors.get(table)
        if sweep or cursor is None:
            starts[table] = edge
        else:
            canary = await mirror.nth_newest(table, CANARIES)
            free = await mirror.nth_newest(table, FIRST_PAGE[table])
            reach = max(cursor - REACH, free or edge)
            starts[table] = max(edge, min(cursor, canary or cursor, reach) - OVERLAP)
    last_void = cursors.get("voids")
    return Since(
        **starts,
        voids=now - WINDOW if sweep or last_void is None else last_void - VOID_OVERLAP,
        known_orders=await mirror.count_since("orders", starts["orders"]),
        known_shipstation_orders=await mirror.count_since("shipstation_orders", starts["shipstation_orders"]),
        known_shipments=await mirror.count_since("shipments", starts["shipments"]),
    )


async def read_changes(sources: Sources, since: Since, asks: Asks) -> Reading:
    """Read both sides at once. Raises SourceError when either is incomplete."""
    shopify, shipstation = await both(
        _read_shopify(sources.shopify, since),
        _read_shipstation(sources.shipstation, since, asks),
    )
    return Reading(shopify, *shipstation)


async def both(left: Awaitable[Left], right: Awaitable[Right]) -> tuple[Left, Right]:
    """Await both, then raise what went wrong; what went wrong on both sides is told together."""
    answers = await asyncio.gather(left, right, return_exceptions=True)
    failures = [answer for answer in answers if isinstance(answer, BaseException)]
    for failure in failures:
        if not isinstance(failure, SourceError):
            raise failure
    if len(failures) == 2:
        raise SourceIncomplete("shopify", f"{failures[0]} {failures[1]}")
    if failures:
        raise failures[0]
    return answers[0], answers[1]  # type: ignore[return-value]  # neither is an exception here


async def _read_shopify(shopify: Shopify, since: Since) -> list[Order]:
    orders = await shopify.changed_orders(since.orders)
    _expect("shopify", "orders", known=since.known_orders, got=len(orders))
    return orders


async def _read_shipstation(
    shipstation: ShipStation, since: Since, asks: Asks
) -> tuple[list[ShipStationOrder], list[Shipment], list[ShipStationStore]]:
    orders = await shipstation.orders_changed(since.shipstation_orders)
    _expect("shipstation", "orders", known=since.known_shipstation_orders, got=len(orders))
    labels = await shipstation.shipments_created(since.shipments)
    marks = await shipstation.fulfillments_created(since.shipments)
    _expect("shipstation", "shipments", known=since.known_shipments, got=len(labels) + len(marks))
    voided = await shipstation.shipments_voided(since.voids)
    stores = await shipstation.stores(marketplaces=asks.marketplaces) if asks.stores else []
    return orders, _newest_of_each([*labels, *voided, *marks]), stores


def _newest_of_each(shipments: Sequence[Shipment]) -> list[Shipment]:
    """One row a shipment; a later read of the same one wins."""
    return list({(shipment.kind, shipment.id): shipment for shipment in shipments}.values())


def _expect(system: System, what: str, *, known: int, got: int) -> None:
    """Refuse an answer that lacks rows which were there a moment ago."""
    nothing = known >= min(3, CANARIES) and got == 0
    half = known >= HALF_COUNTS_FROM and got * 5 < known * 3
    if nothing or half:
        name = "Shopify" if system == "shopify" else "ShipStation"
        raise SourceIncomplete(
            system,
            f"{name} returned {got} {what} where at least {known} known ones were expected.",
            why="An answer with missing rows would look like gaps that do not exist.",
            todo="Nothing was opened or resolved; the next run tries again.",
        )
