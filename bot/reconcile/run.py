"""One run over one store: read, keep, judge, confirm, apply. It refuses to conclude from an incomplete read."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

import structlog

from bot.errors import LeaseLost, SourceError
from bot.gaps.catalog import FORECASTS
from bot.reconcile.contrast import read_contrast
from bot.reconcile.due import BEGUN, COMPLETE
from bot.reconcile.judging import Opinion, judge_orders, judge_with_peers
from bot.reconcile.keep import keep_reading, note_imported, read_again
from bot.reconcile.lease import assert_held, holding
from bot.reconcile.read import Asks, Reading, Since, read_changes, sweep_due, where_to_start
from bot.reconcile.report import RunReport
from bot.reconcile.store_wide import judge_whole_store, sample
from bot.reconcile.watched import WatchedStore
from bot.sources.retries import retries_within
from storage.facts import latest
from storage.findings import Finding
from storage.gap import STORE_SUBJECT
from storage.mirror import Mirror
from storage.notices import NoticeKind, Notices
from storage.queue import Applied, Judged, Queue
from storage.runs import Runs

MARKETPLACES_EVERY = timedelta(days=1)
"""How often ShipStation is asked which marketplaces can be notified at all."""
STORES_EVERY = timedelta(minutes=15)
"""How often ShipStation's stores are read: they change rarely, and a quiet run should cost little."""
UNSEEN_AGAIN = timedelta(hours=6)
"""When to look again at an order that Shopify no longer shows: absence proves nothing (domain.md, trap 26)."""

log = structlog.get_logger(__name__)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Start:
    """What a run knows before it reads."""

    run_id: int
    fence: int
    now: datetime
    cursors: Mapping[str, datetime]
    """How far everything had been read; nobody else moves them while the lease is held."""
    since: Since
    first: bool
    was_blind: bool
    asks: Asks
    sweep: bool


@dataclass(frozen=True, slots=True)
class _Duty:
    """What a run has to judge."""

    ids: list[str]
    again: set[str]
    """Orders with open gaps, or to be verified: read again whenever they are judged."""
    troubles: frozenset[str]
    """Kinds of the store's own open gaps."""


@dataclass(frozen=True, slots=True)
class _Judgement:
    """What the judging part of a run arrived at."""

    opinions: list[Opinion]
    unseen: list[Opinion]
    """Opinions on orders that Shopify did not show at the second look: nothing is concluded from them."""
    of_store: tuple[Finding, ...]
    """What is wrong with the whole store."""


async def run(
    store: WatchedStore,
    *,
    sweep: bool = False,
    unless_within: timedelta = timedelta(0),
    progress: Progress = lambda _text: None,
    patience: float = 0.0,
) -> RunReport:
    """Reconcile once; once a night, or with `sweep`, by reading the whole window again.

    The sweep is there so that nothing missed stays missed: a mark that was voided, say, is in no list of changes.
    `unless_within`: not at all if a run was begun more recently than that, by any process.
    `patience`: seconds on the wall to wait for another process that is reconciling the same store.
    """
    store = await store.up_to_date()
    async with holding(store, patience) as fence:
        if fence is None:
            error = f"Another process is reconciling {store.name} right now."
            return RunReport(store.name, complete=False, skipped=True, error=error)
        start = await _begin(store, fence, sweep=sweep, unless_within=unless_within)
        if start is None:
            error = f"Another process has just reconciled {store.name}."
            return RunReport(store.name, complete=False, skipped=True, error=error)
        with retries_within(store.every):
            return await _run(store, start, progress)


async def _run(store: WatchedStore, start: _Start, progress: Progress) -> RunReport:
    began, before = monotonic(), store.sources.requests()
    reading: Reading | None = None
    applied: Applied | None = None
    error: str | None = None
    try:
        progress(f"{store.name}: reading Shopify and ShipStation")
        reading = await read_changes(store.sources, start.since, start.asks)
        await keep_reading(store, reading, start.now)
        progress(f"{store.name}: judging {len(reading.orders)} changed orders")
        judgement = await _judge(store, start.now)
        applied = await _apply(store, start, reading, judgement)
    except (SourceError, LeaseLost) as failure:
        error = str(failure)
        log.warning("run incomplete", store=store.name, error=error)
    after = store.sources.requests()
    report = RunReport(
        store=store.name,
        complete=error is None,
        read=reading.counts() if reading else {},
        requests={system: after[system] - before[system] for system in after},
        opened=len(applied.opened) + len(applied.reopened) if applied else 0,
        updated=len(applied.updated) if applied else 0,
        resolved=len(applied.resolved) if applied else 0,
        seconds=round(monotonic() - began, 3),
        error=error,
    )
    await _end(store, start, report)
    return report


async def _begin(store: WatchedStore, fence: int, *, sweep: bool, unless_within: timedelta) -> _Start | None:
    """Note that a run has begun; None: another process has read this store while we waited for our turn."""
    now = store.clock.now()
    async with store.database.write() as session:
        runs = Runs(session, now)
        cursors = await runs.cursors_of(store.name)
        begun, swept = cursors.get(BEGUN), cursors.get("sweep")
        if begun is not None and now - begun < unless_within:
            return None
        mirror = Mirror(session, store.name)
        if await mirror.judged_by(store.rules.fingerprint(), now):
            log.info("the rules are others: every order is judged anew", store=store.name)
        last = await runs.last_finished(store.name)
        stores = _due(cursors.get("stores"), STORES_EVERY, now)
        marketplaces = stores and _due(cursors.get("marketplaces"), MARKETPLACES_EVERY, now)
        sweep = sweep or swept is None or sweep_due(swept, now, store.rules.timezone)
        return _Start(
            now=now,
            fence=fence,
            sweep=sweep,
            cursors=cursors,
            since=await where_to_start(mirror, cursors, now, sweep=sweep),
            first=await runs.last_complete(store.name) is None,
            was_blind=last is not None and not last.complete,
            asks=Asks(stores=stores, marketplaces=marketplaces),
            run_id=await runs.start(store.name, sweep=sweep),
        )


