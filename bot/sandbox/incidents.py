"""What goes wrong in the pretend shop, and how people mend it, or forget to."""

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.sandbox.carriers import COMPANIES
from bot.sandbox.shop import PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.shop_life import Life

SHOPIFY_422 = (
    "IntegrationError: Shopify encountered an error and responded with StatusCode UnprocessableEntity"
)
"""What ShipStation really says when Shopify refuses a fulfilment (apis.md B2)."""
SHOPIFY_503 = (
    "IntegrationError: Shopify encountered an error and responded with StatusCode ServiceUnavailable"
)
PAIR = (("MUG-GREEN", 1), ("POSTER", 1))


class Incident(Protocol):
    """Something that goes wrong with one order. `scripted`: part of the opening, so at once and not by chance."""

    def __call__(self, life: "Life", scripted: bool) -> None:
        """Let it begin at the moment that is being told."""
        ...


def in_flight(life: "Life") -> None:
    """An order of this morning: imported at once, printed soon, at the latest before the cutoff."""
    order = life.take_order()
    life.ship_as_usual(order)


def _when_printed(life: "Life", order: PretendOrder, *, scripted: bool) -> float:
    """Import the order; return in how many minutes its label is due."""
    imported = life.import_soon(order)
    due = imported + timedelta(minutes=3) if scripted else life.printing(imported)
    return (due - life.world.now) / timedelta(minutes=1)


def notification_fails(life: "Life", scripted: bool) -> None:
    """Shopify refuses the fulfilment; later somebody presses Send Notification."""
    order = life.take_order()
    due = _when_printed(life, order, scripted=scripted)
    error = life.world.chance.choice((SHOPIFY_422, SHOPIFY_503))
    life.after(due, lambda: life.print_label(order, notify=error))
    if scripted:
        life.after(due + 110, lambda: life.resend(order))
    else:
        life.maybe_after(0.7, (due + 90, due + 300), lambda: life.resend(order))


def notification_fails_forgotten(life: "Life", scripted: bool) -> None:
    """Shopify refuses the fulfilment and nobody looks."""
    order = life.take_order()
    life.after(
        _when_printed(life, order, scripted=scripted), lambda: life.print_label(order, notify=SHOPIFY_422)
    )


def not_notified(life: "Life", scripted: bool) -> None:
    """Someone ticked Do Not Notify; nobody remembers, or somebody does."""
    order = life.take_order()
    due = _when_printed(life, order, scripted=scripted)
    life.after(due, lambda: life.print_label(order, notify=False))
    if not scripted:
        life.maybe_after(0.6, (due + 120, due + 360), lambda: life.resend(order))


def notification_waits(life: "Life", scripted: bool) -> None:
    """The notification is held back for hours and then goes out by itself."""
    order = life.take_order()
    due = _when_printed(life, order, scripted=scripted)
    life.after(due, lambda: life.print_label(order, notify=False))
    life.after(due + life.world.chance.uniform(80, 150), lambda: life.resend(order))


def marked_as_shipped(life: "Life", scripted: bool) -> None:
    """Marked as shipped with a number from elsewhere; Notify was not ticked."""
    world, order = life.world, life.take_order()
    number = f"7{world.chance.randrange(10**10, 10**11)}"
    due = _when_printed(life, order, scripted=scripted)
    life.after(due, lambda: world.mark_shipped(order, tracking=number, carrier="fedex"))
    life.maybe_after(0.6, (due + 100, due + 240), lambda: life.resend(order))


def import_missing(life: "Life", scripted: bool) -> None:
    """ShipStation skips the order; later somebody imports the store by hand."""
    order = life.take_order()

    def imported_by_hand() -> None:
        if not life.world.imported(order):
            life.world.import_order(order)
            life.after(
                (life.printing(life.world.now) - life.world.now) / timedelta(minutes=1),
                lambda: life.print_label(order),
            )

    if scripted:
        life.after(190, imported_by_hand)
    else:
        life.maybe_after(0.8, (90, 240), imported_by_hand)


def import_missing_forgotten(life: "Life", scripted: bool) -> None:
    """ShipStation skips the order and nobody looks."""
    life.take_order(tags=["wholesale"])


