"""One cause breaks many orders: one message says it all, keeps itself current, and lets go of what is left."""

import pytest

from tests.stories.conftest import failed

pytestmark = pytest.mark.anyio


@pytest.fixture
async def storm(story):
    """Eight orders that Shopify was not told of."""
    story.labels = [failed(story, number) for number in range(4001, 4009)]
    await story.run(minutes=5)
    return story


def parent(story):
    return story.workspace.messages()[0]


async def test_the_parent_says_what_broke_what_waits_and_what_to_do(storm):
    said = parent(storm).words
    assert "8 new gaps with the same cause" in said
    assert "Shopify did not answer" in said
    assert "*Waiting:* 8 orders, worth" in said
    assert "*In common:*" in said
    assert "*Once for all:*" in said
    assert "*Now:* 8 unowned" in said


async def test_claim_all_makes_them_mine_and_undo_gives_them_back(storm):
    await storm.workspace.click(parent(storm), "Claim all 8", "U0BO")
    await storm.settle()
    assert len(await storm.gaps(owner="U0BO")) == 8
    assert "*Now:* 0 unowned, 8 with <@U0BO>" in parent(storm).words
    word = storm.workspace.ephemerals("U0BO")[-1]
    assert "Claimed 8 gaps." in word.words
    await storm.workspace.click(word, "Undo", "U0BO")
    await storm.settle()
    assert await storm.gaps(owner="U0BO") == []
    assert "*Now:* 8 unowned" in parent(storm).words


async def test_snooze_all_asks_until_when(storm):
    await storm.workspace.click(parent(storm), "Snooze all 8")
    await storm.settle()
    [window] = storm.workspace.modals("U0ALEX")
    await storm.workspace.submit(window, {"until": "4 hours"})
    await storm.settle()
    assert len(await storm.gaps(state="snoozed")) == 8
    assert "8 snoozed" in parent(storm).words


async def test_a_claim_in_its_thread_is_told_by_the_parent(storm):
    await storm.click("#4003", "Claim", "U0BO")
    assert "7 unowned, 1 with <@U0BO>" in parent(storm).words


async def test_more_of_the_same_joins_and_makes_no_new_message(storm):
    failed(storm, 4009)
    await storm.run(minutes=5)
    assert len(storm.workspace.messages()) == 1
    assert "9 new gaps" in parent(storm).words
    assert storm.card("#4009").thread_ts == parent(storm).ts


async def test_when_the_cause_ends_what_is_left_is_seen_in_the_channel(storm):
    for label in storm.labels[:5]:
        storm.world.resend_notification(label)
    await storm.run(minutes=15)
    assert "3 of 8 gaps with the same cause still wait" in parent(storm).words
    assert "What is left stands in the channel by itself." in parent(storm).words
    shown = {one.ts for one in storm.workspace.messages() if one.broadcast}
    assert shown == {storm.card(f"#{number}").ts for number in (4006, 4007, 4008)}
    assert storm.workspace.called("chat.update")[-1].error is None


async def test_a_stale_parent_acts_on_what_waits_now(storm):
    old = parent(storm)
    await storm.click("#4001", "Claim", "U0BO")
    await storm.workspace.click(old, "Claim all 8")
    await storm.settle()
    assert len(await storm.gaps(owner="U0ALEX")) == 7
    assert len(await storm.gaps(owner="U0BO")) == 1
