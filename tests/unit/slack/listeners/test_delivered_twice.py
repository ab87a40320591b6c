"""What Slack delivers twice, or somebody presses twice, happens once: the row decides, never the payload."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.sandbox.slack.workspace import SIGNING_SECRET
from bot.serving import serve
from bot.slack.app import build_app
from bot.stopping import listeners_end
from bot.web import build_web

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def over_http(front, port: int) -> AsyncIterator[None]:
    """Have Slack post to the app, as under `stuck web`."""

    async def healthy():
        return {"live": True, "ready": True}

    app = build_app(front.client, front.desk, signing_secret=SIGNING_SECRET, socket_mode=False)
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(build_web(app, healthy), port, stop))
    await asyncio.wait_for(listening(port), 10)
    front.slack.use_http(f"http://127.0.0.1:{port}/slack/events")
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(serving, 10)


async def listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return


@pytest.fixture(params=["socket", "http"], autouse=True)
async def road(request, front, unused_port) -> AsyncIterator[str]:
    """The way on which Slack reaches the app: a new envelope each time, or a post with X-Slack-Retry-Num."""
    if request.param == "socket":
        yield request.param
        return
    async with over_http(front, unused_port):
        yield request.param


async def claimed(front, gap) -> None:
    await front.slack.click(await front.show(gap), "Claim")
    await front.until(gap, "claimed")


async def snoozed(front, gap) -> None:
    await front.slack.click(await front.show(gap), "Snooze…")
    await front.slack.submit(await front.modal())
    await front.until(gap, "snoozed")


async def resolved(front, gap) -> None:
    await front.slack.click(await front.show(gap), "Resolved")
    await front.until(gap, "resolved")


async def theirs(front, gap) -> None:
    await front.slack.click(await front.show(gap), "Claim", "U0BO")
    await front.until(gap, "claimed")


async def untouched(front, gap) -> None:
    return


CLICKS = [
    (untouched, "Claim", ["claimed"]),
    (claimed, "Release", ["claimed", "released"]),
    (untouched, "Resolved", ["resolved"]),
    (resolved, "Reopen", ["resolved", "reopened"]),
    (snoozed, "Wake", ["snoozed", "woken"]),
]


async def twice(front, deliver, *, at_once: bool = False) -> None:
    """Deliver something and once more the same, and wait until both have been dealt with."""
    before = front.nudges
    first = await deliver()
    assert first.error is None
    if not at_once:
        await front.slack.wait_for(lambda: front.nudges > before)
    again = await front.slack.again()
    assert (again.error, again.payload) == (None, first.payload)
    await front.slack.wait_for(lambda: front.nudges >= before + 2)


async def happened(front, gap) -> list[str]:
    opened, *codes = [event.code for event in await front.history(gap.id)]
    assert opened == "opened"
    return codes


@pytest.mark.parametrize(("before", "button", "codes"), CLICKS, ids=[button for _, button, _ in CLICKS])
@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "at once"])
async def test_a_click_that_is_delivered_twice_happens_once(front, before, button, codes, at_once):
    gap = await front.open_gap()
    await before(front, gap)
    card = await front.show(gap)
    await twice(front, lambda: front.slack.click(card, button), at_once=at_once)
    assert await happened(front, gap) == codes


async def test_taking_over_that_is_delivered_twice_happens_once(front):
    gap = await front.open_gap()
    card = await front.show(gap)
    await theirs(front, gap)
    await front.slack.click(card, "Claim")
    offer = await front.told()
    await twice(front, lambda: front.slack.click(offer, "Take over"))
    assert await happened(front, gap) == ["claimed", "taken_over"]


async def test_a_snooze_that_is_delivered_twice_makes_one_row_of_history(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Snooze…")
    window = await front.modal()
    await twice(front, lambda: front.slack.submit(window))
    assert await happened(front, gap) == ["snoozed"]


@pytest.mark.parametrize(
    ("choice", "reason", "code"),
    [
        ("Not a gap…", "A test or internal order", "not_a_gap"),
        ("Accepted…", "The customer has been told", "accepted"),
    ],
)
async def test_a_reason_that_is_delivered_twice_makes_one_row_of_history(front, choice, reason, code):
    gap = await front.open_gap()
    await front.slack.choose(await front.show(gap), "gap.more", choice)
    window = await front.modal()
    await twice(front, lambda: front.slack.submit(window, {"reason": reason}))
    assert await happened(front, gap) == [code]


@pytest.mark.parametrize("at_once", [False, True], ids=["one after the other", "at once"])
async def test_a_note_that_is_delivered_twice_stands_there_once(front, at_once):
    gap = await front.open_gap()
    await front.slack.choose(await front.show(gap), "gap.more", "Add a note…")
    window = await front.modal()
    await twice(front, lambda: front.slack.submit(window, {"note": "Called the carrier."}), at_once=at_once)
    assert await happened(front, gap) == ["noted"]


async def test_an_assignment_that_is_delivered_twice_happens_once(front):
    gap = await front.open_gap()
    await front.slack.choose(await front.show(gap), "gap.more", "Assign…")
    window = await front.modal()
    await twice(front, lambda: front.slack.submit(window, {"to": "U0BO"}))
    assert await happened(front, gap) == ["assigned"]


async def test_a_snooze_that_comes_again_after_it_was_ended_snoozes_nothing(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Snooze…")
    await front.slack.submit(await front.modal())
    await front.until(gap, "snoozed")
    sent = front.slack.acks[-1]
    await front.slack.click(await front.show(gap), "Wake")
    await front.slack.wait_for(lambda: front.nudges == 2)
    await front.slack.deliver(sent.kind, sent.payload, retry=2)
    await front.slack.wait_for(lambda: front.nudges == 3)
    assert await happened(front, gap) == ["snoozed", "woken"]


async def test_a_click_that_opens_a_window_opens_one_however_often_it_is_delivered(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Snooze…")
    await front.modal()
    await front.slack.again()
    await front.slack.wait_for(lambda: len(front.slack.called("views.open")) == 2)
    await listeners_end()
    assert len(front.slack.modals("U0ALEX")) == 1
    assert front.slack.ephemerals("U0ALEX") == [], "the window is there: nothing went wrong"
    assert await happened(front, gap) == []


@pytest.mark.parametrize("button", ["Claim", "Resolved"])
async def test_a_double_click_happens_once(front, button):
    gap = await front.open_gap()
    card = await front.show(gap)
    await asyncio.gather(front.slack.click(card, button), front.slack.click(card, button))
    await front.slack.wait_for(lambda: front.nudges == 2)
    assert await happened(front, gap) == [{"Claim": "claimed", "Resolved": "resolved"}[button]]


async def test_a_window_that_is_submitted_by_two_at_once_counts_for_one(front):
    gap = await front.open_gap()
    windows = {}
    for user in ("U0ALEX", "U0BO"):
        await front.slack.click(await front.show(gap), "Snooze…", user)
        windows[user] = await front.modal(user)
    await asyncio.gather(*(front.slack.submit(view, user=user) for user, view in windows.items()))
    await front.slack.wait_for(lambda: front.nudges == 2)
    assert await happened(front, gap) == ["snoozed"]


async def test_the_home_tab_may_be_asked_for_twice(front):
    await front.open_gap()
    await front.slack.open_home()
    await front.slack.again()
    await front.slack.wait_for(lambda: len(front.slack.called("views.publish")) == 2)
    assert "#1234" in str(front.slack.home("U0ALEX").blocks)


@pytest.mark.parametrize(("who", "why"), [("U0GUEST", "Guests cannot act"), ("U0STRANGER", "Only members")])
async def test_guests_and_strangers_are_refused_each_time(front, who, why):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim", who)
    await front.told(who)
    await front.slack.again()
    assert why in (await front.told(who, count=2)).words
    assert await happened(front, gap) == []


async def test_a_click_from_a_card_as_it_was_changes_nothing_however_often_it_comes(front):
    gap = await front.open_gap()
    stale = await front.show(gap)
    await theirs(front, gap)
    await front.slack.click(stale, "Resolved")
    await front.told()
    await front.slack.again()
    assert "The card had changed meanwhile" in (await front.told(count=2)).words
    assert await happened(front, gap) == ["claimed"]
    assert front.asked == []
