"""The alias table: fields that judging needs, and the column names under which exports carry them.

Names are compared folded: case, dashes, colons, underscores and spaces do not count. Sources: apis.md C1 to C3 and
column names seen in the wild. Names, addresses, e-mail, phone and notes are not in it, so they are never read.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, str] = MappingProxyType(
    {
        "order_number": "order number",
        "id": "Shopify's order id",
        "created_at": "order created",
        "processed_at": "order processed",
        "updated_at": "order last changed",
        "cancelled_at": "order cancelled",
        "closed_at": "order archived",
        "cancel_reason": "reason for cancelling",
        "ordered_at": "order date",
        "paid_at": "order paid",
        "fulfilled_at": "order fulfilled",
        "financial_status": "payment status",
        "fulfillment_status": "fulfilment status",
        "total": "order total",
        "currency": "currency",
        "refunded": "refunded amount",
        "tags": "tags",
        "source": "sales channel of the order",
        "shipping_method": "shipping method",
        "ships_to": "whether it has a shipping address",
        "line_type": "type of the row",
        "line_id": "line id",
        "line_title": "shipping method",
        "sku": "product SKU",
        "quantity": "quantity",
        "fulfillable": "quantity still to fulfil",
        "requires_shipping": "whether the line needs shipping",
        "gift_card": "whether the line is a gift card",
        "line_status": "fulfilment status of the line",
        "fulfillment_id": "fulfilment id",
        "parcel_status": "status of the fulfilment",
        "shipment_status": "delivery status",
        "parcel_created_at": "fulfilment created",
        "parcel_updated_at": "fulfilment last changed",
        "company": "tracking company",
        "url": "tracking link",
        "location": "location",
        "refunded_at": "refund created",
        "payment_kind": "kind of payment",
        "payment_status": "status of the payment",
        "payment_at": "payment processed",
        "tracking": "tracking number",
        "ship_date": "ship date",
        "made_at": "label created",
        "ship_by": "ship-by date",
        "hold_until": "held until",
        "carrier": "carrier",
        "service": "service",
        "provider": "provider",
        "store": "store",
        "marketplace": "marketplace",
        "order_status": "order status",
        "status": "status of the shipment",
        "voided": "whether the label was voided",
        "voided_at": "label voided",
        "return_label": "whether it is a return label",
        "notified": "whether the sales channel was notified",
        "packages": "number of packages",
        "parcel": "shipment number",
    }
)
"""Every field, as `--map` names it, and what it is called in a report."""

Aliases = Mapping[str, tuple[str, ...]]

SHOPIFY: Aliases = MappingProxyType(
    {
        "order_number": ("name", "order name"),
        "id": ("id", "order id"),
        "created_at": ("created at",),
        "processed_at": ("processed at",),
        "updated_at": ("updated at",),
        "cancelled_at": ("cancelled at", "canceled at"),
        "paid_at": ("paid at",),
        "fulfilled_at": ("fulfilled at",),
        "financial_status": ("financial status",),
        "fulfillment_status": ("fulfillment status", "fulfilment status"),
        "total": ("total",),
        "currency": ("currency",),
        "refunded": ("refunded amount",),
        "tags": ("tags",),
        "source": ("source",),
        "shipping_method": ("shipping method",),
        "ships_to": ("shipping country", "shipping zip"),
        "sku": ("lineitem sku", "line item sku"),
        "quantity": ("lineitem quantity", "line item quantity"),
        "requires_shipping": ("lineitem requires shipping", "line item requires shipping"),
        "line_status": ("lineitem fulfillment status", "line item fulfillment status"),
    }
)
MATRIXIFY: Aliases = MappingProxyType(
    {
        "order_number": ("name",),
        "id": ("id",),
        "created_at": ("created at",),
        "processed_at": ("processed at",),
        "updated_at": ("updated at",),
        "cancelled_at": ("cancelled at",),
        "closed_at": ("closed at",),
        "cancel_reason": ("cancel reason",),
        "financial_status": ("payment status",),
        "fulfillment_status": ("order fulfillment status",),
        "total": ("price total", "price current total"),
        "currency": ("currency",),
        "refunded": ("price total refund",),
        "tags": ("tags",),
        "source": ("source",),
        "ships_to": ("shipping country", "shipping country code", "shipping zip"),
        "line_type": ("line type",),
        "line_id": ("line id",),
        "line_title": ("line title", "line name"),
        "sku": ("line sku",),
        "quantity": ("line quantity",),
        "fulfillable": ("line fulfillable quantity",),
        "requires_shipping": ("line requires shipping",),
        "gift_card": ("line gift card",),
        "line_status": ("line fulfillment status",),
        "fulfillment_id": ("fulfillment id",),
        "parcel_status": ("fulfillment status",),
        "shipment_status": ("fulfillment shipment status",),
        "parcel_created_at": ("fulfillment created at", "fulfillment processed at"),
        "parcel_updated_at": ("fulfillment updated at",),
        "tracking": ("fulfillment tracking number",),
        "company": ("fulfillment tracking company",),
        "url": ("fulfillment tracking url",),
        "location": ("fulfillment location",),
        "refunded_at": ("refund created at",),
        "payment_kind": ("transaction kind",),
        "payment_status": ("transaction status",),
        "payment_at": ("transaction processed at",),
    }
)
SHIPSTATION: Aliases = MappingProxyType(
    {
        "order_number": ("order number", "order #", "order no", "order id", "order"),
        "tracking": (
            "shipment tracking number",
            "tracking number",
            "tracking #",
            "tracking no",
            "tracking numbers",
            "tracking code",
            "tracking",
        ),
        "ship_date": ("date shipped date", "ship date", "date ship date", "shipped date", "date shipped"),
        "made_at": (
            "date label create date",
            "label create date",
            "label created",
            "label created date",
            "created date",
        ),
        "ordered_at": ("date order date", "order date"),
        "paid_at": ("date paid date", "paid date", "payment date"),
        "ship_by": ("date ship by date", "ship by date", "ship by"),
        "hold_until": ("date hold until", "hold until date", "hold until"),
        "carrier": ("shipment carrier", "carrier name", "carrier carrier selected", "carrier"),
        "service": (
            "shipment service",
            "carrier service selected",
            "service",
            "carrier service requested",
        ),
        "provider": ("provider",),
        "store": ("market store name", "store name", "store"),
        "marketplace": (
            "market marketplace name",
            "market markeplace name",
            "marketplace name",
            "marketplace",
        ),
        "order_status": ("order status",),
        "status": ("status", "shipment status", "fulfillment status"),
        "voided": ("shipment void flag", "void flag", "voided", "void"),
        "voided_at": ("shipment void date", "void date", "voided date"),
        "return_label": ("return return label flag", "return label flag", "return label"),
        "notified": ("marketplace notified", "shipment marketplace notified"),
        "packages": ("shipment package count", "package count"),
        "parcel": ("shipment #", "shipment number", "shipment id", "shipment no"),
        "sku": ("item sku", "sku"),
        "quantity": ("item qty", "item quantity", "qty", "quantity"),
    }
)
"""`Markeplace` is ShipStation's own spelling. Of several columns for one field, the earlier name here is taken."""

_APART = re.compile(r"[\s_:;/.,()\[\]\-\u2010-\u2015]+")


def fold(name: str) -> str:
    """Return a column's name as it is compared: `Order - Number`, `order_number` and `ORDER NUMBER` are the same."""
    plain = unicodedata.normalize("NFKC", name).casefold().replace("#", " # ").strip("\ufeff\"' ")
    return " ".join(_APART.sub(" ", plain).split())
