"""Judge orders from the mirror: dossiers in chunks, with peers where one order alone cannot tell.

A batch that would keep the event loop busy for long is judged in a process of its own, which reads the
mirror by itself: a click must not wait for a run (design decision 1).
"""

import asyncio
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing import get_context

from bot.gaps.catalog import FORECASTS, STORE_KINDS
from bot.gaps.dossier import Dossier, Peers
from bot.gaps.eligibility import barred, standing
from bot.gaps.evidence import current
from bot.gaps.judge import folded_into, judge
from bot.gaps.match import dossier
from bot.gaps.rules import StoreRules
from bot.gaps.traits import Trait, shared
from storage.database import Database
from storage.facts import Order, ShipStationOrder, ShipStationStore, latest
from storage.findings import Evidence, Finding
from storage.gap import Judged, order_subject
from storage.mirror import Mirror, Rows, Settled

CHUNK = 200
"""Orders judged between two breaths of the event loop: about 20 ms."""
ASIDE_FROM = 2000
"""From how many orders on a process of its own is worth its start."""
PEERS_WITHIN = timedelta(hours=1)
IMPORTED_PEERS_WITHIN = timedelta(hours=12)
COMPANY_WITHIN = timedelta(days=14)
"""How far around an absent order others are asked what they have in common with it."""

MERGEABLE = frozenset().union(*(kind.folds for kind in STORE_KINDS))
"""Kinds that a gap of the whole store can tell instead."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the judgement says of one order, ready for mirror and queue."""

    order_id: str
    name: str
    created_at: datetime
    imported: bool
    """Whether ShipStation has it."""
    findings: tuple[Finding, ...]
    look_again_at: datetime | None
    evidence: tuple[Evidence, ...] = ()
    """What both sides say, finding or not; only where it was asked for with peers."""
    marks: int = 0
    """How often the order had been marked as due when it was judged."""
    folded: Mapping[str, str] = field(default_factory=dict)
    """Kinds of findings that a gap of the whole store tells instead, and that gap's kind."""

    def settled(self, again: datetime | None = None) -> Settled:
        """Return it in the form that the mirror keeps; `again`: look again then, whatever it says."""
        return Settled(again or self.look_again_at, self.imported, self.marks)

    @property
    def suspicious(self) -> bool:
        """Whether it accuses anybody, and so wants a second look; a forecast does not."""
        return any(found.kind not in FORECASTS for found in self.findings)

    def judged(self) -> Judged:
        """Return it in the form that the queue applies."""
        subject = order_subject(self.order_id)
        return Judged(subject, self.order_id, self.name, self.findings, self.evidence, self.folded)

    def beside(self, of_store: Iterable[Finding]) -> "Opinion":
        """Return it without the findings that gaps of the whole store tell instead (domain.md I5, B11)."""
        told = folded_into(self.order_id, MERGEABLE, of_store)
        if not told:
            return self
        left = tuple(found for found in self.findings if found.kind not in told)
        return replace(self, findings=left, folded=told)


async def judge_orders(
    database: Database, rules: StoreRules, ids: Sequence[str], now: datetime
) -> list[Opinion]:
    """Judge these orders as the mirror knows them. A finding is a suspicion until it was confirmed."""
    if len(ids) >= ASIDE_FROM and not database.memory:
        return await _judge_aside(database.secret_url.get_secret_value(), rules, ids, now)
    return await _judge_here(database, rules, ids, now)


async def _judge_here(
    database: Database, rules: StoreRules, ids: Sequence[str], now: datetime
) -> list[Opinion]:
    """Judge in chunks. Orders that ShipStation lacks are judged last: only then is it known who overtook them."""
    async with database.read() as session:
        mirror = Mirror(session, rules.name)
        stores = await mirror.stores()
        newest = await mirror.newest_imported()
        opinions: list[Opinion] = []
        missing: list[Rows] = []
        for chunk in in_chunks(ids):
            for rows in (await mirror.load(chunk)).values():
                facts = _dossier(rules, rows, stores, Peers(newest_imported=newest))
                if facts.matched_by is None:
                    missing.append(rows)
                    continue
                newest = latest((newest, rows.order.created_at))
                opinions.append(_opinion(facts, now, rows.marks))
            await asyncio.sleep(0)
        peers = Peers(newest_imported=newest)
        opinions.extend(_opinion(_dossier(rules, rows, stores, peers), now, rows.marks) for rows in missing)
        return opinions


