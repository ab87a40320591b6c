"""Many gaps at once, on both databases: what is done, what is left alone, what an undo restores."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.bulks import UNDOABLE, Bulks
from storage.findings import Severity
from storage.notices import Notices
from storage.ownership import Ownership
from storage.queue import Queue

pytestmark = pytest.mark.anyio


@pytest.fixture
async def gaps(database, make):
    """Three gaps whose cards stand in the channel."""
    found = [make.judged(make.finding(), order_id=str(n), name=f"#{n}") for n in (1, 2, 3)]
    async with database.write() as session:
        opened = (await Queue(session, make.noon).apply("main", found)).opened
        notices = Notices(session, make.noon)
        while notice := await notices.take("main"):
            await notices.sent(notice.id, ts=notice.id, channel="C1", edition=notice.edition_due)
    return sorted(opened, key=lambda gap: gap.id)


async def done(database, now, gaps, act="claimed", **facts):
    async with database.write() as session:
        bulk = await Bulks(session, now).begin("U1", act, facts)
        outcomes = await Bulks(session, now).act_on(bulk, [gap.id for gap in gaps], together=len(gaps))
    return bulk, outcomes


async def undone(database, now, bulk):
    async with database.write() as session:
        return await Bulks(session, now).undo(bulk)


async def now_of(database, now, gap):
    async with database.read() as session:
        return await Queue(session, now).get(gap.id)


async def test_each_gap_gets_one_line_of_history_each_way_and_its_thread_none(database, make, gaps):
    bulk, outcomes = await done(database, make.noon, gaps)
    assert outcomes == {"done": 3}
    assert await undone(database, make.noon, bulk) == (3, 0)
    async with database.read() as session:
        history = await Queue(session, make.noon).history(gaps[0].id)
        owed = await Notices(session, make.noon).counts()
    assert [(event.code, event.by) for event in history] == [
        ("opened", None),
        ("claimed", "U1"),
        ("undone", "U1"),
    ]
    assert history[1].facts["together"] == "3"
    assert owed == {"ready": 3}


async def test_cards_go_behind_what_somebody_waits_for(database, make, gaps):
    await done(database, make.noon, gaps)
    async with database.write() as session:
        await Queue(session, make.noon).release(gaps[2].id, "U1")
        first = await Notices(session, make.noon).take("main")
    assert first.gap_id == gaps[2].id


async def test_what_a_run_or_somebody_changed_since_stays(database, make, gaps):
    bulk, _ = await done(database, make.noon, gaps)
    async with database.write() as session:
        queue = Queue(session, make.noon + timedelta(seconds=1))
        await queue.claim(gaps[0].id, "U2", take_over=True)
        worse = make.finding(severity=Severity.CRITICAL)
        await queue.apply("main", [make.judged(worse, order_id=gaps[1].order_id, name=gaps[1].order)])
    assert await undone(database, make.noon, bulk) == (2, 1)
    assert (await now_of(database, make.noon, gaps[0])).owner == "U2"
    assert (await now_of(database, make.noon, gaps[1])).owner is None


async def test_a_resolution_whose_trouble_has_a_newer_gap_is_not_taken_back(database, make, gaps):
    bulk, _ = await done(database, make.noon, gaps[:1], "accepted", reason="told")
    async with database.write() as session:
        again = make.finding(cause="another")
        twin = make.judged(again, order_id=gaps[0].order_id, name=gaps[0].order)
        connection = await session.connection()
        await connection.exec_driver_sql(f"UPDATE gaps SET kind = 'moved' WHERE id = '{gaps[0].id}'")
        await Queue(session, make.noon).apply("main", [twin])
        await connection.exec_driver_sql(
            f"UPDATE gaps SET kind = 'sync.unfulfilled' WHERE id = '{gaps[0].id}'"
        )
    assert await undone(database, make.noon, bulk) == (0, 1)


async def test_a_snooze_that_is_so_already_and_what_is_gone_are_counted(database, make, gaps):
    until = make.noon + timedelta(hours=3)
    async with database.write() as session:
        await Queue(session, make.noon).snooze(gaps[0].id, "U2", until)
    lost = replace(gaps[1], id="nothing")
    _, outcomes = await done(database, make.noon, [*gaps, lost], "snoozed", until=until.isoformat())
    assert outcomes == {"done": 2, "already": 1, "gone": 1}


async def test_what_is_undoable_is_the_last_act_of_that_person_for_five_minutes(database, make, gaps):
    bulk, _ = await done(database, make.noon, gaps)
    async with database.read() as session:
        assert (await Bulks(session, make.noon).undoable("U1")).gaps == 3
        assert await Bulks(session, make.noon).undoable("U2") is None
        assert await Bulks(session, make.noon + UNDOABLE).undoable("U1") is None
    await undone(database, make.noon, bulk)
    async with database.read() as session:
        assert await Bulks(session, make.noon).undoable("U1") is None


async def test_acts_of_yesterday_are_forgotten(database, make, gaps):
    bulk, _ = await done(database, make.noon, gaps)
    await done(database, make.noon + timedelta(days=2), [])
    async with database.read() as session:
        assert await Bulks(session, make.noon).get(bulk.id) is None


async def test_what_asks_the_systems_is_not_done_blindly(database, make, gaps):
    with pytest.raises(ValueError, match="asks the systems"):
        await done(database, make.noon, gaps, "resolved")


async def test_how_long_a_gap_lies_is_counted_from_the_claim_of_many_and_after_an_undo_as_before(
    database, make, gaps
):
    later, limits = (
        make.noon + timedelta(days=2),
        {Severity.NORMAL: timedelta(hours=1), Severity.HIGH: timedelta(hours=1)},
    )
    bulk, _ = await done(database, later, gaps)
    async with database.read() as session:
        assert await Ownership(session, later).lying(limits) == [], "they were claimed just now"
        assert len(await Ownership(session, later + timedelta(hours=2)).lying(limits)) == 3
    await undone(database, later, bulk)
    async with database.read() as session:
        assert len(await Ownership(session, later).unowned("main", limits)) == 3, (
            "nobody has had them for two days"
        )
