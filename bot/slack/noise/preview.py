"""The window of a proposal: what it would have done, and which open gaps would leave, before anything is changed."""

import asyncio
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.slack.clicks import UNREACHABLE, Click, Voice, Work, on_press
from bot.slack.desk import Desk
from bot.slack.message import section
from bot.slack.noise import words
from bot.slack.noise.leaving import leaving
from bot.slack.noise.month import month
from bot.slack.noise.wanted import Wanted
from bot.slack.people import People
from bot.slack.window import View, open_window, window

APPLY = "noise.apply"
_TITLE = "Less noise"

log = structlog.get_logger("bot.slack.noise")


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the buttons on proposals."""
    app.action(words.PREVIEW)(on_press(people, _shown(desk)))


def _shown(desk: Desk) -> Work:
    async def show(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        wanted = Wanted.from_button(str(action.get("value") or ""), voice.place)
        empty = window(APPLY, _TITLE, wanted, [section(words.COUNTING)])
        opened = await open_window(Click("", None, body.get("trigger_id"), voice), empty)
        if opened is not None:
            await _fill(voice, opened, await _counted(desk, wanted))

    return show


async def _counted(desk: Desk, wanted: Wanted) -> View:
    """Return the window with everything counted afresh; only closable where the setting has changed meanwhile."""
    await desk.stores.refresh()
    store = wanted.among(desk.stores)
    if store is None:
        return window(APPLY, _TITLE, wanted, [section(words.OUTDATED)])
    past = await month(desk, store)
    effect = await asyncio.to_thread(past.effect, wanted)
    leave = await leaving(desk, store.rules, wanted.laid_over(store).rules)
    shown = replace(wanted, seen=wanted.stands(store), why=words.why(effect))
    blocks = words.preview(store, wanted, effect, leave, past.changed.get(wanted.key))
    return window(APPLY, _TITLE, shown, blocks, "Apply")


async def _fill(voice: Voice, view_id: str, view: View) -> None:
    """Show it in the window. One that was closed meanwhile needs nothing."""
    try:
        await voice.client.views_update(view_id=view_id, view=view)
    except UNREACHABLE as failure:
        log.info("a preview was not shown", error=type(failure).__name__)
