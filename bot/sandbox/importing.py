"""How ShipStation takes in an order of Shopify's: what ships, in the state that Shopify shows."""

from collections.abc import Collection
from datetime import datetime

from bot.sandbox.shipping import PretendShipOrder, Shipping
from bot.sandbox.shop import PretendOrder


def take_in(
    shipping: Shipping,
    order: PretendOrder,
    at: datetime,
    *,
    store: int,
    key: str | None = None,
    only: Collection[str] | None = None,
) -> PretendShipOrder:
    """Put an order on ShipStation's books: `#` left off its number, and of its lines what ships, or `only` those SKUs."""
    row = shipping.open_order(at, order.name.removeprefix("#"), key=key or str(order.id), store=store)
    row.ordered, row.buyer, row.total = order.created, order.buyer, order.total
    row.paid = max((one.at for one in order.payments if one.kind != "AUTHORIZATION"), default=None)
    row.status = status_of(order)
    for line in order.lines:
        units = line.quantity - line.removed
        if line.ships and units > 0 and (only is None or line.sku in only):
            shipping.add_item(row, line.sku, units, line_key=str(line.id))
    shipping.refreshed(at)
    return row


def status_of(order: PretendOrder) -> str:
    """Return the orderStatus with which ShipStation would import it (apis.md B5)."""
    if order.cancelled:
        return "cancelled"
    if order.fulfilment_status() == "ON_HOLD":
        return "on_hold"
    return "awaiting_payment" if order.financial in {"PENDING", "AUTHORIZED"} else "awaiting_shipment"