async def _judge_aside(url: str, rules: StoreRules, ids: Sequence[str], now: datetime) -> list[Opinion]:
    pool = ProcessPoolExecutor(
        max_workers=1, mp_context=get_context("spawn"), initializer=_leave_signals_to_the_parent
    )
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, _in_process, url, rules, list(ids), now)
    except asyncio.CancelledError:
        for process in list((pool._processes or {}).values()):  # noqa: SLF001  # a method for it comes with Python 3.14
            process.kill()
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _leave_signals_to_the_parent() -> None:
    """Ctrl-C, and a service manager's stop, reach the whole group: only the parent knows how to end in order."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _in_process(url: str, rules: StoreRules, ids: list[str], now: datetime) -> list[Opinion]:
    async def judged() -> list[Opinion]:
        database = Database(url)
        try:
            return await _judge_here(database, rules, ids, now)
        finally:
            await database.close()

    return asyncio.run(judged())


async def judge_with_peers(
    database: Database, rules: StoreRules, ids: Sequence[str], now: datetime
) -> list[Opinion]:
    """Judge these orders with what the store's other orders show."""
    async with database.read() as session:
        mirror = Mirror(session, rules.name)
        stores = await mirror.stores()
        newest = await mirror.newest_imported()
        loaded = (await mirror.load(ids)).values()
        company = Company(mirror, rules)
        opinions: list[Opinion] = []
        for rows in loaded:
            facts = await full_dossier(mirror, rules, rows, stores, newest, company)
            opinions.append(replace(_opinion(facts, now, rows.marks), evidence=current(facts, now)))
        return opinions


async def full_dossier(
    mirror: Mirror,
    rules: StoreRules,
    rows: Rows,
    stores: Mapping[int, ShipStationStore],
    newest_imported: datetime | None,
    company: "Company",
) -> Dossier:
    """Gather all facts about one order, with its peers."""
    facts = _dossier(rules, rows, stores, None)
    return replace(facts, peers=await _peers(mirror, facts, newest_imported, company))


class Company:
    """The orders placed around an absent one, read once for all absent orders of a batch."""

    def __init__(self, mirror: Mirror, rules: StoreRules) -> None:
        self._mirror, self._rules = mirror, rules
        self._since: datetime | None = None
        self._until: datetime | None = None
        self._absent: list[Order] = []
        self._imported: list[Order] = []

    async def shared(self, order: Order) -> tuple[Trait, ...]:
        """Return what this order shares with other absent ones and with none that was imported."""
        at = order.created_at
        if self._since is None or self._until is None or not self._since <= at <= self._until:
            self._since, self._until = at - COMPANY_WITHIN, at + COMPANY_WITHIN
            absent = await self._mirror.orders_of(self._since, self._until, imported=False)
            self._absent = [each for each in absent if _is_expected(each, self._rules)]
            self._imported = await self._mirror.orders_of(self._since, self._until, imported=True)
        return shared(order, self._absent, self._imported, self._rules)


def _is_expected(order: Order, rules: StoreRules) -> bool:
    """Whether ShipStation should have it, going by Shopify alone."""
    return barred(order, rules) is None and standing(order, rules, order.read_at).state == "ready"


async def _peers(mirror: Mirror, facts: Dossier, newest_imported: datetime | None, company: Company) -> Peers:
    """Return what the store's other orders show around this one (domain.md 3.1, 2e; A1, batch_skipped; I1)."""
    own = {row.id for row in facts.matches}
    notified = not_notified = shipped = 0
    if facts.live:
        labels = await mirror.labels_around(facts.live[-1].created_at, within=PEERS_WITHIN)
        others = [label for label in labels if label.order_id not in own]
        notified = sum(1 for label in others if label.notified)
        not_notified = len(others) - notified
    elif facts.matches:
        rows = await mirror.shipstation_orders_around(
            facts.matches[0].created_at, within=IMPORTED_PEERS_WITHIN
        )
        batch = [row.id for row in rows if row.id not in own and _of_one_batch(row, facts.matches[0])]
        shipped = len(await mirror.live_order_ids(batch))
    absent = facts.matched_by is None
    return Peers(
        newest_imported=newest_imported,
        notified=notified,
        not_notified=not_notified,
        shipped=shipped,
        shared=await company.shared(facts.order) if absent else (),
        combined=await _combined(mirror, facts.order) if absent else (),
    )


async def _combined(mirror: Mirror, order: Order) -> tuple[ShipStationOrder, ...]:
    return tuple(await mirror.combined_around(order.created_at, within=COMPANY_WITHIN))


def _of_one_batch(row: ShipStationOrder, other: ShipStationOrder) -> bool:
    """Whether the two would be printed together: one store, one warehouse where both have one."""
    warehouses = {row.warehouse_id, other.warehouse_id} - {None}
    return row.store_id == other.store_id and len(warehouses) < 2


def _dossier(
    rules: StoreRules, rows: Rows, stores: Mapping[int, ShipStationStore], peers: Peers | None
) -> Dossier:
    return dossier(rules, rows.order, rows.candidates, rows.shipments, stores, peers)


def _opinion(facts: Dossier, now: datetime, marks: int) -> Opinion:
    verdict = judge(facts, now)
    return Opinion(
        order_id=facts.order.id,
        name=facts.order.name,
        created_at=facts.order.created_at,
        imported=facts.matched_by is not None,
        findings=verdict.findings,
        look_again_at=verdict.look_again_at,
        marks=marks,
    )


def in_chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a batch into pieces between which the event loop may breathe."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
