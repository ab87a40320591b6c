"""The panel's hands: both systems' view of one order, and what a person may break or mend."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox.carriers import COMPANIES
from bot.sandbox.incidents import SHOPIFY_422
from bot.sandbox.shipping import PretendLabel, PretendShipOrder
from bot.sandbox.shop import PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.world import World

LONG_AGO = timedelta(hours=5)
"""Past every window of the default rules."""


def names(world: "World") -> list[dict[str, str]]:
    """List orders, newest first, with a short status of both sides."""
    orders = sorted(world.shop.orders.values(), key=lambda order: (order.created, order.id), reverse=True)
    return [_short(world, order) for order in orders]


def _short(world: "World", order: PretendOrder) -> dict[str, str]:
    rows = world.imported(order)
    shipping = ", ".join(sorted({row.status for row in rows})) if rows else "not imported"
    shopify = "CANCELLED" if order.cancelled else order.fulfilment_status()
    return {"name": order.name, "shopify": shopify, "shipstation": shipping, "created": _stamp(order.created)}


def view(world: "World", name: str) -> dict[str, Any]:
    """Show both systems' view of one order, and the actions that fit its state. Raises KeyError."""
    order = world.find(name)
    return {
        "name": order.name,
        "shopify": _shopify(order),
        "shipstation": [_row(world, row) for row in world.imported(order)],
        "actions": [{"code": action.code, "label": action.label} for action in _fitting(world, order)],
    }


def act(world: "World", name: str, code: str) -> str:
    """Do one action; return a sentence that says what was done. Raises KeyError."""
    order = world.find(name)
    action = next((one for one in _fitting(world, order) if one.code == code), None)
    if action is None:
        return f"{order.name} has moved on: that no longer fits its state."
    return action.do(world, order)


def _shopify(order: PretendOrder) -> dict[str, Any]:
    return {
        "name": order.name,
        "financial": order.financial,
        "fulfilment": order.fulfilment_status(),
        "cancelled": order.cancelled is not None,
        "holds": [hold.reason for part in order.parts for hold in part.holds],
        "fulfilments": [
            {
                "name": one.name,
                "status": one.status,
                "created": _stamp(one.created),
                "tracking": [{"number": each.number, "company": each.company} for each in one.tracking],
            }
            for one in order.fulfillments
        ],
        "created": _stamp(order.created),
        "updated": _stamp(order.updated),
    }


def _row(world: "World", row: PretendShipOrder) -> dict[str, Any]:
    return {
        "number": row.number,
        "status": row.status,
        "labels": [
            {
                "kind": one.kind,
                "tracking": one.tracking,
                "carrier": COMPANIES.get(one.carrier or "", one.carrier),
                "voided": one.voided is not None,
                "notified": one.notified,
                "error": one.error,
                "created": _stamp(one.created),
            }
            for one in world.shipping.labels_of(row)
        ],
    }


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


# ---------------------------------------------------------------- what may be done


class Action:
    """One thing that a person may do to an order, when its state allows it."""

    def __init__(
        self,
        code: str,
        label: str,
        fits: Callable[["World", PretendOrder], bool],
        do: Callable[["World", PretendOrder], str],
    ) -> None:
        self.code, self.label, self.fits, self.do = code, label, fits, do


def _fitting(world: "World", order: PretendOrder) -> list[Action]:
    return [action for action in ACTIONS if action.fits(world, order)]


def _live(world: "World", order: PretendOrder) -> list[PretendLabel]:
    return world.labels(order, live=True)


def _shippable(world: "World", order: PretendOrder) -> bool:
    return any(line.ships and line.current for line in order.lines) and order.cancelled is None


def _unprinted(world: "World", order: PretendOrder) -> list[PretendShipOrder]:
    waiting = [row for row in world.imported(order) if row.status == "awaiting_shipment"]
    return [row for row in waiting if sum(world.shipping.open_units(row).values())]


def _untold(world: "World", order: PretendOrder) -> list[PretendLabel]:
    return [label for label in _live(world, order) if not label.notified or not order.fulfillments]


def _held(world: "World", order: PretendOrder) -> bool:
    return any(part.holds for part in order.parts)


def _fail_notification(world: "World", order: PretendOrder) -> str:
    world.drop_fulfillment(order)
    for label in _live(world, order):
        label.notified, label.error = False, SHOPIFY_422
    _backdate(world, order)
    return f"ShipStation could not tell Shopify about {order.name}: Shopify shows nothing, the label shows the error."


