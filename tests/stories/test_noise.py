"""What people keep closing as no gap becomes a setting, from the command to the next run."""

from datetime import timedelta

import pytest

from storage.overrides import Overrides

pytestmark = pytest.mark.anyio


def stuck(story, number, *tags):
    """A label that Shopify was not told of. Half an hour lies between two of them: the store's connection is fine."""
    before = timedelta(minutes=30) * (number - 2000)
    order = story.world.order(f"#{number}", age=timedelta(hours=9) + before, tags=tags)
    story.world.import_order(order, age=timedelta(hours=8) + before)
    story.world.label(order, age=timedelta(hours=5) + before, notify="Refused by Shopify")


async def close(story, order):
    view = await story.choose(order, "Not a gap…")
    await story.submit(view, {"reason": "Never meant to ship through ShipStation"})


async def test_a_tag_that_people_keep_closing_is_left_alone_once_somebody_agrees(story):
    for number in (2001, 2002, 2003):
        stuck(story, number, "Wholesale")
    await story.run(minutes=5)
    for number in (2001, 2002, 2003):
        await close(story, f"#{number}")
    stuck(story, 2004, "Wholesale")
    stuck(story, 2005)
    await story.run(minutes=5)

    answer = await story.command("noise")
    assert "noise 3 (100 %), mostly: Never meant to ship through ShipStation" in answer
    assert "Leave orders with the tag “wholesale” alone" in answer

    await story.press(story.workspace.ephemerals("U0ALEX")[-1], "Preview…")
    view = story.workspace.modals("U0ALEX")[-1]
    assert "Noise: #2001, #2002, #2003" in view.words
    assert "1 gap would leave the queue with the next run: Order #2004" in view.words
    await story.submit(view, {})
    assert "The next run judges by it" in story.told()
    assert any(
        "<@U0ALEX> changed *Tags that are left alone*" in each.words for each in story.workspace.messages()
    )
    assert sorted(gap.order for gap in await story.gaps()) == ["#2004", "#2005"]

    await story.run(minutes=5)
    assert [gap.order for gap in await story.gaps()] == ["#2005"]
    [gone] = await story.gaps(order="#2004", state="resolved")
    assert gone.resolution == "healed"
    async with story.house.database.read() as session:
        [change] = await Overrides(session, story.clock.now()).history("main")
    assert (change.person, change.key, change.after) == ("U0ALEX", "exclude_tags", ["wholesale"])
    assert change.why.startswith("noise: would have removed 3")
    assert "No pattern in the noise" in await story.command("noise")
