"""What the channel reads besides cards: a line for each turn in a thread, and notices about many gaps. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.gaps.catalog import title
from bot.slack.escape import safe
from bot.slack.inline import called, counted, headed, headline, order_name, person, when
from bot.slack.message import SECTION, TEXT, Message, context, header, section, within
from storage.findings import Severity
from storage.gap import Event, Gap

Facts = Mapping[str, Any]
REASON = 400
_SEVERITIES = frozenset(level.word for level in Severity)


# ---------------------------------------------------------------- one turn of one gap


def line(event: Event, gap: Gap) -> Message:
    """Return the thread line for one event of a gap's history."""
    said = sentence(event, gap)
    return Message(f"{safe(order_name(gap), 300)}: {said}", [section(said)])


def sentence(event: Event, gap: Gap) -> str:
    """Return one event as one sentence of mrkdwn."""
    said = _SENTENCES.get(event.code, _unknown)(event, gap)
    others = int(_fact(event.facts, "together") or 1) - 1
    return f"{said} (together with {counted(others, 'other gap')})" if others > 0 else said


def story(events: Sequence[Event], gap: Gap) -> str:
    """Return everything that happened to a gap, newest first, as mrkdwn for one paragraph."""
    turns = [f"• {when(event.at)}: {sentence(event, gap)}" for event in reversed(events)]
    return within(turns, SECTION) or "Nothing yet."


def history(events: Sequence[Event], gap: Gap) -> Message:
    """Return everything that happened to a gap, newest first, as a private answer."""
    turns = [f"{when(event.at)}: {sentence(event, gap)}" for event in reversed(events)]
    text = within([f"{headed(gap)}: what happened", *turns], SECTION)
    return Message(within([f"{safe(order_name(gap), 300)}: what happened", *turns], TEXT), [section(text)])


def _opened(event: Event, gap: Gap) -> str:
    return f"Found: {headline(gap, 600)}"


def _claimed(event: Event, gap: Gap) -> str:
    return f"{person(event.by)} claimed it."


def _taken_over(event: Event, gap: Gap) -> str:
    before = _fact(event.facts, "from")
    return f"{person(event.by)} took it over" + (f" from {person(before)}." if before else ".")


def _assigned(event: Event, gap: Gap) -> str:
    before = _fact(event.facts, "from")
    return f"{person(event.by)} gave it to {person(_fact(event.facts, 'to'))}" + (
        f"; {person(before)} had it before." if before else "."
    )


def _released(event: Event, gap: Gap) -> str:
    if event.by is None:
        return f"{person(_fact(event.facts, 'owner'))} is no longer in this workspace. It is unowned."
    return f"{person(event.by)} released it. It is unowned."


def _noted(event: Event, gap: Gap) -> str:
    said = (event.facts.get("text") or "").splitlines()
    quoted = within([f"> {safe(line, 500)}" for line in said if line.strip()], 2000)
    return f"{person(event.by)} noted:\n{quoted}"


def _reminded(event: Event, gap: Gap) -> str:
    return "Its owner was reminded of it."


def _escalated(event: Event, gap: Gap) -> str:
    return f"Nobody had claimed it, so {called(_fact(event.facts, 'to') or '')} was called."


def _snoozed(event: Event, gap: Gap) -> str:
    until = _moment(event.facts, "until")
    return f"{person(event.by)} snoozed it" + (f" until {when(until)}." if until else ".")


def _woken(event: Event, gap: Gap) -> str:
    return f"{person(event.by)} ended the snooze."


def _snooze_ended(event: Event, gap: Gap) -> str:
    owner = f"Owner: {person(gap.owner)}." if gap.owner else "It is unowned."
    return f"The snooze has ended, and it is still there. {owner}"


def _resolved(event: Event, gap: Gap) -> str:
    return f"{person(event.by)} resolved it. Both systems agree." if event.by else _healed(event, gap)


def _healed(event: Event, gap: Gap) -> str:
    return "It healed by itself. Both systems agree."


def _unverified(event: Event, gap: Gap) -> str:
    again = _moment(event.facts, "verify_at") or gap.verify_at
    checked = f" It will be checked again {when(again)}." if again else ""
    return f"{person(event.by)} resolved it, but the systems do not confirm it yet.{checked}"


def _reopened(event: Event, gap: Gap) -> str:
    if event.by:
        return f"{person(event.by)} reopened it."
    resolved_by = _fact(event.facts, "resolved_by")
    if resolved_by:
        return f"Reopened: the systems still disagree. {person(resolved_by)} had resolved it."
    cause = _fact(event.facts, "cause")
    return f"Reopened: the cause is now another. {safe(cause, 900)}" if cause else "Reopened: it is back."


def _not_a_gap(event: Event, gap: Gap) -> str:
    return f"{person(event.by)} says that it is not a gap{_because(event, gap)}"


def _accepted(event: Event, gap: Gap) -> str:
    return f"{person(event.by)} accepted it as it is{_because(event, gap)}"


