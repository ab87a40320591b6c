"""What may be waited because something failed has an end that a run sets, over both systems and all their calls."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import FastClock
from bot.errors import SourceThrottled, SourceUnreachable
from bot.sources import transport
from bot.sources.retries import jittered, retries_within
from bot.sources.shopify_auth import TOKEN_PATH
from bot.sources.transport import Wire

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
BUSY = (503, "", {"Retry-After": "40"})
TOO_OFTEN = (429, {"message": "Too Many Requests"}, {"X-Rate-Limit-Reset": "39"})


def budget(seconds: float = 100):
    return retries_within(timedelta(seconds=seconds))


async def test_the_waits_of_several_calls_add_up(shipstation, stage, clock):
    before = clock.now()
    stage.play(BUSY, [], BUSY, [], BUSY, [])
    with budget():
        await shipstation.stores()
        await shipstation.stores()
        with pytest.raises(SourceUnreachable) as spent:
            await shipstation.stores()
    assert clock.now() - before == timedelta(seconds=80), "what would take too long is not begun"
    assert spent.value.what == (
        "ShipStation could not be reached: it answered with status 503, "
        "and only 20 of 100 seconds are left for trying again."
    )


async def test_the_waits_of_both_systems_add_up(shipstation, shopify, stage, nodes):
    stage.play(BUSY, BUSY, [])
    with budget():
        await shipstation.stores()
        stage.play((429, "", {"Retry-After": "40"}), nodes.page([]))
        with pytest.raises(SourceThrottled):
            await shopify.changed_orders(SINCE)


async def test_calls_at_the_same_time_share_it(shipstation, stage):
    stage.play(BUSY)
    with budget(), pytest.raises(SourceUnreachable):
        await asyncio.gather(*(shipstation.stores() for _ in range(3)))
    assert shipstation.requests <= 4


async def test_being_told_to_come_back_counts_and_is_said(shipstation, stage):
    stage.play(TOO_OFTEN)
    with budget(), pytest.raises(SourceThrottled) as spent:
        await shipstation.stores()
    assert spent.value.what == (
        "ShipStation still says that we ask too often, and to come back in 40 seconds, "
        "but only 20 of 100 seconds are left for trying again."
    )
    assert shipstation.requests == 3


@pytest.mark.parametrize(
    "answer",
    [
        (429, "", {"Retry-After": "40"}),
        BUSY,
        {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]},
        {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]},
    ],
    ids=["429", "503", "internal error", "THROTTLED"],
)
async def test_every_way_of_failing_counts(shopify, stage, answer):
    stage.play(answer)
    with budget(0.5), pytest.raises((SourceThrottled, SourceUnreachable), match="of 0 seconds are left"):
        await shopify.changed_orders(SINCE)
    assert shopify.requests == 1


@pytest.mark.parametrize("answer", [(429, "", {"Retry-After": "40"}), (429, "", {}), BUSY])
async def test_the_grant_of_a_token_counts(granted, stage, answer):
    stage.play(answer)
    with budget(0.5), pytest.raises((SourceThrottled, SourceUnreachable)):
        await granted.changed_orders(SINCE)
    assert [seen["path"] for seen in stage.seen] == [TOKEN_PATH]


async def test_the_pace_of_many_pages_does_not_count(shipstation, stage, clock):
    before = clock.now()
    stage.play((200, [], {"X-Rate-Limit-Remaining": "1", "X-Rate-Limit-Reset": "59"}))
    with budget(1):
        for _ in range(20):
            await shipstation.stores()
    assert clock.now() - before == timedelta(minutes=19)


async def test_a_bucket_that_is_known_to_be_empty_does_not_count(shopify, stage, nodes, clock):
    before = clock.now()
    pages = [nodes.page([nodes.entry(n)], str(n), requested=500, available=0) for n in range(20)]
    stage.play(*pages, nodes.page([]))
    with budget(1):
        assert len(await shopify.changed_orders(SINCE)) == 20
    assert clock.now() - before > timedelta(seconds=60)


async def test_who_asks_meanwhile_spends_nothing_of_it(shipstation, stage):
    stage.play(BUSY, [], BUSY, [])
    with budget(60):
        with budget(50):
            await shipstation.stores()
        await shipstation.stores()


async def test_without_a_budget_each_call_has_its_own(shipstation, stage, clock):
    before = clock.now()
    stage.play(*([BUSY, []] * 20))
    for _ in range(20):
        await shipstation.stores()
    assert clock.now() - before == timedelta(seconds=800)


async def test_the_time_that_a_try_hung_counts_too(stage, monkeypatch):
    monkeypatch.setattr(transport, "LONGEST_REQUEST", 0.05)
    clock = FastClock(SINCE, speed=1000)

    async def hang(_):
        await asyncio.sleep(0.2)
        return {}

    stage.play(hang)
    wire = Wire("shipstation", stage.url, lambda *_: True, clock)
    with budget(50), pytest.raises(SourceUnreachable, match="in time, and only 0 of 50 seconds"):
        async with wire.call() as patience:
            await wire.send("GET", "/stores", patience)
    assert wire.requests == 1
    await wire.close()


def test_jitter_adds_up_to_half_and_is_never_the_same():
    waits = {jittered(2.0) for _ in range(100)}
    assert len(waits) == 100
    assert all(2.0 <= wait <= 3.0 for wait in waits)
