"""What each verb of things going wrong does, and to which of the two systems."""

from datetime import date, timedelta

from bot.clock import ManualClock
from bot.sandbox import mishaps
from bot.sandbox.shipping import OLD_STORE, SHOPIFY_STORE
from bot.sandbox.world import World

HOUR = timedelta(hours=1)
PAIR = [("MUG-BLUE", 1), ("TEE-M", 1)]


def test_archiving_puts_away_an_order_that_is_still_to_be_shipped(world: World, clock: ManualClock) -> None:
    order = world.order(age=3 * HOUR)
    row = world.import_order(order, age=2 * HOUR)

    mishaps.archive(world, order, age=HOUR)

    assert order.closed == clock.now() - HOUR
    assert (order.fulfilment_status(), row.status) == ("UNFULFILLED", "awaiting_shipment")

    mishaps.unarchive(world, order)
    assert (order.closed, order.updated) == (None, clock.now())


def test_an_edit_adds_a_line_in_shopify_and_leaves_shipstation_as_it_was(world: World) -> None:
    order = world.order(age=3 * HOUR)
    row = world.import_order(order, age=2 * HOUR)

    mishaps.add_item(world, order, "LAMP", age=HOUR)

    lamp = order.line("LAMP")
    assert order.edited
    assert order.remaining(order.parts[0])[lamp.id] == 1
    assert [item.sku for item in row.items] == ["MUG-BLUE"]

    mishaps.add_item_there(world, order, "LAMP")
    assert [item.line_key for item in row.items][-1] == str(lamp.id)


def test_a_payment_may_go_unseen(world: World) -> None:
    order = world.order(paid=False, age=3 * HOUR)
    row = world.import_order(order, age=2 * HOUR)

    mishaps.pay_unseen(world, order)

    assert (order.financial, row.status, row.paid) == ("PAID", "awaiting_payment", None)


def test_lines_given_to_another_location_are_a_part_of_their_own(world: World) -> None:
    order = world.order(lines=PAIR, age=HOUR)

    part = mishaps.share_out(world, order, ["TEE-M"], location="Annexe")
    mishaps.hold_part(world, order, part, "INVENTORY_OUT_OF_STOCK")

    assert [list(one.lines) for one in order.parts] == [
        [order.line("MUG-BLUE").id],
        [order.line("TEE-M").id],
    ]
    assert [order.part_status(one) for one in order.parts] == ["OPEN", "ON_HOLD"]
    assert order.fulfilment_status() == "UNFULFILLED", "only part of it is held"


def test_a_service_that_was_asked_leaves_the_request_where_it_stands(world: World) -> None:
    order = world.order(age=HOUR)

    mishaps.ask_service(world, order, "REJECTED")

    [part] = order.parts
    assert (part.location, part.request_status) == (mishaps.PARTNER, "REJECTED")


def test_a_hold_in_shipstation_is_unknown_to_shopify(world: World) -> None:
    order = world.order(age=3 * HOUR)
    row = world.import_order(order, age=2 * HOUR)

    mishaps.hold_there(world, order, until=date(2026, 11, 20), age=HOUR)
    assert (row.status, row.hold_until) == ("on_hold", date(2026, 11, 20))
    assert order.fulfilment_status() == "UNFULFILLED"

    mishaps.free_there(world, order)
    assert (row.status, row.hold_until) == ("awaiting_shipment", None)


def test_an_order_can_stand_in_a_store_that_is_no_longer_active(world: World) -> None:
    order = world.order(age=HOUR)
    row = world.import_order(order)

    mishaps.move(world, order)

    assert (row.store_id, world.shipping.stores[row.store_id].active) == (OLD_STORE, False)


def test_a_second_import_is_the_same_order_under_the_same_key_or_an_apps_own(world: World) -> None:
    order = world.order(age=HOUR)
    first = world.import_order(order)

    again = mishaps.import_again(world, order)
    by_an_app = mishaps.import_again(world, order, app="wms")

    assert [row.key for row in (again, by_an_app)] == [first.key, f"{first.key}-wms"]
    assert world.imported(order) == [first, again, by_an_app]
    assert not any(row.merged_or_split or row.parent_id for row in world.imported(order))


def test_a_cancelled_import_leaves_the_other_alone(world: World) -> None:
    order = world.order(age=HOUR)
    first, second = world.import_order(order), mishaps.import_again(world, order)

    mishaps.cancel_there(world, [second])

    assert [first.status, second.status] == ["awaiting_shipment", "cancelled"]
    assert order.cancelled is None


def test_a_second_label_carries_the_same_goods_and_nobody_is_told(world: World) -> None:
    order = world.order(lines=PAIR, age=3 * HOUR)
    first = world.label(order, age=HOUR)

    second = mishaps.label_again(world, order)

    assert first.units == second.units
    assert [one.notified for one in world.labels(order, live=True)] == [True, False]


def test_an_order_closed_in_shipstation_has_no_parcel_there(world: World) -> None:
    order = world.order(age=3 * HOUR)
    row = world.import_order(order, age=2 * HOUR)
    world.fulfill(order, tracking="1", service=mishaps.PARTNER)

    mishaps.close_there(world, order)

    assert (row.status, row.externally_fulfilled, world.labels(order)) == ("shipped", True, [])
    assert order.fulfillments[0].service == mishaps.PARTNER


def test_a_number_found_later_reaches_both_systems(world: World) -> None:
    order = world.order(age=3 * HOUR)
    mark = world.mark_shipped(order, notify=True, age=HOUR)
    assert order.fulfillments[0].tracking == []

    mishaps.number_parcel(world, mark, "771", "fedex")

    assert mark.tracking == "771"
    assert [(one.number, one.company) for one in order.fulfillments[0].tracking] == [("771", "FedEx")]


def test_a_stopped_import_shows_in_the_store_only(world: World, clock: ManualClock) -> None:
    world.import_order(world.order())
    mishaps.stop_importing(world)
    clock.move(hours=2)
    world.tick()

    store = world.shipping.stores[SHOPIFY_STORE]
    assert (store.active, store.auto_refresh) == (True, False)
    assert store.refreshed == clock.now() - 2 * HOUR

    mishaps.start_importing(world)
    assert (store.auto_refresh, store.refreshed) == (True, clock.now())


def test_while_a_store_is_cut_off_no_parcel_is_told_and_no_resend_helps(world: World) -> None:
    mishaps.stop_notifying(world, "IntegrationError: Unauthorized")
    order = world.order(age=HOUR)
    label = world.label(order)
    world.resend_notification(label)
    assert (label.notified, label.error) == (False, "IntegrationError: Unauthorized")
    assert order.fulfillments == []

    mishaps.start_notifying(world)
    assert label.error, "what failed stays failed until it is sent again"
    world.resend_notification(label)
    assert (label.error, order.fulfilment_status()) == (None, "FULFILLED")


def test_shopify_refuses_the_parcel_of_a_cancelled_order(world: World) -> None:
    order = world.order(age=3 * HOUR)
    world.import_order(order, age=2 * HOUR)
    world.cancel(order, age=HOUR, imported=False)

    label = world.label(order)

    assert "UnprocessableEntity" in (label.error or "")
    assert order.fulfillments == []
