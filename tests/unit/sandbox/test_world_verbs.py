"""What each verb of the pretend shop does to both systems."""

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.sandbox.world import World

HOUR = timedelta(hours=1)
PAIR = [("MUG-BLUE", 1), ("TEE-M", 1)]


def test_a_label_ships_the_order_and_tells_shopify_its_number(world: World) -> None:
    order = world.order(age=3 * HOUR)

    label = world.label(order, age=HOUR)

    assert world.imported(order)[0].status == "shipped"
    assert order.fulfilment_status() == "FULFILLED"
    assert [one.number for one in order.fulfillments[0].tracking] == [label.tracking]
    assert label.notified


def test_a_failed_notification_leaves_shopify_untold_and_the_error_on_the_label(world: World) -> None:
    order = world.order(age=3 * HOUR)

    label = world.label(order, age=HOUR, notify="IntegrationError: no")

    assert order.fulfilment_status() == "UNFULFILLED"
    assert (label.notified, label.error) == (False, "IntegrationError: no")


def test_a_label_that_does_not_notify_looks_like_one_that_waits(world: World) -> None:
    label = world.label(world.order(age=HOUR), notify=False)

    assert (label.notified, label.error) == (False, None)


def test_resending_tells_shopify_and_bumps_nothing_in_shipstation(world: World, clock: ManualClock) -> None:
    order = world.order(age=3 * HOUR)
    label = world.label(order, age=2 * HOUR, notify="IntegrationError: no")
    row, before = world.imported(order)[0], world.imported(order)[0].modified

    world.resend_notification(label)

    assert (label.notified, label.error) == (True, None)
    assert row.modified == before
    assert order.updated == clock.now()
    assert order.fulfilment_status() == "FULFILLED"


def test_voiding_returns_the_order_to_awaiting_and_leaves_shopify_as_it_was(world: World) -> None:
    order = world.order(age=3 * HOUR)
    label = world.label(order, age=HOUR)

    world.void(label)

    assert world.imported(order)[0].status == "awaiting_shipment"
    assert world.labels(order) == [label]
    assert world.labels(order, live=True) == []
    assert order.fulfilment_status() == "FULFILLED"


def test_a_corrected_number_replaces_the_dead_one(world: World) -> None:
    order = world.order(age=3 * HOUR)
    world.void(world.label(order, age=HOUR))
    second = world.label(order, notify=False)

    world.resend_notification(second)

    assert [one.tracking[0].number for one in order.fulfillments] == [second.tracking]


def test_an_import_leaves_out_digital_lines_and_the_leading_hash(world: World) -> None:
    order = world.order(lines=[("LAMP", 1), ("EBOOK", 1)])

    row = world.import_order(order)

    assert (row.number, row.key) == (order.name.removeprefix("#"), str(order.id))
    assert [(item.sku, item.line_key) for item in row.items] == [("LAMP", str(order.line("LAMP").id))]


def test_a_mixed_order_stays_partially_fulfilled_after_its_parcel(world: World) -> None:
    order = world.order(lines=[("LAMP", 1), ("EBOOK", 1)], age=HOUR)

    world.label(order)

    assert order.fulfilment_status() == "PARTIALLY_FULFILLED"


def test_an_unpaid_order_waits_for_payment_on_both_sides(world: World) -> None:
    order = world.order(paid=False, age=2 * HOUR)
    row = world.import_order(order, age=HOUR)
    assert (order.financial, row.status, row.paid) == ("PENDING", "awaiting_payment", None)

    world.pay(order)

    assert (order.financial, row.status) == ("PAID", "awaiting_shipment")


def test_a_split_order_is_shipped_row_by_row(world: World) -> None:
    order = world.order(lines=PAIR, age=3 * HOUR)
    world.import_order(order, age=2 * HOUR)

    root, child = world.split(order, {"TEE-M": 1}, age=HOUR)
    world.label(root)

    assert (child.parent_id, child.number, child.key) == (root.id, root.number, root.key)
    assert (root.status, child.status) == ("shipped", "awaiting_shipment")
    assert order.fulfilment_status() == "PARTIALLY_FULFILLED"


