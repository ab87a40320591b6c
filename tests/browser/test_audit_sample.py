"""What a reader of the README does: one command, and the report it wrote opened in a browser."""

import json
import re

import pytest
from click.testing import CliRunner

from bot.cli import app
from tests.browser.conftest import readme_picture

pytestmark = [pytest.mark.anyio, pytest.mark.browser]


async def test_one_command_writes_a_report_that_says_what_is_stuck(browser, tmp_path):
    told = CliRunner(env={"COLUMNS": "100"}).invoke(app, ["audit", "--sample", "--out", str(tmp_path)])
    assert told.exit_code == 0, told.output
    stuck, orders = re.search(r"(\d+) of ([\d,]+) orders", told.stdout).groups()
    found = json.loads((tmp_path / "audit.json").read_text())
    assert orders == "3,000"

    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    await page.goto((tmp_path / "report.html").as_uri())
    headline = await page.get_by_role("heading", level=1).inner_text()
    assert headline.startswith(f"{stuck} of 3,000 orders")
    await page.get_by_label("Search").fill("past the cutoff")
    matching = await page.get_by_role("status").inner_text()
    assert matching.startswith(f"{found['counts']['aging.past_cutoff']} of {len(found['gaps'])}")
    await page.get_by_label("Search").fill("")
    await page.evaluate("scrollTo(0, 0)")
    await readme_picture(page)
    await page.close()
    assert wrong == []
