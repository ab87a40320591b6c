"""The panel: what a person sees of one order, and what they may break or mend."""

import random
from datetime import timedelta

import pytest

from bot.clock import ManualClock
from bot.sandbox.world import World

HOUR = timedelta(hours=1)


def codes(world: World, name: str) -> set[str]:
    return {action["code"] for action in world.view(name)["actions"]}


def test_names_stand_newest_first_with_both_sides_states(world: World) -> None:
    world.order("#1", age=2 * HOUR)
    world.label(world.order("#2", age=3 * HOUR), age=HOUR)

    assert [(row["name"], row["shopify"], row["shipstation"]) for row in world.names()] == [
        ("#1", "UNFULFILLED", "not imported"),
        ("#2", "FULFILLED", "shipped"),
    ]


def test_a_view_shows_what_each_system_would(world: World) -> None:
    label = world.label(world.order("#1", age=3 * HOUR), age=HOUR, notify="IntegrationError: no")

    view = world.view("#1")

    assert view["shopify"]["fulfilment"] == "UNFULFILLED"
    shown = view["shipstation"][0]["labels"][0]
    assert (shown["tracking"], shown["error"]) == (label.tracking, "IntegrationError: no")


@pytest.mark.parametrize("age", [timedelta(hours=1), timedelta(days=9)])
def test_a_notification_fails_at_once_past_the_window_and_can_be_resent(
    world: World, clock: ManualClock, age: timedelta
) -> None:
    order = world.order("#1", age=age + HOUR)
    label = world.label(order, age=age)

    said = world.act("#1", "notification_fails")

    assert "#1" in said
    assert order.fulfilment_status() == "UNFULFILLED"
    assert label.error
    assert clock.now() - label.created >= timedelta(hours=5)
    assert order.created < world.imported(order)[0].created < label.created
    assert order.updated == clock.now()

    world.act("#1", "resend")
    assert order.fulfilment_status() == "FULFILLED"
    assert "resend" not in codes(world, "#1")


def test_a_void_and_a_new_label_leave_shopify_with_the_dead_number(world: World) -> None:
    order = world.order("#1", age=9 * HOUR)
    dead = world.label(order, age=8 * HOUR)

    world.act("#1", "void")
    world.act("#1", "print")

    assert order.fulfillments[0].tracking[0].number == dead.tracking
    assert [label.notified for label in world.labels(order, live=True)] == [False]


def test_an_import_can_be_lost_and_found(world: World) -> None:
    order = world.order("#1")
    world.import_order(order)

    world.act("#1", "lose_import")
    assert world.imported(order) == []
    assert "lose_import" not in codes(world, "#1")

    world.act("#1", "import")
    assert [row.status for row in world.imported(order)] == ["awaiting_shipment"]


@pytest.mark.parametrize(("code", "left"), [("blank_tracking", 0), ("wrong_tracking", 1)])
def test_tracking_can_be_blanked_and_falsified(world: World, code: str, left: int) -> None:
    order = world.order("#1", age=9 * HOUR)
    label = world.label(order, age=8 * HOUR)

    world.act("#1", code)

    numbers = [one.number for one in order.fulfillments[0].tracking]
    assert len(numbers) == left
    assert label.tracking not in numbers


def test_an_order_can_be_held_released_and_cancelled(world: World) -> None:
    order = world.order("#1", age=HOUR)

    world.act("#1", "hold")
    assert {"release"} <= codes(world, "#1")
    assert "hold" not in codes(world, "#1")
    world.act("#1", "release")
    world.act("#1", "cancel")

    assert order.cancelled is not None
    assert not {"hold", "cancel", "import"} & codes(world, "#1")


def test_an_action_that_no_longer_fits_does_nothing_and_says_so(world: World) -> None:
    order = world.order("#1")
    before = order.updated

    assert "no longer fits" in world.act("#1", "resend")
    assert order.updated == before


def test_every_action_of_a_lived_in_world_works(clock: ManualClock) -> None:
    world = World(clock)
    clock.move(hours=3)
    world.tick()
    for row in world.names():
        for action in world.view(row["name"])["actions"]:
            assert row["name"] in world.act(row["name"], action["code"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_life_goes_on_whatever_a_person_does_meanwhile(clock: ManualClock, seed: int) -> None:
    world, chance = World(clock, seed=seed, orders=20), random.Random(seed)
    for _ in range(60):
        clock.move(minutes=30)
        world.tick()
        for row in chance.sample(world.names()[:40], 5):
            actions = world.view(row["name"])["actions"] or [{"code": "none"}]
            assert row["name"] in world.act(row["name"], chance.choice(actions)["code"])
