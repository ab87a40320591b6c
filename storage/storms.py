"""Many gaps of one cause under one parent: which are its own, what they have in common, when it is over."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Select, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import codec, notice, statements
from storage.conclude import STORM
from storage.notice import FIELDS, Notice
from storage.tables import GAPS, NOTICES, ORDERS, SHIPMENTS, SHIPSTATION_ORDERS, STORES

JOINS_WITHIN = timedelta(hours=24)
"""A new gap of the same cause joins a storm whose newest gap is no older than this."""
LASTS = timedelta(days=30)
"""Storms older than this are left as they are."""
MOSTLY = 0.9
"""Share of the orders from which on they have something in common."""

ROW = NOTICES.c
CARD = NOTICES.alias("card")


@dataclass(frozen=True, slots=True)
class Common:
    """Something that all or nearly all orders of a storm have in common."""

    what: str
    """`carrier`, `store`."""
    value: str
    orders: int
    of: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A storm as it stands. All times in UTC."""

    gaps: int
    """All that ever belonged to it."""
    waiting: int
    """Unresolved ones."""
    unowned: int
    snoozed: int
    owners: tuple[tuple[str, int], ...] = ()
    """Who has how many of those that wait, most first."""
    since: datetime | None = None
    """When the first of them began."""
    latest: datetime | None = None
    """When the last of them began."""
    money: tuple[tuple[str, Decimal], ...] = ()
    """Order totals that wait, by currency."""
    common: tuple[Common, ...] = ()


@dataclass(frozen=True, slots=True)
class _Member:
    gap_id: str
    store: str
    order_id: str | None
    owner: str | None
    since: datetime
    snoozed: bool
    waits: bool


