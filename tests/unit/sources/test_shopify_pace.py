"""Shopify is asked for as much as it permits and not more often than it likes."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from graphql import get_operation_ast, parse

from bot.errors import SourceGarbled, SourceThrottled, SourceUnreachable
from bot.metrics import REGISTRY
from bot.sandbox.cost import Price
from bot.sandbox.shopify_admin import load_schema
from bot.sources.documents import documents
from bot.sources.shopify_pace import FIRST_SIZE, FIRST_SIZES, QUERY_COST, Cost, Pace

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
THROTTLED = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
TOO_COSTLY = [
    {
        "message": "Query cost is 1042, which exceeds the single query max cost limit (1000)",
        "extensions": {"code": "MAX_COST_EXCEEDED", "cost": 1042, "maxCost": 1000},
    }
]


class Shop:
    """A shop of `orders` orders whose rows cost `price` each, with a bucket that refuses what it cannot hold."""

    def __init__(self, nodes, clock, orders, price, *, maximum=2000.0, cap=1000.0):
        self.nodes, self.clock, self.price, self.cap = nodes, clock, price, cap
        self.orders, self.maximum, self.available = orders, maximum, maximum
        self.at, self.refusals = clock.now(), 0

    def __call__(self, seen):
        variables = seen["body"]["variables"]
        rows = variables.get("first") or len(variables["ids"])
        cost = rows * self.price + 2
        restored = (self.clock.now() - self.at).total_seconds() * 100
        self.available, self.at = min(self.maximum, self.available + restored), self.clock.now()
        told = {"cost": self.nodes.cost(cost, self.available, self.maximum)}
        if cost > self.cap:
            self.refusals += 1
            return {"errors": TOO_COSTLY, "extensions": told}
        if cost > self.available:
            self.refusals += 1
            return {"errors": THROTTLED, "extensions": told}
        self.available -= cost
        return self._answer(variables, rows, cost)

    def _answer(self, variables, rows, cost):
        costs = {"requested": cost, "available": self.available, "maximum": self.maximum}
        if "ids" in variables:
            return self.nodes.nodes(*(None for _ in variables["ids"]), **costs)
        start = int(variables["after"] or 0)
        end = min(start + rows, self.orders)
        page = [self.nodes.entry(n) for n in range(start, end)]
        return self.nodes.page(page, str(end) if end < self.orders else None, **costs)


@pytest.mark.parametrize("price", [1, 4, 5, 9, 40])
async def test_a_first_run_needs_hardly_more_pages_than_possible(shopify, stage, nodes, clock, price):
    shop = Shop(nodes, clock, 3_000, price)
    stage.play(shop)
    assert len(await shopify.changed_orders(SINCE)) == 3_000
    fewest = math.ceil(3_000 / min(250, (1000 - 2) // price))
    assert shopify.requests <= 1.2 * fewest
    assert shop.refusals <= 2


@pytest.mark.parametrize("document", ["OrdersPage", "OrdersByName", "OrdersDetailed", "OrdersWide"])
async def test_the_first_question_fits_into_one_query_with_every_optional_field(document):
    text = parse(documents()[document])
    rows = FIRST_SIZES.get(document, FIRST_SIZE)
    asked = {"ids": ["gid://shopify/Order/1"] * rows, "first": rows, "withScopes": True}
    assert Price(load_schema(), text, asked).of(get_operation_ast(text)) <= QUERY_COST


async def test_details_are_read_as_many_at_a_time_as_fit(shopify, stage, nodes, clock):
    shop = Shop(nodes, clock, 0, 97)
    stage.play(shop)
    assert await shopify.orders([str(n) for n in range(200)]) == {}
    assert (shopify.requests, shop.refusals) == (20, 0)


async def test_what_was_learnt_holds_for_the_next_call(shopify, stage, nodes, clock):
    stage.play(Shop(nodes, clock, 60, 1))
    await shopify.changed_orders(SINCE)
    await shopify.changed_orders(SINCE)
    assert [stage.variables(n)["first"] for n in range(3)] == [50, 250, 250]


async def test_a_query_that_is_too_costly_is_asked_again_with_half(shopify, stage, nodes):
    stage.play({"errors": TOO_COSTLY}, {"errors": TOO_COSTLY}, nodes.page([]), nodes.page([]))
    assert await shopify.changed_orders(SINCE) == []
    assert [stage.variables(n)["first"] for n in range(3)] == [50, 25, 12]


async def test_a_single_row_that_is_too_costly_is_an_error_not_a_loop(shopify, stage):
    stage.play({"errors": TOO_COSTLY})
    with pytest.raises(SourceGarbled, match="single row"):
        await shopify.changed_orders(SINCE)
    assert len(stage.seen) == 6


async def test_the_rest_of_a_nested_list_is_halved_too(shopify, stage, nodes):
    cut = nodes.connection([], "cut")
    rest = nodes.answer({"node": {"lineItems": nodes.connection([])}})
    order = nodes.nodes(nodes.detailed(1, lineItems=cut))
    stage.play(order, order, {"errors": TOO_COSTLY}, rest)
    await shopify.orders(["1"])
    assert [stage.variables(n)["first"] for n in (2, 3)] == [50, 25]


async def test_the_rest_of_a_nested_list_that_is_always_too_costly_is_an_error(shopify, stage, nodes):
    order = nodes.nodes(nodes.detailed(1, lineItems=nodes.connection([], "cut")))
    stage.play(order, order, {"errors": TOO_COSTLY})
    with pytest.raises(SourceGarbled, match="MoreLines"):
        await shopify.orders(["1"])


async def test_throttled_waits_until_the_missing_points_are_back(shopify, stage, nodes, clock):
    before = clock.now()
    refusal = {"errors": THROTTLED, "extensions": {"cost": nodes.cost(752, 333)}}
    stage.play(refusal, nodes.page([]))
    await shopify.changed_orders(SINCE)
    assert clock.now() - before == timedelta(seconds=5)


async def test_throttled_with_more_than_the_bucket_ever_holds_asks_for_less(shopify, stage, nodes, clock):
    before = clock.now()
    refusal = {"errors": THROTTLED, "extensions": {"cost": nodes.cost(752, 400, 400)}}
    stage.play(refusal, nodes.page([]))
    await shopify.changed_orders(SINCE)
    assert [stage.variables(n)["first"] for n in range(2)] == [50, 25]
    assert clock.now() == before


async def test_429_waits_as_told(shopify, stage, nodes, clock):
    before = clock.now()
    stage.play((429, "", {"Retry-After": "2.5"}), nodes.page([]))
    await shopify.changed_orders(SINCE)
    assert (clock.now() - before).total_seconds() == 2.5


@pytest.mark.parametrize(
    "answer",
    [(429, "", {}), (429, "", {"Retry-After": "soon"}), {"errors": THROTTLED}],
    ids=["no header", "a garbled one", "no cost"],
)
async def test_throttled_without_a_word_for_how_long_waits_two_seconds_and_some_jitter(
    shopify, stage, nodes, clock, answer
):
    before = clock.now()
    stage.play(answer, nodes.page([]))
    await shopify.changed_orders(SINCE)
    assert 2 < (clock.now() - before).total_seconds() < 3


@pytest.mark.parametrize("ahead", [0, 10, -10])
async def test_retry_after_may_be_a_date_on_the_clock_of_the_answer(shopify, stage, nodes, clock, ahead):
    before = clock.now()
    theirs = before + timedelta(minutes=ahead)
    headers = {
        "Date": format_datetime(theirs, usegmt=True),
        "Retry-After": format_datetime(theirs + timedelta(seconds=7), usegmt=True),
    }
    stage.play((429, "", headers), nodes.page([]))
    await shopify.changed_orders(SINCE)
    assert (clock.now() - before).total_seconds() == 7


@pytest.mark.parametrize("answer", [{"errors": THROTTLED}, (429, "", {"Retry-After": "1"})])
async def test_a_shop_that_throttles_for_ever_is_given_up(shopify, stage, answer):
    stage.play(answer)
    with pytest.raises(SourceThrottled):
        await shopify.changed_orders(SINCE)


async def test_nobody_waits_longer_than_ten_minutes_for_one_answer(shopify, stage, clock):
    before = clock.now()
    stage.play((429, "", {"Retry-After": "3600"}))
    with pytest.raises(SourceThrottled):
        await shopify.changed_orders(SINCE)
    assert clock.now() - before <= timedelta(minutes=10)


async def test_an_internal_error_is_asked_again_and_then_given_up(shopify, stage, nodes, clock):
    failure = {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}
    stage.play(failure, failure, nodes.page([]))
    before = clock.now()
    assert await shopify.changed_orders(SINCE) == []
    assert 3 < (clock.now() - before).total_seconds() < 4.5
    stage.play(failure)
    with pytest.raises(SourceUnreachable):
        await shopify.changed_orders(SINCE)
    assert len(stage.seen) == 6


@pytest.mark.parametrize(
    ("cost", "seconds"),
    [
        (Cost(752, 666, 1000, 50), 2),
        (Cost(752, 751.5, 1000, 50), 1),
        (Cost(100, 900, 1000, 50), 1),
        (Cost(), None),
        (Cost(752, 666, 1000, 0), None),
    ],
)
async def test_the_wait_follows_the_bucket(cost, seconds):
    assert cost.wait() == seconds


async def test_a_query_waits_beforehand_when_the_bucket_is_known_to_be_short():
    pace, now = Pace(), datetime(2026, 11, 20, tzinfo=UTC)
    assert pace.wait("OrdersPage", 250, now) == 0
    pace.learn("OrdersPage", 100, Cost(400, 500, 2000, 100), now)
    assert pace.wait("OrdersPage", 250, now) == 5
    assert pace.wait("OrdersPage", 250, now + timedelta(seconds=5)) == 0


async def test_rows_for_free_are_asked_at_the_maximum():
    pace = Pace()
    pace.learn("OrdersPage", 50, Cost(0, 500, 2000, 100), datetime(2026, 11, 20, tzinfo=UTC))
    assert pace.size("OrdersPage") == 250


def test_what_the_bucket_still_holds_is_told_to_the_metrics():
    Pace().learn("Orders", 1, Cost(requested=1, available=1234.0), datetime(2026, 11, 18, tzinfo=UTC))
    assert REGISTRY.get_sample_value("stuck_api_left", {"system": "shopify"}) == 1234
