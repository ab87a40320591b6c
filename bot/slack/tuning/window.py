"""The window that changes settings: its fields as they are now, and what was changed in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.settings import StoreSettings
from bot.settings_values import Malformed
from bot.slack import window
from bot.slack.clicks import Place
from bot.slack.message import Block, Element, option, plain_text, section
from bot.slack.tuning.fields import FIELDS, Field
from bot.slack.tuning.words import WHY
from bot.slack.window import View
from storage.overrides import Values

CALLBACK = "settings.change"
LEAD = (
    "A duration is written `90m`, `4h` or `2d`. An empty field is back to what stuck.toml says. "
    "The channel of the store is told what was changed and by whom."
)
AS_IN_FILE = "as in stuck.toml"
"""The value of a menu's choice to be as stuck.toml says: Slack allows no empty one."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """Which store a window is about, and where it was asked for."""

    store: str
    place: Place

    def as_json(self) -> str:
        """Return it as the window's private_metadata, in the order of every window's: subject, revision, place."""
        return json.dumps([self.store, 0, self.place.channel, self.place.thread])

    @classmethod
    def from_json(cls, text: str) -> "Tuned":
        """Read it back."""
        store, _, channel, thread = json.loads(text)
        return cls(store, Place(channel, thread))


def place(private_metadata: str) -> Place:
    """Return where the window was asked for."""
    return Tuned.from_json(private_metadata).place


# ---------------------------------------------------------------- what it looks like


def view(now: StoreSettings, file: StoreSettings, changed: Values, where: Place) -> View:
    """Return the window; `now` and `file`: the store as it is set and as stuck.toml has it; `changed`: in Slack."""
    why: Element = {"type": "plain_text_input", "max_length": WHY}
    hint = "It stands in the channel and in the history."
    blocks: list[Block] = [
        section(LEAD),
        *(_asked(each, now, file, changed) for each in FIELDS),
        window.field("why", "Why", why, hint=hint, optional=True),
    ]
    title = "Change settings"
    return window.window(CALLBACK, title, Tuned(now.rules.name, where), blocks, "Change")


def _asked(field: Field, now: StoreSettings, file: StoreSettings, changed: Values) -> Block:
    element = {"text": _text, "choice": _menu, "channel": _channel}[field.shape](field, now, file, changed)
    hint = f"{field.hint} stuck.toml: {field.told(file)}.".strip()
    return window.field(field.id, field.label, element, hint=hint, optional=True)


def _text(field: Field, now: StoreSettings, file: StoreSettings, changed: Values) -> Element:
    return {"type": "plain_text_input", "max_length": 100, "initial_value": field.typed(now)}


def _menu(field: Field, now: StoreSettings, file: StoreSettings, changed: Values) -> Element:
    """Return a menu: one that was chosen from cannot be emptied, so there is a choice for that."""
    back = option(f"As stuck.toml says ({field.typed(file)})", AS_IN_FILE)
    options = [back, *(option(text, text) for text in field.choices or {})]
    first = field.typed(now) if field.key in changed else AS_IN_FILE
    initial = next(each for each in options if each["value"] == first)
    return {
        "type": "static_select",
        "placeholder": plain_text("Choose", 150),
        "options": options,
        "initial_option": initial,
    }


def _channel(field: Field, now: StoreSettings, file: StoreSettings, changed: Values) -> Element:
    """Return a choice of channels of which one may be chosen: unlike a choice of one, it can be emptied."""
    held = field.value(now)
    return {
        "type": "multi_conversations_select",
        "max_selected_items": 1,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        "placeholder": plain_text("The store's channel", 150),
        **({"initial_conversations": [held]} if held else {}),
    }


# ---------------------------------------------------------------- what was changed in it


def typed(view: View) -> dict[str, str]:
    """Return what was typed or chosen in the fields that were changed, by their ids.

    What stayed as it was drawn is not meant, even where somebody else has changed it meanwhile.
    """
    drawn = {str(block.get("block_id")): block.get("element") or {} for block in view["blocks"]}
    found = {field.id: (_shown(drawn[field.id]), _chosen(view, field)) for field in FIELDS}
    return {key: now for key, (before, now) in found.items() if now != before}


def _shown(element: Mapping[str, Any]) -> str:
    """Return what a field showed when it was drawn."""
    text = element.get("initial_value") or (element.get("initial_option") or {}).get("value")
    return _filed(str(text or _only(element.get("initial_conversations"))))


def _chosen(view: View, field: Field) -> str:
    if field.shape == "choice":
        return _filed(window.chosen(view, field.id))
    if field.shape == "channel":
        return _only(window.value(view, field.id).get("selected_conversations"))
    return window.written(view, field.id)


def _only(ids: Sequence[str] | None) -> str:
    return str(ids[0]) if ids else ""


def _filed(text: str) -> str:
    return "" if text == AS_IN_FILE else text


def wanted(view: View, file: StoreSettings, now: Values) -> dict[str, Any]:
    """Return the settings that were changed, as they are written; raise Malformed. `now`: what holds over the file."""
    changed = dict(now)
    answers = typed(view)
    for field in (each for each in FIELDS if each.id in answers):
        changed[field.key] = field.over(changed, field.read(answers[field.id], file))
    return {key: value for key, value in changed.items() if value != now.get(key)}


def wrong(view: View, file: StoreSettings) -> dict[str, str]:
    """Return what is wrong with what was typed, by field."""
    told, answers = {}, typed(view)
    for field in (each for each in FIELDS if each.id in answers):
        try:
            field.read(answers[field.id], file)
        except Malformed as malformed:
            said = str(malformed)
            told[field.id] = f"{said[:1].upper()}{said[1:]}. For example: {malformed.good}"
    return told
