"""The month's bad days: what hit many orders at once."""

from collections.abc import Callable
from datetime import time, timedelta

from bot.audit.sample import goods, hours
from bot.audit.sample.month import Month, forget, on_day, unship
from bot.audit.sample.values import Order

OUTAGE = timedelta(minutes=55)
OUTAGE_ENDS = time(15, 30)
UNTOLD = 14


def notifications_fail(month: Month) -> None:
    """Day 19: for the hour before the last pickup Shopify is told of no label; some of a late batch are among them."""
    day = month.day(19)
    start, end = hours.at(day, time.min), hours.at(day, OUTAGE_ENDS)
    labelled = [order for order in month.orders if order.parcels and start <= order.label.made < end]
    labelled.sort(key=lambda order: order.label.made)
    last = {order.number for order in labelled[-UNTOLD:]}
    orders = month.take_first(len(last), lambda order: order.number in last)
    for place, order in enumerate(orders):
        order.fulfillments.clear()
        order.label.notified = False
        order.label.made = max(order.label.made, end - OUTAGE + place * timedelta(seconds=75))
    month.leave_alone(labelled)
    month.plant("store.notify_outage", orders)


def token_expires(month: Month) -> None:
    """Day 24: for a morning nothing is imported, and what came then never is."""
    day = month.day(24)
    from_ten = hours.at(day, time(10, 5))
    orders = month.take_first(6, lambda order: order.created >= from_ten and on_day(day)(order))
    for order in orders:
        forget(order)
    month.plant("import.missing", orders)


def product_left_out(month: Month) -> None:
    """A new product that ShipStation's filter does not know: whoever buys only that is never imported."""
    orders = month.take(4)
    for order in orders:
        order.lines = month.lines([(goods.SAMPLER, 1)])
        forget(order)
    month.plant("import.missing", orders)


def batch_passes_by(month: Month) -> None:
    """Day 16: a batch is printed without its last page."""
    _leave_waiting(month, month.take_first(5, on_day(month.day(16))))


def no_rule_matches(month: Month) -> None:
    """Orders to abroad for which no automation rule chooses a service."""
    orders = month.take(3)
    for order in orders:
        order.shipping_method, order.country = "International", "CA"
        order.rows[0].carrier = None
    _leave_waiting(month, orders)


def overlooked(month: Month) -> None:
    """Two more that nobody printed, for no reason that shows."""
    _leave_waiting(month, month.take(2))


def _leave_waiting(month: Month, orders: list[Order]) -> None:
    for order in orders:
        unship(order)
    month.plant("aging.past_cutoff", orders)


def printer_jams(month: Month) -> None:
    """Day 12: labels are voided and made anew, and Shopify keeps the numbers of the first."""
    orders = month.take_first(5, on_day(month.day(12)))
    for order in orders:
        void_and_make_anew(month, order)
    month.plant("sync.tracking_mismatch", orders)


def void_and_make_anew(month: Month, order: Order) -> None:
    """Void an order's label after twenty minutes and make another, of which Shopify is not told."""
    first = order.label
    first.voided = first.made + timedelta(minutes=20)
    again = month.parcel(first.made + timedelta(minutes=26), first.carrier)
    again.notified = False
    order.parcels.append(again)


def fulfilled_at_payment(month: Month) -> None:
    """Day 9: an app marks orders as fulfilled as soon as they are paid."""
    orders = month.take_first(5, on_day(month.day(9)))
    for order in orders:
        shown = order.fulfillments[0]
        shown.at = (order.paid or order.created) + timedelta(minutes=1)
        shown.tracking = shown.company = shown.url = None
    month.plant("sync.tracking_missing", orders)


def freight_is_marked(month: Month) -> None:
    """Day 6: pallets go by a carrier without labels, and the box “notify” stays empty."""
    orders = month.take_first(4, on_day(month.day(6)))
    for order in orders:
        order.fulfillments.clear()
        mark(month, order, notified=False)
    month.plant("sync.unfulfilled", orders)


def mark(month: Month, order: Order, *, notified: bool) -> None:
    """Turn an order's label into a mark as shipped, with the number of a carrier that ShipStation has no labels of."""
    order.label.kind = "mark"
    order.label.carrier = goods.FREIGHT
    order.label.tracking = goods.number_for(month.chance, goods.FREIGHT)
    order.label.notified = notified


def import_stalls(month: Month) -> None:
    """The last hours: nothing is imported, and it lasts."""
    month.plant("store.import_stalled", month.take_waiting())


INCIDENTS: tuple[Callable[[Month], None], ...] = (
    import_stalls,
    notifications_fail,
    token_expires,
    printer_jams,
    batch_passes_by,
    fulfilled_at_payment,
    freight_is_marked,
    product_left_out,
    no_rule_matches,
    overlooked,
)
"""Those of one day first, while its orders are all there."""
