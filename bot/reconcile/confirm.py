"""The second look at every suspicion, by id, on both sides, inside the same run (design decision 6).

Few suspicions are read one by one; many are read again in whole pages, whichever needs fewer requests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.reconcile.read import both
from bot.reconcile.watched import Sources
from bot.sources.shipstation import ShipStation
from storage.facts import Order, Shipment, ShipStationOrder, number_key
from storage.mirror import Rows

PAGE = 500
"""Rows of a ShipStation page."""
READS_PER_ORDER = 3
"""ShipStation reads that one order costs: the order by number, its labels, its marks."""
ROWS_WORTH_PAGING = READS_PER_ORDER * PAGE
"""Mirrored rows per suspect from which on reading one by one needs fewer requests than pages do."""
PADDING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What was read again, and what a system no longer shows."""

    orders: dict[str, Order]
    """Shopify orders by id; one that Shopify does not show is missing."""
    shipstation_orders: list[ShipStationOrder]
    shipments: list[Shipment]
    vanished: tuple[int, ...] = ()
    """ShipStation orders that its API no longer has."""


async def look_again(sources: Sources, suspects: Sequence[Rows], known_since: int) -> SecondLook:
    """Read these orders again on both sides. `known_since`: ShipStation rows mirrored since the oldest suspect.

    Raises SourceError when a side cannot be read.
    """
    orders, theirs = await both(
        sources.shopify.orders([rows.order.id for rows in suspects]),
        _read_shipstation(sources.shipstation, suspects, known_since),
    )
    return SecondLook(orders, *theirs)


async def _read_shipstation(
    shipstation: ShipStation, suspects: Sequence[Rows], known_since: int
) -> tuple[list[ShipStationOrder], list[Shipment], tuple[int, ...]]:
    pages = 3 + 2 * known_since // PAGE
    if READS_PER_ORDER * len(suspects) <= pages:
        return await _one_by_one(shipstation, suspects)
    return await _in_pages(shipstation, suspects)


async def _in_pages(
    shipstation: ShipStation, suspects: Sequence[Rows]
) -> tuple[list[ShipStationOrder], list[Shipment], tuple[int, ...]]:
    since = min(_oldest(suspects)) - PADDING
    orders = await shipstation.orders_created(since, None)
    labels = await shipstation.shipments_created(since)
    marks = await shipstation.fulfillments_created(since)
    return orders, [*labels, *marks], ()


def _oldest(suspects: Sequence[Rows]) -> Iterable[datetime]:
    """The times behind which nothing of these suspects lies in ShipStation."""
    for rows in suspects:
        yield rows.order.created_at
        yield from (row.created_at for row in rows.candidates)


async def _one_by_one(
    shipstation: ShipStation, suspects: Sequence[Rows]
) -> tuple[list[ShipStationOrder], list[Shipment], tuple[int, ...]]:
    orders: dict[int, ShipStationOrder] = {}
    shipments: list[Shipment] = []
    vanished: list[int] = []
    for rows in suspects:
        found = await _orders_of(shipstation, rows)
        orders |= found
        vanished += [row.id for row in rows.candidates if row.id not in found]
        for order_id in found:
            shipments += await shipstation.shipments_of(order_id)
            shipments += await shipstation.marks_of(order_id)
    return list(orders.values()), shipments, tuple(vanished)


async def _orders_of(shipstation: ShipStation, rows: Rows) -> dict[int, ShipStationOrder]:
    """Every ShipStation row of one Shopify order: by its number, and by id where the number differs."""
    found = {row.id: row for row in await shipstation.orders_numbered(rows.order.name)}
    others = {number_key(row.number) for row in rows.candidates} - {number_key(rows.order.name)}
    for number in sorted(others):
        found |= {row.id: row for row in await shipstation.orders_numbered(number)}
    for row in rows.candidates:
        if row.id not in found and (again := await shipstation.order(row.id)) is not None:
            found[again.id] = again
    return found
