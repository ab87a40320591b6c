"""What one person reads in a direct message about gaps that they have or had, and whom unowned gaps call. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import cards, wording
from bot.slack.escape import safe
from bot.slack.inline import called, counted, headed, headline, link, order_name, person, severity, span, when
from bot.slack.message import SECTION, TEXT, Block, Message, columns, context, section, within
from storage.gap import Event, Gap

LISTED = 20
"""Gaps that one call names; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one gap, as it concerns one person."""

    event: Event
    gap: Gap
    """As it is now."""
    address: str | None = None
    """Of its card."""


# ---------------------------------------------------------------- to one person


def still_concerns(turn: Turn, user: str) -> bool:
    """Whether they still have to hear of it: a reminder of what is no longer theirs, or is over, is moot."""
    if turn.event.code not in {"reminded", "worse", "opened"}:
        return True
    return turn.gap.owner == user and turn.gap.resolved_at is None


def word(turns: Sequence[Turn], user: str) -> Message:
    """Return the direct message about what concerns this person: one gap with its evidence, or several as a list."""
    if len(turns) == 1:
        return _one(turns[0], user)
    said = f"{counted(len(turns), 'gap')} that concern you"
    lines = [f"• {_line(turn, user)}" for turn in turns]
    blocks = [
        section(within([f"*{said}*", *lines], SECTION)),
        context("`/stuck mine` lists all that you have."),
    ]
    text = [f"{safe(order_name(turn.gap), 300)}: {_said(turn, user)}" for turn in turns]
    return Message(within([f"{said}:", *text], TEXT), blocks)


def _one(turn: Turn, user: str) -> Message:
    gap, said = turn.gap, _said(turn, user)
    weight = f"{severity(gap.severity)} · since {when(gap.finding.since)}"
    head = [said, headed(gap), headline(gap, cards.HEADLINE), weight]
    blocks: list[Block] = [section(within(head, SECTION))]
    if gap.resolved_at is None:
        blocks += [columns(cards.evidence(gap)), section(f"{cards.why(gap)}\n{cards.todo(gap)}")]
    if see := _card(turn):
        blocks.append(context(see))
    text = f"{safe(order_name(gap), 300)}: {headline(gap, cards.HEADLINE)}"
    lines = [said, text, weight, cards.why(gap), cards.todo(gap)]
    return Message(within((line.replace("*", "") for line in lines), TEXT), blocks)


def _line(turn: Turn, user: str) -> str:
    see = f" {_card(turn)}" if turn.address else ""
    return f"{headed(turn.gap)}: {headline(turn.gap, 300)} {_said(turn, user)}{see}"


def _card(turn: Turn) -> str:
    return link(turn.address, "See its card") if turn.address else ""


def _said(turn: Turn, user: str) -> str:
    return _SAID.get(turn.event.code, _otherwise)(turn, user)


def _assigned(turn: Turn, user: str) -> str:
    to, by = turn.event.facts.get("to"), person(turn.event.by)
    return f"{by} gave it to you." if to == user else f"{by} gave it to {person(to)}. It is no longer yours."


def _taken_over(turn: Turn, user: str) -> str:
    return f"{person(turn.event.by)} took it over from you."


def _opened(turn: Turn, user: str) -> str:
    return "It has taken the place of a gap that you had, so it is yours."


def _reminded(turn: Turn, user: str) -> str:
    since = f" since {when(turn.gap.claimed_at)}" if turn.gap.claimed_at else ""
    return f"You have had it{since}, and it is still there."


def _otherwise(turn: Turn, user: str) -> str:
    return wording.sentence(turn.event, turn.gap)


_SAID: dict[str, Callable[[Turn, str], str]] = {
    "assigned": _assigned,
    "taken_over": _taken_over,
    "opened": _opened,
    "reminded": _reminded,
}


# ---------------------------------------------------------------- to whoever is called


def escalation(gaps: Sequence[Gap], to: str, now: datetime) -> Message:
    """Return the line in a thread that calls a person or a user group for gaps that nobody has."""
    since = min(gap.counted_from for gap in gaps)
    if len(gaps) == 1:
        gap = gaps[0]
        what = "This gap" if gap.order_id is None else safe(order_name(gap), 300)
        lies = f"{what} has had no owner for {span(now - since)}."
        said = f"{called(to)} {lies} {severity(gap.severity)}: {headline(gap, 600)}"
        return Message(said, [section(said)])
    names = ", ".join(safe(order_name(gap).removeprefix("Order "), 120) for gap in gaps[:LISTED])
    rest = f" and {len(gaps) - LISTED:,} more" if len(gaps) > LISTED else ""
    worst = severity(max(gap.severity for gap in gaps))
    lies = f"{counted(len(gaps), 'gap')} in this thread have had no owner, the first for {span(now - since)}."
    said = f"{called(to)} {lies} {worst}: {names}{rest}"
    return Message(said, [section(said)])
