"""The month judged: suspicious orders become dossiers, and the live bot's judge says what is wrong with them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.audit.narrow import suspicious
from bot.audit.needs import looked_for
from bot.audit.neighbours import Neighbours
from bot.gaps.dossier import Dossier, Peers
from bot.gaps.eligibility import barred, standing
from bot.gaps.judge import judge, judge_store
from bot.gaps.kinds import Kind
from bot.gaps.match import dossier
from bot.gaps.rules import StoreRules
from bot.gaps.store_case import StoreFacts
from bot.sources.exports import Exports
from bot.sources.exports.files import Tell
from storage.findings import Finding

_TOLD_EVERY = 500
"""Orders between two words about how far it is."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One order, and what is wrong with it."""

    facts: Dossier
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """What judging a month arrived at."""

    opinions: tuple[Opinion, ...]
    """Of the orders with findings only."""
    of_store: tuple[Finding, ...]
    """What was wrong with the whole store; the orders that it stands for are told one by one too."""


def judge_month(
    exports: Exports,
    rules: StoreRules,
    *,
    since: datetime,
    until: datetime,
    tell: Tell = lambda _part: None,
) -> Month:
    """Judge what happened from `since` on, as of `until` (UTC), by the kinds that the files can show.

    `tell` hears how much of it is judged, from 0 to 1.

    Twice, as the live bot does: each order alone, then those with findings beside what the month's others show.
    """
    keys = suspicious(exports.connection, knows=exports.knows)
    neighbours = Neighbours(exports.connection, rules)
    alone = Peers(newest_imported=neighbours.newest_imported)
    month = [facts for facts in _dossiers(exports, rules, keys, alone) if _reaches(facts, since)]
    kinds = looked_for(exports.knows)
    first = []
    for number, facts in enumerate(month):
        if number % _TOLD_EVERY == 0:
            tell(number / len(month))
        if (opinion := _opinion(facts, until, kinds)).findings:
            first.append(opinion)
    beside = _with_company(exports, rules, [opinion.facts for opinion in first], neighbours, until)
    opinions = [_beside(opinion, beside.of(opinion.facts), until, kinds) for opinion in first]
    return Month(
        tuple(opinion for opinion in opinions if opinion.findings),
        judge_store(_of_store(rules, month, neighbours, until), until),
    )


def _dossiers(exports: Exports, rules: StoreRules, keys: Sequence[str], peers: Peers) -> Iterator[Dossier]:
    stores = exports.stores
    for order, rows, parcels in exports.load(keys):
        yield dossier(rules, order, rows, parcels, stores, peers)


def _reaches(facts: Dossier, since: datetime) -> bool:
    """Whether anything happened to it in the window."""
    times = [facts.order.created_at, *(parcel.created_at for parcel in facts.shipments)]
    return max(times) >= since


def _beside(alone: Opinion, peers: Peers, now: datetime, kinds: Sequence[Kind]) -> Opinion:
    """Return the opinion in company; where that tells nothing more, it stays as it was."""
    facts = alone.facts
    return alone if peers == facts.peers else _opinion(replace(facts, peers=peers), now, kinds)


def _opinion(facts: Dossier, now: datetime, kinds: Sequence[Kind]) -> Opinion:
    return Opinion(facts, judge(facts, now, kinds).findings)


def _with_company(
    exports: Exports, rules: StoreRules, first: Sequence[Dossier], neighbours: Neighbours, now: datetime
) -> Neighbours:
    """Give the absent orders some imported ones to be compared with; where none is absent, nothing is read."""
    absent = [
        facts.order
        for facts in first
        if facts.matched_by is None
        and barred(facts.order, rules) is None
        and standing(facts.order, rules, now).state == "ready"
    ]
    if not absent:
        return neighbours
    imported = [order for order, _, _ in exports.load(neighbours.some_imported())]
    return replace(neighbours, absent=tuple(absent), imported=tuple(imported))


def _of_store(
    rules: StoreRules, month: Sequence[Dossier], neighbours: Neighbours, now: datetime
) -> StoreFacts:
    newest = neighbours.newest_imported
    untold = tuple(facts for facts in month if any(parcel.telling for parcel in facts.live))
    return StoreFacts(
        rules=rules,
        read_at=now,
        newest_imported=newest,
        younger=tuple(facts for facts in month if newest is not None and facts.order.created_at > newest),
        untold=untold,
        told=_told(untold, neighbours),
    )


def _told(untold: Sequence[Dossier], neighbours: Neighbours) -> tuple[datetime, ...]:
    """Return when parcels were told while others were not; nobody asks for the rest of a month's."""
    times = [parcel.created_at for facts in untold for parcel in facts.live]
    times += [facts.order.created_at for facts in untold]
    return neighbours.told(min(times), max(times)) if times else ()
