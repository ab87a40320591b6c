"""Block Kit's limits, and what Slack says when blocks break them (slack.md 1.3)."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from bot.sandbox.slack.elements import Json, elements

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}

ALLOWED = {
    "section": {"message", "modal", "home"},
    "actions": {"message", "modal", "home"},
    "context": {"message", "modal", "home"},
    "divider": {"message", "modal", "home"},
    "header": {"message", "modal", "home"},
    "image": {"message", "modal", "home"},
    "input": {"message", "modal", "home"},
    "rich_text": {"message", "modal", "home"},
    "video": {"message", "modal", "home"},
    "table": {"message", "home"},
    "data_table": {"message", "home"},
    "data_visualization": {"message", "home"},
    "card": {"message", "modal", "home"},
    "carousel": {"message", "home"},
    "container": {"message", "home"},
    "alert": {"modal"},
    "markdown": {"message"},
    "context_actions": {"message"},
    "plan": {"message"},
    "task_card": {"message"},
}
"""Block type → where it may stand."""

IN_SECTION = {
    "button",
    "checkboxes",
    "datepicker",
    "image",
    "multi_conversations_select",
    "multi_static_select",
    "overflow",
    "radio_buttons",
    "static_select",
    "timepicker",
    "users_select",
    "workflow_button",
}
IN_ACTIONS = (IN_SECTION - {"image", "multi_conversations_select"}) | {"datetimepicker"}
IN_INPUT = (IN_ACTIONS - {"button", "overflow", "workflow_button"}) | {
    "plain_text_input",
    "file_input",
    "multi_conversations_select",
}

MOST_OPTIONS = {
    "overflow": 5,
    "static_select": 100,
    "multi_static_select": 100,
    "checkboxes": 10,
    "radio_buttons": 10,
}

Problems = Iterator[str]


def problems(blocks: Any, surface: Surface) -> list[str]:
    """Return what Slack would put into `response_metadata.messages`; empty when the blocks are good."""
    if not isinstance(blocks, list):
        return [_say("must be an array", "/blocks")]
    told = list(_number_of_blocks(blocks, surface))
    for place, block in enumerate(blocks):
        told += _block(block, f"/blocks/{place}", surface)
    if not told:
        told += [*_doubles(blocks), *_tables(blocks)]
    return told


def view_problems(view: Any) -> list[str]:
    """Return what is wrong with a view payload."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return [_say("must be one of: modal, home", "/view/type")]
    told = problems(view.get("blocks"), view["type"])
    told += _plain_fields(view, "/view", {"title": 24, "submit": 24, "close": 24})
    told += _length(view.get("private_metadata", ""), 0, 3000, "/view/private_metadata")
    told += _length(view.get("callback_id", ""), 0, 255, "/view/callback_id")
    if view["type"] == "modal":
        told += [] if view.get("title") else [_say("missing required field: title", "/view")]
        inputs = any(block.get("type") == "input" for block in view.get("blocks") or [])
        if inputs and not view.get("submit"):
            told.append(_say("submit is required when an input block is in the modal", "/view"))
    return told


def _say(what: str, pointer: str) -> str:
    return f"[ERROR] {what} [json-pointer:{pointer}]"


def _number_of_blocks(blocks: list[Any], surface: Surface) -> Problems:
    if len(blocks) > MOST_BLOCKS[surface]:
        yield _say(f"no more than {MOST_BLOCKS[surface]} items allowed", "/blocks")


def _block(block: Any, at: str, surface: Surface) -> list[str]:
    kind = block.get("type") if isinstance(block, dict) else None
    if kind not in ALLOWED or surface not in ALLOWED[kind]:
        return [_say(f"unsupported type: {kind}", at + "/type")]
    told = list(_length(block.get("block_id", ""), 0, 255, at + "/block_id"))
    if surface != "modal" and (block.get("element") or {}).get("type") == "file_input":
        told.append(_say("unsupported type: file_input", at + "/element/type"))
    check = _CHECKS.get(kind)
    return told + list(check(block, at) if check else ())


def _section(block: Json, at: str) -> Problems:
    if not block.get("text") and not block.get("fields"):
        yield _say("missing required field: text or fields", at)
    if block.get("text"):
        yield from _text(block["text"], at + "/text", 3000)
    fields = block.get("fields") or []
    if "fields" in block:
        yield from _count(fields, 1, 10, at + "/fields")
    for place, one in enumerate(fields):
        yield from _text(one, f"{at}/fields/{place}", 2000)
    if "accessory" in block:
        yield from _element(block["accessory"], at + "/accessory", IN_SECTION)


