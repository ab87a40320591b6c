"""What the README tells a newcomer to do, done in a real browser on the real demo."""

import re

import pytest

from tests.browser.conftest import readme_picture

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_a_newcomer_claims_a_gap_breaks_and_mends_an_order_and_asks_about_it(demo_page):
    page = demo_page
    card = page.locator(".message", has=page.get_by_role("button", name="Claim")).first
    await card.get_by_role("button", name="Claim").click()
    claimed = page.locator(".message", has_text="Owner: @Alex").first
    await claimed.wait_for()

    await _type(page, "/stuck summary")
    private = page.locator(".message-private")
    await private.filter(has_text="unowned").first.wait_for()

    panel = page.get_by_role("complementary", name="Pretend shop")
    healthy = panel.get_by_role("button", name="Shopify: fulfilled ShipStation: shipped")
    await healthy.last.click()
    number = (await panel.get_by_role("heading", name=re.compile("^#")).inner_text()).strip()
    await panel.get_by_role("button", name="ShipStation's notification fails").click()
    broken = page.locator(".message:not(.message-private)", has_text=f"Order {number}")
    await broken.first.wait_for()

    await _type(page, f"/stuck order {number.removeprefix('#')}")
    await private.filter(has_text=number).first.wait_for()
    await claimed.scroll_into_view_if_needed()
    await readme_picture(page)

    await broken.first.get_by_role("button", name="Resolved").click()
    await private.filter(has_text="still disagree").first.wait_for()
    await panel.get_by_role("button", name="Resend the notification").click()
    await broken.filter(has_text="Both systems agree").first.wait_for()

    await _snooze_until_tomorrow(page)
    await page.get_by_role("button", name="stuck", exact=True).click()
    await page.get_by_role("heading", name=re.compile(r"^\d+ gaps?, \d+ unowned$")).wait_for()


async def _snooze_until_tomorrow(page):
    cards = page.locator(".message:not(.message-private)")
    await cards.get_by_role("button", name="Snooze").first.click()
    dialog = page.get_by_role("dialog", name="Snooze")
    await dialog.get_by_label("Tomorrow 9:00").check()
    await dialog.get_by_role("button", name="Snooze").click()
    await cards.filter(has_text="Snoozed until").first.wait_for()


async def _type(page, command):
    box = page.get_by_role("combobox")
    await box.fill(command)
    await box.press("Enter")
