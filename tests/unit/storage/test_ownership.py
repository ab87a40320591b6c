"""Who has what for how long, and that each thing is told once, whoever looks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from storage import notice
from storage.database import Database
from storage.findings import Severity
from storage.gap import Gap
from storage.notices import Notice
from storage.ownership import Ownership
from storage.queue import Queue
from storage.tables import NOTICES

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BEN, CAM = "U0ANN", "U0BEN", "U0CAM"
LIMITS = {Severity.HIGH: 4 * HOUR, Severity.NORMAL: 24 * HOUR}


async def opened(database: Database, make: SimpleNamespace, *numbers: int, **known: Any) -> list[Gap]:
    many = [make.judged(make.finding(**known), order_id=str(n), name=f"#{n}") for n in numbers]
    async with database.write() as session:
        return list((await Queue(session, NOON).apply("main", many)).opened)


async def do(database: Database, name: str, *arguments: Any, now: datetime = NOON, **known: Any) -> Any:
    async with database.write() as session:
        return await getattr(Queue(session, now), name)(*arguments, **known)


@asynccontextmanager
async def ownership(database: Database, after: timedelta) -> AsyncIterator[Ownership]:
    async with database.write() as session:
        yield Ownership(session, NOON + after)


async def owed(database: Database, kind: str) -> list[Notice]:
    async with database.read() as session:
        mine = select(*notice.FIELDS).where(NOTICES.c.kind == kind).order_by(NOTICES.c.seq)
        return [notice.read(row) for row in (await (await session.connection()).execute(mine)).mappings()]


async def codes(database: Database, gap: Gap) -> list[str]:
    return [event.code for event in await do(database, "history", gap.id)]


async def lying(database: Database, after: timedelta) -> list[str | None]:
    async with ownership(database, after) as looked:
        return [gap.order for gap in await looked.lying(LIMITS)]


async def unowned(database: Database, after: timedelta) -> list[str | None]:
    async with ownership(database, after) as looked:
        return [gap.order for gap in await looked.unowned("main", LIMITS)]


# ---------------------------------------------------------------- who is told in person


def told(words: list[Notice]) -> list[tuple[str, int]]:
    return [(word.facts["to"], len(word.facts["events"])) for word in words]


async def test_who_gets_a_gap_and_who_had_it_are_told_and_who_gave_it_is_not(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    await do(database, "claim", gap.id, ANN)
    assert await owed(database, "word") == []
    change = await do(database, "assign", gap.id, CAM, BEN)
    assert (change.outcome, change.gap.owner, change.gap.claimed_at) == ("done", BEN, NOON)
    assert told(await owed(database, "word")) == [(BEN, 1), (ANN, 1)]
    await do(database, "assign", gap.id, BEN, CAM)
    assert told(await owed(database, "word"))[2:] == [(CAM, 1)]
    assert await codes(database, gap) == ["opened", "claimed", "assigned", "assigned"]


async def test_assigning_to_oneself_is_claiming_or_taking_over(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    await do(database, "assign", gap.id, ANN, ANN)
    await do(database, "assign", gap.id, BEN, BEN)
    assert await codes(database, gap) == ["opened", "claimed", "taken_over"]
    assert told(await owed(database, "word")) == [(ANN, 1)]


async def test_a_stale_or_repeated_assignment_changes_nothing(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    await do(database, "assign", gap.id, ANN, BEN)
    assert (await do(database, "assign", gap.id, ANN, BEN)).outcome == "already"
    assert (await do(database, "assign", gap.id, ANN, CAM, revision=gap.revision)).outcome == "stale"
    await do(database, "resolve", gap.id, ANN, resolution="accepted")
    assert (await do(database, "assign", gap.id, ANN, CAM)).outcome == "resolved"
    assert len(await owed(database, "word")) == 1


async def test_a_rise_in_severity_tells_the_owner_and_ends_the_snooze(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    await do(database, "claim", gap.id, ANN)
    await do(database, "snooze", gap.id, ANN, NOON + HOUR)
    worse = make.judged(make.finding(severity=Severity.HIGH), order_id="1", name="#1")
    [after] = (await do(database, "apply", "main", [worse], now=NOON + HOUR / 2)).updated
    assert (after.snoozed_until, after.counted_from) == (None, NOON + HOUR / 2)
    assert told(await owed(database, "word")) == [(ANN, 1)]


async def test_a_rise_in_severity_of_what_nobody_has_is_told_to_nobody(
    database: Database, make: SimpleNamespace
) -> None:
    await opened(database, make, 1)
    worse = make.judged(make.finding(severity=Severity.HIGH), order_id="1", name="#1")
    await do(database, "apply", "main", [worse])
    assert await owed(database, "word") == []


async def test_many_gaps_that_get_worse_at_once_are_one_word_to_each_owner(
    database: Database, make: SimpleNamespace
) -> None:
    gaps = await opened(database, make, 1, 2, 3, severity=Severity.NORMAL)
    for gap, who in zip(gaps, (ANN, ANN, BEN), strict=True):
        await do(database, "claim", gap.id, who)
    worse = make.finding(severity=Severity.HIGH)
    await do(
        database, "apply", "main", [make.judged(worse, order_id=str(n), name=f"#{n}") for n in (1, 2, 3)]
    )
    assert told(await owed(database, "word")) == [(ANN, 2), (BEN, 1)]


async def test_who_had_what_a_new_gap_replaces_is_told_that_it_is_theirs(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    await do(database, "claim", gap.id, ANN)
    heir = replace(make.finding(kind="sync.partial"), replaces=frozenset({"sync.unfulfilled"}))
    applied = await do(database, "apply", "main", [make.judged(heir, order_id="1", name="#1")])
    assert [new.owner for new in applied.opened] == [ANN]
    assert told(await owed(database, "word")) == [(ANN, 1)]


# ---------------------------------------------------------------- notes


async def test_a_note_stands_in_history_and_thread_and_leaves_buttons_good(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    assert (await do(database, "note", gap.id, ANN, "Called the carrier.", key="V1")).outcome == "done"
    after = await do(database, "get", gap.id)
    assert (after.revision, after.edition) == (gap.revision, gap.edition)
    event = (await do(database, "history", gap.id))[-1]
    assert (event.code, event.by, event.facts["text"]) == ("noted", ANN, "Called the carrier.")
    assert len(await owed(database, "line")) == 1


async def test_the_same_note_is_added_once_also_by_two_processes_at_once(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    outcomes = await asyncio.gather(
        do(database, "note", gap.id, ANN, "Once.", key="V1"),
        do(other_process, "note", gap.id, ANN, "Once.", key="V1"),
    )
    assert sorted(change.outcome for change in outcomes) == ["already", "done"]
    assert await codes(database, gap) == ["opened", "noted"]


async def test_what_ended_can_still_be_noted_and_what_is_gone_cannot(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    await do(database, "resolve", gap.id, ANN, resolution="accepted")
    assert (await do(database, "note", gap.id, ANN, "Why.", key="V1")).outcome == "done"
    assert (await do(database, "note", "nothing", ANN, "Why.", key="V1")).outcome == "gone"


# ---------------------------------------------------------------- left lying


async def test_what_its_owner_left_lying_counts_by_severity_from_the_claim(
    database: Database, make: SimpleNamespace
) -> None:
    [high, low] = [
        *await opened(database, make, 1, severity=Severity.HIGH),
        *await opened(database, make, 2, severity=Severity.LOW),
    ]
    await opened(database, make, 3, severity=Severity.HIGH)
    for gap in (high, low):
        await do(database, "claim", gap.id, ANN, now=NOON + HOUR)
    assert await lying(database, 5 * HOUR - timedelta(seconds=1)) == []
    assert await lying(database, 5 * HOUR) == ["#1"]
    assert await lying(database, 1000 * HOUR) == ["#1"], "a severity without a limit may lie for ever"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("release", (ANN,)),
        ("assign", (ANN, BEN)),
        ("note", (ANN, "Waiting for the carrier.")),
        ("snooze", (ANN, NOON + 20 * HOUR)),
        ("resolve", (ANN,)),
    ],
)
async def test_a_sign_of_life_counts_anew_or_ends_the_counting(
    database: Database, make: SimpleNamespace, name: str, arguments: tuple[Any, ...]
) -> None:
    [gap] = await opened(database, make, 1, severity=Severity.HIGH)
    await do(database, "claim", gap.id, ANN)
    extra = {"resolve": {"resolution": "accepted"}, "note": {"key": "V1"}}.get(name, {})
    await do(database, name, gap.id, *arguments, now=NOON + 3 * HOUR, **extra)
    assert await lying(database, 6 * HOUR) == []


async def test_what_comes_back_from_a_snooze_counts_from_then(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1, severity=Severity.HIGH)
    await do(database, "claim", gap.id, ANN)
    await do(database, "snooze", gap.id, ANN, NOON + 10 * HOUR)
    assert await lying(database, 10 * HOUR) == [], "nobody has ended the snooze yet"
    await do(database, "wake_due", now=NOON + 10 * HOUR)
    assert await lying(database, 13 * HOUR) == []
    assert await lying(database, 14 * HOUR) == ["#1"]


async def test_an_owner_is_reminded_once_a_claim(database: Database, make: SimpleNamespace) -> None:
    [gap] = await opened(database, make, 1, severity=Severity.HIGH)
    await do(database, "claim", gap.id, ANN)
    async with ownership(database, 4 * HOUR) as looked:
        assert await looked.remind(await looked.lying(LIMITS)) == 1
    assert await lying(database, 400 * HOUR) == []
    await do(database, "note", gap.id, ANN, "Still at it.", key="V1", now=NOON + 5 * HOUR)
    assert await lying(database, 400 * HOUR) == []
    await do(database, "claim", gap.id, BEN, take_over=True, now=NOON + 6 * HOUR)
    assert await lying(database, 10 * HOUR) == ["#1"]
    assert await codes(database, gap) == ["opened", "claimed", "reminded", "noted", "taken_over"]
    assert [line.event_id for line in await owed(database, "line")] != [], "claims have lines"
    assert len(await owed(database, "line")) == 3, "a reminder has none"


async def test_two_processes_remind_once(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    gaps = await opened(database, make, 1, 2, severity=Severity.HIGH)
    for gap in gaps:
        await do(database, "claim", gap.id, ANN)
    async with ownership(database, 4 * HOUR) as looked:
        seen_by_both = await looked.lying(LIMITS)

    async def remind(where: Database) -> int:
        async with ownership(where, 4 * HOUR) as looked:
            return await looked.remind(seen_by_both)

    reminded = await asyncio.gather(remind(database), remind(other_process))
    assert sorted(reminded) == [0, 2]
    assert told(await owed(database, "word")) == [(ANN, 2)]


async def test_nobody_is_reminded_of_what_they_gave_away_meanwhile(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1, severity=Severity.HIGH)
    await do(database, "claim", gap.id, ANN)
    async with ownership(database, 4 * HOUR) as looked:
        seen = await looked.lying(LIMITS)
    await do(database, "assign", gap.id, ANN, BEN, now=NOON + 4 * HOUR)
    async with ownership(database, 4 * HOUR) as looked:
        assert await looked.remind(seen) == 0


# ---------------------------------------------------------------- nobody's


async def test_what_nobody_has_counts_from_when_it_last_became_so(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1, severity=Severity.HIGH)
    assert await unowned(database, 4 * HOUR - timedelta(seconds=1)) == []
    assert await unowned(database, 4 * HOUR) == ["#1"]
    await do(database, "claim", gap.id, ANN, now=NOON + HOUR)
    assert await unowned(database, 4 * HOUR) == []
    await do(database, "release", gap.id, ANN, now=NOON + 2 * HOUR)
    assert await unowned(database, 5 * HOUR) == []
    assert await unowned(database, 6 * HOUR) == ["#1"]


async def test_somebody_is_called_once_and_again_only_after_it_was_somebodys(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1, severity=Severity.HIGH)
    async with ownership(database, 4 * HOUR) as looked:
        seen_by_both = await looked.unowned("main", LIMITS)

    async def escalate(where: Database) -> int:
        async with ownership(where, 4 * HOUR) as looked:
            return await looked.escalate(seen_by_both, "S0OPS")

    assert sorted(await asyncio.gather(escalate(database), escalate(other_process))) == [0, 1]
    [call] = await owed(database, "escalation")
    assert call.facts == {"to": "S0OPS", "gaps": [gap.id]}
    [card] = await owed(database, "card")
    assert call.parent_id == card.id
    assert await unowned(database, 400 * HOUR) == []
    assert await owed(database, "line") == []

    await do(database, "claim", gap.id, ANN, now=NOON + 5 * HOUR)
    await do(database, "release", gap.id, ANN, now=NOON + 6 * HOUR)
    assert await unowned(database, 10 * HOUR) == ["#1"]


async def test_the_gaps_of_a_storm_call_once_in_its_thread(database: Database, make: SimpleNamespace) -> None:
    gaps = await opened(database, make, *range(1, 9), severity=Severity.HIGH)
    async with ownership(database, 4 * HOUR) as looked:
        assert await looked.escalate(await looked.unowned("main", LIMITS), "U0ANN") == 8
    [call] = await owed(database, "escalation")
    [storm] = await owed(database, "storm")
    assert call.parent_id == storm.id
    assert sorted(call.facts["gaps"]) == sorted(gap.id for gap in gaps)


async def test_what_has_no_card_calls_nobody(database: Database, make: SimpleNamespace) -> None:
    await opened(database, make, 1, severity=Severity.LOW)
    async with ownership(database, 4 * HOUR) as looked:
        waiting = await looked.unowned("main", {Severity.LOW: HOUR})
        assert len(waiting) == 1
        assert await looked.escalate(waiting, "U0ANN") == 0
    assert await owed(database, "escalation") == []


async def test_another_store_has_its_own(database: Database, make: SimpleNamespace) -> None:
    await opened(database, make, 1, severity=Severity.HIGH)
    async with ownership(database, 4 * HOUR) as looked:
        assert await looked.unowned("second", LIMITS) == []


# ---------------------------------------------------------------- whose they are


async def test_owners_are_those_of_unresolved_gaps(database: Database, make: SimpleNamespace) -> None:
    first, second, _ = await opened(database, make, 1, 2, 3)
    await do(database, "claim", first.id, BEN)
    await do(database, "claim", second.id, ANN)
    await do(database, "snooze", second.id, ANN, NOON + HOUR)
    async with ownership(database, HOUR) as looked:
        assert await looked.owners() == [ANN, BEN]
        assert await looked.of_owner(ANN) == [second.id]
    await do(database, "resolve", second.id, ANN, resolution="accepted")
    async with ownership(database, HOUR) as looked:
        assert await looked.owners() == [BEN]


async def test_a_gap_is_returned_only_while_it_is_still_theirs(
    database: Database, make: SimpleNamespace
) -> None:
    [gap] = await opened(database, make, 1)
    await do(database, "claim", gap.id, BEN)
    assert (await do(database, "release", gap.id, None, owner=ANN)).outcome == "already"
    assert (await do(database, "release", gap.id, None, owner=BEN)).outcome == "done"
    event = (await do(database, "history", gap.id))[-1]
    assert (event.code, event.by, event.facts) == ("released", None, {"owner": BEN})
