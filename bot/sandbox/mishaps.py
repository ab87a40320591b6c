"""Verbs of what goes wrong: things that happen to an order in one system only, or to the whole store."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.shipping import OLD_STORE, SHOPIFY_STORE, PretendLabel, PretendShipOrder
from bot.sandbox.shop import PretendHold, PretendOrder, PretendPart

if TYPE_CHECKING:
    from bot.sandbox.world import World

NOW = timedelta(0)
PARTNER = "Fulfilment partner"
"""A location, and the fulfilment service that has it."""
OPEN = frozenset({"awaiting_shipment", "awaiting_payment", "on_hold", "pending_fulfillment"})
"""ShipStation states of an order that may still be shipped."""

# ---------------------------------------------------------------- in Shopify alone


def archive(world: "World", order: PretendOrder, *, age: timedelta = NOW) -> None:
    """Archive an order by hand, whatever is still open on it (domain.md, rule 31)."""
    order.closed = world.now - age
    world.shop.touch(order, order.closed)


def unarchive(world: "World", order: PretendOrder, *, age: timedelta = NOW) -> None:
    """Take an order out of the archive."""
    order.closed = None
    world.shop.touch(order, world.now - age)


def add_item(
    world: "World", order: PretendOrder, sku: str, quantity: int = 1, *, age: timedelta = NOW
) -> None:
    """Edit an order: another line. ShipStation keeps what it imported (domain.md, rule 13)."""
    world.shop.add_line(order, world.now - age, sku, quantity)


def pay_unseen(world: "World", order: PretendOrder, *, age: timedelta = NOW) -> None:
    """Take the money for an order; ShipStation goes on waiting for it."""
    world.shop.pay(order, world.now - age, "CAPTURE")


def drop_fulfillments(world: "World", order: PretendOrder, *, age: timedelta = NOW) -> None:
    """Let Shopify lose every fulfilment of the order, as if it had never been told."""
    order.fulfillments.clear()
    unarchive(world, order, age=age)


def share_out(
    world: "World",
    order: PretendOrder,
    skus: Collection[str],
    *,
    location: str = "Main warehouse",
    third_party: bool = False,
    age: timedelta = NOW,
) -> PretendPart:
    """Give lines of an order to another part, at a location of its own; return that part."""
    at, whole = world.now - age, order.parts[0]
    moved = [order.line(sku).id for sku in skus]
    share = {line_id: whole.lines.pop(line_id) for line_id in moved}
    part = PretendPart(world.shop.next_id("part"), at, at, share, whole.method, location, third_party)
    order.parts.append(part)
    world.shop.touch(order, at)
    return part


def hold_part(
    world: "World", order: PretendOrder, part: PretendPart, reason: str, *, age: timedelta = NOW
) -> None:
    """Hold one part of an order; the others stay open."""
    part.holds.append(PretendHold(world.shop.next_id("other"), reason))
    part.updated = world.now - age
    world.shop.touch(order, part.updated)


def ask_service(
    world: "World", order: PretendOrder, answer: str = "SUBMITTED", *, age: timedelta = NOW
) -> None:
    """Request an order from a fulfilment service; `answer`: where its request stands then."""
    for part in order.parts:
        part.location, part.request_status, part.updated = PARTNER, answer, world.now - age
    world.shop.touch(order, world.now - age)


# ---------------------------------------------------------------- in ShipStation alone


def restate(world: "World", order: PretendOrder, status: str, *, age: timedelta = NOW) -> None:
    """Put what is still open of an order into that state."""
    for row in _open(world, order):
        row.status = status
        world.shipping.touch(row, world.now - age)


def hold_there(
    world: "World", order: PretendOrder, *, until: date | None = None, age: timedelta = NOW
) -> None:
    """Hold an order in ShipStation; `until`: a day, or nobody said."""
    for row in _open(world, order):
        row.hold_until = until
    restate(world, order, "on_hold", age=age)


def free_there(world: "World", order: PretendOrder, *, age: timedelta = NOW) -> None:
    """Put an order back to Awaiting Shipment, whatever kept it: a hold, a payment, a provider, a wrong click."""
    for row in world.imported(order):
        if row.status in OPEN | {"cancelled", "rejected_fulfillment"}:
            row.status, row.hold_until, row.paid = "awaiting_shipment", None, row.paid or world.now - age
            world.shipping.touch(row, world.now - age)


def add_item_there(
    world: "World", order: PretendOrder, sku: str, quantity: int = 1, *, age: timedelta = NOW
) -> None:
    """Add a line of the Shopify order that ShipStation's lacks, where that is still open."""
    for row in _open(world, order)[:1]:
        world.shipping.add_item(row, sku, quantity, line_key=str(order.line(sku).id))
        world.shipping.touch(row, world.now - age)


def move(world: "World", order: PretendOrder, store: int = OLD_STORE, *, age: timedelta = NOW) -> None:
    """Move an order to another store."""
    for row in world.imported(order):
        row.store_id = store
        world.shipping.touch(row, world.now - age)


def import_again(
    world: "World", order: PretendOrder, *, app: str | None = None, age: timedelta = NOW
) -> PretendShipOrder:
    """Import an order that is there already. `app`: one that adds its name to the key."""
    key = f"{order.id}-{app}" if app else None
    return world.import_order(order, key=key, age=age)


def cancel_there(world: "World", rows: Collection[PretendShipOrder], *, age: timedelta = NOW) -> None:
    """Cancel ShipStation orders."""
    for row in rows:
        row.status = "cancelled"
        world.shipping.touch(row, world.now - age)


def label_again(world: "World", order: PretendOrder, *, age: timedelta = NOW) -> PretendLabel:
    """Print a second label for all that an order's first row holds, without voiding the first; nobody is told."""
    row = world.imported(order)[0]
    return world.label(row, lines={item.sku: item.quantity for item in row.items}, notify=False, age=age)


def close_there(world: "World", order: PretendOrder, *, age: timedelta = NOW) -> None:
    """Mark as shipped elsewhere: no parcel is on the books (domain.md, rule 16)."""
    for row in _open(world, order):
        row.externally_fulfilled, row.externally_fulfilled_by = True, PARTNER
    restate(world, order, "shipped", age=age)


def number_parcel(
    world: "World", label: PretendLabel, number: str, carrier: str, *, age: timedelta = NOW
) -> None:
    """Write a number on a parcel that had none, and tell Shopify."""
    label.tracking, label.carrier = number, carrier
    world.shipping.touch(world.shipping.orders[label.order_id], world.now - age)
    world.resend_notification(label, age=age)


def _open(world: "World", order: PretendOrder) -> list[PretendShipOrder]:
    return [row for row in world.imported(order) if row.status in OPEN]


# ---------------------------------------------------------------- to the whole store


def stop_importing(world: "World") -> None:
    """Let ShipStation switch the store's automatic import off, as it does after an error (domain.md, rule 9)."""
    world.shipping.stores[SHOPIFY_STORE].auto_refresh = False


def start_importing(world: "World") -> None:
    """Switch the automatic import on again; it is run at once."""
    world.shipping.stores[SHOPIFY_STORE].auto_refresh = True
    world.shipping.refreshed(world.now)


def stop_notifying(world: "World", error: str) -> None:
    """Let every notification of the store fail with that error from now on."""
    world.shipping.outage = error


def start_notifying(world: "World") -> None:
    """Let notifications go out again; those that failed stay failed until they are sent again."""
    world.shipping.outage = None
