"""Shopify's search for orders, as far as the sandbox speaks it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import ManualClock
from bot.sandbox.search import parse
from bot.sandbox.world import World

ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def shop() -> World:
    world = World(ManualClock(datetime(2026, 11, 18, 18, 30, tzinfo=UTC)), orders=0)
    world.order("#1001", age=timedelta(days=3), tags=["VIP"])
    world.order("#1001-A", age=timedelta(days=2), test=True)
    world.order("#10012", age=timedelta(days=1), source="pos", paid=False)
    world.fulfill(world.order("EN1001", age=timedelta(hours=1)), tracking="1")
    return world


def found(world: World, query: str) -> list[str]:
    search = parse(query, ZONE)
    return [order.name for order in world.shop.orders.values() if search.keeps(order)]


ALL = ["#1001", "#1001-A", "#10012", "EN1001"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ALL),
        ("name:1001", ["#1001", "#1001-A"]),
        ("name:#1001", ["#1001", "#1001-A"]),
        ("name:1001-A", ["#1001-A"]),
        ("name:'1001-a'", ["#1001-A"]),
        ("name:1001*", ["#1001", "#1001-A", "#10012"]),
        ("en1001", ["EN1001"]),
        ("created_at:>='2026-11-16T18:30:00Z'", ["#1001-A", "#10012", "EN1001"]),
        ("created_at:>'2026-11-16T18:30:00Z'", ["#10012", "EN1001"]),
        ("created_at:>='2026-11-16T00:00:00Z' created_at:<'2026-11-17T00:00:00Z'", ["#1001-A"]),
        ('created_at:<="2026-11-15T13:30:00-05:00"', ["#1001"]),
        ("created_at:>=2026-11-17", ["#10012", "EN1001"]),
        ("updated_at:>='2026-11-18T18:00:00Z'", ["EN1001"]),
        ("financial_status:pending", ["#10012"]),
        ("fulfillment_status:shipped", ["EN1001"]),
        ("fulfillment_status:unfulfilled", ["#1001", "#1001-A", "#10012"]),
        ("status:open", ["#1001", "#1001-A", "#10012"]),
        ("status:closed", ["EN1001"]),
        ("tag:vip", ["#1001"]),
        ("tag_not:vip", ["#1001-A", "#10012", "EN1001"]),
        ("test:true", ["#1001-A"]),
        ("source_name:pos", ["#10012"]),
        ("-test:true", ["#1001", "#10012", "EN1001"]),
        ("NOT test:true", ["#1001", "#10012", "EN1001"]),
        ("test:true OR source_name:pos", ["#1001-A", "#10012"]),
        ("test:true AND source_name:pos", []),
        ("name:1001* (test:true OR tag:vip)", ["#1001", "#1001-A"]),
        ("name:1001* -(test:true OR tag:vip)", ["#10012"]),
        ("tag:vip OR test:true source_name:pos", ["#1001"]),
    ],
)
def test_a_query_finds_what_shopify_would(shop: World, query: str, names: list[str]) -> None:
    assert found(shop, query) == names


def test_ids_can_be_compared(shop: World) -> None:
    second = shop.find("#1001-A").id

    assert found(shop, f"id:>{second}") == ["#10012", "EN1001"]
    assert found(shop, f"id:{second}") == ["#1001-A"]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("colour:red", "colour", "invalid_field"),
        ("status:purple", "status", "invalid_value"),
        ("updated_at:>=yesterday", "updated_at", "invalid_value"),
        ("updated_at:>=2026-11-18T18:00:00Z", "updated_at", "invalid_value"),
        ("id:abc", "id", "invalid_value"),
    ],
)
def test_a_term_that_is_not_understood_is_ignored_with_a_warning(
    shop: World, query: str, field: str, code: str
) -> None:
    warnings = parse(query, ZONE).warnings

    assert found(shop, query) == ALL
    assert [(warning["field"], warning["code"]) for warning in warnings] == [(field, code)]
