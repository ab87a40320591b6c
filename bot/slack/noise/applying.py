"""A proposal applied: the setting laid over stuck.toml, the person told what happens next, and the channel who did it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.gaps.proposals import EXCLUSIONS
from bot.slack.clicks import Place, Voice
from bot.slack.desk import Desk
from bot.slack.noise import words
from bot.slack.noise.preview import APPLY
from bot.slack.noise.wanted import Wanted
from bot.slack.people import People, Workspace
from bot.slack.replies import private
from bot.slack.tuning.changing import change
from bot.slack.window import View, on_submit


def register(app: AsyncApp, desk: Desk, people: People) -> None:
    """Listen to the window of a proposal."""
    app.view(APPLY)(on_submit(people, _place, _applied(desk)))


def _place(private_metadata: str) -> Place:
    return Wanted.from_json(private_metadata).place


def _applied(desk: Desk) -> Callable[[View, Voice, Workspace], Awaitable[None]]:
    async def apply(view: View, voice: Voice, home: Workspace) -> None:
        wanted = Wanted.from_json(view["private_metadata"])
        await desk.stores.refresh()
        store = wanted.among(desk.stores)
        if store is None or wanted.stands(store) != wanted.seen:
            await voice.tell(private(words.OUTDATED))
            return
        file = wanted.among(desk.stores.configured) or store
        await change(desk, file, lambda before: {wanted.key: _value(before, wanted)}, voice.user, wanted.why)
        await voice.tell(words.applied(store, wanted))

    return apply


def _value(before: Mapping[str, Any], wanted: Wanted) -> Any:
    """Return the setting as it is kept: an exclusion beside those that were made in Slack before."""
    if wanted.key not in EXCLUSIONS:
        return wanted.value
    kept = before.get(wanted.key, [])
    return sorted({*(kept if isinstance(kept, list) else [kept]), wanted.value})
