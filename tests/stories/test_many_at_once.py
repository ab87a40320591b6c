"""Nobody is flooded: the first look and a storm each make one message in the channel, with the cards in its thread."""

import pytest

from tests.stories.conftest import failed

pytestmark = pytest.mark.anyio


async def test_the_first_run_posts_one_summary_with_every_card_in_its_thread(untold):
    for number in range(4001, 4004):
        failed(untold, number)
    await untold.run(minutes=5)
    [parent] = untold.workspace.messages()
    assert "3 gaps" in parent.words
    cards = untold.workspace.messages(thread_ts=parent.ts)
    assert sum("Claim" in card.buttons for card in cards) == 3


async def test_more_than_five_gaps_of_one_cause_are_one_message(story):
    for number in range(4001, 4008):
        failed(story, number)
    await story.run(minutes=5)
    [parent] = story.workspace.messages()
    assert "7 new gaps" in parent.words
    assert len(await story.gaps()) == 7
    await story.click("#4003", "Claim", "U0BO")
    [mine] = await story.gaps(owner="U0BO")
    assert mine.order == "#4003"


async def test_five_gaps_of_one_cause_are_five_cards(story):
    for number in range(4001, 4006):
        failed(story, number)
    await story.run(minutes=5)
    assert len(story.workspace.messages()) == 5


async def test_a_healthy_month_says_nothing(lively):
    report = await lively.run(minutes=5)
    assert report.complete
    assert report.read["orders"] > 100
    assert await lively.gaps() == []
    assert lively.workspace.messages() == []
