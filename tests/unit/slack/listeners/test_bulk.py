"""Many gaps at once from the Home tab: claim, snooze, resolve with one reason, and taking it back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import FastClock
from bot.sandbox.slack.elements import elements
from bot.slack.bulk import kept

pytestmark = pytest.mark.anyio


async def some(front, many=3):
    return [
        await front.open_gap(str(6000 + number), f"#{number}", headline="Shipped, and Shopify does not know")
        for number in range(many)
    ]


async def states(front, gaps):
    return [(await front.gap(gap.id)).state(front.clock.now()) for gap in gaps]


async def ended(front, choice, note=None, many="all 3"):
    """Resolve what is listed for this reason."""
    await front.slack.click(front.slack.home("U0ALEX"), f"Resolve {many}…")
    state = {"reason": choice} | ({"note": note} if note else {})
    return await front.slack.submit(await front.modal(), state)


async def test_claiming_all_leaves_alone_what_somebody_else_has(front):
    gaps = await some(front)
    await front.desk.move(lambda queue: queue.claim(gaps[0].id, "U0BO"))
    await front.home()
    await front.pressed("Claim all 3")
    word = await front.said("Claimed 2 gaps.")
    assert "1 is somebody else's" in word.words
    assert [(await front.gap(gap.id)).owner for gap in gaps] == ["U0BO", "U0ALEX", "U0ALEX"]
    assert [event.code for event in await front.history(gaps[1].id)] == ["opened", "claimed"]
    assert "Undo" in front.slack.home("U0ALEX").buttons


async def test_only_what_the_filters_leave_is_meant(front):
    gaps = await some(front)
    await front.home()
    await front.chosen("home.search", "#1")
    await front.pressed("Claim 1")
    assert [(await front.gap(gap.id)).owner for gap in gaps] == [None, "U0ALEX", None]


async def test_only_what_is_ticked_is_meant(front):
    gaps = await some(front)
    await front.home()
    await front.pressed("Tick some")
    rows = {block["block_id"].rpartition(":")[2]: block for block in front.slack.home("U0ALEX").blocks}
    view = front.slack.home("U0ALEX")
    box = next(elements([rows[gaps[2].id]]))
    change = {"type": "checkboxes", "selected_options": box.options}
    await front.redrawn(front.slack.choose_element(view, box, change, "U0ALEX"))
    await front.pressed("Claim 1")
    assert [(await front.gap(gap.id)).owner for gap in gaps] == [None, None, "U0ALEX"]


async def test_a_page_is_ticked_at_once_and_nothing_is_done_by_ticking(front):
    await some(front)
    await front.home()
    await front.pressed("Tick some")
    view = await front.pressed("Tick this page")
    assert "Claim all 3" in view.buttons
    assert "Tick some" in (await front.pressed("Stop ticking")).buttons


async def test_what_came_after_the_drawing_is_not_meant(front):
    gaps = await some(front)
    await front.home()
    front.clock.move(minutes=1)
    late = await front.open_gap("7000", "#late")
    await front.pressed("Claim all 3")
    assert (await front.gap(gaps[0].id)).owner == "U0ALEX"
    assert (await front.gap(late.id)).owner is None


async def test_buttons_of_an_old_drawing_do_nothing(front):
    gaps = await some(front)
    old = await front.home()
    await front.chosen("home.view", "Unowned")
    await front.redrawn(front.slack.click(old, "Claim all 3"))
    assert "had changed meanwhile" in front.slack.home("U0ALEX").words
    assert await states(front, gaps) == ["open"] * 3


async def test_snoozing_all_and_undoing_it_gives_back_the_snooze_there_was(front):
    gaps = await some(front)
    until = front.clock.now() + timedelta(hours=30)
    await front.desk.move(lambda queue: queue.snooze(gaps[0].id, "U0BO", until))
    await front.home()
    await front.slack.click(front.slack.home("U0ALEX"), "Snooze all 3…")
    await front.slack.submit(await front.modal(), {"until": "1 hour"})
    await front.said("Snoozed 3 gaps until")
    assert await states(front, gaps) == ["snoozed"] * 3
    await front.pressed("Undo")
    await front.said("Undone: 3 gaps are as they were.")
    first = await front.gap(gaps[0].id)
    assert (first.snoozed_until, first.snoozed_by) == (until, "U0BO")
    assert await states(front, gaps[1:]) == ["open"] * 2
    assert [event.code for event in await front.history(gaps[1].id)] == ["opened", "snoozed", "undone"]
    assert "Undo" not in front.slack.home("U0ALEX").buttons


async def test_one_reason_ends_many_and_undo_opens_those_that_nobody_has_touched(front):
    gaps = await some(front)
    await front.home()
    await ended(front, "A test or internal order", "Trade fair")
    word = await front.said("3 gaps ended as not a gap: A test or internal order. Trade fair.")
    assert (await front.gap(gaps[0].id)).reason == "A test or internal order. Trade fair"
    await front.desk.move(lambda queue: queue.reopen(gaps[0].id, "U0BO"))
    await front.slack.click(word, "Undo")
    told = await front.said("Undone: 2 gaps are as they were.")
    assert "1 gap stays as it is" in told.words
    assert (await front.gap(gaps[0].id)).reopened == 1
    assert (await front.gap(gaps[1].id)).reopened == 0
    assert await states(front, gaps) == ["open"] * 3


async def test_a_reason_of_ones_own_needs_a_note(front):
    await some(front)
    await front.home()
    await ended(front, "not_a_gap:other")
    assert front.slack.modals("U0ALEX")[-1].errors


async def test_resolved_asks_the_systems_about_each_and_says_how_it_went(front):
    gaps = await some(front)
    await front.home()

    async def differs():
        front.gone = {0: True, 1: False, 2: None}[len(front.asked) - 1]

    front.answers = differs
    await ended(front, "Resolved: ask both systems")
    word = await front.said("Both systems were asked about 3 gaps.")
    assert "1 resolved: both systems agree" in word.words
    assert "1 marked as resolved, but the systems still disagree" in word.words
    assert "1 marked as resolved, but could not be confirmed" in word.words
    assert len(front.asked) == 3
    assert await states(front, gaps) == ["resolved"] * 3
    await front.slack.click(word, "Undo")
    await front.said("Undone: 3 gaps are as they were.")
    assert await states(front, gaps) == ["open"] * 3


async def test_too_many_are_not_asked_about_at_once(front, monkeypatch):
    monkeypatch.setattr("bot.slack.bulk.asking.MOST", 2)
    gaps = await some(front)
    await front.home()
    await ended(front, "Resolved: ask both systems")
    await front.said("these are 3: more than 2 at once")
    assert front.asked == []
    assert await states(front, gaps) == ["open"] * 3


async def test_after_five_minutes_it_stays(front):
    gaps = await some(front)
    await front.home()
    await front.pressed("Claim all 3")
    word = await front.said("Claimed 3 gaps.")
    front.clock.move(minutes=5)
    await front.slack.click(word, "Undo")
    await front.said("for five minutes only")
    assert await states(front, gaps) == ["claimed"] * 3


async def test_only_who_did_it_can_undo_it_and_only_once(front):
    gaps = await some(front)
    await front.home()
    await front.pressed("Claim all 3")
    word = await front.said("Claimed 3 gaps.")
    await front.slack.click(word, "Undo", "U0BO")
    await front.told("U0BO")
    assert await states(front, gaps) == ["claimed"] * 3
    await front.slack.click(word, "Undo")
    await front.said("Undone: 3 gaps")
    await front.slack.click(word, "Undo")
    await front.said("undone already")


async def test_where_time_runs_fast_there_are_five_minutes_on_the_wall_to_undo(front):
    fast = replace(front.desk, clock=FastClock(front.clock.now(), speed=300))
    async with front.database.write() as session:
        bulk = await kept.bulks(fast, session).begin("U0ALEX", "claimed")
    assert bulk.undoable_until - bulk.at == 300 * timedelta(minutes=5)
