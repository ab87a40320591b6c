"""Dates in every way that exports write them, and the clock they stand for."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.exports import careful, open_exports
from bot.sources.exports.zones import stamp, to_utc, zone_of
from tests.unit.sources.exports.writing import LABELS, SHOPIFY, label, reading, shopify, write

NEW_YORK = ZoneInfo("America/New_York")
MADE = "Date - Label Create Date"
SHIPPED = "Date - Shipped Date"

WRITTEN = {
    "4/2/2026 4:00:00 AM": (2026, 4, 2, 4, 0),
    "04/02/2026 04:00 PM": (2026, 4, 2, 16, 0),
    "4/2/2026 16:00": (2026, 4, 2, 16, 0),
    "4/2/26 16:00": (2026, 4, 2, 16, 0),
    "4/2/2026": (2026, 4, 2, 0, 0),
    "4/2/2026 4:00:00 a.m.": (2026, 4, 2, 4, 0),
    "2026-04-02 16:00:00": (2026, 4, 2, 16, 0),
    "2026-04-02T16:00:00": (2026, 4, 2, 16, 0),
    "2026-04-02T16:00:00.1234567": (2026, 4, 2, 16, 0),
    "2026/04/02 16:00": (2026, 4, 2, 16, 0),
    "2026-04-02": (2026, 4, 2, 0, 0),
    "Apr 2, 2026 4:00 PM": (2026, 4, 2, 16, 0),
    "2-Apr-26": (2026, 4, 2, 0, 0),
    "46114.666666667": (2026, 4, 2, 16, 0),
    '="4/2/2026 16:00"': (2026, 4, 2, 16, 0),
    "'4/2/2026": (2026, 4, 2, 0, 0),
}


@pytest.mark.parametrize(("written", "meant"), WRITTEN.items())
def test_a_date_without_an_offset_is_the_accounts_clock(tmp_path: Path, written: str, meant: tuple[int, ...]):
    path = write(tmp_path / "s.csv", LABELS, [label("1001", **{MADE: written, SHIPPED: written})])
    with open_exports([path], zone=NEW_YORK) as exports:
        found = exports.connection.execute("SELECT made_at, ship_date FROM shipstation_parcels").fetchall()
    assert found == [(datetime(*meant, tzinfo=NEW_YORK).astimezone(UTC), date(*meant[:3]))]


@pytest.mark.parametrize(
    "written",
    [
        "2026-04-02 16:00:00 -0400",
        "2026-04-02 16:00:00 -04:00",
        "2026-04-02T20:00:00Z",
        "2026-04-02T20:00:00.000+00:00",
        "2026-04-02 20:00:00 UTC",
    ],
)
def test_an_offset_is_kept(tmp_path: Path, written: str):
    path = write(tmp_path / "s.csv", LABELS, [label("1001", **{MADE: written, SHIPPED: written})])
    with open_exports([path], zone=NEW_YORK) as exports:
        found = exports.connection.execute("SELECT made_at, ship_date FROM shipstation_parcels").fetchall()
    assert found == [(datetime(2026, 4, 2, 20, tzinfo=UTC), date(2026, 4, 2))]


@pytest.mark.parametrize("written", ["", "N/A", "1/1/0001 12:00:00 AM", "0001-01-01", "0000-00-00 00:00:00"])
def test_a_word_for_no_date_is_none(tmp_path: Path, written: str):
    with reading(write(tmp_path / "s.csv", LABELS, [label("1001", **{MADE: written})])) as exports:
        assert exports.connection.execute("SELECT made_at FROM shipstation_parcels").fetchall() == [(None,)]
        assert exports.files[0].rejected == 0


DAY_ORDERS = {
    "American, settled by one": (["4/2/2026", "4/25/2026"], [date(2026, 4, 2), date(2026, 4, 25)], False),
    "European, settled by one": (["4/2/2026", "25/2/2026"], [date(2026, 2, 4), date(2026, 2, 25)], False),
    "settled late in the file": (["4/2/2026"] * 60_000 + ["25/2/2026"], None, False),
    "left open": (["4/2/2026", "4/3/2026"], [date(2026, 4, 2), date(2026, 4, 3)], True),
    "dots": (["2.4.2026", "3.4.2026"], [date(2026, 4, 2), date(2026, 4, 3)], False),
    "dashes, day first": (["25-04-2026", "2-04-2026"], [date(2026, 4, 25), date(2026, 4, 2)], False),
}  # fmt: skip


@pytest.mark.parametrize(("written", "meant", "noted"), DAY_ORDERS.values(), ids=DAY_ORDERS)
def test_whether_the_day_comes_first_is_decided_for_the_whole_column(
    tmp_path: Path, written: list[str], meant: list[date] | None, noted: bool
):
    rows = [
        {"Order #": str(number), "Ship Date": day, "Tracking #": str(number)}
        for number, day in enumerate(written)
    ]
    with reading(write(tmp_path / "s.csv", ("Order #", "Tracking #", "Ship Date"), rows)) as exports:
        found = exports.connection.execute(
            "SELECT ship_date FROM shipstation_parcels ORDER BY key::INTEGER"
        ).fetchall()
        if meant is None:
            assert found[0] == (date(2026, 2, 4),)
            assert found[-1] == (date(2026, 2, 25),)
        else:
            assert [day for (day,) in found] == meant
        assert any("month/day/year" in note for note in exports.files[0].notes) is noted
        assert exports.files[0].rejected == 0


def test_a_column_that_is_empty_in_the_beginning_is_read_as_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A month's newest orders come first, and are not fulfilled yet. To read them row by row would take minutes."""
    monkeypatch.setattr(careful, "rewrite", None)
    newest = [shopify(f"#{number}", Fulfilled_at="", Notes="x" * 200) for number in range(9000, 7000, -1)]
    with reading(write(tmp_path / "o.csv", SHOPIFY, [*newest, shopify("#1001")])) as exports:
        told = exports.connection.execute(
            "SELECT key, fulfilled_at FROM shopify_orders WHERE fulfilled_at IS NOT NULL"
        )
        assert told.fetchall() == [("1001", datetime(2026, 3, 7, 10, tzinfo=UTC))]


