"""When a digest is due: on the store's clock and calendar, once a day, on days that change the clocks too."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.settings_digest import Digests
from bot.slack.digests import hours

NEW_YORK = ZoneInfo("America/New_York")
EVERY_DAY = frozenset(range(7))
RULES = StoreRules("main", "acme.myshopify.com", timezone=NEW_YORK)
USUAL = Digests()


def there(year, month, day, hour, minute=0, *, fold=0):
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


def sent(rules, digests, start, days):
    """Return when digests are sent by a process that looks every minute for so many days, as local times."""
    clock, last, told = ManualClock(start), None, []
    while clock.now() < start + timedelta(days=days):
        due = hours.daily(rules, digests, clock.now(), last)
        if due is not None:
            last = clock.now()
            told.append(clock.now().astimezone(rules.timezone))
        clock.move(minutes=1)
    return told


@pytest.mark.parametrize(
    ("start", "offsets"),
    [
        (there(2026, 3, 7, 0), [-5, -4, -4]),  # on Sunday 8 March the clocks go forward
        (there(2026, 10, 31, 0), [-4, -5, -5]),  # on Sunday 1 November they go back
    ],
)
def test_over_both_changes_of_the_clocks_it_comes_at_the_same_local_time(start, offsets):
    told = sent(replace(RULES, workdays=EVERY_DAY), USUAL, start, 3)
    assert [each.strftime("%H:%M") for each in told] == ["08:30"] * 3
    assert [each.utcoffset() for each in told] == [timedelta(hours=offset) for offset in offsets]


def test_an_hour_that_comes_twice_has_one_digest_and_one_that_is_skipped_has_one_too():
    rules = replace(RULES, workdays=EVERY_DAY)
    twice = sent(rules, Digests(hour=time(1, 30)), there(2026, 11, 1, 0), 1.1)
    assert [(each.strftime("%d %H:%M"), each.fold) for each in twice] == [("01 01:30", 0)]
    skipped = sent(rules, Digests(hour=time(2, 30)), there(2026, 3, 8, 0), 0.9)
    assert [each.strftime("%d %H:%M") for each in skipped] == ["08 03:30"]


def test_weekends_and_holidays_have_none():
    rules = replace(RULES, holidays=frozenset({date(2026, 11, 26)}))
    told = sent(rules, USUAL, there(2026, 11, 20, 0), 8)
    assert [each.day for each in told] == [20, 23, 24, 25, 27]


def test_it_is_late_until_the_store_closes_and_no_longer():
    assert hours.daily(RULES, USUAL, there(2026, 11, 24, 8, 29), None) is None
    due = hours.daily(RULES, USUAL, there(2026, 11, 24, 17, 59), None)
    assert due == hours.Due(date(2026, 11, 24), there(2026, 11, 24, 8, 30), there(2026, 11, 24, 18))
    assert hours.daily(RULES, USUAL, there(2026, 11, 24, 18), None) is None


def test_one_that_is_due_in_the_evening_is_late_until_midnight():
    evening = Digests(hour=time(18))
    assert hours.daily(RULES, evening, there(2026, 11, 24, 23, 59), None) is not None
    assert hours.daily(RULES, evening, there(2026, 11, 25, 0), None) is None


def test_a_new_hour_on_the_same_day_brings_no_second_one():
    now = there(2026, 11, 24, 10)
    assert hours.daily(RULES, Digests(hour=time(10)), now, there(2026, 11, 24, 8, 30)) is None
    assert hours.daily(RULES, Digests(hour=time(10)), now, there(2026, 11, 23, 8, 30)) is not None


def test_it_can_be_off_and_the_weekly_one_stay():
    now = there(2026, 11, 23, 9)
    off = Digests(daily=False)
    assert hours.daily(RULES, off, now, None) is None
    assert hours.weekly(RULES, off, now, None) is not None
    assert hours.weekly(RULES, Digests(weekly=None), now, None) is None


@pytest.mark.parametrize(
    ("day", "due"), [(20, False), (22, False), (23, True), (24, False), (27, False), (30, True)]
)
def test_the_weekly_one_comes_on_its_day(day, due):
    assert (hours.weekly(RULES, USUAL, there(2026, 11, day, 9), None) is not None) is due


def test_where_its_day_is_a_holiday_the_weekly_one_comes_on_the_next_working_day_about_the_same_week():
    rules = replace(RULES, holidays=frozenset({date(2026, 11, 23)}))
    assert hours.weekly(rules, USUAL, there(2026, 11, 23, 9), None) is None
    due = hours.weekly(rules, USUAL, there(2026, 11, 24, 9), there(2026, 11, 16, 9))
    assert due is not None
    assert due.day == date(2026, 11, 24)
    assert hours.week_ends(USUAL, due.day) == date(2026, 11, 23)
    assert hours.weekly(rules, USUAL, there(2026, 11, 25, 9), there(2026, 11, 24, 9)) is None


def test_a_weekly_one_is_settled_once():
    monday = there(2026, 11, 23, 8, 30)
    assert hours.weekly(RULES, USUAL, monday + timedelta(hours=1), monday) is None


def test_a_first_one_counts_from_the_working_day_before():
    monday = there(2026, 11, 23, 8, 30)
    assert hours.before(RULES, USUAL, monday) == there(2026, 11, 20, 8, 30)


def test_a_calendar_without_a_working_day_does_not_search_for_ever():
    never = replace(RULES, holidays=frozenset(date(2026, 1, 1) + timedelta(days=day) for day in range(365)))
    assert hours.before(never, USUAL, there(2026, 11, 23, 8, 30)) < there(2026, 10, 24, 0)
