"""What is put off in quiet hours, on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.quiet import Quiet
from storage.tables import NOTICES
from tests.unit.storage.test_notices import NOON, SECOND, card, do, opened, take

pytestmark = pytest.mark.anyio


async def quietly(database: Database, name: str, *arguments: Any, now: datetime = NOON) -> Any:
    async with database.write() as session:
        return await getattr(Quiet(session, now), name)(*arguments)


async def owed_at(database: Database) -> list[datetime]:
    async with database.read() as session:
        rows = await (await session.connection()).execute(select(NOTICES.c.due_at).order_by(NOTICES.c.seq))
        return [row.due_at for row in rows]


async def test_what_is_new_is_put_off_and_let_out_again(database, make):
    later, sooner = NOON + timedelta(hours=9), NOON + timedelta(hours=2)
    await opened(database, make, 1)
    await do(database, "owe", "second", "daily", {})
    await quietly(database, "put_off", "main", later)
    assert await owed_at(database) == [later, NOON]
    assert await take(database) is None
    assert await quietly(database, "stores") == ["main"]
    await quietly(database, "let_out", "main", later + SECOND)
    assert await owed_at(database) == [later, NOON]
    await quietly(database, "let_out", "main", sooner)
    assert await owed_at(database) == [sooner, NOON]
    assert await quietly(database, "stores", now=sooner) == []
    assert await take(database, sooner) is not None


async def test_what_may_have_been_sent_is_not_put_off(database, make):
    await opened(database, make)
    taken = await take(database)
    await do(database, "unknown", taken, "timeout")
    [due] = await owed_at(database)
    await quietly(database, "put_off", "main", NOON + timedelta(hours=9), now=due)
    assert await owed_at(database) == [due]
    assert (await take(database, due)).state == "unknown"


async def test_what_was_certainly_not_sent_is_put_off_and_keeps_what_was_in_the_way(database, make):
    gap = await opened(database, make)
    await do(database, "retry", await take(database), after=timedelta(0), error="is_archived")
    await quietly(database, "put_off", "main", NOON + timedelta(hours=9))
    held = await card(database, gap)
    assert (held.state, held.attempts, held.error) == ("ready", 1, "is_archived")
