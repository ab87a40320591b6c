"""What one person reads about an act over many gaps, and the buttons that go with it. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.slack.escape import safe
from bot.slack.inline import ago, counted, when
from bot.slack.message import Block, Element, Message, actions, button, confirmed, section
from storage.bulks import Bulk, BulkAct
from storage.gap import Outcome

UNDO = "many.undo"
REDRAWN = (
    "What you saw had changed meanwhile, so nothing was done. It is up to date now: look, and press again."
)
NOTHING = "There is nothing here to do that to. Nothing was changed."
TOO_LATE = "That can be undone for five minutes only, and they are over. Nothing was changed."
UNDONE_ALREADY = "That was undone already."
NOT_YOURS = "Only who did it can undo it. Nothing was changed."
_DONE: dict[BulkAct, str] = {
    "claimed": "Claimed {many}.",
    "snoozed": "Snoozed {many}{until}.",
    "not_a_gap": "{many} ended as not a gap{reason}.",
    "accepted": "{many} accepted as they are{reason}.",
    "resolved": "Resolved {many}.",
}
_LEFT: dict[Outcome, tuple[str, str]] = {
    "taken": ("is somebody else's", "are somebody else's"),
    "already": ("was so already", "were so already"),
    "resolved": ("is resolved already", "are resolved already"),
    "gone": ("is no longer in the queue", "are no longer in the queue"),
    "stale": ("had changed", "had changed"),
}


def did(bulk: Bulk, outcomes: Mapping[Outcome, int]) -> Message:
    """Return what became of an act, with the button that takes it back."""
    done = outcomes.get("done", 0)
    lines = [f"{said(bulk, done)} {_within(bulk)}"] if done else ["Nothing was changed."]
    left = {outcome: number for outcome, number in outcomes.items() if number and outcome in _LEFT}
    if left:
        parts = [f"{number:,} {_LEFT[outcome][number != 1]}" for outcome, number in left.items()]
        lines.append(f"Left alone: {', '.join(parts)}.")
    return _message(lines, [undo(bulk)] if done else [])


def said(bulk: Bulk, done: int) -> str:
    """Return in a sentence what was done to how many."""
    until = bulk.facts.get("until")
    text = _DONE[bulk.act].format(
        many=counted(done, "gap"),
        until=f" until {when(datetime.fromisoformat(until))}" if until else "",
        reason=f": {safe(bulk.facts['reason'], 400)}" if bulk.facts.get("reason") else "",
    )
    return text.replace("1 gap accepted as they are", "1 gap accepted as it is")


def _within(bulk: Bulk) -> str:
    return f"You can undo it until {when(bulk.undoable_until)}."


def undo(bulk: Bulk) -> Element:
    """Return the button that takes an act back."""
    return button("Undo", UNDO, bulk.id, label=f"Undo what you did to {counted(bulk.gaps, 'gap')}"[:75])


def reminder(bulk: Bulk, now: datetime) -> Block:
    """Return the line of the Home tab that offers to take the last act back."""
    what = said(bulk, bulk.gaps).removesuffix(".")
    return section(f"{what} {ago(bulk.at, now)}. {_within(bulk)}", accessory=undo(bulk))


def undone(done: int, changed: int) -> Message:
    """Return what taking back came to."""
    lines = [f"Undone: {counted(done, 'gap')} {'is as it was' if done == 1 else 'are as they were'}."]
    if not done:
        lines = ["Nothing could be undone."]
    if changed:
        stays = (
            "1 gap stays as it is: it has"
            if changed == 1
            else f"{changed:,} gaps stay as they are: they have"
        )
        lines.append(f"{stays} been changed since, by somebody or by what the systems said.")
    return _message(lines, [])


# ---------------------------------------------------------------- resolved, which asks the systems


def asking(number: int) -> Message:
    """Return what is said before both systems are asked about many gaps."""
    return _message(
        [
            f"Asking both systems about {counted(number, 'gap')}, one after the other. You will be told here how it went."
        ],
        [],
    )


def asked(bulk: Bulk, *, agreed: int, disagreed: int, unread: int, moved: int, verify: timedelta) -> Message:
    """Return how asking about many gaps went."""
    hours = counted(max(1, round(verify / timedelta(hours=1))), "hour")
    lines = [f"Both systems were asked about {counted(agreed + disagreed + unread + moved, 'gap')}."]
    if agreed:
        lines.append(f"✅ {agreed:,} resolved: both systems agree.")
    if disagreed:
        lines.append(
            f"⏳ {disagreed:,} marked as resolved, but the systems still disagree. They are checked again in {hours}, and reopen if nothing has changed."
        )
    if unread:
        lines.append(
            f"❔ {unread:,} marked as resolved, but could not be confirmed: a system did not answer. They are checked again in {hours}."
        )
    if moved:
        lines.append(f"{moved:,} left alone: changed by somebody else meanwhile.")
    done = agreed + disagreed + unread
    return _message([*lines, *([_within(bulk)] if done else [])], [undo(bulk)] if done else [])


def too_many(number: int, most: int) -> str:
    """Return why so many cannot be resolved at once."""
    return (
        f"Resolved asks both systems about each gap, and these are {number:,}: more than {most} at once would take "
        "too long. Filter or tick fewer, or choose another reason."
    )


# ---------------------------------------------------------------- buttons


def claim_all(number: int, value: str) -> Element:
    """Return the button that claims many gaps after asking once more."""
    many = counted(number, "gap")
    pressed = button(f"Claim {_all(number)}", "many.claim", value, label=f"Claim {many}")
    text = "Those that nobody has become yours. What somebody else has claimed stays theirs. You can undo it for five minutes."
    return confirmed(pressed, f"Claim {many}?", text, "Claim")


def snooze_all(number: int, value: str) -> Element:
    """Return the button that asks until when to snooze many gaps."""
    return button(f"Snooze {_all(number)}…", "many.snooze", value, label=f"Snooze {counted(number, 'gap')}")


def end_all(number: int, value: str) -> Element:
    """Return the button that asks why many gaps may end."""
    return button(f"Resolve {_all(number)}…", "many.end", value, label=f"Resolve {counted(number, 'gap')}")


def _all(number: int) -> str:
    return f"all {number:,}" if number > 1 else "1"


def _message(lines: Sequence[str], elements: Sequence[Element]) -> Message:
    text = "\n".join(lines)
    return Message(text, [section(text), *([actions(elements)] if elements else [])])
