"""The queue: what people do to a gap, one effect each, with history, card and line."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.findings import Evidence, Severity
from storage.gap import Change, Gap, Judged
from storage.notices import Notices
from storage.queue import Queue

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BEN = "U0ANN", "U0BEN"


async def apply(database: Database, *judged: Judged, now: datetime = NOON, **known: Any) -> Any:
    async with database.write() as session:
        return await Queue(session, now).apply("main", judged, **known)


async def opened(database: Database, make: SimpleNamespace, **known: Any) -> Gap:
    return (await apply(database, make.judged(make.finding(**known)))).opened[0]


async def do(database: Database, name: str, *arguments: Any, now: datetime = NOON, **known: Any) -> Any:
    async with database.write() as session:
        return await getattr(Queue(session, now), name)(*arguments, **known)


async def see(database: Database, name: str, *arguments: Any, now: datetime = NOON, **known: Any) -> Any:
    async with database.read() as session:
        return await getattr(Queue(session, now), name)(*arguments, **known)


async def codes(database: Database, gap: Gap) -> list[str]:
    return [event.code for event in await see(database, "history", gap.id)]


async def send_all(database: Database, now: datetime = NOON) -> list[str]:
    """Send everything that is owed; return the kinds in the order in which they went."""
    kinds = []
    async with database.write() as session:
        notices = Notices(session, now)
        while notice := await notices.take("main"):
            kinds.append(notice.kind)
            await notices.sent(notice.id, ts=f"{len(kinds)}.0", channel="C1", edition=notice.edition_due)
    return kinds


async def somebody_waits(database: Database) -> None:
    """Return when another session waits for a row; SQLite's second writer waits before it can read."""
    while database.dialect == "postgresql":
        async with database.read() as session:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if (await (await session.connection()).execute(waiting)).scalar_one():
                return


# ---------------------------------------------------------------- claiming


