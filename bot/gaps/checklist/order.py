"""The checklist ticked for one order: what both systems show, and what the judgement says of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.gaps.case import Case
from bot.gaps.catalog import STORE_KINDS
from bot.gaps.checklist import back, there
from bot.gaps.checklist.lines import OF_ORDER, Line
from bot.gaps.checklist.tick import Tick, Ticked, not_done, not_due, unseen
from bot.gaps.dossier import Dossier, Verdict
from bot.gaps.eligibility import barred
from bot.gaps.judge import judge
from storage.findings import Finding

LOOKS: dict[str, Callable[[Case], Tick]] = {
    "ready": there.ready,
    "imported": there.imported,
    "once": there.once,
    "store": there.in_store,
    "status": there.status,
    "units": there.units,
    "label": there.label,
    "shipped_once": back.shipped_once,
    "notified": back.notified,
    "fulfilled": back.fulfilled,
    "quantities": back.quantities,
    "tracking": back.tracking,
}


_OF_STORE = frozenset(kind.code for kind in STORE_KINDS)


def of_order(
    facts: Dossier, now: datetime, known: Sequence[Finding] = (), *, doubted: bool = False
) -> tuple[Ticked, ...]:
    """Return each line with how it stands at `now` (UTC); never raises, whatever the facts.

    `known`: findings in the queue that concern the order, those of the whole store included; of those about the order
    alone only the ones that still hold are open. `doubted`: a side could not be read just now, so that what is known
    stays open, and nothing else is called so.
    """
    why = barred(facts.order, facts.rules)
    if why is not None:
        return tuple(
            Ticked(line, not_due(why if line.code == "ready" else "Left alone.")) for line in OF_ORDER
        )
    case, verdict = Case(facts, now), judge(facts, now)
    of_store = [each for each in known if each.kind in _OF_STORE]
    found = known if doubted else [*of_store, *verdict.findings]
    return tuple(Ticked(line, _tick(line, case, verdict, found, doubted=doubted)) for line in OF_ORDER)


def _tick(line: Line, case: Case, verdict: Verdict, found: Sequence[Finding], *, doubted: bool) -> Tick:
    gap = next((each for each in found if each.kind in line.kinds), None)
    if gap is not None:
        return not_done(f"{_headline(gap, case)}.", gap.next_action.text)
    tick = LOOKS[line.code](case)
    if tick.state != "open":
        return tick
    if doubted:
        return unseen(f"As last seen: {tick.said}", "Ask again when both systems can be read.")
    if verdict.outcome in {"healthy", "not_tracked"}:
        return not_due(tick.said, tick.at)
    return tick


def _headline(gap: Finding, case: Case) -> str:
    """Return the gap in one line, without the order's name that a list about it carries already."""
    said = gap.headline.removeprefix(f"{case.order.name}: ")
    return said[:1].upper() + said[1:]