def _backdate(world: "World", order: PretendOrder) -> None:
    """Move the parcel, and where it must its order, back past the window."""
    for label in _live(world, order):
        label.created = min(label.created, world.now - LONG_AGO)
        row = world.shipping.orders[label.order_id]
        row.created = min(row.created, label.created - timedelta(minutes=30))
        order.created = min(order.created, row.created - timedelta(minutes=10))
        order.processed = min(order.processed, order.created)
        world.shipping.touch(row, world.now)


def _resend(world: "World", order: PretendOrder) -> str:
    for label in _untold(world, order):
        world.resend_notification(label)
    return f"The notification of {order.name} was sent again: Shopify shows the parcel."


def _void(world: "World", order: PretendOrder) -> str:
    for label in _live(world, order):
        world.void(label)
    return (
        f"The label of {order.name} is void: ShipStation waits for a new one, Shopify keeps what it was told."
    )


def _print(world: "World", order: PretendOrder) -> str:
    reprint = any(label.voided and label.notified for label in world.labels(order))
    for row in _unprinted(world, order):
        world.label(row, notify=not reprint)
    told = "ShipStation does not send the new number after a void." if reprint else "Shopify was told."
    return f"A label was printed for {order.name}. {told}"


def _lose_import(world: "World", order: PretendOrder) -> str:
    world.forget_import(order)
    world.drop_fulfillment(order)
    order.created = min(order.created, world.now - LONG_AGO)
    order.processed = min(order.processed, order.created)
    for payment in order.payments:
        payment.at = min(payment.at, order.created)
    return f"ShipStation never received {order.name}."


def _import(world: "World", order: PretendOrder) -> str:
    world.import_order(order)
    return f"{order.name} was imported by hand."


def _blank_tracking(world: "World", order: PretendOrder) -> str:
    world.set_tracking(order, None)
    _backdate(world, order)
    return f"Shopify lost the tracking number of {order.name}."


def _wrong_tracking(world: "World", order: PretendOrder) -> str:
    world.set_tracking(order, "9400100000000000000000", company="USPS")
    _backdate(world, order)
    return f"Shopify shows a number for {order.name} that no label carries."


def _cancel(world: "World", order: PretendOrder) -> str:
    world.cancel(order, imported=False)
    return f"{order.name} was cancelled in Shopify; ShipStation has not noticed."


def _hold(world: "World", order: PretendOrder) -> str:
    world.hold(order)
    return f"{order.name} is on hold in both systems: risk of fraud."


def _release(world: "World", order: PretendOrder) -> str:
    world.release(order)
    return f"The hold on {order.name} was lifted."


ACTIONS = (
    Action(
        "notification_fails",
        "ShipStation's notification fails",
        lambda world, order: bool(_live(world, order) and order.fulfillments) and order.cancelled is None,
        _fail_notification,
    ),
    Action("resend", "Resend the notification", lambda world, order: bool(_untold(world, order)), _resend),
    Action("void", "Void the label", lambda world, order: bool(_live(world, order)), _void),
    Action("print", "Print a label", lambda world, order: bool(_unprinted(world, order)), _print),
    Action(
        "lose_import",
        "Lose the import",
        lambda world, order: bool(world.imported(order)) and _shippable(world, order),
        _lose_import,
    ),
    Action(
        "import",
        "Import it",
        lambda world, order: not world.imported(order) and _shippable(world, order),
        _import,
    ),
    Action(
        "blank_tracking",
        "Blank the tracking in Shopify",
        lambda world, order: (
            bool(_live(world, order)) and any(one.tracking for one in order.fulfillments[-1:])
        ),
        _blank_tracking,
    ),
    Action(
        "wrong_tracking",
        "Send the wrong tracking",
        lambda world, order: bool(_live(world, order) and order.fulfillments),
        _wrong_tracking,
    ),
    Action(
        "cancel",
        "Cancel the order",
        lambda _, order: order.cancelled is None and any(order.open_units().values()),
        _cancel,
    ),
    Action(
        "hold",
        "Put on hold",
        lambda world, order: (
            _shippable(world, order) and any(order.open_units().values()) and not _held(world, order)
        ),
        _hold,
    ),
    Action("release", "Release the hold", _held, _release),
)
