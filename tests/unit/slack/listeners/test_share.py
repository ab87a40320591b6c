"""`/stuck share …` posts an answer where it was typed; what is no answer stays private."""

from dataclasses import replace

import pytest

from bot.errors import SourceRefused
from bot.lookup import OrderView

pytestmark = pytest.mark.anyio


def healthy(now, **changes):
    return replace(OrderView("#1234", "main", "healthy", "Everything agrees.", now), **changes)


async def share(front, text, user="U0ALEX"):
    await front.slack.command("/stuck", f"share {text}".strip(), user)


async def shared(front):
    await front.slack.wait_for(front.slack.messages)
    [message] = front.slack.messages()
    return message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("summary", "1 gap, 1 unowned"),
        ("order 1234", "Everything agrees."),
        ("list sync", "1 gap for “sync”"),
        ("checklist", "*Imported?*"),
        ("checklist store main", "*Both systems read?*"),
        ("mine", "Nothing is claimed by <@U0ALEX>."),
    ],
)
async def test_an_answer_stands_in_the_channel_with_who_shared_it_and_without_buttons(front, text, said):
    await front.open_gap()
    front.views["1234"] = (healthy(front.clock.now()),)
    await share(front, text)
    message = await shared(front)
    assert said in message.words
    assert "Shared by <@U0ALEX>" in message.words
    assert message.buttons == []
    assert front.slack.ephemerals("U0ALEX") == []


@pytest.mark.parametrize("text", ["", "audit", "help", "sumary"])
async def test_what_cannot_be_shared_is_answered_privately_with_what_can(front, text):
    await share(front, text)
    assert "/stuck share summary" in (await front.told()).words
    assert front.slack.messages() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order", "Which order?"),
        ("list sinc", "Did you mean `sync`"),
        ("checklist store elsewhere", "There is no store"),
        ("checklist order", "Which order?"),
    ],
)
async def test_a_question_back_is_for_who_asked_only(front, text, said):
    await share(front, text)
    assert said in (await front.told()).words
    assert front.slack.messages() == []


async def test_several_orders_are_chosen_from_privately(front):
    now = front.clock.now()
    front.views["1234"] = (healthy(now), healthy(now, order="1234-A"))
    await share(front, "order 1234")
    assert (await front.told()).buttons == ["Show", "Show"]
    assert front.slack.messages() == []


async def test_a_failure_to_look_is_not_posted(front):
    async def refuse(number):
        raise SourceRefused("shopify", "Shopify said no.", todo="Renew the token.")

    front.look = refuse
    await share(front, "order 1234")
    assert "Shopify said no." in (await front.told()).words
    assert front.slack.messages() == []


async def test_where_slack_takes_nothing_the_person_is_told_privately(front):
    async def look(number):
        front.clock.move(minutes=31)
        return (healthy(front.clock.now()),)

    front.look = look
    await share(front, "order 1234")
    assert "Slack did not take it for this channel" in (await front.told()).words
    assert front.slack.messages() == []


async def test_a_guest_shares_nothing(front):
    await share(front, "summary", "U0GUEST")
    assert "Guests cannot" in (await front.told("U0GUEST")).words
    assert front.slack.messages() == []
