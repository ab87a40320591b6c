"""The shop's last thirty days: mostly healthy and shipped, with oddities that must not be taken for gaps."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from bot.sandbox.lookalikes import LOOKALIKES
from bot.sandbox.oddities import ODDITIES, healthy
from bot.sandbox.shop import PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.world import World

SPAN = timedelta(days=30)
SETTLED = timedelta(hours=5)
"""The history ends this long before the present; what is in flight belongs to the life of the shop."""


def write_history(world: "World", orders: int) -> None:
    """Make about `orders` orders, evenly spread; every other one is an oddity until each was there once."""
    oddities = chain(ODDITIES, LOOKALIKES)
    for index, moment in enumerate(_moments(world, orders)):
        make = next(oddities, healthy) if index % 2 else healthy
        with world.at(moment):
            make(world)
    for order in list(world.shop.orders.values()):
        _deliver(world, order)


def _moments(world: "World", orders: int) -> Iterator[datetime]:
    end, step = world.now - SETTLED, (SPAN - 2 * SETTLED) / max(orders, 1)
    for left in range(orders - 1, -1, -1):
        yield end - step * (left + world.chance.random() * 0.5)


def _deliver(world: "World", order: PretendOrder) -> None:
    """Let parcels arrive after some days, as the carrier's scans would."""
    for fulfillment in order.fulfillments:
        age = world.now - fulfillment.created
        if fulfillment.tracking and age > timedelta(days=1):
            arrived = age > timedelta(days=4)
            fulfillment.display_status = "DELIVERED" if arrived else "IN_TRANSIT"
            fulfillment.updated = fulfillment.created + timedelta(days=4 if arrived else 1)
            world.shop.touch(order, fulfillment.updated)