class Storms:
    """The storms as of `now` (UTC). Works within the session's transaction."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def joinable(self, store: str) -> dict[tuple[str, str], str]:
        """Return the notices that new gaps of a kind and cause belong under."""
        return {
            (str(each.facts.get("kind")), str(each.facts.get("cause_code"))): each.id
            for each in await self._standing(store)
            if self._now - _latest(each) <= JOINS_WITHIN
        }

    async def joined(self, notice_id: str, gaps: int) -> None:
        """Note that so many more gaps belong to it."""
        facts = await self._facts(notice_id)
        facts |= {"count": int(facts.get("count", 0)) + gaps, "latest_at": self._now.isoformat()}
        await self._note(notice_id, facts)

    async def waiting(self, notice_id: str) -> list[str]:
        """Return the unresolved gaps whose cards stand under it, oldest first."""
        mine = self._members(notice_id, GAPS.c.id).where(GAPS.c.resolved_at.is_(None))
        return [row.id for row in await self._rows(mine.order_by(GAPS.c.since, GAPS.c.id))]

    async def over(self, store: str) -> dict[str, list[str]]:
        """Note which storms have come to their end, and return what remains of each.

        One has when no more than STORM of its gaps are left, and no more than half of them.
        """
        ended: dict[str, list[str]] = {}
        for each in await self._standing(store):
            left = await self.waiting(each.id)
            if len(left) <= STORM and 2 * len(left) <= int(each.facts.get("count", 0)):
                await self._note(each.id, each.facts | {"ended_at": self._now.isoformat(), "left": len(left)})
                ended[each.id] = left
        return ended

    async def come_out(self, gap_ids: Sequence[str]) -> None:
        """Have these cards be shown in the channel as well as in the thread."""
        mine = (ROW.kind == "card", ROW.gap_id.in_(gap_ids), ROW.parent_id.is_not(None))
        alone = codec.ANYTHING.dump({"alone": True})
        await (await self._session.connection()).execute(update(NOTICES).where(*mine).values(facts=alone))

    async def picture(self, storm: Notice) -> Picture:
        """Return how a storm stands, with what its orders have in common and what they are worth."""
        of = (GAPS.c.id, GAPS.c.store, GAPS.c.order_id, GAPS.c.owner, GAPS.c.since)
        rows = await self._rows(self._members(storm.id, *of, GAPS.c.resolved_at, GAPS.c.snoozed_until))
        members = [
            _Member(
                row.id,
                row.store,
                row.order_id,
                row.owner,
                row.since,
                row.snoozed_until is not None and row.snoozed_until > self._now,
                row.resolved_at is None,
            )
            for row in rows
        ]
        waiting = [one for one in members if one.waits]
        orders = sorted({one.order_id for one in waiting or members if one.order_id is not None})
        return Picture(
            gaps=max(len(members), int(storm.facts.get("count", 0))),
            waiting=len(waiting),
            unowned=sum(one.owner is None and not one.snoozed for one in waiting),
            snoozed=sum(one.snoozed for one in waiting),
            owners=tuple(Counter(one.owner for one in waiting if one.owner).most_common()),
            since=min((one.since for one in members), default=None),
            latest=max((one.since for one in members), default=None),
            money=await self._money(storm.store, orders) if waiting else (),
            common=await self._common(storm.store, orders),
        )

    # ------------------------------------------------------------ what the mirror knows of its orders

    async def _money(self, store: str, orders: Sequence[str]) -> tuple[tuple[str, Decimal], ...]:
        sums: dict[str, Decimal] = {}
        for body in await self._bodies(ORDERS, ORDERS.c.id, store, orders):
            amount = _amount(body.get("total"))
            if amount is not None and body.get("currency"):
                sums[str(body["currency"])] = sums.get(str(body["currency"]), Decimal(0)) + amount
        return tuple(sorted(sums.items(), key=lambda each: -each[1]))

    async def _common(self, store: str, orders: Sequence[str]) -> tuple[Common, ...]:
        parcels = await self._bodies(SHIPMENTS, SHIPMENTS.c.order_ref, store, orders)
        rows = await self._bodies(SHIPSTATION_ORDERS, SHIPSTATION_ORDERS.c.order_ref, store, orders)
        stores = {
            row.id: str(json.loads(row.body).get("name") or row.id)
            for row in await self._rows(select(STORES.c.id, STORES.c.body).where(STORES.c.store == store))
        }
        carriers = [
            str(body["carrier"]) for body in parcels if body.get("carrier") and not body.get("voided")
        ]
        named = [stores.get(body["store_id"], str(body["store_id"])) for body in rows if body.get("store_id")]
        found = (_mostly("carrier", carriers), _mostly("store", named))
        return tuple(each for each in found if each is not None)

    async def _bodies(
        self, table: Any, column: Any, store: str, orders: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Return what was last seen of these orders; plain JSON, for building values would take long."""
        mine = select(table.c.body).where(table.c.store == store)
        rows = await statements.pick(await self._session.connection(), mine, column, orders)
        return [json.loads(row.body) for row in rows]

    # ------------------------------------------------------------ within

    def _members(self, notice_id: str, *of: Any) -> Select[Any]:
        joined = CARD.join(GAPS, GAPS.c.id == CARD.c.gap_id)
        return select(*of).select_from(joined).where(CARD.c.parent_id == notice_id, CARD.c.kind == "card")

    async def _standing(self, store: str) -> list[Notice]:
        """Return the storms of a store that are not over, oldest first."""
        mine = (ROW.store == store, ROW.kind == "storm", ROW.created_at >= self._now - LASTS)
        storms = select(*FIELDS).where(*mine, ROW.state != "dead").order_by(ROW.created_at, ROW.seq)
        found = await (await self._session.connection()).execute(storms)
        read = [notice.read(dict(row)) for row in found.mappings()]
        return [each for each in read if not each.facts.get("ended_at")]

    async def _facts(self, notice_id: str) -> dict[str, Any]:
        [row] = await self._rows(select(ROW.facts).where(ROW.id == notice_id).with_for_update())
        return codec.ANYTHING.load(row.facts)

    async def _note(self, notice_id: str, facts: dict[str, Any]) -> None:
        mine = update(NOTICES).where(ROW.id == notice_id)
        await (await self._session.connection()).execute(mine.values(facts=codec.ANYTHING.dump(facts)))

    async def _rows(self, statement: Any) -> list[Any]:
        return list((await (await self._session.connection()).execute(statement)).all())


def _latest(storm: Notice) -> datetime:
    """Return when the newest of its gaps was found."""
    known = storm.facts.get("latest_at")
    return datetime.fromisoformat(known) if known else storm.created_at


def _mostly(what: str, values: Iterable[str]) -> Common | None:
    counts = Counter(values)
    total = sum(counts.values())
    for value, number in counts.most_common(1):
        return Common(what, value, number, total) if total > 1 and number >= MOSTLY * total else None
    return None


def _amount(text: Any) -> Decimal | None:
    try:
        amount = Decimal(str(text)) if text is not None else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount.is_finite() else None
