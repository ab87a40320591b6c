"""One order each of the history: healthy ones, and every oddity that must not be taken for a gap."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox.carriers import CARRIERS
from bot.sandbox.catalogue import BASKETS
from bot.sandbox.shipping import OLD_STORE, PretendLabel
from bot.sandbox.shop import PretendOrder
from bot.sandbox.working_hours import print_time

if TYPE_CHECKING:
    from bot.sandbox.world import World

PAIR = (("MUG-BLUE", 1), ("TEE-M", 1))


def later(world: "World", **delta: float) -> AbstractContextManager[None]:
    """Let things happen that much after the moment that is being told."""
    return world.at(world.now + timedelta(**delta))


def import_soon(world: "World", order: PretendOrder, **how: Any) -> None:
    """Import the order within the hour."""
    with later(world, minutes=world.chance.uniform(5, 40)):
        world.import_order(order, **how)


def ship_in_time(world: "World", order: PretendOrder, **how: Any) -> PretendLabel:
    """Print the label when people would, at the latest two hours before the present."""
    how.setdefault("carrier", world.chance.choice(CARRIERS))
    ready = max(world.imported(order)[0].created, world.now)
    printed = print_time(ready, world.zone, world.chance)
    with world.at(min(printed, world.clock.now() - timedelta(hours=2))):
        return world.label(order, **how)


def healthy(world: "World", **details: Any) -> PretendOrder:
    """Ordered, imported within the hour, printed in time, and Shopify knows."""
    details.setdefault("lines", world.chance.choice(BASKETS))
    order = world.order(**details)
    import_soon(world, order)
    ship_in_time(world, order)
    return order


# ---------------------------------------------------------------- oddities; the numbers are those of domain.md 4


def digital_only(world: "World") -> None:
    """1: nothing to ship, delivered by e-mail."""
    world.fulfill(world.order(lines=[("EBOOK", 1)]))


def gift_card(world: "World") -> None:
    """1: nothing to ship, and nobody fulfilled it."""
    world.order(lines=[("GIFT-50", 1)])


def mixed(world: "World") -> None:
    """2: the parcel is on its way, the e-book stays unfulfilled for ever."""
    healthy(world, lines=[("MUG-BLUE", 1), ("EBOOK", 1)])


def free_of_charge(world: "World") -> None:
    """3, 4: a replacement at no charge, without a shipping line."""
    healthy(world, free=True, source="shopify_draft_order", shipping_title=None)


def pickup(world: "World") -> None:
    """5: waits at the counter and never imports."""
    world.order(method="PICK_UP", shipping_title="Pick up in store")


def local_delivery(world: "World") -> None:
    """6: taken round by bicycle."""
    world.order(method="LOCAL", shipping_title="Local delivery")


def at_the_till(world: "World") -> None:
    """7: sold and handed over in the shop."""
    world.fulfill(world.order(method="RETAIL", source="pos", shipping_title=None))


def till_ships(world: "World") -> None:
    """8: sold in the shop, shipped to the customer."""
    healthy(world, source="pos")


def authorized(world: "World") -> None:
    """9: money reserved, not taken."""
    order = world.order(paid=False)
    world.shop.pay(order, world.now, "AUTHORIZATION", "AUTHORIZED")
    import_soon(world, order)


def unpaid(world: "World") -> None:
    """9: waits for a bank transfer."""
    import_soon(world, world.order(paid=False))


def recharged(world: "World") -> None:
    """10: the first payment was voided, the second went through."""
    order = world.order(paid=False)
    world.shop.pay(order, world.now, "AUTHORIZATION", "AUTHORIZED")
    world.shop.pay(order, world.now, "VOID", "PENDING")
    with later(world, hours=3):
        world.pay(order, kind="SALE")
        import_soon(world, order)
    ship_in_time(world, order)


def refunded(world: "World") -> None:
    """11: everything refunded before it was shipped, without cancelling; ShipStation's row was closed."""
    order = world.order()
    import_soon(world, order)
    with later(world, hours=1):
        world.refund(order, {"MUG-BLUE": 1})
        world.imported(order)[0].status = "cancelled"
        world.shipping.touch(world.imported(order)[0], world.now)


def part_refunded(world: "World") -> None:
    """12: one line refunded before shipping; ShipStation still shows it."""
    order = world.order(lines=PAIR)
    import_soon(world, order)
    with later(world, minutes=50):
        world.refund(order, {"TEE-M": 1})
    ship_in_time(world, order)


def held_and_released(world: "World") -> None:
    """17: held for minutes after checkout, then shipped."""
    order = world.order()
    world.hold(order, reason="ONLINE_STORE_POST_PURCHASE_CROSS_SELL")
    with later(world, minutes=20):
        world.release(order)
        import_soon(world, order)
    ship_in_time(world, order)


def held(world: "World") -> None:
    """15: looked at for fraud since half an hour ago."""
    with world.at(world.clock.now() - timedelta(minutes=50)):
        order = world.order()
        import_soon(world, order)
        with later(world, minutes=20):
            world.hold(order, note="Card and address disagree")