def test_a_combined_parcel_tells_both_orders_and_the_absorbed_row_is_gone(world: World) -> None:
    first, second = world.order(age=3 * HOUR), world.order(age=3 * HOUR)
    world.import_order(first, age=2 * HOUR)
    absorbed = world.import_order(second, age=2 * HOUR)

    survivor = world.combine(first, second, age=HOUR)
    label = world.label(first)

    assert survivor.merged_ids == [absorbed.id]
    assert world.imported(second) == [survivor]
    assert {order.fulfillments[0].tracking[0].number for order in (first, second)} == {label.tracking}


def test_a_hold_and_its_release_reach_both_sides(world: World) -> None:
    order = world.order(age=3 * HOUR)
    row = world.import_order(order, age=2 * HOUR)

    world.hold(order, age=HOUR)
    assert (order.fulfilment_status(), row.status) == ("ON_HOLD", "on_hold")

    world.release(order)
    assert (order.fulfilment_status(), row.status) == ("UNFULFILLED", "awaiting_shipment")


def test_cancelling_may_be_missed_by_shipstation(world: World) -> None:
    noticed, missed = world.order(age=HOUR), world.order(age=HOUR)
    rows = [world.import_order(order) for order in (noticed, missed)]

    world.cancel(noticed)
    world.cancel(missed, imported=False)

    assert [row.status for row in rows] == ["cancelled", "awaiting_shipment"]
    assert missed.cancelled is not None


def test_marking_as_shipped_is_silent_by_default(world: World) -> None:
    order = world.order(age=HOUR)

    mark = world.mark_shipped(order, tracking="777")

    assert (mark.kind, mark.notified) == ("mark", False)
    assert world.imported(order)[0].status == "shipped"
    assert order.fulfillments == []


def test_a_return_label_ships_nothing(world: World) -> None:
    order = world.order(age=HOUR)
    world.import_order(order)

    world.label(order, return_label=True, notify=False)

    assert world.imported(order)[0].status == "awaiting_shipment"
    assert world.labels(order, live=True) == []


def test_a_refund_before_shipping_takes_units_off_the_order_but_not_off_shipstation(world: World) -> None:
    order = world.order(lines=PAIR, age=2 * HOUR)
    row = world.import_order(order, age=HOUR)

    world.refund(order, {"TEE-M": 1})

    assert order.financial == "PARTIALLY_REFUNDED"
    assert order.open_units()[order.line("TEE-M").id] == 0
    assert [item.sku for item in row.items] == ["MUG-BLUE", "TEE-M"]


def test_a_manual_order_belongs_to_no_shopify_order_and_tells_nobody(world: World) -> None:
    order = world.order("#2001", age=3 * HOUR)

    label = world.label(world.manual_order("2001", lines={"LAMP": 1}, age=HOUR))

    assert not label.notified
    assert world.imported(order) == []


def test_an_order_is_found_with_and_without_its_hash(world: World) -> None:
    order = world.order("#2001")

    assert world.find("2001") is world.find("#2001") is order
    with pytest.raises(KeyError):
        world.find("2002")


def test_two_locations_share_out_what_was_shipped(world: World) -> None:
    order = world.order(lines=[("LAMP", 3)], age=HOUR)
    first = order.parts[0]
    first.lines = dict.fromkeys(first.lines, 2)
    second = type(first)(1, first.created, first.updated, dict.fromkeys(first.lines, 1), location="Annexe")
    order.parts.append(second)

    world.fulfill(order, tracking="1", lines={"LAMP": 2})

    assert [sum(order.remaining(part).values()) for part in order.parts] == [0, 1]
    assert [order.part_status(part) for part in order.parts] == ["CLOSED", "OPEN"]
