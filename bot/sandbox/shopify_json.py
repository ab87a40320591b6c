"""The pretend shop's orders in the shapes of Shopify's schema: plain dictionaries that graphql-core's default resolver reads."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

from bot.sandbox.shop import (
    PretendFulfillment,
    PretendHold,
    PretendLine,
    PretendOrder,
    PretendPart,
    PretendPayment,
    PretendRefund,
)

Fields = dict[str, Any]
CURRENCY = "USD"
LOCATION_COUNTRY = "US"
REASONS = {
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "AWAITING_PAYMENT": "Awaiting payment",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Upsell in progress",
}


def stamp(at: datetime | None) -> str | None:
    """Return a time as Shopify writes it: UTC, whole seconds, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def money(amount: Decimal) -> Fields:
    """Return a MoneyBag."""
    one = {"amount": str(amount), "currencyCode": CURRENCY}
    return {"shopMoney": one, "presentmentMoney": one}


def connection(rows: Sequence[Any], render: Callable[[Any], Fields]) -> Callable[..., Fields]:
    """Return a resolver of a connection over a short list; cursors are positions."""

    def resolve(
        info: Any, *, first: int | None = None, after: str | None = None, last: int | None = None, **_: Any
    ) -> Fields:
        start = int(after.removeprefix("at-")) if after else 0
        size = first if first is not None else last
        window = range(start, len(rows) if size is None else min(start + size, len(rows)))
        nodes = [render(rows[at]) for at in window]
        end = f"at-{window.stop}" if nodes else None
        page = {
            "hasNextPage": window.stop < len(rows),
            "hasPreviousPage": start > 0,
            "startCursor": f"at-{start + 1}" if nodes else None,
            "endCursor": end,
        }
        edges = [{"cursor": f"at-{at + 1}", "node": node} for at, node in zip(window, nodes, strict=True)]
        return {"nodes": nodes, "edges": edges, "pageInfo": page}

    return resolve


def plain_list(rows: Sequence[Any], render: Callable[[Any], Fields]) -> Callable[..., list[Fields]]:
    """Return a resolver of a plain list, which `first` truncates."""

    def resolve(info: Any, *, first: int | None = None, **_: Any) -> list[Fields]:
        return [render(row) for row in rows[:first]]

    return resolve