def preorder(world: "World") -> None:
    """18: will be shipped next month; ShipStation holds it until then."""
    order = world.order(tags=["preorder"])
    order.parts[0].fulfill_at = world.now + timedelta(days=60)
    import_soon(world, order, status="on_hold")
    world.imported(order)[0].hold_until = (world.now + timedelta(days=60)).date()


def partner(world: "World") -> None:
    """23: shipped by a fulfilment partner; ShipStation never hears of it."""
    order = world.order()
    part = order.parts[0]
    part.location, part.third_party, part.request_status = "Fulfilment partner", True, "CLOSED"
    with later(world, hours=4):
        world.fulfill(order, tracking=f"1Z999AA1{world.chance.randrange(10**9, 10**10)}", company="UPS")


def combined(world: "World") -> None:
    """28: two orders of one buyer in one parcel; both were told."""
    first, second = world.order(lines=[("LAMP", 1)]), world.order(lines=[("POSTER", 1)])
    for order in (first, second):
        import_soon(world, order)
    with later(world, minutes=45):
        world.combine(first, second)
    ship_in_time(world, first)


def split(world: "World") -> None:
    """30: two parcels, both told."""
    order = world.order(lines=PAIR)
    import_soon(world, order)
    with later(world, minutes=45):
        world.split(order, {"TEE-M": 1})
    ship_in_time(world, order)
    ship_in_time(world, order)


def short_number(world: "World") -> None:
    """31: its number begins the numbers of others."""
    healthy(world, name="#10")


def suffixed(world: "World") -> None:
    """33: a name of its own, close to another's."""
    healthy(world, name="#1001-A")


def old_connection(world: "World") -> None:
    """35: imported and shipped through the connection before this one."""
    order = world.order()
    import_soon(world, order, store=OLD_STORE)
    ship_in_time(world, order)


def reshipped(world: "World") -> None:
    """37: voided, shipped again, and the new number was sent by hand."""
    order = world.order()
    import_soon(world, order)
    first = ship_in_time(world, order)
    with world.at(first.created + timedelta(minutes=25)):
        world.void(first)
        second = world.label(order, notify=False, carrier="ups_walleted")
        with later(world, minutes=40):
            world.resend_notification(second)


def with_return_label(world: "World") -> None:
    """40, 58: came back, refunded."""
    order = healthy(world, lines=[("TEE-L", 1)])
    with world.at(world.labels(order)[0].created + timedelta(minutes=90)):
        world.label(order, return_label=True, notify=False)
        order.return_status = "RETURNED"
        world.refund(order, {"TEE-L": 1})


def two_packages(world: "World") -> None:
    """41: ShipStation names the master number, Shopify names both."""
    order = healthy(world, lines=[("LAMP", 2)])
    shown = order.fulfillments[-1].tracking
    shown.append(type(shown[0])(f"1Z999AA1{world.chance.randrange(10**9, 10**10)}", "UPS"))


def marked(world: "World") -> None:
    """42: shipped with a label from elsewhere, the store was told."""
    order = world.order()
    import_soon(world, order)
    with later(world, minutes=70):
        world.mark_shipped(
            order, tracking=f"7{world.chance.randrange(10**10, 10**11)}", carrier="fedex", notify=True
        )


def told_late(world: "World") -> None:
    """44: the notification waited for the carrier's scan."""
    order = world.order()
    import_soon(world, order)
    label = ship_in_time(world, order, notify=False)
    with world.at(label.created + timedelta(minutes=50)):
        world.resend_notification(label)


def cancelled(world: "World") -> None:
    """Cancelled before anything was shipped; ShipStation noticed."""
    order = world.order()
    import_soon(world, order)
    with later(world, minutes=50):
        world.cancel(order)


def cancelled_late(world: "World") -> None:
    """54: cancelled after it was shipped."""
    order = healthy(world)
    with world.at(order.fulfillments[0].created + timedelta(hours=1)):
        world.cancel(order, reason="OTHER")


def spelt_differently(world: "World") -> None:
    """61: the same number with spaces."""
    order = world.order()
    import_soon(world, order)
    label = ship_in_time(world, order, carrier="stamps_com")
    number = label.tracking or ""
    order.fulfillments[-1].tracking[0].number = " ".join(
        number[at : at + 4] for at in range(0, len(number), 4)
    )


def test_order(world: "World") -> None:
    """63: somebody tried the checkout."""
    world.order(test=True)


def manual_twin(world: "World") -> None:
    """66: a replacement typed in by hand under the number of a shipped order."""
    order = healthy(world, lines=[("MUG-GREEN", 1)])
    with world.at(order.fulfillments[0].created + timedelta(hours=1)):
        twin = world.manual_order(order.name.removeprefix("#"), lines={"MUG-GREEN": 1})
        world.label(twin, notify=False)


ODDITIES: tuple[Callable[["World"], None], ...] = (
    digital_only,
    pickup,
    at_the_till,
    mixed,
    part_refunded,
    split,
    combined,
    reshipped,
    with_return_label,
    marked,
    two_packages,
    manual_twin,
    cancelled,
    cancelled_late,
    free_of_charge,
    test_order,
    gift_card,
    local_delivery,
    till_ships,
    authorized,
    unpaid,
    recharged,
    refunded,
    held_and_released,
    held,
    preorder,
    partner,
    old_connection,
    told_late,
    spelt_differently,
    suffixed,
    short_number,
)
