"""What `/stuck checklist` answers: the operator's list, ticked for one order or one store. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.gaps.checklist.lines import DIRECTIONS, OF_ORDER, OWNER
from bot.gaps.checklist.order import of_order
from bot.gaps.checklist.store import StoreSeen, of_store
from bot.gaps.checklist.tick import State, Tick, Ticked, not_done, not_due, ticked
from bot.lookup import OrderView
from bot.slack.answers import answer, key, notes_of, verdict_of
from bot.slack.digest import shareable
from bot.slack.escape import length, safe
from bot.slack.inline import counted, linked, listed, named_order, person, when
from bot.slack.message import SECTION, TEXT, Block, Message, context, section, within
from storage.gap import Gap

SIGNS: dict[State, str] = {"ticked": "✅", "open": "⚠️", "unseen": "❔", "not_due": "⚪"}
WORDS: dict[State, str] = {
    "ticked": "Yes.",
    "open": "Open.",
    "unseen": "Cannot be seen.",
    "not_due": "Not due.",
}
HOW = "`/stuck checklist order 1234` ticks this for one order, read now. `/stuck checklist store NAME` goes through a store."
SAID, NEXT = 400, 400
"""Characters of what a line says, and of what to do next."""
NAMED = 3
"""Owners that are named."""


@dataclass(frozen=True, slots=True)
class Owned:
    """The list's last line: whether each gap has an owner."""

    line: Ticked
    by: str
    """Who, to go behind it; already safe."""


def read_about(words: str, stores: Collection[str]) -> tuple[Literal["list", "order", "store"], str]:
    """Return what these words want ticked: nothing but the list, an order by its number, or a store by its name."""
    word, _, rest = words.strip().partition(" ")
    plain, rest = word.casefold(), rest.strip()
    if not plain:
        return "list", ""
    if plain == "order":
        return "order", rest
    wanted = words.strip()
    if plain == "store":
        wanted = rest or (next(iter(stores)) if len(stores) == 1 else "")
    named = next((name for name in stores if name.casefold() == wanted.casefold()), None)
    if plain == "store" or named is not None:
        return "store", named or wanted
    return "order", wanted


def which_store(name: str, stores: Sequence[str]) -> Message:
    """Return which stores there are, where none was named or it is not one of them."""
    known = listed([f"`/stuck checklist store {safe(each, 80)}`" for each in stores], last="or")
    said = (
        f"There is no store “{safe(name, 60)}” here. Try {known}." if name else f"Which store? Try {known}."
    )
    return Message(said, [section(said)], private=True)


def general(*, shared_by: str | None = None) -> Message:
    """Return the list itself: what to ask of an order, where the answer is, and how to have it ticked."""
    said = "Is an order where it should be?"
    blocks: list[Block] = [section(f"*{said}*")]
    spoken = [said]
    for direction, title in DIRECTIONS.items():
        lines = [
            f"• *{line.question}* {line.look}" for line in (*OF_ORDER, OWNER) if line.direction == direction
        ]
        blocks += _sections(title, lines)
        spoken += [title, *lines]
    text = within((line.replace("*", "") for line in [*spoken, HOW]), TEXT)
    return shareable(Message(text, [*blocks, context(HOW)]), "checklist", "||", shared_by)


def for_order(view: OrderView, typed: str, now: datetime, *, shared_by: str | None = None) -> Message:
    """Return the list ticked for one order; of an order that was not found, why not."""
    if view.facts is None:
        return answer(view, typed, now, shared_by=shared_by)
    lines = of_order(view.facts, now, [gap.finding for gap in view.gaps], doubted=view.error is not None)
    name = named_order(view.order)
    todo = f"Press Claim on its card, or below the answer of /stuck {name[:1].lower()}{name[1:]}."
    head = [linked(name, view.links.shopify, view.links.shipstation), verdict_of(view)]
    spoken = f"Checklist of {name[:1].lower()}{name[1:]}"
    drawn = _drawn(spoken, head, lines, _owned(view.gaps, todo), notes_of(view))
    return shareable(drawn, "checklist", key(view, typed), shared_by)


