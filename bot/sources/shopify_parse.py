"""Turns Shopify's nodes into facts. Unknown enum values survive as text; a missing field is a garbled answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from bot.sources.shopify_errors import garbled
from storage.facts import (
    Fulfillment,
    FulfillmentOrder,
    FulfillmentOrderLine,
    Hold,
    Line,
    Order,
    OrderDetail,
    Payment,
    Quantity,
    Refund,
    Tracking,
)

Node = Mapping[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


def _or_garbled(parse: Callable[P, T]) -> Callable[P, T]:
    @wraps(parse)
    def parsed(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return parse(*args, **kwargs)
        except KeyError as missing:
            raise garbled(f"an order came without {missing}") from missing
        except (AttributeError, TypeError, ValueError, OverflowError) as wrong:
            raise garbled(f"an order has a field of an unknown form ({type(wrong).__name__})") from wrong

    return parsed


def bare_id(gid: str) -> str:
    """Return the number at the end of `gid://shopify/Order/6012345678901`."""
    return str(gid).rsplit("/", 1)[-1].partition("?")[0]


@_or_garbled
def order(node: Node, read_at: datetime) -> Order:
    """Return an order; with a detailed node, its detail and the lines of its fulfilments and its total too.

    Only the optional fields (documents.OPTIONAL) may be missing.
    """
    detailed = "lineItems" in node
    total = (node.get("currentTotalPriceSet") or {}).get("shopMoney") or {}
    return Order(
        id=str(node["legacyResourceId"]),
        name=str(node["name"]),
        created_at=_time(node["createdAt"]),
        processed_at=_time(node["processedAt"]),
        updated_at=_time(node["updatedAt"]),
        read_at=read_at,
        financial_status=_text(node["displayFinancialStatus"]),
        fulfillment_status=str(node["displayFulfillmentStatus"]),
        closed_at=_time_or_none(node["closedAt"]),
        cancelled_at=_time_or_none(node["cancelledAt"]),
        cancel_reason=_text(node.get("cancelReason")),
        return_status=_text(node.get("returnStatus")),
        test=bool(node["test"]),
        requires_shipping=bool(node["requiresShipping"]),
        fulfillable=bool(node["fulfillable"]),
        source=_text(node.get("sourceName")),
        tags=tuple(str(tag) for tag in node["tags"] or ()),
        quantity=int(node["currentSubtotalLineItemsQuantity"]),
        total=_text(total.get("amount")),
        currency=_text(total.get("currencyCode")),
        fulfillments=tuple(_fulfillment(each, detailed=detailed) for each in node["fulfillments"]),
        detail=_detail(node) if detailed else None,
    )


def _detail(node: Node) -> OrderDetail:
    shipping = node.get("shippingLine")
    return OrderDetail(
        lines=tuple(_line(line) for line in _nodes(node["lineItems"])),
        fulfillment_orders=tuple(_fulfillment_order(part) for part in _nodes(node["fulfillmentOrders"])),
        payments=tuple(_payment(payment) for payment in node.get("transactions") or ()),
        refunds=tuple(_refund(refund) for refund in node.get("refunds") or ()),
        edited=bool(node.get("edited")),
        shipping_method=_text(shipping["title"]) if shipping else None,
    )


def _line(node: Node) -> Line:
    return Line(
        id=bare_id(node["id"]),
        sku=_text(node["sku"]),
        quantity=int(node["quantity"]),
        current=int(node["currentQuantity"]),
        unfulfilled=int(node["unfulfilledQuantity"]),
        requires_shipping=bool(node["requiresShipping"]),
        gift_card=bool(node.get("isGiftCard")),
    )


def _fulfillment(node: Node, *, detailed: bool) -> Fulfillment:
    return Fulfillment(
        id=bare_id(node["id"]),
        name=str(node["name"]),
        status=str(node["status"]),
        display_status=_text(node["displayStatus"]),
        created_at=_time(node["createdAt"]),
        updated_at=_time(node["updatedAt"]),
        quantity=int(node["totalQuantity"]),
        tracking=tuple(_tracking(parcel) for parcel in node["trackingInfo"]),
        lines=_quantities(node["fulfillmentLineItems"]) if detailed else None,
        service=_service(node.get("service")),
    )


def _service(node: Node | None) -> str | None:
    """Return the name of a fulfilment service; `manual` is Shopify's word for the shop itself."""
    return _text(node.get("serviceName")) if node and node.get("handle") != "manual" else None


def _tracking(node: Node) -> Tracking:
    return Tracking(number=_text(node["number"]), company=_text(node["company"]), url=_text(node["url"]))


def _quantities(connection: Node) -> tuple[Quantity, ...]:
    return tuple(
        Quantity(bare_id(node["lineItem"]["id"]), int(node["quantity"] or 0)) for node in _nodes(connection)
    )


def _fulfillment_order(node: Node) -> FulfillmentOrder:
    method, location = node["deliveryMethod"], node["assignedLocation"]
    return FulfillmentOrder(
        id=bare_id(node["id"]),
        status=str(node["status"]),
        request_status=_text(node["requestStatus"]),
        method=_text(method["methodType"]) if method else None,
        location=_text(location["name"]) if location else None,
        created_at=_time(node["createdAt"]),
        updated_at=_time(node["updatedAt"]),
        fulfill_at=_time_or_none(node["fulfillAt"]),
        fulfill_by=_time_or_none(node.get("fulfillBy")),
        holds=tuple(_hold(hold) for hold in node["fulfillmentHolds"]),
        lines=tuple(_fulfillment_order_line(line) for line in _nodes(node["lineItems"])),
    )


def _hold(node: Node) -> Hold:
    app = node.get("heldByApp") or {}
    return Hold(str(node["reason"]), _text(node.get("displayReason")), _text(app.get("title")))


def _fulfillment_order_line(node: Node) -> FulfillmentOrderLine:
    return FulfillmentOrderLine(
        line_id=bare_id(node["lineItem"]["id"]),
        sku=_text(node["sku"]),
        total=int(node["totalQuantity"]),
        remaining=int(node["remainingQuantity"]),
        requires_shipping=bool(node["requiresShipping"]),
    )


def _payment(node: Node) -> Payment:
    return Payment(str(node["kind"]), str(node["status"]), _time_or_none(node["processedAt"]))


def _refund(node: Node) -> Refund:
    when = node["createdAt"] or node["processedAt"]
    return Refund(_time(when), sum(int(line["quantity"]) for line in _nodes(node["refundLineItems"])))


def _nodes(connection: Node) -> Sequence[Node]:
    found: Sequence[Node] = connection["nodes"]
    return found


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _time(value: str) -> datetime:
    stamp = datetime.fromisoformat(value)
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)


def _time_or_none(value: str | None) -> datetime | None:
    return _time(value) if value else None
