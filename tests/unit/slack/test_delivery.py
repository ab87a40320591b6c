"""The outbox sender against the pretend Slack: everything owed arrives once, whatever goes wrong."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.metrics import REGISTRY
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack.workspace import BOT_TOKEN, Workspace
from bot.slack import cards, delivery, sending
from bot.slack.delivery import Delivery
from bot.slack.gateway import Gateway, build_client
from bot.slack.pace import allowance
from storage import notice
from storage.database import Database
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.gap import Gap, Judged
from storage.notices import Notice, Notices
from storage.ownership import Ownership
from storage.paces import Paces
from storage.queue import Queue
from storage.runs import Leases
from storage.tables import NOTICES

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOME = "C0PRETEND1"
LEASE = f"deliver:{HOME}"


def finding(number: int = 1, cause: str = "notify_failed") -> Finding:
    return Finding(
        kind="sync.unfulfilled",
        headline=f"Label {number} is made, Shopify does not know",
        severity=Severity.HIGH,
        since=START - timedelta(hours=5),
        cause=Cause(cause, "confirmed", "The notification failed."),
        next_action=NextAction("resend", "Send the notification again."),
        evidence=(Evidence("shipstation", "Tracking", f"1Z{number}", START),),
    )


def store(name: str = "main", channel: str | None = HOME, **known: object) -> SimpleNamespace:
    rules = StoreRules(name, "acme.myshopify.com", timezone=ZoneInfo("America/New_York"))
    return SimpleNamespace(rules=rules, channel=channel, **{"channels": {}, "quiet_hours": None, **known})


class Rig:
    """A database, a pretend Slack, a clock that tests move, and a sender between them."""

    def __init__(self, database: Database, clock: ManualClock, workspace: Workspace, url: str):
        self.database = database
        self.clock = clock
        self.workspace = workspace
        self.url = url
        self.delivery = self.sender()

    def sender(self, *stores: SimpleNamespace, holder: str = "here") -> Delivery:
        client = build_client(BOT_TOKEN, f"{self.url}/slack/api/")
        client.timeout = 5
        self.gateway = Gateway(client, self.clock)
        return Delivery(self.database, self.gateway, self.clock, stores or (store(),), holder=holder)

    @asynccontextmanager
    async def queue(self) -> AsyncIterator[Queue]:
        async with self.database.write() as session:
            yield Queue(session, self.clock.now())

    async def found(self, *numbers: int, store: str = "main", first_run: bool = False) -> Sequence[Gap]:
        """Open one gap for each of these orders."""
        many = len(numbers) > 5 and not first_run
        judged = [
            Judged(f"order:{n}", str(n), f"#{n}", (finding(n, "same" if many else f"cause{n}"),))
            for n in numbers
        ]
        async with self.queue() as queue:
            return (await queue.apply(store, judged, first_run=first_run)).opened

    async def notices(self) -> list[Notice]:
        async with self.database.read() as session:
            rows = await (await session.connection()).execute(select(*notice.FIELDS).order_by(NOTICES.c.seq))
            return [notice.read(row) for row in rows.mappings()]

    async def states(self) -> list[str]:
        return [one.state for one in await self.notices()]

    async def later(self, **step: float) -> int:
        self.clock.move(**step)
        return await self.delivery.run_once()

    def posts(self) -> int:
        return len(self.workspace.called("chat.postMessage"))

    @property
    def card(self):
        """The one message in the channel."""
        (message,) = self.workspace.messages()
        return message


@pytest.fixture
async def rig(new_file: Callable[[str], str]) -> AsyncIterator[Rig]:
    clock = ManualClock(START)
    workspace = Workspace(clock)
    server = SandboxServer(None, workspace)
    await server.start()
    database = Database(new_file("stuck.db"))
    yield Rig(database, clock, workspace, server.url)
    await database.close()
    await server.stop()


async def touch_all(rig: Rig) -> None:
    """Owe every card again."""
    async with rig.database.write() as session:
        for gap in await Queue(session, rig.clock.now()).list():
            await Notices(session, rig.clock.now()).owe_card(gap)


# ---------------------------------------------------------------- what is sent


async def test_a_new_gap_is_one_card_that_carries_its_notice(rig):
    (gap,) = await rig.found(1)
    assert await rig.delivery.run_once() == 1
    (owed,) = await rig.notices()
    assert "#1" in rig.card.words
    assert rig.card.metadata == {
        "event_type": "stuck_notice",
        "event_payload": {"notice": owed.id, "edition": gap.edition},
    }
    assert (owed.state, owed.ts, owed.channel) == ("sent", rig.card.ts, HOME)
    assert owed.edition_sent == gap.edition


async def test_nothing_owed_is_nothing_sent(rig):
    assert await rig.delivery.run_once() == 0
    assert rig.workspace.calls == []


async def test_sending_is_committed_before_anything_leaves(rig, monkeypatch):
    seen: list[list[str]] = []
    post = rig.gateway.post

    async def watched(*args, **kwargs):
        seen.append(await rig.states())
        return await post(*args, **kwargs)

    monkeypatch.setattr(rig.gateway, "post", watched)
    await rig.found(1)
    await rig.delivery.run_once()
    assert seen == [["sending"]]


async def test_ten_changes_are_one_update_and_a_line_each(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    for _ in range(5):
        async with rig.queue() as queue:
            await queue.claim(gap.id, "U0ALEX")
        async with rig.queue() as queue:
            await queue.release(gap.id, "U0ALEX")
    await rig.later(seconds=1)
    assert len(rig.workspace.called("chat.update")) == 1
    assert len(rig.workspace.messages(thread_ts=rig.card.ts)) == 10
    assert set(await rig.states()) == {"sent"}


async def test_a_card_shows_its_gap_as_it_is_when_sent(rig):
    (gap,) = await rig.found(1)
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await rig.delivery.run_once()
    assert "<@U0ALEX>" in rig.card.words
    assert rig.workspace.called("chat.update") == []


async def test_what_changes_while_it_is_sent_follows_at_once(rig, monkeypatch):
    (gap,) = await rig.found(1)
    post = rig.gateway.post

    async def slow(*args, **kwargs):
        monkeypatch.setattr(rig.gateway, "post", post)
        async with rig.queue() as queue:
            await queue.claim(gap.id, "U0ALEX")
        return await post(*args, **kwargs)

    monkeypatch.setattr(rig.gateway, "post", slow)
    await rig.delivery.run_once()
    assert len(rig.workspace.called("chat.update")) == 1
    assert "<@U0ALEX>" in rig.card.words


async def test_a_storm_is_one_message_with_the_cards_in_its_thread(rig):
    await rig.found(1, 2, 3, 4, 5, 6)
    await rig.delivery.run_once()
    assert "6 new gaps" in rig.card.words
    replies = rig.workspace.messages(thread_ts=rig.card.ts)
    assert len(replies) == 6
    assert all("Claim" in reply.buttons for reply in replies)


async def test_a_line_in_a_storms_thread_says_which_order_it_is_about(rig):
    gap, *_ = await rig.found(1, 2, 3, 4, 5, 6)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await rig.later(seconds=1)
    *_, line = rig.workspace.messages(thread_ts=rig.card.ts)
    assert line.words.startswith(f"Order {gap.order}: ")
    assert "<@U0ALEX>" in line.words


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("blind", {"store": "main", "error": "Shopify does not answer."}, "Shopify does not answer."),
        ("sees", {"store": "main"}, "again"),
        ("first_run", {"counts": {"sync.unfulfilled": 2}}, "First look"),
    ],
)
async def test_a_message_about_no_gap_is_said_in_the_channel(rig, kind, facts, words):
    async with rig.database.write() as session:
        await Notices(session, START).owe("main", kind, facts)
    await rig.delivery.run_once()
    assert words in rig.card.words


async def test_a_first_run_is_one_message_with_a_thread(rig):
    await rig.found(1, 2, first_run=True)
    await rig.delivery.run_once()
    assert len(rig.workspace.messages(thread_ts=rig.card.ts)) == 2


# ---------------------------------------------------------------- where it goes


async def test_each_store_has_its_channel(rig):
    rig.workspace.add_channel("C0OTHER", "other")
    rig.delivery = rig.sender(store(), store("second", "C0OTHER"))
    await rig.found(1)
    await rig.found(2, store="second")
    assert await rig.delivery.run_once() == 2
    assert "#1" in rig.card.words
    assert "#2" in rig.workspace.messages("C0OTHER")[0].words


async def test_stores_that_share_a_channel_take_turns(rig):
    rig.delivery = rig.sender(store(), store("second"))
    await rig.found(1, 2)
    await rig.found(3, 4, store="second")
    await rig.delivery.run_once()
    said = [message.words for message in rig.workspace.messages()]
    assert ["#1" in said[0], "#3" in said[1], "#2" in said[2], "#4" in said[3]] == [True] * 4


@pytest.mark.parametrize(
    "stores", [[store(channel=None)], [store("another")]], ids=["no channel", "no such store"]
)
async def test_without_a_channel_everything_waits_and_is_said_once(rig, stores):
    rig.delivery = rig.sender(*stores)
    await rig.found(1)
    with capture_logs() as logs:
        assert await rig.delivery.run_once() == 0
        assert await rig.delivery.run_once() == 0
    assert [line["store"] for line in logs] == ["main"]
    assert await rig.states() == ["ready"]


async def test_a_card_stays_where_it_is_when_the_channel_changes(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    rig.workspace.add_channel("C0NEW", "new")
    rig.delivery = rig.sender(store(channel="C0NEW"))
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await rig.later(seconds=1)
    assert "<@U0ALEX>" in rig.card.words
    assert len(rig.workspace.messages(thread_ts=rig.card.ts)) == 1
    assert rig.workspace.messages("C0NEW") == []


# ---------------------------------------------------------------- pace


async def test_a_backlog_goes_out_at_one_a_second_after_a_small_burst(rig):
    rig.workspace.pace.on = True
    await rig.found(*range(1, 6), first_run=True)
    await rig.found(*range(6, 11))
    assert await rig.delivery.run_once() == 11
    assert rig.clock.now() - START == timedelta(seconds=9)
    assert not [call for call in rig.workspace.calls if call.error]


async def test_two_senders_together_keep_slacks_pace(rig):
    """One a channel each, and updates are counted for the whole workspace."""
    rig.workspace.pace.on = True
    channels = [HOME, rig.workspace.add_channel("C0SECOND11", "second").id]
    names = ["main", "second"]
    for name in names:
        await rig.found(*range(1, 5), store=name, first_run=True)
    senders = [
        rig.sender(store(name, channel), holder=name) for name, channel in zip(names, channels, strict=True)
    ]
    await asyncio.gather(*(sender.run_once() for sender in senders))
    before = rig.clock.now()
    for _ in range(8):
        await touch_all(rig)
        await asyncio.gather(*(sender.run_once() for sender in senders))
    updates = len(rig.workspace.called("chat.update"))
    assert updates == 8 * 8
    took = (rig.clock.now() - before).total_seconds()
    assert took >= (updates - 10) * 60 / 50
    assert not [call for call in rig.workspace.calls if call.error]


async def test_what_slack_asks_one_sender_the_others_heed(rig):
    await rig.found(1)
    await rig.found(2, store="second")
    rig.workspace.fail_next("chat.postMessage", "ratelimited:40")
    assert await rig.sender(store("main")).run_once() == 0
    other = rig.sender(store("second"), holder="there")
    assert await other.run_once() == 0
    rig.clock.move(seconds=39)
    assert rig.posts() == 1
    assert await other.run_once() == 1
    assert rig.clock.now() - START >= timedelta(seconds=40)


async def test_a_persons_card_passes_a_backlog_of_updates(rig):
    gaps = await rig.found(*range(1, 5), first_run=True)
    await rig.delivery.run_once()
    while rig.clock.now() - START < timedelta(seconds=10):
        await touch_all(rig)
        await rig.delivery.run_once()
    await touch_all(rig)
    async with rig.queue() as queue:
        await queue.claim(gaps[3].id, "U0ALEX")
    before, calls = rig.clock.now(), len(rig.workspace.calls)
    await rig.delivery.run_once()
    first, *others = [call for call in rig.workspace.calls[calls:] if call.method == "chat.update"]
    assert "<@U0ALEX>" in str(first.arguments)
    assert first.at == before, "there is always room for a click"
    assert rig.clock.now() > before, "the others waited"
    assert len(others) == 3


async def test_a_backlog_of_updates_does_not_hold_up_new_cards(rig):
    await rig.found(*range(1, 5), first_run=True)
    await rig.delivery.run_once()
    async with rig.database.write() as session:
        await Paces(session, rig.clock.now()).close(
            allowance("chat.update"), rig.clock.now() + timedelta(minutes=5)
        )
    await touch_all(rig)
    rig.clock.move(seconds=1)
    await rig.found(9)
    assert await rig.delivery.run_once() == 1
    assert "#9" in rig.workspace.messages()[-1].words


async def test_over_the_limit_it_waits_as_long_as_slack_says(rig):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "ratelimited:17")
    assert await rig.delivery.run_once() == 0
    assert await rig.later(seconds=16) == 0
    assert rig.posts() == 1
    assert await rig.later(seconds=1) == 1


async def test_a_limit_on_posts_does_not_hold_up_updates(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    rig.workspace.fail_next("chat.postMessage", "ratelimited:60")
    await rig.found(2)
    await rig.later(seconds=1)
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await rig.later(seconds=1)
    assert "<@U0ALEX>" in rig.card.words
    assert rig.posts() == 2


# ---------------------------------------------------------------- refused, kept


@pytest.mark.parametrize(
    "code", ["channel_not_found", "not_in_channel", "is_archived", "token_revoked", "account_inactive"]
)
async def test_what_is_refused_waits_longer_each_time_and_goes_out_when_it_may(rig, code):
    await rig.found(1, 2, 3)
    rig.workspace.fail_next("chat.postMessage", code, times=10)
    assert await rig.delivery.run_once() == 0
    for attempts, wait in enumerate([5, 10, 20, 40, 80, 160, 320, 640, 900], start=1):
        assert rig.posts() == attempts
        await rig.later(seconds=wait - 1)
        assert rig.posts() == attempts
        await rig.later(seconds=1)
    await rig.later(minutes=15)
    await rig.later(minutes=15)
    assert len(rig.workspace.messages()) == 3
    assert set(await rig.states()) == {"sent"}


async def test_after_it_worked_the_waiting_begins_anew(rig):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "is_archived", times=3)
    for seconds in (0, 5, 10, 20):
        await rig.later(seconds=seconds)
    assert await rig.states() == ["sent"]
    await rig.found(2)
    rig.workspace.fail_next("chat.postMessage", "is_archived")
    await rig.later(seconds=1)
    assert await rig.later(seconds=5) == 1


async def test_a_revoked_token_rests_every_channel(rig):
    rig.workspace.add_channel("C0OTHER", "other")
    rig.delivery = rig.sender(store(), store("second", "C0OTHER"))
    rig.workspace.tokens[BOT_TOKEN] = "token_revoked"
    await rig.found(1)
    await rig.delivery.run_once()
    await rig.found(2, store="second")
    await rig.later(seconds=1)
    assert rig.posts() == 1


async def test_an_archived_channel_holds_up_no_other(rig):
    rig.workspace.add_channel("C0OTHER", "other")
    rig.delivery = rig.sender(store(), store("second", "C0OTHER"))
    rig.workspace.fail_next("chat.postMessage", "is_archived")
    await rig.found(1)
    await rig.delivery.run_once()
    await rig.found(2, store="second")
    await rig.later(seconds=1)
    assert len(rig.workspace.messages("C0OTHER")) == 1


async def test_an_old_channel_that_refuses_updates_does_not_hold_up_the_new_one(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    rig.workspace.add_channel("C0NEW", "new")
    rig.delivery = rig.sender(store(channel="C0NEW"))
    async with rig.queue() as queue:
        await queue.snooze(gap.id, "U0ALEX", START + timedelta(hours=1))
    rig.workspace.fail_next("chat.update", "is_archived")
    await rig.found(2)
    await rig.later(seconds=1)
    assert len(rig.workspace.messages("C0NEW")) == 1
    assert {one.error for one in await rig.notices() if one.state == "retry"} == {"is_archived"}
    await rig.later(seconds=30)
    assert await rig.states() == ["sent", "sent", "sent"]


async def test_slack_unreachable_is_tried_again_within_a_minute(rig):
    await rig.found(1)
    working, rig.gateway.client.base_url = rig.gateway.client.base_url, "http://127.0.0.1:1/"
    for _ in range(100):
        await rig.later(seconds=5)
    rig.gateway.client.base_url = working
    assert rig.gateway.trouble["slack"].code == "unreachable"
    assert await rig.later(minutes=1) == 1
    assert rig.gateway.trouble == {}


# ---------------------------------------------------------------- refused for what it says


async def test_blocks_that_slack_refuses_go_out_as_plain_text(rig):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "invalid_blocks")
    assert await rig.delivery.run_once() == 1
    assert rig.card.blocks == ()
    assert "#1" in rig.card.text
    assert rig.card.metadata is not None


async def test_an_update_that_slack_refuses_goes_out_as_plain_text(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    rig.workspace.fail_next("chat.update", "msg_blocks_too_long")
    await rig.later(seconds=1)
    assert rig.card.blocks == ()
    assert "U0ALEX" in rig.card.text


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_too_long", "metadata_too_large"])
async def test_what_slack_refuses_even_as_plain_text_is_given_up(rig, code):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", code, times=2)
    assert await rig.delivery.run_once() == 0
    (owed,) = await rig.notices()
    assert (owed.state, owed.error) == ("dead", code)
    assert await rig.later(days=1) == 0
    assert rig.posts() == 2


async def test_plain_text_is_not_tried_twice(rig):
    gap, *_ = await rig.found(1, 2, 3, 4, 5, 6)
    await rig.delivery.run_once()
    before = rig.posts()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    rig.workspace.fail_next("chat.postMessage", "msg_too_long")
    await rig.later(seconds=1)
    assert rig.posts() == before + 1
    assert "dead" in await rig.states()


async def test_a_card_that_may_not_be_edited_any_more_is_given_up_until_it_changes_again(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    rig.workspace.fail_next("chat.update", "edit_window_closed")
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await rig.later(seconds=1)
    assert sorted(await rig.states()) == ["dead", "sent"]
    async with rig.queue() as queue:
        await queue.release(gap.id, "U0ALEX")
    await rig.later(seconds=1)
    assert set(await rig.states()) == {"sent"}


# ---------------------------------------------------------------- nobody knows whether it was sent


@pytest.mark.parametrize(
    "how", ["cut_after", "fatal_error", "internal_error", 503, "cut_before", "brand_new_error"]
)
async def test_whatever_happened_the_channel_ends_up_with_one_card(rig, how):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", how)
    assert await rig.delivery.run_once() == 0
    assert await rig.states() == ["unknown"]
    await rig.later(seconds=29)
    assert rig.workspace.called("conversations.history") == []
    await rig.later(seconds=1)
    assert len(rig.workspace.called("conversations.history")) == 1
    (owed,) = await rig.notices()
    assert (owed.state, owed.ts) == ("sent", rig.card.ts)


async def test_a_card_found_behind_its_gap_is_brought_up_to_date(rig):
    (gap,) = await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "cut_after")
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await rig.later(seconds=30)
    assert "<@U0ALEX>" in rig.card.words
    assert len(rig.workspace.called("chat.update")) == 1


async def test_a_line_is_looked_for_in_its_thread(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    rig.workspace.fail_next("chat.postMessage", "cut_after")
    await rig.later(seconds=1)
    await rig.later(seconds=30)
    assert len(rig.workspace.called("conversations.replies")) == 1
    assert len(rig.workspace.messages(thread_ts=rig.card.ts)) == 1
    assert set(await rig.states()) == {"sent"}


@pytest.mark.parametrize(
    "failure", ["internal_error", "channel_not_found", "invalid_auth", 503, "ratelimited:9"]
)
async def test_while_the_channel_cannot_be_read_nothing_is_sent_again(rig, failure):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "cut_before")
    await rig.delivery.run_once()
    rig.workspace.fail_next("conversations.history", failure)
    await rig.later(seconds=30)
    assert await rig.states() == ["unknown"]
    assert rig.posts() == 1
    await rig.later(minutes=2)
    assert rig.posts() == 2
    assert await rig.states() == ["sent"]


async def test_without_the_right_to_read_what_is_certain_still_goes_out(rig):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "cut_before")
    await rig.delivery.run_once()
    rig.workspace.scopes.discard("channels:history")
    rig.workspace.fail_next("conversations.history", "missing_scope", times=3)
    await rig.later(seconds=30)
    await rig.found(2)
    await rig.later(seconds=1)
    assert sorted(await rig.states()) == ["sent", "unknown"]


async def test_an_update_may_be_repeated_without_looking(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    rig.workspace.fail_next("chat.update", "fatal_error")
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await rig.later(seconds=1)
    await rig.later(seconds=5)
    assert "<@U0ALEX>" in rig.card.words
    assert rig.workspace.called("conversations.history") == []


async def test_an_update_whose_sender_died_is_repeated_without_looking(rig, monkeypatch):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    await died(rig, monkeypatch, "update")
    await rig.later(seconds=60)
    assert "<@U0ALEX>" in rig.card.words
    assert rig.workspace.called("conversations.history") == []


async def test_a_refusal_that_makes_no_sense_of_a_post_is_looked_into(rig):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "message_not_found")
    await rig.delivery.run_once()
    assert await rig.states() == ["unknown"]


# ---------------------------------------------------------------- the sender dies


class Death(Exception):
    """The process is gone at this moment."""


async def died(rig: Rig, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Run a sender that dies at `step`, and start another one."""

    async def die(*_: object, **__: object) -> None:
        raise Death

    with monkeypatch.context() as patch:
        patch.setattr(Notices if step == "sent" else rig.gateway, step, die)
        with pytest.raises(Death):
            await rig.delivery.run_once()
    rig.delivery = rig.sender(holder="another")


