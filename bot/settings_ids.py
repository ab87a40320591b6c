"""How the ids of Slack's people and user groups are read; what was written instead is told by its kind."""

import re

from bot.settings_values import Malformed, shown

_ID = re.compile(r"[A-Z][A-Z0-9]{2,}")
_KINDS = {
    "U": "a person's id, which belongs in allowed_users",
    "W": "a person's id, which belongs in allowed_users",
    "S": "a user group's id, which belongs in allowed_groups",
    "C": "a channel's id",
    "G": "a channel's id",
    "D": "a conversation's id",
    "T": "a workspace's id",
    "B": "a bot's id",
    "A": "an app's id",
}


def user(value: object) -> str:
    """Read the id of a person in Slack; a name or an e-mail address will not do, because both change hands."""
    return _read(value, "a user id", "UW", "U0123456789")


def user_group(value: object) -> str:
    """Read the id of a user group in Slack; its @handle will not do, because it changes."""
    return _read(value, "a user group id", "S", "S0123456789")


def person_or_group(value: object) -> str:
    """Read the id of a person or of a user group in Slack."""
    return _read(value, "the id of a person or a user group", "UWS", "S0123456789")


def _read(value: object, what: str, first: str, good: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if _ID.fullmatch(text) and text[0] in first:
        return text
    raise Malformed(f"{shown(value)} is not {what}{_instead(text)}", good=good)


def _instead(text: str) -> str:
    """Say what it seems to be, to end a message with."""
    if kind := _kind(text):
        return f": it looks like {kind}"
    if _kind(text.upper()) and any(char.isdigit() for char in text):
        return ": Slack writes ids in capitals"
    return " (a name or an e-mail address is not an id)" if text else ""


def _kind(text: str) -> str | None:
    return _KINDS.get(text[0]) if _ID.fullmatch(text) else None
