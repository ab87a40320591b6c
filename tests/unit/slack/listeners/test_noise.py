"""`/stuck noise`: what was noise, what would have removed it, and a proposal applied after a look at it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack import replies
from bot.slack.noise import words
from bot.slack.tuning.words import aloud
from storage.mirror import Mirror
from storage.overrides import Overrides
from storage.queue import Judged, Queue
from tests.unit.slack.listeners.conftest import owed

pytestmark = pytest.mark.anyio

TEST = "A test or internal order"
TAG = "<!channel> *Whole*sale"
"""Somebody's tag, which must neither call nor format."""
SHOWN = "&lt;!channel&gt; \N{ASTERISK OPERATOR}whole\N{ASTERISK OPERATOR}sale"


async def found(front, number, *tags):
    """An order with these tags that is stuck, in the mirror and in the queue."""
    order_id, name = str(6000 + number), f"#{1000 + number}"
    await front.remembered(order_id, name)
    async with front.database.write() as session:
        mirror = Mirror(session, "main")
        [rows] = (await mirror.load([order_id])).values()
        await mirror.save_orders([replace(rows.order, tags=tags, updated_at=front.clock.now())])
    return await front.open_gap(order_id, name)


async def closed(front, number, *tags, reason=TEST, resolution="not_a_gap"):
    gap = await found(front, number, *tags)
    async with front.database.write() as session:
        queue = Queue(session, front.clock.now())
        await queue.resolve(gap.id, "U0ANN", resolution=resolution, reason=reason)


async def healed(front, *numbers, after=timedelta(minutes=50)):
    """Gaps that go away again before anybody has seen them."""
    gaps = [await found(front, number) for number in numbers]
    front.clock.move(seconds=after.total_seconds())
    gone = [Judged(gap.subject, gap.order_id, gap.order) for gap in gaps]
    async with front.database.write() as session:
        await Queue(session, front.clock.now()).apply("main", gone)


@pytest.fixture
def front(front, remembered):
    front.remembered = remembered
    return front


@pytest.fixture
async def wholesale(front):
    """Three orders with one tag that were no gaps, one with it that is open, and one without it."""
    for number in (1, 2, 3):
        await closed(front, number, TAG)
    await found(front, 4, TAG)
    await found(front, 5)
    return front


async def asked(front, user="U0ALEX", text=""):
    already = len(front.slack.ephemerals(user))
    await front.slack.command("/stuck", f"noise {text}".strip(), user)
    return await front.told(user, count=already + 1)


async def previewed(front, user="U0ALEX"):
    """Ask, press the first Preview, and wait until its window is filled."""
    answer = await asked(front, user)
    await front.slack.click(answer, "Preview…", user)
    await front.slack.wait_for(lambda: [v for v in front.slack.modals(user) if "Counting" not in v.words])
    return front.slack.modals(user)[-1]


async def history(front):
    async with front.database.read() as session:
        return await Overrides(session, front.clock.now()).history("main")


async def test_it_counts_each_kind_and_proposes_what_would_have_removed_the_noise(wholesale):
    await closed(wholesale, 6, resolution="accepted", reason="The customer has been told")
    answer = await asked(wholesale)
    assert "*main:* 4 gaps ended in the last 30 days, 3 of them noise." in answer.words
    assert f"Shipped, but unfulfilled in Shopify: shown 4, noise 3 (75 %), mostly: {TEST}" in answer.words
    assert f"*Leave orders with the tag “{SHOWN}” alone.*" in answer.words
    assert "It would have removed 3 gaps of noise and hidden no real one." in answer.words
    assert "It would have hidden 1 more that is open and nobody has touched." in answer.words
    assert answer.buttons == ["Preview…", "Share in channel"]


async def test_without_a_pattern_it_says_so(front):
    await closed(front, 1, TAG)
    answer = await asked(front)
    assert words.NO_PATTERN in answer.words
    assert answer.buttons == ["Share in channel"]


async def test_a_store_without_an_ended_gap_has_no_noise(front):
    assert "*main:* no gap ended in the last 30 days." in (await asked(front)).words


