"""A dossier to a verdict: what is wrong with one order or one store, or why nothing is, and when to look again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.gaps.case import Case
from bot.gaps.catalog import KINDS, STORE_KINDS
from bot.gaps.dossier import Dossier, Verdict, Waiting
from bot.gaps.eligibility import barred, told_units
from bot.gaps.explain import explain, with_survivor
from bot.gaps.kinds import Kind
from bot.gaps.kinds.sync import UNFULFILLED, WORSE_AFTER
from bot.gaps.store_case import StoreCase, StoreFacts
from bot.gaps.windows import OPEN_AGAIN
from storage.facts import Order
from storage.findings import Finding, Severity

_OF_STORE = {kind.code: kind for kind in STORE_KINDS}


def judge(dossier: Dossier, now: datetime, kinds: Sequence[Kind] = KINDS) -> Verdict:
    """Judge one order at `now` (UTC). Never raises, whatever the facts; the same facts give the same verdict.

    `kinds`: those that are looked for, in the catalog's order. One that is not silences no other either.
    """
    why = barred(dossier.order, dossier.rules)
    if why is not None:
        return Verdict("not_tracked", why)
    case = Case(dossier, now)
    findings, waits = _look(case, kinds)
    if findings:
        return Verdict("gap", _sentences(findings), tuple(findings), _soonest(findings, waits, now))
    if waits:
        first = min(waits, key=lambda wait: wait.until)
        return Verdict("waiting", with_survivor(case, first.why), (), first.until)
    return explain(case)


def judge_store(facts: StoreFacts, now: datetime) -> tuple[Finding, ...]:
    """Judge a whole store at `now` (UTC), as to what single orders cannot show. Never raises."""
    case = StoreCase(facts, now)
    return tuple(found for kind in STORE_KINDS if (found := kind.find(case)) is not None)


def folded_into(order_id: str, kinds: Iterable[str], of_store: Iterable[Finding]) -> Mapping[str, str]:
    """Return which of these kinds on this order a store's gap tells already, and the code of that gap's kind."""
    taken: dict[str, str] = {}
    for found in of_store:
        if order_id in found.folded:
            taken |= {kind: found.kind for kind in kinds if kind in _OF_STORE[found.kind].folds}
    return taken


def stands_for(found: Finding, dossier: Dossier, now: datetime) -> bool:
    """Whether a store's gap still stands for this order: it did when it was found, and nothing was mended since."""
    if dossier.order.id not in found.folded:
        return False
    return _OF_STORE[found.kind].concerns(Case(dossier, now))


def wants_detail(order: Order) -> bool:
    """Whether the list entry is not enough to judge it: everything that is not plainly done (domain.md 2.4).

    Of a refunded order the entry does not tell when, which decides whether its parcel should have left.
    """
    if order.detail is not None or order.test or order.cancelled_at is not None:
        return False
    if not order.requires_shipping:
        return False
    return told_units(order) < order.quantity or order.quantity == 0 or order.financial_status == "REFUNDED"


def _look(case: Case, kinds: Sequence[Kind]) -> tuple[list[Finding], list[Waiting]]:
    cancelled = case.order.cancelled_at is not None
    findings: list[Finding] = []
    waits: list[Waiting] = []
    for kind in kinds:
        if (cancelled and not kind.of_cancelled) or any(found.kind in kind.yields_to for found in findings):
            continue
        found = kind.find(case)
        if isinstance(found, Finding):
            findings.append(found)
        elif found is not None:
            waits.append(found)
    return findings, waits


def _sentences(findings: Sequence[Finding]) -> str:
    return " ".join(f"{found.headline}." for found in findings)


def _soonest(findings: Sequence[Finding], waits: Sequence[Waiting], now: datetime) -> datetime:
    """Return when time alone could change the verdict; an open gap is read again within the hour."""
    moments = [now + OPEN_AGAIN, *(wait.until for wait in waits)]
    moments += [found.since + WORSE_AFTER for found in findings if _will_worsen(found)]
    return min(moments)


def _will_worsen(found: Finding) -> bool:
    return found.kind == UNFULFILLED.code and found.severity < Severity.HIGH
