"""What of the past counts as noise, and how it is counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.gaps.noise import ALONE, OTHERWISE, NoiseOfKind, count, is_noise, is_real
from storage.past import PastGap

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
REASONS = ("A test or internal order", "Expected: it only needs more time")
GAP = PastGap("g1", "sync.unfulfilled", "#1001", NOON)
HEALED = replace(GAP, resolved_at=NOON + HOUR, resolution="healed")
CLOSED = replace(GAP, resolved_at=NOON + HOUR, resolution="not_a_gap", reason=REASONS[0], touched=True)


@pytest.mark.parametrize(
    ("gap", "noise", "real"),
    [
        (CLOSED, True, False),
        (HEALED, True, False),
        (replace(HEALED, resolved_at=NOON + 4 * HOUR), True, False),
        (replace(HEALED, resolved_at=NOON + 5 * HOUR), False, True),
        (replace(HEALED, touched=True), False, True),
        (replace(CLOSED, resolution="verified"), False, True),
        (replace(CLOSED, resolution="accepted"), False, True),
        (GAP, False, False),
        (replace(GAP, touched=True), False, True),
    ],
    ids=["closed", "healed", "at the limit", "slowly", "touched", "mended", "accepted", "open", "in hand"],
)
def test_noise_is_what_was_closed_as_no_gap_or_healed_soon_and_untouched(gap, noise, real):
    assert (is_noise(gap), is_real(gap)) == (noise, real)


def test_reasons_are_counted_without_the_notes_that_people_add():
    noted = replace(CLOSED, reason=f"{REASONS[0]}. A friend of the house")
    mine = replace(CLOSED, reason="Ann said so")
    open_ = GAP
    mended = replace(CLOSED, resolution="verified")
    [told] = count([CLOSED, noted, mine, HEALED, mended, open_], REASONS)
    assert told == NoiseOfKind("sync.unfulfilled", 5, 4, ((REASONS[0], 2), (ALONE, 1), (OTHERWISE, 1)))
    assert told.percent == 80


def test_the_noisiest_kind_comes_first():
    quiet = [replace(CLOSED, kind="import.missing", resolution="verified")] * 3
    assert [each.kind for each in count([*quiet, HEALED])] == ["sync.unfulfilled", "import.missing"]


pasts = st.lists(
    st.builds(
        PastGap,
        id=st.just("g"),
        kind=st.sampled_from(["sync.unfulfilled", "import.missing"]),
        order=st.none(),
        opened_at=st.just(NOON),
        resolved_at=st.one_of(st.none(), st.integers(0, 9).map(lambda hours: NOON + hours * HOUR)),
        resolution=st.sampled_from(["healed", "not_a_gap", "verified"]),
        reason=st.sampled_from([None, *REASONS]),
        touched=st.booleans(),
    ),
    max_size=30,
)


@steady
@given(pasts)
def test_whatever_the_past_every_ended_gap_is_counted_once(past):
    counted = count(past, REASONS)
    assert sum(each.shown for each in counted) == sum(gap.resolved_at is not None for gap in past)
    for each in counted:
        assert each.noise == sum(times for _, times in each.reasons) <= each.shown
        assert 0 <= each.percent <= 100
