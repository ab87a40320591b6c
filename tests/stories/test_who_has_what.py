"""Ownership that holds: given away, left lying, nobody's, and somebody who has left the company."""

from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.anyio


def failed(story, number=2001, *, hours=5):
    """An order whose parcel left some hours ago, and of which Shopify was never told; high after a day."""
    order = story.world.order(f"#{number}", age=timedelta(hours=hours + 4))
    story.world.import_order(order, age=timedelta(hours=hours + 3))
    return story.world.label(order, age=timedelta(hours=hours), notify="Refused by Shopify")


async def owner(story):
    [gap] = await story.gaps()
    return gap.owner


# ---------------------------------------------------------------- given to somebody


async def test_a_gap_is_given_to_somebody_who_hears_of_it_with_the_evidence_and_the_card(story):
    failed(story)
    await story.run(minutes=5)
    window = await story.choose("#2001", "Assign…")
    await story.submit(window, {"to": "U0BO"})
    assert await owner(story) == "U0BO"
    assert "<@U0ALEX> gave it to <@U0BO>." in story.thread("#2001")[-1]
    [word] = story.direct("U0BO")
    assert word.startswith("<@U0ALEX> gave it to you.")
    assert "#2001" in word
    assert "Refused by Shopify" in word
    card = story.card("#2001")
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}|See its card>" in word
    assert story.direct("U0ALEX") == []


async def test_given_on_both_hear_of_it(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0BO")
    window = await story.choose("#2001", "Reassign or take over…")
    await story.submit(window, {"to": "U0CAM"})
    assert await owner(story) == "U0CAM"
    [lost], [got] = story.direct("U0BO"), story.direct("U0CAM")
    assert lost.startswith("<@U0ALEX> gave it to <@U0CAM>. It is no longer yours.")
    assert got.startswith("<@U0ALEX> gave it to you.")


async def test_whoever_asks_is_the_first_answer_and_takes_over(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0BO")
    await story.submit(await story.choose("#2001", "Reassign or take over…"), {})
    assert await owner(story) == "U0ALEX"
    assert story.direct("U0BO")[-1].startswith("<@U0ALEX> took it over from you.")


@pytest.mark.parametrize(
    ("to", "why"), [("U0GUEST", "is a guest"), ("U0STRANGER", "is not an active member of this workspace")]
)
async def test_only_who_may_act_can_be_given_a_gap(story, to, why):
    failed(story)
    await story.run(minutes=5)
    await story.submit(await story.choose("#2001", "Assign…"), {"to": to})
    assert why in story.told()
    assert await owner(story) is None
    assert story.direct(to) == []


async def test_who_cannot_be_written_to_hears_of_it_in_the_thread(story):
    failed(story)
    await story.run(minutes=5)
    window = await story.choose("#2001", "Assign…")
    story.workspace.messages_tab = False
    await story.submit(window, {"to": "U0BO"})
    await story.look_around(minutes=1)
    said = story.thread("#2001")
    assert story.direct("U0BO") == []
    assert sum("gave it to you" in line for line in said) == 1


# ---------------------------------------------------------------- left lying


async def test_an_owner_is_reminded_once_in_their_own_working_hours(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0CAM")
    await story.look_around(hours=24, minutes=-1)
    assert story.direct("U0CAM") == [], "a normal gap may lie for a day"
    await story.look_around(minutes=2)
    assert story.direct("U0CAM") == [], "10:06 in New York is 7:06 in Los Angeles"
    await story.look_around(minutes=54)
    [word] = story.direct("U0CAM")
    assert word.startswith("You have had it since")
    assert "it is still there" in word
    for _ in range(3):
        await story.look_around(hours=25)
    assert len(story.direct("U0CAM")) == 1
    assert story.thread("#2001") == ["<@U0CAM> claimed it."], "nobody is shamed in front of all"


@pytest.mark.parametrize(
    ("claimed", "early", "told"),
    [
        # Berlin goes on to summer time on Sunday 28 March 2027: on Monday eight o'clock is 6:00 UTC, not 7:00
        (datetime(2027, 3, 26, 16, 30, tzinfo=UTC), "2027-03-29T05:59+00:00", "2027-03-29T06:00+00:00"),
        # and back to winter time on Sunday 31 October 2027: eight o'clock is 7:00 UTC, not 6:00
        (datetime(2027, 10, 29, 15, 30, tzinfo=UTC), "2027-11-01T06:59+00:00", "2027-11-01T07:00+00:00"),
    ],
)
async def test_the_owners_hours_are_those_of_their_clock_on_both_daylight_saving_days(
    story, claimed, early, told
):
    story.clock.move(seconds=(claimed - story.clock.now()).total_seconds())
    failed(story)
    await story.run(minutes=0)
    await story.click("#2001", "Claim", "U0BO")
    await story.look_around(seconds=(datetime.fromisoformat(early) - story.clock.now()).total_seconds())
    assert story.direct("U0BO") == []
    await story.look_around(seconds=(datetime.fromisoformat(told) - story.clock.now()).total_seconds())
    assert len(story.direct("U0BO")) == 1


async def test_who_has_mended_it_meanwhile_is_not_reminded(story):
    label = failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0ALEX")
    story.world.resend_notification(label)
    await story.run(minutes=5)
    await story.look_around(hours=25)
    assert story.direct("U0ALEX") == []


# ---------------------------------------------------------------- nobody's


async def test_nobody_is_called_where_the_settings_name_nobody(story):
    failed(story, hours=25)
    await story.run(minutes=5)
    await story.look_around(hours=25)
    assert story.thread("#2001") == []


# ---------------------------------------------------------------- somebody who left


async def test_the_gaps_of_somebody_who_left_are_unowned_again(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0BO")
    story.workspace.deactivate("U0BO")
    await story.look_around(minutes=61)
    assert await owner(story) is None
    assert story.thread("#2001")[-1] == "<@U0BO> is no longer in this workspace. It is unowned."
    assert "Claim" in story.card("#2001").buttons
    await story.look_around(hours=30)
    assert len(story.thread("#2001")) == 2


async def test_a_slack_that_is_silent_takes_nothing_from_anybody(story):
    failed(story)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0BO")
    story.workspace.fail_next("users.info", "internal_error", times=5)
    await story.look_around(minutes=61)
    assert await owner(story) == "U0BO"


# ---------------------------------------------------------------- worse


async def test_what_gets_worse_wakes_and_tells_its_owner(story):
    failed(story, hours=20)
    await story.run(minutes=5)
    await story.click("#2001", "Claim", "U0BO")
    await story.click("#2001", "Snooze…", "U0BO")
    [window] = story.workspace.modals("U0BO")
    await story.submit(window, {"until": "Tomorrow 9:00"}, "U0BO")
    await story.run(hours=4)
    [gap] = await story.gaps()
    assert gap.state(story.clock.now()) == "claimed"
    assert story.thread("#2001")[-1] == "It is worse: now high, it was normal. That ends its snooze."
    assert story.direct("U0BO")[-1].startswith("It is worse: now high, it was normal.")
