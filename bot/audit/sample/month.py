"""A month of a shop in which all goes well; what is taken out of it can then go otherwise."""

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bot.audit.sample import goods, hours
from bot.audit.sample.values import Carrier, Fulfillment, Line, Order, Parcel, Product, Row

SPAN = timedelta(days=30)
STALLED = timedelta(hours=7)
"""Before the month's end ShipStation imports nothing any more."""
WAITING = 9
"""Orders of these hours."""
FIRST_NUMBER = 10_001
FIRST_ID = 6_214_000_000_000
FIRST_LINE = 15_730_000_000_000
_METHODS = ("Standard", "Free shipping", "Express")
_TAGS: tuple[tuple[str, ...], ...] = (
    (),
    ("vip",),
    ("first order",),
    ("gift", "wrap in red"),
    ("newsletter",),
    ("gift", "card says:\n“Happy birthday, you two”"),
    ("call before delivery", 'leave with "the shop, no. 3"'),
)
_TAGGED = (80, 6, 6, 3, 3, 1, 1)

Wanted = Callable[[Order], bool]


class Month:
    """Orders of thirty days, each told to its end or to the end of the month, and what became of some of them."""

    def __init__(self, orders: int, seed: int, until: datetime) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # a reproducible sample
        self.until = until
        self.since = until - SPAN
        self.last_import = hours.imported_at(until - STALLED) - hours.IMPORT_EVERY
        """Nothing later than this was imported."""
        self.orders: list[Order] = []
        self.planted: dict[str, list[str]] = {}
        self.look_alikes: dict[str, list[str]] = {}
        self._taken: set[str] = set()
        self._lines = FIRST_LINE
        for moment in self._moments(orders):
            self.orders.append(self._order(moment))

    @property
    def in_shopify(self) -> list[Order]:
        """The orders of which Shopify knows, the oldest first."""
        return [order for order in self.orders if not order.only_shipstation]

    def _moments(self, orders: int) -> list[datetime]:
        first = self.since + timedelta(minutes=4)
        rest = hours.ordered_at(orders - WAITING - 1, first, self.last_import, self.chance)
        step = (self.until - timedelta(minutes=4) - self.last_import) / WAITING
        waiting = [self.last_import + step * place for place in range(1, WAITING + 1)]
        imported = [min(moment, self.last_import - timedelta(minutes=4)) for moment in rest]
        return [moment.replace(microsecond=0) for moment in (first, *imported, *waiting)]

    def _order(self, created: datetime) -> Order:
        order = self.new_order(created, goods.basket(self.chance))
        order.tags = self.chance.choices(_TAGS, _TAGGED)[0]
        order.shipping_method = self.chance.choices(_METHODS, (12, 6, 3))[0]
        if created < self.last_import:
            self.ship(order)
        return order

    def new_order(self, created: datetime, basket: list[tuple[Product, int]]) -> Order:
        """Return an order with the next number, paid and not imported."""
        place = len(self.orders)
        paid = created + timedelta(seconds=self.chance.randrange(2, 20))
        number = str(FIRST_NUMBER + place)
        return Order(number, FIRST_ID + place * 32_771, created, self.lines(basket), paid=paid)

    def lines(self, basket: list[tuple[Product, int]]) -> list[Line]:
        """Return lines of these products, with ids of their own."""
        made = []
        for product, quantity in basket:
            self._lines += 40_961
            made.append(Line(self._lines, product, quantity))
        return made

    def ship(self, order: Order) -> None:
        """Import the order, print its label and tell Shopify, as far as the month goes."""
        carrier = goods.carrier(self.chance)
        row = Row("Awaiting Shipment", self.items(order), order.paid, carrier)
        order.rows = [row]
        made = hours.labelled_at(order.created, hours.imported_at(order.created), self.chance)
        if made <= self.until:
            row.status = "Shipped"
            order.parcels = [self.parcel(made, carrier)]
            self.tell(order, order.label)

    def items(self, order: Order) -> list[tuple[Product, int]]:
        """Return what ShipStation imports of an order."""
        return [(line.product, line.quantity) for line in order.to_ship]

    def parcel(self, made: datetime, carrier: Carrier) -> Parcel:
        """Return a label with a number of its own."""
        return Parcel("label", made.replace(microsecond=0), goods.number_for(self.chance, carrier), carrier)

    def tell(self, order: Order, parcel: Parcel, units: dict[int, int] | None = None) -> None:
        """Let Shopify show a parcel, minutes after it was made."""
        told = parcel.made + timedelta(seconds=self.chance.randrange(40, 200))
        if told > self.until:
            parcel.notified = False
            return
        shown = Fulfillment(told, units or order.whole(), parcel.tracking, parcel.carrier.company)
        shown.url = parcel.carrier.address.format(parcel.tracking) if parcel.carrier.address else None
        order.fulfillments.append(shown)

    # ------------------------------------------------------------ taking orders out of the ordinary

    def take(self, count: int, wanted: Wanted = lambda _: True) -> list[Order]:
        """Take orders at random from those that all went well with, the oldest first; none is taken twice."""
        latest = self.until - timedelta(days=4)
        fit = [order for order in self._free(wanted) if order.created <= latest]
        if len(fit) < count:
            raise ValueError(f"A month of {len(self.orders)} orders is too short of orders to spoil.")
        return self._took(sorted(self.chance.sample(fit, count), key=lambda order: order.id))

    def take_first(self, count: int, wanted: Wanted) -> list[Order]:
        """Take the first that fit, one after the other, as an hour's trouble hits them."""
        fit = self._free(wanted)
        if len(fit) < count:
            raise ValueError(f"A month of {len(self.orders)} orders has too few on one day.")
        return self._took(fit[:count])

    def take_waiting(self) -> list[Order]:
        """Take the orders that were never imported."""
        return self._took([order for order in self.orders if not order.rows and not order.only_shipstation])

    def leave_alone(self, orders: list[Order]) -> None:
        """Keep these orders from being taken any more."""
        self._taken.update(order.number for order in orders)

    def _took(self, orders: list[Order]) -> list[Order]:
        self.leave_alone(orders)
        return orders

    def _free(self, wanted: Wanted) -> list[Order]:
        first, last = self.since + timedelta(days=2), self.until - timedelta(days=3)
        return [
            order
            for order in self.orders
            if first <= order.created <= last
            and order.number not in self._taken
            and order.fulfillments
            and wanted(order)
        ]

    def day(self, number: int) -> date:
        """Return the month's day of that number, or the next working day."""
        return hours.workday_from(hours.day_of(self.since + timedelta(days=number)))

    def plant(self, kind: str, orders: list[Order]) -> None:
        """Note the orders as gaps of that kind."""
        self.planted.setdefault(kind, []).extend(order.name for order in orders)

    def spare(self, what: str, orders: list[Order]) -> None:
        """Note the orders as something that looks like a gap and is none."""
        self.look_alikes.setdefault(what, []).extend(order.name for order in orders)


def on_day(day: date) -> Wanted:
    """Whether an order was placed on that day."""
    start, end = hours.at(day, time.min), hours.at(day + hours.DAY, time.min)
    return lambda order: start <= order.created < end


def between(first: int, last: int, month: Month) -> Wanted:
    """Whether an order was placed between two days of the month."""
    start, end = month.since + timedelta(days=first), month.since + timedelta(days=last)
    return lambda order: start <= order.created <= end


def unship(order: Order) -> None:
    """Take back that it was shipped: it awaits shipment, and Shopify shows nothing."""
    order.parcels.clear()
    order.fulfillments.clear()
    order.rows[0].status = "Awaiting Shipment"


def forget(order: Order) -> None:
    """Take back that ShipStation ever had it."""
    unship(order)
    order.rows.clear()