async def test_claiming_makes_an_owner(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    change = await do(database, "claim", gap.id, ANN, revision=gap.revision, now=NOON + HOUR)
    assert change.outcome == "done"
    assert (change.gap.owner, change.gap.claimed_at, change.gap.state(NOON)) == (ANN, NOON + HOUR, "claimed")
    assert await see(database, "get", gap.id) == change.gap
    assert await codes(database, gap) == ["opened", "claimed"]


async def test_claiming_ones_own_again_is_already_so(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "claim", gap.id, ANN)
    change = await do(database, "claim", gap.id, ANN, revision=gap.revision)
    assert (change.outcome, change.gap.owner) == ("already", ANN)
    assert await codes(database, gap) == ["opened", "claimed"]


async def test_the_second_to_claim_is_told_who_was_first(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "claim", gap.id, ANN, revision=gap.revision)
    change = await do(database, "claim", gap.id, BEN, revision=gap.revision)
    assert (change.outcome, change.gap.owner) == ("taken", ANN)


async def test_taking_over_names_the_former_owner(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    claimed = await do(database, "claim", gap.id, ANN)
    change = await do(database, "claim", gap.id, BEN, revision=claimed.gap.revision, take_over=True)
    assert (change.outcome, change.gap.owner) == ("done", BEN)
    event = (await see(database, "history", gap.id))[-1]
    assert (event.code, event.by, event.facts) == ("taken_over", BEN, {"from": ANN})


async def test_taking_over_from_an_old_card_is_stale(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "claim", gap.id, ANN)
    change = await do(database, "claim", gap.id, BEN, revision=gap.revision, take_over=True)
    assert (change.outcome, change.gap.owner) == ("stale", ANN)


async def test_claiming_what_is_snoozed_leaves_it_snoozed(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "snooze", gap.id, BEN, NOON + HOUR)
    change = await do(database, "claim", gap.id, ANN)
    assert (change.outcome, change.gap.owner, change.gap.state(NOON)) == ("done", ANN, "snoozed")
    assert change.gap.state(NOON + HOUR) == "claimed"


async def test_two_processes_claim_at_once_and_one_of_them_is_too_late(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    for round_ in range(10):
        judged = make.judged(make.finding(), order_id=f"60123456789{round_:02}")
        gap = (await apply(database, judged)).opened[0]
        changes = await asyncio.gather(
            do(database, "claim", gap.id, ANN, revision=gap.revision),
            do(other_process, "claim", gap.id, BEN, revision=gap.revision),
        )
        assert sorted(change.outcome for change in changes) == ["done", "taken"]
        assert changes[0].gap.owner == changes[1].gap.owner
        assert await codes(database, gap) == ["opened", "claimed"]


async def test_a_click_that_meets_an_unfinished_one_waits_and_decides_anew(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    async with database.write() as session:
        await Queue(session, NOON).claim(gap.id, ANN)
        late = asyncio.create_task(do(other_process, "claim", gap.id, BEN))
        await somebody_waits(database)
        assert not late.done()
    assert (await late).outcome == "taken"


# ---------------------------------------------------------------- releasing, snoozing, waking


async def test_releasing_makes_it_nobodys(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "claim", gap.id, ANN)
    change = await do(database, "release", gap.id, BEN)
    assert (change.outcome, change.gap.owner, change.gap.claimed_at) == ("done", None, None)
    assert (await see(database, "history", gap.id))[-1].facts == {"owner": ANN}
    assert (await do(database, "release", gap.id, BEN)).outcome == "already"


async def test_a_snooze_lasts_until_its_time_and_no_longer(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    change = await do(database, "snooze", gap.id, ANN, NOON + HOUR)
    assert (change.outcome, change.gap.snoozed_by) == ("done", ANN)
    assert change.gap.state(NOON + HOUR - timedelta(seconds=1)) == "snoozed"
    assert change.gap.state(NOON + HOUR) == "open"


async def test_the_same_snooze_twice_is_already_so_and_another_time_replaces_it(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    await do(database, "snooze", gap.id, ANN, NOON + HOUR)
    assert (await do(database, "snooze", gap.id, BEN, NOON + HOUR)).outcome == "already"
    change = await do(database, "snooze", gap.id, BEN, NOON + 2 * HOUR)
    assert (change.outcome, change.gap.snoozed_until) == ("done", NOON + 2 * HOUR)


async def test_snoozing_into_the_past_is_refused(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    with pytest.raises(ValueError, match="has to end after"):
        await do(database, "snooze", gap.id, ANN, NOON)


async def test_waking_ends_a_snooze_before_its_time(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "snooze", gap.id, ANN, NOON + HOUR)
    change = await do(database, "wake", gap.id, BEN)
    assert (change.outcome, change.gap.state(NOON), change.gap.snoozed_by) == ("done", "open", None)
    assert await codes(database, gap) == ["opened", "snoozed", "woken"]
    assert (await do(database, "wake", gap.id, BEN)).outcome == "already"


async def test_a_snooze_that_ends_redraws_the_card_once(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "snooze", gap.id, ANN, NOON + HOUR)
    await send_all(database)
    assert await do(database, "wake_due", now=NOON + HOUR - timedelta(seconds=1)) == 0
    assert await do(database, "wake_due", now=NOON + HOUR) == 1
    assert await do(database, "wake_due", now=NOON + HOUR) == 0
    assert await codes(database, gap) == ["opened", "snoozed", "snooze_ended"]
    assert await send_all(database, NOON + HOUR) == ["card", "line"]


# ---------------------------------------------------------------- resolving, reopening


@pytest.mark.parametrize(
    ("resolution", "code"),
    [
        ("verified", "resolved"),
        ("unverified", "unverified"),
        ("not_a_gap", "not_a_gap"),
        ("accepted", "accepted"),
        ("healed", "healed"),
    ],
)
async def test_resolving_says_who_how_and_why(
    database: Database, make: SimpleNamespace, resolution: str, code: str
) -> None:
    gap = await opened(database, make)
    known = {"resolution": resolution, "reason": "customer agreed", "verify_at": NOON + HOUR}
    change = await do(database, "resolve", gap.id, ANN, **known)
    assert change.outcome == "done"
    assert change.gap.state(NOON) == "resolved"
    assert (change.gap.resolution, change.gap.resolved_by, change.gap.reason) == (
        resolution,
        ANN,
        known["reason"],
    )
    event = (await see(database, "history", gap.id))[-1]
    facts = {"reason": "customer agreed", "verify_at": (NOON + HOUR).isoformat()}
    assert (event.code, event.by, event.facts) == (code, ANN, facts)


async def test_resolving_keeps_the_fresh_evidence(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    fresh = (Evidence("shopify", "status", "FULFILLED", NOON + HOUR),)
    change = await do(database, "resolve", gap.id, ANN, resolution="verified", evidence=fresh)
    assert change.gap.finding == replace(gap.finding, evidence=fresh)
    assert (await see(database, "get", gap.id)).finding.evidence == fresh


async def test_resolving_ends_a_snooze(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "snooze", gap.id, ANN, NOON + HOUR)
    change = await do(database, "resolve", gap.id, ANN, resolution="verified")
    assert change.gap.snoozed_until is None
    assert await do(database, "wake_due", now=NOON + 2 * HOUR) == 0


async def test_resolving_twice_is_already_so_and_otherwise_is_too_late(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    await do(database, "resolve", gap.id, ANN, resolution="verified")
    assert (await do(database, "resolve", gap.id, BEN, resolution="verified")).outcome == "already"
    assert (await do(database, "resolve", gap.id, BEN, resolution="accepted")).outcome == "resolved"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("claim", (ANN,)), ("release", (ANN,)), ("snooze", (ANN, NOON + HOUR)), ("wake", (ANN,))],
)
async def test_nothing_moves_what_is_resolved(
    database: Database, make: SimpleNamespace, name: str, arguments: tuple[Any, ...]
) -> None:
    gap = await opened(database, make)
    resolved = (await do(database, "resolve", gap.id, BEN, resolution="verified")).gap
    assert await do(database, name, gap.id, *arguments) == Change("resolved", resolved)


async def test_reopening_gives_it_back_to_its_owner(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "claim", gap.id, ANN)
    await do(database, "resolve", gap.id, ANN, resolution="accepted", reason="fine")
    change = await do(database, "reopen", gap.id, BEN)
    assert (change.outcome, change.gap.state(NOON), change.gap.owner) == ("done", "claimed", ANN)
    assert (change.gap.reopened, change.gap.resolution, change.gap.reason) == (1, None, None)
    assert (await do(database, "reopen", gap.id, BEN)).outcome == "already"


async def test_reopening_an_old_gap_points_to_the_newer_one(
    database: Database, make: SimpleNamespace
) -> None:
    old = await opened(database, make)
    await apply(database, make.judged())
    new = (await apply(database, make.judged(make.finding()), now=NOON + 25 * HOUR)).opened[0]
    change = await do(database, "reopen", old.id, ANN, now=NOON + 25 * HOUR)
    assert (change.outcome, change.gap) == ("already", new)


@pytest.mark.parametrize("name", ["claim", "release", "wake", "reopen"])
async def test_a_gap_that_does_not_exist_is_gone(database: Database, name: str) -> None:
    assert await do(database, name, "nowhere", ANN) == Change("gone", None)


@pytest.mark.parametrize(
    "act",
    [
        lambda queue, gap: queue.claim(gap.id, BEN, revision=gap.revision),
        lambda queue, gap: queue.snooze(gap.id, BEN, NOON + HOUR, revision=gap.revision),
        lambda queue, gap: queue.resolve(gap.id, BEN, resolution="accepted", revision=gap.revision),
    ],
    ids=["claim", "snooze", "resolve"],
)
async def test_a_click_on_an_old_card_changes_nothing(
    database: Database, make: SimpleNamespace, act: Callable[[Queue, Gap], Awaitable[Change]]
) -> None:
    old = await opened(database, make)
    worse = make.finding(severity=Severity.HIGH)
    now = (await apply(database, make.judged(worse))).updated[0]
    async with database.write() as session:
        change = await act(Queue(session, NOON), old)
    assert change == Change("stale", now)
    assert await see(database, "get", old.id) == now
    assert await codes(database, old) == ["opened", "worse"]


async def test_each_transition_owes_the_card_and_one_line(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    assert await send_all(database) == ["card"]
    await do(database, "claim", gap.id, ANN)
    assert await send_all(database) == ["card", "line"]


async def test_ten_changes_are_one_update_of_the_card(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await send_all(database)
    for hours in range(1, 11):
        await do(database, "snooze", gap.id, ANN, NOON + hours * HOUR)
    assert (await send_all(database)).count("card") == 1


async def test_what_did_not_happen_owes_nothing(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await do(database, "claim", gap.id, ANN)
    await send_all(database)
    await do(database, "claim", gap.id, BEN)
    assert await send_all(database) == []


async def test_an_error_after_a_transition_undoes_it_with_its_notices(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    await send_all(database)

    async def fail() -> None:
        async with database.write() as session:
            await Queue(session, NOON).claim(gap.id, ANN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await see(database, "get", gap.id) == gap
    assert await send_all(database) == []


# ---------------------------------------------------------------- looking


async def test_the_list_is_oldest_first_and_can_be_narrowed(
    database: Database, make: SimpleNamespace
) -> None:
    kinds = [
        "sync.unfulfilled",
        "sync.partial",
        "aging.past_cutoff",
        "import.missing",
        "sync.tracking_missing",
    ]
    gaps = []
    for number, kind in enumerate(kinds):
        judged = make.judged(make.finding(kind), order_id=f"601234567890{number}", name=f"#10{number}")
        gaps += (await apply(database, judged, now=NOON + number * HOUR)).opened
    ids = [gap.id for gap in gaps]
    now = NOON + 5 * HOUR
    await do(database, "claim", ids[1], ANN)
    await do(database, "snooze", ids[2], ANN, now + HOUR)
    await do(database, "snooze", ids[3], ANN, now)
    await do(database, "resolve", ids[4], ANN, resolution="verified", now=now)

    async def listed(**wanted: Any) -> list[int]:
        return [ids.index(gap.id) for gap in await see(database, "list", now=now, **wanted)]

    assert await listed() == [0, 1, 2, 3]
    assert await listed(unresolved=False) == [0, 1, 2, 3, 4]
    assert await listed(state="open") == [0, 3]
    assert await listed(state="claimed") == [1]
    assert await listed(state="snoozed") == [2]
    assert await listed(state="resolved") == [4]
    assert await listed(kind="import.missing") == [3]
    assert await listed(owner=ANN) == [1]
    assert await listed(order="103") == [3]
    assert await listed(store="other") == []
    assert await listed(limit=2) == [0, 1]
    assert [gap.id for gap in await see(database, "resolved_since", now)] == [ids[4]]
    assert await see(database, "resolved_since", now + HOUR) == []
    assert await see(database, "open_subjects", "main") == [f"601234567890{number}" for number in range(4)]
    assert await see(database, "open_subjects", "other") == []


async def test_gaps_to_verify_are_those_whose_time_has_come(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    await do(database, "resolve", gap.id, ANN, resolution="unverified", verify_at=NOON + HOUR)
    assert await see(database, "subjects_to_verify", now=NOON) == []
    assert await see(database, "subjects_to_verify", now=NOON + HOUR) == [("main", "6012345678901")]


async def test_a_hostile_order_name_is_kept_without_harm(database: Database, make: SimpleNamespace) -> None:
    for name in ("<!channel>", "x" * 4000, "🚚\u202e"):
        gap = (await apply(database, make.judged(make.finding(), order_id=name[:9], name=name))).opened[0]
        assert (await see(database, "list", order=name)) == [gap]
        assert gap.order == name


async def test_the_queue_is_counted_by_state(database: Database, make: SimpleNamespace) -> None:
    gaps = [
        (await apply(database, make.judged(make.finding(), order_id=str(number)))).opened[0]
        for number in range(5)
    ]
    async with database.write() as session:
        queue = Queue(session, NOON)
        await queue.claim(gaps[0].id, ANN)
        await queue.claim(gaps[1].id, ANN)
        await queue.snooze(gaps[1].id, ANN, NOON + HOUR)
        await queue.resolve(gaps[2].id, BEN, resolution="accepted")
        assert await queue.counts() == {"open": 2, "claimed": 1, "snoozed": 1}
        assert await Queue(session, NOON + 2 * HOUR).counts() == {"open": 2, "claimed": 2, "snoozed": 0}


async def test_an_empty_queue_counts_nothing_in_every_state(database: Database) -> None:
    async with database.read() as session:
        assert await Queue(session, NOON).counts() == {"open": 0, "claimed": 0, "snoozed": 0}
