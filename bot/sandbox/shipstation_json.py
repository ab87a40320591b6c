"""ShipStation V1's JSON of orders, parcels and stores: field names, empty values and stamps as real answers have them."""

from datetime import UTC, datetime, time
from typing import Any

from bot.sandbox.shipping import PACIFIC, PretendItem, PretendLabel, PretendShipOrder, PretendStore, Shipping

USER = "00000000-0000-4000-8000-000000000001"
MARKETPLACES = ((0, "ShipStation", False), (82, "Shopify", True), (2, "Amazon", True))
"""Id, name, whether it can be told about shipments."""


def stamp(at: datetime | None) -> str | None:
    """Return a stamp as V1 writes it: Pacific, seven decimals, no offset (apis.md B1)."""
    return at.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S.%f0") if at else None


def pacific(at: datetime) -> datetime:
    """Return the wall time in Pacific, naive, to compare with what a request says."""
    return at.astimezone(PACIFIC).replace(tzinfo=None)


def _address(buyer: int) -> dict[str, Any]:
    return {
        "name": f"Sample Buyer {buyer}",
        "company": None,
        "street1": f"{buyer} Nowhere Lane",
        "street2": "",
        "street3": None,
        "city": "Example Falls",
        "state": "NY",
        "postalCode": f"{buyer % 100000:05d}",
        "country": "US",
        "phone": "555-0100",
        "residential": True,
        "addressVerified": "Address validated successfully",
    }


def _weight(units: int) -> dict[str, Any]:
    return {"value": 8.0 * units, "units": "ounces", "WeightUnits": 1}


NO_INSURANCE = {"provider": None, "insureShipment": False, "insuredValue": 0.0}


def order_json(order: PretendShipOrder) -> dict[str, Any]:
    """Return one row of `/orders`, which is also `/orders/{id}`."""
    units = sum(item.quantity for item in order.items)
    return {
        "orderId": order.id,
        "orderNumber": order.number,
        "orderKey": order.key,
        "orderDate": stamp(order.ordered),
        "createDate": stamp(order.created),
        "modifyDate": stamp(order.modified),
        "paymentDate": stamp(order.paid),
        "shipByDate": order.ship_by.isoformat() if order.ship_by else None,
        "orderStatus": order.status,
        "customerId": 88000000 + order.buyer,
        "customerUsername": str(7000000000000 + order.buyer),
        "customerEmail": f"buyer{order.buyer}@example.invalid",
        "billTo": _address(order.buyer) | {"addressVerified": None, "residential": None},
        "shipTo": _address(order.buyer),
        "items": [_item(item) for item in order.items],
        "orderTotal": float(order.total),
        "amountPaid": float(order.total) if order.paid else 0.0,
        "taxAmount": 0.0,
        "shippingAmount": 0.0,
        "customerNotes": None,
        "internalNotes": None,
        "gift": False,
        "giftMessage": None,
        "paymentMethod": "shopify_payments",
        "requestedShippingService": "Standard",
        "carrierCode": order.carrier,
        "serviceCode": order.service,
        "packageCode": "package",
        "confirmation": "none",
        "shipDate": order.shipped_on.isoformat() if order.shipped_on else None,
        "holdUntilDate": order.hold_until.isoformat() if order.hold_until else None,
        "weight": _weight(units),
        "dimensions": None,
        "insuranceOptions": NO_INSURANCE,
        "internationalOptions": {"contents": None, "customsItems": None, "nonDelivery": None},
        "labelMessages": None,
        "advancedOptions": _advanced(order),
        "tagIds": order.tag_ids or None,
        "userId": None,
        "externallyFulfilled": order.externally_fulfilled,
        "externallyFulfilledBy": order.externally_fulfilled_by,
        "externallyFulfilledById": None,
        "externallyFulfilledByName": order.externally_fulfilled_by,
    }


def _advanced(order: PretendShipOrder) -> dict[str, Any]:
    return {
        "warehouseId": 499995,
        "nonMachinable": False,
        "saturdayDelivery": False,
        "containsAlcohol": False,
        "mergedOrSplit": order.merged_or_split,
        "mergedIds": order.merged_ids,
        "parentId": order.parent_id,
        "storeId": order.store_id,
        "customField1": "",
        "customField2": "",
        "customField3": None,
        "source": "web",
        "billToParty": None,
        "billToAccount": None,
        "billToPostalCode": None,
        "billToCountryCode": None,
        "billToMyOtherAccount": None,
    }


def _item(item: PretendItem) -> dict[str, Any]:
    return {
        "orderItemId": item.id,
        "lineItemKey": item.line_key,
        "sku": item.sku,
        "name": item.name,
        "imageUrl": None,
        "weight": _weight(1),
        "quantity": item.quantity,
        "unitPrice": float(item.price),
        "taxAmount": None,
        "shippingAmount": None,
        "warehouseLocation": None,
        "options": [],
        "productId": None,
        "fulfillmentSku": None,
        "adjustment": item.adjustment,
        "upc": None,
    }