async def test_what_ended_earlier_is_not_looked_at(wholesale):
    wholesale.clock.move(days=31)
    assert words.NO_PATTERN in (await asked(wholesale)).words


async def test_an_unknown_store_is_asked_back(front):
    assert (await asked(front, text="mian")).words == "Which store? `/stuck noise main`."


async def test_shared_it_has_no_button(wholesale):
    await wholesale.slack.command("/stuck", "share noise", "U0ALEX")
    await wholesale.slack.wait_for(wholesale.slack.messages)
    [message] = wholesale.slack.messages()
    assert "It would have removed 3 gaps of noise" in message.words
    assert "Shared by <@U0ALEX>" in message.words
    assert message.buttons == []


async def test_the_button_shares_it(wholesale):
    await wholesale.slack.click(await asked(wholesale), "Share in channel", "U0ALEX")
    await wholesale.slack.wait_for(wholesale.slack.messages)
    [message] = wholesale.slack.messages()
    assert "3 of them noise" in message.words


# ---------------------------------------------------------------- preview


async def test_the_preview_says_what_would_change_and_what_would_leave(wholesale):
    view = await previewed(wholesale)
    assert f"*Tags that are left alone*, for main\nnone → *{SHOWN}*" in view.words
    assert "Noise: #1001, #1002, #1003" in view.words
    assert "Open, and nobody has touched it: #1004" in view.words
    leaves = (
        "1 gap would leave the queue with the next run: Order #1004 (Shipped, but unfulfilled in Shopify)."
    )
    assert leaves in view.words
    assert "#1005" not in view.words
    assert await history(wholesale) == [], "looking changes nothing"


async def test_a_window_is_open_before_anything_is_counted(wholesale):
    await wholesale.slack.click(await asked(wholesale), "Preview…", "U0ALEX")
    view = await wholesale.modal()
    await wholesale.slack.wait_for(lambda: wholesale.slack.called("views.update"))
    methods = [call.method for call in wholesale.slack.calls if call.method.startswith("views.")]
    assert methods == ["views.open", "views.update"]
    assert view.title == "Less noise"


async def test_ten_orders_are_named_and_the_rest_is_counted(front):
    for number in range(1, 13):
        await closed(front, number, "wholesale")
    view = await previewed(front)
    assert "#1010 and 2 more" in view.words
    assert "Nothing that is open now would leave the queue." in view.words


async def test_a_longer_window_says_how_much_later_the_real_ones_come(front):
    await healed(front, 1, 2, 3, 4)
    await found(front, 9)
    async with front.database.write() as session:
        [late] = await Queue(session, front.clock.now()).list()
        await Queue(session, front.clock.now()).claim(late.id, "U0ANN")
    answer = await asked(front)
    assert "*Shopify should know of a label within: 5h instead of 4h.*" in answer.words
    assert "hidden no real one. 1 other real one would have come 1h later." in answer.words
    view = await previewed(front)
    assert "4h → *5h*" in view.words
    assert "comes back when the longer time is over" not in view.words, "it was late by more than that"
    await front.slack.submit(view, {})
    await front.said("“Shopify should know of a label within” is 5h instead of 4h")
    assert front.live[0].rules.windows.notify == timedelta(hours=5)


async def test_what_only_waits_longer_leaves_and_may_come_back(front):
    await healed(front, 1, 2, 3, after=timedelta(hours=3))
    await found(front, 9)
    view = await previewed(front)
    assert "4h → *8h*" in view.words
    assert "1 gap would leave the queue with the next run: Order #1009" in view.words
    assert "What is not mended by then comes back when the longer time is over." in view.words


async def test_a_click_that_came_too_late_counts_nothing(wholesale):
    answer = await asked(wholesale)
    wholesale.slack.fail_next("views.open", "expired_trigger_id")
    await wholesale.slack.click(answer, "Preview…", "U0ALEX")
    await wholesale.said(replies.TOO_LATE)
    assert wholesale.slack.called("views.update") == []


