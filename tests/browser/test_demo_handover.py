"""A gap handed over, noted on and written up, in a real browser on the real demo; with pictures where they are wanted."""

import re

import pytest

from tests.browser.conftest import picture

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def menu(page, card, choice):
    """Choose in the menu of rarer acts; return the window that opens."""
    await card.get_by_role("button", name="More").click()
    await picture(page, "menu")
    await page.get_by_role("menuitemradio", name=choice).click()
    dialog = page.get_by_role("dialog").last
    await dialog.wait_for()
    return dialog


async def test_a_gap_is_given_away_noted_on_and_written_up(demo_page):
    page = demo_page
    card = page.locator(".message:not(.message-private)", has=page.get_by_role("button", name="Claim")).first
    await card.wait_for()
    number = (await card.locator("strong").first.inner_text()).removeprefix("Order ")
    card = page.locator(".message:not(.message-private)", has_text=f"Order {number}").first

    window = await menu(page, card, "Assign…")
    await window.get_by_role("button", name="Who takes it").click()
    await page.get_by_role("menuitemradio", name="Bo (Berlin)").click()
    await picture(page, "assign")
    await window.get_by_role("button", name="Assign", exact=True).click()
    await card.filter(has_text="Owner: @Bo").wait_for()

    window = await menu(page, card, "Add a note…")
    await window.get_by_role("textbox").fill(
        "Called the carrier: the parcel is there.\nWaiting for ShipStation."
    )
    await picture(page, "note")
    await window.get_by_role("button", name="Add", exact=True).click()

    await card.get_by_role("button", name=re.compile("reply|replies", re.IGNORECASE)).click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_text("Waiting for ShipStation.").wait_for()
    await picture(page, "note-in-thread")
    await thread.get_by_role("button", name="Close thread").click()

    window = await menu(page, card, "More…")
    await window.get_by_text("Waiting for ShipStation.").wait_for()
    await picture(page, "more")
    await window.get_by_role("button", name="Copy for ShipStation support").click()
    support = page.get_by_role("dialog", name="ShipStation support")
    text = await support.get_by_role("textbox").input_value()
    assert "What was tried:" in text
    assert "note: Called the carrier" in text
    await picture(page, "support")
    await support.get_by_role("button", name="Done").click()

    await page.get_by_role("dialog").last.get_by_role("button", name="Customer reply").click()
    reply = page.get_by_role("dialog", name="Customer reply")
    await reply.wait_for()
    await picture(page, "customer")
    await reply.get_by_role("button", name="Close").first.click()

    await page.goto(f"{page.url.partition('?')[0]}?user=U0BO")
    await page.get_by_role("button", name="stuck", exact=True).click()
    await page.get_by_role("tab", name="Messages").click()
    await page.locator(".message", has_text="gave it to you").last.wait_for()
    await picture(page, "direct")
