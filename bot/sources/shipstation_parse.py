"""Turns ShipStation V1's rows into facts, leniently: fields go missing, lists are null, numbers come as text."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from bot.errors import SourceGarbled
from bot.sources import pacific
from bot.sources.masking import masked
from bot.sources.shipstation_errors import garbled
from storage.facts import Item, Shipment, ShipStationOrder, ShipStationStore

Row = Mapping[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


def _or_garbled(parse: Callable[P, T]) -> Callable[P, T]:
    @wraps(parse)
    def parsed(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return parse(*args, **kwargs)
        except SourceGarbled:
            raise
        except (AttributeError, TypeError, ValueError, OverflowError) as wrong:
            raise garbled(f"a row has a field of an unknown form ({type(wrong).__name__})") from wrong

    return parsed


@_or_garbled
def order(row: Row, read_at: datetime) -> ShipStationOrder:
    """Return one row of /orders. Discount rows (`adjustment`) are left out of its items."""
    more = _object(row, "advancedOptions")
    created_at = _needed(_stamp(row, "createDate") or _stamp(row, "orderDate"), "createDate")
    return ShipStationOrder(
        id=_needed(_whole(row, "orderId"), "orderId"),
        number=_text(row, "orderNumber") or "",
        key=_text(row, "orderKey"),
        status=_text(row, "orderStatus") or "unknown",
        store_id=_whole(more, "storeId"),
        created_at=created_at,
        modified_at=_stamp(row, "modifyDate") or created_at,
        read_at=read_at,
        ordered_at=_stamp(row, "orderDate"),
        paid_at=_stamp(row, "paymentDate"),
        ship_by=_day(row, "shipByDate"),
        hold_until=_day(row, "holdUntilDate"),
        carrier=_text(row, "carrierCode"),
        service=_text(row, "serviceCode"),
        warehouse_id=_whole(more, "warehouseId"),
        address_check=_text(_object(row, "shipTo"), "addressVerified"),
        tag_ids=_wholes(row, "tagIds"),
        merged_or_split=_flag(more, "mergedOrSplit") or False,
        merged_ids=_wholes(more, "mergedIds"),
        parent_id=_whole(more, "parentId"),
        externally_fulfilled=_flag(row, "externallyFulfilled") or False,
        externally_fulfilled_by=_text(row, "externallyFulfilledByName")
        or _text(row, "externallyFulfilledBy"),
        items=_items(row.get("items") or ()),
    )


@_or_garbled
def label(row: Row, read_at: datetime) -> Shipment:
    """Return one row of /shipments: a label made in ShipStation. Without items asked for, items is None."""
    items = row.get("shipmentItems")
    return Shipment(
        id=_needed(_whole(row, "shipmentId"), "shipmentId"),
        kind="label",
        order_id=_whole(row, "orderId") or 0,
        order_number=_text(row, "orderNumber") or "",
        created_at=_needed(_stamp(row, "createDate") or _stamp(row, "shipDate"), "createDate"),
        read_at=read_at,
        order_key=_text(row, "orderKey"),
        store_id=_whole(_object(row, "advancedOptions"), "storeId"),
        ship_date=_day(row, "shipDate"),
        tracking=_text(row, "trackingNumber"),
        carrier=_text(row, "carrierCode"),
        service=_text(row, "serviceCode"),
        voided=_flag(row, "voided") or False,
        voided_at=_stamp(row, "voidDate"),
        return_label=_flag(row, "isReturnLabel") or False,
        notified=_flag(row, "marketplaceNotified"),
        notify_error=_error(row),
        items=None if items is None else _items(items),
    )


@_or_garbled
def mark(row: Row, read_at: datetime) -> Shipment:
    """Return one row of /fulfillments: an order marked as shipped, without a label of ShipStation."""
    return Shipment(
        id=_needed(_whole(row, "fulfillmentId"), "fulfillmentId"),
        kind="mark",
        order_id=_whole(row, "orderId") or 0,
        order_number=_text(row, "orderNumber") or "",
        created_at=_needed(_stamp(row, "createDate") or _stamp(row, "shipDate"), "createDate"),
        read_at=read_at,
        ship_date=_day(row, "shipDate"),
        tracking=_text(row, "trackingNumber"),
        carrier=_text(row, "carrierCode"),
        service=_text(row, "fulfillmentServiceCode"),
        provider=_text(row, "sellerFillProviderName") or _text(row, "fulfillmentProviderCode"),
        voided=_flag(row, "voided") or False,
        voided_at=_stamp(row, "voidDate"),
        notified=_flag(row, "marketplaceNotified"),
        notify_error=_error(row),
    )


@_or_garbled
def store(row: Row, read_at: datetime, can_confirm: Mapping[int, bool] | None = None) -> ShipStationStore:
    """Return one row of /stores; `can_confirm` says so by marketplace id, where that was read."""
    marketplace_id = _whole(row, "marketplaceId")
    attempted = _stamp(row, "lastRefreshAttempt")
    return ShipStationStore(
        id=_needed(_whole(row, "storeId"), "storeId"),
        name=_text(row, "storeName") or "",
        marketplace=_text(row, "marketplaceName"),
        marketplace_id=marketplace_id,
        active=_flag(row, "active") is not False,
        read_at=read_at,
        auto_refresh=_flag(row, "autoRefresh"),
        refreshed_at=_refreshed(row, attempted, read_at),
        attempted_at=attempted,
        can_confirm=can_confirm.get(marketplace_id) if can_confirm and marketplace_id is not None else None,
        integration=(_text(row, "integrationUrl") or "").casefold() or None,
    )


@_or_garbled
def confirms(row: Row) -> tuple[int | None, bool | None]:
    """Return a marketplace's id and whether it can be told about shipments."""
    return _whole(row, "marketplaceId"), _flag(row, "canConfirmShipments")


