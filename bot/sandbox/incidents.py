"""What goes wrong with parcels and what Shopify is told of them, and how people mend it, or forget to."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.sandbox.carriers import COMPANIES, tracking_number
from bot.sandbox.mishaps import PARTNER, cancel_there, close_there, label_again, number_parcel
from bot.sandbox.notifying import SHOPIFY_422, SHOPIFY_503
from bot.sandbox.shipping import PretendShipOrder
from bot.sandbox.shop import PretendOrder

if TYPE_CHECKING:
    from bot.sandbox.shop_life import Life

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


def when_printed(life: "Life", order: PretendOrder, *, scripted: bool) -> float:
    """Import the order; return in how many minutes its label is due."""
    imported = life.import_soon(order)
    due = imported + timedelta(minutes=3) if scripted else life.printing(imported)
    return (due - life.world.now) / timedelta(minutes=1)


def waits_there(life: "Life", order: PretendOrder) -> bool:
    """Whether ShipStation still waits to ship it: nothing has come between."""
    return any(row.status == "awaiting_shipment" for row in life.world.imported(order))


def mend(
    life: "Life", scripted: bool, minutes: float, happening: Callable[[], object], share: float = 0.6
) -> None:
    """Let people mend it: after so many minutes in the opening, otherwise about then, later, or never."""
    if scripted:
        life.after(minutes, happening)
    else:
        life.maybe_after(share, (minutes * 0.7, minutes * 1.5), happening)


def earlier(incident: Incident, **delta: float) -> Incident:
    """The same, told as if it had begun that much earlier: its window is longer than people watch."""

    def told(life: "Life", scripted: bool) -> None:
        with life.world.at(life.world.now - timedelta(**delta)):
            incident(life, scripted)

    return told


# ---------------------------------------------------------------- the notification


def notification_fails(life: "Life", scripted: bool) -> None:
    """Shopify refuses the fulfilment; later somebody presses Send Notification."""
    order = life.take_order()
    due = when_printed(life, order, scripted=scripted)
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
        when_printed(life, order, scripted=scripted), lambda: life.print_label(order, notify=SHOPIFY_422)
    )


def not_notified(life: "Life", scripted: bool) -> None:
    """Someone ticked Do Not Notify; nobody remembers, or somebody does."""
    order = life.take_order()
    due = when_printed(life, order, scripted=scripted)
    life.after(due, lambda: life.print_label(order, notify=False))
    if not scripted:
        life.maybe_after(0.6, (due + 120, due + 360), lambda: life.resend(order))


def notification_waits(life: "Life", scripted: bool) -> None:
    """The notification is held back for hours and then goes out by itself."""
    order = life.take_order()
    due = when_printed(life, order, scripted=scripted)
    life.after(due, lambda: life.print_label(order, notify=False))
    life.after(due + life.world.chance.uniform(80, 150), lambda: life.resend(order))


def marked_as_shipped(life: "Life", scripted: bool) -> None:
    """Marked as shipped with a number from elsewhere; Notify was not ticked."""
    world, order = life.world, life.take_order()
    number = f"7{world.chance.randrange(10**10, 10**11)}"
    due = when_printed(life, order, scripted=scripted)

    def mark() -> None:
        if waits_there(life, order):
            world.mark_shipped(order, tracking=number, carrier="fedex")

    life.after(due, mark)
    life.maybe_after(0.6, (due + 100, due + 240), lambda: life.resend(order))


# ---------------------------------------------------------------- the tracking


def tracking_missing(life: "Life", scripted: bool) -> None:
    """Shopify is told of the parcel, but not its number."""
    world, order = life.world, life.take_order()
    due = when_printed(life, order, scripted=scripted)

    def number_lost() -> None:
        life.print_label(order)
        if order.fulfillments:
            world.set_tracking(order, None)

    life.after(due, number_lost)
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
    due = when_printed(life, order, scripted=scripted)

    def shipped_by_courier() -> None:
        if waits_there(life, order):
            label = world.label(order, carrier="local_courier")
            if order.fulfillments:
                world.set_tracking(order, label.tracking, company="Other")

    life.after(due, shipped_by_courier)


def shipped_without_number(life: "Life", scripted: bool) -> None:
    """Marked as shipped with nothing to follow; later somebody finds the number."""
    world, order = life.world, life.take_order()
    due = when_printed(life, order, scripted=scripted)

    def mark() -> None:
        if waits_there(life, order):
            world.mark_shipped(order, notify=True)

    def number_found() -> None:
        for mark in world.labels(order, live=True):
            if not mark.tracking:
                number_parcel(world, mark, tracking_number(world.chance, "fedex"), "fedex")

    life.after(due, mark)
    mend(life, scripted, due + 230, number_found)


# ---------------------------------------------------------------- labels


def reshipped(life: "Life", scripted: bool) -> None:
    """Voided and printed again: the new number is not sent, Shopify keeps the dead one (domain.md, rule 21)."""
    world, order = life.world, life.take_order()
    due = when_printed(life, order, scripted=scripted)

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
    due = when_printed(life, order, scripted=scripted)

    def print_both() -> None:
        for row, told in zip(split_in_two(life, order), (True, False), strict=False):
            world.label(row, notify=told)

    life.after(due, print_both)
    life.maybe_after(0.5, (due + 150, due + 360), lambda: life.resend(order))


def split_in_two(life: "Life", order: PretendOrder) -> list[PretendShipOrder]:
    """Split an order of a PAIR into its two lines; nothing where something has come between."""
    return life.world.split(order, {"POSTER": 1}) if waits_there(life, order) else []


def void_forgotten(life: "Life", scripted: bool) -> None:
    """Voided after Shopify was told, and not printed again for hours."""
    world, order = life.world, life.take_order()
    due = when_printed(life, order, scripted=scripted)

    def void() -> None:
        for label in world.labels(order, live=True):
            world.void(label)

    def print_again() -> None:
        life.print_label(order, notify=False)
        life.resend(order)

    life.after(due, lambda: life.print_label(order))
    life.after(due + 25, void)
    mend(life, scripted, due + 240, print_again)


def printed_after_cancel(life: "Life", scripted: bool) -> None:
    """Cancelled in Shopify just before the label: ShipStation had not heard, Shopify refuses the parcel."""
    world, order = life.world, life.take_order()
    due = when_printed(life, order, scripted=scripted)

    def stop_it() -> None:
        for label in world.labels(order, live=True):
            world.void(label)
        cancel_there(world, world.imported(order))

    life.after(due - 2, lambda: world.cancel(order, imported=False))
    life.after(due, lambda: life.print_label(order))
    mend(life, scripted, due + 80, stop_it, share=0.9)


def printed_twice(life: "Life", scripted: bool) -> None:
    """Two labels for the same goods; somebody voids the second before it is handed over."""
    world, order = life.world, life.take_order()
    due = when_printed(life, order, scripted=scripted)

    def print_again() -> None:
        if world.labels(order, live=True):
            label_again(world, order)

    def void_second() -> None:
        for label in world.labels(order, live=True)[1:]:
            world.void(label)

    life.after(due, lambda: life.print_label(order))
    life.after(due + 9, print_again)
    mend(life, scripted, due + 150, void_second, share=0.8)


def fulfilled_by_partner(life: "Life", scripted: bool) -> None:
    """The fulfilment partner ships it; in ShipStation it still waits, until somebody closes it there."""
    world, order = life.world, life.take_order()
    life.import_soon(order)
    number = tracking_number(world.chance, "ups_walleted")
    life.after(18, lambda: partner_ships(life, order, number))
    mend(life, scripted, 215, lambda: close_there(world, order))


def partner_ships(life: "Life", order: PretendOrder, number: str) -> None:
    """Let the fulfilment partner ship what is open, and tell Shopify itself."""
    if any(order.open_units().values()):
        life.world.fulfill(order, tracking=number, company="UPS", service=PARTNER)
