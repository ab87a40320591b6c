import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import SourceRefused
from bot.lookup import OrderView
from storage.facts import Fulfillment, Order, Shipment, ShipStationOrder, Tracking

pytestmark = pytest.mark.anyio


def order(now, name="#1234", order_id="6001", **changes) -> Order:
    shown = Order(order_id, name, now, now, now, now, "PAID", "UNFULFILLED")
    return replace(shown, **changes)


def view(now, verdict="healthy", why="Everything agrees.", **changes) -> OrderView:
    shown = OrderView("#1234", "main", verdict, why, now, shopify=order(now))
    return replace(shown, **changes)


async def ask(front, text, user="U0ALEX"):
    await front.slack.command("/stuck", text, user)
    return await front.told(user)


@pytest.mark.parametrize("text", ["", "help", "  HELP "])
async def test_without_a_word_the_help_comes_privately(front, text):
    said = await ask(front, text)
    for command in ("/stuck summary", "/stuck order 1234", "/stuck mine", "/stuck help"):
        assert command in said.words
    assert front.slack.messages() == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("sumary", "/stuck summary"),
        ("ordr", "/stuck order"),
        ("Mien", "/stuck mine"),
        ("1234", "/stuck order 1234"),
    ],
)
async def test_an_unknown_word_suggests_the_nearest(front, typed, meant):
    said = (await ask(front, typed)).words
    assert f"Did you mean `{meant}`?" in said
    assert "/stuck help" in said


async def test_an_unknown_word_cannot_mention_anybody(front):
    assert "<!channel>" not in (await ask(front, "<!channel>")).words


async def test_nothing_is_stuck_only_after_a_fresh_complete_run(front):
    await front.complete_run()
    assert "Nothing is stuck" in (await ask(front, "summary")).words
    front.clock.move(minutes=16)
    await front.slack.command("/stuck", "summary")
    old = (await front.told(count=2)).words
    assert "Nothing is stuck" not in old
    assert "the picture is old" in old


async def test_before_the_first_complete_run_nothing_is_claimed(front):
    await front.complete_run(error="ShipStation did not answer.")
    said = (await ask(front, "summary")).words
    assert "Nothing is stuck" not in said
    assert "main has never been read completely. ShipStation did not answer." in said


async def test_while_somebody_s_resolved_is_doubted_nothing_is_not_said(front):
    await front.complete_run()
    gap = await front.open_gap()
    front.gone = False
    await front.slack.click(await front.show(gap), "Resolved")
    await front.told()
    await front.slack.command("/stuck", "summary")
    said = (await front.told(count=2)).words
    assert "Nothing is stuck" not in said
    assert "Resolved, but not confirmed yet:* 1 (#1234)" in said


async def test_the_summary_counts_what_there_is(front):
    await front.complete_run()
    mine = await front.open_gap("6001", "#1001")
    await front.open_gap("6002", "#1002", since=front.clock.now() - timedelta(days=3))
    await front.slack.click(await front.show(mine), "Claim")
    await front.until(mine, "claimed")
    said = (await ask(front, "summary")).words
    assert "2 gaps, 1 unowned" in said
    assert "*Unowned:* 1 (#1002)" in said
    assert "*Oldest:* *Order #1002*" in said
    assert "*Resolved today:* none" in said


