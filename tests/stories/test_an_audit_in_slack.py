"""Exports dropped into a direct message: progress, summary, chart and list in the thread, and the orders into the queue."""

import csv
import io
import re
from datetime import timedelta

import pytest

from bot.slack.audits import answer, queueing
from storage.queue import Queue
from tests.unit.sources.screenshots.drawing import Sheet, draw

pytestmark = pytest.mark.anyio

SHOPIFY = (
    "Name", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Total", "Created at", "Lineitem quantity",
    "Lineitem sku", "Lineitem requires shipping", "Lineitem fulfillment status", "Id", "Email", "Shipping Name",
)  # fmt: skip
LABELS = (
    "Order - Number", "Order - Status", "Shipment - Tracking Number", "Shipment - Carrier", "Date - Shipped Date",
    "Date - Label Create Date", "Date - Order Date", "Shipment - Void Flag", "Market - Store Name",
)  # fmt: skip
STUCK, HEALED, FOREIGN = "#2001", "#2002", "#9009"


def table(columns, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def order(name, placed, *, shipped):
    stamp, state = f"{placed:%Y-%m-%d %H:%M:%S} +0000", "fulfilled" if shipped else "unfulfilled"
    return {
        "Name": name, "Financial Status": "paid", "Paid at": stamp, "Fulfillment Status": state, "Currency": "USD",
        "Total": "40.00", "Created at": stamp, "Lineitem quantity": "1", "Lineitem sku": "MUG",
        "Lineitem requires shipping": "true", "Lineitem fulfillment status": "fulfilled" if shipped else "pending",
        "Id": f"70000{name.strip('#')}", "Email": "jane@example.com", "Shipping Name": "Jane Roe",
    }  # fmt: skip


def label(name, placed, made):
    number = name.strip("#")
    return {
        "Order - Number": number, "Order - Status": "shipped", "Shipment - Carrier": "stamps_com",
        "Shipment - Tracking Number": f"94001118992231974{number:0>5}", "Date - Shipped Date": f"{made:%m/%d/%Y}",
        "Date - Label Create Date": f"{made:%m/%d/%Y %I:%M:%S %p}", "Shipment - Void Flag": "False",
        "Date - Order Date": f"{placed:%m/%d/%Y %I:%M:%S %p}", "Market - Store Name": "Pretend Goods",
    }  # fmt: skip


def exports(story, stuck=(STUCK, HEALED, FOREIGN)):
    """The month as both systems export it: these have a label that Shopify has not heard of, one of today is well."""
    now = story.clock.now()
    placed, made, today = now - timedelta(days=3), now - timedelta(days=2), now - timedelta(hours=9)
    orders = [*(order(name, placed, shipped=False) for name in stuck), order("#2100", today, shipped=True)]
    labels = [*(label(name, placed, made) for name in stuck), label("#2100", today, now - timedelta(hours=8))]
    upload = story.workspace.files.upload
    return [
        upload("orders_export.csv", table(SHOPIFY, orders), "U0ALEX"),
        upload("shipments.csv", table(LABELS, labels), "U0ALEX"),
    ]


@pytest.fixture
async def shop(story):
    """In the live systems #2001 is still stuck and #2002 has been mended; #9009 is of another shop."""
    for name in (STUCK, HEALED):
        order = story.world.order(name, age=timedelta(days=3))
        story.world.import_order(order, age=timedelta(days=3))
        story.world.label(order, age=timedelta(days=2), notify="Refused" if name == STUCK else True)
    return story


async def drop(story, files=None, user="U0ALEX", **more):
    """Drop files into the direct message with the app; return the thread under them when all is over."""
    message = await story.workspace.drop(exports(story) if files is None else files, user, **more)
    await story.settle()
    return story.workspace.messages(message.channel, message.thread_ts or message.ts)


def sent(story, name):
    """The last file of that name that stuck has shared."""
    shared = [
        file
        for room in story.workspace.channels.values()
        for message in room.messages.values()
        for file in message.files
        if file["user"] == "U0STUCK" and file["name"] == name
    ]
    return story.workspace.files.get(shared[-1]["id"])


@pytest.fixture(autouse=True)
def disk(tmp_path, monkeypatch):
    """Where temporary files lie in these tests."""
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    return place


async def test_a_drop_is_answered_with_summary_chart_and_list_and_its_files_are_gone(shop, disk, monkeypatch):
    monkeypatch.setattr("bot.slack.audits.running.TOLD_EVERY", 0.02)
    summary, files, question = await drop(shop)
    assert "3 of 4 orders of 18 Oct to 17 Nov 2026 were stuck." in summary.words
    assert "*3* Shipped, but unfulfilled in Shopify" in summary.words
    assert "*orders_export.csv* (Shopify orders export, 4 rows)" in summary.words
    assert [file["name"] for file in files.files] == ["report.png", "gaps.csv"]
    assert "3 of 4 orders" in files.files[0]["alt_txt"]
    assert sent(shop, "report.png").content.startswith(b"\x89PNG")
    listed = sent(shop, "gaps.csv").content.decode("utf-8-sig")
    assert [row["order"] for row in csv.DictReader(io.StringIO(listed))] == [STUCK, HEALED, FOREIGN]
    assert "jane" not in listed.lower()
    assert question.buttons == ["Add to the queue", "No"]
    assert list(disk.iterdir()) == []
    told = [call.arguments["text"] for call in shop.workspace.called("chat.update")]
    assert any(text.startswith("⏳ Reading") and str(disk) not in text for text in told)
    assert await shop.gaps() == [], "nothing becomes a live gap before somebody says so"


async def test_what_is_still_wrong_becomes_gaps_after_a_yes_and_only_once(shop):
    *_, question = await drop(shop)
    assert (await shop.workspace.click(question, "Add to the queue")).ok
    await shop.settle()
    assert [gap.order for gap in await shop.gaps()] == [STUCK]
    assert shop.card(STUCK).channel == shop.workspace.channel
    room, root = question.channel, question.thread_ts
    told = shop.workspace.messages(room, root)[-1].words.splitlines()
    assert told == [
        "*Read again in both systems*",
        "• *1 order* is still wrong: now in the queue, with a card in <#C0PRETEND1>.",
        "• *1 order* is in order by now, or still within the time that your settings allow.",
        "• *1 order* is not shown to stuck by the store main: of another shop, deleted, or too old for the app.",
    ]
    assert shop.workspace.message(question.ts, room).buttons == []
    await shop.workspace.click(question, "Add to the queue")
    await shop.settle()
    assert shop.told() == answer.DONE_ALREADY["added"]
    assert len(await shop.gaps()) == 1
    assert len(shop.workspace.messages(room, root)) == 4
    report = await shop.run(minutes=5)
    assert (report.opened, [gap.order for gap in await shop.gaps()]) == (0, [STUCK])


async def test_what_the_queue_knows_already_is_counted_apart_and_stays_as_it_is(shop):
    """Without the files: what becomes of orders, by what they are in the queue."""
    order = shop.world.order("#2003", age=timedelta(days=3))
    shop.world.import_order(order, age=timedelta(days=3))
    shop.world.label(order, age=timedelta(days=2), notify="Refused")
    await shop.run(minutes=5)
    [closed] = await shop.gaps(order="#2003")
    async with shop.house.database.write() as session:
        await Queue(session, shop.clock.now()).resolve(
            closed.id, "U0BO", resolution="accepted", reason="told"
        )
    done = []

    async def told(many):
        done.append(many)

    numbers = [STUCK, "#2003", HEALED, FOREIGN]
    tally = await queueing.add(shop.house.stores[0], numbers, told)
    assert tally == queueing.Tally(present=1, closed=1, ended=1, unknown=1)
    assert done == [4]
    assert [gap.order for gap in await shop.gaps()] == [STUCK]


async def test_many_orders_cost_few_requests_of_shipstation(shop):
    names = [f"#3{number:03}" for number in range(60)]
    for name in names:
        shop.world.import_order(shop.world.order(name, age=timedelta(days=3)), age=timedelta(days=3))
    await shop.run(minutes=5)
    store, before = shop.house.stores[0], shop.house.stores[0].sources.requests()["shipstation"]

    async def told(_many):
        pass

    await queueing.add(store, names, told)
    assert store.sources.requests()["shipstation"] - before <= 10


async def test_the_command_opens_a_window_and_its_answer_comes_as_a_direct_message(shop):
    assert (await shop.workspace.command("/stuck", "audit")).ok
    await shop.workspace.wait_for(lambda: shop.workspace.modals("U0ALEX"))
    [window] = shop.workspace.modals("U0ALEX")
    orders, labels = [file.as_json(shop.workspace.url) for file in exports(shop)]
    given = {"shopify": {"type": "file_input", "files": [orders]}, "days": "Last 60 days"}
    assert (await shop.workspace.submit(window, {**given, "shipstation": [labels]})).ok
    await shop.settle()
    assert shop.workspace.modals("U0ALEX") == []
    [opening] = shop.workspace.messages("D0ALEX")
    assert opening.words.startswith(
        "Audit of *orders_export.csv*, *shipments.csv*: the last 60 days, for <@U0ALEX>."
    )
    summary, _files, _question = shop.workspace.messages("D0ALEX", opening.ts)
    assert "3 of 4 orders of 18 Sep to 17 Nov 2026 were stuck." in summary.words
    assert "direct message" in shop.told()
    assert "/archives/D0ALEX/p" in shop.told()


async def test_a_file_that_is_no_export_inside_is_refused_with_what_it_looks_like(shop, disk):
    wrong = shop.workspace.files.upload("orders.csv", b'{"orders": []}', "U0ALEX")
    [refusal] = await drop(shop, [wrong])
    assert "orders.csv cannot be read: it looks like a JSON file." in refusal.words
    assert "send all files again, together in one message" in refusal.words
    assert list(disk.iterdir()) == []


def screenshot(story):
    """ShipStation's shipments as a browser shows them: a digit of the second number can be taken for a letter."""
    made, today = (f"{story.clock.now() - timedelta(days=days):%-m/%-d/%Y}" for days in (2, 0))
    grid = Sheet(
        columns=(("Order #", 110), ("Tracking #", 240), ("Recipient", 140), ("Ship Date", 110)),
        rows=(
            ("2001", "1Z999AA10123456784", "Jane Roe", made),
            ("2002", "1Z999AAI0123456784", "John Roe", made),
            ("2100", "9400111899223197428497", "Jane Doe", today),
        ),
    )
    content = io.BytesIO()
    draw(grid).save(content, "PNG")
    return story.workspace.files.upload("shipments.png", content.getvalue(), "U0ALEX")


async def test_a_screenshot_is_read_shown_back_corrected_and_then_audited(shop, disk):
    pytest.importorskip("rapidocr")
    orders, _labels = exports(shop)
    [message] = await drop(shop, [orders, screenshot(shop)])
    assert message.words.startswith(
        "*shipments.png*: ShipStation shipments grid, 3 rows read. 1 of them wants a second look; 1 cannot count"
    )
    assert list(disk.iterdir()) == []
    assert (await shop.workspace.click(message, "Look at the rows")).ok
    [window] = await shop.workspace.wait_for(lambda: shop.workspace.modals("U0ALEX"))
    assert "Roe" not in str(window.body)
    [wrong] = [each for each in window.blocks if str(each.get("block_id")).startswith("cell:")]
    assert wrong["element"]["initial_value"] == "1Z999AAI0123456784"
    right = re.search(r"Perhaps (\w+)\.", wrong["hint"]["text"])[1]
    assert (await shop.workspace.submit(window, {wrong["block_id"]: right})).ok
    await shop.settle()
    summary, _files, question = shop.workspace.messages("D0ALEX", message.thread_ts)
    assert "2 of 4 orders of 18 Oct to 17 Nov 2026 were stuck." in summary.words
    assert "*shipments.png* (Screenshot of a ShipStation shipments grid, 3 rows)" in summary.words
    assert "1 of its cells was corrected or confirmed by hand." in summary.words
    listed = sent(shop, "gaps.csv").content.decode("utf-8-sig")
    assert right in listed
    assert question.buttons == ["Add to the queue", "No"]
    assert list(disk.iterdir()) == []
