"""Orders of an audit read again on both sides, and what is still wrong put into the queue."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.reconcile import WatchedStore
from bot.reconcile.judging import Opinion, judge_with_peers
from bot.reconcile.keep import note_imported, read_again
from bot.slack.inline import counted
from bot.sources.retries import retries_within
from storage.gap import Applied
from storage.mirror import Mirror
from storage.queue import Queue

BATCH = 40
"""Orders read together: many of them cost ShipStation no more requests than a few do, for they come in pages."""

Told = Callable[[int], Awaitable[None]]
"""Told after each batch how many orders are done."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the orders."""

    opened: int = 0
    """Orders with a gap that is new in the queue, or came back into it."""
    present: int = 0
    """Orders whose gaps are in the queue already, told by a gap of the whole store included."""
    closed: int = 0
    """Orders whose gaps people have closed: accepted, not a gap, or resolved and still to be verified."""
    ended: int = 0
    """Orders with nothing wrong any more."""
    unknown: int = 0
    """Orders that the store does not show."""

    def __add__(self, other: "Tally") -> "Tally":
        """Count both together."""
        return Tally(
            self.opened + other.opened,
            self.present + other.present,
            self.closed + other.closed,
            self.ended + other.ended,
            self.unknown + other.unknown,
        )


async def add(store: WatchedStore, numbers: Sequence[str], told: Told) -> Tally:
    """Read the orders with these numbers again, a batch at a time at the pace of both systems, and open what is still wrong.

    Doing it twice changes nothing. Raises SourceError; what was opened before that stays.
    """
    store, tally = await store.up_to_date(), Tally()
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        with retries_within(store.every):
            tally += await _batch(store, batch)
        await told(start + len(batch))
    return tally


async def _batch(store: WatchedStore, numbers: Sequence[str]) -> Tally:
    now = store.clock.now()
    named = {number: await _named(store, number, now) for number in numbers}
    wanted = sorted({order_id for ids in named.values() for order_id in ids})
    seen = await read_again(store, wanted, now) if wanted else set()
    opinions = await judge_with_peers(store.database, store.rules, sorted(seen), now) if seen else []
    await note_imported(store, opinions)
    fates = await _apply(store, opinions, now)
    return _count(named, fates)


async def _named(store: WatchedStore, number: str, now: datetime) -> list[str]:
    """Return the ids of the orders of that number, which the mirror then knows. Raises SourceError."""
    orders = await store.sources.shopify.orders_named(number)
    async with store.database.write() as session:
        mirror = Mirror(session, store.name)
        await mirror.mark_due(await mirror.save_orders(orders), now)
    return [order.id for order in orders]


async def _apply(store: WatchedStore, opinions: Sequence[Opinion], now: datetime) -> dict[str, str]:
    """Write gaps and notices, and return what became of each order. The orders stay due: the next run judges them, too."""
    async with store.database.write() as session:
        queue = Queue(session, now)
        of_store = [gap.finding for gap in await queue.of_store(store.name)]
        judged = [opinion.beside(of_store) for opinion in opinions]
        before = set(await queue.open_subjects(store.name))
        applied = await queue.apply(store.name, [opinion.judged() for opinion in judged])
    opened = _orders(applied)
    return {opinion.order_id: _fate(opinion, before, opened) for opinion in judged}


def _orders(applied: Applied) -> set[str | None]:
    return {gap.order_id for gap in (*applied.opened, *applied.reopened)}


def _fate(opinion: Opinion, before: set[str], opened: set[str | None]) -> str:
    if opinion.order_id in opened:
        return "opened"
    if opinion.findings:
        return "present" if opinion.order_id in before else "closed"
    return "present" if opinion.folded else "ended"


def _count(named: Mapping[str, Iterable[str]], fates: Mapping[str, str]) -> Tally:
    """Count each number once: where several orders bear it, by the one that matters most."""
    tally = Tally()
    for ids in named.values():
        found = {fates[order_id] for order_id in ids if order_id in fates}
        fate = next((each for each in ("opened", "present", "closed", "ended") if each in found), "unknown")
        tally += Tally(**{fate: 1})
    return tally


def said(tally: Tally, store: str, channel: str | None) -> str:
    """Return what became of the orders, in words; `store`: its name, already safe."""
    where = "with a card" if tally.opened == 1 else "with cards"
    cards = f", {where} in <#{channel}>" if channel else ""
    lines = [
        (tally.opened, f"{{}} still wrong: now in the queue{cards}."),
        (tally.present, "{} in the queue already."),
        (tally.closed, "{} still wrong, but closed by somebody here before: left closed."),
        (tally.ended, "{} in order by now, or still within the time that your settings allow."),
        (
            tally.unknown,
            "{} not shown to stuck by the store {store}: of another shop, deleted, or too old for the app.",
        ),
    ]
    told = [f"• {text.format(_many(count), store=store)}" for count, text in lines if count]
    return "\n".join(["*Read again in both systems*", *told])


def _many(count: int) -> str:
    return f"*{counted(count, 'order')}* {'is' if count == 1 else 'are'}"