def _superseded(event: Event, gap: Gap) -> str:
    new = _fact(event.facts, "kind")
    return f"Replaced by another gap{': ' + safe(title(new), 120) if new else '.'}"


def _changed(event: Event, gap: Gap) -> str:
    before, after = _fact(event.facts, "from"), _fact(event.facts, "to")
    if before is None or after is None:
        return f"Changed: {headline(gap, 600)}"
    if after in _SEVERITIES:
        return f"It is now {after}; it was {safe(before, 80)}."
    if after == before:
        return f"What to do has changed: {safe(gap.finding.next_action.text, 900)}"
    return f"The cause is now another: {safe(after, 900)}"


def _worse(event: Event, gap: Gap) -> str:
    before, after = _fact(event.facts, "from"), _fact(event.facts, "to") or gap.severity.word
    ended = " That ends its snooze." if _fact(event.facts, "snooze") else ""
    return (
        f"It is worse: now {safe(after, 80)}" + (f", it was {safe(before, 80)}." if before else ".") + ended
    )


def _undone(event: Event, gap: Gap) -> str:
    return f"{person(event.by)} took that back: {_UNDONE.get(_fact(event.facts, 'act') or '', 'it is as it was')}."


def _reposted(event: Event, gap: Gap) -> str:
    return "The message of this card was deleted, so it was posted again."


def _unknown(event: Event, gap: Gap) -> str:
    return f"{safe(event.code.replace('_', ' ').capitalize(), 80)}."


def _because(event: Event, gap: Gap) -> str:
    reason = _fact(event.facts, "reason") or gap.reason
    return f": {safe(reason, REASON)}" if reason else "."


_UNDONE = {
    "claimed": "it is not claimed",
    "snoozed": "it is not snoozed by that",
    "not_a_gap": "it is in the queue again",
    "accepted": "it is in the queue again",
    "resolved": "it is in the queue again",
}
_SENTENCES: dict[str, Callable[[Event, Gap], str]] = {
    "opened": _opened,
    "claimed": _claimed,
    "taken_over": _taken_over,
    "assigned": _assigned,
    "released": _released,
    "snoozed": _snoozed,
    "woken": _woken,
    "snooze_ended": _snooze_ended,
    "resolved": _resolved,
    "healed": _healed,
    "unverified": _unverified,
    "reopened": _reopened,
    "not_a_gap": _not_a_gap,
    "accepted": _accepted,
    "superseded": _superseded,
    "changed": _changed,
    "worse": _worse,
    "reposted": _reposted,
    "noted": _noted,
    "reminded": _reminded,
    "escalated": _escalated,
    "undone": _undone,
}


def aloud(message: Message, user: str) -> Message:
    """Return a word to one person as it stands in a thread, because Slack did not take it for them alone."""
    return Message(within([person(user), message.text], TEXT), [section(person(user)), *message.blocks])


# ---------------------------------------------------------------- many gaps, or none to be seen


def first_run(facts: Facts) -> Message:
    """Return the parent of everything that the first run of a store found."""
    counts = {str(code): int(number) for code, number in dict(facts.get("counts", {})).items()}
    found = counted(sum(counts.values()), "gap")
    kinds = [f"• {safe(title(code), 120)}: {number:,}" for code, number in _most(counts)]
    lines = [f"First look: {found}", "Both systems were compared for the first time. Found:", *kinds]
    return _parent(lines, "Each one is in this thread, with its own buttons.")


def blind(facts: Facts) -> Message:
    """Return the notice that a store could not be read completely: nothing is concluded until it can."""
    lines = [
        f"Cannot see everything in {_store(facts)}",
        safe(_fact(facts, "error") or "", 900) or "One side could not be read completely.",
        "Until both systems can be read completely, none of its gaps is opened or resolved. You will be told when they can.",
    ]
    return _parent(lines)


def sees(facts: Facts) -> Message:
    """Return the notice that a store can be read completely again."""
    lines = [
        f"Sees everything in {_store(facts)} again",
        "Both systems were read completely. Gaps are opened and resolved as usual.",
    ]
    return _parent(lines)


def _store(facts: Facts) -> str:
    return safe(_fact(facts, "store") or "the store", 100)


def _parent(lines: Sequence[str], note: str = "") -> Message:
    head, *rest = (line for line in lines if line)
    blocks = [header(_unescaped(head)), *([section(within(rest, SECTION))] if rest else [])]
    return Message(
        within([*lines, note] if note else lines, TEXT), [*blocks, context(note)] if note else blocks
    )


def _unescaped(text: str) -> str:
    """Return safe text for a plain_text object, which knows no entities."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _fact(facts: Facts, name: str) -> str | None:
    """Return a fact as text; None where it is not there or says nothing."""
    return str(facts[name]) if facts.get(name) else None


def _moment(facts: Facts, name: str) -> datetime | None:
    text = _fact(facts, name)
    return datetime.fromisoformat(text) if text else None
