"""More oddities of the history: what only looks like an order imported wrongly, left lying or shipped twice."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.sandbox.mishaps import (
    PARTNER,
    add_item,
    add_item_there,
    archive,
    cancel_there,
    close_there,
    free_there,
    hold_part,
    hold_there,
    import_again,
    move,
    pay_unseen,
    restate,
    share_out,
)
from bot.sandbox.oddities import PAIR, healthy, import_soon, later, ship_in_time
from bot.sandbox.shipping import OLD_STORE, SHOPIFY_STORE

if TYPE_CHECKING:
    from bot.sandbox.world import World

SINCE_YESTERDAY = timedelta(hours=20)


def item_added(world: "World") -> None:
    """14: the customer added a mug after the import; somebody added it in ShipStation too."""
    order = world.order(lines=[("LAMP", 1)])
    import_soon(world, order)
    with later(world, minutes=45):
        add_item(world, order, "MUG-BLUE")
        add_item_there(world, order, "MUG-BLUE")
        ship_in_time(world, order)


def upsold(world: "World") -> None:
    """14, 17: held for an offer after checkout, which the customer took; imported when that was over."""
    order = world.order(lines=[("LAMP", 1)])
    world.hold(order, reason="ONLINE_STORE_POST_PURCHASE_CROSS_SELL", held_by="Upsell Wizard")
    with later(world, minutes=25):
        add_item(world, order, "MUG-GREEN")
        world.release(order)
        import_soon(world, order)
        ship_in_time(world, order)


def waits_for_stock(world: "World") -> None:
    """15: sold out since yesterday, more is on its way."""
    with world.at(world.clock.now() - SINCE_YESTERDAY):
        order = world.order(lines=[("TEE-L", 2)])
        import_soon(world, order)
        world.hold(order, reason="INVENTORY_OUT_OF_STOCK")


def half_held(world: "World") -> None:
    """16: what was there was sent, the rest waits for stock since yesterday."""
    with world.at(world.clock.now() - SINCE_YESTERDAY):
        order = world.order(lines=PAIR)
        import_soon(world, order)
        with later(world, minutes=45):
            hold_part(world, order, share_out(world, order, ["TEE-M"]), "INVENTORY_OUT_OF_STOCK")
            first, second = world.split(order, {"TEE-M": 1})
            second.status = "on_hold"
        with later(world, minutes=90):
            world.label(first)


def subscription(world: "World") -> None:
    """18: two boxes paid at once; the second is scheduled for a month that has not come."""
    order = world.order(lines=PAIR, source="subscription_contract")
    second = share_out(world, order, ["TEE-M"])
    second.fulfill_at = world.now + timedelta(days=60)
    import_soon(world, order, only=["MUG-BLUE"])
    ship_in_time(world, order)


def imported_an_hour_old(world: "World") -> None:
    """19: the store is set to import only what is an hour old."""
    order = world.order()
    with later(world, minutes=65):
        world.import_order(order)
    ship_in_time(world, order)


def two_locations(world: "World") -> None:
    """24: the partner has one line and has not shipped it; ShipStation got only the other."""
    order = world.order(lines=PAIR)
    share = share_out(world, order, ["TEE-M"], location=PARTNER, third_party=True)
    share.request_status, share.status = "ACCEPTED", "IN_PROGRESS"
    import_soon(world, order, only=["MUG-BLUE"])
    ship_in_time(world, order)


def combined_told_by_hand(world: "World") -> None:
    """29: two orders of one buyer in one parcel; Shopify was told of neither, so somebody fulfilled both there."""
    first, second = world.order(lines=[("LAMP", 1)]), world.order(lines=[("POSTER", 1)])
    for order in (first, second):
        import_soon(world, order)
    with later(world, minutes=45):
        world.combine(first, second)
        label = ship_in_time(world, first, notify=False, carrier="stamps_com")
    with world.at(label.created + timedelta(minutes=35)):
        for order in (first, second):
            world.fulfill(order, tracking=label.tracking)


def copied(world: "World") -> None:
    """34: an app made a second order of it in ShipStation, with a suffix and a key of its own, and it was cancelled."""
    order = healthy(world, lines=[("POSTER", 1)])
    with world.at(order.fulfillments[0].created + timedelta(minutes=30)):
        twin = world.manual_order(f"{order.name.removeprefix('#')}-A", lines={"POSTER": 1})
        cancel_there(world, [twin])


def moved_over(world: "World") -> None:
    """35: imported through the old connection, moved to the new one before it was printed."""
    order = world.order()
    import_soon(world, order, store=OLD_STORE)
    with later(world, minutes=50):
        move(world, order, SHOPIFY_STORE)
        ship_in_time(world, order)


def imported_twice(world: "World") -> None:
    """35: the reconnected store brought it a second time; that one was cancelled at once."""
    order = world.order()
    import_soon(world, order)
    with later(world, minutes=42):
        cancel_there(world, [import_again(world, order)])
        ship_in_time(world, order)


def reprinted(world: "World") -> None:
    """36: the first label jammed in the printer and was voided before anybody was told."""
    order = world.order()
    import_soon(world, order)
    jammed = ship_in_time(world, order, notify=False)
    with world.at(jammed.created + timedelta(minutes=2)):
        world.void(jammed)
        world.label(order)


def label_before_void(world: "World") -> None:
    """39: a new label before the old one was voided, so that it holds nothing; its number was typed into Shopify."""
    order = world.order()
    import_soon(world, order)
    first = ship_in_time(world, order)
    with world.at(first.created + timedelta(minutes=20)):
        second = world.label(order, notify=False)
        world.void(first)
        world.set_tracking(order, second.tracking, company="USPS")


def around_midnight(world: "World") -> None:
    """47, 48, 50: ordered at 23:20 and imported at 0:05; Shopify was told of the parcel on the day after its label."""
    evening = _last_night(world, time(23, 20))
    with world.at(evening):
        order = world.order()
    with world.at(evening + timedelta(minutes=45)):
        world.import_order(order)
    label = ship_in_time(world, order, notify=False)
    with world.at(min(label.created + timedelta(hours=14), world.clock.now() - timedelta(hours=2))):
        world.resend_notification(label)


def _last_night(world: "World", at: time) -> datetime:
    """Return that time of the day before the told one, in the shop's zone."""
    day = world.now.astimezone(world.zone).date() - timedelta(days=1)
    return datetime.combine(day, at, world.zone).astimezone(UTC)


