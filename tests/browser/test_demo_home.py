"""The queue on the Home tab and the digest, in a real browser on the real demo; with pictures where they are wanted."""

import re

import pytest

from tests.browser.conftest import picture, readme_picture

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def home_of(page):
    """Wait until the demo has found something, open the app's Home tab, and return it."""
    cards = page.locator(".message:not(.message-private)", has=page.get_by_role("button", name="Claim"))
    await cards.nth(7).wait_for()
    await page.locator(".place", has_text="stuck").click()
    home = page.locator("#home")
    await home.locator("button", has_text="Claim all").wait_for()
    return home


async def test_the_queue_is_opened_filtered_ticked_claimed_and_given_back(demo_page):
    page = demo_page
    home = await home_of(page)
    await picture(page, "home")
    await readme_picture(page)

    await home.get_by_role("button", name=re.compile("^Open ")).first.click()
    window = page.get_by_role("dialog")
    await window.get_by_text("What happened").wait_for()
    await picture(page, "home-gap")
    await window.get_by_role("button", name="Close").last.click()

    await home.locator("button", has_text="Everything (").click()
    await page.get_by_role("menuitemradio", name=re.compile("^Unowned")).click()
    await home.get_by_role("button", name="Show everything again").wait_for()

    unowned = home.locator(
        "a.link", has_text=await home.locator("a.link", has_text="Order #").first.inner_text()
    )
    await home.locator("button", has_text="Tick some").click()
    await home.locator("button", has_text="Tick this page").click()
    await home.locator("button", has_text="Claim").first.click()
    await picture(page, "home-claim")
    await page.get_by_role("dialog").get_by_role("button", name="Claim", exact=True).click()
    undo = home.get_by_role("button", name="Undo")
    await undo.wait_for()
    assert await unowned.count() == 0, "what is claimed is still listed as unowned"
    await picture(page, "home-claimed")
    await undo.click()
    await unowned.wait_for()
    assert await undo.count() == 0


async def test_a_search_stays_until_everything_is_shown_again(demo_page):
    page = demo_page
    home = await home_of(page)
    name = (await home.locator("a.link", has_text="Order #").first.inner_text()).removeprefix("Order ")
    search = home.get_by_role("textbox", name="Search")
    await search.fill(name)
    await search.press("Enter")
    await home.get_by_text(re.compile("^1 to 1 of 1 gap,")).wait_for()
    await page.get_by_role("button", name="# order-gaps").click()
    await page.locator(".place", has_text="stuck").click()
    await home.get_by_text(re.compile("^1 to 1 of 1 gap,")).wait_for()
    await home.get_by_role("button", name="Show everything again").click()
    await home.get_by_text(re.compile("^1 to 1 of 1 gap,")).wait_for(state="detached")


async def test_the_digest_is_there_when_asked_for(demo_page):
    page = demo_page
    await page.locator(".message .block-actions").nth(3).wait_for()
    composer = page.locator("#composer-input")
    await composer.fill("/stuck digest")
    await composer.press("Escape")
    await composer.press("Enter")
    answer = page.locator(".message-private", has_text="Since ")
    await answer.locator("button", has_text="Share in channel").wait_for()
    await picture(page, "digest")