class OrderFields:
    """Renders one order and everything below it, for a viewer with certain scopes."""

    def __init__(self, order: PretendOrder, *, merchant: bool = True, third_party: bool = False) -> None:
        self.order = order
        self.left = order.open_units()
        self._parts = [part for part in order.parts if (third_party if part.third_party else merchant)]

    def fields(self) -> Fields:
        """Return the order's fields; what costs more than a look is a callable."""
        order = self.order
        units = sum(line.current for line in order.lines)
        return {
            "__typename": "Order",
            "id": f"gid://shopify/Order/{order.id}",
            "legacyResourceId": str(order.id),
            "name": order.name,
            "number": order.number,
            "confirmationNumber": f"CN{order.id % 10**7:07d}",
            "createdAt": stamp(order.created),
            "processedAt": stamp(order.processed),
            "updatedAt": stamp(order.updated),
            "closedAt": stamp(order.closed),
            "closed": order.closed is not None,
            "cancelledAt": stamp(order.cancelled),
            "cancelReason": order.cancel_reason,
            "test": order.test,
            "edited": order.edited,
            "confirmed": True,
            "currencyCode": CURRENCY,
            "fulfillable": bool(sum(self.left.values())) and order.cancelled is None,
            "requiresShipping": any(line.ships for line in order.lines),
            "unpaid": order.financial in {"PENDING", "AUTHORIZED", "PARTIALLY_PAID"},
            "fullyPaid": order.financial in {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"},
            "displayFinancialStatus": order.financial,
            "displayFulfillmentStatus": order.fulfilment_status(),
            "returnStatus": order.return_status,
            "sourceName": order.source,
            "sourceIdentifier": None,
            "poNumber": None,
            "tags": order.tags,
            "currentSubtotalLineItemsQuantity": units,
            "subtotalLineItemsQuantity": sum(line.quantity for line in order.lines),
            "currentTotalPriceSet": lambda _: money(order.total),
            "shippingLine": self._shipping_line(),
            "fulfillmentsCount": {"count": len(order.fulfillments), "precision": "EXACT"},
            "fulfillments": plain_list(order.fulfillments, self.fulfillment),
            "fulfillmentOrders": self._fulfillment_orders,
            "lineItems": connection(order.lines, self.line),
            "nonFulfillableLineItems": connection([one for one in order.lines if one.removed], self.line),
            "refunds": plain_list(order.refunds, self.refund),
            "transactions": plain_list(order.payments, self.payment),
        }

    def _shipping_line(self) -> Fields | None:
        title = self.order.shipping_title
        return {"id": None, "title": title, "code": title, "source": "shopify"} if title else None

    def _fulfillment_orders(self, info: Any, *, displayable: bool = False, **asked: Any) -> Fields:
        parts = [part for part in self._parts if not (displayable and part.hidden)]
        return connection(parts, self.part)(info, **asked)

    def line(self, line: PretendLine) -> Fields:
        """Return a LineItem."""
        return {
            "__typename": "LineItem",
            "id": f"gid://shopify/LineItem/{line.id}",
            "sku": line.sku,
            "name": line.title,
            "title": line.title,
            "quantity": line.quantity,
            "currentQuantity": line.current,
            "unfulfilledQuantity": self.left[line.id],
            "nonFulfillableQuantity": line.removed,
            "refundableQuantity": line.current,
            "requiresShipping": line.ships,
            "restockable": line.ships,
            "isGiftCard": line.gift_card,
        }

    def _line(self, line_id: int) -> Fields:
        return self.line(next(line for line in self.order.lines if line.id == line_id))

    def fulfillment(self, made: PretendFulfillment) -> Fields:
        """Return a Fulfillment."""
        return {
            "__typename": "Fulfillment",
            "id": f"gid://shopify/Fulfillment/{made.id}",
            "legacyResourceId": str(made.id),
            "name": made.name,
            "status": made.status,
            "displayStatus": made.display_status,
            "createdAt": stamp(made.created),
            "updatedAt": stamp(made.updated),
            "deliveredAt": stamp(made.updated) if made.display_status == "DELIVERED" else None,
            "inTransitAt": None,
            "estimatedDeliveryAt": None,
            "requiresShipping": True,
            "service": _service(made.service),
            "totalQuantity": sum(made.lines.values()),
            "order": lambda _: self.fields(),
            "trackingInfo": plain_list(
                made.tracking, lambda one: {"company": one.company, "number": one.number, "url": one.url}
            ),
            "fulfillmentLineItems": connection(
                list(made.lines.items()), lambda pair: self._fulfilled(made, pair[0], pair[1])
            ),
        }

    def _fulfilled(self, made: PretendFulfillment, line_id: int, quantity: int) -> Fields:
        gid = f"gid://shopify/FulfillmentLineItem/{made.id}{line_id % 1000:03d}"
        return {
            "__typename": "FulfillmentLineItem",
            "id": gid,
            "quantity": quantity,
            "lineItem": self._line(line_id),
        }

    def part(self, part: PretendPart) -> Fields:
        """Return a FulfillmentOrder."""
        order, remaining = self.order, self.order.remaining(part)
        method = {"id": f"gid://shopify/DeliveryMethod/{part.id}", "methodType": part.method}
        return {
            "__typename": "FulfillmentOrder",
            "id": f"gid://shopify/FulfillmentOrder/{part.id}",
            "orderId": f"gid://shopify/Order/{order.id}",
            "orderName": order.name,
            "orderProcessedAt": stamp(order.processed),
            "status": order.part_status(part),
            "requestStatus": part.request_status,
            "createdAt": stamp(part.created),
            "updatedAt": stamp(part.updated),
            "fulfillAt": stamp(part.fulfill_at),
            "fulfillBy": stamp(part.fulfill_by),
            "deliveryMethod": {
                "__typename": "DeliveryMethod",
                "presentedName": order.shipping_title,
                **method,
            },
            "assignedLocation": {"name": part.location, "countryCode": LOCATION_COUNTRY},
            "fulfillmentHolds": [_hold(hold) for hold in part.holds],
            "lineItems": connection(
                list(part.lines.items()), lambda pair: self._part_line(part, pair[0], pair[1], remaining)
            ),
        }

    def _part_line(self, part: PretendPart, line_id: int, total: int, remaining: Mapping[int, int]) -> Fields:
        line = self._line(line_id)
        return {
            "__typename": "FulfillmentOrderLineItem",
            "id": f"gid://shopify/FulfillmentOrderLineItem/{part.id}{line_id % 1000:03d}",
            "lineItem": line,
            "productTitle": line["title"],
            "sku": line["sku"],
            "requiresShipping": line["requiresShipping"],
            "totalQuantity": total,
            "remainingQuantity": remaining.get(line_id, 0),
        }

    def refund(self, refund: PretendRefund) -> Fields:
        """Return a Refund."""
        price = {line.id: line.price for line in self.order.lines}
        total = sum((price[line_id] * units for line_id, units in refund.lines.items()), Decimal("0.00"))
        return {
            "__typename": "Refund",
            "id": f"gid://shopify/Refund/{refund.id}",
            "legacyResourceId": str(refund.id),
            "createdAt": stamp(refund.at),
            "processedAt": stamp(refund.at),
            "updatedAt": stamp(refund.at),
            "totalRefundedSet": money(total),
            "refundLineItems": connection(
                list(refund.lines.items()), lambda pair: self._refunded(refund, pair[0], pair[1])
            ),
        }

    def _refunded(self, refund: PretendRefund, line_id: int, quantity: int) -> Fields:
        return {
            "id": None,
            "lineItem": self._line(line_id),
            "quantity": quantity,
            "restockType": refund.restock,
            "restocked": refund.restock != "NO_RESTOCK",
        }

    def payment(self, payment: PretendPayment) -> Fields:
        """Return an OrderTransaction."""
        return {
            "__typename": "OrderTransaction",
            "id": f"gid://shopify/OrderTransaction/{payment.id}",
            "kind": payment.kind,
            "status": payment.status,
            "createdAt": stamp(payment.at),
            "processedAt": stamp(payment.at),
            "amountSet": money(payment.amount),
            "errorCode": None,
            "gateway": "shopify_payments",
            "test": self.order.test,
        }


def _service(name: str | None) -> Fields | None:
    if name is None:
        return None
    gid = f"gid://shopify/FulfillmentService/{crc32(name.encode())}?id=true"
    return {"__typename": "FulfillmentService", "id": gid, "handle": _handle(name), "serviceName": name}


def _app(title: str | None) -> Fields | None:
    if title is None:
        return None
    gid = f"gid://shopify/App/{crc32(title.encode())}"
    return {"__typename": "App", "id": gid, "handle": _handle(title), "title": title}


def _handle(name: str) -> str:
    return "-".join(name.casefold().split())


def _hold(hold: PretendHold) -> Fields:
    return {
        "__typename": "FulfillmentHold",
        "id": f"gid://shopify/FulfillmentHold/{hold.id}",
        "reason": hold.reason,
        "displayReason": REASONS.get(hold.reason, hold.reason.replace("_", " ").capitalize()),
        "reasonNotes": hold.note,
        "handle": None,
        "heldByApp": _app(hold.held_by),
        "heldByRequestingApp": False,
    }
