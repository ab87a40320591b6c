"""The windows over many gaps: snooze until when, and why they may end. Pure."""

from zoneinfo import ZoneInfo

from bot.slack.bulk.selection import Many
from bot.slack.inline import counted
from bot.slack.message import Element, option, plain_text, section
from bot.slack.modals import OTHER, REASONS, TITLES, Reason, note_field, snooze_fields
from bot.slack.snooze import Choice
from bot.slack.window import View, field, window

SNOOZE, END = "many.snooze", "many.end"
RESOLVED = "resolved"
UNDOABLE = "You can undo it for five minutes."


def snooze_view(number: int, choices: list[Choice], zone: ZoneInfo, many: Many) -> View:
    """Return the window that asks until when."""
    told = section(f"*{counted(number, 'gap')}* will be put off, whoever has them. {UNDOABLE}")
    return window(SNOOZE, "Snooze", many, [told, *snooze_fields(choices, zone)], "Snooze")


def end_view(number: int, many: Many) -> View:
    """Return the window that asks why these may end."""
    groups = [_group("Mended", [option("Resolved: ask both systems", RESOLVED)])]
    groups += [
        _group(TITLES[reason], [option(text, f"{reason}:{value}") for value, text in texts.items()])
        for reason, texts in REASONS.items()
    ]
    menu = {
        "type": "static_select",
        "option_groups": groups,
        "placeholder": plain_text("Choose a reason", 150),
    }
    told = section(
        f"*{counted(number, 'gap')}* will leave the queue. Not a gap and Accepted do not come back for the same "
        f"cause. {UNDOABLE}"
    )
    blocks = [told, field("reason", "One reason for all", menu), note_field()]
    return window(END, "Resolve many", many, blocks, "Resolve")


def reason_of(value: str) -> tuple[Reason | None, str]:
    """Return the ending and the reason that were chosen; None: both systems are to be asked."""
    ending, _, chosen = value.partition(":")
    for reason in REASONS:
        if reason == ending:
            return reason, chosen
    return None, OTHER


def _group(label: str, options: list[Element]) -> Element:
    return {"label": plain_text(label, 75), "options": options}
