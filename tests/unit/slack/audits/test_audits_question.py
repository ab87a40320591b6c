"""The question whether an audit's orders become live gaps, and what follows from each answer."""

import asyncio
from types import SimpleNamespace

import pytest

from bot.errors import SourceUnreachable
from bot.slack.audits import adding, answer, queueing
from bot.slack.audits.queueing import Tally

pytestmark = pytest.mark.anyio


@pytest.fixture
def added(monkeypatch):
    """What is added, and what becomes of it."""
    outcome = SimpleNamespace(calls=[], fails=None, meanwhile=None)

    async def add(watched, numbers, told):
        outcome.calls.append((watched.name, tuple(numbers)))
        await told(1)
        if outcome.meanwhile:
            await outcome.meanwhile()
        if outcome.fails:
            raise outcome.fails
        await told(len(numbers))
        return Tally(opened=1, ended=1)

    monkeypatch.setattr(queueing, "add", add)
    return outcome


async def asked(front):
    *_, question = await front.drop()
    return question


def now(front, message):
    return front.slack.message(message.ts, message.channel)


async def test_a_yes_adds_the_orders_tells_how_far_it_is_and_ends_in_a_line_of_its_own(
    front, added, monkeypatch
):
    monkeypatch.setattr(adding, "TOLD_EVERY", 0.0)
    question = await asked(front)
    await front.press(question, "Add to the queue")
    assert added.calls == [("main", ("#1001", "#1002"))]
    told = [
        call.arguments["text"]
        for call in front.slack.called("chat.update")
        if "⏳ Adding" in call.arguments["text"]
    ]
    assert [text.split(": ")[1][:15] for text in told] == [
        "0 of 2 orders r",
        "1 of 2 orders r",
        "2 of 2 orders r",
    ]
    assert now(front, question).words == "Read again in both systems for <@U0ALEX>. The result is below."
    result = front.slack.messages(question.channel, question.thread_ts)[-1]
    assert (
        result.words.splitlines()[1]
        == "• *1 order* is still wrong: now in the queue, with a card in <#C0PRETEND1>."
    )


async def test_progress_is_told_no_more_often_than_slack_likes(front, added):
    question = await asked(front)
    before = len(front.slack.called("chat.update"))
    await front.press(question, "Add to the queue")
    assert len(front.slack.called("chat.update")) == before + 2, "that it begins, and that it is over"


async def test_pressed_twice_it_is_done_once(front, added):
    question = await asked(front)
    await front.press(question, "Add to the queue")
    await front.press(question, "Add to the queue")
    assert len(added.calls) == 1
    assert front.told() == answer.DONE_ALREADY["added"]


async def test_pressed_while_it_is_being_done_it_says_so(front, added):
    question = await asked(front)

    async def meanwhile():
        added.meanwhile = None
        await front.slack.click(question, "Add to the queue")
        await front.slack.wait_for(lambda: front.slack.ephemerals("U0ALEX"))

    added.meanwhile = meanwhile
    await front.press(question, "Add to the queue")
    assert (front.told(), len(added.calls)) == (answer.BEING_ADDED, 1)


async def test_a_side_that_cannot_be_read_stops_it_and_it_can_be_pressed_again(front, added):
    question = await asked(front)
    added.fails = SourceUnreachable("shopify", "Shopify did not answer.")
    await front.press(question, "Add to the queue")
    stopped = now(front, question)
    assert stopped.words.startswith(
        "Stopped after 1 of 2 orders: Shopify did not answer. What was added stays."
    )
    added.fails = None
    await front.press(stopped, "Add to the queue")
    assert len(added.calls) == 2
    assert now(front, question).buttons == []


async def test_whatever_breaks_leaves_the_question_open(front, added):
    question = await asked(front)
    added.fails = RuntimeError("broken")
    await front.press(question, "Add to the queue")
    assert now(front, question).words.startswith("Stopped after 1 of 2 orders: Something went wrong.")


async def test_a_process_that_is_stopped_leaves_the_question_open(front, added):
    question = await asked(front)

    async def meanwhile():
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    added.meanwhile = meanwhile
    await front.press(question, "Add to the queue")
    assert now(front, question).words.startswith("Stopped after 1 of 2 orders: stuck was restarted.")
    assert now(front, question).buttons == ["Add to the queue", "No"]


async def test_a_no_adds_nothing_and_stands_there(front, added):
    question = await asked(front)
    await front.press(question, "No")
    assert now(front, question).words == "Nothing was added to the queue, by <@U0ALEX>'s choice."
    await front.press(question, "Add to the queue")
    assert (front.told(), added.calls) == (answer.DONE_ALREADY["declined"], [])
    await front.press(question, "No")
    assert front.told() == answer.DONE_ALREADY["declined"]


async def test_after_a_day_the_orders_are_forgotten(front, added):
    question = await asked(front)
    front.clock.move(hours=23, minutes=59)
    await front.press(question, "No", value="another audit")
    assert front.told() == answer.EXPIRED
    front.clock.move(minutes=1)
    await front.press(question, "Add to the queue")
    assert (front.told(), added.calls) == (answer.EXPIRED, [])


async def test_guests_cannot_answer(front, added):
    question = await asked(front)
    await front.press(question, "Add to the queue", "U0GUEST")
    assert added.calls == []


class TestTwoStores:
    @pytest.fixture
    def stores(self, a_store):
        return (a_store("east", "C0PRETEND1"), a_store("west", "C0WEST"))

    async def test_the_store_has_to_be_chosen_first_and_stays_chosen(self, front, added):
        question = await asked(front)
        await front.press(question, "Add to the queue")
        assert (front.told(), added.calls) == (answer.WHICH_STORE, [])
        await front.slack.choose(question, "audit.store", "west")
        await front.press(question, "Add to the queue")
        assert added.calls == [("west", ("#1001", "#1002"))]

    async def test_a_store_that_is_not_in_the_settings_is_refused(self, front, added):
        question = await asked(front)
        audit = question.blocks[1]["elements"][1]["value"]
        forged = {"type": "static_select", "selected_option": {"value": f"{audit}:north"}}
        await front.slack.choose(question, "audit.store", forged)
        await front.press(question, "Add to the queue")
        assert front.told() == answer.WHICH_STORE

    async def test_a_stopped_one_still_knows_its_store(self, front, added):
        question = await asked(front)
        await front.slack.choose(question, "audit.store", "west")
        added.fails = SourceUnreachable("shopify", "Shopify did not answer.")
        await front.press(question, "Add to the queue")
        chosen = now(front, question).blocks[2]["elements"][0]["initial_option"]
        assert chosen["text"]["text"] == "west"


def test_each_outcome_is_told_and_none_that_was_not_met():
    tally = Tally(opened=2, present=1, closed=1, ended=1, unknown=3)
    assert queueing.said(tally, "main", "C1").splitlines() == [
        "*Read again in both systems*",
        "• *2 orders* are still wrong: now in the queue, with cards in <#C1>.",
        "• *1 order* is in the queue already.",
        "• *1 order* is still wrong, but closed by somebody here before: left closed.",
        "• *1 order* is in order by now, or still within the time that your settings allow.",
        "• *3 orders* are not shown to stuck by the store main: of another shop, deleted, or too old for the app.",
    ]
    assert queueing.said(Tally(ended=1), "main", None).count("•") == 1
