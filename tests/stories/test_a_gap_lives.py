"""A gap from its first card to its end, as the people in the channel see it."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio

REFUSED = "IntegrationError: Shopify responded with StatusCode UnprocessableEntity"


def failed(story, name="#2001"):
    """An order whose parcel left five hours ago, and of which Shopify was never told."""
    order = story.world.order(name, age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    return order, story.world.label(order, age=timedelta(hours=5), notify=REFUSED)


async def test_a_failed_notification_becomes_one_card_and_heals_in_it(story):
    _order, label = failed(story)
    await story.run(minutes=5)
    card = story.card("#2001")
    assert "StatusCode UnprocessableEntity" in card.words
    assert card.buttons[:3] == ["Claim", "Resolved", "Snooze…"]

    story.world.resend_notification(label)
    await story.run(minutes=5)
    healed = story.card("#2001")
    assert healed.ts == card.ts
    assert "Healed by itself" in healed.words
    assert "Unfulfilled" not in healed.words, "its evidence is what both systems say now"
    assert await story.gaps() == []


async def test_nothing_is_said_before_the_window_has_passed(story):
    order = story.world.order("#2002", age=timedelta(hours=3))
    story.world.import_order(order, age=timedelta(hours=2))
    story.world.label(order, age=timedelta(hours=1), notify=False)
    await story.run(minutes=5)
    assert story.cards("#2002") == []
    await story.run(hours=4)
    assert len(story.cards("#2002")) == 1


async def test_a_card_that_changes_ten_times_is_updated_once(story):
    failed(story)
    await story.run(minutes=5)
    card = story.card("#2001")
    before = len(story.workspace.called("chat.update"))
    for user in ("U0ALEX", "U0BO") * 5:
        await story.workspace.click(story.card("#2001"), "gap.claim", user, value=_target(card))
    await story.settle()
    assert len(story.workspace.called("chat.update")) <= before + 2
    assert story.card("#2001").ts == card.ts


def _target(card):
    return next(
        element["value"]
        for block in card.blocks
        for element in block.get("elements", [])
        if "value" in element
    )


async def test_claiming_names_the_owner_on_the_card_and_in_the_thread(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0BO")
    card = story.card("#2001")
    assert "<@U0BO>" in card.words
    assert "Release" in card.buttons
    assert any("<@U0BO> claimed it" in line for line in story.thread("#2001"))
    [gap] = await story.gaps(state="claimed")
    assert gap.owner == "U0BO"


async def test_the_second_to_claim_is_told_who_was_first_and_may_take_over(story):
    failed(story)
    await story.run(minutes=5)
    shown_to_both = story.card("#2001")
    await story.click("#2001", "Claim", "U0ALEX", card=shown_to_both)
    await story.click("#2001", "Claim", "U0BO", card=shown_to_both)
    word = story.workspace.ephemerals("U0BO")[-1]
    assert "<@U0ALEX>" in word.words
    [gap] = await story.gaps()
    assert gap.owner == "U0ALEX"

    await story.click("#2001", "Take over", "U0BO", card=word)
    [gap] = await story.gaps()
    assert gap.owner == "U0BO"


async def test_a_click_on_a_stale_card_has_no_effect_but_a_word_and_a_fresh_card(story):
    _order, label = failed(story)
    await story.run(minutes=5)
    stale = story.card("#2001")
    story.world.resend_notification(label)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0ALEX", card=stale)
    assert "resolved" in story.told("U0ALEX").casefold()
    [gap] = await story.gaps(state="resolved")
    assert gap.owner is None


async def test_resolved_while_both_systems_disagree_reopens_in_the_same_card(story):
    failed(story)
    await story.run(minutes=5)
    card = story.card("#2001")
    await story.click("#2001", "Resolved", "U0ALEX")
    assert "still disagree" in story.told("U0ALEX")
    assert await story.gaps() == []

    await story.run(minutes=30)
    assert await story.gaps() == [], "before the verify window nothing reopens"
    await story.run(minutes=31)
    [gap] = await story.gaps()
    assert gap.reopened == 1
    assert story.card("#2001").ts == card.ts
    assert any("<@U0ALEX>" in line and "Reopened" in line for line in story.thread("#2001"))


async def test_resolved_after_mending_is_confirmed_by_both_systems(story):
    _order, label = failed(story)
    await story.run(minutes=5)
    story.world.resend_notification(label)
    await story.click("#2001", "Resolved", "U0CAM")
    assert "they agree" in story.told("U0CAM")
    [gap] = await story.gaps(state="resolved")
    assert (gap.resolution, gap.resolved_by) == ("verified", "U0CAM")


async def test_a_snooze_is_repeated_in_the_persons_own_time_and_ends_by_itself(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Snooze", "U0BO")
    [modal] = story.workspace.modals("U0BO")
    [choice] = [block for block in modal.blocks if block["type"] == "input"][:1]
    await story.workspace.submit(modal, {choice["block_id"]: "1 hour"}, "U0BO")
    await story.settle()
    assert "17:05" in story.told("U0BO"), "10:05 in New York is 16:05 in Berlin"
    assert [gap.order for gap in await story.gaps(state="snoozed")] == ["#2001"]
    assert "Wake" in story.card("#2001").buttons

    story.clock.move(minutes=62)
    await story.deliver()
    assert [gap.order for gap in await story.gaps(state="open")] == ["#2001"]
    assert any("snooze has ended" in line for line in story.thread("#2001"))


async def test_an_order_that_shipstation_never_got_is_told_and_heals_when_imported(story):
    missing = story.world.order("#2003", age=timedelta(hours=6))
    later = story.world.order("#2004", age=timedelta(hours=2))
    story.world.import_order(later, age=timedelta(hours=1))
    await story.run(minutes=5)
    [gap] = await story.gaps(kind="import.missing")
    assert gap.order == "#2003"
    story.world.import_order(missing)
    await story.run(minutes=5)
    assert "Healed by itself" in story.card("#2003").words


async def test_an_order_that_waits_past_the_cutoff_is_told_that_afternoon(story):
    order = story.world.order("#2005", age=timedelta(hours=20))
    story.world.import_order(order, age=timedelta(hours=19))
    await story.run(hours=4, minutes=55)
    [warning] = await story.gaps()
    assert (warning.kind, story.cards("#2005")) == ("aging.at_risk", [])
    await story.run(hours=1)
    [gap] = await story.gaps()
    assert "Awaiting" in story.card("#2005").words
    assert (gap.order, gap.kind) == ("#2005", "aging.past_cutoff")
    story.world.label(order, notify=True)
    await story.run(minutes=5)
    assert await story.gaps() == []


async def test_nothing_was_ever_written_to_shopify_or_shipstation(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Resolved", "U0ALEX")
    await story.run(hours=2)
    assert story.world.writes_attempted == 0


async def test_a_deleted_card_is_posted_again_once(story):
    failed(story)
    await story.run(minutes=5)
    first = story.card("#2001")
    story.workspace.delete(first)
    await story.run(hours=20)  # a day after the label it is worse, which redraws the card
    await story.deliver()
    again = story.card("#2001")
    assert again.ts != first.ts
