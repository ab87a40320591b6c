"""An order is found from a checklist, from somebody's message, and from a link, in a live pretend world."""

from datetime import timedelta

import pytest

from bot.slack.checking import CALLBACK

pytestmark = pytest.mark.anyio


@pytest.fixture
async def stuck(story):
    """#2001 was shipped, and Shopify was not told; a run has seen it."""
    order = story.world.order("#2001", age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    story.world.label(order, age=timedelta(hours=5), notify="Refused by Shopify")
    await story.run(minutes=5)
    return order


async def test_the_checklist_of_a_stuck_order_is_ticked_up_to_where_it_is_stuck(story, stuck):
    answer = await story.command("checklist order 2001")
    assert "✅ *Imported?*" in answer
    assert "✅ *Label made?*" in answer
    assert "⚠️ *Shopify notified?* Open. ShipStation tried, and failed: “Refused by Shopify”" in answer
    assert "⚠️ *Fulfilled in Shopify?* Open." in answer
    assert "⚠️ *Has each gap an owner?* Open. 1 of 1 gap unowned." in answer
    await story.click("#2001", "Claim")
    assert "✅ *Has each gap an owner?* Yes. Owned by <@U0ALEX>." in await story.command(
        "checklist order 2001"
    )


async def test_the_checklist_is_read_now_and_not_as_last_seen(story, stuck):
    [label] = story.world.labels(stuck)
    story.world.resend_notification(label)
    answer = await story.command("checklist order 2001")
    assert "✅ *Fulfilled in Shopify?* Yes." in answer
    assert "✅ *Right tracking number?* Yes." in answer


async def test_the_checklist_of_the_store_names_what_is_open(story, stuck):
    answer = await story.command("checklist store")
    assert "✅ *Both systems read?* Yes." in answer
    assert "⚠️ *Every parcel shown in Shopify?* Open. 1 sync-back gap." in answer


async def test_an_order_named_in_somebody_s_message_is_checked_and_claimed_from_there(story, stuck):
    said = await story.workspace.say("Customer of 2001 rang from 555-123-4567, where is it?", "U0BO")
    ack = await story.workspace.shortcut(said, CALLBACK, "U0CAM")
    assert ack.error is None
    await story.settle()
    assert "Refused by Shopify" in story.told("U0CAM")
    await story.workspace.click(story.workspace.ephemerals("U0CAM")[-1], "Claim", "U0CAM")
    await story.settle()
    [gap] = await story.gaps()
    assert gap.owner == "U0CAM"


async def test_a_link_shows_both_sides_to_everybody_and_asks_nobody(story, stuck):
    shop = story.world.shop.domain.removesuffix(".myshopify.com")
    before = story.house.stores[0].sources.requests()
    said = await story.workspace.say(f"https://admin.shopify.com/store/{shop}/orders/{stuck.id}", "U0BO")
    await story.settle()
    [preview] = story.workspace.message(said.ts).previews
    assert "⚠️ Stuck: 1 gap" in preview
    assert "Refused by Shopify" in preview
    assert story.house.stores[0].sources.requests() == before


async def test_a_shared_order_stands_in_the_channel(story, stuck):
    ack = await story.workspace.command("/stuck", "share order 2001", "U0BO")
    assert ack.error is None
    await story.settle()
    assert "Shared by <@U0BO>" in story.workspace.messages()[-1].words
