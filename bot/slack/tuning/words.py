"""How settings and their changes are told to people. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.overrides import SETTINGS
from bot.settings import StoreSettings
from bot.settings_severity import LEVELS
from bot.slack.escape import safe
from bot.slack.inline import called, counted, person, when
from bot.slack.message import SECTION, TEXT, Message, section, within
from storage.overrides import OverrideChange

WHY = 300
"""Characters of a reason."""
VALUE = 80
"""Characters of one value that are shown."""
ROWS = 10
"""Values of one list that are shown."""
FILE = "what stuck.toml says"
NOTHING: Mapping[str, str] = {
    "escalation.after": "never",
    "escalation.to": "nobody",
    "channels": "the store's channel",
}
"""What is read where a table by severity has nothing to say."""
EMPTY = {"", "never"}
NEXT_RUN = "The next run judges by what is set now."
AT_ONCE = "It holds from now on."
UNCHANGED = "Nothing was changed."
NEVER_CHANGED = "Nothing was ever changed in Slack: all of it is as stuck.toml says."
GONE = "That store is no longer in stuck.toml. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Turn:
    """One value that became another; None: what stuck.toml says."""

    key: str
    level: str
    """The severity that it is about; empty where it is about none."""
    before: Any
    after: Any

    def as_text(self, *, public: bool) -> str:
        """Return it for people; in `public` nobody is called by it."""
        title = SETTINGS[self.key].title if self.key in SETTINGS else safe(self.key, VALUE)
        of = f" ({self.level})" if self.level else ""
        said = [value_text(self.key, value, public=public) for value in (self.before, self.after)]
        return f"*{title}{of}* from {said[0]} to {said[1]}"


# ---------------------------------------------------------------- values


def value_text(key: str, value: Any, *, public: bool = False) -> str:
    """Return one written value for people, safe as mrkdwn."""
    if value is None:
        return FILE
    if isinstance(value, dict):
        return _table(key, value, public=public)
    if isinstance(value, list):
        return within([safe(str(each), VALUE) for each in value], ROWS * VALUE, separator=", ") or "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    return _text(key, str(value), public=public)


def _text(key: str, text: str, *, public: bool) -> str:
    if text in EMPTY and key in NOTHING:
        return NOTHING[key]
    if key == "channels":
        return f"<#{text}>"
    if key == "escalation.to" and not (public and text.startswith("S")):
        return called(text)
    return safe(text, VALUE)


def _table(key: str, value: Mapping[str, Any], *, public: bool) -> str:
    """Return a table by severity, without those that have nothing to say."""
    told = [
        f"{word} {value_text(key, value[word], public=public)}"
        for word in LEVELS
        if value.get(word) not in {None, *EMPTY}
    ]
    return ", ".join(told) or NOTHING.get(key, "none")


# ---------------------------------------------------------------- changes


def turns(changes: Iterable[OverrideChange], file: StoreSettings | None) -> list[Turn]:
    """Return what became what; `file`: the store as stuck.toml has it, where that is to be told by its value."""
    return [turn for change in changes for turn in _turns(change, file)]


def _turns(change: OverrideChange, file: StoreSettings | None) -> list[Turn]:
    before, after = change.before, change.after
    written = SETTINGS[change.key].written(file) if file is not None and change.key in SETTINGS else None
    if isinstance(before, dict) or isinstance(after, dict):
        was, now = ({**(written or {}), **(each or {})} for each in (before, after))
        levels = [word for word in LEVELS if was.get(word) != now.get(word)]
        return [Turn(change.key, word, was.get(word), now.get(word)) for word in levels]
    if isinstance(before, list) or isinstance(after, list):
        return [Turn(change.key, "", before or [], after or [])]
    return [Turn(change.key, "", written if before is None else before, written if after is None else after)]


def facts(changes: Sequence[OverrideChange], file: StoreSettings, *, several: bool) -> dict[str, Any]:
    """Return what the channel is told of changes; `several`: whether there are other stores."""
    told = [[turn.key, turn.level, turn.before, turn.after] for turn in turns(changes, file)]
    first = changes[0]
    return {
        "person": first.person,
        "why": first.why,
        "store": first.store if several else "",
        "turns": told,
    }


def aloud(told: Mapping[str, Any]) -> Message:
    """Return what a channel reads when somebody changed settings of its store."""
    who, store = person(str(told["person"])), told.get("store")
    of = f" of {safe(str(store), VALUE)}" if store else ""
    lines = [Turn(*turn).as_text(public=True) for turn in told["turns"]]
    why = _because(str(told.get("why") or ""))
    if len(lines) == 1:
        said = f"{who} changed{of and f' a setting{of}:'} {lines[0]}.{why}"
    else:
        head = f"{who} changed {counted(len(lines), 'setting')}{of}:"
        said = within([head, *(f"• {line}" for line in lines), *([why.strip()] if why else [])], SECTION)
    return Message(said, [section(said)])


def changed(changes: Sequence[OverrideChange], file: StoreSettings, notes: Sequence[str] = ()) -> Message:
    """Return what whoever changed settings reads; `notes`: what they should do about it."""
    judged = any(_judges(change.key) for change in changes)
    lines = [f"• {turn.as_text(public=False)}" for turn in turns(changes, file)]
    said = within(["Changed:", *lines, NEXT_RUN if judged else AT_ONCE, *notes], SECTION)
    return Message(said, [section(said)], private=True)


def not_in(channel: str) -> str:
    """Return what to do about a channel that stuck is not in."""
    return f"stuck is not in <#{channel}> yet: type `/invite @stuck` there. Until then its cards wait."


def _judges(key: str) -> bool:
    return key == "cutoff" or key.startswith(("windows.", "exclude_"))


def history(changes: Sequence[OverrideChange], store: str) -> Message:
    """Return the last changes, newest first."""
    if not changes:
        return Message(NEVER_CHANGED, [section(NEVER_CHANGED)], private=True)
    lines = [
        f"• {when(change.at)}: {person(change.person)} changed {turn.as_text(public=False)}."
        f"{_because(change.why)}"
        for change in changes
        for turn in turns([change], None)
    ]
    head = f"*Settings of {safe(store, VALUE)}: what was changed*"
    text = within([head, *lines], SECTION)
    return Message(within([head, *lines], TEXT), [section(text)], private=True)


def _because(why: str) -> str:
    return f" Why: {safe(why, WHY)}" if why else ""
