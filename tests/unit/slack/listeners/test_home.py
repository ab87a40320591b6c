"""The Home tab: the queue, looked through; filters that stay; rows that open."""

from datetime import timedelta

import pytest

from bot.slack.home.page import ROWS
from storage.findings import Cause, Severity

pytestmark = pytest.mark.anyio

REFUSED = Cause("store_cannot_notify", "confirmed", "The store cannot tell Shopify.")


def listed(view):
    """The orders of the rows, from top to bottom."""
    rows = [
        block["text"]["text"] for block in view.blocks if block["type"] == "section" and "accessory" in block
    ]
    return [text.split("*")[1].removeprefix("Order ") for text in rows if "*Order" in text]


async def test_home_says_how_fresh_it_is_and_what_there_is(front):
    await front.complete_run()
    await front.open_gap("6001", "#1001")
    await front.open_gap("6002", "#1002", kind="tracking.missing", cause=REFUSED)
    view = await front.home()
    assert "2 gaps, 2 unowned" in view.words
    assert "✅ main: read" in view.words
    assert ", complete" in view.words
    assert "*By kind*" in view.words
    assert "Store cannot notify: 1" in view.words


async def test_a_store_that_cannot_be_read_is_told_first(front):
    await front.complete_run()
    front.clock.move(hours=1)
    await front.complete_run(error="ShipStation did not answer.")
    view = await front.home()
    assert "⚠️ main: last read completely" in view.words
    assert "ShipStation did not answer." in view.words
    assert "Nothing is stuck" not in view.words


async def test_an_empty_home_says_that_nothing_waits(front):
    await front.complete_run()
    assert "Nothing is stuck" in (await front.home()).words


async def test_home_keeps_its_limit_with_many_gaps_and_has_pages(front):
    for number in range(45):
        await front.open_gap(
            str(7000 + number), f"#{number}", since=front.clock.now() + timedelta(seconds=number)
        )
    view = await front.home()
    assert len(view.blocks) <= 100
    assert listed(view) == [f"#{number}" for number in range(ROWS)]
    view = await front.pressed("Next page")
    assert listed(view) == [f"#{number}" for number in range(ROWS, 2 * ROWS)]
    assert "41 to 45 of 45 gaps" in (await front.pressed("Next page")).words
    assert "21 to 40 of 45 gaps" in (await front.pressed("Previous page")).words


async def test_the_gravest_come_first_and_the_view_oldest_goes_by_age(front):
    now = front.clock.now()
    await front.open_gap("6001", "#old", severity=Severity.LOW, since=now - timedelta(days=9))
    await front.open_gap("6002", "#bad", severity=Severity.CRITICAL, since=now - timedelta(days=1))
    await front.open_gap("6003", "#mid", severity=Severity.NORMAL, since=now - timedelta(days=5))
    assert listed(await front.home()) == ["#bad", "#mid", "#old"]
    assert listed(await front.chosen("home.view", "Oldest first")) == ["#old", "#mid", "#bad"]


async def test_views_show_mine_what_nobody_has_and_what_wakes_next(front):
    gaps = [await front.open_gap(f"600{number}", f"#{number}") for number in range(4)]
    now = front.clock.now()
    await front.desk.move(lambda queue: queue.claim(gaps[0].id, "U0ALEX"))
    await front.desk.move(lambda queue: queue.snooze(gaps[1].id, "U0BO", now + timedelta(hours=9)))
    await front.desk.move(lambda queue: queue.snooze(gaps[2].id, "U0BO", now + timedelta(hours=2)))
    await front.home()
    assert listed(await front.chosen("home.view", "Mine (1)")) == ["#0"]
    assert listed(await front.chosen("home.view", "Unowned (1)")) == ["#3"]
    view = await front.chosen("home.view", "Snoozed, next to wake first (2)")
    assert listed(view) == ["#2", "#1"]
    assert "wakes <!date^" in view.words


