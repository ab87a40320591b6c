"""What goes wrong with orders before anything is printed: importing, holding, forgetting; and how people mend it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.sandbox.carriers import tracking_number
from bot.sandbox.incidents import PAIR, mend, partner_ships, split_in_two, waits_there, when_printed
from bot.sandbox.mishaps import (
    PARTNER,
    add_item,
    add_item_there,
    archive,
    ask_service,
    cancel_there,
    free_there,
    hold_there,
    import_again,
    move,
    pay_unseen,
    restate,
    unarchive,
)
from bot.sandbox.shipping import OLD_STORE, SHOPIFY_STORE
from bot.sandbox.shop import PretendOrder
from bot.sandbox.working_hours import working_days_before

if TYPE_CHECKING:
    from bot.sandbox.shop_life import Life

IMPORTED = 16
"""Minutes after which something happens to an order that is imported by then."""

# ---------------------------------------------------------------- the import


def import_missing(life: "Life", scripted: bool) -> None:
    """ShipStation skips the order; later somebody imports the store by hand."""
    order = life.take_order()

    def imported_by_hand() -> None:
        if not life.world.imported(order):
            life.bring_in(order)
            life.print_later(order)

    if scripted:
        life.after(190, imported_by_hand)
    else:
        life.maybe_after(0.8, (90, 240), imported_by_hand)


def import_missing_forgotten(life: "Life", scripted: bool) -> None:
    """ShipStation skips the order and nobody looks."""
    life.take_order(tags=["wholesale"])


def lands_in_old_store(life: "Life", scripted: bool) -> None:
    """Imported through the connection that was replaced, where nobody looks."""
    order = life.take_order()

    def found() -> None:
        move(life.world, order, SHOPIFY_STORE)
        life.print_label(order)

    life.import_soon(order, store=OLD_STORE)
    mend(life, scripted, 165, found)


def stays_unpaid(life: "Life", scripted: bool) -> None:
    """Paid after it was imported; ShipStation goes on waiting for the money."""
    order = life.take_order(paid=False)
    life.world.shop.pay(order, life.world.now, "AUTHORIZATION", "AUTHORIZED")
    life.import_soon(order)
    life.after(IMPORTED, lambda: pay_unseen(life.world, order))
    mend(life, scripted, 215, lambda: _free_and_print(life, order))


def stopped_there(life: "Life", scripted: bool) -> None:
    """Put on hold in ShipStation, where nobody wrote down why; Shopify waits for its parcel."""
    order = life.take_order()
    life.import_soon(order)
    life.after(IMPORTED, lambda: hold_there(life.world, order))
    mend(life, scripted, 215, lambda: _free_and_print(life, order))


def _free_and_print(life: "Life", order: PretendOrder) -> None:
    free_there(life.world, order)
    life.print_label(order)


def edited_after_import(life: "Life", scripted: bool) -> None:
    """The customer adds a mug; ShipStation keeps what it imported, until somebody adds it there too."""
    order = life.take_order(lines=[("LAMP", 1)])

    def added_there() -> None:
        add_item_there(life.world, order, "MUG-BLUE")
        life.print_label(order)

    life.import_soon(order)
    life.after(IMPORTED, lambda: add_item(life.world, order, "MUG-BLUE"))
    mend(life, scripted, 190, added_there)


def imported_twice(life: "Life", scripted: bool) -> None:
    """A second import of the same order; somebody cancels one of the two."""
    order = life.take_order()

    def one_cancelled() -> None:
        cancel_there(life.world, life.world.imported(order)[1:])
        life.print_label(order)

    def once_more() -> None:
        if waits_there(life, order):
            import_again(life.world, order)

    life.import_soon(order)
    life.after(IMPORTED, once_more)
    mend(life, scripted, 75, one_cancelled, share=0.8)


def cancelled_unseen(life: "Life", scripted: bool) -> None:
    """Cancelled in Shopify; ShipStation hears of it hours later."""
    world, order = life.world, life.take_order()
    life.import_soon(order)
    life.after(IMPORTED, lambda: world.cancel(order, imported=False))
    mend(life, scripted, 130, lambda: cancel_there(world, world.imported(order)), share=0.9)


def archived_by_hand(life: "Life", scripted: bool) -> None:
    """Archived by mistake; nobody misses it, or somebody takes it out again."""
    order = life.take_order()

    def found() -> None:
        unarchive(life.world, order)
        life.print_label(order)

    life.import_soon(order)
    life.after(50, lambda: archive(life.world, order))
    if not scripted:
        life.maybe_after(0.5, (600, 2400), found)


# ---------------------------------------------------------------- the shelf


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


def hold_forgotten(life: "Life", scripted: bool) -> None:
    """Held by an app that suspects fraud; it is looked at hours later."""
    world, order = life.world, life.take_order()
    life.import_soon(order)
    life.after(IMPORTED, lambda: world.hold(order, note="Card and address disagree", held_by="Fraud Filter"))
    mend(life, scripted, 235, lambda: life.let_go([order]))


def provider_silent(life: "Life", scripted: bool) -> None:
    """Handed to a fulfilment provider in ShipStation, which answers hours later with a parcel."""
    world, order = life.world, life.take_order()

    def provider_ships() -> None:
        free_there(world, order)
        if waits_there(life, order):
            number = tracking_number(world.chance, "ups_walleted")
            mark = world.mark_shipped(order, tracking=number, carrier="ups_walleted", notify=True)
            mark.provider = PARTNER

    life.import_soon(order)
    life.after(IMPORTED, lambda: restate(world, order, "pending_fulfillment"))
    mend(life, scripted, 180, provider_ships)


def provider_rejects(life: "Life", scripted: bool) -> None:
    """The provider sends it back; later somebody prints it here."""
    order = life.take_order()
    life.import_soon(order)
    life.after(IMPORTED, lambda: restate(life.world, order, "pending_fulfillment"))
    life.after(IMPORTED + 14, lambda: restate(life.world, order, "rejected_fulfillment"))
    mend(life, scripted, 85, lambda: _free_and_print(life, order))


def service_silent(life: "Life", scripted: bool) -> None:
    """Requested from a fulfilment service in Shopify, which does not answer; ShipStation never sees it."""
    world, order = life.world, life.take_order()
    number = tracking_number(world.chance, "ups_walleted")
    ask_service(world, order)
    mend(life, scripted, 180, lambda: partner_ships(life, order, number))


def rest_forgotten(life: "Life", scripted: bool) -> None:
    """Split in two: the first parcel goes, the second is still on the shelf days later."""
    order = _half_shipped(life, scripted)
    life.maybe_after(0.3, (2000, 4000), lambda: life.print_label(order))


def rest_forgotten_for_days(life: "Life", scripted: bool) -> None:
    """The same, two working days ago: its time is up at today's cutoff."""
    begun = life.world.now
    with life.world.at(working_days_before(begun, life.world.zone, 2)):
        order = _half_shipped(life, scripted)
    life.plan(begun + timedelta(minutes=250), lambda: life.print_label(order))


def _half_shipped(life: "Life", scripted: bool) -> PretendOrder:
    order = life.take_order(lines=PAIR)

    def print_one() -> None:
        for row in split_in_two(life, order)[:1]:
            life.world.label(row)

    life.after(when_printed(life, order, scripted=scripted), print_one)
    return order
