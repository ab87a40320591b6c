"""A real Chromium for the tests of the page; skips with the reason where there is none."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(anyio_backend: str) -> AsyncIterator[Any]:
    """Chromium, started once for the tests of a file, in the event loop that they share."""
    playwright = pytest.importorskip(
        "playwright.async_api", reason="the browser tests need the Python package playwright"
    )
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("the browser tests need Chromium: apt-get install chromium")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


async def until(page: Any, script: str, argument: Any = None) -> None:
    """Wait until the script says so. Playwright's own waiting evaluates text, which the pages' policy forbids."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not await page.evaluate(script, argument):
            await page.wait_for_timeout(50)


async def picture(page: Any, name: str) -> None:
    """Save what the page shows into the folder that STUCK_PICTURES names."""
    if folder := os.environ.get("STUCK_PICTURES"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def readme_picture(page: Any) -> None:
    """Write the picture that the README shows, where `make screenshot` wants it."""
    if target := os.environ.get("STUCK_SCREENSHOT"):
        await page.screenshot(path=target)


PATIENCE = 60_000
"""Milliseconds: the demo promises its first cards within a minute."""


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """`stuck demo` in a process of its own; yields the address that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from bot.cli import main; main()", "demo", "--port", "0",
        cwd=folder, env={name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        yield re.search(r"http://\S+", line).group()
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 30)


@pytest.fixture
async def demo_page(browser: Any, tmp_path: Path) -> AsyncIterator[Any]:
    """A page with the real demo on it."""
    async with demo(tmp_path) as url:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        await page.goto(url)
        yield page
        await page.close()