async def test_filters_stay_where_they_were_for_each_person(front):
    await front.open_gap("6001", "#1001")
    await front.open_gap("6002", "#1002", kind="tracking.missing", cause=REFUSED)
    await front.home()
    await front.home("U0BO")
    assert listed(await front.chosen("home.cause", "Store cannot notify")) == ["#1002"]
    assert listed(await front.home()) == ["#1002"]
    assert len(listed(await front.home("U0BO"))) == 2
    assert len(listed(await front.pressed("Show everything"))) == 2


async def test_a_search_finds_an_order_by_its_number_and_by_words(front):
    await front.open_gap("6001", "#1001", headline="#1001: two parcels, one number")
    await front.open_gap("6002", "#1002")
    await front.home()
    assert listed(await front.chosen("home.search", "1002")) == ["#1002"]
    assert listed(await front.chosen("home.search", "parcels TWO")) == ["#1001"]


async def test_words_that_find_nothing_are_not_kept(front):
    await front.open_gap("6001", "#1001")
    await front.home()
    view = await front.chosen("home.search", "Erika Mustermann")
    assert "Nothing in the queue contains" in view.words
    assert listed(view) == ["#1001"]
    async with front.database.read() as session:
        rows = await (await session.connection()).exec_driver_sql("SELECT words FROM homes")
        assert [row.words for row in rows] == [""]


async def test_a_row_opens_a_window_with_evidence_history_and_every_act(front):
    gap = await front.open_gap()
    await front.home()
    await front.slack.click(front.slack.home("U0ALEX"), "Open")
    window = await front.modal()
    assert window.title == "Order #1234"
    assert "State: Unfulfilled" in window.words
    assert "Found:" in window.words
    before = front.slack.home("U0ALEX").hash
    await front.slack.click(window, "Claim")
    await front.until(gap, "claimed")
    await front.slack.wait_for(lambda: "claimed it." in front.slack.modals("U0ALEX")[-1].words)
    assert "Release" in front.slack.modals("U0ALEX")[-1].buttons
    await front.slack.wait_for(lambda: front.slack.home("U0ALEX").hash != before)
    assert "yours" in front.slack.home("U0ALEX").words
    assert front.slack.ephemerals("U0ALEX") == []


async def test_a_stale_window_says_so_and_shows_the_present(front):
    gap = await front.open_gap()
    await front.home()
    await front.slack.click(front.slack.home("U0ALEX"), "Open")
    window = await front.modal()
    await front.desk.move(lambda queue: queue.claim(gap.id, "U0BO"))
    await front.slack.click(window, "Claim")
    await front.slack.wait_for(lambda: "claimed it first" in front.slack.modals("U0ALEX")[-1].words)
    assert (await front.gap(gap.id)).owner == "U0BO"


async def test_a_snooze_from_the_window_lies_on_top_of_it_and_brings_it_up_to_date(front):
    gap = await front.open_gap()
    await front.home()
    await front.slack.click(front.slack.home("U0ALEX"), "Open")
    window = await front.modal()
    await front.slack.click(window, "Snooze")
    await front.slack.wait_for(lambda: len(front.slack.modals("U0ALEX")) == 2)
    await front.slack.submit(front.slack.modals("U0ALEX")[-1])
    await front.until(gap, "snoozed")
    await front.slack.wait_for(lambda: "Wake" in front.slack.modals("U0ALEX")[-1].buttons)
    assert len(front.slack.modals("U0ALEX")) == 1
    assert "your time" in front.slack.modals("U0ALEX")[-1].words


async def test_a_guest_sees_no_orders_at_home(front):
    await front.open_gap()
    said = (await front.home("U0GUEST")).words
    assert "Guests cannot" in said
    assert "#1234" not in said


async def test_the_messages_tab_is_left_alone(front):
    await front.slack.open_home(tab="messages")
    assert front.slack.called("views.publish") == []
