"""What people write down and take along: notes, a packet for ShipStation's support, a reply to the customer."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio

REFUSED = "IntegrationError: Shopify responded with StatusCode UnprocessableEntity"


@pytest.fixture
async def stuck(story):
    """One gap on its card: a parcel that Shopify was not told of, with ShipStation's own error."""
    order = story.world.order("#2001", age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    story.label = story.world.label(order, age=timedelta(hours=5), notify=REFUSED)
    story.order = order
    await story.run(minutes=5)
    return story


async def pressed(story, window, button, user="U0ALEX"):
    """Press a button in a window; return the window that lies on top then."""
    await story.press(window, button, user)
    return story.workspace.modals(user)[-1]


def text_in(window) -> str:
    [block] = [one for one in window.blocks if one.get("block_id") == "text"]
    return block["element"]["initial_value"]


async def test_a_note_is_read_in_the_thread_and_in_the_history(stuck):
    before = stuck.card("#2001")
    window = await stuck.choose("#2001", "Add a note…", "U0BO")
    await stuck.submit(window, {"note": "Called the carrier.\n<!channel> they *look*"}, "U0BO")
    [line] = stuck.thread("#2001")
    assert line.startswith("<@U0BO> noted:\n> Called the carrier.\n> &lt;!channel&gt; they")
    window = await stuck.choose("#2001", "More…")
    assert "Called the carrier." in window.words
    await stuck.click("#2001", "Claim", card=before)
    [gap] = await stuck.gaps()
    assert gap.owner == "U0ALEX", "a note leaves the buttons of the card good"


async def test_an_ended_gap_takes_notes_too(stuck):
    stuck.world.resend_notification(stuck.label)
    await stuck.click("#2001", "Resolved")
    await stuck.submit(await stuck.choose("#2001", "Add a note…"), {"note": "It was the token."})
    assert "It was the token." in stuck.thread("#2001")[-1]


async def test_the_packet_for_support_has_ids_error_times_and_what_was_tried(stuck):
    await stuck.click("#2001", "Resolved")
    await stuck.run(hours=1, minutes=1)
    await stuck.submit(await stuck.choose("#2001", "Add a note…"), {"note": "Reconnected the store."})
    window = await stuck.choose("#2001", "More…")
    text = text_in(await pressed(stuck, window, "Copy for ShipStation support"))
    row = stuck.world.imported(stuck.order)[0]
    assert f"Shopify order id: {stuck.order.id}" in text
    assert f"ShipStation order id {row.id}: number 2001, status shipped" in text
    assert f"Shipment id {stuck.label.id}: order id {row.id}" in text
    assert f"Error, word for word: {REFUSED}" in text
    assert "created 2026-11-17 05:00 UTC-05:00" in text
    tried = text.partition("What was tried:")[2]
    assert "found by comparing" in tried
    assert "thought to be mended; both systems were read again and still disagreed" in tried
    assert "note: Reconnected the store." in tried
    assert "U0ALEX" not in text


async def test_the_reply_to_the_customer_has_the_number_and_no_personal_data(stuck):
    window = await stuck.choose("#2001", "More…")
    reply = await pressed(stuck, window, "Customer reply")
    assert "Check first" in reply.words
    text = text_in(reply)
    assert text.startswith("Hello [name],\n\nYour order #2001 is on its way.")
    assert stuck.label.tracking in text
    assert text.endswith("[your name]")


async def test_the_texts_are_closed_without_effect(stuck):
    window = await stuck.choose("#2001", "More…")
    reply = await pressed(stuck, window, "Customer reply")
    await stuck.submit(reply, {"text": "changed"})
    assert [one.title for one in stuck.workspace.modals("U0ALEX")] == [window.title]
    assert stuck.thread("#2001") == []
