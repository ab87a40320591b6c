"""A proposal applied: the setting laid over stuck.toml, the person told what happens next, and the channel who did it."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp

from bot.gaps.proposals import EXCLUSIONS
from bot.live import LiveStores
from bot.settings import StoreSettings
from bot.slack.clicks import UNREACHABLE, Place, Voice
from bot.slack.desk import Desk
from bot.slack.noise import words
from bot.slack.noise.preview import APPLY
from bot.slack.noise.wanted import Wanted
from bot.slack.people import People, Workspace
from bot.slack.replies import private
from bot.slack.window import View, on_submit
from storage.overrides import Overrides

log = structlog.get_logger("bot.slack.noise")


def register(app: AsyncApp, desk: Desk, people: People, live: LiveStores) -> None:
    """Listen to the window of a proposal."""
    app.view(APPLY)(on_submit(people, _place, _applied(desk, live)))


def _place(private_metadata: str) -> Place:
    return Wanted.from_json(private_metadata).place


def _applied(desk: Desk, live: LiveStores) -> Callable[[View, Voice, Workspace], Awaitable[None]]:
    async def apply(view: View, voice: Voice, home: Workspace) -> None:
        wanted = Wanted.from_json(view["private_metadata"])
        await live.refresh()
        store = wanted.among(live)
        if store is None or wanted.stands(store) != wanted.seen:
            await voice.tell(private(words.OUTDATED))
            return
        value = await _value(desk, wanted)
        await live.change(wanted.store, {wanted.key: value}, person=voice.user, why=wanted.why)
        said = await _announced(voice, store, wanted)
        await voice.tell(words.applied(store, wanted, said=said))

    return apply


async def _value(desk: Desk, wanted: Wanted) -> Any:
    """Return the setting as it is kept: an exclusion beside those that were made in Slack before."""
    if wanted.key not in EXCLUSIONS:
        return wanted.value
    async with desk.database.read() as session:
        kept = (
            (await Overrides(session, desk.clock.now()).current()).get(wanted.store, {}).get(wanted.key, [])
        )
    before = kept if isinstance(kept, list) else [kept]
    return sorted({*before, wanted.value})


async def _announced(voice: Voice, store: StoreSettings, wanted: Wanted) -> bool:
    """Say in the store's channel who changed what; return whether it is said. Without a channel nobody has to hear it."""
    if store.channel is None:
        return True
    text = words.line(voice.user, store, wanted)
    try:
        await voice.client.chat_postMessage(
            channel=store.channel, text=text, unfurl_links=False, unfurl_media=False
        )
    except UNREACHABLE as failure:
        log.warning("a change of settings was not said in the channel", error=type(failure).__name__)
        return False
    return True
