"""The weekly digest in words: beside each number, in brackets, that of the week before. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from bot.gaps import words
from bot.gaps.catalog import title
from bot.gaps.tracking import company
from bot.slack.digests import pieces
from bot.slack.digests.facts import KindWeek, Offender, Recurring, Speed, WeekFacts
from bot.slack.escape import safe
from bot.slack.inline import counted, listed, span, when
from bot.slack.message import Message
from storage.watching import Watching

KINDS = 6
"""Kinds that are told one by one; what is left out is counted."""
SYSTEMS = {"shopify": "Shopify", "shipstation": "ShipStation"}
WORTH_TELLING = timedelta(minutes=30)
"""How long a store went unread before it is worth a word."""


def week(facts: WeekFacts, site: str | None = None) -> Message:
    """Return the digest of a week. `site`: the address of the workspace, for links to cards."""
    parts = [_happened(facts), _kinds(facts), _back(facts, site), _connections(facts)]
    small = [
        "In brackets: the week before.",
        f"Times are medians; p90: nine of ten took no longer. Counted in business hours ({facts.hours} on working days).",
        pieces.known(facts),
    ]
    return pieces.message(headline(facts), parts, small, "weekly")


def headline(facts: WeekFacts) -> str:
    """Return which week it is and how it ended."""
    first, last = facts.first, facts.last
    month = "" if first.month == last.month else f" {first:%B}"
    return f"{facts.store}: the week of {first.day}{month} to {last.day} {last:%B}"


def _happened(facts: WeekFacts) -> list[str]:
    ended, before = facts.ended, facts.ended_before
    new = f"*{facts.opened:,} new* ({facts.opened_before:,})"
    over = f"*{ended.total:,} ended* ({before.total:,})"
    lines = [f"{new}, {over}. {_trend(facts)}"]
    ways = []
    if ended.alone:
        ways.append(f"{pieces.against(ended.alone, before.alone)} by themselves")
    if ended.set_aside or before.set_aside:
        ways.append(f"{pieces.against(ended.set_aside, before.set_aside)} set aside as not a gap or accepted")
    return [*lines, f"Of those that ended, {listed(ways)}."] if ways else lines


def _trend(facts: WeekFacts) -> str:
    """Return how the pile has grown or shrunk."""
    grown = facts.open - facts.open_before
    than = (
        f"{abs(grown):,} {'more' if grown > 0 else 'fewer'} than a week ago"
        if grown
        else "as many as a week ago"
    )
    free = f"; {facts.unowned:,} of them unowned" if facts.unowned else ""
    return f"{counted(facts.open, 'is open', 'are open')}, {than}{free}."


def _kinds(facts: WeekFacts) -> list[str]:
    if not facts.kinds:
        return []
    rows = [_kind(each) for each in facts.kinds[:KINDS]]
    rest = facts.kinds[KINDS:]
    if rest:
        many = pieces.against(sum(each.opened for each in rest), sum(each.opened_before for each in rest))
        rows.append(f"• {many} new of {counted(len(rest), 'more kind')}")
    return ["*By kind*", *rows]


def _kind(each: KindWeek) -> str:
    said = [f"{pieces.against(each.opened, each.opened_before)} new"]
    if each.claim:
        said.append(f"claimed in {_speed(each.claim)}")
    if each.resolve:
        before = f" ({_speed(each.resolve_before)})" if each.resolve_before else ""
        said.append(f"ended in {_speed(each.resolve)}{before}")
    return f"• *{safe(title(each.kind), 120)}*: {'; '.join(said)}"


def _speed(speed: Speed) -> str:
    """Return the median and p90; of a single gap how long that one took."""
    half, most = pieces.worked(speed.half), pieces.worked(speed.most)
    return half if speed.many == 1 or half == most else f"{half}, p90 {most}"


# ---------------------------------------------------------------- what came back


def _back(facts: WeekFacts, site: str | None) -> list[str]:
    lines = []
    if facts.orders:
        told = [_offender(each, site) for each in facts.orders]
        lines.append(f"• Orders with several gaps in four weeks: {listed(told)}")
    lines += [f"• {_cause(each)}" for each in facts.causes]
    if facts.carriers:
        told = [
            f"{safe(company(each.name) or words.state(each.name), 60)} {pieces.against(each.gaps, each.before)}"
            for each in facts.carriers
        ]
        lines.append(f"• Gaps by the carrier of their label: {listed(told)}")
    return ["*What came back*", *lines] if lines else []


def _offender(each: Offender, site: str | None) -> str:
    return f"{pieces.short(each.gap, site)} ({each.times:,})"


def _cause(each: Recurring) -> str:
    kind = f" ({safe(title(each.kind), 120)})" if each.kind else ""
    return f"{safe(words.state(each.name), 60)}{kind}: {pieces.against(each.gaps, each.before)}"


# ---------------------------------------------------------------- the connections


def _connections(facts: WeekFacts) -> list[str]:
    now, before = facts.watching, facts.watching_before
    if not now.runs:
        return ["*The connections*", "• No run came to its end in that week."]
    whole = f"{now.complete:,} of {counted(now.runs, 'run')} complete, {_share(now)}"
    lines = [f"• {whole}{f' ({_share(before)})' if before.runs else ''}"]
    if now.longest_blind >= WORTH_TELLING and now.blind_from is not None:
        lines.append(
            f"• Longest time without a complete read: {span(now.longest_blind)}, from {when(now.blind_from)}"
        )
    if requests := _requests(now, before):
        lines.append(f"• Requests: {requests}")
    return ["*The connections*", *lines]


def _share(watching: Watching) -> str:
    """Return the share of complete runs; only all of them are called 100 %."""
    share = 100 * watching.complete / watching.runs
    return "100 %" if watching.complete == watching.runs else f"{min(share, 99.9):.1f} %"


def _requests(now: Watching, before: Watching) -> str:
    systems: Sequence[str] = sorted(
        now.requests, key=lambda each: list(SYSTEMS).index(each) if each in SYSTEMS else 9
    )
    told = [
        f"{SYSTEMS.get(each, each)} {pieces.against(now.requests[each], before.requests.get(each, 0))}"
        for each in systems
    ]
    return listed(told)
