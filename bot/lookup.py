"""One order, asked for by a person: what each side says, and why it is or is not a gap."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.clock import Clock
from bot.errors import SourceError
from bot.gaps.dossier import Dossier, Verdict
from bot.gaps.judge import judge, stands_for
from bot.gaps.links import links
from bot.gaps.rules import StoreRules
from bot.reconcile import WatchedStore, reread
from bot.reconcile.judging import Company, full_dossier
from bot.reconcile.watched import WHILE_A_PERSON_WAITS
from bot.sources.retries import retries_within
from storage.database import Database
from storage.facts import Order, Shipment, ShipStationOrder, number_key
from storage.findings import Links
from storage.gap import STORE_SUBJECT
from storage.mirror import Mirror, Rows
from storage.queue import Gap, Queue

SHORTEST = 3
"""Characters that a number needs for orders with another prefix or suffix to be looked for."""

OrderVerdict = Literal["gap", "healthy", "waiting", "not_tracked", "not_found"]


@dataclass(frozen=True, slots=True)
class OrderView:
    """What both sides say of one order, the verdict on it, and its gaps."""

    order: str
    store: str
    verdict: OrderVerdict
    why: str
    read_at: datetime
    gaps: tuple[Gap, ...] = ()
    shopify: Order | None = None
    shipstation: tuple[ShipStationOrder, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    links: Links = Links()
    look_again_at: datetime | None = None
    error: str | None = None
    """A side that could not be read, in one sentence; the rest is then as last seen."""
    facts: Dossier | None = None
    """All that the verdict rests on; None: it was not found."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was read of one store's orders so far: nobody is asked for it."""

    database: Database
    rules: StoreRules
    clock: Clock

    async def numbered(self, number: str, *, error: str | None = None) -> tuple[OrderView, ...]:
        """Return the orders of that number; where there is none, those that add a prefix or suffix to it."""
        async with self.database.read() as session:
            mirror = Mirror(session, self.rules.name)
            rows = await mirror.load(await mirror.find(number)) or await _around(mirror, number)
            return await self._views(mirror, Queue(session, self.clock.now()), rows, error)

    async def of_id(self, order_id: str) -> OrderView | None:
        """Return the order with this Shopify id; None: none was read."""
        async with self.database.read() as session:
            mirror = Mirror(session, self.rules.name)
            queue = Queue(session, self.clock.now())
            views = await self._views(mirror, queue, await mirror.load([order_id]), None)
        return next(iter(views), None)

    async def _views(
        self, mirror: Mirror, queue: Queue, rows: Mapping[str, Rows], error: str | None
    ) -> tuple[OrderView, ...]:
        stores, newest = await mirror.stores(), await mirror.newest_imported()
        company = Company(mirror, self.rules)
        facts = [
            await full_dossier(mirror, self.rules, each, stores, newest, company) for each in rows.values()
        ]
        of_store = await queue.of_store(self.rules.name)
        gaps = [await queue.list(store=self.rules.name, order=each.order.name) for each in facts]
        now = self.clock.now()
        return tuple(
            _view(
                each, [*(gap for gap in of_store if stands_for(gap.finding, each, now)), *of_it], error, now
            )
            for each, of_it in zip(facts, gaps, strict=True)
        )


async def look_up(store: WatchedStore, number: str, *, live: bool) -> tuple[OrderView, ...]:
    """Say what both sides say of every order of that number; none known makes one `not_found` view.

    Where no order has just that number, those are meant that add a prefix or suffix to it.

    With `live` both sides are read now; a side that cannot be read is named, and the mirror answers.
    """
    store = await store.up_to_date()
    with retries_within(WHILE_A_PERSON_WAITS):
        error = await _refresh(store, number) if live else None
        known = Remembered(store.database, store.rules, store.clock)
        views = await known.numbered(number, error=error)
        return views or (await _not_found(store, number, error, live=live),)


async def _around(mirror: Mirror, number: str) -> dict[str, Rows]:
    """Return the orders of this number with another prefix or suffix: 1234 finds SHOP-1234 and 1234-A, not 12345."""
    wanted = number_key(number)
    if len(wanted) < SHORTEST or not wanted[-1].isalnum():
        return {}
    rows = await mirror.load(await mirror.find_around(number))
    whole = re.compile(rf"(?<!\d){re.escape(wanted)}(?!\d)")
    return {order_id: each for order_id, each in rows.items() if whole.search(number_key(each.order.name))}


async def _refresh(store: WatchedStore, number: str) -> str | None:
    """Read the order on both sides into the mirror; return what could not be read."""
    try:
        await reread(store, number)
    except SourceError as failure:
        return str(failure)
    return None


def _view(facts: Dossier, gaps: Sequence[Gap], error: str | None, now: datetime) -> OrderView:
    verdict = judge(facts, now)
    folded = [gap for gap in gaps if gap.subject == STORE_SUBJECT]
    return OrderView(
        order=facts.order.name,
        store=facts.rules.name,
        verdict="gap" if folded else verdict.outcome,
        why=_one_of_many(folded[0]) if folded else _why(verdict, gaps),
        read_at=facts.order.read_at,
        gaps=tuple(gaps),
        shopify=facts.order,
        shipstation=facts.matches,
        shipments=facts.shipments,
        links=links(facts),
        look_again_at=verdict.look_again_at,
        error=error,
        facts=facts,
    )


async def _not_found(store: WatchedStore, number: str, error: str | None, *, live: bool) -> OrderView:
    """Say that Shopify shows no such order, and what ShipStation has under the number."""
    rows: list[ShipStationOrder] = []
    if live and error is None:
        try:
            rows = await store.sources.shipstation.orders_numbered(number)
        except SourceError as failure:
            error = str(failure)
    return OrderView(
        order=number,
        store=store.name,
        verdict="not_found",
        why=_nowhere(number, rows, error, live=live),
        read_at=store.clock.now(),
        shipstation=tuple(rows),
        error=error,
    )


def _one_of_many(gap: Gap) -> str:
    others = len(gap.finding.folded) - 1
    return f"{gap.finding.headline}. This is one of them, with {others} more."


def _why(verdict: Verdict, gaps: Sequence[Gap]) -> str:
    """Return the verdict's words; a difference that is not in the queue yet says so."""
    if verdict.outcome == "gap" and not gaps:
        return f"{verdict.why} The next run puts it into the queue."
    return verdict.why


def _nowhere(number: str, rows: Sequence[ShipStationOrder], error: str | None, *, live: bool) -> str:
    if not live:
        return f"No order numbered {number_key(number)} was read yet; with --live both systems are asked."
    if error is not None:
        return f"It is not known whether {number} exists: {error}"
    if rows:
        return (
            f"ShipStation has an order numbered {number_key(number)}, but Shopify shows none: it may be a manual "
            "order, belong to another shop, or be older than the 60 days that the app may see."
        )
    return f"Neither Shopify nor ShipStation shows an order numbered {number_key(number)}."
