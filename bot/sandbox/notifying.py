"""How ShipStation tells Shopify of a parcel: a fulfilment for each order in it, or a corrected number; or cannot."""

from collections.abc import Mapping
from datetime import datetime

from bot.sandbox.carriers import COMPANIES, tracking_address
from bot.sandbox.shipping import SHOPIFY_STORE, PretendLabel, Shipping
from bot.sandbox.shop import PretendOrder, PretendTracking, Shop

SHOPIFY_422 = (
    "IntegrationError: Shopify encountered an error and responded with StatusCode UnprocessableEntity"
)
"""What ShipStation really says when Shopify refuses a fulfilment (apis.md B2)."""
SHOPIFY_503 = (
    "IntegrationError: Shopify encountered an error and responded with StatusCode ServiceUnavailable"
)
SHOPIFY_401 = "IntegrationError: Shopify encountered an error and responded with StatusCode Unauthorized"


def refusal(shop: Shop, shipping: Shipping, label: PretendLabel) -> str | None:
    """Return why Shopify cannot be told of a parcel now: the store is cut off, or an order in it was cancelled."""
    if shipping.outage and shipping.orders[label.order_id].store_id == SHOPIFY_STORE:
        return shipping.outage
    told = _share_out(shop, shipping, label)
    return SHOPIFY_422 if any(shop.orders[order_id].cancelled for order_id in told) else None


def tell_shopify(shop: Shop, shipping: Shipping, label: PretendLabel, at: datetime) -> None:
    """Let Shopify know of one parcel, which may hold several orders (domain.md, rule 23)."""
    company = COMPANIES.get(label.carrier or "", label.carrier)
    shown = [PretendTracking(label.tracking, company, tracking_address(company, label.tracking))]
    for order_id, units in _share_out(shop, shipping, label).items():
        _fulfil_or_correct(shop, shop.orders[order_id], units, shown if label.tracking else [], at)


def _share_out(shop: Shop, shipping: Shipping, label: PretendLabel) -> dict[int, dict[int, int]]:
    """Return Shopify order id -> line id -> units."""
    shares: dict[int, dict[int, int]] = {}
    for item in shipping.orders[label.order_id].items:
        if item.line_key and item.id in label.units:
            line_id = int(item.line_key)
            share = shares.setdefault(shop.by_line[line_id].id, {})
            share[line_id] = share.get(line_id, 0) + label.units[item.id]
    return shares


def _fulfil_or_correct(
    shop: Shop, order: PretendOrder, units: Mapping[int, int], shown: list[PretendTracking], at: datetime
) -> None:
    left = order.open_units()
    new = {line_id: min(quantity, left[line_id]) for line_id, quantity in units.items()}
    if any(new.values()):
        shop.fulfill(order, at, new, shown)
        return
    for told in order.fulfillments:
        if set(told.lines) & set(units):
            told.tracking, told.updated = list(shown), at
    shop.touch(order, at)
