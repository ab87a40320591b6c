"""Facts as last seen: what changed, what is due, and every look-up by index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Integer, Table, and_, bindparam, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import codec, loading, saving
from storage.facts import Order, Shipment, ShipStationOrder, ShipStationStore
from storage.keys import number_column
from storage.kinship import orders_concerned
from storage.loading import Rows
from storage.statements import chunks, pick, upsert
from storage.tables import MERGES, ORDERS, RULINGS, SHIPMENTS, SHIPSTATION_ORDERS, STORES, STRAYS

__all__ = ["Mirror", "MirrorTable", "Rows", "Settled"]

MirrorTable = Literal["orders", "shipstation_orders", "shipments"]
MOMENTS: dict[MirrorTable, tuple[Table, Any]] = {
    "orders": (ORDERS, ORDERS.c.updated_at),
    "shipstation_orders": (SHIPSTATION_ORDERS, SHIPSTATION_ORDERS.c.modified_at),
    "shipments": (SHIPMENTS, SHIPMENTS.c.created_at),
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What judging an order left behind for the next run."""

    look_again_at: datetime | None
    """When time alone may change the verdict (UTC)."""
    imported: bool
    """Whether ShipStation has it."""
    marks: int | None = None
    """How often it had been marked as due when it was judged; None: it is settled whatever was marked since."""