def _actions(block: Json, at: str) -> Problems:
    inside = block.get("elements") or []
    yield from _count(inside, 1, 25, at + "/elements")
    for place, one in enumerate(inside):
        yield from _element(one, f"{at}/elements/{place}", IN_ACTIONS)


def _context(block: Json, at: str) -> Problems:
    inside = block.get("elements") or []
    yield from _count(inside, 1, 10, at + "/elements")
    for place, one in enumerate(inside):
        here = f"{at}/elements/{place}"
        yield from _image(one, here) if one.get("type") == "image" else _text(one, here, 3000)


def _header(block: Json, at: str) -> Problems:
    yield from _plain(block.get("text"), at + "/text", 150)


def _image(block: Json, at: str) -> Problems:
    yield from _length(block.get("image_url", ""), 1, 3000, at + "/image_url")
    yield from _length(block.get("alt_text", ""), 1, 2000, at + "/alt_text")


def _input(block: Json, at: str) -> Problems:
    yield from _plain(block.get("label"), at + "/label", 2000)
    yield from _plain_fields(block, at, {"hint": 2000})
    yield from _element(block.get("element"), at + "/element", IN_INPUT)


def _rich_text(block: Json, at: str) -> Problems:
    known = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
    for place, one in enumerate(block.get("elements") or []):
        if one.get("type") not in known:
            yield _say(f"unsupported type: {one.get('type')}", f"{at}/elements/{place}/type")


def _markdown(block: Json, at: str) -> Problems:
    yield from _length(block.get("text", ""), 1, 12_000, at + "/text")


def _alert(block: Json, at: str) -> Problems:
    yield from _text(block.get("text"), at + "/text", 200)


def _card(block: Json, at: str) -> Problems:
    for key, most in {"title": 150, "subtitle": 150, "body": 200, "subtext": 200}.items():
        if key in block:
            yield from _text(block[key], f"{at}/{key}", most)
    buttons = block.get("actions") or []
    yield from _count(buttons, 0, 3, at + "/actions")
    for place, one in enumerate(buttons):
        yield from _element(one, f"{at}/actions/{place}", {"button"})


def _table(block: Json, at: str) -> Problems:
    rows = block.get("rows") or []
    yield from _count(rows, 1, 100, at + "/rows")
    for place, row in enumerate(rows):
        yield from _count(row, 1, 20, f"{at}/rows/{place}")
    yield from _count(block.get("column_settings") or [], 0, 20, at + "/column_settings")


_CHECKS: dict[str, Callable[[Json, str], Problems]] = {
    "section": _section,
    "actions": _actions,
    "context": _context,
    "header": _header,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "alert": _alert,
    "card": _card,
    "table": _table,
}


def _element(one: Any, at: str, allowed: set[str]) -> Problems:
    kind = one.get("type") if isinstance(one, dict) else None
    if kind not in allowed:
        yield _say(f"unsupported type: {kind}", at + "/type")
        return
    if kind == "image":
        yield from _image(one, at)
        return
    yield from _length(one.get("action_id", ""), 0, 255, at + "/action_id")
    yield from _plain_fields(one, at, {"placeholder": 150})
    if "confirm" in one:
        yield from _confirm(one["confirm"], at + "/confirm")
    if kind == "button":
        yield from _button(one, at)
    if kind in MOST_OPTIONS:
        yield from _options(one, at, MOST_OPTIONS[kind])
    if kind == "plain_text_input" and not 0 < one.get("max_length", 3000) <= 3000:
        yield _say("must be between 1 and 3000", at + "/max_length")
    if kind == "file_input":
        yield from _file_input(one, at)
    if kind == "datetimepicker" and len(str(one.get("initial_date_time", "1234567890"))) != 10:
        yield _say("must be a 10-digit number", at + "/initial_date_time")


