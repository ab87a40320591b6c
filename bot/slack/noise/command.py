"""`/stuck noise [store]`: how much of what was shown was noise, and what would have removed it."""

import asyncio

from bot.slack import answers
from bot.slack.clicks import Voice
from bot.slack.desk import Desk
from bot.slack.digest import shareable
from bot.slack.message import Message
from bot.slack.noise import words
from bot.slack.noise.month import month
from bot.slack.which import meant, which


async def noise(desk: Desk, voice: Voice, about: str, shared_by: str | None) -> Message:
    """Return the noise of the store that was named, or of the one whose channel this is."""
    _, _, typed = answers.read_key(about)
    stores = meant(typed.casefold().split(), desk.stores, voice.place.channel)
    if len(stores) != 1:
        return which("noise", desk.stores)
    store = stores[0]
    counted = await month(desk, store)
    proposals = await asyncio.to_thread(counted.proposals)
    message = words.answer(store, counted.kinds(), proposals, with_buttons=shared_by is None)
    return shareable(message, "noise", answers.typed_key(store.rules.name), shared_by)