def label_json(shipping: Shipping, label: PretendLabel, *, items: bool) -> dict[str, Any]:
    """Return one row of `/shipments`."""
    order = shipping.orders[label.order_id]
    return {
        "shipmentId": label.id,
        "orderId": order.id,
        "orderKey": order.key,
        "userId": USER,
        "customerEmail": f"buyer{order.buyer}@example.invalid",
        "orderNumber": order.number,
        "createDate": stamp(label.created),
        "shipDate": pacific(label.created).date().isoformat(),
        "shipmentCost": 7.35,
        "insuranceCost": 0,
        "trackingNumber": label.tracking,
        "isReturnLabel": label.return_label,
        "batchNumber": None,
        "carrierCode": label.carrier,
        "serviceCode": label.service,
        "packageCode": "package",
        "confirmation": None,
        "warehouseId": 499995,
        "voided": label.voided is not None,
        "voidDate": stamp(label.voided),
        "marketplaceNotified": label.notified,
        "notifyErrorMessage": label.error,
        "shipTo": _address(order.buyer),
        "weight": _weight(sum(label.units.values())),
        "dimensions": None,
        "insuranceOptions": NO_INSURANCE,
        "advancedOptions": {
            "billToParty": None,
            "billToAccount": None,
            "billToPostalCode": None,
            "billToCountryCode": None,
            "storeId": order.store_id,
        },
        "shipmentItems": _contents(order, label) if items else None,
        "labelData": None,
        "formData": None,
    }


def _contents(order: PretendShipOrder, label: PretendLabel) -> list[dict[str, Any]]:
    shown = (
        "orderItemId",
        "lineItemKey",
        "sku",
        "name",
        "imageUrl",
        "weight",
        "unitPrice",
        "warehouseLocation",
    )
    rows = []
    for item in order.items:
        if item.id in label.units:
            row = {key: value for key, value in _item(item).items() if key in shown}
            extra = {"options": None, "productId": None, "fulfillmentSku": None}
            rows.append(row | {"quantity": label.units[item.id]} | extra)
    return rows


def mark_json(shipping: Shipping, mark: PretendLabel) -> dict[str, Any]:
    """Return one row of `/fulfillments`: no key, no store, a ship date that is a stamp (apis.md B2)."""
    order = shipping.orders[mark.order_id]
    midnight = datetime.combine(pacific(mark.created).date(), time(), PACIFIC)
    return {
        "fulfillmentId": mark.id,
        "orderId": order.id,
        "orderNumber": order.number,
        "userId": USER,
        "customerEmail": f"buyer{order.buyer}@example.invalid",
        "trackingNumber": mark.tracking or "",
        "createDate": stamp(mark.created),
        "shipDate": stamp(midnight.astimezone(UTC)),
        "voidDate": stamp(mark.voided),
        "deliveryDate": None,
        "carrierCode": mark.carrier,
        "fulfillmentProviderCode": mark.provider,
        "fulfillmentServiceCode": None,
        "fulfillmentFee": 0.0,
        "voidRequested": mark.voided is not None,
        "voided": mark.voided is not None,
        "marketplaceNotified": mark.notified,
        "notifyErrorMessage": mark.error,
        "shipTo": _address(order.buyer),
    }


def store_json(store: PretendStore, domain: str, now: datetime) -> dict[str, Any]:
    """Return one row of `/stores`: refreshDate in UTC beside lastRefreshAttempt in Pacific (domain.md, rule 11)."""
    refreshed = store.refreshed or now
    return {
        "storeId": store.id,
        "storeName": store.name,
        "marketplaceId": store.marketplace_id,
        "marketplaceName": store.marketplace,
        "accountName": None,
        "email": None,
        "integrationUrl": domain if store.marketplace_id else None,
        "active": store.active,
        "companyName": "",
        "phone": "",
        "publicEmail": "",
        "website": "",
        "refreshDate": refreshed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3],
        "lastRefreshAttempt": pacific(refreshed).isoformat(timespec="milliseconds"),
        "createDate": "2024-02-01T09:00:00.123",
        "modifyDate": "2026-01-05T10:30:00.55",
        "autoRefresh": store.auto_refresh,
        "statusMappings": None,
    }


def marketplaces_json() -> list[dict[str, Any]]:
    """Return `/stores/marketplaces`."""
    return [
        {
            "name": name,
            "marketplaceId": number,
            "canRefresh": bool(number),
            "supportsCustomMappings": False,
            "supportsCustomStatuses": False,
            "canConfirmShipments": confirms,
        }
        for number, name, confirms in MARKETPLACES
    ]
