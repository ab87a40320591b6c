"""`/stuck checklist`: the list itself, ticked for one order, ticked for a store."""

from dataclasses import replace

import pytest

from bot.lookup import Remembered

pytestmark = pytest.mark.anyio


async def ask(front, text, user="U0ALEX"):
    await front.slack.command("/stuck", text, user)
    return await front.told(user)


async def seen(front, number):
    """Answer as the live look-up does, from what the mirror holds."""
    [store] = front.desk.stores
    return await Remembered(front.database, store.rules, front.clock).numbered(number)


async def test_without_a_word_it_is_the_list_with_where_to_look_and_how_to_ask(front):
    said = (await ask(front, "checklist")).words
    for words in (
        "Shopify → ShipStation",
        "*Imported?*",
        "ShipStation → Shopify",
        "*Shopify notified?*",
        "*Has each gap an owner?*",
    ):
        assert words in said
    assert "/stuck checklist order 1234" in said
    assert "✅" not in said


@pytest.mark.parametrize("text", ["checklist order 1234", "checklist 1234", "checklist #1234"])
async def test_an_order_is_ticked_from_the_facts(front, remembered, text):
    await remembered()
    front.look = lambda number: seen(front, number)
    said = (await ask(front, text)).words
    assert "✅ *Imported?* Yes. ShipStation has it as 1234, imported <!date^" in said
    assert "✅ *In the right store?* Yes. It stands in “Acme”." in said
    assert "⚠️ *Fulfilled in Shopify?* Open. Shipped in ShipStation" in said
    assert "→" in said.partition("Fulfilled in Shopify?")[2].splitlines()[1]
    assert "⚪ *Has each gap an owner?* Not due." in said


async def test_the_owner_is_ticked_when_the_gap_has_one(front, remembered):
    await remembered()
    gap = await front.open_gap()
    front.look = lambda number: seen(front, number)
    said = (await ask(front, "checklist order 1234")).words
    assert "⚠️ *Has each gap an owner?* Open. 1 of 1 gap unowned." in said
    await front.slack.click(await front.show(gap), "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.slack.command("/stuck", "checklist order 1234")
    assert "✅ *Has each gap an owner?* Yes. Owned by <@U0BO>." in (await front.told(count=2)).words


async def test_a_side_that_could_not_be_read_leaves_nothing_newly_open(front, remembered):
    await remembered()

    async def look(number):
        return tuple(replace(view, error="ShipStation did not answer.") for view in await seen(front, number))

    front.look = look
    said = (await ask(front, "checklist order 1234")).words
    assert "❔ *Fulfilled in Shopify?* Cannot be seen. As last seen:" in said
    assert "⚠️ ShipStation did not answer." in said


async def test_what_cannot_be_seen_says_where_a_person_sees_it(front, remembered):
    await remembered(notified=None, notify_error=None)
    front.look = lambda number: seen(front, number)
    said = (await ask(front, "checklist order 1234")).words
    notified = said.partition("*Shopify notified?*")[2].splitlines()
    assert notified[0] == " Cannot be seen. ShipStation does not say."
    assert "the shipment says Notified" in notified[1]


async def test_an_order_that_is_not_there_says_so_in_the_usual_words(front):
    assert "❔ Not found" in (await ask(front, "checklist order 99")).words


async def test_order_without_a_number_asks_for_one(front):
    assert "Which order?" in (await ask(front, "checklist order")).words


async def test_several_orders_are_offered_and_the_chosen_one_is_ticked(front, remembered):
    await remembered("6001", "#1234")
    await remembered("6002", "1234-A")

    async def look(number):
        return (*await seen(front, "1234"), *await seen(front, "1234-A"))

    front.look = look
    offered = await ask(front, "checklist order 1234")
    pressed = replace(offered, blocks=(offered.blocks[2],))
    await front.slack.click(pressed, "Show")
    await front.slack.wait_for(
        lambda: any(
            "*Imported?*" in one.words and "1234-A" in one.words for one in front.slack.ephemerals("U0ALEX")
        )
    )


@pytest.mark.parametrize("text", ["checklist store main", "checklist store", "checklist MAIN"])
async def test_a_store_is_ticked_from_its_last_run(front, remembered, text):
    await remembered()
    await front.complete_run()
    await front.open_gap()
    said = (await ask(front, text)).words
    assert "✅ *Both systems read?* Yes. Completely, last <!date^" in said
    assert "❔ *Notification setting the same in stuck?* Cannot be seen." in said
    assert "⚠️ *Every parcel shown in Shopify?* Open. 1 sync-back gap." in said
    assert "/stuck list unowned main" in said


async def test_a_store_that_is_not_there_names_those_that_are(front):
    said = (await ask(front, "checklist store elsewhere")).words
    assert "There is no store “elsewhere” here." in said
    assert "/stuck checklist store main" in said


async def test_a_guest_hears_nothing_of_it(front, remembered):
    await remembered()
    front.look = lambda number: seen(front, number)
    assert "Guests cannot" in (await ask(front, "checklist order 1234", "U0GUEST")).words


@pytest.mark.parametrize("text", ["checklist", "checklist order 1234", "checklist store main"])
async def test_it_can_be_shared_with_its_button(front, remembered, text):
    await remembered()
    front.look = lambda number: seen(front, number)
    answer = await ask(front, text)
    await front.slack.click(answer, "Share in channel")
    await front.slack.wait_for(front.slack.messages)
    [shared] = front.slack.messages()
    assert "Shared by <@U0ALEX>" in shared.words
    assert shared.words.splitlines()[0] == answer.words.splitlines()[0]
    assert shared.buttons == []
