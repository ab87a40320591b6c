"""Where everything stands: the summary, one person's list, and the pieces that the Home tab shares. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.gaps.catalog import title
from bot.slack.cards import buttons, turns
from bot.slack.escape import safe
from bot.slack.inline import ago, counted, headed, order_name, person, severity, when
from bot.slack.inline import headline as headline_of
from bot.slack.message import (
    SECTION,
    TEXT,
    Block,
    Message,
    actions,
    button,
    context,
    header,
    named,
    section,
    within,
)
from storage.findings import Severity
from storage.gap import Gap

LISTED = 8
"""Orders that are named in one line."""
MINE = 15
"""Gaps of one person that are shown with buttons; two blocks each."""


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """How far one store is known."""

    name: str
    day_began: datetime
    """Midnight of the present day where the store is (UTC)."""
    complete_at: datetime | None
    """When the last complete run ended."""
    fresh: bool
    """Whether that is recent enough to conclude anything from."""
    error: str | None = None
    """Why the latest run could not read everything; None: it could."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything a summary is made of."""

    now: datetime
    gaps: tuple[Gap, ...]
    """Unresolved ones, oldest first."""
    recent: tuple[Gap, ...]
    """Resolved ones of the last two days."""
    stores: tuple[StoreStanding, ...]

    @property
    def doubted(self) -> list[Gap]:
        """Resolved ones that the systems still contradict."""
        return [gap for gap in self.recent if gap.resolution == "unverified"]

    @property
    def nothing_stuck(self) -> bool:
        """Whether it may be said that nothing is stuck: only on fresh, complete reads of every store."""
        known = bool(self.stores) and all(store.fresh for store in self.stores)
        return known and not self.gaps and not self.doubted

    @property
    def resolved_today(self) -> list[Gap]:
        """What was resolved since midnight where its store is."""
        began = {store.name: store.day_began for store in self.stores}
        return [
            gap
            for gap in self.recent
            if gap.resolution != "superseded"
            and gap.resolved_at is not None
            and gap.resolved_at >= began.get(gap.store, self.now)
        ]


# ---------------------------------------------------------------- the summary


def summary(now: Standing, *, shared_by: str | None = None) -> Message:
    """Return where everything stands; with `shared_by`, as it goes into the channel."""
    lines = _summary_lines(now)
    health = store_lines(now)
    blocks = [
        header(headline(now)),
        *([section(within(lines, SECTION))] if lines else []),
        context(within(health, SECTION)),
    ]
    text = within([headline(now), *lines, *health], TEXT)
    return shareable(Message(text, blocks), "summary", "summary", shared_by)


def headline(now: Standing) -> str:
    """Return the summary in a few words. `Nothing is stuck` stands only where that is known."""
    if now.gaps:
        return f"{counted(len(now.gaps), 'gap')}, {counted(len(unowned(now)), 'unowned', 'unowned')}"
    if now.nothing_stuck:
        return "Nothing is stuck"
    return "No gap is open" if now.doubted else "No gap is known, but the picture is old"


def unowned(now: Standing) -> list[Gap]:
    """Return the gaps that nobody has and nobody put off."""
    return [gap for gap in now.gaps if gap.state(now.now) == "open"]


def _summary_lines(now: Standing) -> list[str]:
    lines: list[str] = []
    if now.gaps:
        lines += [_by_severity(now.gaps), *_by_kind(now), ""]
        lines.append(f"*Unowned:* {_names(unowned(now))}")
        lines.append(f"*Oldest:* {oldest(now)}")
    lines += _snoozed(now)
    if now.doubted:
        lines.append(f"*Resolved, but not confirmed yet:* {_names(now.doubted)}")
    return [*lines, f"*Resolved today:* {_today(now.resolved_today)}"]


def _today(resolved: Sequence[Gap]) -> str:
    alone = sum(gap.resolution == "healed" for gap in resolved)
    healed = f", {alone:,} of them by {'itself' if alone == 1 else 'themselves'}" if alone else ""
    return f"{len(resolved):,}{healed}" if resolved else "none"


def _by_severity(gaps: Sequence[Gap]) -> str:
    count = Counter(gap.severity for gap in gaps)
    return " · ".join(
        f"{severity(level)} {count[level]:,}" for level in sorted(Severity, reverse=True) if count[level]
    )


