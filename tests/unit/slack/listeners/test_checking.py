"""The message shortcut “Check this order”."""

from dataclasses import replace

import pytest

from bot.lookup import OrderView
from bot.slack.checking import CALLBACK

pytestmark = pytest.mark.anyio

LINK = "https://admin.shopify.com/store/acme/orders/6001"


@pytest.fixture
def asked(front):
    """The numbers that both systems were asked about."""
    numbers: list[str] = []

    async def look(number):
        numbers.append(number)
        now = front.clock.now()
        return front.views.get(number, (OrderView(number, "main", "not_found", "Neither shows it.", now),))

    front.look = look
    return numbers


async def check(front, text="", user="U0ALEX", **more):
    message = front.slack.post(front.slack.channel, text, more.pop("blocks", []), user="U0BO", **more)
    await front.slack.shortcut(message, CALLBACK, user)
    return await front.told(user)


def healthy(now, name="#1234"):
    return OrderView(name, "main", "healthy", f"All of {name} agrees.", now)


async def test_the_one_order_that_a_message_names_is_answered_as_by_the_command_and_privately(front, asked):
    front.views["1234"] = (healthy(front.clock.now()),)
    said = await check(front, "Customer asks where 1234 is, call 555-123-4567")
    assert "All of #1234 agrees." in said.words
    assert "Share in channel" in said.buttons
    assert asked == ["1234"]
    assert len(front.slack.messages()) == 1, "only what Bo wrote"


async def test_the_gap_of_such_an_order_can_be_acted_on(front, asked):
    gap = await front.open_gap()
    front.views["1234"] = (replace(healthy(front.clock.now()), verdict="gap", gaps=(gap,)),)
    await front.slack.click(await check(front, "#1234?"), "Claim")
    assert (await front.until(gap, "claimed")).owner == "U0ALEX"


async def test_a_link_finds_its_order_and_both_systems_are_asked_about_that(front, remembered, asked):
    await remembered()
    front.views["#1234"] = (healthy(front.clock.now()),)
    assert "All of #1234 agrees." in (await check(front, f"<{LINK}>")).words
    assert asked == ["#1234"]


async def test_a_link_and_its_number_are_one_order(front, remembered, asked):
    await remembered()
    front.views["#1234"] = (healthy(front.clock.now()),)
    assert "All of #1234 agrees." in (await check(front, f"<{LINK}|Order #1234>")).words


async def test_several_orders_are_offered_and_nobody_is_asked_before_one_is_chosen(front, remembered, asked):
    await remembered("6001", "#1234")
    await remembered("6002", "#1235")
    offered = await check(front, "#1234 and #1235, also 2026")
    assert "That message names 2 orders. Which one?" in offered.words
    assert asked == []
    front.views["1235"] = (healthy(front.clock.now(), "#1235"),)
    await front.slack.click(replace(offered, blocks=(offered.blocks[2],)), "Show")
    await front.slack.wait_for(
        lambda: any("All of #1235 agrees." in one.words for one in front.slack.ephemerals("U0ALEX"))
    )


async def test_numbers_that_were_not_read_yet_are_asked_about_but_not_all(front, asked):
    front.views["1002"] = (healthy(front.clock.now(), "#1002"),)
    assert "All of #1002 agrees." in (await check(front, "1001 1002 1003 1004")).words
    assert asked == ["1001", "1002", "1003"]


async def test_numbers_that_are_no_orders_say_so(front, asked):
    said = (await check(front, "1001 1002 1003 1004")).words
    assert (
        "No order numbered 1001, 1002 or 1003 was found. 1 more number in that message was not asked about."
        in said
    )


async def test_one_number_that_is_no_order_is_answered_as_by_the_command(front, asked):
    assert "Neither shows it." in (await check(front, "1001")).words


async def test_a_link_to_an_order_that_was_never_read_says_so(front, asked):
    assert "was not read yet" in (await check(front, f"<{LINK}>")).words
    assert asked == []


async def test_a_message_without_a_number_says_so(front, asked):
    assert (
        "No order number was found in that message."
        in (await check(front, "Good morning, lunch at 12:30?")).words
    )
    assert asked == []


async def test_in_a_thread_the_answer_stands_in_the_thread(front, asked):
    front.views["1234"] = (healthy(front.clock.now()),)
    parent = front.slack.post(front.slack.channel, "Morning", [], user="U0BO")
    said = await check(front, "#1234", thread_ts=parent.ts)
    assert said.thread_ts == parent.ts


async def test_a_guest_hears_nothing_about_orders(front, asked):
    assert "Guests cannot" in (await check(front, "#1234", "U0GUEST")).words
    assert asked == []
