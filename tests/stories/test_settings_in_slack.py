"""A team lead changes settings in Slack: the next run judges by them, and the channel hears when and where it should."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.live import LiveStores
from tests.stories.conftest import listeners_done

pytestmark = pytest.mark.anyio

URGENT = "C0URGENT"
TEN_AT_NIGHT = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
"""22:00 in New York on the day of the story."""
TOML = """\
[[stores]]
timezone = "America/New_York"
"""


@pytest.fixture
def toml():
    return TOML


async def shipped(story, name, hours=5.0, **known):
    """A label of so long ago of which Shopify was not told."""
    order = story.world.order(name, age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    return story.world.label(order, age=timedelta(hours=hours), notify="Refused by Shopify", **known)


async def change(story, user="U0ALEX", **state):
    """Change settings in the window; return the private word."""
    await story.command("settings", user)
    ack = await story.workspace.click(story.workspace.ephemerals(user)[-1], "Change…", user)
    assert ack.error is None
    await listeners_done()
    view = story.workspace.modals(user)[-1]
    named = {key.replace("__", ".").replace("_for_", ":"): value for key, value in state.items()}
    await story.submit(view, named, user)
    return story.told(user)


async def until(story, moment):
    await story.run(seconds=(moment - story.clock.now()).total_seconds())


async def test_under_a_longer_window_a_gap_ends_and_under_a_shorter_one_another_opens(story):
    await shipped(story, "#2001", hours=5)
    await shipped(story, "#2002", hours=2)
    await story.run(minutes=5)
    assert [gap.order for gap in await story.gaps(unresolved=True)] == ["#2001"]
    said = await change(story, windows__notify="8h", why="Late trucks")
    assert "*Shopify should know of a label within* from 4h to 8h" in said
    word = "<@U0ALEX> changed *Shopify should know of a label within* from 4h to 8h. Why: Late trucks"
    assert [one.words for one in story.workspace.messages()][-1] == word
    await story.run(minutes=5)
    assert await story.gaps(unresolved=True) == []
    await change(story, "U0BO", windows__notify="1h")
    await story.run(minutes=5)
    assert sorted(gap.order for gap in await story.gaps(unresolved=True)) == ["#2001", "#2002"]
    await story.command("settings")
    await story.workspace.click(story.workspace.ephemerals("U0ALEX")[-1], "History")
    await listeners_done()
    newest, first = story.told().splitlines()[1:]
    assert "<@U0BO> changed *Shopify should know of a label within* from 8h to 1h." in newest
    assert "<@U0ALEX> changed" in first
    assert first.endswith("from what stuck.toml says to 8h. Why: Late trucks")


async def test_another_process_judges_by_it_too(story):
    elsewhere = LiveStores(story.house.database, story.clock, story.house.settings.stores)
    await change(story, cutoff="12:30")
    assert (await elsewhere.rules("main")).cutoff.hour == 12


async def test_a_quiet_night_holds_a_new_card_and_the_morning_brings_it(story):
    await change(story, quiet_hours="22:00-07:00")
    await until(story, TEN_AT_NIGHT)
    await shipped(story, "#2001")
    await story.run(minutes=5)
    assert [gap.order for gap in await story.gaps(unresolved=True)] == ["#2001"]
    assert story.cards("#2001") == []
    assert "#2001" in await story.command("list"), "who asks is answered"
    await until(story, TEN_AT_NIGHT + timedelta(hours=9, minutes=-1))
    assert story.cards("#2001") == []
    await until(story, TEN_AT_NIGHT + timedelta(hours=9))
    assert "#2001" in story.card("#2001").words


async def test_taking_quiet_hours_away_at_night_lets_out_what_they_held(story):
    await change(story, quiet_hours="22:00-07:00")
    await until(story, TEN_AT_NIGHT)
    await shipped(story, "#2001")
    await story.run(minutes=5)
    await change(story, quiet_hours="")
    await story.run(minutes=1)
    assert "#2001" in story.card("#2001").words


async def test_what_is_critical_goes_to_its_own_channel_even_at_night(story):
    story.workspace.add_channel(URGENT, "urgent")
    await change(story, quiet_hours="22:00-07:00", channels_for_critical=[URGENT])
    await until(story, TEN_AT_NIGHT)
    order = story.world.order("#2003", age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    story.world.cancel(order, age=timedelta(hours=2))
    story.world.label(order, age=timedelta(hours=1))
    await story.run(minutes=5)
    [gap] = [gap for gap in await story.gaps(unresolved=True) if gap.order == "#2003"]
    assert gap.severity.word == "critical"
    assert ["#2003" in one.words for one in story.workspace.messages(URGENT)] == [True]
    assert story.cards("#2003") == []