def test_an_order_that_a_later_row_settles_is_no_assumption(tmp_path: Path):
    rows = [label(str(number), **{SHIPPED: "4/2/2026 12:00:00 AM"}) for number in range(5000)]
    rows.append(
        label(
            "6000",
            **{
                SHIPPED: "4/25/2026 12:00:00 AM",
                MADE: "4/25/2026 9:00:00 AM",
                "Date - Order Date": "4/25/2026 9:00:00 AM",
            },
        )
    )
    with reading(write(tmp_path / "s.csv", LABELS, rows)) as exports:
        assert not any("month/day/year" in note for note in exports.files[0].notes)


def test_the_zone_is_the_shops_where_its_export_tells_offsets(tmp_path: Path):
    shop = [
        shopify("#1", Created_at="2026-03-01 08:00:00 -0500"),
        shopify("#2", Created_at="2026-03-20 08:00:00 -0400"),
    ]
    orders = write(tmp_path / "o.csv", SHOPIFY, shop)
    labels = write(tmp_path / "s.csv", LABELS, [label("1", **{MADE: "3/20/2026 9:00:00 AM"})])
    with reading(orders, labels) as exports:
        assert exports.zone == NEW_YORK
        assert exports.connection.execute("SELECT made_at FROM shipstation_parcels").fetchall() == [
            (datetime(2026, 3, 20, 13, tzinfo=UTC),)
        ]
        assert (
            "Dates are read in America/New_York, assumed: its dates name no offset." in exports.files[1].notes
        )


def test_without_any_offset_the_zone_is_pacific_unless_it_is_said(tmp_path: Path):
    path = write(tmp_path / "s.csv", LABELS, [label()])
    with reading(path) as exports:
        assert exports.zone == ZoneInfo("America/Los_Angeles")
    with open_exports([path], zone=NEW_YORK) as exports:
        assert exports.zone == NEW_YORK
        assert "Dates are read in America/New_York, as --zone says." in exports.files[0].notes


@pytest.mark.parametrize(
    ("stamps", "zone"),
    [
        (["2026-03-06 08:58:42 -0500"], "America/New_York"),
        (["2026-07-06 08:58:42 -0500", "2026-03-01 08:58:42 -0600"], "America/Chicago"),
        (["2026-07-06 08:58:42 -0700", "2026-01-06 08:58:42 -0700"], "America/Phoenix"),
        (["2026-03-06 08:58:42 +0000", "2025-08-29 14:03:51 +0100"], "Europe/London"),
        (["2026-04-21 18:45:26 +0500"], "Asia/Karachi"),
        (["2026-04-21 18:45:26 +0500", "2026-04-21 18:45:26 -0500"], None),
        ([], None),
    ],
)
def test_the_zone_that_explains_all_offsets(stamps: list[str], zone: str | None):
    found = zone_of([told for text in stamps if (told := stamp(text))])
    assert found == (ZoneInfo(zone) if zone else None)


def utc(clocks: list[datetime], zone: ZoneInfo) -> list[datetime]:
    """Return what the SQL makes of a zone's clock times."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        asked = f"SELECT {to_utc('x', zone)} FROM (SELECT unnest(?)::TIMESTAMP AS x)"
        return [moment for (moment,) in connection.execute(asked, [clocks]).fetchall()]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["America/New_York", "Europe/London", "Australia/Adelaide", "Asia/Kolkata", "UTC"]),
    st.lists(st.integers(0, 12 * 365 * 24 * 60), min_size=1, max_size=50),
)
def test_clocks_are_read_as_python_reads_them_the_first_pass_of_a_repeated_hour(
    name: str, minutes: list[int]
):
    zone = ZoneInfo(name)
    start = datetime(2020, 1, 1)  # noqa: DTZ001 - a clock's time
    clocks = [start + timedelta(minutes=each) for each in minutes]
    assert utc(clocks, zone) == [clock.replace(tzinfo=zone).astimezone(UTC) for clock in clocks]


@pytest.mark.parametrize("year", [1995, 2005, 2019, 2032, 2040])
@pytest.mark.parametrize("name", ["America/New_York", "Australia/Adelaide", "Asia/Kolkata"])
def test_clocks_of_long_ago_and_far_ahead_are_read_as_python_reads_them(name: str, year: int):
    zone = ZoneInfo(name)
    clocks = [datetime(year, month, 15, 12) for month in range(1, 13)]  # noqa: DTZ001 - the same
    assert utc(clocks, zone) == [clock.replace(tzinfo=zone).astimezone(UTC) for clock in clocks]
