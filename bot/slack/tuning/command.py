"""`/stuck settings [store]`, and what its buttons and its window do."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.settings import StoreSettings
from bot.slack import answers, replies
from bot.slack.asking import ask
from bot.slack.clicks import Click, Voice, Work, on_press
from bot.slack.desk import Desk
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure
from bot.slack.people import People, Workspace
from bot.slack.tuning import answer, window, words
from bot.slack.tuning.changing import change
from bot.slack.tuning.window import Tuned
from bot.slack.which import meant, which
from bot.slack.window import View, Wrong, on_submit, open_window, written
from storage.overrides import OverrideChange, Overrides, Values

LAST = 30
"""Changes that the history shows."""


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the buttons and to the window."""
    app.action(answer.CHANGE)(on_press(people, _open(desk)))
    app.action(answer.HISTORY)(on_press(people, _history(desk)))
    app.action(answer.REMOVE)(on_press(people, _remove(desk)))
    app.view(window.CALLBACK)(on_submit(people, window.place, _sent(desk), _wrong(desk)))


async def settings(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return the settings of the store that was named, or of the one whose channel this is."""
    typed = answers.read_key(about)[2].casefold().split()
    stores = meant(typed, desk.stores, voice.place.channel)
    if len(stores) != 1:
        return which("settings", desk.stores)
    return await _shown(desk, stores[0].rules.name)


# ---------------------------------------------------------------- looking


async def _shown(desk: Desk, store: str) -> Message:
    now, file = await _both(desk, store)
    async with desk.database.read() as session:
        overrides = Overrides(session, desk.clock.now())
        changed, newest = (await overrides.current()).get(store, {}), await overrides.newest(store)
    return answer.answer(now, file, changed, newest) if now and file else replies.private(words.GONE)


async def _both(desk: Desk, store: str) -> tuple[StoreSettings | None, StoreSettings | None]:
    """Return the store as it is set at this moment, and as stuck.toml has it; None: it is gone from there."""
    await desk.stores.refresh()
    return _named(desk.stores, store), _named(desk.stores.configured, store)


def _named(stores: Sequence[StoreSettings], name: str) -> StoreSettings | None:
    return next((each for each in stores if each.rules.name == name), None)


def _history(desk: Desk) -> Work:
    async def history(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        store = str(action.get("value") or "")
        async with desk.database.read() as session:
            changes = await Overrides(session, desk.clock.now()).history(store, limit=LAST)
        await voice.tell(words.history(changes, store))

    return history


# ---------------------------------------------------------------- changing


def _open(desk: Desk) -> Work:
    async def opened(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        store = str(action.get("value") or "")
        now, file = await _both(desk, store)
        if now is None or file is None:
            await voice.tell(replies.private(words.GONE))
            return
        async with desk.database.read() as session:
            changed = (await Overrides(session, desk.clock.now()).current()).get(store, {})
        shown = window.view(now, file, changed, voice.place)
        await open_window(Click("", None, body.get("trigger_id"), voice), shown)

    return opened


def _wrong(desk: Desk) -> Wrong:
    def wrong(view: View) -> Mapping[str, str]:
        file = _named(desk.stores.configured, Tuned.from_json(view["private_metadata"]).store)
        return window.wrong(view, file) if file else {}

    return wrong


def _sent(desk: Desk) -> Callable[[View, Voice, Workspace], Awaitable[None]]:
    async def sent(view: View, voice: Voice, home: Workspace) -> None:
        store = Tuned.from_json(view["private_metadata"]).store
        file = _named(desk.stores.configured, store)
        if file is None:
            await voice.tell(replies.private(words.GONE))
            return
        why = written(view, "why")
        changes = await change(desk, file, lambda now: window.wanted(view, file, now), voice.user, why)
        notes = await _strange(voice, changes)
        told = words.changed(changes, file, notes) if changes else replies.private(words.UNCHANGED)
        await voice.tell(told)

    return sent


def _remove(desk: Desk) -> Work:
    async def remove(voice: Voice, action: dict[str, Any], body: dict[str, Any]) -> None:
        store, key, gone = json.loads(str(action.get("value")))
        file = _named(desk.stores.configured, store)
        if file is not None:
            await change(desk, file, lambda now: _without(now, key, gone), voice.user)
        await voice.tell(await _shown(desk, store), replace=True)

    return remove


def _without(now: Values, key: str, gone: str) -> Values:
    return {key: [each for each in now.get(key) or [] if each != gone] or None}


async def _strange(voice: Voice, changes: Sequence[OverrideChange]) -> list[str]:
    """Return a word on each channel chosen just now in which stuck cannot write yet."""
    now = {each for change in changes if change.key == "channels" for each in (change.after or {}).values()}
    return [words.not_in(channel) for channel in sorted(now) if channel and not await _inside(voice, channel)]


async def _inside(voice: Voice, channel: str) -> bool:
    """Whether stuck is in a channel; where Slack does not say so, `stuck doctor` will."""
    try:
        said = await ask("conversations.info", voice.client.conversations_info(channel=channel))
    except SlackFailure as failure:
        return failure.code != "channel_not_found"
    return bool((said.get("channel") or {}).get("is_member"))
