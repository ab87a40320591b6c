"""What a person may break or mend of an order before anything is printed: its import, holds, states and items."""

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.action import LONG_AGO, Action, live, send_back, shippable, unshipped, waits
from bot.sandbox.mishaps import (
    OPEN,
    add_item,
    add_item_there,
    archive,
    cancel_there,
    drop_fulfillments,
    free_there,
    hold_there,
    import_again,
    move,
    restate,
    unarchive,
)
from bot.sandbox.shipping import OLD_STORE, SHOPIFY_STORE, PretendShipOrder
from bot.sandbox.shop import PretendLine, PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _open_rows(world: "World", order: PretendOrder) -> list[PretendShipOrder]:
    return [row for row in world.imported(order) if row.status in OPEN]


# ---------------------------------------------------------------- the import


def _lose_import(world: "World", order: PretendOrder) -> str:
    world.forget_import(order)
    drop_fulfillments(world, order)
    send_back(world, order, LONG_AGO)
    return f"ShipStation never received {order.name}."


def _import(world: "World", order: PretendOrder) -> str:
    world.import_order(order)
    return f"{order.name} was imported by hand."


def _import_twice(world: "World", order: PretendOrder) -> str:
    import_again(world, order)
    return f"{order.name} was imported a second time: ShipStation would ship it twice."


def _second_import(world: "World", order: PretendOrder) -> list[PretendShipOrder]:
    """Return the rows beside the first that neither a split nor a combining explains."""
    return [row for row in _open_rows(world, order) if not row.merged_or_split][1:]


def _cancel_second(world: "World", order: PretendOrder) -> str:
    cancel_there(world, _second_import(world, order))
    return f"The second import of {order.name} was cancelled in ShipStation."


def _move(world: "World", order: PretendOrder) -> str:
    send_back(world, order, LONG_AGO)
    move(world, order, OLD_STORE)
    return f"{order.name} stands in the store that was replaced, where nobody ships."


def _move_back(world: "World", order: PretendOrder) -> str:
    move(world, order, SHOPIFY_STORE)
    return f"{order.name} stands in the right ShipStation store again."


# ---------------------------------------------------------------- called off, put away


def _cancel(world: "World", order: PretendOrder) -> str:
    world.cancel(order, imported=False)
    return f"{order.name} was cancelled in Shopify; ShipStation has not noticed."


def _cancel_too(world: "World", order: PretendOrder) -> str:
    cancel_there(world, _open_rows(world, order))
    return f"{order.name} was cancelled in ShipStation too."


def _archive(world: "World", order: PretendOrder) -> str:
    send_back(world, order, DAY + 2 * HOUR)
    archive(world, order, age=DAY + HOUR)
    world.shop.touch(order, world.now)
    return f"{order.name} was archived in Shopify yesterday, paid and not shipped."


def _unarchive(world: "World", order: PretendOrder) -> str:
    unarchive(world, order)
    return f"{order.name} was taken out of Shopify's archive."


# ---------------------------------------------------------------- items


def _add_item(world: "World", order: PretendOrder) -> str:
    send_back(world, order, LONG_AGO)
    add_item(world, order, "STICKER", age=3 * HOUR)
    world.shop.touch(order, world.now)
    return f"The customer added a sticker to {order.name} in Shopify; ShipStation keeps what it imported."


def _not_there(world: "World", order: PretendOrder) -> list[PretendLine]:
    """Return lines that ShipStation's open rows lack."""
    rows = _open_rows(world, order)
    there = {item.line_key for row in rows for item in row.items}
    return [one for one in order.lines if rows and one.ships and one.current and str(one.id) not in there]


def _add_item_there(world: "World", order: PretendOrder) -> str:
    for line in _not_there(world, order):
        add_item_there(world, order, line.sku, line.current)
    return f"ShipStation has all items of {order.name} now."


# ---------------------------------------------------------------- holds and states


def _held(world: "World", order: PretendOrder) -> bool:
    return any(part.holds for part in order.parts)


def _may_be_held(world: "World", order: PretendOrder) -> bool:
    return shippable(order) and unshipped(order) and not _held(world, order)


def _hold(world: "World", order: PretendOrder) -> str:
    world.hold(order)
    return f"{order.name} is on hold in both systems: risk of fraud."


