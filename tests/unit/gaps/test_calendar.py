"""The store's working calendar, also on days that change the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.gaps.calendar import (
    at_work,
    business_time_after,
    business_time_between,
    cutoff_after,
    cutoff_on,
    is_workday,
    local_day,
    next_cutoff,
    quiet_until,
    start_of,
)
from bot.gaps.rules import StoreRules

RULES = StoreRules("main", "acme.myshopify.com")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")


def rules(**fields):
    return StoreRules("main", "acme.myshopify.com", **fields)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_the_next_cutoff_is_later_today_before_it_and_tomorrow_from_it_on():
    assert next_cutoff(RULES, utc(2026, 11, 18, 19, 59)) == utc(2026, 11, 18, 20, 0)
    assert next_cutoff(RULES, utc(2026, 11, 18, 20, 0)) == utc(2026, 11, 19, 20, 0)


def test_today_is_the_stores_today():
    # 02:00 UTC on Thursday is still Wednesday evening in New York
    assert local_day(RULES, utc(2026, 11, 19, 2)) == date(2026, 11, 18)
    assert next_cutoff(RULES, utc(2026, 11, 19, 2)) == utc(2026, 11, 19, 20)


def test_weekends_and_holidays_are_skipped():
    closed = rules(holidays=frozenset({date(2026, 11, 23)}))
    assert next_cutoff(closed, utc(2026, 11, 20, 20)) == utc(2026, 11, 24, 20)


def test_a_store_may_work_on_other_days():
    weekend = rules(workdays=frozenset({5, 6}))
    assert next_cutoff(weekend, utc(2026, 11, 18, 12)) == utc(2026, 11, 21, 20)


def test_a_week_without_workdays_counts_every_day():
    assert is_workday(rules(workdays=frozenset()), date(2026, 11, 22))


def test_a_year_without_a_workday_ends_tomorrow():
    never = frozenset(date.fromordinal(date(2026, 11, 1).toordinal() + n) for n in range(400))
    assert next_cutoff(rules(holidays=never), utc(2026, 11, 18, 12)) == utc(2026, 11, 19, 20)


@pytest.mark.parametrize(
    ("day", "hour"),
    [(date(2026, 3, 6), 23), (date(2026, 3, 9), 22), (date(2026, 10, 30), 22), (date(2026, 11, 2), 23)],
)
def test_the_cutoff_keeps_its_local_hour_across_clock_changes(day, hour):
    assert cutoff_on(rules(timezone=LOS_ANGELES), day).hour == hour


def test_of_an_hour_that_comes_twice_the_first_counts():
    twice = rules(timezone=LOS_ANGELES, cutoff=time(1, 30))
    assert cutoff_on(twice, date(2026, 11, 1)) == utc(2026, 11, 1, 8, 30)


def test_an_hour_that_is_skipped_moves_forward():
    skipped = rules(timezone=LOS_ANGELES, cutoff=time(2, 30))
    assert cutoff_on(skipped, date(2026, 3, 8)).astimezone(LOS_ANGELES).time() == time(3, 30)


def test_around_a_clock_change_every_working_day_still_has_one_cutoff():
    every_day = rules(timezone=LOS_ANGELES, workdays=frozenset(range(7)), cutoff=time(2, 30))
    at, days = utc(2026, 3, 6), []
    for _ in range(5):
        at = next_cutoff(every_day, at)
        days.append(local_day(every_day, at))
    assert days == [date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)]


def test_a_day_begins_at_the_stores_midnight():
    assert start_of(RULES, date(2026, 11, 18)) == utc(2026, 11, 18, 5)


def test_so_many_cutoffs_later_counts_working_days_only():
    friday = utc(2026, 11, 20, 12)
    assert cutoff_after(RULES, friday, 0) == utc(2026, 11, 20, 20)
    assert cutoff_after(RULES, friday, 2) == utc(2026, 11, 24, 20)


class TestBusinessTime:
    """Between 8:00 and 18:00 in New York, which is 13:00 to 23:00 UTC in November."""

    @pytest.mark.parametrize(
        ("start", "hours", "end"),
        [
            (utc(2026, 11, 18, 15), 2, utc(2026, 11, 18, 17)),
            (utc(2026, 11, 18, 22), 2, utc(2026, 11, 19, 14)),
            (utc(2026, 11, 18, 23), 2, utc(2026, 11, 19, 15)),
            (utc(2026, 11, 19, 3), 2, utc(2026, 11, 19, 15)),
            (utc(2026, 11, 20, 22), 2, utc(2026, 11, 23, 14)),
            (utc(2026, 11, 18, 13), 25, utc(2026, 11, 20, 18)),
        ],
    )
    def test_runs_while_the_store_is_open(self, start, hours, end):
        assert business_time_after(RULES, start, timedelta(hours=hours)) == end

    def test_is_elapsed_time_where_the_clocks_change_meanwhile(self):
        open_at_night = rules(
            timezone=LOS_ANGELES, workdays=frozenset(range(7)), opens=time(0), closes=time(23)
        )
        # 2026-11-01 has the hour from 1:00 to 2:00 twice; 2026-03-08 has none from 2:00 to 3:00
        assert business_time_after(open_at_night, utc(2026, 11, 1, 7), timedelta(hours=3)) == utc(
            2026, 11, 1, 10
        )
        assert business_time_after(open_at_night, utc(2026, 3, 8, 8), timedelta(hours=3)) == utc(
            2026, 3, 8, 11
        )
        assert business_time_after(open_at_night, utc(2026, 11, 1, 7), timedelta(hours=25)) == utc(
            2026, 11, 2, 9
        )

    def test_a_year_without_business_time_counts_every_hour(self):
        never = frozenset(date.fromordinal(date(2026, 11, 1).toordinal() + n) for n in range(400))
        start = utc(2026, 11, 18, 15)
        assert business_time_after(rules(holidays=never), start, timedelta(hours=2)) == utc(2026, 11, 18, 17)


# ---------------------------------------------------------------- somebody's working hours


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (utc(2026, 11, 18, 12, 59), False),
        (utc(2026, 11, 18, 13, 0), True),
        (utc(2026, 11, 18, 22, 59), True),
        (utc(2026, 11, 18, 23, 0), False),
        (utc(2026, 11, 21, 15, 0), False),  # a Saturday
    ],
)
def test_working_hours_are_those_of_the_store_on_its_working_days(moment, expected):
    assert at_work(RULES, moment, RULES.timezone) is expected


def test_the_same_hours_count_on_another_clock_and_its_own_date():
    tokyo = ZoneInfo("Asia/Tokyo")
    assert at_work(RULES, utc(2026, 11, 22, 23, 0), tokyo), "Monday 8:00 there, still Sunday in New York"
    assert not at_work(RULES, utc(2026, 11, 20, 16, 0), tokyo), "Saturday there, Friday 11:00 in New York"


def test_a_holiday_of_the_store_is_one_everywhere():
    closed = rules(holidays=frozenset({date(2026, 12, 25)}))
    assert not at_work(closed, utc(2026, 12, 25, 15), ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2026, 3, 8), utc(2026, 3, 8, 12)),  # clocks go forward: EDT from 2:00 on
        (date(2026, 11, 1), utc(2026, 11, 1, 13)),  # and back: EST
    ],
)
def test_on_a_day_that_changes_the_clocks_the_hours_are_those_of_the_clock(day, opens):
    always = rules(workdays=frozenset(range(7)))
    assert at_work(always, opens, RULES.timezone)
    assert not at_work(always, opens - timedelta(minutes=1), RULES.timezone)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-20T22:00", "2026-11-23T14:00", 2),  # Friday 17:00 to Monday 09:00
        ("2026-11-23T14:00", "2026-11-23T20:30", 6.5),
        ("2026-11-23T03:00", "2026-11-24T03:00", 10),
        ("2026-11-21T15:00", "2026-11-22T15:00", 0),
        ("2026-11-23T14:00", "2026-11-23T13:00", 0),
    ],
)
def test_business_time_between_counts_only_open_hours(start, end, hours):
    moments = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (start, end)]
    assert business_time_between(RULES, *moments) == timedelta(hours=hours)


def test_of_what_began_longer_ago_only_the_last_year_is_business_time():
    end = utc(2026, 11, 21)
    assert business_time_between(RULES, utc(2024, 1, 1), end) == business_time_between(
        RULES, utc(2025, 1, 1), end
    )


def test_business_time_over_a_change_of_the_clocks_is_what_has_elapsed():
    night = rules(opens=time(0), closes=time(12), workdays=frozenset(range(7)))
    back = business_time_between(night, utc(2026, 11, 1, 4), utc(2026, 11, 2, 4))
    assert back == timedelta(hours=13)


# ---------------------------------------------------------------- quiet hours

NIGHT = (time(22), time(7))


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (utc(2026, 11, 19, 2, 59), None),  # 21:59 in New York
        (utc(2026, 11, 19, 3, 0), utc(2026, 11, 19, 12)),  # 22:00
        (utc(2026, 11, 19, 5, 0), utc(2026, 11, 19, 12)),  # midnight
        (utc(2026, 11, 19, 11, 59), utc(2026, 11, 19, 12)),  # 06:59
        (utc(2026, 11, 19, 12, 0), None),  # 07:00
    ],
)
def test_quiet_hours_run_over_midnight(moment, until):
    assert quiet_until(RULES, NIGHT, moment) == until


def test_quiet_hours_within_one_day():
    lunch = (time(12), time(13, 30))
    assert quiet_until(RULES, lunch, utc(2026, 11, 19, 17, 0)) == utc(2026, 11, 19, 18, 30)
    assert quiet_until(RULES, lunch, utc(2026, 11, 19, 18, 30)) is None


def test_without_quiet_hours_it_is_never_quiet():
    assert quiet_until(RULES, None, utc(2026, 11, 19, 5)) is None


def test_the_night_of_the_longer_day_is_an_hour_longer():
    # New York turns its clocks back at 06:00 UTC on 1 November 2026: 01:30 comes twice
    assert quiet_until(RULES, NIGHT, utc(2026, 11, 1, 2)) == utc(2026, 11, 1, 12)
    assert quiet_until(RULES, NIGHT, utc(2026, 11, 1, 6, 30)) == utc(2026, 11, 1, 12)
    early = (time(22), time(1, 30))
    assert quiet_until(RULES, early, utc(2026, 11, 1, 5, 29)) == utc(2026, 11, 1, 5, 30)
    assert quiet_until(RULES, early, utc(2026, 11, 1, 6, 15)) is None, (
        "of an hour that comes twice the first counts"
    )


def test_the_night_of_the_shorter_day_is_an_hour_shorter():
    # New York turns its clocks on at 07:00 UTC on 8 March 2026: 02:30 is skipped
    assert quiet_until(RULES, NIGHT, utc(2026, 3, 8, 4)) == utc(2026, 3, 8, 11)
    skipped = (time(22), time(2, 30))
    assert quiet_until(RULES, skipped, utc(2026, 3, 8, 7, 29)) == utc(2026, 3, 8, 7, 30)
    assert quiet_until(RULES, skipped, utc(2026, 3, 8, 7, 30)) is None