def for_store(seen: StoreSeen, gaps: Sequence[Gap], *, shared_by: str | None = None) -> Message:
    """Return the list ticked for one store; `gaps`: its unresolved ones."""
    name = seen.rules.name
    notes = [f"⚠️ {safe(seen.error, 600)}"] if seen.error else []
    notes.append("From the last runs: nothing was asked just now.")
    head = [f"*Store {safe(name, 120)}*"]
    owned = _owned(gaps, f"Type /stuck list unowned {name}, and press Claim.")
    drawn = _drawn(f"Checklist of store {name}", head, of_store(seen), owned, notes)
    return shareable(drawn, "checklist", f"||store {name}", shared_by)


def _drawn(
    title: str, head: Sequence[str], lines: Sequence[Ticked], owned: Owned, notes: Sequence[str]
) -> Message:
    count = _count([*lines, owned.line])
    blocks: list[Block] = [section("\n".join([*head, count]))]
    spoken = [f"{safe(title, 300)}: {count}", *head[1:]]
    for direction, name in DIRECTIONS.items():
        told = [_line(each) for each in lines if each.line.direction == direction]
        told = told or [_line(owned.line) + owned.by]
        blocks += _sections(name, told)
        spoken += [name, *told]
    blocks += [context(*notes)] if notes else []
    return Message(within((line.replace("*", "") for line in [*spoken, *notes]), TEXT), blocks)


def _count(lines: Sequence[Ticked]) -> str:
    """Return how many lines stand how, the open ones first."""
    states = [each.tick.state for each in lines]
    parts = [
        f"{states.count('open')} open" if "open" in states else "Nothing is open",
        f"{states.count('ticked')} ticked",
    ]
    if unseen := states.count("unseen"):
        parts.append(f"{unseen} cannot be seen")
    return ", ".join(parts)


def _line(each: Ticked) -> str:
    """Return one line in sign and words, and below it what to do, or where a person sees what the bot does not."""
    tick = each.tick
    said = safe(tick.said, SAID) + (f" {when(tick.at)}." if tick.at else "")
    line = f"{SIGNS[tick.state]} *{each.line.question}* {WORDS[tick.state]} {said}"
    if tick.todo:
        return f"{line}\n\u2003→ {safe(tick.todo, NEXT)}"
    return f"{line}\n\u2003→ {each.line.look}" if tick.state == "unseen" else line


def _sections(title: str, lines: Sequence[str]) -> Iterator[Block]:
    """Return a heading with its lines, in as many blocks as their length needs."""
    part = [f"*{title}*"]
    for line in lines:
        if sum(length(each) + 1 for each in [*part, line]) > SECTION:
            yield section("\n".join(part))
            part = []
        part.append(line)
    yield section("\n".join(part))


def _owned(gaps: Sequence[Gap], todo: str) -> Owned:
    return Owned(Ticked(OWNER, _owner(gaps, todo)), _owners(gaps))


def _owner(gaps: Sequence[Gap], todo: str) -> Tick:
    """Return whether everything that is open belongs to somebody."""
    if not gaps:
        return not_due("There is no gap to own.")
    unowned = sum(gap.owner is None for gap in gaps)
    if unowned:
        return not_done(f"{unowned:,} of {counted(len(gaps), 'gap')} unowned.", todo)
    return ticked("Owned by")


def _owners(gaps: Sequence[Gap]) -> str:
    """Return who has them, the one with most first; empty while one of them is unowned."""
    most = Counter(gap.owner for gap in gaps).most_common()
    if not most or any(owner is None for owner, _ in most):
        return ""
    rest = [f"{len(most) - NAMED} more"] if len(most) > NAMED else []
    return f" {listed([*(person(owner) for owner, _ in most[:NAMED]), *rest])}."
