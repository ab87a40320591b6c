"""The panel: both systems' view of one order, and what a person may break or mend of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.sandbox import break_orders, break_parcels
from bot.sandbox.action import Action
from bot.sandbox.carriers import COMPANIES
from bot.sandbox.shipping import PretendShipOrder
from bot.sandbox.shop import PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.world import World

ACTIONS = (*break_parcels.ACTIONS, *break_orders.ACTIONS)


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


def _fitting(world: "World", order: PretendOrder) -> list[Action]:
    return [action for action in ACTIONS if action.fits(world, order)]


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
