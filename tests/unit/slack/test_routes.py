"""Where and when new cards go: the channel of their severity, and not in quiet hours unless they are critical."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.health import examine
from storage.findings import Severity
from storage.gap import Judged
from storage.notices import Notices
from tests.unit.slack import test_delivery
from tests.unit.slack.test_delivery import HOME, Rig, finding, store

pytestmark = pytest.mark.anyio
rig = test_delivery.rig

CRITICAL = "C0CRITICAL"
NIGHT = (time(22), time(7))
AT_NIGHT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""When every test begins: 04:00 in New York."""
MORNING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""07:00 in New York."""


def at_night(rig: Rig) -> None:
    rig.delivery = rig.sender(store(quiet_hours=NIGHT))


def apart(rig: Rig, **channels: str) -> None:
    """Give each severity its channel."""
    levels = {Severity[word.upper()]: channel for word, channel in channels.items()}
    for channel in channels.values():
        if channel not in rig.workspace.channels:
            rig.workspace.add_channel(channel, channel.lower())
    rig.delivery = rig.sender(store(channels=levels))


async def found(rig: Rig, number: int = 1, severity: Severity = Severity.CRITICAL, many: int = 1) -> None:
    judged = [
        Judged(f"order:{n}", str(n), f"#{n}", (replace(finding(n, "same"), severity=severity),))
        for n in range(number, number + many)
    ]
    async with rig.queue() as queue:
        await queue.apply("main", judged)


async def until(rig: Rig, moment: datetime) -> int:
    return await rig.later(seconds=(moment - rig.clock.now()).total_seconds())


# ---------------------------------------------------------------- quiet hours


async def test_in_quiet_hours_a_new_card_waits_and_comes_out_when_they_end(rig):
    at_night(rig)
    await rig.found(1)
    assert await rig.delivery.run_once() == 0
    (owed,) = await rig.notices()
    assert (owed.state, owed.due_at, owed.attempts) == ("ready", MORNING, 0)
    assert await until(rig, MORNING - timedelta(seconds=1)) == 0
    assert rig.posts() == 0
    assert await until(rig, MORNING) == 1
    assert "#1" in rig.card.words


async def test_what_is_critical_does_not_wait(rig):
    at_night(rig)
    await found(rig)
    assert await rig.delivery.run_once() == 1


@pytest.mark.parametrize(("severity", "messages"), [(Severity.HIGH, 0), (Severity.CRITICAL, 7)])
async def test_many_of_one_cause_wait_together_unless_they_are_critical(rig, severity, messages):
    at_night(rig)
    await found(rig, many=6, severity=severity)
    assert await rig.delivery.run_once() == messages
    await until(rig, MORNING)
    await rig.later(minutes=1)
    assert len(rig.workspace.messages()) == 1
    assert rig.posts() == 7


@pytest.mark.parametrize("kind", ["daily", "weekly", "first_run"])
async def test_what_tells_of_many_things_waits(rig, kind):
    at_night(rig)
    async with rig.database.write() as session:
        await Notices(session, AT_NIGHT).owe("main", kind, {"counts": {}}, touched=True)
    await rig.delivery.run_once()
    assert [one.due_at for one in await rig.notices()] == [MORNING]


async def test_a_store_that_is_not_read_any_more_is_said_at_night_too(rig):
    at_night(rig)
    async with rig.database.write() as session:
        await Notices(session, AT_NIGHT).owe("main", "blind", {"error": "gone"})
    assert await rig.delivery.run_once() == 1


async def test_a_card_that_somebody_waits_for_comes_out_at_once(rig):
    at_night(rig)
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    async with rig.database.write() as session:
        await Notices(session, rig.clock.now()).owe_card(await queue_gap(rig, gap.id), touched=True)
    assert await rig.delivery.run_once() >= 1
    assert "<@U0ALEX>" in rig.card.words


async def queue_gap(rig: Rig, gap_id: str):
    async with rig.database.read() as session:
        return await test_delivery.Queue(session, rig.clock.now()).get(gap_id)


async def test_a_card_that_stands_is_kept_current_and_its_thread_goes_on(rig):
    await found(rig, 1, Severity.HIGH)
    await rig.delivery.run_once()
    at_night(rig)
    await found(rig, 1, Severity.NORMAL)
    assert await rig.delivery.run_once() == 2
    assert "Normal" in rig.card.words


async def test_what_joins_a_storm_that_stands_goes_into_its_thread_at_once(rig):
    await found(rig, 1, Severity.HIGH, many=6)
    await rig.delivery.run_once()
    at_night(rig)
    await found(rig, 7, Severity.HIGH)
    await rig.later(minutes=1)
    (storm,) = rig.workspace.messages()
    assert len(rig.workspace.messages(thread_ts=storm.ts)) == 7


async def test_quiet_hours_that_were_taken_away_let_out_what_waits(rig):
    at_night(rig)
    await rig.found(1)
    await rig.delivery.run_once()
    rig.delivery = rig.sender(store())
    assert await rig.delivery.run_once() == 1


async def test_shorter_quiet_hours_let_out_sooner(rig):
    at_night(rig)
    await rig.found(1)
    await rig.delivery.run_once()
    rig.delivery = rig.sender(store(quiet_hours=(time(22), time(5))))
    assert await until(rig, MORNING - timedelta(hours=2)) == 1


async def test_what_waits_for_the_morning_is_neither_overdue_nor_without_a_card(rig):
    at_night(rig)
    await rig.found(1)
    await rig.delivery.run_once()
    rig.clock.move(hours=2)
    health = await examine(rig.database, rig.clock, [], every=timedelta(minutes=5))
    assert health.counts["overdue"] == {"runs": 0, "notices": 0, "snoozes": 0, "cards": 0}
    assert health.problems == ()


# ---------------------------------------------------------------- channels by severity


async def test_a_new_card_goes_to_the_channel_of_its_severity(rig):
    apart(rig, critical=CRITICAL)
    await found(rig, 1)
    await found(rig, 2, Severity.HIGH)
    assert await rig.delivery.run_once() == 2
    assert ["#1" in one.words for one in rig.workspace.messages(CRITICAL)] == [True]
    assert ["#2" in one.words for one in rig.workspace.messages(HOME)] == [True]


async def test_a_card_stays_where_it_was_posted_and_its_thread_with_it(rig):
    apart(rig, critical=CRITICAL)
    await found(rig, 1)
    await rig.delivery.run_once()
    await found(rig, 1, Severity.HIGH)
    await rig.later(minutes=1)
    assert rig.workspace.messages(HOME) == []
    (card,) = rig.workspace.messages(CRITICAL)
    assert "High" in card.words
    assert len(rig.workspace.messages(CRITICAL, thread_ts=card.ts)) == 1


async def test_a_storm_stands_in_the_store_s_channel_with_all_its_cards(rig):
    apart(rig, critical=CRITICAL)
    await found(rig, 1, many=6)
    await rig.delivery.run_once()
    assert rig.workspace.messages(CRITICAL) == []
    assert len(rig.workspace.messages(HOME)) == 1


async def test_one_that_may_have_been_sent_is_looked_for_where_it_was_tried(rig):
    """Its severity is another by the time of the search: looking in the other channel would post a second card."""
    apart(rig, critical=CRITICAL)
    await found(rig, 1)
    rig.workspace.fail_next("chat.postMessage", "cut_after")
    await rig.delivery.run_once()
    assert await rig.states() == ["unknown"]
    await found(rig, 1, Severity.HIGH)
    await rig.later(minutes=2)
    await rig.later(minutes=2)
    assert len(rig.workspace.messages(CRITICAL)) == 1
    assert rig.workspace.messages(HOME) == []
    assert {one.state for one in await rig.notices()} == {"sent"}


async def test_one_that_was_certainly_not_sent_goes_to_the_channel_that_is_right_by_then(rig):
    apart(rig, critical=CRITICAL)
    await found(rig, 1)
    rig.workspace.fail_next("chat.postMessage", "is_archived")
    await rig.delivery.run_once()
    await found(rig, 1, Severity.HIGH)
    rig.workspace.fail_next("chat.postMessage", "cut_after")
    await rig.later(minutes=1)
    await rig.later(minutes=2)
    assert rig.workspace.messages(CRITICAL) == []
    assert len(rig.workspace.messages(HOME)) == 1


async def test_a_channel_that_refuses_holds_up_no_other_and_is_tried_for_all_at_once(rig):
    apart(rig, critical=CRITICAL)
    rig.workspace.fail_next("chat.postMessage", "channel_not_found", times=1)
    for number in (1, 2, 3):
        await found(rig, number)
    await found(rig, 4, Severity.HIGH)
    await rig.delivery.run_once()
    assert rig.posts() == 2
    assert [one.error for one in await rig.notices()] == [*["channel_not_found"] * 3, None]
    health = await examine(
        rig.database, rig.clock, [], every=timedelta(minutes=5), slack=rig.gateway.troubles
    )
    assert any("channel_not_found" in problem for problem in health.problems)
    await rig.later(minutes=1)
    await rig.later(minutes=1)
    assert len(rig.workspace.messages(CRITICAL)) == 3


async def test_the_pace_of_another_channel_is_kept_too(rig, monkeypatch):
    waited = []
    apart(rig, critical=CRITICAL)
    wait = rig.delivery._sending._pace.wait

    async def watched(method, channel):
        waited.append(channel)
        await wait(method, channel)

    monkeypatch.setattr(rig.delivery._sending._pace, "wait", watched)
    await found(rig, 1)
    await found(rig, 2, Severity.HIGH)
    await rig.delivery.run_once()
    assert waited == [CRITICAL]