async def test_mine_lists_what_i_have_with_buttons(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim")
    await front.until(gap, "claimed")
    said = await ask(front, "mine")
    assert "1 gap claimed by you" in said.words
    assert said.buttons[:3] == ["Resolved", "Snooze…", "Release"]


async def test_mine_is_empty_without_a_claim(front):
    assert "Nothing is claimed by you." in (await ask(front, "mine")).words


async def test_a_button_in_mine_works_like_one_on_the_card(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim")
    await front.until(gap, "claimed")
    await front.slack.click(await ask(front, "mine"), "Release")
    await front.slack.wait_for(lambda: front.nudges == 2)
    assert (await front.gap(gap.id)).owner is None


@pytest.mark.parametrize(
    ("verdict", "title"),
    [("healthy", "Healthy"), ("waiting", "waiting"), ("not_tracked", "Not tracked"), ("gap", "Stuck")],
)
async def test_every_verdict_is_explained(front, verdict, title):
    front.views["1234"] = (view(front.clock.now(), verdict, "This is why."),)
    await front.slack.command("/stuck", "order 1234")
    said = (await front.told()).words
    assert title in said
    assert "This is why." in said


async def test_who_waits_long_for_an_answer_is_told_so(front, monkeypatch):
    monkeypatch.setattr("bot.slack.clicks.SLOW", 0.01)
    released = asyncio.Event()

    async def look(number):
        await released.wait()
        return (view(front.clock.now()),)

    front.look = look
    assert (await ask(front, "order 1234")).words == "Asking both systems…"
    released.set()
    assert "Everything agrees." in (await front.told(count=2)).words


async def test_an_order_shows_what_each_side_says(front):
    now = front.clock.now()
    told = Fulfillment("1", "#1234-F1", "SUCCESS", None, now, now, 1, (Tracking("1Z9"),))
    shopify = order(now, fulfillment_status="FULFILLED", fulfillments=(told,))
    theirs = ShipStationOrder(7, "1234", "6001", "shipped", 1, now, now, now, merged_ids=(8,))
    label = Shipment(9, "label", 7, "1234", now, now, tracking="1Z9", notified=False, notify_error="HTTP 500")
    front.views["1234"] = (view(now, shopify=shopify, shipstation=(theirs,), shipments=(label,)),)
    await front.slack.command("/stuck", "order 1234")
    said = (await front.told()).words
    assert "tracking 1Z9" in said
    assert "Order 1234: shipped, combined from 1 other order" in said
    assert "notifying Shopify failed: HTTP 500" in said


async def test_an_unknown_order_says_so(front):
    await front.slack.command("/stuck", "order 9")
    assert "Neither system shows it." in (await front.told()).words


async def test_a_side_that_cannot_be_read_is_named(front):
    front.views["1234"] = (view(front.clock.now(), error="ShipStation refused the key."),)
    await front.slack.command("/stuck", "order 1234")
    assert "ShipStation refused the key." in (await front.told()).words


async def test_a_failure_to_look_says_what_to_do(front):
    async def refuse(number):
        raise SourceRefused("shopify", "Shopify said no.", todo="Renew the token.")

    front.look = refuse
    await front.slack.command("/stuck", "order 1234")
    assert "Shopify said no. Renew the token." in (await front.told()).words


async def test_the_gaps_of_an_order_can_be_acted_on_from_its_answer(front):
    gap = await front.open_gap()
    front.views["1234"] = (view(front.clock.now(), "gap", gaps=(gap,)),)
    await front.slack.command("/stuck", "order 1234")
    await front.slack.click(await front.told(), "Claim")
    assert (await front.until(gap, "claimed")).owner == "U0ALEX"


async def test_several_orders_of_one_number_are_offered_to_choose_from(front):
    now = front.clock.now()
    first = view(now, order="#1234", why="The first.")
    second = view(now, order="#1234", why="The second.", shopify=order(now, order_id="6002"))
    front.views["1234"] = (first, second)
    await front.slack.command("/stuck", "order 1234")
    offered = await front.told()
    assert offered.buttons == ["Show", "Show"]
    value = offered.blocks[2]["accessory"]["value"]
    pressed = replace(offered, blocks=(offered.blocks[2],))
    assert value.startswith("main|6002|")
    await front.slack.click(pressed, "Show")
    await front.slack.wait_for(
        lambda: any("The second." in one.words for one in front.slack.ephemerals("U0ALEX"))
    )


async def test_a_bar_in_what_was_typed_is_looked_up_as_typed(front):
    asked: list[str] = []

    async def look(number):
        asked.append(number)
        return (view(front.clock.now()),)

    front.look = look
    assert "Everything agrees." in (await ask(front, "order 12|34")).words
    assert asked == ["12|34"]


async def test_order_without_a_number_asks_for_one(front):
    assert "Which order?" in (await ask(front, "order")).words


@pytest.mark.parametrize("text", ["summary", "mine"])
async def test_an_answer_can_be_shared_and_says_who_shared_it(front, text):
    await front.complete_run()
    await front.slack.click(await ask(front, text), "Share in channel")
    await front.slack.wait_for(front.slack.messages)
    shared = front.slack.messages()[0]
    assert "Shared by <@U0ALEX>" in shared.words
    assert shared.buttons == []


async def test_an_order_is_read_again_when_it_is_shared(front):
    front.views["1234"] = (view(front.clock.now()),)
    await front.slack.command("/stuck", "order 1234")
    answer = await front.told()
    front.views["1234"] = (view(front.clock.now(), why="It is different now."),)
    await front.slack.click(answer, "Share in channel")
    await front.slack.wait_for(front.slack.messages)
    assert "It is different now." in front.slack.messages()[0].words


async def test_a_guest_hears_nothing_about_orders(front):
    front.views["1234"] = (view(front.clock.now()),)
    await front.slack.command("/stuck", "order 1234", "U0GUEST")
    assert "Guests cannot" in (await front.told("U0GUEST")).words
    assert not any("Everything agrees" in one.words for one in front.slack.ephemerals("U0GUEST"))


async def test_what_cannot_be_shared_any_more_says_so(front):
    front.views["1234"] = (view(front.clock.now()),)
    await front.slack.command("/stuck", "order 1234")
    answer = await front.told()

    async def look(number):
        front.clock.move(minutes=31)
        return front.views[number]

    front.look = look
    await front.slack.click(answer, "Share in channel")
    assert "could not be shared" in (await front.told(count=2)).words
    assert front.slack.messages() == []


async def test_an_answer_that_comes_after_half_an_hour_still_arrives_privately(front):
    async def look(number):
        front.clock.move(minutes=31)
        return (view(front.clock.now()),)

    front.look = look
    assert "Everything agrees." in (await ask(front, "order 1234")).words


# ---------------------------------------------------------------- list


async def test_the_list_shows_what_was_asked_for_oldest_first_with_buttons(front):
    old = await front.open_gap("6001", "#1001", since=front.clock.now() - timedelta(days=3))
    await front.open_gap("6002", "#1002")
    said = await ask(front, "list")
    assert said.words.index("#1001") < said.words.index("#1002")
    assert "2 gaps, oldest first" in said.words
    await front.slack.click(said, "Claim", "U0ALEX")
    await front.until(old, "claimed")
    await front.slack.command("/stuck", "list me", "U0ALEX")
    said = (await front.told("U0ALEX", count=2)).words
    assert "#1001" in said
    assert "#1002" not in said
    assert "1 gap for “me”" in said


async def test_a_list_without_gaps_and_one_that_is_not_understood_say_what_to_type(front):
    await front.open_gap()
    said = (await ask(front, "list import >1d")).words
    assert "No gap for “import &gt;1d”" in said
    await front.slack.command("/stuck", "list sinc", "U0ALEX")
    said = (await front.told("U0ALEX", count=2)).words
    assert "Did you mean `sync`" in said
    assert "/stuck list import unowned" in said


async def test_a_shared_list_stands_in_the_channel_without_buttons(front):
    await front.open_gap()
    said = await ask(front, "list sync")
    await front.slack.click(said, "Share in channel", "U0ALEX")
    await front.slack.wait_for(front.slack.messages)
    shared = front.slack.messages()[0]
    assert "1 gap for “sync”" in shared.words
    assert shared.buttons == []


async def test_a_long_list_is_cut_and_says_so(front):
    for number in range(20):
        await front.open_gap(str(6000 + number), f"#{1000 + number}")
    said = await ask(front, "list")
    assert "and 5 more" in said.words
    assert len(said.blocks) <= 50
