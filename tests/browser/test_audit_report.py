"""The audit's page in a real browser: found, sorted and read by eye, by key, in the dark, on paper and on a phone."""

import re

import pytest

from bot.audit.report.page import report_html
from tests.browser.conftest import until
from tests.unit.audit.audits import HOSTILE, audit, everything, gap, month

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

FAST = 0.05
"""Seconds of work that a keystroke may cost, layout included."""


@pytest.fixture
async def open_report(browser, tmp_path):
    """Opens an audit's page and, at the end, sees that it asked nothing of the network and ran nothing that is not its own."""
    pages, asked, wrong = [], [], []

    async def opened(found, **options):
        path = tmp_path / "report.html"
        path.write_bytes(report_html(found))
        page = await browser.new_page(**({"viewport": {"width": 1280, "height": 900}} | options))
        page.set_default_timeout(10_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None,
        )
        await page.goto(path.as_uri())
        pages.append(page)
        return page

    yield opened
    for page in pages:
        await page.close()
    assert wrong == []
    assert all(url.startswith(("file:", "data:")) for url in asked), asked


async def column(page, name):
    """Return what the table shows in one column, from top to bottom."""
    names = await page.locator("table.gaps thead th").evaluate_all(
        "heads => heads.map(head => head.dataset.column)"
    )
    return await page.locator(
        f"#rows > tr:not(.detail) > td:nth-child({names.index(name) + 1})"
    ).all_inner_texts()


def head(page, title):
    return page.locator("table.gaps thead").get_by_role("button", name=title)


async def sorted_by(page, name):
    return await page.locator(f"table.gaps th[data-column={name}]").get_attribute("aria-sort")


async def test_a_search_finds_a_gap_by_any_of_its_words_and_says_how_many(open_report):
    page = await open_report(month(44))
    await page.get_by_label("Search").fill("UPS notification FAILED")
    assert set(await column(page, "carrier")) == {"UPS"}
    assert set(await column(page, "cause")) == {"Notification failed"}
    assert await page.get_by_role("status").inner_text() == "9 of 44 gaps match"
    await page.get_by_label("Search").fill("9400111899223197428490 #1001")
    assert await column(page, "order") == ["#1001"]
    await page.get_by_label("Search").fill("no such thing")
    assert await page.locator("#rows").inner_text() == "No gap matches."
    await page.get_by_role("button", name="Clear").click()
    assert await page.get_by_role("status").inner_text() == "44 gaps"


async def test_columns_sort_both_ways_and_say_so(open_report):
    page = await open_report(month(44))
    assert await sorted_by(page, "severity") == "descending"
    await head(page, "Days").click()
    days = [float(text) for text in await column(page, "days")]
    assert (days, await sorted_by(page, "days")) == (sorted(days, reverse=True), "descending")
    await head(page, "Days").press("Enter")
    assert [float(text) for text in await column(page, "days")] == sorted(days)
    assert (await sorted_by(page, "days"), await sorted_by(page, "severity")) == ("ascending", "none")
    await head(page, "Value").click()
    values = [float(text.split()[0]) for text in await column(page, "value")]
    assert values == sorted(values, reverse=True)


async def test_orders_sort_by_their_number(open_report):
    page = await open_report(
        audit([gap(order=name, days=n + 1) for n, name in enumerate(("#1000", "#99", "#101"))])
    )
    await head(page, "Order").click()
    assert await column(page, "order") == ["#99", "#101", "#1000"]


async def test_a_row_opens_and_closes_by_key_with_everything_known_of_it(open_report):
    page = await open_report(audit([gap(order="#1", edge="last day", days=0.5)]))
    button = page.locator("#rows").get_by_role("button", name="#1")
    await button.press("Enter")
    detail = page.locator("#rows .detail")
    text = await detail.inner_text()
    for part in (
        "Send Notification",
        "The order has been archived",
        "9400111899223197428490",
        "At the window's edge (last day)",
    ):
        assert part in text
    assert await button.get_attribute("aria-expanded") == "true"
    assert (
        await detail.get_by_role("link", name="Open in Shopify").get_attribute("href")
        == "https://admin.shopify.com/store/acme/orders/1"
    )
    await button.press("Enter")
    assert (await detail.count(), await button.get_attribute("aria-expanded")) == (0, "false")


