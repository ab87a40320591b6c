"""The outbox: one card for each gap, sent once, in order, whatever happens to the sender."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from storage.database import Database
from storage.findings import Severity
from storage.gap import Event, Gap
from storage.notices import Notice, Notices
from storage.queue import Queue

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANN = "U0ANN"


async def do(database: Database, name: str, *arguments: Any, now: datetime = NOON, **known: Any) -> Any:
    async with database.write() as session:
        return await getattr(Notices(session, now), name)(*arguments, **known)


async def take(database: Database, now: datetime = NOON) -> Notice | None:
    taken: Notice | None = await do(database, "take", "main", now=now)
    return taken


async def send(database: Database, now: datetime = NOON, ts: str = "1.0") -> Notice:
    notice = await take(database, now)
    assert notice is not None
    await do(database, "sent", notice.id, ts=ts, channel="C1", edition=notice.edition_due, now=now)
    return notice


async def opened(database: Database, make: SimpleNamespace, number: int = 1, now: datetime = NOON) -> Gap:
    judged = make.judged(make.finding(), order_id=str(6_012_345_000_000 + number), name=f"#{number}")
    async with database.write() as session:
        return (await Queue(session, now).apply("main", [judged])).opened[0]


async def claim(database: Database, gap: Gap, by: str = ANN, now: datetime = NOON) -> Gap:
    async with database.write() as session:
        change = await Queue(session, now).claim(gap.id, by, take_over=True)
    assert change.outcome == "done"
    assert change.gap is not None
    return change.gap


async def card(database: Database, gap: Gap) -> Notice:
    found: Notice | None = await do(database, "card", gap.id)
    assert found is not None
    return found


# ---------------------------------------------------------------- one card


async def test_a_new_gap_owes_a_card(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    owed = await card(database, gap)
    assert (owed.kind, owed.state, owed.gap_id, owed.due_at, owed.edition_due) == (
        "card",
        "ready",
        gap.id,
        NOON,
        1,
    )
    assert (owed.ts, owed.attempts, owed.parent_id) == (None, 0, None)


async def test_taking_marks_it_before_anything_is_sent(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    taken = await take(database)
    assert taken == await card(database, gap)
    assert taken is not None
    assert (taken.state, taken.attempts, taken.attempted_at) == ("sending", 1, NOON)
    assert await take(database) is None


async def test_what_was_sent_is_owed_no_more(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await send(database, ts="17.5")
    sent = await card(database, gap)
    assert (sent.state, sent.ts, sent.channel, sent.edition_sent) == ("sent", "17.5", "C1", 1)
    assert await do(database, "stores_owed") == []


async def test_a_change_arms_the_same_card_again(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    first = await send(database)
    await claim(database, gap, now=NOON + SECOND)
    again = await card(database, gap)
    assert (again.id, again.state, again.due_at, again.ts) == (first.id, "ready", NOON + SECOND, "1.0")
    assert (again.attempts, again.edition_sent, again.edition_due) == (0, 1, 2)


async def test_a_change_while_it_is_being_sent_is_sent_afterwards(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    taken = await take(database)
    assert taken is not None
    await claim(database, gap)
    assert (await card(database, gap)).state == "sending"
    await do(database, "sent", taken.id, ts="1.0", channel="C1", edition=taken.edition_due)
    assert (await card(database, gap)).state == "ready"
    assert (await send(database)).edition_due == 2
    assert (await card(database, gap)).state == "sent"


async def test_a_change_while_nobody_knows_whether_it_was_sent_keeps_it_unknown(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    taken = await take(database)
    assert taken is not None
    await do(database, "unknown", taken, "timeout")
    await claim(database, gap)
    owed = await card(database, gap)
    assert (owed.state, owed.due_at, owed.edition_due) == ("unknown", NOON + 30 * SECOND, 2)


@pytest.mark.parametrize("outcome", ["dead", "retry"])
async def test_a_change_gives_a_refused_card_another_chance(
    database: Database, make: SimpleNamespace, outcome: str
) -> None:
    gap = await opened(database, make)
    taken = await take(database)
    assert taken is not None
    if outcome == "dead":
        await do(database, "dead", taken, "is_archived")
    else:
        await do(database, "retry", taken, after=3600 * SECOND, error="ratelimited")
    await claim(database, gap)
    assert (await card(database, gap)).state == "ready"
    assert (await send(database)).gap_id == gap.id


async def test_a_low_gap_without_a_card_gets_none(database: Database, make: SimpleNamespace) -> None:
    judged = make.judged(make.finding(severity=Severity.LOW))
    async with database.write() as session:
        [gap] = (await Queue(session, NOON).apply("main", [judged])).opened
        await Notices(session, NOON).owe_card(gap)
        await Notices(session, NOON).owe_line(gap, Event(1, gap.id, NOON, ANN, "claimed"))
    assert await do(database, "card", gap.id) is None
    assert await do(database, "stores_owed") == []


async def test_what_only_a_newer_version_can_draw_is_left_to_it(database: Database) -> None:
    await do(database, "owe", "main", "a kind to come", {})
    assert (await do(database, "stores_owed"), await take(database)) == ([], None)
    assert await do(database, "stores_owed", now=NOON + timedelta(days=1)) == []


async def test_two_processes_take_and_one_gets_it(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    for number in range(10):
        gap = await opened(database, make, number)
        taken = await asyncio.gather(take(database), take(other_process))
        [got] = [notice for notice in taken if notice is not None]
        assert got.gap_id == gap.id
        await do(database, "sent", got.id, ts="1.0", channel="C1", edition=1)


async def test_many_senders_share_the_work_without_doing_any_of_it_twice(
    database: Database, other_process: Database, make: SimpleNamespace
) -> None:
    for number in range(12):
        await opened(database, make, number)

    async def drain(sender: Database) -> list[str]:
        taken = []
        while notice := await take(sender):
            taken.append(notice.id)
        return taken

    shares = await asyncio.gather(*(drain(sender) for sender in (database, other_process) * 2))
    ids = [id_ for share in shares for id_ in share]
    assert len(ids) == len(set(ids)) == 12


# ---------------------------------------------------------------- in which order


async def test_what_a_person_waits_for_goes_first_then_the_oldest(
    database: Database, make: SimpleNamespace
) -> None:
    old, middle, clicked = [
        await opened(database, make, number, NOON + number * SECOND) for number in range(3)
    ]
    await claim(database, clicked, now=NOON + 10 * SECOND)
    later = NOON + 20 * SECOND
    order = [await send(database, later, ts=f"{number}.0") for number in range(4)]
    assert [notice.gap_id for notice in order] == [clicked.id, old.id, middle.id, clicked.id]
    assert [notice.kind for notice in order] == ["card", "card", "card", "line"]


async def test_cards_of_one_run_keep_the_order_in_which_they_were_found(
    database: Database, make: SimpleNamespace
) -> None:
    judged = [make.judged(make.finding(), order_id=str(number)) for number in range(5)]
    async with database.write() as session:
        gaps = (await Queue(session, NOON).apply("main", judged)).opened
    assert [(await send(database)).gap_id for _ in gaps] == [gap.id for gap in gaps]


async def test_a_line_waits_for_its_card(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await claim(database, gap)
    taken = await take(database)
    assert taken is not None
    assert taken.kind == "card"
    assert await take(database) is None
    assert await do(database, "stores_owed") == []
    await do(database, "sent", taken.id, ts="1.0", channel="C1", edition=2)
    line = await take(database)
    assert line is not None
    assert (line.kind, line.parent_id, line.gap_id) == ("line", taken.id, gap.id)


async def test_a_card_in_a_thread_waits_for_its_parent(database: Database, make: SimpleNamespace) -> None:
    judged = [make.judged(make.finding(), order_id=str(number)) for number in range(6)]
    async with database.write() as session:
        await Queue(session, NOON).apply("main", judged)
    parent = await take(database)
    assert parent is not None
    assert (parent.kind, parent.touched) == ("storm", True)
    assert await take(database) is None
    await do(database, "sent", parent.id, ts="1.0", channel="C1", edition=None)
    assert (await do(database, "get", parent.id)).state == "sent"
    assert [(await send(database)).parent_id for _ in judged] == [parent.id] * 6


async def test_cards_whose_parent_is_given_up_go_into_the_channel(
    database: Database, make: SimpleNamespace
) -> None:
    judged = [make.judged(make.finding(), order_id=str(number)) for number in range(6)]
    async with database.write() as session:
        await Queue(session, NOON).apply("main", judged)
    parent = await take(database)
    assert parent is not None
    await do(database, "dead", parent, "invalid_blocks")
    assert [(await send(database)).parent_id for _ in judged] == [None] * 6


async def test_each_store_is_owed_its_own(database: Database) -> None:
    await do(database, "owe", "main", "blind", {"error": "no"})
    await do(database, "owe", "aside", "sees", {})
    assert await do(database, "stores_owed") == ["aside", "main"]
    assert (await send(database)).kind == "blind"
    assert await take(database) is None
    assert await do(database, "stores_owed") == ["aside"]


async def test_a_message_without_a_gap_carries_its_facts(database: Database) -> None:
    facts = {"error": "ShipStation answered 500", "since": None, "counts": {"a": 1}}
    owed = await do(database, "owe", "main", "blind", facts)
    assert owed == await do(database, "get", owed.id)
    assert owed.facts == facts


# ---------------------------------------------------------------- what went wrong


async def test_what_is_to_be_retried_waits_as_long_as_slack_said(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    taken = await take(database)
    assert taken is not None
    await do(database, "retry", taken, after=30 * SECOND, error="ratelimited")
    owed = await card(database, gap)
    assert (owed.state, owed.error) == ("retry", "ratelimited")
    assert await take(database, NOON + 29 * SECOND) is None
    again = await take(database, NOON + 30 * SECOND)
    assert again is not None
    assert (again.state, again.attempts) == ("sending", 2)


async def test_an_unknown_outcome_is_handed_out_as_unknown_half_a_minute_later(
    database: Database, make: SimpleNamespace
) -> None:
    await opened(database, make)
    taken = await take(database)
    assert taken is not None
    await do(database, "unknown", taken, "timeout")
    assert await take(database, NOON + 29 * SECOND) is None
    assert await do(database, "stores_owed", now=NOON + 30 * SECOND) == ["main"]
    doubtful = await take(database, NOON + 30 * SECOND)
    assert doubtful is not None
    assert (doubtful.id, doubtful.state) == (taken.id, "unknown")
    assert await take(database, NOON + 30 * SECOND) is None


async def test_what_a_dead_sender_left_behind_is_unknown_after_a_minute(
    database: Database, make: SimpleNamespace
) -> None:
    await opened(database, make)
    await take(database)
    assert await take(database, NOON + 59 * SECOND) is None
    left = await take(database, NOON + 60 * SECOND)
    assert left is not None
    assert (left.state, left.attempts) == ("unknown", 2)


async def test_a_slow_sender_that_comes_back_with_good_news_is_believed(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    slow = await take(database)
    assert slow is not None
    await take(database, NOON + 60 * SECOND)
    await do(database, "sent", slow.id, ts="1.0", channel="C1", edition=1)
    assert (await card(database, gap)).state == "sent"


async def test_a_late_failure_does_not_undo_a_success(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    sent = await send(database)
    await do(database, "retry", sent, after=SECOND, error="late")
    await do(database, "unknown", sent, "late")
    await do(database, "dead", sent, "late")
    assert (await card(database, gap)).state == "sent"


async def test_what_is_given_up_is_told_and_not_sent(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    taken = await take(database)
    assert taken is not None
    await do(database, "dead", taken, "is_archived")
    assert await take(database, NOON + 3600 * SECOND) is None
    [letter] = await do(database, "dead_letters")
    assert (letter.gap_id, letter.error) == (gap.id, "is_archived")


async def test_a_deleted_message_is_posted_again_once(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await send(database)
    await claim(database, gap)
    await send(database)
    await send(database, ts="2.0")
    await do(database, "lost", await card(database, gap), now=NOON + SECOND)
    again = await card(database, gap)
    assert (again.state, again.ts, again.channel, again.edition_sent) == ("ready", None, None, None)
    async with database.read() as session:
        codes = [event.code for event in await Queue(session, NOON).history(gap.id)]
    assert codes == ["opened", "claimed", "reposted"]
    assert [(await send(database, NOON + SECOND, "3.0")).kind for _ in range(2)] == ["card", "line"]
    await do(database, "lost", await card(database, gap), now=NOON + 2 * SECOND)
    dead = await card(database, gap)
    assert (dead.state, dead.error) == ("dead", "message_not_found")


async def test_losing_a_message_twice_at_once_counts_once(database: Database, make: SimpleNamespace) -> None:
    gap = await opened(database, make)
    await send(database)
    sent = await card(database, gap)
    await do(database, "lost", sent)
    await do(database, "lost", sent)
    assert (await card(database, gap)).state == "ready"


async def test_losing_a_message_that_was_posted_again_meanwhile_is_nothing(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    await send(database)
    stale = await card(database, gap)
    await do(database, "lost", stale)
    await send(database, ts="2.0")
    await do(database, "lost", stale)
    assert (await card(database, gap)).ts == "2.0"


async def test_the_failure_of_an_attempt_that_another_sender_followed_changes_nothing(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    slow = await take(database)
    assert slow is not None
    later = NOON + 60 * SECOND
    mine = await take(database, later)
    for failure in ("retry", "unknown", "dead"):
        known: dict[str, Any] = {"after": SECOND} if failure == "retry" else {}
        await do(database, failure, slow, error="late", now=later, **known)
    now = await card(database, gap)
    assert mine is not None
    assert (now.state, now.attempts, now.due_at) == ("sending", 2, mine.due_at)


async def test_a_lost_parent_is_posted_again_before_its_cards(
    database: Database, make: SimpleNamespace
) -> None:
    judged = [make.judged(make.finding(), order_id=str(number)) for number in range(6)]
    async with database.write() as session:
        await Queue(session, NOON).apply("main", judged)
    parent = await send(database)
    await do(database, "lost", await do(database, "get", parent.id))
    assert (await send(database, ts="2.0")).id == parent.id
    await do(database, "lost", await do(database, "get", parent.id))
    assert (await do(database, "get", parent.id)).state == "dead"
    assert (await send(database)).parent_id is None


# ---------------------------------------------------------------- how it stands


async def test_counts_and_delays_are_told(database: Database, make: SimpleNamespace) -> None:
    await opened(database, make, 1)
    await opened(database, make, 2)
    await opened(database, make, 3, NOON + 60 * SECOND)
    await send(database)
    assert await do(database, "counts") == {"sent": 1, "ready": 2}
    assert await do(database, "past_due", 30 * SECOND, now=NOON + 60 * SECOND) == 1
    assert await do(database, "past_due", 61 * SECOND, now=NOON + 60 * SECOND) == 0


async def test_a_line_that_waits_for_its_card_is_not_late_itself(
    database: Database, make: SimpleNamespace
) -> None:
    gap = await opened(database, make)
    await claim(database, gap)
    assert await do(database, "past_due", SECOND, now=NOON + 60 * SECOND) == 1


async def test_what_slack_refuses_again_and_again_is_counted_by_its_code(
    database: Database, make: SimpleNamespace
) -> None:
    await opened(database, make)
    now = NOON
    for _ in range(4):
        taken = await do(database, "take", "main", now=now)
        await do(database, "retry", taken, after=SECOND, error="is_archived", now=now)
        now += 2 * SECOND
    assert await do(database, "refused", now=now) == {}
    taken = await do(database, "take", "main", now=now)
    await do(database, "retry", taken, after=SECOND, error="is_archived", now=now)
    assert await do(database, "refused", now=now) == {"is_archived": 1}
    taken = await do(database, "take", "main", now=now + SECOND)
    await do(database, "sent", taken.id, ts="1.1", channel="C1", edition=1)
    assert await do(database, "refused", now=now) == {}


async def test_looking_for_what_is_not_there_finds_nothing(database: Database) -> None:
    assert await do(database, "get", "nowhere") is None
    assert await do(database, "card", "nowhere") is None
    assert await do(database, "dead_letters") == []


async def test_where_it_is_about_to_be_tried_is_noted_by_its_sender_alone(database, make):
    gap = await opened(database, make)
    first = await take(database)
    late = NOON + timedelta(minutes=2)
    second = await take(database, late)
    await do(database, "bound", first, "C0FIRST", now=late)
    assert (await card(database, gap)).channel is None
    await do(database, "bound", second, "C0SECOND", now=late)
    assert (await card(database, gap)).channel == "C0SECOND"
