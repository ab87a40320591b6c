"""ShipStation is asked no faster than it likes, and never for the last few requests of a minute."""

import asyncio
from datetime import timedelta

import pytest

from bot.errors import SourceThrottled
from bot.metrics import REGISTRY

pytestmark = pytest.mark.anyio


def limits(remaining, reset=22, limit=40):
    return {
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Remaining": str(remaining),
        "X-Rate-Limit-Reset": str(reset),
    }


class Account:
    """Forty requests a minute in a fixed window; another tool takes some of them."""

    def __init__(self, clock, limit=40, others=0):
        self.clock, self.limit, self.others = clock, limit, others
        self.opened, self.used, self.refused, self.least = clock.now(), others, 0, limit

    def __call__(self, _):
        now = self.clock.now()
        if now - self.opened >= timedelta(minutes=1):
            self.opened, self.used = now, self.others
        reset = int(60 - (now - self.opened).total_seconds())
        if self.used >= self.limit:
            self.refused += 1
            return (429, {"message": "Too Many Requests"}, limits(0, reset))
        self.used += 1
        self.least = min(self.least, self.limit - self.used)
        return (200, [], limits(self.limit - self.used, reset, self.limit))


async def test_many_calls_leave_a_reserve_to_other_tools_and_are_never_refused(shipstation, stage, clock):
    account, before = Account(clock), clock.now()
    stage.play(account)
    for _ in range(100):
        await shipstation.stores()
    assert (account.refused, account.least) == (0, 4)
    assert timedelta(minutes=2) <= clock.now() - before <= timedelta(minutes=2, seconds=10)


async def test_calls_at_the_same_time_share_the_pace(shipstation, stage, clock):
    account = Account(clock)
    stage.play(account)
    await asyncio.gather(*(shipstation.stores() for _ in range(60)))
    assert (account.refused, account.least, shipstation.requests) == (0, 4, 60)


async def test_what_other_tools_use_up_is_respected(shipstation, stage, clock):
    account = Account(clock, others=30)
    stage.play(account)
    for _ in range(20):
        await shipstation.stores()
    assert (account.refused, account.least) == (0, 4)


async def test_a_small_limit_has_a_small_reserve(shipstation, stage, clock):
    before = clock.now()
    stage.play((200, [], limits(2, 60, 4)), (200, [], limits(1, 60, 4)), (200, [], limits(3, 60, 4)))
    await shipstation.stores()
    await shipstation.stores()
    assert clock.now() == before
    await shipstation.stores()
    assert clock.now() > before


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (limits(0, 22), 23),
        (limits(0, 0), 1),
        ({"Retry-After": "9"}, 9),
    ],
)
async def test_a_refusal_waits_for_the_next_window(shipstation, stage, clock, headers, seconds):
    before = clock.now()
    stage.play((429, {"message": "Too Many Requests"}, headers), [])
    assert await shipstation.stores() == []
    assert clock.now() - before == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "headers", [{}, {"X-Rate-Limit-Reset": "soon"}, {"X-Rate-Limit-Reset": "1764000000"}]
)
async def test_a_refusal_that_does_not_say_for_how_long_waits_a_minute_and_some_jitter(
    shipstation, stage, clock, headers
):
    before = clock.now()
    stage.play((429, {"message": "Too Many Requests"}, headers), [])
    assert await shipstation.stores() == []
    assert timedelta(seconds=60) < clock.now() - before < timedelta(seconds=90)


async def test_an_account_that_always_refuses_is_given_up(shipstation, stage):
    stage.play((429, {"message": "Too Many Requests"}, limits(0, 5)))
    with pytest.raises(SourceThrottled, match="ShipStation still says that we ask too often"):
        await shipstation.stores()
    assert shipstation.requests == 10


async def test_missing_headers_do_not_slow_anything_down(shipstation, stage, clock):
    before = clock.now()
    stage.play([])
    for _ in range(50):
        await shipstation.stores()
    assert clock.now() == before


async def test_a_window_that_has_passed_needs_no_wait(shipstation, stage, clock):
    stage.play((200, [], limits(2, 22)), [])
    await shipstation.stores()
    clock.move(minutes=5)
    before = clock.now()
    await shipstation.stores()
    assert clock.now() == before


async def test_what_is_left_of_the_minute_is_told_to_the_metrics(shipstation, stage):
    stage.play((200, [], limits(31)))
    await shipstation.stores()
    assert REGISTRY.get_sample_value("stuck_api_left", {"system": "shipstation"}) == 31