class Mirror:
    """One store's facts. Works within the session's transaction; commits nothing itself."""

    def __init__(self, session: AsyncSession, store: str) -> None:
        self._session = session
        self._store = store

    # ------------------------------------------------------------ writing

    async def save_orders(self, orders: Sequence[Order]) -> set[str]:
        """Keep Shopify orders; return the ids whose facts changed (`read_at` is none).

        A list entry keeps the known detail while `updated_at` is the same; an older `updated_at` than the
        mirror's changes nothing.
        """
        return await saving.save_orders(await self._connection(), self._store, orders)

    async def save_shipstation_orders(self, rows: Sequence[ShipStationOrder]) -> set[str]:
        """Keep ShipStation orders; return the mirrored Shopify orders that changed rows concern."""
        return await saving.save_shipstation_orders(await self._connection(), self._store, rows)

    async def save_shipments(self, rows: Sequence[Shipment]) -> set[str]:
        """Keep labels and marks; return the mirrored Shopify orders that changed rows concern.

        A row read without items keeps the known ones.
        """
        return await saving.save_shipments(await self._connection(), self._store, rows)

    async def save_stores(self, stores: Sequence[ShipStationStore]) -> None:
        """Keep ShipStation's stores; one read without `can_confirm` keeps the known answer."""
        await saving.save_stores(await self._connection(), self._store, stores)

    async def forget_shipstation_orders(self, ids: Sequence[int]) -> set[str]:
        """Drop rows that the API no longer has; return the Shopify orders they were.

        Their ids are remembered: an absorbed order is traced through them to the survivor (domain.md, rule 6).
        """
        return await saving.forget_shipstation_orders(await self._connection(), self._store, ids)

    async def settle(self, settled: Mapping[str, Settled]) -> None:
        """Note when to look at orders again, and whether ShipStation has them.

        One that was marked as due after it was judged stays due: something changed that the judgement did not see.
        """
        order = ORDERS.c
        seen = func.coalesce(bindparam("seen", type_=Integer), order.marks)
        statement = (
            update(ORDERS)
            .where(order.store == self._store, order.id == bindparam("of"), order.marks == seen)
            .values(look_again_at=bindparam("again"), imported=bindparam("there"))
        )
        for chunk in chunks(sorted(settled)):
            rows = [
                {"of": id_, "again": each.look_again_at, "there": each.imported, "seen": each.marks}
                for id_ in chunk
                for each in (settled[id_],)
            ]
            await (await self._connection()).execute(statement, rows)

    async def note_imported(self, ids: Collection[str]) -> None:
        """Note that ShipStation has these orders: what absent ones are compared with."""
        order = ORDERS.c
        for chunk in chunks(sorted(ids)):
            new = (order.store == self._store, order.id.in_(chunk), ~order.imported)
            await (await self._connection()).execute(update(ORDERS).where(*new).values(imported=True))

    async def mark_due(self, ids: Collection[str], now: datetime) -> None:
        """Have these orders judged at `now`, where they are not due already, and again if they are being judged."""
        order = ORDERS.c
        for chunk in chunks(sorted(ids)):
            mine = (order.store == self._store, order.id.in_(chunk))
            await (await self._connection()).execute(update(ORDERS).where(*mine).values(_marked(now)))

    async def judged_by(self, rules: str, now: datetime) -> bool:
        """Note by which rules this store is judged from now on; others than before have every order judged anew.

        `rules` is their fingerprint. Return whether they are others.
        """
        known = select(RULINGS.c.rules).where(RULINGS.c.store == self._store)
        before = (await (await self._connection()).execute(known)).scalar_one_or_none()
        if before == rules:
            return False
        await upsert(await self._connection(), RULINGS, [{"store": self._store, "rules": rules}])
        if before is None:
            return False
        order = ORDERS.c
        again = update(ORDERS).where(order.store == self._store)
        await (await self._connection()).execute(again.values(_marked(now)))
        return True

    async def remember_absent(self, ids: Sequence[str], now: datetime) -> None:
        """Remember that Shopify does not show these orders, so that nobody asks again."""
        rows = [{"store": self._store, "order_id": id_, "absent_at": now} for id_ in sorted(set(ids))]
        await upsert(await self._connection(), STRAYS, rows)

    # ------------------------------------------------------------ reading

    async def load(self, ids: Sequence[str]) -> dict[str, Rows]:
        """Return the mirrored ones of these orders with every ShipStation row that may be theirs."""
        return await loading.load(await self._connection(), self._store, ids)

    async def stores(self) -> dict[int, ShipStationStore]:
        """Return ShipStation's stores by id."""
        found = await self._rows(select(STORES.c.id, STORES.c.body).where(STORES.c.store == self._store))
        return {row.id: codec.STORE.load(row.body) for row in found}

    async def find(self, number: str) -> list[str]:
        """Return the Shopify ids of orders with this number, `#` and case aside."""
        order = ORDERS.c
        where = (order.store == self._store, order.number_key == number_column(number))
        return [row.id for row in await self._rows(select(order.id).where(*where).order_by(order.id))]

    async def find_around(self, number: str, limit: int = 50) -> list[str]:
        """Return the Shopify ids of orders whose number contains this one, with a prefix or suffix of its own."""
        order = ORDERS.c
        where = (
            order.store == self._store,
            order.number_key.contains(number_column(number), autoescape=True),
        )
        statement = select(order.id).where(*where).order_by(order.created_at.desc(), order.id)
        return [row.id for row in await self._rows(statement.limit(limit))]

    async def newest_orders(self, limit: int) -> list[str]:
        """Return the Shopify ids of the orders updated last, the newest first."""
        order = ORDERS.c
        statement = select(order.id).where(order.store == self._store).order_by(order.updated_at.desc())
        return [row.id for row in await self._rows(statement.limit(limit))]

    async def due(self, now: datetime, limit: int | None = None) -> list[str]:
        """Return the orders to look at again by `now`, the longest overdue first."""
        order = ORDERS.c
        statement = select(order.id).where(order.store == self._store, order.look_again_at <= now)
        return [row.id for row in await self._rows(statement.order_by(order.look_again_at).limit(limit))]

    async def newest_imported(self) -> datetime | None:
        """Return when the newest order that ShipStation has was created in Shopify (UTC)."""
        order = ORDERS.c
        statement = select(func.max(order.created_at).label("at"))
        return await self._moment(statement.where(order.store == self._store, order.imported))

    async def labels_around(self, at: datetime, *, within: timedelta, limit: int = 50) -> list[Shipment]:
        """Return the live labels made nearest to `at`, oldest first."""
        label = SHIPMENTS.c
        where = (label.store == self._store, label.kind == "label", label.live)
        bodies = await self._around(SHIPMENTS, where, at, within, limit)
        return [codec.SHIPMENT.load(body) for body in bodies]

    async def younger_than(self, imported: datetime | None, limit: int = 1000) -> list[str]:
        """Return the Shopify ids of orders created after that moment which ShipStation was not seen to have."""
        order = ORDERS.c
        where = [order.store == self._store, ~order.imported]
        if imported is not None:
            where.append(order.created_at > imported)
        statement = select(order.id).where(*where).order_by(order.created_at, order.id)
        return [row.id for row in await self._rows(statement.limit(limit))]

    async def orders_of(
        self, since: datetime, until: datetime, *, imported: bool, limit: int = 300
    ) -> list[Order]:
        """Return orders created in that time which ShipStation was seen to have or not, the newest first."""
        order = ORDERS.c
        where = (order.store == self._store, order.imported.is_(imported))
        created = (order.created_at >= since, order.created_at <= until)
        statement = select(order.body).where(*where, *created).order_by(order.created_at.desc(), order.id)
        return [codec.ORDER.load(row.body) for row in await self._rows(statement.limit(limit))]

    async def combined_around(
        self, at: datetime, *, within: timedelta, limit: int = 50
    ) -> list[ShipStationOrder]:
        """Return the ShipStation orders imported nearest to `at` that others were combined into."""
        row = SHIPSTATION_ORDERS.c
        survivors = select(MERGES.c.survivor_id).where(MERGES.c.store == self._store)
        where = (row.store == self._store, ~row.gone, row.id.in_(survivors))
        bodies = await self._around(SHIPSTATION_ORDERS, where, at, within, limit)
        return [codec.SHIPSTATION_ORDER.load(body) for body in bodies]

    async def orders_untold(self, since: datetime, silent_until: datetime, limit: int = 500) -> set[str]:
        """Return the Shopify orders of live parcels made since then that failed to be told, or were not by `silent_until`."""
        label = SHIPMENTS.c
        found: list[Any] = []
        for telling, until in (("failed", None), ("silent", silent_until)):
            where = [label.store == self._store, label.telling == telling, label.created_at >= since]
            where += [label.created_at <= until] if until is not None else []
            statement = select(label.order_id, label.order_ref).where(*where)
            found += await self._rows(statement.order_by(label.created_at.desc()).limit(limit))
        if not found:
            return set()
        ids, refs = {row.order_id for row in found}, {row.order_ref for row in found}
        return await orders_concerned(await self._connection(), self._store, ids, refs=refs)

    async def told_between(self, first: datetime, last: datetime, limit: int = 2000) -> list[datetime]:
        """Return when the live labels of that time were made of which the sales channel was told."""
        label = SHIPMENTS.c
        where = (label.store == self._store, label.kind == "label", label.live, label.telling.is_(None))
        within = (label.created_at >= first, label.created_at <= last)
        statement = select(label.created_at).where(*where, *within).order_by(label.created_at)
        return [row.created_at for row in await self._rows(statement.limit(limit))]

    async def shipstation_orders_around(
        self, at: datetime, *, within: timedelta, limit: int = 50
    ) -> list[ShipStationOrder]:
        """Return the ShipStation orders imported nearest to `at`, oldest first."""
        row = SHIPSTATION_ORDERS.c
        where = (row.store == self._store, ~row.gone)
        bodies = await self._around(SHIPSTATION_ORDERS, where, at, within, limit)
        return [codec.SHIPSTATION_ORDER.load(body) for body in bodies]

    async def live_order_ids(self, order_ids: Sequence[int]) -> set[int]:
        """Return which of these ShipStation orders have a live shipment."""
        label = SHIPMENTS.c
        statement = select(label.order_id).where(label.store == self._store, label.live)
        found = await pick(await self._connection(), statement, label.order_id, set(order_ids))
        return {row.order_id for row in found}

    async def unknown_orders(self, limit: int = 250) -> list[str]:
        """Return order ids that live parcels carry and that nobody has looked up in Shopify yet."""
        stray = STRAYS.c
        statement = select(stray.order_id).where(stray.store == self._store, stray.absent_at.is_(None))
        return [row.order_id for row in await self._rows(statement.limit(limit))]

    async def nth_newest(self, table: MirrorTable, n: int) -> datetime | None:
        """Return when the n-th newest row was updated (orders), modified or created; None: fewer rows."""
        rows, moment = MOMENTS[table]
        statement = select(moment.label("at")).where(*self._present(rows)).order_by(moment.desc())
        return await self._moment(statement.offset(n - 1).limit(1))

    async def count_since(self, table: MirrorTable, since: datetime, *, at_most: int | None = None) -> int:
        """Count the rows updated, modified or created at `since` or later; stop counting at `at_most`."""
        rows, moment = MOMENTS[table]
        recent = select(moment).where(*self._present(rows), moment >= since).limit(at_most).subquery()
        counted = await self._rows(select(func.count().label("rows")).select_from(recent))
        return int(counted[0].rows)

    # ------------------------------------------------------------ within

    async def _connection(self) -> AsyncConnection:
        return await self._session.connection()

    async def _rows(self, statement: Any) -> list[Any]:
        return list((await (await self._connection()).execute(statement)).all())

    async def _moment(self, statement: Any) -> datetime | None:
        rows = await self._rows(statement)
        return rows[0].at if rows else None

    def _present(self, rows: Table) -> tuple[Any, ...]:
        mine = rows.c.store == self._store
        return (mine, ~rows.c.gone) if "gone" in rows.c else (mine,)

    async def _around(
        self, rows: Table, where: tuple[Any, ...], at: datetime, within: timedelta, limit: int
    ) -> list[str]:
        """Return the bodies nearest to `at`: a few on both sides by index, then the nearest of them."""
        made = rows.c.created_at
        near = select(made, rows.c.body).where(*where)
        before = near.where(made < at, made >= at - within).order_by(made.desc()).limit(limit)
        after = near.where(made >= at, made <= at + within).order_by(made).limit(limit)
        found = [*await self._rows(before), *await self._rows(after)]
        nearest = sorted(found, key=lambda row: abs(row.created_at - at))[:limit]
        return [row.body for row in sorted(nearest, key=lambda row: row.created_at)]


def _marked(now: datetime) -> dict[str, Any]:
    """Return what has an order judged at `now`, where it is not due already, and again if it is being judged."""
    order = ORDERS.c
    due = and_(order.look_again_at.is_not(None), order.look_again_at <= now)
    return {"look_again_at": case((due, order.look_again_at), else_=now), "marks": order.marks + 1}
