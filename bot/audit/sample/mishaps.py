"""What goes wrong with an order by itself, here and there in the month."""

from collections.abc import Callable
from datetime import timedelta

from bot.audit.sample import goods, hours
from bot.audit.sample.month import Month, between, forget, unship
from bot.audit.sample.values import Fulfillment, Order, Row

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _is_pair(order: Order) -> bool:
    return len(order.lines) >= 2


def _is_single(order: Order) -> bool:
    return len(order.lines) == 1 and order.lines[0].quantity == 1


def never_imported(month: Month) -> None:
    """One that is missing for no reason that shows."""
    orders = month.take(1)
    forget(orders[0])
    month.plant("import.missing", orders)


def parked(month: Month) -> None:
    """Paid orders that ShipStation keeps on hold, cancelled, or waiting for a payment that came a day later."""
    orders = month.take(7)
    for order, status in zip(
        orders, ("On Hold",) * 3 + ("Cancelled",) * 2 + ("Awaiting Payment",) * 2, strict=True
    ):
        unship(order)
        order.rows[0].status = status
        if status == "Awaiting Payment":
            order.rows[0].paid = None
            order.paid = order.created + DAY
    month.plant("import.wrong_status", orders)


def hold_until_later(month: Month, order: Order) -> None:
    """Hold a pre-order in ShipStation until a day of next month."""
    unship(order)
    order.tags = ("preorder",)
    order.rows[0].status = "On Hold"
    order.rows[0].hold_until = hours.day_of(month.until + month.chance.randrange(9, 25) * DAY)


def too_few_units(month: Month) -> None:
    """Pre-orders that were imported with quantities of zero, or without one of their products."""
    zero, short = month.take(3), month.take(3, _is_pair)
    for order in zero + short:
        hold_until_later(month, order)
    for order in zero:
        order.rows[0].items = [(product, 0) for product, _ in order.rows[0].items]
    for order in short:
        order.rows[0].items = order.rows[0].items[:-1]
    month.plant("import.items_short", zero + short)


def still_open(month: Month) -> None:
    """Called off in Shopify and still to be shipped in ShipStation: cancelled, refunded, or too late for an import."""
    orders = [*month.take(1, between(3, 7, month)), *month.take(5)]
    for order in orders:
        unship(order)
        order.cancelled = order.created + 3 * HOUR
        order.financial_status = "refunded"
    orders[0].cancelled = orders[0].created + 17 * DAY
    orders[1].rows[0].status = "On Hold"
    for order in orders[2:4]:
        order.refunded_at, order.cancelled = order.cancelled, None
    month.plant("import.cancel_not_propagated", orders)


def shipped_all_the_same(month: Month) -> None:
    """Cancelled, and a label was made an hour later."""
    orders = month.take(4, lambda order: order.label.made - order.created > 3 * HOUR)
    for order in orders:
        order.cancelled = order.label.made - HOUR
        order.financial_status = "refunded"
        order.fulfillments.clear()
        order.label.notified = False
    orders[0].rows[0].status = "Cancelled"
    month.plant("sync.shipped_after_cancel", orders)


def rest_left_behind(month: Month) -> None:
    """A part left, and nobody ships the rest: its row is closed, or waits alone."""
    orders = month.take(6, lambda order: _is_pair(order) and between(2, 20, month)(order))
    for order in orders:
        first, *rest = order.to_ship
        order.fulfillments[0].units = {first.id: first.quantity}
        if order in orders[4:]:
            items = [(line.product, line.quantity) for line in rest]
            order.rows[0].items = [(first.product, first.quantity)]
            order.rows.append(Row("Awaiting Shipment", items, order.paid, order.rows[0].carrier))
    month.plant("aging.remainder", orders)


def shopify_not_told(month: Month) -> None:
    """Labels of which Shopify shows nothing: not told, told in vain, or taken back."""
    orders = month.take(6)
    for order in orders[:3]:
        order.label.notified = False
    for order in orders[:5]:
        order.fulfillments.clear()
    orders[5].fulfillments[0].cancelled_at = orders[5].fulfillments[0].at + 5 * HOUR
    month.plant("sync.unfulfilled", orders)


def half_told(month: Month) -> None:
    """Two parcels, and Shopify was told of the first alone."""
    orders = month.take(5, _is_pair)
    for order in orders:
        split(month, order)
        order.fulfillments.pop()
        order.parcels[1].notified = False
    month.plant("sync.partial", orders)