def _forget_hold(world: "World", order: PretendOrder) -> str:
    send_back(world, order, 3 * DAY)
    world.hold(order, age=3 * DAY)
    world.shop.touch(order, world.now)
    return f"{order.name} is on hold since three days ago, and nobody looks at it: risk of fraud."


def _release(world: "World", order: PretendOrder) -> str:
    world.release(order)
    return f"The hold on {order.name} was lifted."


def _hold_there(world: "World", order: PretendOrder) -> str:
    send_back(world, order, LONG_AGO)
    hold_there(world, order)
    return f"{order.name} is on hold in ShipStation, without a date; Shopify holds nothing."


def _cancel_there(world: "World", order: PretendOrder) -> str:
    send_back(world, order, LONG_AGO)
    cancel_there(world, _open_rows(world, order))
    return f"{order.name} was cancelled in ShipStation; in Shopify it is paid and open."


def _reject(world: "World", order: PretendOrder) -> str:
    restate(world, order, "rejected_fulfillment")
    return f"A fulfilment provider was asked to ship {order.name}, and refused."


def _parked(world: "World", order: PretendOrder) -> bool:
    """Whether ShipStation keeps it back and Shopify does not."""
    rows = world.imported(order)
    kept = {"on_hold", "cancelled", "pending_fulfillment", "rejected_fulfillment"}
    return (
        unshipped(order)
        and not _held(world, order)
        and not live(world, order)
        and bool(rows)
        and all(row.status in kept for row in rows)
        and all(part.fulfill_at is None for part in order.parts)
    )


def _restore(world: "World", order: PretendOrder) -> str:
    free_there(world, order)
    return f"{order.name} awaits shipment in ShipStation again."


ACTIONS = (
    Action(
        "lose_import",
        "Lose the import",
        lambda world, order: world.imported(order) and shippable(order),
        _lose_import,
    ),
    Action(
        "import",
        "Import it",
        lambda world, order: not world.imported(order) and shippable(order),
        _import,
    ),
    Action(
        "import_twice",
        "Import it twice",
        lambda world, order: waits(world, order) and len(world.imported(order)) == 1,
        _import_twice,
    ),
    Action("cancel_second", "Cancel the second import", _second_import, _cancel_second),
    Action(
        "move",
        "Move it to the old store",
        lambda world, order: (
            waits(world, order) and all(row.store_id == SHOPIFY_STORE for row in world.imported(order))
        ),
        _move,
    ),
    Action(
        "move_back",
        "Move it to the right store",
        lambda world, order: any(row.store_id == OLD_STORE for row in _open_rows(world, order)),
        _move_back,
    ),
    Action(
        "cancel",
        "Cancel it in Shopify only",
        lambda _, order: order.cancelled is None and any(order.open_units().values()),
        _cancel,
    ),
    Action(
        "cancel_too",
        "Cancel it in ShipStation too",
        lambda world, order: order.cancelled is not None and _open_rows(world, order),
        _cancel_too,
    ),
    Action(
        "archive",
        "Archive it in Shopify",
        lambda world, order: waits(world, order) and order.closed is None,
        _archive,
    ),
    Action(
        "unarchive",
        "Take it out of the archive",
        lambda _, order: order.closed is not None and unshipped(order),
        _unarchive,
    ),
    Action(
        "add_item",
        "Add an item in Shopify",
        lambda world, order: waits(world, order) and not _not_there(world, order),
        _add_item,
    ),
    Action(
        "add_item_there",
        "Add the item in ShipStation",
        lambda world, order: unshipped(order) and _not_there(world, order),
        _add_item_there,
    ),
    Action("hold", "Put on hold in both systems", _may_be_held, _hold),
    Action("hold_forgotten", "Forget it on hold", _may_be_held, _forget_hold),
    Action("release", "Release the hold", _held, _release),
    Action("hold_there", "Put on hold in ShipStation", waits, _hold_there),
    Action("cancel_there", "Cancel it in ShipStation only", waits, _cancel_there),
    Action("reject", "Let a provider refuse it", waits, _reject),
    Action("restore", "Restore it in ShipStation", _parked, _restore),
)