def _due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or now - last >= every


async def _judge(store: WatchedStore, now: datetime) -> _Judgement:
    """Judge what is due, look again at what is suspicious, and judge that once more with its peers.

    What a trouble of the whole store explains is folded into it, and needs no second look of its own.
    """
    duty = await _on_duty(store, now)
    first = await judge_orders(store.database, store.rules, duty.ids, now)
    await note_imported(store, first)
    of_store = await judge_whole_store(store.database, store.rules, now)
    suspects = {opinion.order_id for opinion in first if opinion.beside(of_store).suspicious}
    suspects |= duty.again & set(duty.ids)
    suspects |= sample([found for found in of_store if found.kind not in duty.troubles])
    if not suspects:
        return _Judgement([opinion.beside(of_store) for opinion in first], [], of_store)
    seen = await read_again(store, sorted(suspects), now)
    await read_contrast(store, [opinion for opinion in first if opinion.order_id in suspects])
    second = await judge_with_peers(store.database, store.rules, sorted(seen), now)
    await note_imported(store, second)
    of_store = await judge_whole_store(store.database, store.rules, now)
    settled = [opinion for opinion in first if opinion.order_id not in suspects]
    unseen = [opinion for opinion in first if opinion.order_id in suspects - seen]
    opinions = [opinion.beside(of_store) for opinion in (*settled, *second)]
    return _Judgement([_undecided(opinion, seen, now) for opinion in opinions], unseen, of_store)


def _undecided(opinion: Opinion, seen: Collection[str], now: datetime) -> Opinion:
    """Leave what the store's trouble had explained until the second look ended it: the next run looks at it."""
    if opinion.order_id in seen or not opinion.suspicious:
        return opinion
    forecasts = tuple(found for found in opinion.findings if found.kind in FORECASTS)
    return replace(opinion, findings=forecasts, look_again_at=now)


async def _on_duty(store: WatchedStore, now: datetime) -> _Duty:
    """Return what has to be judged: what is due, what is to be verified, and what a trouble of the store holds folded."""
    async with store.database.read() as session:
        queue, mirror = Queue(session, now), Mirror(session, store.name)
        verify = {order_id for name, order_id in await queue.subjects_to_verify() if name == store.name}
        opened = set(await queue.open_subjects(store.name, without=FORECASTS))
        troubles = {gap.kind: gap for gap in await queue.of_store(store.name)}
        folded = {order_id for gap in troubles.values() for order_id in gap.finding.folded}
        ids = sorted({*await mirror.due(now), *verify, *folded})
    return _Duty(ids, opened | verify, frozenset(troubles))


async def _apply(store: WatchedStore, start: _Start, reading: Reading, judgement: _Judgement) -> Applied:
    """Write verdicts, gaps, notices and cursors in one transaction."""
    again = start.now + UNSEEN_AGAIN
    settled = {opinion.order_id: opinion.settled() for opinion in judgement.opinions}
    settled |= {opinion.order_id: opinion.settled(again) for opinion in judgement.unseen}
    judged = [opinion.judged() for opinion in judgement.opinions]
    judged.append(Judged(STORE_SUBJECT, None, None, judgement.of_store))
    async with store.database.write() as session:
        await assert_held(session, store, start.fence)
        await Mirror(session, store.name).settle(settled)
        applied = await Queue(session, start.now).apply(store.name, judged, first_run=start.first)
        await _advance(Runs(session, start.now), store.name, reading, start)
    return applied


async def _advance(runs: Runs, store: str, reading: Reading, start: _Start) -> None:
    """Move the cursors to the newest stamps seen, in the systems' own time.

    No further than to when this run began: a stamp of the future would hide what is stamped rightly from then on.
    """
    newest = {
        "orders": latest(order.updated_at for order in reading.orders),
        "shipstation_orders": latest(row.modified_at for row in reading.shipstation_orders),
        "shipments": latest(shipment.created_at for shipment in reading.shipments),
    }
    read = {table: latest((start.cursors.get(table), stamp)) for table, stamp in newest.items()}
    done = {
        "voids": True,
        "sweep": start.sweep,
        "stores": start.asks.stores,
        "marketplaces": start.asks.marketplaces,
    }
    moved = {table: min(stamp, start.now) for table, stamp in read.items() if stamp is not None}
    await runs.set_cursors(store, moved | {name: start.now for name, was_done in done.items() if was_done})


async def _end(store: WatchedStore, start: _Start, report: RunReport) -> None:
    """Record the run; tell the channel once when the bot goes blind, and once when it sees again."""
    async with store.database.write() as session:
        now = store.clock.now()
        runs = Runs(session, now)
        reached = (BEGUN, COMPLETE) if report.complete else (BEGUN,)
        await runs.set_cursors(store.name, dict.fromkeys(reached, start.now))
        await runs.finish(
            start.run_id,
            complete=report.complete,
            read=report.read,
            requests=report.requests,
            opened=report.opened,
            updated=report.updated,
            resolved=report.resolved,
            error=report.error,
        )
        if start.was_blind is report.complete:
            kind: NoticeKind = "sees" if report.complete else "blind"
            await Notices(session, now).owe(
                store.name, kind, {"store": store.name, "error": report.error or ""}
            )