def _by_kind(now: Standing) -> list[str]:
    """Return one line for each kind, the gravest first."""
    kinds: dict[str, list[Gap]] = {}
    for gap in now.gaps:
        kinds.setdefault(gap.kind, []).append(gap)
    ranked = sorted(
        kinds.items(), key=lambda each: (-max(gap.severity for gap in each[1]), -len(each[1]), each[0])
    )
    return [f"• {safe(title(code), 120)}: {len(gaps):,}" for code, gaps in ranked]


def oldest(now: Standing) -> str:
    """Return the gap whose problem is oldest, in one line."""
    gap = min(now.gaps, key=lambda each: each.finding.since)
    return f"{headed(gap)}, {ago(gap.finding.since, now.now)}: {headline_of(gap, 300)}"


def _snoozed(now: Standing) -> list[str]:
    snoozed = sorted(
        (gap.snoozed_until, gap.id, gap) for gap in now.gaps if gap.snoozed_until and gap.snoozed(now.now)
    )
    if not snoozed:
        return []
    ends = [f"{_name(gap)} until {when(until)}" for until, _, gap in snoozed[:LISTED]]
    rest = len(snoozed) - len(ends)
    return [f"*Snoozed:* {'; '.join(ends)}{f'; and {rest:,} more' if rest else ''}"]


def _names(gaps: Sequence[Gap]) -> str:
    if not gaps:
        return "none"
    names = ", ".join(_name(gap) for gap in gaps[:LISTED])
    rest = len(gaps) - LISTED
    return f"{len(gaps):,} ({names}{f' and {rest:,} more' if rest > 0 else ''})"


def _name(gap: Gap) -> str:
    """Return what a gap is about, as short as it can be said in a list."""
    return safe(order_name(gap).removeprefix("Order "), 300)


def store_lines(now: Standing) -> list[str]:
    """Return for each store when it was last read completely, and what is wrong when it cannot be."""
    return [_store_line(now, store) for store in now.stores] or ["No store is configured."]


def _store_line(now: Standing, store: StoreStanding) -> str:
    name = safe(store.name, 120)
    if store.complete_at is None:
        line = f"⚠️ {name} has never been read completely."
    else:
        line = f"{name}: last read completely {when(store.complete_at)} ({ago(store.complete_at, now.now)})."
        line = line if store.fresh else f"⚠️ {line} What is newer is not known."
    return f"{line} {safe(store.error, 600)}" if store.error else line


# ---------------------------------------------------------------- one person's


def mine(user: str, gaps: Sequence[Gap], now: datetime, *, shared_by: str | None = None) -> Message:
    """Return what one person has claimed, with buttons unless it is shared."""
    who = person(user) if shared_by else "you"
    if not gaps:
        said = f"Nothing is claimed by {who}."
        return shareable(Message(said, [section(said)]), "mine", user, shared_by)
    said = f"{counted(len(gaps), 'gap')} claimed by {who}"
    blocks = [section(f"*{said}*")]
    for gap in gaps[:MINE]:
        blocks += row(gap, now) if shared_by else [*row(gap, now), buttons(gap, now)]
    if len(gaps) > MINE:
        blocks.append(context(f"and {len(gaps) - MINE:,} more"))
    lines = [f"{safe(order_name(gap), 300)}: {headline_of(gap, 300)}" for gap in gaps]
    return shareable(Message(within([said, *lines], TEXT), blocks), "mine", user, shared_by)


def row(gap: Gap, now: datetime) -> list[Block]:
    """Return a gap in one block, for a list that says already whose they are: what, how bad, since when."""
    weight = [severity(gap.severity), f"since {when(gap.finding.since)}"]
    if gap.owner and gap.claimed_at:
        weight.append(f"claimed {when(gap.claimed_at)}")
    return [section(f"{headed(gap)}: {headline_of(gap, 300)}\n{' · '.join([*weight, *turns(gap, now)])}")]


# ---------------------------------------------------------------- sharing


def shareable(message: Message, what: str, value: str, shared_by: str | None) -> Message:
    """Add the button that shares it; or, when it is being shared, who shares it."""
    if shared_by is None:
        share = actions(
            [button("Share in channel", f"share.{what}", value[:150], label="Share this in the channel")]
        )
        return Message(message.text, named([*message.blocks, share], what))
    note = f"Shared by {person(shared_by)}"
    return Message(within([message.text, note], TEXT), named([*message.blocks, context(note)], what))
