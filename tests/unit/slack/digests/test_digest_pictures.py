"""The picture of a digest: what it shows, in words too, and that it can be painted."""

import pytest

from bot.slack.digests import drawing
from bot.slack.digests.charts import day_chart, week_chart
from bot.slack.digests.facts import Bar
from bot.slack.digests.painting import png

pytestmark = pytest.mark.anyio


def test_a_day_shows_what_is_open_and_how_it_came_to_be(a_day):
    chart = day_chart(a_day())
    by_kind, stream = chart.panels
    assert [series.values for series in by_kind.series] == [(7.0, 5.0), (22.0, 6.0)]
    assert stream.labels == ("Mon 23", "today")
    assert stream.line.values == (42.0, 40.0)
    assert "29 Shipped, but unfulfilled in Shopify" in chart.alt
    assert "9 new and 9 ended; open went from 42 to 40" in chart.alt


def test_a_week_shows_the_weeks_and_how_long_gaps_took(a_week):
    stream, took = week_chart(a_week()).panels
    assert stream.series[0].values == (44.0, 56.0)
    assert took.series[0].values == (2.0,)


def test_days_before_anybody_looked_are_not_drawn(a_day):
    chart = day_chart(a_day(bars=(Bar("Sun 22", 0, 0, 0), *a_day().bars)))
    assert chart.panels[1].labels == ("Mon 23", "today")


def test_where_there_is_nothing_to_be_seen_there_is_no_picture(a_day, a_week):
    assert day_chart(a_day(kinds=(), bars=())) is None
    assert week_chart(a_week(bars=())) is None


def test_a_picture_is_painted_whatever_a_kind_is_called(a_week):
    chart = week_chart(a_week()).as_json()
    chart["panels"][1]["labels"] = ("$\\frac{1}{0}$ " * 20,)
    assert png(chart).startswith(b"\x89PNG")


async def test_what_cannot_be_painted_is_no_picture_and_no_error(a_day, monkeypatch):
    monkeypatch.setattr(drawing, "PAINTER", "bot.slack.digests.nobody")
    assert await drawing.draw(day_chart(a_day())) is None


async def test_painting_that_takes_too_long_is_ended(a_day, monkeypatch):
    monkeypatch.setattr(drawing, "LONGEST", 0.0)
    assert await drawing.draw(day_chart(a_day())) is None
