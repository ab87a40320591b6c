"""What looks like a gap and is none: ordinary oddities of a month."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.audit.sample import goods
from bot.audit.sample.incidents import mark, void_and_make_anew
from bot.audit.sample.mishaps import hold_until_later, split
from bot.audit.sample.month import Month, between, forget, on_day, unship
from bot.audit.sample.values import Fulfillment, Order, Row

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def relabelled(month: Month) -> list[Order]:
    """Voided and made anew, and somebody sent Shopify the new number."""
    orders = month.take(4)
    for order in orders:
        void_and_make_anew(month, order)
        order.parcels[1].notified = True
        order.fulfillments.clear()
        month.tell(order, order.parcels[1])
    return orders


def combined(month: Month) -> list[Order]:
    """Two orders of one buyer in one parcel: ShipStation shows one of them, Shopify the number on both."""
    pairs = [month.take_first(2, on_day(month.day(day))) for day in (4, 10, 21)]
    for pair in pairs:
        absorbed, kept = sorted(pair, key=lambda order: order.label.made)
        forget(absorbed)
        kept.rows[0].items += month.items(absorbed)
        month.tell(absorbed, kept.label)
    return [order for pair in pairs for order in pair]


def picked_up(month: Month) -> list[Order]:
    """Fetched at the counter, and two that nobody has fetched yet."""
    orders = _handed_over(month.take(8), "Pick up in store", 20 * HOUR)
    for order in orders[-2:]:
        order.fulfillments.clear()
    return orders


def local_delivery(month: Month) -> list[Order]:
    """Taken round by bicycle."""
    return _handed_over(month.take(4), "Local delivery", 5 * HOUR)


def at_the_till(month: Month) -> list[Order]:
    """Sold and handed over in the shop."""
    orders = _handed_over(month.take(20), None, timedelta(0))
    for order in orders:
        order.source = "pos"
    return orders


def _handed_over(orders: list[Order], method: str | None, after: timedelta) -> list[Order]:
    for order in orders:
        forget(order)
        order.shipping_method = method
        order.country = "US" if method == "Local delivery" else ""
        order.fulfillments = [Fulfillment(order.created + after, order.whole(), location="Shop")]
    return orders


def partner_ships(month: Month) -> list[Order]:
    """Shipped by a fulfilment partner; ShipStation never hears of it."""
    orders = month.take(5)
    for order in orders:
        shown = order.fulfillments[0]
        forget(order)
        shown.location = "Fulfilment partner"
        order.fulfillments = [shown]
    return orders


def nothing_to_ship(month: Month) -> list[Order]:
    """E-books, which are sent by e-mail, and gift cards, which nobody fulfils."""
    books, cards = month.take(25), month.take(8)
    for order in books + cards:
        forget(order)
        order.shipping_method, order.country = None, ""
        order.lines = month.lines([(goods.EBOOK if order in books else goods.GIFT_CARD, 1)])
    for order in books:
        order.fulfillments = [Fulfillment(order.created + MINUTE, {order.lines[0].id: 1})]
    return books + cards


def book_in_the_basket(month: Month) -> list[Order]:
    """The parcel is on its way, the e-book stays unfulfilled for ever."""
    orders = month.take(15)
    for order in orders:
        order.lines += month.lines([(goods.EBOOK, 1)])
    return orders


def unpaid(month: Month) -> list[Order]:
    """Waits for a bank transfer, or the money is only reserved."""
    orders = month.take(10)
    for place, order in enumerate(orders):
        forget(order)
        order.paid = None
        order.financial_status = "authorized" if place % 2 else "pending"
    for order in orders[::2]:
        order.rows = [Row("Awaiting Payment", month.items(order), None)]
    return orders


def cancelled_in_time(month: Month) -> list[Order]:
    """Cancelled before anything was printed, in both systems."""
    orders = month.take(25)
    for order in orders:
        _close(order)
        order.cancelled = order.created + HOUR
    return orders


def refunded_in_time(month: Month) -> list[Order]:
    """Everything refunded before it was printed, without cancelling; closed in ShipStation."""
    orders = month.take(6)
    for order in orders:
        _close(order)
        order.refunded_at = order.created + HOUR
    return orders


def _close(order: Order) -> None:
    unship(order)
    order.financial_status = "refunded"
    order.rows[0].status = "Cancelled"


def cancelled_late(month: Month) -> list[Order]:
    """Cancelled when it had long been shipped."""
    orders = month.take(4)
    for order in orders:
        order.cancelled = order.label.made + DAY
        order.financial_status = "refunded"
    return orders


def part_refunded(month: Month) -> list[Order]:
    """One product refunded before shipping; the parcel carries the rest."""
    orders = month.take(12, lambda order: len(order.lines) >= 2)
    for order in orders:
        line = order.lines[-1]
        line.refunded = line.quantity
        order.refunded_at = order.created + 50 * MINUTE
        order.financial_status = "partially_refunded"
        order.fulfillments[0].units = order.whole()
    return orders


def came_back(month: Month) -> list[Order]:
    """Returned with a label from ShipStation, and paid back."""
    orders = month.take(8, lambda order: len(order.lines) == 1)
    for order in orders:
        label = month.parcel(order.label.made + DAY, order.label.carrier)
        label.return_label, label.notified = True, False
        order.parcels.append(label)
        order.refunded_at = label.made + HOUR
        order.financial_status = "refunded"
    return orders


def two_parcels(month: Month) -> list[Order]:
    """Split in two, and Shopify shows both."""
    orders = month.take(40, lambda order: len(order.lines) >= 2)
    for order in orders:
        split(month, order)
    return orders


def many_packages(month: Month) -> list[Order]:
    """One shipment of two packages: ShipStation names the first number, Shopify both."""
    orders = month.take(6)
    for order in orders:
        order.label.packages = 2
        more = goods.number_for(month.chance, order.label.carrier)
        order.fulfillments[0].tracking = f"{order.label.tracking}, {more}"
    return orders


def in_one_go(month: Month) -> list[Order]:
    """Two labels of one order, printed within the minute, one for each box."""
    orders = month.take(3, lambda order: order.lines[0].quantity >= 2)
    for order in orders:
        box = month.parcel(order.label.made + timedelta(seconds=20), order.label.carrier)
        order.parcels.append(box)
        order.fulfillments[0].tracking = f"{order.label.tracking}, {box.tracking}"
    return orders


def marked_and_told(month: Month) -> list[Order]:
    """Marked as shipped, with the number of another carrier, and Shopify was told."""
    orders = month.take(7)
    for order in orders:
        mark(month, order, notified=True)
        order.fulfillments.clear()
        month.tell(order, order.label)
        order.fulfillments[0].company = goods.FREIGHT.name
    return orders


def spelt_differently(month: Month) -> list[Order]:
    """The same number with spaces, or with the post's prefix."""
    orders = month.take(6, lambda order: order.label.carrier.company == "USPS")
    for place, order in enumerate(orders):
        number = order.label.tracking or ""
        spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
        order.fulfillments[0].tracking = f"42010001{number}" if place % 2 else spaced
    return orders


