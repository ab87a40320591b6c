"""Audits asked for in Slack: begun once, added once, forgotten after their time."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.audits import Audits
from storage.database import Database

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
DAY, DEAD = timedelta(days=1), timedelta(minutes=10)


@pytest.fixture
async def database(anyio_backend):
    database = Database("sqlite://")
    await database.upgrade()
    yield database
    await database.close()


async def at(database, what, *arguments, now=NOON, **named):
    """Do one thing to the audits in a transaction of its own."""
    async with database.write() as session:
        return await getattr(Audits(session, now, DAY), what)(*arguments, **named)


@pytest.fixture
async def audit(database):
    """One that has asked."""
    audit_id = await at(database, "begin", "D1/1.0", "U1", "main")
    await at(database, "ask", audit_id, ["#1001", "#1002"])
    return audit_id


async def test_one_begins_once_for_each_message(database):
    first = await at(database, "begin", "D1/1.0", "U1")
    assert first is not None
    assert await at(database, "begin", "D1/1.0", "U1") is None
    assert await at(database, "begin", "D1/2.0", "U1") not in {None, first}


async def test_it_keeps_who_asked_which_store_and_the_orders(database, audit):
    kept = await at(database, "get", audit)
    assert (kept.person, kept.store, kept.orders, kept.state) == ("U1", "main", ("#1001", "#1002"), "asked")


async def test_it_is_forgotten_after_its_time_and_the_next_one_cleans_up(database, audit):
    assert await at(database, "get", audit, now=NOON + DAY) is None
    await at(database, "begin", "D1/2.0", "U1", now=NOON + DAY)
    assert await at(database, "get", audit) is None, "the row is gone, not only hidden"


async def test_only_one_takes_it_and_nobody_after_it_was_added(database, audit):
    assert await at(database, "take", audit, left_after=DEAD)
    assert not await at(database, "take", audit, left_after=DEAD)
    await at(database, "added", audit)
    assert not await at(database, "take", audit, left_after=DEAD, now=NOON + timedelta(hours=1))


async def test_whoever_died_over_it_is_succeeded(database, audit):
    await at(database, "take", audit, left_after=DEAD)
    alive = NOON + timedelta(minutes=9)
    await at(database, "touch", audit, now=alive)
    assert not await at(database, "take", audit, left_after=DEAD, now=alive + timedelta(minutes=9))
    assert await at(database, "take", audit, left_after=DEAD, now=alive + DEAD)


async def test_given_back_it_can_be_taken_again(database, audit):
    await at(database, "take", audit, left_after=DEAD)
    await at(database, "give_back", audit)
    assert await at(database, "take", audit, left_after=DEAD)


async def test_after_a_no_it_cannot_be_taken_and_after_a_yes_not_declined(database, audit):
    assert await at(database, "decline", audit)
    assert not await at(database, "take", audit, left_after=DEAD)
    assert not await at(database, "decline", audit)


async def test_the_store_does_not_change_once_the_orders_are_being_added(database, audit):
    await at(database, "choose", audit, "west")
    await at(database, "take", audit, left_after=DEAD)
    await at(database, "choose", audit, "east")
    assert (await at(database, "get", audit)).store == "west"


async def test_one_that_is_still_reading_has_no_question_to_answer(database):
    audit = await at(database, "begin", "D1/1.0", "U1")
    assert not await at(database, "take", audit, left_after=DEAD)


@pytest.fixture
async def pictured(database):
    """One that waits for somebody to look at rows."""
    audit_id = await at(database, "begin", "D1/9.0", "U1")
    await at(database, "confirm", audit_id, "rows")
    return audit_id


async def test_rows_are_kept_until_they_are_accepted(database, pictured):
    kept = await at(database, "get", pictured)
    assert (kept.state, kept.rows) == ("confirming", "rows")
    assert await at(database, "change_rows", pictured, "rows", "half")
    assert await at(database, "accept", pictured, "half")
    kept = await at(database, "get", pictured)
    assert (kept.state, kept.rows) == ("reading", "")


async def test_of_two_who_accept_the_same_rows_one_is_told_so(database, pictured):
    assert await at(database, "change_rows", pictured, "rows", "mine")
    assert not await at(database, "change_rows", pictured, "rows", "theirs")
    assert not await at(database, "accept", pictured, "rows")
    assert (await at(database, "get", pictured)).rows == "mine"


async def test_stopped_it_forgets_the_rows_and_cannot_go_on(database, pictured):
    assert await at(database, "stop", pictured)
    kept = await at(database, "get", pictured)
    assert (kept.state, kept.rows) == ("stopped", "")
    assert not await at(database, "stop", pictured)
    assert not await at(database, "accept", pictured, "")
