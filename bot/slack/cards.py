"""One gap as one card: what it is, what each side says, why, what to do, who has it. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.slack.escape import plain as plain_of
from bot.slack.escape import safe
from bot.slack.inline import ago, headed, headline, order_name, person, severity, when
from bot.slack.message import (
    BUTTON,
    FIELD,
    TEXT,
    Block,
    Element,
    Message,
    actions,
    button,
    columns,
    context,
    named,
    option,
    overflow,
    section,
    within,
)
from storage.findings import Confidence, Evidence, System
from storage.gap import Gap, State

HEADLINE = 600
CAUSE = 900
TOGETHER = timedelta(minutes=5)
"""Two systems read within this time count as read at once."""
NEXT = 900
REASON = 400
SYSTEMS: dict[System, str] = {"shopify": "Shopify", "shipstation": "ShipStation"}
_CONFIDENCE: dict[Confidence, str] = {
    "confirmed": "Cause, confirmed",
    "likely": "Likely cause",
    "unknown": "Cause not known",
}


def card(gap: Gap, now: datetime) -> Message:
    """Return a gap's current state as a message with buttons; nothing in it can break a limit of Slack."""
    blocks = [section(_head(gap, now)), columns(evidence(gap))]
    if _unsettled(gap):
        blocks.append(section(f"{why(gap)}\n{todo(gap)}"))
    blocks += [context(*_small_print(gap, now)), buttons(gap, now)]
    return Message(spoken(gap, now), named(blocks, f"gap:{gap.id}:{gap.edition}:{gap.revision}"))


def plain(gap: Gap, now: datetime) -> Message:
    """Return the same card without blocks, for when Slack refuses them."""
    return Message(spoken(gap, now, pointer=True))


def spoken(gap: Gap, now: datetime, *, pointer: bool = False) -> str:
    """Return the whole card as text, for screen readers and notifications."""
    name = safe(order_name(gap), 300)
    if _unsettled(gap):
        weight = f"{severity(gap.finding.severity)}, since {when(gap.finding.since)}."
        lines = [f"{name}: {headline(gap, HEADLINE)}", weight, standing(gap, now), why(gap), todo(gap)]
    else:
        lines = [f"{name}: {standing(gap, now)}", _was(gap)]
    if pointer:
        lines.insert(3, f"To act on it, type /stuck order {safe(gap.order or '', 80)}".rstrip())
    lines += [said.replace("\n", "; ") for said in (*evidence(gap, limit=500), *_read(gap))]
    return within((line.replace("*", "") for line in lines), TEXT)


# ---------------------------------------------------------------- parts


def _unsettled(gap: Gap) -> bool:
    """Whether cause and next action still matter to somebody."""
    return gap.resolved_at is None or gap.resolution == "unverified"


def _head(gap: Gap, now: datetime) -> str:
    """Return the card's first lines: a settled one says at once that it is, and what it was."""
    if not _unsettled(gap):
        return f"{headed(gap)}\n{standing(gap, now)}\n{_was(gap)}"
    since = gap.finding.since
    weight = f"{severity(gap.finding.severity)} · since {when(since)} ({ago(since, now)})"
    return f"{headed(gap)}\n{headline(gap, HEADLINE)}\n{weight}"


def _was(gap: Gap) -> str:
    return f"It was: {headline(gap, HEADLINE)}"


def _small_print(gap: Gap, now: datetime) -> list[str]:
    """Return who has it, where the head does not say it already, and how fresh the evidence is."""
    return [*([standing(gap, now)] if _unsettled(gap) else []), *_read(gap)] or ["Nothing was read."]


def _read(gap: Gap) -> list[str]:
    """Return when each system was read, at the earliest: one time where it is as good as the same."""
    read = {
        name: min(piece.read_at for piece in gap.finding.evidence if piece.system == system)
        for system, name in SYSTEMS.items()
        if any(piece.system == system for piece in gap.finding.evidence)
    }
    if not read:
        return []
    if max(read.values()) - min(read.values()) <= TOGETHER:
        return [f"Read {when(min(read.values()))}"]
    return [f"{name} read {when(at)}" for name, at in read.items()]


def evidence(gap: Gap, limit: int = FIELD) -> list[str]:
    """Return one cell for each system: what it said."""
    return [_cell(system, gap.finding.evidence, limit) for system in SYSTEMS]


def _cell(system: System, pieces: Sequence[Evidence], limit: int) -> str:
    said = [piece for piece in pieces if piece.system == system]
    if not said:
        return f"*{SYSTEMS[system]}*\nnothing was read"
    lines = [f"{safe(piece.field, 60)}: {safe(piece.value, 300)}" for piece in said]
    return within([f"*{SYSTEMS[system]}*", *lines], limit)


