"""ShipStation's Pacific stamps, on ordinary days and on the two odd ones (domain.md, rules 11 and 49)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.pacific import PACIFIC, parse_day, parse_refresh, parse_stamp, window_end, window_start


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-09-17T10:51:14.5030000", utc(2024, 9, 17, 17, 51, 14, 503000)),
        ("2014-12-03T11:46:11.283", utc(2014, 12, 3, 19, 46, 11, 283000)),
        ("2014-11-26T22:28:14.07", utc(2014, 11, 27, 6, 28, 14, 70000)),
        ("2026-01-15T08:00:00", utc(2026, 1, 15, 16)),
        ("2026-07-15 08:00:00", utc(2026, 7, 15, 15)),
        (" 2026-07-15T08:00:00.1234567 ", utc(2026, 7, 15, 15, 0, 0, 123456)),
        ("2026-07-15T08:00:00Z", utc(2026, 7, 15, 8)),
        ("2026-07-15T08:00:00+02:00", utc(2026, 7, 15, 6)),
        ("2026-07-15", utc(2026, 7, 15, 7)),
    ],
)
def test_a_stamp_is_pacific_unless_it_says_otherwise(text, expected):
    assert parse_stamp(text) == expected
    assert parse_stamp(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-08T01:59:59", utc(2026, 3, 8, 9, 59, 59)),
        ("2026-03-08T02:30:00", utc(2026, 3, 8, 10, 30)),
        ("2026-03-08T03:00:00", utc(2026, 3, 8, 10)),
        ("2026-11-01T00:59:59", utc(2026, 11, 1, 7, 59, 59)),
        ("2026-11-01T01:30:00", utc(2026, 11, 1, 8, 30)),
        ("2026-11-01T02:00:00", utc(2026, 11, 1, 10)),
    ],
)
def test_on_the_days_when_the_clocks_change_the_first_pass_counts(text, expected):
    assert parse_stamp(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-09-17", date(2024, 9, 17)),
        ("2020-06-19T00:00:00.0000000", date(2020, 6, 19)),
        ("2020-06-24T23:32:33.687", date(2020, 6, 24)),
        ("2026-08-12T07:00:00Z", date(2026, 8, 12)),
        ("2026-08-12T06:59:59Z", date(2026, 8, 11)),
    ],
)
def test_a_ship_date_is_a_day_whatever_it_is_written_like(text, expected):
    assert parse_day(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "17/09/2024"])
@pytest.mark.parametrize("parse", [parse_stamp, parse_day])
def test_what_is_no_date_is_an_error(parse, text):
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_a_window_is_asked_for_in_pacific_and_a_minute_wider():
    at = utc(2026, 11, 20, 20, 0, 30)
    assert window_start(at) == "2026-11-20 11:59:30"
    assert window_end(at) == "2026-11-20 12:01:30"
    assert window_start(utc(2026, 7, 1, 7, 0)) == "2026-06-30 23:59:00"


@pytest.mark.parametrize("minutes", [2, 31, 59, 61, 90, 120])
def test_a_window_that_begins_in_the_repeated_hour_begins_with_that_hour(minutes):
    assert window_start(utc(2026, 11, 1, 8) + timedelta(minutes=minutes)) == "2026-11-01 01:00:00"


@pytest.mark.parametrize("minutes", [0, 30, 60, 118])
def test_a_window_that_ends_in_the_repeated_hour_ends_with_that_hour(minutes):
    assert window_end(utc(2026, 11, 1, 8) + timedelta(minutes=minutes)) == "2026-11-01 01:59:59"


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - st adds the zone


@given(since=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=2)))
def test_whatever_happens_in_a_window_is_inside_of_what_is_asked_for(since, later):
    written = (since + later).astimezone(PACIFIC).strftime("%Y-%m-%d %H:%M:%S")
    assert window_start(since) <= written <= window_end(since + later)


@given(MOMENTS)
def test_a_stamp_survives_the_way_to_shipstation_and_back(at):
    local = at.astimezone(PACIFIC)
    back = parse_stamp(local.replace(tzinfo=None).isoformat())
    assert back == (at - timedelta(hours=1) if local.fold else at)


@pytest.mark.parametrize(
    ("refreshed", "attempted", "expected"),
    [
        ("2014-11-26T14:28:14", "2014-11-26T14:28:14", utc(2014, 11, 26, 22, 28, 14)),
        ("2014-11-26T22:28:14", "2014-11-26T14:28:14", utc(2014, 11, 26, 22, 28, 14)),
        ("2014-11-26T22:28:14", None, utc(2014, 11, 26, 22, 28, 14)),
        ("2014-11-20T10:00:00", None, utc(2014, 11, 20, 18)),
        ("2014-11-26T22:28:14Z", None, utc(2014, 11, 26, 22, 28, 14)),
    ],
)
def test_a_refresh_that_would_lie_after_its_attempt_or_in_the_future_was_utc(refreshed, attempted, expected):
    now = utc(2014, 11, 26, 22, 40)
    tried = parse_stamp(attempted) if attempted else None
    assert parse_refresh(refreshed, attempted=tried, now=now) == expected
