"""The shop's past and its life: the same for the same seed, and calm."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.clock import FastClock, ManualClock
from bot.sandbox.world import World

START = datetime(2026, 11, 18, 18, 30, tzinfo=UTC)


def lived(seed: int, hours: int = 8) -> World:
    clock = ManualClock(START)
    world = World(clock, seed=seed)
    for _ in range(hours * 4):
        clock.move(minutes=15)
        world.tick()
    return world


def everything(world: World) -> list[dict[str, Any]]:
    of_shopify = [asdict(order) for order in world.shop.orders.values()]
    rows = [asdict(row) for row in world.shipping.orders.values()]
    return of_shopify + rows + [asdict(label) for label in world.shipping.labels.values()]


def test_the_same_seed_lives_the_same_life() -> None:
    assert everything(lived(7)) == everything(lived(7))


def test_another_seed_lives_another_life() -> None:
    assert everything(lived(7)) != everything(lived(8))


def test_ticking_more_often_changes_nothing() -> None:
    clock = ManualClock(START)
    world = World(clock)
    clock.move(hours=8)
    world.tick()

    assert everything(world) == everything(lived(7))


def test_a_history_is_over_before_the_present_and_in_order() -> None:
    world = World(ManualClock(START), orders=300)

    for order in world.shop.orders.values():
        assert START - timedelta(days=31) < order.created <= order.updated <= START
    for label in world.shipping.labels.values():
        assert world.shipping.orders[label.order_id].created <= label.created <= START


def test_a_history_has_as_many_orders_as_asked_for() -> None:
    assert len(World(ManualClock(START), orders=0).shop.orders) == 0
    assert 60 <= len(World(ManualClock(START), orders=60).shop.orders) <= 62


def test_nobody_prints_labels_at_the_weekend() -> None:
    world = lived(7, hours=24 * 5)

    printed = [
        one.created.astimezone(world.zone) for one in world.shipping.labels.values() if one.created > START
    ]
    assert {at.weekday() for at in printed} == {2, 3, 4, 0}


def test_orders_keep_coming_and_most_are_shipped() -> None:
    world = lived(7, hours=24)

    new = [order for order in world.shop.orders.values() if order.created > START]
    told = [order for order in new if order.fulfilment_status() == "FULFILLED"]
    assert len(new) > 60
    assert len(told) > len(new) * 0.6


def test_listeners_hear_of_changes_until_they_leave() -> None:
    clock = ManualClock(START)
    world = World(clock)
    heard: list[int] = []
    leave = world.subscribe(lambda: heard.append(1))

    world.tick()
    world.tick()
    leave()
    clock.move(hours=1)
    world.tick()

    assert heard == [1]


@pytest.mark.anyio
async def test_living_ticks_by_itself_until_it_is_stopped() -> None:
    world = World(FastClock(START, speed=300))
    stop = asyncio.Event()
    world.subscribe(stop.set)

    await asyncio.wait_for(world.live(stop), 5)

    assert len(world.shop.orders) > 60
