"""`/stuck settings`: what can be changed in Slack, what each is, and who changed which. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping

from bot.overrides import SETTINGS
from bot.settings import StoreSettings
from bot.slack.escape import safe
from bot.slack.inline import person, when
from bot.slack.message import SECTION, TEXT, Block, Message, actions, button, context, header, section, within
from bot.slack.tuning.words import VALUE, value_text
from storage.overrides import OverrideChange, Values

CHANGE, HISTORY, REMOVE = "settings.open", "settings.history", "settings.remove"
REMOVABLE = 15
"""Exclusions that have a button."""
CARRIED = 2000
"""Characters that a button carries."""
LEAST = "Everything else stands in stuck.toml. Keys and tokens are neither shown nor changed here."
GROUPS: Mapping[str, tuple[str, ...]] = {
    "How long before a difference becomes a gap": ("windows.", "cutoff"),
    "When and where people are told": ("quiet_hours", "digest.", "escalation.", "channels"),
}
EXCLUDED = "What is left alone"


def answer(
    now: StoreSettings, file: StoreSettings, changed: Values, newest: Mapping[str, OverrideChange]
) -> Message:
    """Return the settings of a store.

    `now` and `file`: the store as it is set and as stuck.toml has it; `changed`: what holds over the file;
    `newest`: the last change of each.
    """
    name = safe(now.rules.name, VALUE)
    groups = [
        [f"*{title}*", *(_line(key, now, file, changed, newest) for key in _keys(prefixes))]
        for title, prefixes in GROUPS.items()
    ]
    groups.append([f"*{EXCLUDED}*", *(_excluded(key, file, changed) for key in _keys(("exclude_",)))])
    rows = list(_added(now.rules.name, changed, newest))
    blocks: list[Block] = [
        header(f"Settings of {now.rules.name}"),
        *(section(within(group, SECTION)) for group in groups),
        *rows[:REMOVABLE],
        *([context(f"… and {len(rows) - REMOVABLE} more")] if len(rows) > REMOVABLE else []),
        actions(
            [
                button("Change…", CHANGE, now.rules.name, label=f"Change settings of {name}"),
                button("History", HISTORY, now.rules.name, label=f"What was changed of {name}"),
            ]
        ),
        context(LEAST),
    ]
    text = within([f"Settings of {name}", *(line for group in groups for line in group)], TEXT)
    return Message(text, blocks, private=True)


def _keys(prefixes: tuple[str, ...]) -> Iterable[str]:
    return [key for key in SETTINGS if key.startswith(prefixes)]


def _line(
    key: str,
    now: StoreSettings,
    file: StoreSettings,
    changed: Values,
    newest: Mapping[str, OverrideChange],
) -> str:
    setting = SETTINGS[key]
    said = f"{setting.title}: *{value_text(key, setting.written(now))}*"
    if key not in changed:
        return said
    last = newest.get(key)
    by = f"changed by {person(last.person)} {when(last.at)}; " if last else "changed; "
    return f"{said} ({by}stuck.toml: {value_text(key, setting.written(file))})"


def _excluded(key: str, file: StoreSettings, changed: Values) -> str:
    setting = SETTINGS[key]
    more = len(changed.get(key) or [])
    return f"{setting.title}: {value_text(key, setting.written(file))}" + (
        f", and {more} added in Slack" if more else ""
    )


def _added(store: str, changed: Values, newest: Mapping[str, OverrideChange]) -> Iterator[Block]:
    """Yield a row for each exclusion that was added in Slack, with a button that takes it away."""
    for key in _keys(("exclude_",)):
        for value in changed.get(key) or []:
            carried = json.dumps([store, key, value])
            shown = safe(str(value), VALUE)
            remove = button("Remove", REMOVE, carried, label=f"Remove {shown}")
            last = newest.get(key)
            by = f" (list last changed by {person(last.person)} {when(last.at)})" if last else ""
            yield section(
                f"{SETTINGS[key].title}: *{shown}*{by}",
                accessory=remove if len(carried) <= CARRIED else None,
            )
