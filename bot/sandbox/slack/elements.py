"""Reading blocks: the elements in them, their words, and the values that people have chosen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

STATEFUL = {
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "plain_text_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "multi_conversations_select": "selected_conversations",
    "file_input": "files",
}
"""Element type → the key under which Slack reports what was chosen."""

_LISTS = {"selected_options", "selected_conversations", "files"}
"""What is reported as a list, an empty one at first."""

INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_user": "initial_user",
    "selected_conversations": "initial_conversations",
    "files": "initial_files",
}


@dataclass(frozen=True, slots=True)
class Element:
    """One interactive element and the block that it stands in."""

    block_id: str
    body: Json

    @property
    def type(self) -> str:
        """Slack's type of the element."""
        return str(self.body.get("type", ""))

    @property
    def action_id(self) -> str:
        """Id under which the app hears of it."""
        return str(self.body.get("action_id", ""))

    @property
    def label(self) -> str:
        """The words on a button, or a select's placeholder."""
        words = self.body.get("text") or self.body.get("placeholder") or {}
        return str(words.get("text", ""))

    @property
    def options(self) -> list[Json]:
        """Options of a select, overflow, radio or checkbox group, groups flattened."""
        groups = self.body.get("option_groups") or []
        grouped = [option for group in groups for option in group.get("options", [])]
        return list(self.body.get("options") or grouped)


def elements(blocks: Iterable[Json]) -> Iterator[Element]:
    """Yield every interactive element of `blocks`, from top to bottom."""
    for block in blocks:
        inside = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
        for body in inside:
            if isinstance(body, dict) and "action_id" in body:
                yield Element(str(block.get("block_id", "")), body)


def find(blocks: Sequence[Json], wanted: str) -> Element:
    """Return the element whose words or action id are `wanted`, or whose words begin so; LookupError names what is there."""
    there = list(elements(blocks))
    for fits in (
        lambda one: one.label == wanted,
        lambda one: one.action_id == wanted,
        lambda one: one.label.startswith(wanted),
        lambda one: wanted in one.label,
    ):
        for one in there:
            if fits(one):
                return one
    names = ", ".join(f"{one.label!r} ({one.action_id})" for one in there) or "nothing to click"
    raise LookupError(f"There is no {wanted!r} here. There is: {names}.")


def option(element: Element, wanted: str) -> Json:
    """Return the option whose words or value are `wanted`, or whose words contain it."""
    for choice in element.options:
        if wanted in (choice["text"]["text"], choice.get("value")):
            return choice
    for choice in element.options:
        if wanted in choice["text"]["text"]:
            return choice
    names = ", ".join(repr(choice["text"]["text"]) for choice in element.options)
    raise LookupError(f"There is no option {wanted!r} in {element.action_id}. There is: {names}.")


def chosen(element: Element, value: Any) -> Json:
    """Return what Slack reports when `value` is entered: option words, ISO date, `HH:MM`, unix seconds, text or what Slack says of files."""
    key = STATEFUL.get(element.type)
    if key is None and element.type != "overflow":
        raise LookupError(f"{element.action_id} is a {element.type}: nothing can be chosen in it.")
    if key == "selected_options":
        return {"type": element.type, key: [option(element, one) for one in value]}
    if key == "selected_option" or key is None:
        return {"type": element.type, "selected_option": option(element, value)}
    return {"type": element.type, key: value}


def values(blocks: Iterable[Json]) -> dict[str, dict[str, Json]]:
    """Return `state.values` of a view or message nobody has touched yet."""
    found: dict[str, dict[str, Json]] = {}
    for one in elements(blocks):
        key = STATEFUL.get(one.type)
        if key is None:
            continue
        empty: Any = [] if key in _LISTS else None
        value = one.body.get(INITIAL[key], empty)
        found.setdefault(one.block_id, {})[one.action_id] = {"type": one.type, key: value}
    return found


def words(thing: Any) -> Iterator[str]:
    """Yield every text that a person would read in `thing`: blocks, a block, a text object."""
    if isinstance(thing, list):
        for part in thing:
            yield from words(part)
    elif isinstance(thing, dict):
        for key, part in thing.items():
            if key in {"text", "alt_text"} and isinstance(part, str):
                yield part
            elif isinstance(part, list | dict) and key not in {"confirm", "metadata"}:
                yield from words(part)