def why(gap: Gap) -> str:
    """Return the cause, and in words how sure it is."""
    cause = gap.finding.cause
    return f"*{_CONFIDENCE[cause.confidence]}:* {safe(cause.text, CAUSE)}"


def todo(gap: Gap) -> str:
    """Return what to do about it."""
    return f"*Next:* {safe(gap.finding.next_action.text, NEXT)}"


def standing(gap: Gap, now: datetime) -> str:
    """Return who has it and what became of it, in one line."""
    first = _resolved(gap) if gap.resolved_at is not None else _owner(gap)
    return " · ".join([first, *turns(gap, now)])


def turns(gap: Gap, now: datetime) -> list[str]:
    """Return what else is worth knowing of its state: a snooze, and how often it came back."""
    parts: list[str] = []
    if gap.snoozed_until and gap.state(now) == "snoozed":
        parts.append(f"*Snoozed* until {when(gap.snoozed_until)} by {person(gap.snoozed_by)}")
    if gap.reopened:
        parts.append("reopened once" if gap.reopened == 1 else f"reopened {gap.reopened:,} times")
    return parts


def _owner(gap: Gap) -> str:
    if gap.owner is None:
        return "*Unowned*"
    since = f", claimed {when(gap.claimed_at)}" if gap.claimed_at else ""
    return f"*Owner:* {person(gap.owner)}{since}"


def _resolved(gap: Gap) -> str:
    at = when(gap.resolved_at) if gap.resolved_at else ""
    by = f"by {person(gap.resolved_by)} {at}" if gap.resolved_by else at
    reason = f": {safe(gap.reason, REASON)}" if gap.reason else ""
    match gap.resolution:
        case "verified":
            return f"✅ *Resolved* {by}. Both systems agree."
        case "unverified":
            again = f" It will be checked again {when(gap.verify_at)}." if gap.verify_at else ""
            return f"⏳ *Resolved* {by}, but the systems do not confirm it yet.{again}"
        case "not_a_gap":
            return f"✅ *Not a gap*, said {by}{reason}"
        case "accepted":
            return f"✅ *Accepted* {by}{reason}"
        case "superseded":
            return f"✅ *Replaced* {by} by another gap that says the same and more."
        case _:
            return f"✅ *Healed by itself* {at}. Both systems agree."


# ---------------------------------------------------------------- buttons


def buttons(gap: Gap, now: datetime) -> Block:
    """Return the row of acts that fit the gap's state."""
    state = gap.state(now)
    row = [_button(gap, act, primary=place == 0) for place, act in enumerate(_acts(gap, state))]
    if state == "resolved":
        row.append(_button(gap, "history", primary=False))
    row.append(overflow("gap.more", _rarer(gap)))
    return actions(row)


def _acts(gap: Gap, state: State) -> list[str]:
    """Return the acts that fit the state, the likeliest first."""
    match state:
        case "resolved":
            return ["reopen"]
        case "snoozed":
            return ["resolved", "wake", "release"] if gap.owner else ["claim", "resolved", "wake"]
        case "claimed":
            return ["resolved", "snooze", "release"]
        case _:
            return ["claim", "resolved", "snooze"]


_TEXTS = {
    "claim": "Claim",
    "release": "Release",
    "resolved": "Resolved",
    "snooze": "Snooze…",
    "wake": "Wake",
    "reopen": "Reopen",
    "history": "Show history",
}


def _button(gap: Gap, act: str, *, primary: bool) -> Element:
    subject = order_name(gap)
    label = plain_of(f"{_TEXTS[act].rstrip('…')} {subject[0].lower()}{subject[1:]}", BUTTON)
    quiet = act in {"reopen", "history"}
    return button(_TEXTS[act], f"gap.{act}", target(gap), label=label, primary=primary and not quiet)


def target(gap: Gap) -> str:
    """Return what buttons carry: the gap's id and the revision they were drawn from."""
    return f"{gap.id}:{gap.revision}"


def _rarer(gap: Gap) -> list[Element]:
    choices = [("note", "Add a note…"), ("details", "More…")]
    if gap.resolved_at is None:
        owned = ("assign", "Reassign or take over…" if gap.owner else "Assign…")
        choices = [owned, choices[0], ("not_a_gap", "Not a gap…"), ("accepted", "Accepted…"), choices[1]]
    return [option(text, f"{act}:{target(gap)}") for act, text in choices]