def _items(rows: Any) -> tuple[Item, ...]:
    return tuple(
        Item(_text(row, "lineItemKey"), _text(row, "sku"), _whole(row, "quantity") or 0)
        for row in rows
        if not _flag(row, "adjustment")
    )


def _error(row: Row) -> str | None:
    text = _text(row, "notifyErrorMessage")
    return masked(text) if text else None


def _needed(value: T | None, field: str) -> T:
    if value is None:
        raise garbled(f"a row came without {field}")
    return value


def _object(row: Row, field: str) -> Row:
    value = row.get(field)
    return value if isinstance(value, dict) else {}


def _text(row: Row, field: str) -> str | None:
    value = row.get(field)
    return None if value is None else str(value).strip() or None


def _whole(row: Row, field: str) -> int | None:
    value = row.get(field)
    if isinstance(value, str):
        value = value.strip() or None
    if isinstance(value, str) and not value.isdigit():
        value = float(value)
    return None if value is None else int(value)


def _wholes(row: Row, field: str) -> tuple[int, ...]:
    return tuple(int(value) for value in row.get(field) or ())


def _flag(row: Row, field: str) -> bool | None:
    value = row.get(field)
    if isinstance(value, str):
        return value.strip().casefold() in ("true", "1", "yes") if value.strip() else None
    return None if value is None else bool(value)


def _stamp(row: Row, field: str) -> datetime | None:
    text = _text(row, field)
    return None if text is None or _never(text) else pacific.parse_stamp(text)


def _day(row: Row, field: str) -> date | None:
    text = _text(row, field)
    return None if text is None or _never(text) else pacific.parse_day(text)


def _refreshed(row: Row, attempted: datetime | None, now: datetime) -> datetime | None:
    text = _text(row, "refreshDate")
    if text is None or _never(text):
        return None
    return pacific.parse_refresh(text, attempted=attempted, now=now)


def _never(text: str) -> bool:
    """Return whether this is .NET's smallest date, which stands for no date."""
    return text.startswith("0001-01-01")
