"""Seven in the morning: a dozen gaps on the Home tab, and one person who works through them."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio

UNTOLD, LATE = range(5001, 5005), range(6001, 6009)
PAST = "Awaiting shipment past the cutoff"


@pytest.fixture
async def morning(story):
    """Four orders that Shopify was not told of, one after the other, and eight that nobody has printed since yesterday."""
    for number in UNTOLD:
        order = story.world.order(f"#{number}", age=timedelta(hours=9))
        story.world.import_order(order, age=timedelta(hours=8))
        story.world.label(order, age=timedelta(hours=5), notify=f"Refused: {number}")
    for number in LATE:
        order = story.world.order(f"#{number}", age=timedelta(hours=25, minutes=number - 6000))
        story.world.import_order(order, age=timedelta(hours=24))
    await story.run(minutes=5)
    return story


async def home(story, user="U0ALEX"):
    """Open the tab; return what it shows."""
    await story.workspace.open_home(user)
    await story.settle()
    return story.workspace.home(user)


async def press(story, what, user="U0ALEX"):
    """Press something on the tab; return what it shows then."""
    await story.workspace.click(story.workspace.home(user), what, user)
    await story.settle()
    return story.workspace.home(user)


async def choose(story, menu, choice, user="U0ALEX"):
    await story.workspace.choose(story.workspace.home(user), f"home.{menu}", choice, user)
    await story.settle()
    return story.workspace.home(user)


async def test_it_says_how_it_stands_and_that_all_of_it_is_known(morning):
    shown = (await home(morning)).words
    assert "12 gaps, 12 unowned" in shown
    assert "complete" in shown
    assert f"{PAST}: 8" in shown


async def test_what_one_filters_for_stays_and_is_ones_own(morning):
    await home(morning)
    shown = await choose(morning, "kind", PAST)
    assert "1 to 8 of 8 gaps" in shown.words
    assert "1 to 12 of 12 gaps" in (await home(morning, "U0BO")).words
    await morning.run(minutes=30)
    assert "1 to 8 of 8 gaps" in (await home(morning)).words


async def test_all_of_a_kind_is_claimed_and_cards_and_others_know_it(morning):
    await home(morning)
    await choose(morning, "kind", PAST)
    await press(morning, "Claim all 8")
    assert len(await morning.gaps(owner="U0ALEX")) == 8
    assert "Owner: <@U0ALEX>" in morning.card("#6003").words.replace("*", "")
    assert "12 gaps, 4 unowned" in (await home(morning, "U0BO")).words
    await press(morning, "Undo")
    assert await morning.gaps(owner="U0ALEX") == []
    assert "Unowned" in morning.card("#6003").words


async def test_after_five_minutes_nothing_is_taken_back(morning):
    await home(morning)
    await press(morning, "Claim all 12")
    old = morning.workspace.home("U0ALEX")
    morning.clock.move(minutes=6)
    await morning.workspace.click(old, "Undo")
    await morning.settle()
    assert len(await morning.gaps(owner="U0ALEX")) == 12
    assert "Undo" not in (await home(morning)).buttons


async def test_a_row_opens_with_its_story_and_every_act(morning):
    tab = await home(morning)
    await morning.workspace.click(tab, "Open")
    await morning.settle()
    [window] = morning.workspace.modals("U0ALEX")
    assert "What happened" in window.words
    await morning.press(window, "Claim")
    await morning.settle()
    [claimed] = await morning.gaps(owner="U0ALEX")
    [window] = morning.workspace.modals("U0ALEX")
    assert "<@U0ALEX> claimed it" in window.words
    assert claimed.order in window.words
    assert "11 unowned" in morning.workspace.home("U0ALEX").words


async def test_what_is_put_off_says_when_it_wakes_and_wakes(morning):
    await home(morning)
    await morning.workspace.click(morning.workspace.home("U0ALEX"), "Snooze all 12…")
    await morning.settle()
    [window] = morning.workspace.modals("U0ALEX")
    await morning.submit(window, {"until": "4 hours"})
    shown = await choose(morning, "view", "Snoozed, next to wake first")
    assert "wakes <!date^" in shown.words
    await morning.run(hours=4, minutes=1)
    assert len(await morning.gaps(state="open")) == 12
