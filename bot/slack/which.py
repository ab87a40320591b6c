"""Which store a command is about: the one that was named, or the one whose channel it was typed in. Pure."""

from collections.abc import Sequence

from bot.settings import StoreSettings
from bot.slack.escape import safe
from bot.slack.message import Message
from bot.slack.replies import private

MOST = 20
"""Stores that are offered."""


def meant(words: list[str], stores: Sequence[StoreSettings], channel: str | None) -> list[StoreSettings]:
    """Return the stores that these words name; without any, those of the channel, or all."""
    if words:
        return [store for store in stores if [store.rules.name.casefold()] == words]
    return [store for store in stores if channel and store.channel == channel] or list(stores)


def which(command: str, stores: Sequence[StoreSettings], more: str = "") -> Message:
    """Return the question which store is meant by `/stuck command`; `more` is said after it."""
    names = ", ".join(f"`/stuck {command} {safe(store.rules.name, 64)}`" for store in stores[:MOST])
    return private(f"Which store? {names}.{more}")
