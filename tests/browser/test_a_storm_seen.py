"""One cause breaks eight orders, seen in a real browser with the real bot behind the page; with a picture where it is wanted."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.browser.conftest import PATIENCE, picture
from tests.stories.conftest import Story, failed, tell

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


@pytest.fixture
async def story(tmp_path, new_file, anyio_backend) -> AsyncIterator[Story]:
    async with tell(tmp_path, new_file) as story:
        await story.run(minutes=0)
        for number in range(4001, 4009):
            failed(story, number)
        await story.run(minutes=5)
        yield story


@pytest.fixture
async def page(browser, story) -> AsyncIterator[Any]:
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE)
    await page.goto(story.sandbox.server.url)
    yield page
    await page.close()


async def test_its_one_message_is_read_claimed_and_opened(page, story):
    parent = page.locator(".message", has_text="8 new gaps with the same cause")
    await parent.get_by_text("Once for all:").wait_for()
    await picture(page, "storm")
    await parent.locator("button", has_text="Claim all 8").click()
    await page.get_by_role("dialog").get_by_role("button", name="Claim", exact=True).click()
    await page.locator(".message-private", has_text="Claimed 8 gaps.").wait_for()
    await story.settle()
    await parent.get_by_text("0 unowned, 8 with").wait_for()
    await parent.get_by_role("button", name="8 replies").click()
    card = page.locator(".message", has_text="Order #4003").last
    await card.get_by_role("button", name="Release").wait_for()
    await picture(page, "storm-thread")
    assert len(await story.gaps(owner="U0ALEX")) == 8