async def test_an_open_row_stays_open_through_sorting(open_report):
    page = await open_report(month(44))
    await page.locator("#rows").get_by_role("button", name="#1005").click()
    await head(page, "Order").click()
    assert await page.locator("#rows .detail").count() == 1


async def test_a_kind_or_a_cause_leads_to_its_gaps(open_report):
    page = await open_report(month(44))
    await page.locator("#kinds").get_by_role("button", name="Show all 10 in the table").click()
    assert set(await column(page, "title")) >= {"Paid order missing in ShipStation"}
    assert await page.get_by_role("status").inner_text() == "10 of 44 gaps match"
    await until(page, IN_VIEW)
    await page.locator("#causes").get_by_role("button", name="Show them in the table").first.click()
    assert set(await column(page, "cause")) == {"Notification failed"}
    await until(page, IN_VIEW)


IN_VIEW = """() => {
  const { top } = document.getElementById("gaps-title").getBoundingClientRect();
  return top >= 0 && top < innerHeight / 2;
}"""


async def test_pages_turn_and_a_search_goes_back_to_the_first(open_report):
    page = await open_report(month(130))
    first = await column(page, "order")
    await page.get_by_role("button", name="Next").click()
    second = await column(page, "order")
    assert (len(first), len(second), set(first) & set(second)) == (25, 25, set())
    await page.get_by_role("button", name="Last").click()
    assert (len(await column(page, "order")), await page.locator("#page").inner_text()) == (5, "Page 6 of 6")
    assert await page.get_by_role("button", name="Next").is_disabled()
    await page.get_by_label("Search").fill("#1")
    assert await page.locator("#page").inner_text() == "Page 1 of 6"


async def test_a_hundred_gaps_need_no_pages(open_report):
    page = await open_report(month(100))
    assert len(await column(page, "order")) == 100
    assert await page.locator(".pages").is_hidden()


async def test_a_keystroke_over_ten_thousand_gaps_is_fifty_milliseconds_of_work_at_most(open_report):
    page = await open_report(month(10_000))
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = await worked(session)
    await page.evaluate(TYPED, TYPING)
    assert (await worked(session) - before) / len(TYPING) < FAST
    assert await page.get_by_role("status").inner_text() == "10,000 gaps"
    await head(page, "Order").click()
    assert (await column(page, "order"))[:2] == ["#1001", "#1002"]


