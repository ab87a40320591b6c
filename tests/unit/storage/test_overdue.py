"""What should have happened to the queue and the outbox, and did not."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from storage.database import Database
from storage.findings import Severity
from storage.gap import Gap
from storage.notices import Notices
from storage.overdue import Overdue, Waiting
from storage.queue import Queue
from storage.tables import GAPS, NOTICES

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
GRACE = timedelta(minutes=5)
LATER = NOON + timedelta(minutes=5)
ANN = "U0ANN"


async def opened(database: Database, make: SimpleNamespace, number: int = 1, **known: Any) -> Gap:
    judged = make.judged(make.finding(**known), order_id=str(number), name=f"#{number}")
    async with database.write() as session:
        return (await Queue(session, NOON).apply("main", [judged])).opened[0]


async def ask(database: Database, name: str, *arguments: Any, now: datetime = LATER) -> Any:
    async with database.read() as session:
        return await getattr(Overdue(session, now), name)(*arguments)


async def attempt(database: Database, code: str, outcome: str) -> None:
    async with database.write() as session:
        notices = Notices(session, NOON)
        taken = await notices.take("main")
        assert taken is not None
        if outcome == "dead":
            await notices.dead(taken, code)
        else:
            await notices.retry(taken, after=timedelta(0), error=code)


async def test_a_snooze_that_does_not_end_is_counted_after_the_grace(database, make):
    gap = await opened(database, make)
    until = NOON + timedelta(hours=1)
    async with database.write() as session:
        await Queue(session, NOON).snooze(gap.id, ANN, until)
    late = until + GRACE
    assert await ask(database, "snoozes", GRACE, now=late - timedelta(seconds=1)) == 0
    assert await ask(database, "snoozes", GRACE, now=late) == 1


async def test_the_snooze_of_a_resolved_gap_is_not_waited_for(database, make):
    gap = await opened(database, make)
    async with database.write() as session:
        await Queue(session, NOON).resolve(gap.id, ANN, resolution="verified")
        await (await session.connection()).execute(GAPS.update().values(snoozed_until=LATER))
    assert await ask(database, "snoozes", GRACE, now=NOON + timedelta(days=1)) == 0


async def test_a_gap_whose_card_is_owed_has_its_card(database, make):
    await opened(database, make)
    assert await ask(database, "without_card", GRACE) == 0


async def test_a_gap_whose_card_vanished_has_none_after_the_grace(database, make):
    await opened(database, make)
    async with database.write() as session:
        await (await session.connection()).execute(NOTICES.delete())
    assert await ask(database, "without_card", GRACE, now=LATER - timedelta(seconds=1)) == 0
    assert await ask(database, "without_card", GRACE) == 1


async def test_a_gap_whose_card_was_given_up_unsent_has_none(database, make):
    await opened(database, make)
    await attempt(database, "invalid_blocks", "dead")
    assert await ask(database, "without_card", GRACE) == 1


async def test_a_card_that_was_given_up_after_it_stood_is_no_gap_without_a_card(database, make):
    await opened(database, make)
    async with database.write() as session:
        gone = NOTICES.update().values(state="dead", ts="1.0")
        await (await session.connection()).execute(gone)
    assert await ask(database, "without_card", GRACE) == 0


async def test_a_gap_of_low_severity_or_a_resolved_one_needs_no_card(database, make):
    await opened(database, make, severity=Severity.LOW)
    gap = await opened(database, make, 2)
    async with database.write() as session:
        await Queue(session, NOON).resolve(gap.id, ANN, resolution="verified")
        await (await session.connection()).execute(NOTICES.delete())
    assert await ask(database, "without_card", GRACE) == 0


async def test_gaps_are_counted_by_kind_and_state(database, make):
    first = await opened(database, make, 1)
    second = await opened(database, make, 2)
    await opened(database, make, 3)
    await opened(database, make, 4, kind="import.missing")
    async with database.write() as session:
        queue = Queue(session, NOON)
        await queue.claim(first.id, ANN)
        await queue.claim(second.id, ANN)
        await queue.snooze(second.id, ANN, LATER + timedelta(seconds=1))
    assert await ask(database, "gaps_by_kind") == {
        "sync.unfulfilled": {"open": 1, "claimed": 1, "snoozed": 1},
        "import.missing": {"open": 1},
    }
    after = await ask(database, "gaps_by_kind", now=LATER + timedelta(seconds=1))
    assert after["sync.unfulfilled"] == {"open": 1, "claimed": 2}


async def test_what_waits_is_counted_by_store_and_by_what_the_last_attempt_met(database, make):
    for number in (1, 2, 3):
        await opened(database, make, number)
    await attempt(database, "invalid_blocks", "dead")
    await attempt(database, "is_archived", "retry")
    waiting = await ask(database, "waiting")
    assert sorted(waiting, key=lambda each: each.error or "") == [
        Waiting("main", None, 1),
        Waiting("main", "is_archived", 1),
    ]
