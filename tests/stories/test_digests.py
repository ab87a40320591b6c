"""The morning's digest and the week's: in the channel once, at the store's hour, and privately when asked for."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot import wiring

pytestmark = pytest.mark.anyio

TOML = """\
[digest]
hour = "08:30"

[[stores]]
timezone = "America/New_York"
holidays = ["2026-11-26"]
"""
WEDNESDAY = datetime(2026, 11, 18, 13, 30, tzinfo=UTC)
"""08:30 in New York on the day after the story begins."""


@pytest.fixture
def toml():
    return TOML


@pytest.fixture
def painted():
    """Asks for a picture that is really painted."""


@pytest.fixture(autouse=True)
def drawing(request, monkeypatch):
    """Painting takes seconds of the processor: where a test does not ask for it, any bytes are a picture."""

    async def draw(chart):
        return b"\x89PNG pretend"

    if "painted" not in request.fixturenames:
        monkeypatch.setattr("bot.slack.digests.showing.draw", draw)


async def stuck(story, name, **known):
    order = story.world.order(name, age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    return story.world.label(order, age=timedelta(hours=5), notify="Refused by Shopify", **known)


def digests(story):
    return [one for one in story.workspace.messages() if "Since " in one.words or "the week of" in one.words]


def pictures(story):
    return [one for one in story.workspace.messages() if one.files]


async def at(story, moment):
    """Move the clock there, have both systems read, and let the schedule's chore look."""
    story.clock.move(seconds=(moment - story.clock.now()).total_seconds())
    await story.sync()
    await story.slack.digests.go()
    await story.deliver()


async def test_the_morning_after_says_what_is_new_and_shows_it(story, painted):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    await at(story, WEDNESDAY - timedelta(minutes=1))
    assert digests(story) == []
    await at(story, WEDNESDAY)
    [digest] = digests(story)
    assert "1 gap open, 1 unowned" in digest.words
    assert "1 new" in digest.words
    assert "#2001" in digest.words
    [picture] = pictures(story)
    assert picture.ts > digest.ts
    [file] = picture.files
    assert file["name"] == "digest.png"
    assert "Shipped, but unfulfilled" in file["alt_txt"]
    assert story.workspace.files.get(file["id"]).content.startswith(b"\x89PNG")


async def test_its_text_for_who_sees_no_blocks_says_the_same(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    await at(story, WEDNESDAY)
    [digest] = digests(story)
    said = "\n".join(block["text"]["text"] for block in digest.blocks if "text" in block)
    assert [line for line in said.replace("*", "").split("\n") if line not in digest.text] == []


async def test_a_day_has_one_digest_however_often_it_is_looked_for(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    for hours in (0, 1, 9):
        await at(story, WEDNESDAY + timedelta(hours=hours))
    assert len(digests(story)) == 1


async def test_nothing_to_say_is_not_said_until_somebody_asks(story):
    await at(story, WEDNESDAY)
    assert digests(story) == []
    assert "no gap is open" in await story.command("digest")


async def test_a_holiday_and_a_weekend_are_skipped_and_told_afterwards(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    for day in range(13):
        await at(story, WEDNESDAY + timedelta(days=day))
    days = [re.search(r"\w+day \d+(?= November\.)", one.words) for one in digests(story)]
    assert [day.group() for day in days if day] == [
        "Wednesday 18", "Thursday 19", "Friday 20", "Monday 23", "Tuesday 24", "Wednesday 25", "Friday 27", "Monday 30",
    ]  # fmt: skip


async def test_monday_also_says_what_became_of_the_week(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    await at(story, WEDNESDAY)
    await at(story, WEDNESDAY + timedelta(days=5))
    [week] = [one for one in digests(story) if "the week of" in one.words]
    assert "the week of 16 to 22 November" in week.words
    assert "1 new (0)" in week.words.replace("*", "")
    assert "runs complete" in week.words


async def test_after_a_morning_away_it_comes_late_and_after_a_day_away_not_at_all(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    await at(story, WEDNESDAY + timedelta(hours=4))
    assert len(digests(story)) == 1
    await at(story, WEDNESDAY + timedelta(days=1, hours=11))
    assert len(digests(story)) == 1
    await at(story, WEDNESDAY + timedelta(days=2))
    last = digests(story)[-1].words
    assert (
        f"{int((WEDNESDAY + timedelta(hours=4)).timestamp())}" in last
    )  # what is new is counted from the last one


async def test_what_slack_did_not_take_that_day_is_not_sent_the_next(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    story.clock.move(seconds=(WEDNESDAY - story.clock.now()).total_seconds())
    await story.slack.digests.go()
    story.clock.move(hours=20)
    await story.deliver()
    assert digests(story) == []


async def test_without_the_right_to_share_files_the_text_stands_alone(story):
    story.workspace.scopes = story.workspace.scopes - {"files:write"}
    await stuck(story, "#2001")
    await story.run(minutes=5)
    await at(story, WEDNESDAY)
    assert len(digests(story)) == 1
    assert pictures(story) == []
    assert story.slack.gateway.troubles() == []


async def test_a_digest_is_answered_at_once_and_can_be_shared(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    answer = await story.command("digest")
    assert "1 gap open" in answer
    assert digests(story) == []
    await story.workspace.click(story.workspace.ephemerals("U0ALEX")[-1], "Share", "U0ALEX")
    await story.settle()
    [shared] = digests(story)
    assert "Shared by <@U0ALEX>" in shared.words


async def test_the_week_is_told_on_any_day_today_included(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    answer = await story.command("digest week")
    assert "the week of 11 to 17 November" in answer
    assert "1 new (0)" in answer.replace("*", "")


async def test_orders_without_a_label_are_counted_before_the_cutoff_of_the_day(story):
    await stuck(story, "#2001")
    await story.run(minutes=5)
    story.clock.move(seconds=(WEDNESDAY - timedelta(hours=1) - story.clock.now()).total_seconds())
    order = story.world.order("#2002", age=timedelta(minutes=30))
    story.world.import_order(order, age=timedelta(minutes=20))
    await at(story, WEDNESDAY)
    [digest] = digests(story)
    line = next(line for line in digest.words.splitlines() if "To print by" in line)
    assert "1 order has no label yet" in line
    assert "#2002" in line
    await at(story, WEDNESDAY + timedelta(hours=7))
    assert "To print by" not in await story.command("digest")


async def test_a_store_that_is_not_known_is_asked_for(story):
    assert "Which store? `/stuck digest main`" in await story.command("digest elsewhere")


async def test_the_schedule_of_every_worker_looks_for_them(story):
    async def look():
        raise AssertionError("nobody asked how it is")

    chores = {chore.name: chore for chore in wiring._schedule(story.house, look, story.slack)._chores}
    assert chores["digests"].work == story.slack.digests.go
    assert chores["digests"].every <= 60
