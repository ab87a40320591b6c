"""One thing that a person may do to an order in the panel, and what several of them ask and need."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.shipping import PretendLabel, PretendShipOrder
from bot.sandbox.shop import PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.world import World

LONG_AGO = timedelta(hours=5)
"""Past every window of the default rules that is not counted in days."""


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done to an order when its state allows it; done, it says so in a sentence."""

    code: str
    label: str
    fits: Callable[["World", PretendOrder], object]
    """Whether it may be done; anything true will do."""
    do: Callable[["World", PretendOrder], str]


def live(world: "World", order: PretendOrder) -> list[PretendLabel]:
    """Return its parcels on their way to the customer."""
    return world.labels(order, live=True)


def shippable(order: PretendOrder) -> bool:
    """Whether anything on it ships at all."""
    return any(line.ships and line.current for line in order.lines) and order.cancelled is None


def unshipped(order: PretendOrder) -> bool:
    """Whether Shopify still waits for a parcel of it."""
    left = order.open_units()
    return order.cancelled is None and any(left[line.id] for line in order.lines if line.ships)


def unprinted(world: "World", order: PretendOrder) -> list[PretendShipOrder]:
    """Return its ShipStation rows that wait for a label."""
    waiting = [row for row in world.imported(order) if row.status == "awaiting_shipment"]
    return [row for row in waiting if sum(world.shipping.open_units(row).values())]


def waits(world: "World", order: PretendOrder) -> bool:
    """Whether both systems wait for its parcel, and nothing of it has left."""
    return unshipped(order) and bool(unprinted(world, order)) and not live(world, order)


def send_back(world: "World", order: PretendOrder, age: timedelta) -> None:
    """Let an order, its payment and its imports have been there that long; both systems show it as changed now."""
    at = world.now - age
    order.created, order.processed = min(order.created, at), min(order.processed, at)
    for payment in order.payments:
        payment.at = min(payment.at, at)
    for part in order.parts:
        part.created, part.updated = min(part.created, at), min(part.updated, at)
    for row in world.imported(order):
        row.created, row.ordered = min(row.created, at), min(row.ordered, at)
        world.shipping.touch(row, world.now)
    world.shop.touch(order, world.now)


def backdate(world: "World", order: PretendOrder) -> None:
    """Move its parcels, and where it must the order, back past the window."""
    for label in live(world, order):
        label.created = min(label.created, world.now - LONG_AGO)
        row = world.shipping.orders[label.order_id]
        row.created = min(row.created, label.created - timedelta(minutes=30))
        order.created = min(order.created, row.created - timedelta(minutes=10))
        order.processed = min(order.processed, order.created)
        world.shipping.touch(row, world.now)
