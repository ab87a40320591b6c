"""Reading a store's past gaps for counting noise: how each ended, and what its order can be left alone for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.codec import Codec
from storage.past import Marks, PastGap
from storage.statements import pick
from storage.tables import EVENTS, GAPS, ORDERS

ROW = GAPS.c
_COLUMNS = (
    ROW.id,
    ROW.kind,
    ROW.order_id,
    ROW.order_name,
    ROW.opened_at,
    ROW.resolved_at,
    ROW.resolution,
    ROW.reason,
)


async def past_gaps(
    session: AsyncSession, store: str, since: datetime, until: datetime, *, without: Collection[str] = ()
) -> list[PastGap]:
    """Return a store's gaps that ended from `since` to `until`, and those that are unresolved, oldest first.

    Replaced ones, which go on under another name, and those of the kinds `without` are left out.
    """
    connection = await session.connection()
    mine = select(*_COLUMNS).where(ROW.store == store, ROW.kind.not_in(without))
    ended = mine.where(
        ROW.resolved_at.is_not(None),
        ROW.resolved_at >= since,
        ROW.resolved_at <= until,
        ROW.resolution != "superseded",
    )
    rows = [
        *(await connection.execute(ended)).all(),
        *(await connection.execute(mine.where(ROW.resolved_at.is_(None)))).all(),
    ]
    touched = await _touched(connection, [row.id for row in rows])
    marks = await _marks(connection, store, {row.order_id for row in rows if row.order_id is not None})
    return [
        PastGap(
            row.id,
            row.kind,
            row.order_name,
            row.opened_at,
            row.resolved_at,
            row.resolution,
            row.reason,
            row.id in touched,
            marks.get(row.order_id),
        )
        for row in sorted(rows, key=lambda row: (row.opened_at, row.order_name or "", row.id))
    ]


async def _touched(connection: AsyncConnection, ids: Collection[str]) -> set[str]:
    """Return those in whose history a person stands."""
    event = EVENTS.c
    by_people = select(event.gap_id).where(event.person.is_not(None)).distinct()
    return {row.gap_id for row in await pick(connection, by_people, event.gap_id, ids)}


async def _marks(connection: AsyncConnection, store: str, orders: Collection[str]) -> Mapping[str, Marks]:
    mine: Any = select(ORDERS.c.id, ORDERS.c.body).where(ORDERS.c.store == store)
    return {row.id: read_marks(row.body) for row in await pick(connection, mine, ORDERS.c.id, orders)}


# ---------------------------------------------------------------- the part of an order's body that is wanted


@dataclass(frozen=True, slots=True)
class _Line:
    sku: str | None
    requires_shipping: bool


@dataclass(frozen=True, slots=True)
class _Detail:
    lines: tuple[_Line, ...] = ()
    shipping_method: str | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    tags: tuple[str, ...] = ()
    source: str | None = None
    detail: _Detail | None = None


_ORDER = Codec(TypeAdapter(_Order))
"""Leaves the rest unread: a month of a large store is many orders."""


def read_marks(body: str) -> Marks:
    """Return what the order of this body can be left alone for."""
    order = _ORDER.load(body)
    detail = order.detail or _Detail()
    skus = tuple(line.sku for line in detail.lines if line.requires_shipping)
    return Marks(order.tags, order.source, detail.shipping_method, skus)