def _button(one: Json, at: str) -> Problems:
    yield from _plain(one.get("text"), at + "/text", 75)
    if "value" in one:
        yield from _length(one["value"], 0, 2000, at + "/value")
    if "url" in one:
        yield from _length(one["url"], 1, 3000, at + "/url")
    if "accessibility_label" in one:
        yield from _length(one["accessibility_label"], 1, 75, at + "/accessibility_label")
    if one.get("style") not in {None, "primary", "danger"}:
        yield _say("must be one of: primary, danger", at + "/style")


def _file_input(one: Json, at: str) -> Problems:
    endings = one.get("filetypes")
    if endings is not None and not all(isinstance(each, str) and each.isalnum() for each in endings):
        yield _say("must be an array of file extensions", at + "/filetypes")
    most = one.get("max_files", 10)
    if not isinstance(most, int) or not 1 <= most <= 10:
        yield _say("must be between 1 and 10", at + "/max_files")


def _options(one: Json, at: str, most: int) -> Problems:
    groups = one.get("option_groups")
    if groups is not None:
        yield from _count(groups, 1, 100, at + "/option_groups")
        for place, group in enumerate(groups):
            yield from _plain(group.get("label"), f"{at}/option_groups/{place}/label", 75)
            yield from _each_option(group.get("options"), f"{at}/option_groups/{place}/options", 100)
        return
    yield from _each_option(one.get("options"), at + "/options", most)
    initial = one.get("initial_option")
    if initial is not None and initial not in (one.get("options") or []):
        yield _say("initial_option must be one of the options", at + "/initial_option")


def _each_option(options: Any, at: str, most: int) -> Problems:
    yield from _count(options or [], 1, most, at)
    for place, one in enumerate(options or []):
        yield from _text(one.get("text"), f"{at}/{place}/text", 75)
        yield from _length(one.get("value", ""), 1, 150, f"{at}/{place}/value")
        if "description" in one:
            yield from _plain(one["description"], f"{at}/{place}/description", 75)


def _confirm(confirm: Json, at: str) -> Problems:
    yield from _plain(confirm.get("title"), at + "/title", 100)
    yield from _text(confirm.get("text"), at + "/text", 300)
    yield from _plain(confirm.get("confirm"), at + "/confirm", 30)
    yield from _plain(confirm.get("deny"), at + "/deny", 30)


def _text(text: Any, at: str, most: int) -> Problems:
    if not isinstance(text, dict) or text.get("type") not in {"mrkdwn", "plain_text"}:
        yield _say("must be a text object", at)
        return
    yield from _length(text.get("text"), 1, most, at + "/text")
    if text["type"] == "plain_text" and "verbatim" in text:
        yield _say("additional property: verbatim", at)


def _plain(text: Any, at: str, most: int) -> Problems:
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        yield _say("must be a plain_text object", at)
        return
    yield from _length(text.get("text"), 1, most, at + "/text")


def _plain_fields(holder: Json, at: str, limits: dict[str, int]) -> Problems:
    for key, most in limits.items():
        if holder.get(key) is not None:
            yield from _plain(holder[key], f"{at}/{key}", most)


def _length(text: Any, least: int, most: int, at: str) -> Problems:
    if not isinstance(text, str):
        yield _say("must be a string", at)
    elif len(text) < least:
        yield _say(f"must be more than {least - 1} characters", at)
    elif len(text) > most:
        yield _say(f"must be less than {most + 1} characters", at)


def _count(items: Any, least: int, most: int, at: str) -> Problems:
    if not isinstance(items, list) or len(items) < least:
        yield _say(f"must have at least {least} items", at)
    elif len(items) > most:
        yield _say(f"no more than {most} items allowed", at)


def _doubles(blocks: list[Json]) -> Problems:
    named = [block["block_id"] for block in blocks if block.get("block_id")]
    for block_id in sorted({one for one in named if named.count(one) > 1}):
        yield _say(f"`block_id` must be unique: {block_id}", "/blocks")
    for place, block in enumerate(blocks):
        actions = [one.action_id for one in elements([block])]
        for action_id in sorted({one for one in actions if actions.count(one) > 1}):
            yield _say(f"`action_id` {action_id} already exists", f"/blocks/{place}")


def _tables(blocks: list[Json]) -> Problems:
    if sum(block.get("type") == "table" for block in blocks) > 1:
        yield _say("only one table is allowed", "/blocks")
    if sum(len(block.get("text", "")) for block in blocks if block.get("type") == "markdown") > 12_000:
        yield _say("markdown blocks may hold 12000 characters together", "/blocks")