def tracking_missing(life: "Life", scripted: bool) -> None:
    """Shopify is told of the parcel, but not its number."""
    world, order = life.world, life.take_order()
    due = _when_printed(life, order, scripted=scripted)

    def shipped_without_number() -> None:
        life.print_label(order)
        world.set_tracking(order, None)

    life.after(due, shipped_without_number)
    life.maybe_after(0.5, (due + 120, due + 300), lambda: _correct(life, order))


def _correct(life: "Life", order: PretendOrder) -> None:
    """Let somebody copy the number into Shopify by hand."""
    live = life.world.labels(order, live=True)
    if live and order.fulfillments:
        company = COMPANIES.get(live[-1].carrier or "")
        life.world.set_tracking(order, live[-1].tracking, company=company)


def carrier_unknown(life: "Life", scripted: bool) -> None:
    """Shopify has the number, but knows neither carrier nor address."""
    world, order = life.world, life.take_order()
    due = 2.0 if scripted else _when_printed(life, order, scripted=False)

    def shipped_by_courier() -> None:
        label = world.label(order, carrier="local_courier")
        world.set_tracking(order, label.tracking, company="Other")

    life.after(due, shipped_by_courier)


def carrier_unknown_since_yesterday(life: "Life", scripted: bool) -> None:
    """The same, a day ago: this difference has the longest window of all (domain.md 3, B5)."""
    with life.world.at(life.world.now - timedelta(hours=24)):
        carrier_unknown(life, scripted)


def reshipped(life: "Life", scripted: bool) -> None:
    """Voided and printed again: the new number is not sent, Shopify keeps the dead one (domain.md, rule 21)."""
    world, order = life.world, life.take_order()
    due = _when_printed(life, order, scripted=scripted)

    def void_and_print_again() -> None:
        for label in world.labels(order, live=True):
            world.void(label)
        life.print_label(order, notify=False)

    life.after(due, lambda: life.print_label(order))
    life.after(due + 12, void_and_print_again)
    life.maybe_after(0.5, (due + 150, due + 300), lambda: life.resend(order))


def half_told(life: "Life", scripted: bool) -> None:
    """Split in two: the first parcel is told, the second is not."""
    world, order = life.world, life.take_order(lines=PAIR)
    due = _when_printed(life, order, scripted=scripted)

    def print_both() -> None:
        first, second = world.split(order, {"POSTER": 1})
        world.label(first)
        world.label(second, notify=False)

    life.after(due, print_both)
    life.maybe_after(0.5, (due + 150, due + 360), lambda: life.resend(order))


def misses_cutoff(life: "Life", scripted: bool) -> None:
    """Imported in time, then forgotten on the shelf past the carrier's pickup."""
    order = life.take_order()
    cutoff_passed = life.printing(life.import_soon(order)) + timedelta(
        minutes=life.world.chance.uniform(190, 260)
    )
    life.plan(cutoff_passed, lambda: life.print_label(order))


def never_printed(life: "Life", scripted: bool) -> None:
    """Imported without a carrier, so no batch ever takes it."""
    order = life.take_order()
    life.after(5, lambda: life.world.import_order(order, service=False))


OPENING: tuple[tuple[float, Incident], ...] = (
    (-90, misses_cutoff),
    (-70, never_printed),
    (-58, notification_fails),
    (-40, import_missing),
    (-20, tracking_missing),
    (-10, carrier_unknown_since_yesterday),
    (0, not_notified),
    (16, reshipped),
    (34, marked_as_shipped),
    (52, half_told),
    (64, notification_fails_forgotten),
    (74, import_missing_forgotten),
    (80, carrier_unknown),
    (110, notification_waits),
)
"""Minutes from the beginning of life: with windows of an hour and a cutoff at 15:00 every kind shows within five hours."""

INCIDENTS: tuple[tuple[Incident, float], ...] = (
    (notification_fails, 5),
    (not_notified, 3),
    (notification_waits, 3),
    (marked_as_shipped, 2),
    (import_missing, 3),
    (tracking_missing, 1),
    (carrier_unknown, 1),
    (reshipped, 2),
    (half_told, 1),
    (misses_cutoff, 2),
)
"""What befalls orders by chance, with weights."""
