"""The menu of a message and what stands under a link, in a real browser, with the real bot behind the page."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.stories.conftest import Story, tell

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


@pytest.fixture
async def story(tmp_path, new_file, anyio_backend) -> AsyncIterator[Story]:
    async with tell(tmp_path, new_file, orders=40) as story:
        await story.sync()
        yield story


@pytest.fixture
async def page(browser, story) -> AsyncIterator[Any]:
    page = await browser.new_page(viewport={"width": 1280, "height": 1000})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto(story.sandbox.server.url)
    await page.wait_for_selector("#composer-input")
    yield page
    await page.close()
    assert wrong == []


async def typed(page, text):
    await page.fill("#composer-input", text)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")


async def test_a_link_gets_its_preview_and_the_order_is_checked_from_the_menu(page, story):
    order = story.world.find(story.world.names()[0]["name"])
    shop = story.world.shop.domain.removesuffix(".myshopify.com")
    await typed(page, f"Where is https://admin.shopify.com/store/{shop}/orders/{order.id} please")
    preview = page.locator(".unfurl")
    await preview.get_by_role("link", name=f"Order {order.name}").wait_for()
    assert "Last read" in await preview.inner_text()

    line = page.locator(".message", has=preview)
    await line.hover()
    await line.get_by_role("button", name="Shortcuts for this message").click()
    await page.get_by_role("menuitemradio", name="Check this order").click()
    answer = page.locator(".message-private")
    await answer.get_by_text(f"Order {order.name}").first.wait_for()
    assert await answer.get_by_role("button", name="Share this in the channel").count() == 1
    assert await answer.get_by_role("button", name="Shortcuts for this message").count() == 0


async def test_a_checklist_is_drawn_in_sign_and_words_and_shared_by_a_command(page, story):
    name = story.world.names()[0]["name"].removeprefix("#")
    await typed(page, f"/stuck checklist order {name}")
    private = page.locator(".message-private")
    await private.get_by_text("Has each gap an owner?").wait_for()
    assert "Shopify → ShipStation" in await private.inner_text()
    await typed(page, f"/stuck share checklist order {name}")
    shared = page.locator(".message:not(.message-private)")
    await shared.get_by_text("Shared by").wait_for()
