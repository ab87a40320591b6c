"""The window of one gap: its card with every button, what happened to it, and what became of the last press."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import cards, replies, wording
from bot.slack.clicks import GAP_WINDOW, UNREACHABLE, Click, Listener, Subject, Voice, Work, on_press
from bot.slack.desk import Desk
from bot.slack.home.tab import redraw
from bot.slack.inline import order_name, when
from bot.slack.message import (
    SECTION,
    TITLE,
    VIEW_BLOCKS,
    Block,
    Message,
    divider,
    named,
    plain_text,
    section,
    within,
)
from bot.slack.people import People, Workspace
from bot.slack.window import View, Wrong, nothing_wrong, on_submit, open_window
from storage.gap import Event, Gap

log = structlog.get_logger(__name__)


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Open the window from a row of the Home tab."""
    app.action("home.open")(on_press(people, _opening(desk)))


def view(gap: Gap, events: list[Event], now: datetime, word: Message | None = None) -> dict[str, Any]:
    """Return the window; `word`: what the person who pressed something in it should read first."""
    told: list[Block] = [*word.blocks, divider()] if word else []
    happened = [f"{when(event.at)}: {wording.sentence(event, gap)}" for event in reversed(events)]
    history = section(within(["*What happened*", *happened], SECTION))
    blocks = [*told, *cards.card(gap, now).blocks, divider(), history]
    return _view(order_name(gap), named(blocks[:VIEW_BLOCKS], f"window:{gap.id}:{gap.edition}"))


def _view(title: str, blocks: list[Block]) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": GAP_WINDOW,
        "title": plain_text(title, TITLE),
        "close": plain_text("Close", TITLE),
        "blocks": blocks,
    }


def _opening(desk: Desk) -> Work:
    async def opening(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        gap_id = str(action.get("value") or "")
        shown = await _drawn(desk, gap_id, None)
        await open_window(Click(gap_id, None, body.get("trigger_id"), voice), shown)

    return opening


async def _drawn(desk: Desk, gap_id: str, word: Message | None) -> dict[str, Any]:
    gap = await desk.gap(gap_id)
    if gap is None:
        return _view("Not in the queue", [section(replies.GONE)])
    return view(gap, await desk.history(gap_id), desk.clock.now(), word)


# ---------------------------------------------------------------- what is pressed in it


@dataclass(frozen=True, slots=True)
class Beside(Voice):
    """Answers in the window itself, above the card."""

    desk: Desk = field(kw_only=True)
    gap_id: str = field(kw_only=True)
    said: list[Message] = field(default_factory=list, kw_only=True)

    async def tell(self, message: Message | None, *, replace: bool = False) -> None:
        """Show something in the window at once; it stays there until something else is pressed."""
        if message is not None:
            self.said.append(message)
            await self.show()

    async def show(self) -> None:
        """Bring the window up to date. One that was closed meanwhile needs nothing."""
        word = self.said[-1] if self.said else None
        shown = await _drawn(self.desk, self.gap_id, word)
        await _update(self.client, self.place.window or "", shown)


@asynccontextmanager
async def attending(desk: Desk, voice: Voice, gap_id: str) -> AsyncIterator[Voice]:
    """Answer where somebody pressed: in the window, which then shows the present, as does their Home tab."""
    if voice.place.window is None:
        yield voice
        return
    beside = Beside(voice.client, voice.user, voice.place, None, desk=desk, gap_id=gap_id)
    yield beside
    await beside.show()
    await redraw(desk, voice.client, voice.user)


async def _update(client: AsyncWebClient, view_id: str, shown: dict[str, Any]) -> None:
    try:
        await client.views_update(view_id=view_id, view=shown)
    except UNREACHABLE as failure:
        log.info("a window was not brought up to date", error=type(failure).__name__)


# ---------------------------------------------------------------- what is sent about it


@dataclass(frozen=True, slots=True)
class Sent:
    """A window that somebody who may act has sent."""

    view: View
    subject: Subject
    voice: Voice
    home: Workspace
    """Where the app is installed."""


SentWork = Callable[[Sent], Awaitable[None]]
"""What a window that was sent sets off."""


def on_sent(desk: Desk, people: People, work: SentWork, wrong: Wrong = nothing_wrong) -> Listener:
    """Return a listener for a window about one gap; what it says, it says where the window was opened."""

    async def about_gap(view: View, voice: Voice, home: Workspace) -> None:
        subject = Subject.from_json(view["private_metadata"])
        async with attending(desk, voice, subject.gap_id) as beside:
            await work(Sent(view, subject, beside, home))

    return on_submit(people, lambda text: Subject.from_json(text).place, about_gap, wrong)