async def worked(session):
    """Return for how many seconds the page has kept its processor busy: whoever else is busy does not count."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return {metric["name"]: metric["value"] for metric in metrics}["TaskDuration"]


TYPING = ["n", "no", "not", "noti", "notif", "notif 1", "notif 12", ""] * 3
TYPED = """(words) => {
  const search = document.getElementById("search");
  for (const word of words) {
    search.value = word;
    search.dispatchEvent(new Event("input"));
    document.body.offsetHeight;
  }
}"""


async def test_names_that_mean_harm_do_nothing(open_report):
    page = await open_report(everything())
    await page.get_by_label("Search").fill("onerror")
    name = "</script><img src=x onerror=alert(1)>"
    await page.locator("#rows").get_by_role("button", name=name).click()
    assert await page.locator("img, #rows script, svg[onload]").count() == 0
    assert name in await page.locator("#rows").inner_text()
    await page.get_by_label("Search").fill("")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_follows_the_systems_light_and_can_be_switched(open_report, scheme):
    page = await open_report(month(3), color_scheme=scheme)
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light, dark = "rgb(255, 255, 255)", "rgb(26, 29, 33)"
    assert await page.evaluate(ground) == (light if scheme == "light" else dark)
    await page.get_by_role("button", name="Switch between light and dark").click()
    assert await page.evaluate(ground) == (dark if scheme == "light" else light)
    assert await page.locator("#theme-name").inner_text() == scheme.capitalize()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_its_ground(open_report, scheme):
    page = await open_report(everything(), color_scheme=scheme)
    contrasts = {where: await page.locator(where).first.evaluate(CONTRAST) for where in TEXTS}
    assert {where: contrast for where, contrast in contrasts.items() if contrast < 4.5} == {}


TEXTS = (
    *(
        "#verdict",
        ".aside",
        ".quiet",
        ".lead",
        ".tile-severe b",
        ".tile-open small",
        ".card-open li",
        ".plot text",
        ".open",
    ),
    *(f".severity-{word}" for word in ("critical", "high", "normal", "low")),
)
CONTRAST = """(node) => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
  let ground = node;
  while (ground.parentElement && (parts(getComputedStyle(ground).backgroundColor)[3] ?? 1) === 0) ground = ground.parentElement;
  const style = getComputedStyle(node);
  const ink = light(parts(node instanceof SVGElement ? style.fill : style.color));
  const paper = light(parts(getComputedStyle(ground).backgroundColor));
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}"""


async def test_on_a_phone_nothing_sticks_out_and_all_can_be_reached(open_report):
    page = await open_report(everything(), viewport={"width": 375, "height": 812})
    for details in await page.locator("details").all():
        await details.evaluate("node => (node.open = true)")
    for button in await page.locator("#rows button.open").all():
        await button.evaluate("node => node.click()")
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
    outside = "nodes => nodes.filter(node => node.getBoundingClientRect().right > 376 && !node.closest('svg')).map(node => node.outerHTML.slice(0, 80))"
    assert await page.locator("main *").evaluate_all(outside) == []
    await page.get_by_label("Sort").select_option("days")
    assert await sorted_by(page, "days") == "descending"


async def to_paper(page):
    """Show the page as it is printed, and wait until its script has heard of it."""
    await page.emulate_media(media="print")
    await page.locator("#found", has_text=".").wait_for()


async def test_paper_is_light_open_without_controls_and_at_most_two_hundred_rows(open_report):
    page = await open_report(month(300), color_scheme="dark")
    await page.get_by_label("Search").fill("ups")
    await page.get_by_label("Search").fill("")
    await to_paper(page)
    assert (
        await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert await page.locator("#rows > tr").count() == 200
    assert (
        await page.get_by_role("status").inner_text()
        == "The worst 200 of the 300 gaps are printed. All of them are in gaps.csv."
    )
    for hidden in (".controls", ".tools", ".pages", "nav", ".jump"):
        assert await page.locator(hidden).first.is_hidden(), hidden
    assert await page.locator("details:not([open], .twin)").count() == 0
    await page.emulate_media(media="screen")
    await until(page, "document.querySelectorAll('#rows > tr').length === 25")
    assert await page.locator(".worst details[open]").count() == 1


async def test_paper_shows_what_was_searched_for(open_report):
    page = await open_report(month(44))
    await page.get_by_label("Search").fill("notification failed")
    await to_paper(page)
    assert await page.get_by_role("status").inner_text() == "9 gaps that match the search."


async def test_it_prints_on_paper(open_report):
    page = await open_report(month(44))
    assert (await page.pdf(format="A4"))[:5] == b"%PDF-"


async def test_without_its_script_the_page_still_tells_the_most(browser, tmp_path):
    path = tmp_path / "report.html"
    path.write_bytes(report_html(month(44)))
    page = await browser.new_page(java_script_enabled=False)
    await page.goto(path.as_uri())
    assert await page.get_by_text("The same gaps are in gaps.csv.").is_visible()
    assert await page.locator(".worst li").count() == 20
    assert await page.get_by_role("button", name="Print").count() == 0
    await page.close()


async def test_a_calm_month_opens_without_a_table(open_report):
    page = await open_report(audit())
    assert await page.get_by_role("heading", level=1).inner_text()
    assert await page.locator("#gaps").count() == 0
    await page.get_by_role("link", name="what would settle it").click()
    assert await page.locator("#not-judged").is_visible()


async def test_each_name_can_be_found_again(open_report):
    page = await open_report(audit([gap(order=name, carrier=None) for name in HOSTILE]))
    for name in HOSTILE:
        shown = re.sub(r"[\x00-\x1f\u202a-\u202e]", " ", name).strip()
        await page.get_by_label("Search").fill(shown)
        assert shown in [order.strip() for order in await column(page, "order")]
