"""Blocks and messages that keep Slack's hard limits (slack.md 1.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.slack.escape import length, plain

Block = dict[str, Any]
Element = dict[str, Any]

VIEW_BLOCKS = 100
TEXT = 4000
"""Characters of a message's top-level text; chat.update refuses more."""
SECTION = 3000
FIELD = 2000
HEADER = 150
BUTTON = 75
OPTION = 75
OPTIONS = 100
PLACEHOLDER = 150
LABEL = 2000
TITLE = 24
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_ANSWER = 30


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: the text for screen readers and notifications, and the blocks. Both within limits."""

    text: str
    blocks: list[Block] = field(default_factory=list)
    private: bool = False
    """Whether it is for one person only, wherever it was asked for: a question back, or why something cannot be."""


def within(lines: Iterable[str], limit: int, *, separator: str = "\n") -> str:
    """Join as many whole lines as fit into `limit`, and say how many are left out."""
    kept: list[str] = []
    rest = list(lines)
    room = limit - length(f"{separator}… and {len(rest)} more")
    while rest and length(rest[0]) + length(separator) <= room:
        room -= length(rest[0]) + length(separator)
        kept.append(rest.pop(0))
    if len(rest) == 1 and length(separator.join([*kept, *rest])) <= limit:
        kept.append(rest.pop())
    return separator.join([*kept, f"… and {len(rest)} more"] if rest else kept)


def mrkdwn(text: str) -> Element:
    """Return a text object in which nothing is turned into a link or mention that is not written as one."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str, limit: int) -> Element:
    """Return a text object without any formatting."""
    return {"type": "plain_text", "text": plain(text, limit) or " ", "emoji": True}


def header(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain_text(text, HEADER)}


def section(text: str, *, accessory: Element | None = None) -> Block:
    """Return a paragraph of mrkdwn that is already safe and within SECTION."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | {"accessory": accessory} if accessory else block


def columns(texts: Sequence[str]) -> Block:
    """Return up to ten cells in two columns; each is already safe and within FIELD."""
    return {"type": "section", "fields": [mrkdwn(text) for text in texts[:10]]}


def context(*texts: str) -> Block:
    """Return small print, up to ten parts."""
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10]]}


def divider() -> Block:
    """Return a line across."""
    return {"type": "divider"}


def actions(elements: Sequence[Element]) -> Block:
    """Return a row of buttons and menus."""
    return {"type": "actions", "elements": list(elements[:25])}


def button(
    text: str, action_id: str, value: str, *, label: str | None = None, primary: bool = False
) -> Element:
    """Return a button; `label` is what a screen reader says instead of its text."""
    element: Element = {
        "type": "button",
        "text": plain_text(text, BUTTON),
        "action_id": action_id,
        "value": value,
    }
    if label:
        element["accessibility_label"] = plain(label, BUTTON)
    return element | {"style": "primary"} if primary else element


def confirmed(element: Element, title: str, text: str, yes: str) -> Element:
    """Return a button that asks once more before it counts; the texts are plain."""
    asked = {
        "title": plain_text(title, CONFIRM_TITLE),
        "text": plain_text(text, CONFIRM_TEXT),
        "confirm": plain_text(yes, CONFIRM_ANSWER),
        "deny": plain_text("Cancel", CONFIRM_ANSWER),
    }
    return element | {"confirm": asked}


def option(text: str, value: str) -> Element:
    """Return one choice of a menu."""
    return {"text": plain_text(text, OPTION), "value": value}


def select(
    action_id: str, placeholder: str, options: Sequence[Element], chosen: str | None = None
) -> Element:
    """Return a menu of up to 100 options, of which the one of value `chosen` is shown."""
    element: Element = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder, PLACEHOLDER),
        "options": list(options[:OPTIONS]),
    }
    initial = next((each for each in element["options"] if each["value"] == chosen), None)
    return element | {"initial_option": initial} if initial else element


def overflow(action_id: str, options: Sequence[Element]) -> Element:
    """Return the menu of rarer acts: one to five options."""
    return {"type": "overflow", "action_id": action_id, "options": list(options[:5])}


def named(blocks: Iterable[Block], prefix: str) -> list[Block]:
    """Return the blocks with ids under `prefix`: a new prefix makes clients forget old element state."""
    return [block | {"block_id": f"{prefix}:{place}"[:255]} for place, block in enumerate(blocks)]
