"""The pretend workspace's page, in a real browser, with messages of known content."""

from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.clock import ManualClock
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack import Workspace
from tests.browser.conftest import until

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
YESTERDAY = int(START.timestamp()) - 86_400

HOSTILE = "<script>alert(1)</script> &lt;img src=x onerror=alert(1)&gt; &lt;!channel&gt;"


class CannedShop:
    """Two orders, and one thing that can be done."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.done: list[tuple[str, str]] = []

    def subscribe(self, callback: Any) -> Any:
        return lambda: None

    def names(self) -> list[dict[str, str]]:
        states = {"shopify": "UNFULFILLED", "shipstation": "shipped", "created": "2026-11-22T15:00:00Z"}
        return [{"name": name, **states} for name in ("#1043", "#1042")]

    def view(self, name: str) -> dict[str, Any]:
        shopify = {"financial": "PAID", "fulfilment": "UNFULFILLED", "cancelled": False, "holds": []}
        shopify |= {"fulfilments": [], "created": "2026-11-22T15:00:00Z"}
        row = {"number": name.removeprefix("#"), "status": "shipped", "labels": []}
        actions = [{"code": "resend", "label": "Resend the notification"}]
        return {"name": name, "shopify": shopify, "shipstation": [row], "actions": actions}

    def act(self, name: str, code: str) -> str:
        self.done.append((name, code))
        return f"Shopify was told about {name}."


def mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def card(text: str) -> list[dict]:
    claim = {
        "type": "button",
        "action_id": "claim",
        "text": plain("Claim"),
        "value": "g1",
        "style": "primary",
    }
    later = [{"text": plain(one), "value": one} for one in ("1 hour", "4 hours")]
    more = {"type": "overflow", "action_id": "more", "options": later}
    head = {"type": "section", "text": mrkdwn(text), "fields": [mrkdwn("*Shopify*\nunfulfilled")]}
    return [head, {"type": "actions", "elements": [claim, more]}]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def workspace(clock) -> Workspace:
    return Workspace(clock)


@pytest.fixture
def shop(clock) -> CannedShop:
    return CannedShop(clock)


@pytest.fixture
async def server(workspace, shop, monkeypatch) -> AsyncIterator[SandboxServer]:
    for system in ("shopify", "shipstation"):
        monkeypatch.setattr(f"bot.sandbox.app.{system}.routes", lambda world, faults: [])
    server = SandboxServer(shop, workspace)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def page(browser, server) -> AsyncIterator[Any]:
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: wrong.append(request.url) if server.url not in request.url else None)
    page.set_default_timeout(10_000)
    await page.goto(server.url)
    await page.wait_for_selector(".place")
    yield page
    await page.close()
    assert wrong == []


async def test_formatting_mentions_dates_and_emoji_are_drawn_in_the_persons_zone(page, workspace):
    text = f"*bold* _it_ ~gone~ `code` :tada: <@U0BO> <!date^{YESTERDAY}^{{date_pretty}} at {{time}}|then>"
    workspace.post(workspace.channel, "x", card(text))
    told = page.locator(".message .section-text")
    await told.wait_for()
    assert await told.inner_text() == "bold it gone code 🎉 @Bo yesterday at 10:00 AM"
    for tag, words in {"strong": "bold", "em": "it", "s": "gone", "code": "code"}.items():
        assert await told.locator(tag).inner_text() == words


async def test_hostile_text_stays_text(page, workspace):
    workspace.post(workspace.channel, "x", card(HOSTILE))
    told = page.locator(".message .section-text")
    await told.wait_for()
    assert "<img src=x onerror=alert(1)> <!channel>" in await told.inner_text()
    assert await page.locator(".message script, .message img, .message .mention-loud").count() == 0


async def test_a_click_is_sent_and_its_failure_is_said(page, workspace):
    workspace.post(workspace.channel, "x", card("a gap"))
    await page.get_by_role("button", name="Claim").click()
    await page.locator(".toast", has_text="dispatch_failed").wait_for()
    assert workspace.acks[-1].payload["actions"][0]["value"] == "g1"
    assert workspace.acks[-1].payload["user"]["id"] == "U0ALEX"


async def test_a_menu_opens_and_is_chosen_from_with_the_keyboard(page, workspace):
    workspace.post(workspace.channel, "x", card("a gap"))
    await page.get_by_role("button", name="More actions").press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await workspace.wait_for(lambda: workspace.acks)
    assert workspace.acks[-1].payload["actions"][0]["selected_option"]["value"] == "4 hours"


async def test_an_update_redraws_the_card_in_place(page, workspace):
    message = workspace.post(workspace.channel, "x", card("open"))
    await page.locator(".message", has_text="open").wait_for()
    workspace.redraw(message, blocks=card("claimed by <@U0BO>"))
    await page.locator(".message", has_text="claimed by @Bo").wait_for()
    assert await page.locator(".message").count() == 1


async def test_a_private_answer_is_marked_and_can_be_put_away(page, workspace):
    workspace.post(workspace.channel, "psst", [], only_for="U0ALEX")
    private = page.locator(".message-private")
    assert "Only visible to you" in await private.inner_text()
    await private.get_by_role("button", name="Dismiss").click()
    await private.wait_for(state="detached")
    assert workspace.ephemerals("U0ALEX") == []


async def test_the_composer_completes_a_command_and_sends_it(page, workspace):
    box = page.get_by_role("combobox")
    await box.press_sequentially("/st")
    await box.press("Tab")
    await page.get_by_role("option", name="/stuck order").wait_for()
    await box.press("ArrowDown")
    await box.press("Enter")
    await box.press_sequentially("1042")
    await box.press("Enter")
    await workspace.wait_for(lambda: workspace.acks)
    payload = workspace.acks[-1].payload
    assert (payload["command"], payload["text"]) == ("/stuck", "order 1042")


async def test_whoever_reads_above_and_asks_something_is_taken_to_the_answer(page, workspace):
    await _read_above(page, workspace)
    await page.get_by_role("combobox").fill("/stuck help")
    await page.keyboard.press("Enter")
    workspace.post(workspace.channel, "psst", [], only_for="U0ALEX")
    await _wait_in_view(page.locator(".message-private"))


async def test_an_answer_to_a_click_is_announced_to_whoever_reads_above(page, workspace):
    await _read_above(page, workspace)
    workspace.post(workspace.channel, "psst", [], only_for="U0ALEX")
    workspace.post(workspace.channel, "another", [])
    await page.locator("#announcer", has_text="another").wait_for(state="attached")
    await page.get_by_role("button", name="An answer for you").click()
    await _wait_in_view(page.locator(".message-private"))


async def _read_above(page, workspace):
    for number in range(12):
        workspace.post(workspace.channel, "x", card(f"gap {number}"))
    await page.locator(".message", has_text="gap 11").wait_for()
    await page.locator("#messages").evaluate("(node) => (node.scrollTop = 0)")


async def _wait_in_view(node):
    await node.wait_for()
    await until(
        node.page,
        """(node) => node.getBoundingClientRect().top < document.querySelector("#composer").getBoundingClientRect().top""",
        await node.element_handle(),
    )


async def test_a_thread_opens_with_its_replies_and_takes_another(page, workspace):
    parent = workspace.post(workspace.channel, "a gap", [])
    workspace.post(workspace.channel, "claimed", [], thread_ts=parent.ts)
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await thread.get_by_text("claimed").wait_for()
    await thread.get_by_role("combobox").fill("on it")
    await page.keyboard.press("Enter")
    await workspace.wait_for(lambda: len(workspace.messages(thread_ts=parent.ts)) == 2)
    await page.keyboard.press("Escape")
    assert await thread.is_hidden()


async def test_a_modal_shows_errors_keeps_what_was_typed_and_closes_with_escape(page, workspace):
    reason = {"type": "plain_text_input", "action_id": "reason"}
    when = {"type": "datetimepicker", "action_id": "when"}
    blocks = [
        {"type": "input", "block_id": "w", "label": plain("When"), "element": when},
        {"type": "input", "block_id": "r", "label": plain("Reason"), "element": reason},
    ]
    body = {"type": "modal", "title": plain("Snooze"), "submit": plain("Save"), "blocks": blocks}
    workspace.views.open("U0ALEX", body)
    dialog = page.get_by_role("dialog", name="Snooze")
    await dialog.get_by_label("When").fill("2026-11-24T09:00")
    await dialog.get_by_role("button", name="Save").click()
    await dialog.get_by_role("alert").wait_for()
    assert await dialog.get_by_label("When").input_value() == "2026-11-24T09:00"
    await dialog.get_by_label("Reason").fill("lost")
    await dialog.get_by_role("button", name="Save").click()
    await workspace.wait_for(lambda: workspace.acks)
    values = workspace.acks[-1].payload["view"]["state"]["values"]
    assert values["r"]["reason"]["value"] == "lost"
    assert values["w"]["when"]["selected_date_time"] == int(
        datetime(2026, 11, 24, 14, tzinfo=UTC).timestamp()
    )
    await page.keyboard.press("Escape")
    await dialog.wait_for(state="detached")


async def test_a_window_takes_a_channel_and_lets_it_go_again(page, workspace):
    name = workspace.channels[workspace.channel].name
    element = {
        "type": "multi_conversations_select",
        "action_id": "value",
        "max_selected_items": 1,
        "placeholder": plain("The store's channel"),
    }
    held = element | {"initial_conversations": [workspace.channel]}
    blocks = [
        {"type": "input", "block_id": title, "label": plain(title), "element": each, "optional": True}
        for title, each in (("New", element), ("Held", held))
    ]
    body = {"type": "modal", "title": plain("Settings"), "submit": plain("Change"), "blocks": blocks}
    workspace.views.open("U0ALEX", body)
    dialog = page.get_by_role("dialog", name="Settings")
    await dialog.get_by_role("button", name="New").click()
    await page.get_by_role("menuitemradio", name=f"#{name}").click()
    await dialog.get_by_role("button", name="Held").click()
    await page.get_by_role("menuitemradio", name="The store's channel").click()
    await dialog.get_by_role("button", name="Change").click()
    await workspace.wait_for(lambda: workspace.acks)
    values = workspace.acks[-1].payload["view"]["state"]["values"]
    assert [values[title]["value"]["selected_conversations"] for title in ("New", "Held")] == [
        [workspace.channel],
        [],
    ]


async def test_acting_as_somebody_else_changes_zone_and_sender(page, workspace):
    workspace.post(workspace.channel, "x", card("a gap"))
    await page.get_by_role("button", name="You act as").click()
    await page.get_by_role("menuitemradio", name="Bo (Berlin)").click()
    await page.locator("#clock", has_text="4:00 PM, Berlin").wait_for()
    await page.get_by_role("button", name="Claim").click()
    await workspace.wait_for(lambda: workspace.acks)
    assert workspace.acks[-1].payload["user"]["id"] == "U0BO"


async def test_an_order_link_selects_it_in_the_panel_where_it_can_be_mended(page, workspace, shop):
    workspace.post(
        workspace.channel, "x", card("<https://admin.shopify.com/store/x/orders/9|Order #1042> is stuck")
    )
    await page.get_by_role("link", name="Order #1042").click()
    panel = page.get_by_role("complementary", name="Pretend shop")
    await panel.get_by_role("heading", name="#1042").wait_for()
    await panel.get_by_role("button", name="Resend the notification").click()
    await panel.get_by_text("Shopify was told about #1042.").wait_for()
    assert shop.done == [("#1042", "resend")]
    assert page.url.rstrip("/") == page.url.split("#")[0].rstrip("/")


async def test_the_home_tab_shows_what_was_published(page, workspace):
    workspace.views.publish(
        "U0ALEX", {"type": "home", "blocks": [{"type": "header", "text": plain("Your gaps")}]}
    )
    await page.get_by_role("button", name="stuck", exact=True).click()
    await page.get_by_role("heading", name="Your gaps").wait_for()
    await workspace.wait_for(lambda: workspace.acks)
    assert workspace.acks[-1].payload["event"]["type"] == "app_home_opened"


async def test_on_a_phone_nothing_sticks_out_and_the_shop_is_a_sheet(page, workspace):
    workspace.post(workspace.channel, "x", card("word " * 80))
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.locator(".message").wait_for()
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    panel = page.get_by_role("complementary", name="Pretend shop")
    assert (wide, await panel.count()) == (False, 0)
    await page.locator("#open-panel").click()
    await panel.get_by_role("button", name="#1042").wait_for()


async def test_a_page_that_lost_the_feed_comes_back_by_itself(page, workspace, server):
    for connection in server._connections():
        if hasattr(connection, "handshake_complete"):
            connection.transport.abort()
    workspace.post(workspace.channel, "while away", [])
    await page.locator(".message", has_text="while away").wait_for()


async def test_a_press_is_not_lost_when_the_card_changes_under_it(page, workspace):
    message = workspace.post(workspace.channel, "x", card("open"))
    box = await page.get_by_role("button", name="Claim").bounding_box()
    await page.mouse.move(box["x"] + 5, box["y"] + 5)
    await page.mouse.down()
    workspace.redraw(message, text="y", blocks=card("changed"))
    workspace.post(workspace.channel, "another", [])
    await page.locator("#announcer", has_text="another").wait_for(state="attached")
    await page.mouse.up()
    await workspace.wait_for(lambda: workspace.acks)
    assert "open" in str(workspace.acks[-1].payload["message"]["blocks"])
    await page.locator(".message", has_text="another").wait_for()


def chosen(name, content=b"a,b\n1,2\n", kind="text/csv"):
    return {"name": name, "mimeType": kind, "buffer": content}


DROPPED = """(node) => {
  const files = new DataTransfer();
  files.items.add(new File(["a,b"], "labels.csv", { type: "text/csv" }));
  node.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
}"""


async def test_files_are_attached_and_dropped_in_the_apps_conversation_and_only_there(page, workspace):
    assert await page.locator("#composer .attach").count() == 0
    await page.get_by_role("button", name="stuck", exact=True).click()
    await page.get_by_role("tab", name="Messages").click()
    await page.get_by_label("Attach files").set_input_files([chosen("orders.csv"), chosen("wrong.csv")])
    await page.get_by_role("button", name="Remove wrong.csv").click()
    await page.locator("#messages").evaluate(DROPPED)
    await page.locator("#composer .file-chip", has_text="labels.csv").wait_for()
    await page.get_by_role("button", name="Send").click()
    await workspace.wait_for(lambda: workspace.messages("D0ALEX"))
    [message] = workspace.messages("D0ALEX")
    assert [file["name"] for file in message.files] == ["orders.csv", "labels.csv"]
    assert await page.locator("#composer .file-chip").count() == 0


async def test_a_picture_is_shown_with_its_words_and_a_list_can_be_downloaded(page, workspace):
    dot = b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    picture = workspace.files.upload("report.png", dot, "U0STUCK", alt_text="A chart")
    listed = workspace.files.upload("gaps.csv", b"a,b\n", "U0STUCK")
    told = workspace.files.told([picture.id, listed.id])
    workspace.post(workspace.channel, "here", [], files=told)
    shown = page.get_by_role("img", name="A chart")
    await shown.wait_for()
    await until(page, "document.querySelector('.attached-picture').naturalWidth === 1")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="gaps.csv").click()
    assert (await download.value).suggested_filename == "gaps.csv"


async def test_a_window_takes_files_and_sends_them_after_an_error_too(page, workspace):
    field = {"type": "file_input", "action_id": "value", "filetypes": ["csv"], "max_files": 2}
    blocks = [
        {"type": "input", "block_id": name, "label": plain(name), "element": field} for name in ("One", "Two")
    ]
    body = {"type": "modal", "title": plain("Audit"), "submit": plain("Send"), "blocks": blocks}
    workspace.views.open("U0ALEX", body)
    dialog = page.get_by_role("dialog", name="Audit")
    one, two = (dialog.get_by_role("group", name=name).locator("input") for name in ("One", "Two"))
    await one.set_input_files([chosen("orders.csv"), chosen("notes.pdf")])
    await page.locator(".toast", has_text="Only these kinds of files").wait_for()
    await dialog.locator(".file-chip", has_text="orders.csv").wait_for()
    await dialog.get_by_role("button", name="Send").click()
    await dialog.get_by_role("alert").wait_for()
    await two.set_input_files([chosen("labels.csv")])
    await dialog.locator(".file-chip", has_text="labels.csv").wait_for()
    await dialog.get_by_role("button", name="Send").click()
    await workspace.wait_for(lambda: workspace.acks)
    values = workspace.acks[-1].payload["view"]["state"]["values"]
    assert [values[name]["value"]["files"][0]["name"] for name in ("One", "Two")] == [
        "orders.csv",
        "labels.csv",
    ]


async def test_a_link_to_a_message_opens_its_thread(page, workspace):
    said = workspace.post(workspace.dm("U0ALEX").id, "the audit", [])
    workspace.post("D0ALEX", "its answer", [], thread_ts=said.ts)
    address = f"https://pretend.example/archives/D0ALEX/p{said.ts.replace('.', '')}"
    workspace.post(workspace.channel, f"as a <{address}|direct message>", [])
    await page.get_by_role("link", name="direct message").click()
    await page.get_by_role("complementary", name="Thread").get_by_text("its answer").wait_for()
