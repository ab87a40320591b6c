from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.cards import card
from bot.slack.wording import history, line

pytestmark = pytest.mark.anyio


async def open_snooze(front, gap, user="U0ALEX"):
    await front.slack.click(await front.show(gap), "Snooze…", user)
    return await front.modal(user)


async def open_reason(front, gap, choice):
    await front.slack.choose(await front.show(gap), "gap.more", choice)
    return await front.modal()


def choices(view) -> list[str]:
    block = next(one for one in view.blocks if one.get("block_id") == "until")
    return [choice["text"]["text"] for choice in block["element"]["options"]]


async def test_the_choices_are_on_the_clock_of_the_person_who_asks(front):
    gap = await front.open_gap()
    assert choices(await open_snooze(front, gap, "U0ALEX"))[0] == "1 hour (until 11:00)"
    assert choices(await open_snooze(front, gap, "U0BO"))[0] == "1 hour (until 17:00)"


async def test_without_a_zone_of_their_own_the_store_s_counts(front):
    front.slack.people["U0BO"] = type(front.slack.people["U0BO"])("U0BO", "Bo", "Bo", "Etc/UTC")
    gap = await front.open_gap()
    view = await open_snooze(front, gap, "U0BO")
    assert choices(view)[0] == "1 hour (until 16:00)"


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("1 hour (until 11:00)", datetime(2026, 11, 23, 16, tzinfo=UTC)),
        ("4 hours (until 14:00)", datetime(2026, 11, 23, 19, tzinfo=UTC)),
        ("Tomorrow 9:00 (Tuesday 24 November)", datetime(2026, 11, 24, 14, tzinfo=UTC)),
        ("Next working day 9:00 (Tuesday 24 November)", datetime(2026, 11, 24, 14, tzinfo=UTC)),
    ],
)
async def test_a_snooze_lasts_until_the_time_that_was_shown(front, choice, until):
    gap = await front.open_gap()
    view = await open_snooze(front, gap)
    await front.slack.submit(view, {"until": choice})
    snoozed = await front.until(gap, "snoozed")
    assert (snoozed.snoozed_until, snoozed.snoozed_by) == (until, "U0ALEX")


async def test_the_chosen_time_is_repeated_back_on_the_person_s_own_clock(front):
    gap = await front.open_gap()
    await front.slack.submit(await open_snooze(front, gap, "U0BO"), user="U0BO")
    word = (await front.told("U0BO")).words
    assert word == "*Order #1234:* Snoozed until Monday 23 November, 17:00, your time (Europe/Berlin)."


async def test_a_time_of_one_s_own_counts_instead_of_the_choice(front):
    gap = await front.open_gap()
    own = front.clock.now() + timedelta(days=3)
    await front.slack.submit(await open_snooze(front, gap), {"own": int(own.timestamp())})
    assert (await front.until(gap, "snoozed")).snoozed_until == own


@pytest.mark.parametrize(("days", "wrong"), [(-1, "has passed"), (91, "more than 90 days")])
async def test_a_time_that_cannot_be_is_refused_in_the_window(front, days, wrong):
    gap = await front.open_gap()
    own = front.clock.now() + timedelta(days=days)
    view = await open_snooze(front, gap)
    await front.slack.submit(view, {"own": int(own.timestamp())})
    errors = dict((await front.modal()).errors)
    assert wrong in errors["own"]
    assert (await front.gap(gap.id)).snoozed_until is None


async def test_one_s_own_time_has_to_be_given_when_it_is_chosen(front):
    gap = await front.open_gap()
    view = await open_snooze(front, gap)
    await front.slack.submit(view, {"until": "A date and time of your own, below"})
    assert "Choose a date and time here" in dict((await front.modal()).errors)["own"]


async def test_a_window_is_not_opened_from_a_stale_card(front):
    gap = await front.open_gap()
    stale = await front.show(gap)
    await front.slack.click(stale, "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.slack.click(stale, "Snooze…", "U0ALEX")
    assert "The card had changed meanwhile" in (await front.told("U0ALEX")).words
    assert front.slack.modals("U0ALEX") == []


async def test_what_changed_while_the_window_was_open_wins(front):
    gap = await front.open_gap()
    view = await open_snooze(front, gap)
    await front.slack.click(await front.show(gap), "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.slack.submit(view)
    assert "The card had changed meanwhile. It is claimed by <@U0BO>." in (await front.told()).words
    assert (await front.gap(gap.id)).snoozed_until is None


async def test_a_window_that_came_too_late_is_excused(front):
    gap = await front.open_gap()
    front.slack.fail_next("views.open", "expired_trigger_id")
    await front.slack.click(await front.show(gap), "Snooze…")
    assert "please press again" in (await front.told()).words


async def test_a_guest_may_not_snooze_from_a_window_either(front):
    gap = await front.open_gap()
    view = await open_snooze(front, gap)
    await front.slack.submit(view, user="U0GUEST")
    assert "Guests cannot act" in (await front.told("U0GUEST")).words
    assert (await front.gap(gap.id)).snoozed_until is None


async def test_not_a_gap_closes_it_with_the_reason(front):
    gap = await front.open_gap()
    view = await open_reason(front, gap, "Not a gap…")
    await front.slack.submit(view, {"reason": "A test or internal order", "note": "Mine."})
    closed = await front.until(gap, "resolved")
    assert (closed.resolution, closed.resolved_by) == ("not_a_gap", "U0ALEX")
    assert closed.reason == "A test or internal order. Mine."


async def test_accepted_closes_it_with_the_reason(front):
    gap = await front.open_gap()
    view = await open_reason(front, gap, "Accepted…")
    await front.slack.submit(view, {"reason": "The customer has been told"})
    closed = await front.until(gap, "resolved")
    assert (closed.resolution, closed.reason) == ("accepted", "The customer has been told")


async def test_a_note_cannot_mention_link_or_format_anything_on_the_card_and_in_the_thread(front):
    gap = await front.open_gap()
    note = "<!channel> @here <@U0BO> *bold* `x` https://evil.example\nsecond\u202e line"
    view = await open_reason(front, gap, "Not a gap…")
    await front.slack.submit(view, {"reason": "Something else (say what)", "note": note})
    closed = await front.until(gap, "resolved")
    event = (await front.history(gap.id))[-1]
    said = [card(closed, front.clock.now()), line(event, closed), history([event], closed)]
    for message in said:
        for live in ("<!channel", "@here", "<@U0BO", "*bold*", "`x`", "https://evil", "\u202e"):
            assert live not in f"{message.text} {message.blocks}"


@pytest.mark.parametrize("choice", ["Not a gap…", "Accepted…"])
async def test_a_guest_may_not_close_it_from_a_window_either(front, choice):
    gap = await front.open_gap()
    view = await open_reason(front, gap, choice)
    values = {"reason": "Something else (say what)", "note": "Mine."}
    await front.slack.submit(view, values, user="U0GUEST")
    assert "Guests cannot act" in (await front.told("U0GUEST")).words
    assert (await front.gap(gap.id)).resolved_at is None


async def test_something_else_needs_a_note(front):
    gap = await front.open_gap()
    view = await open_reason(front, gap, "Accepted…")
    await front.slack.submit(view, {"reason": "Something else (say what)"})
    assert "few words" in dict((await front.modal()).errors)["note"]
    assert (await front.gap(gap.id)).resolved_at is None
