"""What `/stuck list` answers: the gaps that some words mean, oldest first. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.slack.cards import buttons
from bot.slack.digest import row, shareable
from bot.slack.escape import safe
from bot.slack.inline import counted, headline, order_name, person
from bot.slack.message import TEXT, Message, context, section, within
from bot.slack.wanted import nearest
from storage.gap import Gap

LISTED = 15
"""Gaps that are shown with buttons; two blocks each."""
EXAMPLES = (
    "Words narrow it, in any order: a kind (`sync`, `sync.unfulfilled`), a cause (`batch_skipped`), a store, `me` or "
    "`unowned`, `claimed`, `snoozed`, a severity (`high`), an age (`>2d`, `36h`). For example `/stuck list import unowned >1d`."
)


def listing(gaps: Sequence[Gap], words: str, now: datetime, *, shared_by: str | None = None) -> Message:
    """Return these gaps, with buttons unless it is shared; `words`: what was asked for."""
    asked = f" for “{safe(words, 100)}”" if words else ""
    if not gaps:
        said = f"No gap{asked}."
        hint = [] if shared_by else [context(EXAMPLES)]
        return shareable(Message(said, [section(said), *hint]), "list", words, shared_by)
    said = f"{counted(len(gaps), 'gap')}{asked}, oldest first"
    blocks = [section(f"*{said}*")]
    for gap in gaps[:LISTED]:
        blocks += row(gap, now) if shared_by else [*row(gap, now), buttons(gap, now)]
    if len(gaps) > LISTED:
        blocks.append(context(f"and {len(gaps) - LISTED:,} more. More words make the list shorter."))
    lines = [f"{safe(order_name(gap), 300)}, {_whose(gap)}: {headline(gap, 300)}" for gap in gaps]
    return shareable(Message(within([said, *lines], TEXT), blocks), "list", words, shared_by)


def not_understood(word: str, stores: Collection[str]) -> Message:
    """Return what to type instead of a word that means nothing."""
    near = " or ".join(f"`{safe(known, 80)}`" for known in nearest(word, stores))
    meant = f" Did you mean {near}?" if near else ""
    said = f"`{safe(word, 60)}` is no kind, cause, store, owner, severity or age.{meant}"
    return Message(said, [section(said), context(EXAMPLES)], private=True)


def _whose(gap: Gap) -> str:
    return f"owned by {person(gap.owner)}" if gap.owner else "unowned"
