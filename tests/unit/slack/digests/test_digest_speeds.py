"""How long gaps took, in business hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.gaps.rules import StoreRules
from bot.slack.digests import speeds
from storage.trends import Life

RULES = StoreRules("main", "acme.myshopify.com", timezone=ZoneInfo("America/New_York"))
FRIDAY_FIVE = datetime(2026, 11, 20, 22, tzinfo=UTC)
"""17:00 in New York: the store closes at 18:00."""


@pytest.fixture
def a_life():
    def build(opened=FRIDAY_FIVE, **known):
        usual = {"claimed_at": None, "resolved_at": None, "resolved_by": None, "resolution": None}
        return Life("1", "sync.unfulfilled", opened, **(usual | known))

    return build


def test_a_weekend_makes_nobody_slow(a_life):
    monday_nine = datetime(2026, 11, 23, 14, tzinfo=UTC)
    speed = speeds.to_claim(RULES, [a_life(claimed_at=monday_nine)])
    assert speed.half == timedelta(hours=2)


def test_median_and_p90_are_those_of_all_that_ended(a_life):
    start = datetime(2026, 11, 23, 13, tzinfo=UTC)
    lives = [a_life(start, resolved_at=start + timedelta(minutes=10 * n)) for n in range(1, 11)]
    speed = speeds.to_end(RULES, lives)
    assert (speed.half, speed.most, speed.many) == (timedelta(minutes=55), timedelta(minutes=90), 10)


def test_what_nobody_claimed_is_no_slow_claim(a_life):
    assert speeds.to_claim(RULES, [a_life()]) is None


def test_how_gaps_ended_is_told_apart(a_life):
    over = {"resolved_at": FRIDAY_FIVE + timedelta(minutes=30)}
    lives = [
        a_life(**over, resolution="healed"),
        a_life(**over, resolution="verified", resolved_by="U1"),
        a_life(**over, resolution="not_a_gap", resolved_by="U1"),
        a_life(**over, resolution="accepted", resolved_by="U1"),
    ]
    ended = speeds.ended(RULES, lives)
    assert (ended.total, ended.alone, ended.set_aside) == (4, 1, 2)
    assert ended.half_within == timedelta(minutes=30)
    assert speeds.ended(RULES, []).half_within is None