async def test_a_window_that_was_closed_meanwhile_needs_nothing(wholesale):
    answer = await asked(wholesale)
    wholesale.slack.fail_next("views.update", "not_found")
    await wholesale.slack.click(answer, "Preview…", "U0ALEX")
    await wholesale.slack.wait_for(lambda: wholesale.slack.called("views.update"))
    assert len(wholesale.slack.ephemerals("U0ALEX")) == 1, "only the answer, and no word about a failure"


# ---------------------------------------------------------------- apply


async def test_applied_it_holds_at_once_and_history_says_who_and_why(wholesale):
    await wholesale.slack.submit(await previewed(wholesale), {})
    await wholesale.said("The next run judges by it; nothing is deleted.")
    assert wholesale.live[0].rules.exclude_tags == {TAG.casefold()}
    [change] = await history(wholesale)
    assert (change.person, change.key, change.after) == ("U0ALEX", "exclude_tags", [TAG.casefold()])
    assert change.why == "noise: would have removed 3 and hidden 1 in 30 days"
    assert words.NO_PATTERN in (await asked(wholesale)).words


async def test_the_channel_hears_it_in_one_line_that_calls_nobody_else(wholesale):
    await wholesale.slack.submit(await previewed(wholesale), {})
    await wholesale.said("Applied to main")
    [told] = await owed(wholesale)
    assert aloud(told).text == (
        f"<@U0ALEX> changed *Tags that are left alone* from none to {SHOWN.casefold()}. "
        "Why: noise: would have removed 3 and hidden 1 in 30 days"
    )


async def test_what_was_left_alone_in_slack_before_stays_left_alone(wholesale):
    await wholesale.live.revise("main", lambda _: {"exclude_tags": "vip"}, person="U0BO")
    await wholesale.slack.submit(await previewed(wholesale), {})
    await wholesale.said("Applied to main")
    assert wholesale.live[0].rules.exclude_tags == {"vip", TAG.casefold()}


async def test_a_preview_that_is_out_of_date_changes_nothing(wholesale):
    view = await previewed(wholesale)
    await wholesale.live.revise("main", lambda _: {"exclude_tags": ["vip"]}, person="U0BO")
    await wholesale.slack.submit(view, {})
    await wholesale.said(words.OUTDATED.replace("`/stuck noise` counts again.", ""))
    assert wholesale.live[0].rules.exclude_tags == {"vip"}
    assert await owed(wholesale) == []


async def test_another_setting_of_the_store_may_have_changed(wholesale):
    view = await previewed(wholesale)
    await wholesale.live.revise("main", lambda _: {"cutoff": "13:30"}, person="U0BO")
    await wholesale.slack.submit(view, {})
    await wholesale.said("Applied to main")


@pytest.mark.parametrize("key", ["exclude_tags", "windows.notify"])
async def test_a_proposal_that_is_no_longer_needed_cannot_be_applied(front, key):
    if key == "exclude_tags":
        for number in (1, 2, 3):
            await closed(front, number, "wholesale")
    else:
        await healed(front, 1, 2, 3)
    answer = await asked(front)
    value = ["wholesale"] if key == "exclude_tags" else "8h"
    await front.live.revise("main", lambda _: {key: value}, person="U0BO")
    await front.slack.click(answer, "Preview…", "U0ALEX")
    await front.slack.wait_for(lambda: front.slack.called("views.update"))
    view = front.slack.modals("U0ALEX")[-1]
    assert "The settings of this store have changed since that was counted." in view.words
    assert "submit" not in view.body


async def test_a_guest_may_neither_look_nor_apply(wholesale):
    answer = await asked(wholesale)
    await wholesale.slack.click(answer, "Preview…", "U0GUEST")
    await wholesale.said("Guests cannot act on orders.", "U0GUEST")
    view = await previewed(wholesale)
    await wholesale.slack.submit(view, {}, "U0GUEST")
    await wholesale.slack.wait_for(lambda: len(wholesale.slack.ephemerals("U0GUEST")) == 2)
    assert await history(wholesale) == []