def told_late(month: Month) -> list[Order]:
    """Shopify was told at the carrier's first scan, a night later."""
    orders = month.take(10)
    for order in orders:
        order.fulfillments[0].at += 14 * HOUR
    return orders


def replacement(month: Month) -> list[Order]:
    """Sent again at no charge, as a draft order without a shipping method."""
    orders = month.take(5)
    for order in orders:
        order.free, order.source, order.shipping_method = True, "shopify_draft_order", None
    return orders


def preorder(month: Month) -> list[Order]:
    """Held in ShipStation until its day comes, with all its units."""
    orders = month.take(5)
    for order in orders:
        hold_until_later(month, order)
    return orders


def just_printed(month: Month) -> list[Order]:
    """Printed within the last hour: Shopify will be told."""
    orders = [order for order in month.orders if order.rows][-3:]
    for place, order in enumerate(orders):
        order.fulfillments.clear()
        order.rows[0].status = "Shipped"
        order.parcels = [month.parcel(month.until - (place * 9 + 20) * MINUTE, goods.USPS)]
        order.label.notified = False
    return orders


def typed_in_by_hand(month: Month) -> list[Order]:
    """Sent again under a number that is nearly an order's: only ShipStation has it."""
    orders = month.take(3, between(2, 20, month))
    return [_in_shipstation(month, order, f"{order.number}-R", order.created + 6 * DAY) for order in orders]


def of_last_month(month: Month) -> list[Order]:
    """Labels of the first day, of orders from before the month."""
    oldest = month.orders[0]
    made = [order for order in month.orders[:40] if order.parcels]
    return [
        _in_shipstation(month, order, str(int(oldest.number) - place), order.label.made + 7 * MINUTE)
        for place, order in enumerate(made[:12], start=1)
    ]


def _in_shipstation(month: Month, like: Order, number: str, made: datetime) -> Order:
    twin = Order(number, 0, made - DAY, like.lines, only_shipstation=True, paid=made - DAY)
    twin.rows = [Row("Shipped", month.items(like), twin.paid, like.label.carrier)]
    twin.parcels = [month.parcel(made, like.label.carrier)]
    month.orders.append(twin)
    return twin


LOOK_ALIKES: tuple[Callable[[Month], list[Order]], ...] = (
    just_printed,
    part_refunded,
    two_parcels,
    in_one_go,
    came_back,
    spelt_differently,
    relabelled,
    combined,
    picked_up,
    local_delivery,
    at_the_till,
    partner_ships,
    nothing_to_ship,
    book_in_the_basket,
    unpaid,
    cancelled_in_time,
    refunded_in_time,
    cancelled_late,
    many_packages,
    marked_and_told,
    told_late,
    replacement,
    preorder,
    typed_in_by_hand,
    of_last_month,
)
"""Those that are choosy first."""
