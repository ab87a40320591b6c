"""Each thing that goes wrong: how both systems look while it does, and after people mended it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.sandbox import incidents, order_incidents, store_incidents
from bot.sandbox.incidents import Incident
from bot.sandbox.notifying import SHOPIFY_401, SHOPIFY_422
from bot.sandbox.shipping import OLD_STORE, SHOPIFY_STORE
from bot.sandbox.shop import PretendOrder
from bot.sandbox.shop_life import Life
from bot.sandbox.world import World

HOUR = timedelta(hours=1)


class Stage:
    """Plays one incident as the opening does, and nothing else."""

    def __init__(self, world: World, clock: ManualClock) -> None:
        self.world, self.clock = world, clock
        self.life = Life(world, (), busy=False)

    def begin(self, incident: Incident, minutes: float) -> PretendOrder:
        """Let it begin now; return its order after so many minutes."""
        incident(self.life, True)
        self.go_on(minutes)
        return next(iter(self.world.shop.orders.values()))

    def go_on(self, minutes: float) -> None:
        self.clock.move(minutes=minutes)
        self.life.advance(self.clock.now())

    def states(self, order: PretendOrder) -> list[str]:
        return [row.status for row in self.world.imported(order)]

    def live(self, order: PretendOrder) -> int:
        return len(self.world.labels(order, live=True))


@pytest.fixture
def stage(world: World, clock: ManualClock) -> Stage:
    return Stage(world, clock)


# ---------------------------------------------------------------- the import


def test_an_order_lands_in_the_old_store_until_somebody_moves_it(stage: Stage) -> None:
    order = stage.begin(order_incidents.lands_in_old_store, 100)
    [row] = stage.world.imported(order)
    assert (row.store_id, row.status, stage.live(order)) == (OLD_STORE, "awaiting_shipment", 0)

    stage.go_on(100)
    assert (row.store_id, row.status) == (SHOPIFY_STORE, "shipped")


def test_a_payment_is_not_seen_until_somebody_corrects_it(stage: Stage) -> None:
    order = stage.begin(order_incidents.stays_unpaid, 100)
    [row] = stage.world.imported(order)
    assert (order.financial, row.status, row.paid) == ("PAID", "awaiting_payment", None)

    stage.go_on(150)
    assert (row.status, order.fulfilment_status()) == ("shipped", "FULFILLED")


def test_an_order_is_stopped_in_shipstation_only_until_somebody_restores_it(stage: Stage) -> None:
    order = stage.begin(order_incidents.stopped_there, 100)
    [row] = stage.world.imported(order)
    assert (row.status, row.hold_until) == ("on_hold", None)
    assert order.fulfilment_status() == "UNFULFILLED", "Shopify holds nothing"

    stage.go_on(150)
    assert row.status == "shipped"


def test_an_edit_is_missing_in_shipstation_until_somebody_adds_it(stage: Stage) -> None:
    order = stage.begin(order_incidents.edited_after_import, 100)
    [row] = stage.world.imported(order)
    assert order.edited
    assert [line.sku for line in order.lines] == ["LAMP", "MUG-BLUE"]
    assert [item.sku for item in row.items] == ["LAMP"]
    assert row.created < order.updated

    stage.go_on(100)
    assert sum(order.open_units().values()) == 0


def test_an_order_is_imported_twice_until_somebody_cancels_one(stage: Stage) -> None:
    order = stage.begin(order_incidents.imported_twice, 30)
    first, second = stage.world.imported(order)
    assert first.key == second.key
    assert [row.merged_or_split for row in (first, second)] == [False, False]
    assert stage.states(order) == ["awaiting_shipment", "awaiting_shipment"]

    stage.go_on(60)
    assert stage.states(order) == ["shipped", "cancelled"]


def test_a_cancellation_is_not_heard_of_for_two_hours(stage: Stage) -> None:
    order = stage.begin(order_incidents.cancelled_unseen, 60)
    [row] = stage.world.imported(order)
    assert order.cancelled is not None
    assert (row.status, row.modified < order.cancelled) == ("awaiting_shipment", True)

    stage.go_on(80)
    assert stage.states(order) == ["cancelled"]


def test_an_order_is_archived_paid_and_open_the_day_before(stage: Stage) -> None:
    order = stage.begin(incidents.earlier(order_incidents.archived_by_hand, hours=24), 60)

    assert order.closed is not None
    assert stage.clock.now() - order.closed >= timedelta(hours=24)
    assert (order.financial, sum(order.open_units().values()) > 0, stage.live(order)) == ("PAID", True, 0)


# ---------------------------------------------------------------- the shelf


def test_a_hold_is_forgotten_for_hours(stage: Stage) -> None:
    order = stage.begin(order_incidents.hold_forgotten, 100)
    [part] = order.parts
    assert [(hold.reason, hold.held_by) for hold in part.holds] == [("HIGH_RISK_OF_FRAUD", "Fraud Filter")]
    assert stage.clock.now() - part.updated > HOUR
    assert stage.states(order) == ["on_hold"]

    stage.go_on(240)
    assert (part.holds, stage.states(order)) == ([], ["shipped"])


def test_a_provider_does_not_answer_and_then_ships(stage: Stage) -> None:
    order = stage.begin(order_incidents.provider_silent, 100)
    assert (stage.states(order), stage.live(order)) == (["pending_fulfillment"], 0)

    stage.go_on(100)
    assert (stage.states(order), order.fulfilment_status()) == (["shipped"], "FULFILLED")


def test_a_provider_refuses_and_somebody_prints_it_here(stage: Stage) -> None:
    order = stage.begin(order_incidents.provider_rejects, 40)
    assert stage.states(order) == ["rejected_fulfillment"]

    stage.go_on(60)
    assert stage.states(order) == ["shipped"]


def test_a_fulfilment_service_is_asked_and_does_not_answer(stage: Stage) -> None:
    order = stage.begin(order_incidents.service_silent, 100)
    [part] = order.parts
    assert (part.request_status, stage.states(order)) == ("SUBMITTED", [])
    assert stage.clock.now() - part.updated > HOUR

    stage.go_on(100)
    assert [one.service for one in order.fulfillments] == ["Fulfilment partner"]


def test_the_rest_of_a_split_order_lies_there_for_working_days(stage: Stage) -> None:
    order = stage.begin(order_incidents.rest_forgotten_for_days, 60)
    told = order.fulfillments[0]
    assert stage.clock.now() - told.created > timedelta(days=2)
    assert order.fulfilment_status() == "PARTIALLY_FULFILLED"
    assert sorted(stage.states(order)) == ["awaiting_shipment", "shipped"]

    stage.go_on(240)
    assert stage.states(order) == ["shipped", "shipped"]


# ---------------------------------------------------------------- parcels


def test_a_parcel_leaves_without_a_number_until_somebody_finds_it(stage: Stage) -> None:
    order = stage.begin(incidents.shipped_without_number, 100)
    [mark] = stage.world.labels(order, live=True)
    assert (mark.kind, mark.tracking, mark.notified) == ("mark", None, True)
    assert [one.tracking for one in order.fulfillments] == [[]]

    stage.go_on(180)
    assert [one.number for one in order.fulfillments[0].tracking] == [mark.tracking]


def test_a_label_is_voided_after_it_was_told_and_printed_again_hours_later(stage: Stage) -> None:
    order = stage.begin(incidents.void_forgotten, 60)
    [dead] = stage.world.labels(order)
    assert (dead.voided is not None, stage.live(order)) == (True, 0)
    assert [one.number for one in order.fulfillments[0].tracking] == [dead.tracking]
    assert stage.states(order) == ["awaiting_shipment"]

    stage.go_on(240)
    [label] = stage.world.labels(order, live=True)
    assert [one.number for one in order.fulfillments[0].tracking] == [label.tracking]


def test_a_label_is_printed_after_the_order_was_cancelled(stage: Stage) -> None:
    order = stage.begin(incidents.printed_after_cancel, 40)
    [label] = stage.world.labels(order, live=True)
    assert order.cancelled is not None
    assert order.cancelled < label.created
    assert (label.error, order.fulfillments) == (SHOPIFY_422, [])

    stage.go_on(80)
    assert (stage.live(order), stage.states(order)) == (0, ["cancelled"])


def test_two_labels_are_printed_for_the_same_goods_until_one_is_voided(stage: Stage) -> None:
    order = stage.begin(incidents.printed_twice, 60)
    first, second = stage.world.labels(order, live=True)
    assert first.units == second.units
    assert second.created - first.created > timedelta(minutes=1)

    stage.go_on(120)
    assert stage.world.labels(order, live=True) == [first]


def test_the_partner_ships_what_shipstation_still_has_open(stage: Stage) -> None:
    order = stage.begin(incidents.fulfilled_by_partner, 160)
    assert (order.fulfilment_status(), stage.states(order)) == ("FULFILLED", ["awaiting_shipment"])
    assert (order.fulfillments[0].service, stage.live(order)) == ("Fulfilment partner", 0)

    stage.go_on(60)
    assert stage.states(order) == ["shipped"]


# ---------------------------------------------------------------- the whole store


def waiting(world: World) -> Sequence[PretendOrder]:
    return [order for order in world.shop.orders.values() if not world.imported(order)]


def test_imports_stop_while_orders_come_in_and_bring_them_all_when_they_run_again(stage: Stage) -> None:
    stage.begin(store_incidents.imports_stop, 120)
    store = stage.world.shipping.stores[SHOPIFY_STORE]
    assert len(waiting(stage.world)) >= 4
    assert stage.world.shipping.orders == {}
    assert (store.active, store.auto_refresh) == (True, False)

    stage.go_on(120)
    assert waiting(stage.world) == []
    assert store.auto_refresh
    assert all(order.fulfilment_status() == "FULFILLED" for order in stage.world.shop.orders.values())


def test_nothing_is_imported_while_imports_stand_still_not_even_by_the_usual_customers(
    world: World, clock: ManualClock
) -> None:
    """Minute 150 to 285 of the opening."""
    for _ in range(32):
        clock.move(minutes=10)
        world.tick()

    begin = clock.now() - timedelta(minutes=320)
    still = (begin + timedelta(minutes=150), begin + timedelta(minutes=285))
    imported = [row.created for row in world.shipping.orders.values()]
    assert not [at for at in imported if still[0] <= at < still[1]]
    assert max(imported) > still[1]


def test_a_batch_fails_with_one_error_and_is_sent_again_but_for_two(stage: Stage) -> None:
    stage.begin(store_incidents.notifications_fail, 100)
    labels = list(stage.world.shipping.labels.values())
    assert len(labels) >= 6
    assert {(label.notified, label.error) for label in labels} == {(False, SHOPIFY_401)}
    assert labels[-1].created - labels[0].created < HOUR

    stage.go_on(60)
    assert [label.notified for label in labels].count(False) == 2


def test_when_the_store_is_connected_again_new_parcels_are_told(stage: Stage) -> None:
    stage.begin(store_incidents.notifications_fail, 100)

    label = stage.world.label(stage.world.order())

    assert (label.notified, label.error) == (True, None)


def test_nobody_prints_a_batch_at_night(stage: Stage) -> None:
    stage.clock.move(hours=9)

    store_incidents.notifications_fail(stage.life, scripted=False)
    stage.go_on(120)

    assert len(stage.world.shop.orders) == 1
    assert stage.world.shipping.labels == {}
