"""What a person may break or mend of an order's parcels, and of what Shopify is told of them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.action import LONG_AGO, Action, backdate, live, send_back, unprinted, unshipped, waits
from bot.sandbox.carriers import tracking_number
from bot.sandbox.mishaps import close_there, drop_fulfillments, label_again, number_parcel
from bot.sandbox.notifying import SHOPIFY_422
from bot.sandbox.shipping import PretendLabel
from bot.sandbox.shop import PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.world import World

HOUR = timedelta(hours=1)

# ---------------------------------------------------------------- what Shopify is told


def _untold(world: "World", order: PretendOrder) -> list[PretendLabel]:
    if order.cancelled is not None:
        return []
    return [label for label in live(world, order) if not label.notified or not order.fulfillments]


def _fail_notification(world: "World", order: PretendOrder) -> str:
    drop_fulfillments(world, order)
    for label in live(world, order):
        label.notified, label.error = False, SHOPIFY_422
    backdate(world, order)
    return f"ShipStation could not tell Shopify about {order.name}: Shopify shows nothing, the label shows the error."


def _resend(world: "World", order: PretendOrder) -> str:
    for label in _untold(world, order):
        world.resend_notification(label)
    if failed := next((label.error for label in live(world, order) if label.error), None):
        return f"The notification of {order.name} was sent again and failed again: {failed}"
    return f"The notification of {order.name} was sent again: Shopify shows the parcel."


def _blank_tracking(world: "World", order: PretendOrder) -> str:
    world.set_tracking(order, None)
    backdate(world, order)
    return f"Shopify lost the tracking number of {order.name}."


def _wrong_tracking(world: "World", order: PretendOrder) -> str:
    world.set_tracking(order, "9400100000000000000000", company="USPS")
    backdate(world, order)
    return f"Shopify shows a number for {order.name} that no label carries."


# ---------------------------------------------------------------- labels


def _void(world: "World", order: PretendOrder) -> str:
    for label in live(world, order):
        world.void(label)
    return (
        f"The label of {order.name} is void: ShipStation waits for a new one, Shopify keeps what it was told."
    )


def _print(world: "World", order: PretendOrder) -> str:
    reprint = any(label.voided and label.notified for label in world.labels(order))
    for row in unprinted(world, order):
        world.label(row, notify=not reprint)
    told = "ShipStation does not send the new number after a void." if reprint else "Shopify was told."
    if order.cancelled is not None:
        told = "It had been cancelled in Shopify, which refuses the parcel."
    return f"A label was printed for {order.name}. {told}"


def _second(world: "World", order: PretendOrder) -> PretendLabel | None:
    """Return the label that was made beside a live one of the same row."""
    seen: set[int] = set()
    for label in live(world, order):
        if label.order_id in seen:
            return label
        seen.add(label.order_id)
    return None


def _print_again(world: "World", order: PretendOrder) -> str:
    backdate(world, order)
    label_again(world, order, age=HOUR)
    return f"A second label was printed for {order.name}; the first is still good."


def _void_second(world: "World", order: PretendOrder) -> str:
    if second := _second(world, order):
        world.void(second)
    return f"The second label of {order.name} is void; the first parcel is on its way."


# ---------------------------------------------------------------- without a label


def _mark_blank(world: "World", order: PretendOrder) -> str:
    for row in unprinted(world, order):
        world.mark_shipped(row, notify=True)
    backdate(world, order)
    return f"{order.name} was marked as shipped without a tracking number, and Shopify was told so."


def _unnumbered(world: "World", order: PretendOrder) -> list[PretendLabel]:
    return [label for label in live(world, order) if not label.tracking]


def _add_number(world: "World", order: PretendOrder) -> str:
    for label in _unnumbered(world, order):
        number_parcel(world, label, tracking_number(world.chance, "fedex"), "fedex")
    return f"The parcel of {order.name} has a number now, and Shopify shows it."


def _fulfil_by_hand(world: "World", order: PretendOrder) -> str:
    send_back(world, order, LONG_AGO)
    world.fulfill(order, age=3 * HOUR)
    return f"{order.name} was marked as fulfilled in Shopify; ShipStation still waits for its label."


def _close(world: "World", order: PretendOrder) -> str:
    close_there(world, order)
    return f"{order.name} was marked as shipped elsewhere in ShipStation."


ACTIONS = (
    Action(
        "notification_fails",
        "ShipStation's notification fails",
        lambda world, order: live(world, order) and order.fulfillments and order.cancelled is None,
        _fail_notification,
    ),
    Action("resend", "Resend the notification", _untold, _resend),
    Action("void", "Void the label", live, _void),
    Action("print", "Print a label", unprinted, _print),
    Action(
        "print_again",
        "Print a second label",
        lambda world, order: (
            len(live(world, order)) == len(world.labels(order)) == 1 and order.cancelled is None
        ),
        _print_again,
    ),
    Action("void_second", "Void the second label", _second, _void_second),
    Action(
        "blank_tracking",
        "Blank the tracking in Shopify",
        lambda world, order: live(world, order) and any(one.tracking for one in order.fulfillments[-1:]),
        _blank_tracking,
    ),
    Action(
        "wrong_tracking",
        "Send the wrong tracking",
        lambda world, order: live(world, order) and order.fulfillments,
        _wrong_tracking,
    ),
    Action("mark_blank", "Mark as shipped without a number", waits, _mark_blank),
    Action(
        "add_number",
        "Add the missing number",
        lambda world, order: order.cancelled is None and _unnumbered(world, order),
        _add_number,
    ),
    Action("fulfil_by_hand", "Fulfil it in Shopify by hand", waits, _fulfil_by_hand),
    Action(
        "close_there",
        "Close it in ShipStation",
        lambda world, order: (
            order.fulfillments and not unshipped(order) and unprinted(world, order) and not live(world, order)
        ),
        _close,
    ),
)
