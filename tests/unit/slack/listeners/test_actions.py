import asyncio

import pytest

from storage.queue import Judged, Queue

pytestmark = pytest.mark.anyio


async def test_a_click_on_claim_makes_it_mine(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim")
    claimed = await front.until(gap, "claimed")
    assert claimed.owner == "U0ALEX"
    assert front.slack.ephemerals("U0ALEX") == []


async def test_a_claimed_gap_owes_its_card_anew(front):
    gap = await front.open_gap()
    await front.settle_notices()
    await front.slack.click(await front.show(gap), "Claim")
    await front.until(gap, "claimed")
    assert await front.card_is_owed(gap)


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(front):
    gap = await front.open_gap()
    card = await front.show(gap)
    await asyncio.gather(front.slack.click(card, "Claim", "U0ALEX"), front.slack.click(card, "Claim", "U0BO"))
    await front.slack.wait_for(lambda: front.nudges == 2)
    winner = (await front.gap(gap.id)).owner
    loser = "U0BO" if winner == "U0ALEX" else "U0ALEX"
    word = await front.told(loser)
    assert f"<@{winner}> claimed it first" in word.words
    assert word.buttons == ["Take over"]
    assert front.slack.ephemerals(winner) == []


async def test_the_loser_may_take_it_over(front):
    gap = await front.open_gap()
    card = await front.show(gap)
    await front.slack.click(card, "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.slack.click(card, "Claim", "U0ALEX")
    await front.slack.click(await front.told("U0ALEX"), "Take over", "U0ALEX")
    await front.slack.wait_for(lambda: front.nudges == 3)
    assert (await front.gap(gap.id)).owner == "U0ALEX"
    assert [event.code for event in await front.history(gap.id)] == ["opened", "claimed", "taken_over"]


async def test_claiming_twice_claims_once(front):
    gap = await front.open_gap()
    card = await front.show(gap)
    await front.slack.click(card, "Claim")
    await front.slack.click(card, "Claim")
    assert (await front.told()).words == "*Order #1234:* It is yours already."
    assert [event.code for event in await front.history(gap.id)] == ["opened", "claimed"]


async def test_release_gives_it_back(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim")
    await front.until(gap, "claimed")
    await front.slack.click(await front.show(gap), "Release")
    await front.slack.wait_for(lambda: front.nudges == 2)
    assert (await front.gap(gap.id)).owner is None


async def test_a_click_on_a_stale_card_changes_nothing_says_so_and_refreshes_the_card(front):
    gap = await front.open_gap()
    stale = await front.show(gap)
    await front.slack.click(stale, "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.settle_notices()
    await front.slack.click(stale, "Resolved", "U0ALEX")
    word = await front.told("U0ALEX")
    assert "The card had changed meanwhile. It is claimed by <@U0BO>." in word.words
    assert (await front.gap(gap.id)).resolved_at is None
    assert front.asked == []
    assert await front.card_is_owed(gap)


async def test_resolved_asks_both_systems_and_keeps_what_they_say_now(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Resolved")
    assert "they agree" in (await front.told()).words
    resolved = await front.gap(gap.id)
    assert (resolved.resolution, resolved.resolved_by) == ("verified", "U0ALEX")
    assert [each.value for each in resolved.finding.evidence] == ["Fulfilled"]
    assert front.asked == [gap.id]


async def test_resolved_against_the_systems_is_kept_as_doubted_and_said(front):
    gap = await front.open_gap()
    front.gone = False
    await front.slack.click(await front.show(gap), "Resolved")
    assert "still disagree" in (await front.told()).words
    doubted = await front.gap(gap.id)
    assert doubted.resolution == "unverified"
    assert doubted.verify_at is not None
    assert (doubted.verify_at - front.clock.now()).total_seconds() == 3600


async def test_resolved_while_a_system_is_silent_is_doubted_too_and_says_why(front):
    gap = await front.open_gap()
    front.gone = None
    await front.slack.click(await front.show(gap), "Resolved")
    assert "could not be confirmed. ShipStation did not answer." in (await front.told()).words
    assert (await front.gap(gap.id)).resolution == "unverified"


async def test_who_waits_long_for_the_systems_is_told_so(front, monkeypatch):
    monkeypatch.setattr("bot.slack.clicks.SLOW", 0.01)
    gap = await front.open_gap()
    released = asyncio.Event()
    front.answers = released.wait
    await front.slack.click(await front.show(gap), "Resolved")
    assert (await front.told()).words == "Asking both systems…"
    released.set()
    assert "they agree" in (await front.told(count=2)).words


async def test_resolving_what_healed_while_the_systems_were_asked_is_no_error(front):
    gap = await front.open_gap()

    async def heal() -> None:
        async with front.database.write() as session:
            well = Judged(gap.subject, gap.order_id, gap.order)
            await Queue(session, front.clock.now()).apply("main", [well])

    front.answers = heal
    await front.slack.click(await front.show(gap), "Resolved")
    assert "they agree" in (await front.told()).words
    assert (await front.gap(gap.id)).resolution == "healed"


async def test_resolved_twice_asks_and_resolves_once(front):
    gap = await front.open_gap()
    card = await front.show(gap)
    await front.slack.click(card, "Resolved")
    await front.told()
    await front.slack.click(card, "Resolved")
    assert "done already" in (await front.told(count=2)).words
    assert front.asked == [gap.id]


async def test_reopen_puts_it_back(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Resolved")
    await front.told()
    await front.slack.click(await front.show(gap), "Reopen")
    await front.slack.wait_for(lambda: front.nudges == 2)
    assert (await front.gap(gap.id)).resolved_at is None


async def test_the_history_is_told_privately(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.slack.click(await front.show(gap), "Resolved")
    await front.told()
    await front.slack.click(await front.show(gap), "Show history")
    said = (await front.told(count=2)).words
    assert "<@U0BO> claimed it." in said
    assert said.index("claimed") < said.index("Found")


@pytest.mark.parametrize(("who", "why"), [("U0GUEST", "Guests cannot act"), ("U0STRANGER", "Only members")])
async def test_guests_and_strangers_may_not_act(front, who, why):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim", who)
    assert why in (await front.told(who)).words
    assert (await front.gap(gap.id)).owner is None


async def test_nobody_acts_while_slack_does_not_say_who_they_are(front):
    gap = await front.open_gap()
    front.slack.fail_next("users.info", "internal_error")
    await front.slack.click(await front.show(gap), "Claim")
    assert "did not say who you are" in (await front.told()).words
    assert (await front.gap(gap.id)).owner is None


async def test_who_somebody_is_is_asked_once(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim")
    await front.until(gap, "claimed")
    await front.slack.click(await front.show(gap), "Release")
    await front.slack.wait_for(lambda: front.nudges == 2)
    assert len(front.slack.called("users.info")) == 1


async def test_a_gap_that_is_no_longer_there_is_named_as_gone(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim", value="nothing:1")
    assert "no longer in the queue" in (await front.told()).words


async def test_a_listener_that_breaks_tells_the_person_what_to_do(front):
    gap = await front.open_gap()

    async def broken() -> None:
        raise RuntimeError("secret-of-the-system")

    front.answers = broken
    await front.slack.click(await front.show(gap), "Resolved")
    word = (await front.said("Something went wrong")).words
    assert "secret-of-the-system" not in word
    assert (await front.gap(gap.id)).resolved_at is None


async def test_every_click_is_acknowledged_before_the_work_is_done(front):
    gap = await front.open_gap()
    released = asyncio.Event()
    front.answers = released.wait
    ack = await front.slack.click(await front.show(gap), "Resolved")
    assert ack.error is None
    assert (await front.gap(gap.id)).resolved_at is None
    released.set()
    await front.told()


async def test_a_click_that_changes_nothing_has_the_card_drawn_again(front):
    gap = await front.open_gap()
    stale = await front.show(gap)
    await front.slack.click(stale, "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.settle_notices()
    await front.slack.click(stale, "Claim", "U0ALEX")
    await front.told("U0ALEX")
    assert await front.card_is_owed(gap)
