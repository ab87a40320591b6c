"""Where a person looks at an order: its pages in Shopify's admin and in ShipStation (apis.md D)."""

from urllib.parse import quote

from bot.gaps.dossier import Dossier
from storage.findings import Links

SHOPIFY_ADMIN = "https://admin.shopify.com/store"
SHIPSTATION = "https://ship.shipstation.com"
_LONGEST_QUERY = 100


def shopify_order(shop: str, order_id: str) -> str:
    """Return the admin address of an order; `shop` is `acme.myshopify.com`."""
    handle = shop.removesuffix(".myshopify.com")
    return f"{SHOPIFY_ADMIN}/{quote(handle, safe='')}/orders/{quote(order_id, safe='')}"


def shipstation_search(number: str) -> str:
    """Return the ShipStation search for an order number, over all orders in all statuses."""
    wanted = quote(number[:_LONGEST_QUERY], safe="")
    return f"{SHIPSTATION}/orders/all-orders-search-result?quickSearch={wanted}"


def links(dossier: Dossier) -> Links:
    """Return both addresses; ShipStation's is a search, by its own number where the order was found.

    An audit of files may know neither the shop's address nor Shopify's id of an order: then there is none to Shopify.
    """
    matches = dossier.matches
    number = matches[0].number if matches else dossier.order.name.strip().removeprefix("#")
    shop, order_id = dossier.rules.shop, dossier.order.id
    shopify = shopify_order(shop, order_id) if shop and order_id.isdigit() else None
    return Links(shopify, shipstation_search(number))
