"""What `/stuck …` answers, live and private."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio


async def gap_2001(story):
    order = story.world.order("#2001", age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    return story.world.label(order, age=timedelta(hours=5), notify="Refused by Shopify")


async def test_summary_says_that_nothing_is_stuck_only_after_a_fresh_complete_run(story):
    assert "nothing is stuck" in (await story.command("summary")).casefold()
    story.clock.move(hours=1)
    assert "nothing is stuck" not in (await story.command("summary")).casefold()


async def test_summary_counts_what_is_open(story):
    await gap_2001(story)
    await story.run(minutes=5)
    answer = await story.command("summary")
    assert "#2001" in answer
    assert "nothing is stuck" not in answer.casefold()


async def test_an_order_is_read_live_from_both_systems(story):
    order = story.world.order("#2100", age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    story.world.label(order, age=timedelta(hours=5), notify=True, tracking="9400111206206406260787")
    answer = await story.command("order 2100")
    assert "9400111206206406260787" in answer


async def test_a_gap_says_what_each_side_says_and_why_it_is_one(story):
    await gap_2001(story)
    await story.run(minutes=5)
    answer = await story.command("order #2001")
    assert "Refused by Shopify" in answer


async def test_a_held_order_is_explained_and_not_accused(story):
    order = story.world.order("#2101", age=timedelta(days=1))
    story.world.import_order(order, age=timedelta(hours=23))
    story.world.hold(order, age=timedelta(hours=22))
    answer = await story.command("order 2101")
    assert "hold" in answer.casefold() or "held" in answer.casefold()


async def test_an_unknown_order_is_said_to_be_unknown(story):
    answer = await story.command("order 999999")
    assert "999999" in answer
    assert "neither" in answer.casefold()


async def test_mine_lists_what_i_claimed(story):
    await gap_2001(story)
    await story.run(minutes=5)
    assert "#2001" not in await story.command("mine", "U0CAM")
    await story.click("#2001", "Claim", "U0CAM")
    assert "#2001" in await story.command("mine", "U0CAM")


@pytest.mark.parametrize("text", ["", "help", "sumary"])
async def test_no_word_or_an_unknown_one_answers_with_help(story, text):
    answer = await story.command(text)
    assert "/stuck summary" in answer
    assert "/stuck order" in answer


async def test_a_misspelt_word_is_answered_with_the_nearest_one(story):
    assert "summary" in (await story.command("sumary")).splitlines()[0]


async def test_an_answer_can_be_shared_in_the_channel(story):
    await gap_2001(story)
    await story.run(minutes=5)
    await story.command("summary")
    answer = story.workspace.ephemerals("U0ALEX")[-1]
    await story.workspace.click(answer, "Share", "U0ALEX")
    await story.settle()
    shared = [message for message in story.workspace.messages() if "U0ALEX" in message.words]
    assert len(shared) == 1


async def test_a_guest_may_not_claim(story):
    await gap_2001(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0GUEST")
    [gap] = await story.gaps()
    assert gap.owner is None
    assert story.workspace.ephemerals("U0GUEST")