def split(month: Month, order: Order) -> None:
    """Send the first product with a parcel of its own and the rest with another, and tell Shopify of both."""
    first, *rest = order.to_ship
    order.fulfillments[0].units = {first.id: first.quantity}
    second = month.parcel(order.label.made + 2 * HOUR, order.label.carrier)
    order.parcels.append(second)
    month.tell(order, second, {line.id: line.quantity for line in rest})


def fulfilled_by_hand(month: Month) -> None:
    """Somebody clicked “fulfilled” in Shopify and typed no number."""
    orders = month.take(3)
    for order in orders:
        shown = order.fulfillments[0]
        shown.at += HOUR
        shown.tracking = shown.company = shown.url = None
        order.label.notified = False
    month.plant("sync.tracking_missing", orders)


def another_number(month: Month) -> None:
    """Shopify shows a number that no label ever had."""
    orders = month.take(2)
    for order in orders:
        show_number(order.fulfillments[0], goods.number_for(month.chance, goods.DHL))
    month.plant("sync.tracking_mismatch", orders)


def show_number(shown: Fulfillment, number: str) -> None:
    """Put another number into what Shopify shows, with DHL's name and link."""
    shown.tracking, shown.company, shown.url = number, goods.DHL.company, goods.DHL.address.format(number)


def voided_for_good(month: Month) -> None:
    """The label was voided after Shopify had been told, and none was made in its place."""
    orders = month.take(4)
    for order in orders:
        order.label.voided = order.label.made + 2 * HOUR
        order.rows[0].status = "Awaiting Shipment"
    month.plant("sync.ghost_fulfillment", orders)


def open_and_fulfilled(month: Month) -> None:
    """Shopify says shipped, by hand or by a partner, and ShipStation would ship it again."""
    orders = month.take(5)
    for order in orders:
        shown = order.fulfillments[0]
        shown.at, shown.tracking, shown.company, shown.url = order.created + DAY, None, None, None
        order.parcels.clear()
        order.rows[0].status = "Awaiting Shipment"
    for order in orders[3:]:
        order.fulfillments[0].location = "Fulfilment partner"
        show_number(order.fulfillments[0], goods.number_for(month.chance, goods.DHL))
    month.plant("sync.open_after_fulfillment", orders)


def two_labels(month: Month) -> None:
    """One unit and two labels: the first was never voided, or it was sent again a week later."""
    orders = month.take(5, lambda order: _is_single(order) and between(2, 18, month)(order))
    for place, order in enumerate(orders):
        later = 3 * HOUR if place < 3 else 8 * DAY
        order.parcels.append(month.parcel(order.label.made + later, order.label.carrier))
    month.plant("sync.double_ship", orders)


def no_number_anywhere(month: Month) -> None:
    """Marked as shipped without a number, or sent as a letter, which has none."""
    orders = month.take(6)
    for order in orders:
        shown = order.fulfillments[0]
        shown.tracking = shown.company = shown.url = None
        order.label.tracking, order.label.carrier = None, goods.LETTER
        order.rows[0].carrier = goods.LETTER
    for order in orders[:4]:
        order.label.kind, order.label.carrier = "mark", goods.FREIGHT
    month.plant("sync.no_tracking_anywhere", orders)


def cannot_be_followed(month: Month) -> None:
    """Shopify has the right number, and neither a carrier that it knows nor a link."""
    orders = month.take(6)
    for order in orders:
        order.fulfillments[0].company = order.fulfillments[0].url = None
    for order in orders[:4]:
        order.label.carrier = order.rows[0].carrier = goods.FREIGHT
        order.label.tracking = goods.number_for(month.chance, goods.FREIGHT)
        order.fulfillments[0].tracking, order.fulfillments[0].company = order.label.tracking, "Other"
    month.plant("sync.tracking_incomplete", orders)


MISHAPS: tuple[Callable[[Month], None], ...] = (
    half_told,
    rest_left_behind,
    too_few_units,
    two_labels,
    shipped_all_the_same,
    still_open,
    never_imported,
    parked,
    shopify_not_told,
    fulfilled_by_hand,
    another_number,
    voided_for_good,
    open_and_fulfilled,
    no_number_anywhere,
    cannot_be_followed,
)
"""Those that are choosy first."""
