from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.gaps.rules import StoreRules
from bot.slack.snooze import OWN, choices, end_of, next_workday, objection

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
RULES = StoreRules("main", "acme.myshopify.com", holidays=frozenset({date(2026, 11, 26)}))
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def ends(now, zone, rules=RULES):
    return [end_of(choice.value, None, now) for choice in choices(now, zone, rules)]


def test_hours_count_from_now():
    assert ends(FRIDAY, BERLIN)[:2] == [FRIDAY + timedelta(hours=1), FRIDAY + timedelta(hours=4)]


def test_tomorrow_is_nine_on_the_person_s_clock():
    assert ends(FRIDAY, BERLIN)[2] == datetime(2026, 11, 21, 9, tzinfo=BERLIN)


def test_the_next_working_day_leaves_out_the_weekend():
    assert ends(FRIDAY, NEW_YORK)[3] == datetime(2026, 11, 23, 9, tzinfo=NEW_YORK)


def test_the_next_working_day_leaves_out_holidays():
    assert next_workday(date(2026, 11, 25), RULES) == date(2026, 11, 27)


def test_a_store_that_never_works_has_tomorrow():
    holidays = frozenset(date(2026, 11, 20) + timedelta(days=day) for day in range(90))
    assert next_workday(date(2026, 11, 20), StoreRules("a", "b", holidays=holidays)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("zone", "eve", "nine"),
    [
        (BERLIN, datetime(2026, 3, 28, 18, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)),
        (BERLIN, datetime(2026, 10, 24, 18, tzinfo=UTC), datetime(2026, 10, 25, 8, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 3, 7, 20, tzinfo=UTC), datetime(2026, 3, 8, 13, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 10, 31, 20, tzinfo=UTC), datetime(2026, 11, 1, 14, tzinfo=UTC)),
    ],
)
def test_tomorrow_at_nine_stays_nine_when_the_clocks_change(zone, eve, nine):
    assert ends(eve, zone)[2] == nine


@pytest.mark.parametrize("eve", [datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 4, tzinfo=UTC)])
def test_hours_are_hours_that_pass_also_in_a_night_that_changes_the_clocks(eve):
    assert ends(eve, NEW_YORK)[1] == eve + timedelta(hours=4)


def test_late_in_the_evening_tomorrow_is_the_person_s_and_not_the_store_s():
    late = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    assert ends(late, NEW_YORK)[2] == datetime(2026, 11, 24, 9, tzinfo=NEW_YORK)
    assert ends(late, BERLIN)[2] == datetime(2026, 11, 25, 9, tzinfo=BERLIN)


def test_every_choice_carries_another_value():
    monday = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    values = [choice.value for choice in choices(monday, NEW_YORK, RULES)]
    assert len(set(values)) == len(values)


def test_a_time_of_one_s_own_wins():
    own = FRIDAY + timedelta(days=2)
    assert end_of("hours:1", int(own.timestamp()), FRIDAY) == own


@pytest.mark.parametrize(
    ("until", "wrong"),
    [
        (None, "Choose a date"),
        (FRIDAY, "has passed"),
        (FRIDAY + timedelta(days=91), "90 days"),
        (FRIDAY + timedelta(days=90), None),
    ],
)
def test_what_cannot_be_is_objected_to(until, wrong):
    said = objection(until, FRIDAY)
    assert said is None if wrong is None else wrong in (said or "")


def test_one_s_own_time_without_a_time_is_none():
    assert end_of(OWN, None, FRIDAY) is None