def shipped_in_shopify(world: "World") -> None:
    """55: the partner was faster, and ShipStation was told so: shipped, without any parcel of its own."""
    order = world.order()
    import_soon(world, order)
    with later(world, minutes=50):
        number = f"1Z999AA1{world.chance.randrange(10**9, 10**10)}"
        world.fulfill(order, tracking=number, company="UPS", service=PARTNER)
    with later(world, minutes=70):
        close_there(world, order)


def fulfilled_at_payment(world: "World") -> None:
    """56: Shopify marked it as fulfilled when it was paid; the parcel's number followed."""
    order = world.order()
    world.fulfill(order)
    import_soon(world, order, status="awaiting_shipment")
    ship_in_time(world, order)


def archived_unpaid(world: "World") -> None:
    """60: given up by the customer, who never paid; archived by hand."""
    order = world.order(paid=False)
    import_soon(world, order)
    with later(world, hours=2):
        archive(world, order)


def net_terms(world: "World") -> None:
    """64: a business customer who pays in thirty days; shipped before."""
    order = world.order(paid=False, tags=["b2b"], lines=[("MUG-BLUE", 4)])
    import_soon(world, order, status="awaiting_shipment")
    ship_in_time(world, order)


def planned(world: "World") -> None:
    """65: in a state of ShipStation's that its API does not document; to be shipped next week."""
    order = world.order()
    order.parts[0].fulfill_at = world.clock.now() + timedelta(days=7)
    import_soon(world, order, status="planning")


def paid_late(world: "World") -> None:
    """9, 65: imported while it was not paid; ShipStation heard of the payment two hours later."""
    order = world.order(paid=False)
    import_soon(world, order)
    with later(world, minutes=50):
        pay_unseen(world, order)
    with later(world, minutes=170):
        free_there(world, order)
        ship_in_time(world, order)


def held_in_both(world: "World") -> None:
    """15, 69: a wrong address, held in both systems, released in both, shipped the day it was."""
    order = world.order()
    import_soon(world, order)
    with later(world, minutes=45):
        world.hold(order, reason="INCORRECT_ADDRESS")
        hold_there(world, order, until=(world.now + timedelta(days=2)).date())
    with later(world, minutes=110):
        world.release(order)
        world.imported(order)[0].hold_until = None
        ship_in_time(world, order)


def rest_cancelled(world: "World") -> None:
    """11, 12: one parcel went, the other half was refunded and closed in ShipStation."""
    order = world.order(lines=PAIR)
    import_soon(world, order)
    with later(world, minutes=45):
        _, second = world.split(order, {"TEE-M": 1})
        world.refund(order, {"TEE-M": 1})
        cancel_there(world, [second])
        ship_in_time(world, order)


def shipped_by_provider(world: "World") -> None:
    """23: sent to a provider from ShipStation, which shipped it within hours."""
    order = world.order()
    import_soon(world, order)
    with later(world, minutes=45):
        restate(world, order, "pending_fulfillment")
    with later(world, minutes=170):
        number = f"1Z999AA1{world.chance.randrange(10**9, 10**10)}"
        mark = world.mark_shipped(order, tracking=number, carrier="ups_walleted", notify=True)
        mark.provider = PARTNER


LOOKALIKES: tuple[Callable[["World"], None], ...] = (
    upsold,
    waits_for_stock,
    half_held,
    subscription,
    two_locations,
    shipped_in_shopify,
    imported_twice,
    label_before_void,
    reprinted,
    net_terms,
    item_added,
    combined_told_by_hand,
    held_in_both,
    rest_cancelled,
    shipped_by_provider,
    fulfilled_at_payment,
    paid_late,
    around_midnight,
    moved_over,
    copied,
    planned,
    archived_unpaid,
    imported_an_hour_old,
)