@pytest.mark.parametrize("step", ["post", "sent"])
async def test_a_death_while_sending_neither_loses_nor_doubles(rig, monkeypatch, step):
    await rig.found(1)
    await died(rig, monkeypatch, step)
    assert await rig.states() == ["sending"]
    assert await rig.later(seconds=59) == 0
    await rig.later(seconds=1)
    assert len(rig.workspace.messages()) == 1
    assert rig.posts() == 1
    assert await rig.states() == ["sent"]


async def test_a_failure_of_our_own_ends_the_round_after_every_channel_had_its_turn(rig, monkeypatch):
    rig.workspace.add_channel("C0OTHER", "other")
    rig.delivery = rig.sender(store(), store("second", "C0OTHER"))
    await rig.found(1)
    await rig.found(2, store="second")
    post = rig.gateway.post

    async def half(channel, *args, **kwargs):
        if channel == HOME:
            raise Death
        return await post(channel, *args, **kwargs)

    monkeypatch.setattr(rig.gateway, "post", half)
    with pytest.raises(Death):
        await rig.delivery.run_once()
    assert len(rig.workspace.messages("C0OTHER")) == 1


# ---------------------------------------------------------------- deleted messages


async def test_a_deleted_card_is_posted_again_once_and_said_in_its_history(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    rig.workspace.delete(rig.card)
    async with rig.queue() as queue:
        await queue.snooze(gap.id, "U0ALEX", START + timedelta(hours=1))
    await rig.later(seconds=1)
    assert "<@U0ALEX>" in rig.card.words
    async with rig.queue() as queue:
        assert "reposted" in [event.code for event in await queue.history(gap.id)]
    rig.workspace.delete(rig.card)
    async with rig.queue() as queue:
        await queue.wake(gap.id, "U0ALEX")
    for _ in range(5):
        await rig.later(minutes=15)
    assert [
        message for message in rig.workspace.messages() if message.blocks and "Claim" in message.buttons
    ] == []


async def test_a_line_whose_card_was_deleted_brings_the_card_back(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    rig.workspace.fail_next("chat.update", "ratelimited:60")
    rig.workspace.delete(rig.card)
    await rig.later(seconds=1)
    await rig.later(seconds=10)
    said = [message.words for message in rig.workspace.messages(thread_ts=rig.card.ts)]
    assert said.count("<@U0ALEX> claimed it.") == 1
    assert len(rig.workspace.called("chat.update")) == 1
    assert set(await rig.states()) == {"sent"}


@pytest.mark.parametrize("moved", [False, True], ids=["same channel", "the store has another channel by now"])
async def test_a_line_that_may_stand_below_a_deleted_card_is_looked_for_there_before_it_is_said_again(
    rig, moved
):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    first = rig.card
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    rig.workspace.fail_next("chat.postMessage", "cut_after")
    await rig.later(seconds=1)
    rig.workspace.delete(first)
    async with rig.queue() as queue:
        await queue.snooze(gap.id, "U0ALEX", START + timedelta(hours=9))
    home = rig.workspace.add_channel("C0SECOND11", "second").id if moved else HOME
    if moved:
        rig.delivery = rig.sender(store(channel=home))
    for seconds in (1, 30, 60):
        await rig.later(seconds=seconds)
    [card] = rig.workspace.messages(home)
    assert card.ts != first.ts
    places = ((HOME, first.ts), (home, card.ts))
    said = [each.words for at, ts in places for each in rig.workspace.messages(at, thread_ts=ts)]
    assert said.count("<@U0ALEX> claimed it.") == 1
    assert set(await rig.states()) == {"sent"}


async def test_a_line_whose_thread_was_given_up_is_given_up(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    rig.workspace.fail_next("chat.update", "edit_window_closed")
    rig.workspace.fail_next("chat.postMessage", "thread_not_found")
    await rig.later(seconds=1)
    assert await rig.states() == ["dead", "dead"]


async def test_a_line_waits_while_its_storm_is_posted_again(rig, monkeypatch):
    gap, *_ = await rig.found(1, 2, 3, 4, 5, 6)
    await rig.delivery.run_once()
    first = rig.card.ts
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")
    rig.workspace.fail_next("chat.postMessage", "thread_not_found")
    rig.workspace.fail_next("chat.postMessage", "is_archived")
    await rig.later(seconds=1)
    await rig.later(seconds=5)
    assert await rig.later(seconds=30)
    *_, second = rig.workspace.messages()
    assert second.ts != first
    assert len(rig.workspace.messages(thread_ts=second.ts)) == 1


# ---------------------------------------------------------------- one sender a channel


async def test_two_senders_send_each_message_once(rig):
    await rig.found(*range(1, 6))
    await rig.found(*range(6, 11))
    senders = [rig.sender(holder=f"sender {number}") for number in range(2)]
    for _ in range(3):
        await asyncio.gather(*(sender.run_once() for sender in senders))
        rig.clock.move(seconds=1)
    assert len(rig.workspace.messages()) == 10
    assert rig.posts() == 10


async def test_a_channel_that_another_sender_has_is_left_alone(rig):
    await rig.found(1)
    async with rig.database.write() as session:
        await Leases(session, START).take(LEASE, "elsewhere", timedelta(minutes=5))
    assert await rig.delivery.run_once() == 0
    assert await rig.states() == ["ready"]
    assert await rig.later(minutes=5) == 1


async def test_a_channel_is_given_back_when_nothing_is_left_to_send(rig):
    await rig.found(1)
    await rig.delivery.run_once()
    async with rig.database.write() as session:
        assert await Leases(session, rig.clock.now()).take(LEASE, "elsewhere", timedelta(minutes=5))


async def stolen(rig: Rig) -> None:
    """Let the lease run out and another sender take it."""
    rig.clock.move(minutes=2)
    async with rig.database.write() as session:
        assert await Leases(session, rig.clock.now()).take(LEASE, "elsewhere", timedelta(minutes=5))


async def test_a_sender_that_lost_its_lease_sends_nothing(rig, monkeypatch):
    await rig.found(1)
    draw = sending.drawing.draw

    async def slow(*args, **known):
        letter = await draw(*args, **known)
        await stolen(rig)
        return letter

    monkeypatch.setattr(sending.drawing, "draw", slow)
    assert await rig.delivery.run_once() == 0
    assert rig.posts() == 0
    assert await rig.states() == ["sending"]


async def test_a_sender_that_lost_its_lease_while_looking_leaves_the_rest_to_the_next(rig, monkeypatch):
    await rig.found(1)
    rig.workspace.fail_next("chat.postMessage", "cut_before")
    await rig.delivery.run_once()
    find = rig.gateway.find

    async def slow(*args, **known):
        await stolen(rig)
        return await find(*args, **known)

    monkeypatch.setattr(rig.gateway, "find", slow)
    await rig.later(seconds=30)
    assert await rig.states() == ["sending"]


async def test_one_sender_asked_twice_at_once_sends_once(rig):
    await rig.found(1)
    assert sorted(await asyncio.gather(rig.delivery.run_once(), rig.delivery.run_once())) == [0, 1]


async def test_a_channel_that_is_being_sent_to_is_not_begun_again(rig):
    await rig.found(1)
    rig.delivery._busy.add(HOME)
    assert await rig.delivery._drain(HOME, ["main"], None) == 0
    assert await rig.states() == ["ready"]


# ---------------------------------------------------------------- what cannot be drawn


async def test_what_cannot_be_drawn_holds_up_nothing_else(rig, monkeypatch):
    await rig.found(1, 2)
    card = cards.card

    def broken(gap: Gap, now: datetime):
        if gap.order == "#1":
            raise KeyError("a field that is not there")
        return card(gap, now)

    monkeypatch.setattr(cards, "card", broken)
    with capture_logs() as logs:
        assert await rig.delivery.run_once() == 1
    assert "#2" in rig.card.words
    assert [one.error for one in await rig.notices() if one.state == "retry"] == ["not drawn: KeyError"]
    assert any(line["log_level"] == "error" for line in logs)
    monkeypatch.setattr(cards, "card", card)
    assert await rig.later(seconds=5) == 1


async def test_a_card_whose_gap_is_gone_is_given_up(rig, monkeypatch):
    await rig.found(1)

    async def gone(*_: object) -> None:
        return None

    monkeypatch.setattr(Queue, "get", gone)
    await rig.delivery.run_once()
    (owed,) = await rig.notices()
    assert (owed.state, owed.error) == ("dead", "what it was about no longer exists")


async def test_a_line_whose_event_is_gone_is_given_up(rig, monkeypatch):
    (gap,) = await rig.found(1)
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0ALEX")

    async def none(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(Queue, "history", none)
    await rig.delivery.run_once()
    assert sorted(await rig.states()) == ["dead", "sent"]


# ---------------------------------------------------------------- the loop


@asynccontextmanager
async def running(rig: Rig) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(rig.delivery.run(stop))
    yield stop
    stop.set()
    await asyncio.wait_for(task, 10)


async def test_a_nudge_sends_at_once(rig, monkeypatch):
    monkeypatch.setattr(delivery, "LOOK_EVERY", 3600)
    async with running(rig):
        await rig.found(1)
        rig.delivery.nudge()
        await rig.workspace.wait_for(rig.workspace.messages)


async def test_a_nudge_may_come_from_another_thread(rig, monkeypatch):
    monkeypatch.setattr(delivery, "LOOK_EVERY", 3600)
    async with running(rig):
        await rig.found(1)
        thread = threading.Thread(target=rig.delivery.nudge)
        thread.start()
        await rig.workspace.wait_for(rig.workspace.messages)
        thread.join()


async def test_without_a_nudge_it_looks_by_itself(rig, monkeypatch):
    monkeypatch.setattr(delivery, "LOOK_EVERY", 0.01)
    async with running(rig):
        await rig.found(1)
        await rig.workspace.wait_for(rig.workspace.messages)


def test_a_nudge_before_and_after_the_loop_is_harmless():
    sender = Delivery(None, None, ManualClock(START), (), holder="here")
    sender.nudge()
    sender._loop = asyncio.new_event_loop()
    sender._loop.close()
    sender.nudge()


async def test_a_database_that_is_away_is_one_line_and_asked_ever_more_rarely(rig, monkeypatch):
    away = OperationalError("SELECT", {}, Exception("connection refused\nIs the server running?"))
    owed, looks = rig.delivery._owed, []

    async def look() -> dict[str, list[str]]:
        looks.append(asyncio.get_running_loop().time())
        if len(looks) <= 4:
            raise away
        return await owed()

    monkeypatch.setattr(delivery, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(rig.delivery, "_owed", look)
    await rig.found(1)
    with capture_logs() as logs:
        stop = asyncio.Event()
        sending = asyncio.create_task(rig.delivery.run(stop))
        await rig.workspace.wait_for(rig.workspace.messages)
        stop.set()
        await sending
    waits = [after - before for before, after in pairwise(looks[:5])]
    assert waits == sorted(waits)
    assert waits[-1] >= 0.16
    assert [(log["event"], log["error"]) for log in logs[:4]] == [
        ("the database does not answer; what is owed waits in it", "connection refused")
    ] * 4
    assert "exc_info" not in logs[0]


async def test_a_broken_round_is_counted_and_the_next_one_goes_on(rig, monkeypatch):
    def count() -> float:
        return REGISTRY.get_sample_value("stuck_delivery_failures_total") or 0.0

    before, owed, broke = count(), rig.delivery._owed, asyncio.Event()

    async def broken() -> None:
        monkeypatch.setattr(rig.delivery, "_owed", owed)
        broke.set()
        raise Death

    monkeypatch.setattr(delivery, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(rig.delivery, "_owed", broken)
    await rig.found(1)
    with capture_logs() as logs:
        async with running(rig):
            await asyncio.wait_for(broke.wait(), 10)
            await rig.workspace.wait_for(rig.workspace.messages)
    assert count() == before + 1
    assert any(line["log_level"] == "error" for line in logs)


async def test_a_stop_lets_the_message_in_hand_arrive_and_no_other(rig, monkeypatch):
    await rig.found(1, 2, 3)
    stop = asyncio.Event()
    post = rig.gateway.post

    async def last(*args, **kwargs):
        stop.set()
        return await post(*args, **kwargs)

    monkeypatch.setattr(rig.gateway, "post", last)
    await asyncio.wait_for(rig.delivery.run(stop), 10)
    assert len(rig.workspace.messages()) == 1
    assert sorted(await rig.states()) == ["ready", "ready", "sent"]


async def test_a_snooze_that_ends_is_said_within_a_minute(rig):
    (gap,) = await rig.found(1)
    async with rig.queue() as queue:
        await queue.snooze(gap.id, "U0ALEX", START + timedelta(minutes=10))
    await rig.delivery.run_once()
    rig.clock.move(minutes=10)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        assert [event.code for event in await queue.history(gap.id)][-1] == "snooze_ended"


async def test_snoozes_are_looked_at_once_a_minute(rig, monkeypatch):
    woken = []
    wake = Queue.wake_due

    async def counted(queue: Queue) -> int:
        woken.append(1)
        return await wake(queue)

    monkeypatch.setattr(Queue, "wake_due", counted)
    for _ in range(121):
        await rig.later(seconds=1)
    assert len(woken) == 3


# ---------------------------------------------------------------- words to one person


async def given(rig, to: str = "U0BO") -> Gap:
    """One gap on its card that somebody has just been given."""
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    async with rig.queue() as queue:
        await queue.assign(gap.id, "U0ALEX", to)
    return gap


def direct(rig, user: str = "U0BO") -> list[str]:
    return [one.words for one in rig.workspace.messages(rig.workspace.dm(user).id)]


async def word(rig) -> Notice:
    (found,) = [one for one in await rig.notices() if one.kind == "word"]
    return found


async def test_a_word_goes_to_its_person_with_a_link_to_the_card(rig):
    await given(rig)
    await rig.delivery.run_once()
    [said] = direct(rig)
    assert said.startswith("<@U0ALEX> gave it to you.")
    assert f"https://pretend.example/archives/{HOME}/p{rig.card.ts.replace('.', '')}|See its card>" in said
    sent = await word(rig)
    assert (sent.state, sent.channel) == ("sent", rig.workspace.dm("U0BO").id)


async def test_a_card_in_a_storms_thread_is_linked_there(rig):
    gaps = await rig.found(*range(1, 8))
    await rig.later(minutes=1)
    async with rig.queue() as queue:
        await queue.assign(gaps[0].id, "U0ALEX", "U0BO")
    await rig.later(minutes=1)
    [parent] = rig.workspace.messages()
    assert f"?thread_ts={parent.ts}&amp;cid={HOME}|See its card>" in direct(rig)[0]


@pytest.mark.parametrize("how", ["cut_after", "timeout_after", "cut_before", "internal_error", 503])
async def test_whatever_happened_to_a_word_it_is_said_once(rig, how):
    low = Judged("order:9", "9", "#9", (replace(finding(9), severity=Severity.LOW),))
    async with rig.queue() as queue:
        (gap,) = (await queue.apply("main", [low])).opened
        await queue.assign(gap.id, "U0ALEX", "U0BO")
    assert [one.kind for one in await rig.notices()] == ["word"]
    await rig.gateway.site()
    rig.gateway.client.timeout = 1
    rig.workspace.fail_next("chat.postMessage", how)
    for _ in range(4):
        await rig.later(minutes=2)
    assert len(direct(rig)) == 1
    assert (await word(rig)).state == "sent"


async def test_a_word_of_which_nobody_knows_whether_it_arrived_is_looked_for_where_it_would_stand(rig):
    await given(rig)
    await rig.later(minutes=1)
    async with rig.database.write() as session:
        connection = await session.connection()
        mine = NOTICES.c.kind == "word"
        await connection.execute(NOTICES.update().where(mine).values(state="unknown", ts=None, channel=None))
    await rig.later(minutes=1)
    assert len(direct(rig)) == 1
    [looked] = rig.workspace.called("conversations.history")
    assert looked.arguments["channel"] == rig.workspace.dm("U0BO").id
    assert (await word(rig)).state == "sent"


@pytest.mark.parametrize("scope", ["im:write", "im:history"])
async def test_what_cannot_be_looked_for_is_not_said_twice(rig, scope):
    await given(rig)
    rig.workspace.scopes -= {scope}
    await rig.later(minutes=1)
    async with rig.database.write() as session:
        connection = await session.connection()
        mine = NOTICES.c.kind == "word"
        await connection.execute(NOTICES.update().where(mine).values(state="unknown", ts=None, channel=None))
    await rig.later(minutes=1)
    assert (await word(rig)).state == "dead"
    assert len(direct(rig)) == 1
    await rig.found(2)
    assert await rig.later(minutes=1) == 1, "nothing else is held up by it"


async def test_who_takes_no_messages_hears_of_it_in_the_thread_and_the_channel_goes_on(rig):
    rig.workspace.messages_tab = False
    await given(rig)
    await rig.found(2)
    await rig.delivery.run_once()
    assert direct(rig) == []
    await rig.later(seconds=10)
    card = next(one for one in rig.workspace.messages() if "#1" in one.words)
    replies = [one.words for one in rig.workspace.messages(thread_ts=card.ts) if one.ts != card.ts]
    assert sum(said.startswith("<@U0BO>\n<@U0ALEX> gave it to you.") for said in replies) == 1
    assert len(rig.workspace.messages()) == 2
    assert rig.gateway.trouble == {}, "nothing is wrong with the channel"


async def test_who_takes_no_messages_hears_nothing_of_a_gap_without_a_card(rig):
    rig.workspace.messages_tab = False
    low = Judged("order:9", "9", "#9", (replace(finding(9), severity=Severity.LOW),))
    async with rig.queue() as queue:
        (gap,) = (await queue.apply("main", [low])).opened
        await queue.assign(gap.id, "U0ALEX", "U0BO")
    await rig.delivery.run_once()
    assert (await word(rig)).state == "dead"


async def test_a_workspace_that_does_not_say_its_address_costs_the_link_and_nothing_else(rig):
    await given(rig)
    rig.workspace.fail_next("auth.test", "internal_error", times=9)
    await rig.delivery.run_once()
    [said] = direct(rig)
    assert "See its card" not in said


async def test_a_reminder_that_is_moot_when_it_could_go_is_given_up(rig):
    gap = await given(rig)
    await rig.later(minutes=1)
    async with rig.database.write() as session:
        looked = Ownership(session, rig.clock.now())
        assert await looked.remind([await Queue(session, rig.clock.now()).get(gap.id)]) == 1
    async with rig.queue() as queue:
        await queue.release(gap.id, "U0BO")
    await rig.later(minutes=1)
    assert len(direct(rig)) == 1
    assert [one.error for one in await rig.notices() if one.kind == "word"][
        -1
    ] == "what it was about no longer exists"


async def test_a_call_for_what_somebody_has_by_now_is_given_up(rig):
    (gap,) = await rig.found(1)
    await rig.delivery.run_once()
    rig.clock.move(hours=5)
    async with rig.database.write() as session:
        assert await Ownership(session, rig.clock.now()).escalate([gap], "S0OPS") == 1
    async with rig.queue() as queue:
        await queue.claim(gap.id, "U0BO")
    await rig.delivery.run_once()
    assert not any("S0OPS" in one.words for one in rig.workspace.messages(thread_ts=rig.card.ts))
