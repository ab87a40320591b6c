"""The daily digest in words: what cannot wait first, then what is new, then how it all stands. Pure."""

from collections.abc import Sequence

from bot.gaps.catalog import title
from bot.slack.digests import pieces
from bot.slack.digests.facts import DayFacts, Ended, NewOfKind
from bot.slack.escape import safe
from bot.slack.inline import NAME, ago, counted, link, listed, person, when
from bot.slack.message import Message

KINDS, OWNERS = 4, 8
"""Lines of new kinds, and people, that are told; what is left out is counted."""


def day(facts: DayFacts, site: str | None = None) -> Message:
    """Return the digest of a day. `site`: the address of the workspace, for links to cards."""
    parts = [
        [_happened(facts)],
        _to_ship(facts),
        _unowned(facts, site),
        _new(facts, site),
        _standing(facts, site),
    ]
    return pieces.message(headline(facts), parts, [pieces.known(facts), *_counted(facts)], "daily")


def headline(facts: DayFacts) -> str:
    """Return the digest in a few words. `No gap is open` stands only where that is known."""
    if not facts.open:
        said = "no gap is open" if facts.fresh else "no gap is known, but the picture is old"
    elif facts.unowned:
        said = f"{counted(facts.open, 'gap')} open, {facts.unowned:,} unowned"
    else:
        snoozed = " or is snoozed" if facts.snoozed else ""
        said = f"{counted(facts.open, 'gap')} open, each has an owner{snoozed}"
    return f"{facts.store}: {said}"


def _happened(facts: DayFacts) -> str:
    """Return what has happened since the last digest, in one sentence."""
    said = [f"*{facts.opened:,} new*", f"*{facts.ended.total:,} ended*"]
    if facts.back.total:
        said.append(f"*{facts.back.total:,} came back*")
    return f"{pieces.day_name(facts.day)}. Since {when(facts.since)}: {listed(said)}."


def _to_ship(facts: DayFacts) -> list[str]:
    waiting = facts.to_ship
    if waiting is None or not waiting.orders:
        return []
    names = [link(each.address, safe(each.name, NAME * 6)) for each in waiting.named]
    least = "at least " if waiting.more else ""
    orders = counted(waiting.orders, "order")
    verb = "has" if waiting.orders == 1 else "have"
    told = pieces.rest_of(names, waiting.orders)
    return [f"⏳ *To print by {when(waiting.cutoff)}:* {least}{orders} {verb} no label yet: {told}."]


def _unowned(facts: DayFacts, site: str | None) -> list[str]:
    if not facts.first.total:
        return []
    rows = [pieces.row(gap, facts.at, site) for gap in facts.first.named]
    rest = facts.first.total - len(rows)
    more = [f"and {rest:,} more: `/stuck summary` counts them all"] if rest else []
    what = "The gravest that nobody has" if rest else "Nobody has"
    return [f"*{what}*", *rows, *more]


def _new(facts: DayFacts, site: str | None) -> list[str]:
    if not facts.new:
        return []
    rows = [_new_kind(each, site) for each in facts.new[:KINDS]]
    rest = facts.new[KINDS:]
    if rest:
        rows.append(f"• {counted(len(rest), 'more kind')}: {sum(each.gaps.total for each in rest):,}")
    return ["*New*", *rows]


def _new_kind(each: NewOfKind, site: str | None) -> str:
    return f"• {safe(title(each.kind), 120)}: {each.gaps.total:,} ({pieces.names(each.gaps, site)})"


def _standing(facts: DayFacts, site: str | None) -> list[str]:
    lines: list[str] = []
    if facts.back.total:
        lines.append(f"*Came back:* {pieces.names(facts.back, site)}")
    if facts.ended.total:
        lines.append(f"*Ended:* {_ended(facts.ended)}")
    if facts.owners:
        lines.append(f"*Who has what:* {_owners(facts)}")
    if facts.oldest is not None and facts.oldest not in facts.first.named:
        gap = facts.oldest
        lines.append(
            f"*Oldest:* {pieces.subject(gap, site)}, {ago(gap.since, facts.at)}: {gap.said}{_with(gap.owner)}"
        )
    if facts.wakes.total:
        lines.append(f"*Wakes today:* {pieces.names(facts.wakes, site)}")
    return lines


def _with(owner: str | None) -> str:
    return f" ({person(owner)} has it)" if owner else ""


def _ended(ended: Ended) -> str:
    """Return how many ended, in what way and how fast."""
    said = [f"{ended.total:,}"]
    if ended.alone:
        themselves = "by itself" if ended.alone == 1 else "by themselves"
        many = ("" if ended.total == 1 else "all ") if ended.alone == ended.total else f"{ended.alone:,} "
        said.append(f"{many}{themselves}")
    if ended.set_aside:
        said.append(f"{ended.set_aside:,} set aside")
    if ended.half_within is not None:
        within = pieces.worked(ended.half_within)
        said.append(f"half of them within {within}" if ended.total > 1 else f"within {within}")
    return ", ".join(said)


def _owners(facts: DayFacts) -> str:
    loads = [f"{person(load.user)} {load.gaps:,}" for load in facts.owners[:OWNERS]]
    rest = facts.owners[OWNERS:]
    if rest:
        loads.append(
            f"{counted(len(rest), 'more person', 'more people')} {sum(load.gaps for load in rest):,}"
        )
    free = [f"nobody {facts.unowned:,}"] if facts.unowned else []
    return " · ".join([*loads, *free])


def _counted(facts: DayFacts) -> Sequence[str]:
    """Return how times are counted, where one is told."""
    if facts.ended.half_within is None:
        return []
    return [f"How long gaps took is counted in business hours ({facts.hours} on working days)."]
