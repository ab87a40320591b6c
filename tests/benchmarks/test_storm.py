"""A thousand gaps of one cause in one run: the parent stands within 5 s, nothing is dropped, clicks are as quick as ever."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from statistics import quantiles
from time import perf_counter

import pytest

from bot.clock import ManualClock, SystemClock
from bot.sandbox.demo import open_sandbox
from bot.settings import load
from bot.slack.message import actions, button
from bot.slack.socket import SocketMode
from bot.wiring import mouth, open_house
from storage.findings import Cause, Evidence, Finding, NextAction, Severity
from storage.gap import Judged
from storage.mirror import Mirror
from storage.notices import Notices
from storage.queue import Queue

pytestmark = pytest.mark.anyio

GAPS = 1000
PARENT_WITHIN = 5.0
TIMES = 3.0
STORM_SECONDS = 12.0
BACKLOG = 60
REFUSALS = 10


def found(now, n, cause="notification_failed"):
    said = Cause(cause, "confirmed", "ShipStation tried to tell Shopify and failed: “HTTP 500”")
    evidence = tuple(
        Evidence("shipstation", f"Field {place}", "what it says " * 3, now) for place in range(6)
    )
    todo = NextAction("resend", "Send the notification again.")
    finding = Finding("sync.unfulfilled", f"#{n}: stuck", Severity.HIGH, now, said, todo, evidence)
    return Judged(f"order:{n}", str(n), f"#{n}", (finding,))


@asynccontextmanager
async def listening(tmp_path, clock):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 'bench.db'}"}
    async with open_sandbox(clock, alive=False, orders=0) as sandbox:
        need = frozenset({"slack", "socket", "sources", "database"})
        settings = load(sandbox.environment() | environment, tmp_path, need=need)
        async with open_house(settings, clock) as house:
            slack, stop = mouth(house, socket_mode=True), asyncio.Event()
            socket = asyncio.create_task(SocketMode(slack.app, "xapp-pretend").run(stop))
            await sandbox.workspace.socket.connected()
            sandbox.workspace.pace.on = True
            try:
                yield sandbox.workspace, house, slack, stop
            finally:
                stop.set()
                await socket


async def prepare(house, shop, *, backlog=0):
    """Have a thousand orders in the mirror, and `backlog` cards of other causes owed to Slack."""
    name, now = house.stores[0].name, house.clock.now()
    numbers = range(GAPS)
    async with house.database.write() as session:
        mirror = Mirror(session, name)
        await mirror.save_orders([shop.order(n, GAPS) for n in numbers])
        await mirror.save_shipstation_orders([shop.shipstation_order(n, GAPS) for n in numbers])
        await mirror.save_shipments([one for n in numbers if (one := shop.shipment(n, GAPS))])
    async with house.database.write() as session:
        owed = [found(now, -n, f"other_{n}") for n in range(1, backlog + 1)]
        await Queue(session, now).apply(name, owed)


async def break_out(house, shop):
    """End a run with a thousand gaps of one cause."""
    name, now = house.stores[0].name, house.clock.now()
    judged = [found(now, int(shop.order(n, GAPS).id)) for n in range(GAPS)]
    async with house.database.write() as session:
        await Queue(session, now).apply(name, judged)


async def waits(house):
    async with house.database.read() as session:
        return len(await Queue(session, house.clock.now()).list(kind="sync.unfulfilled"))


async def click_for(workspace, seconds):
    """Press a button of a card again and again; return the seconds until each press was acknowledged."""
    told = [actions([button("Show history", "gap.history", "nothing:1")])]
    card = workspace.post(workspace.channel, "a card", told)
    took, began = [], perf_counter()
    while perf_counter() - began < seconds:
        pressed = perf_counter()
        ack = await workspace.click(card, "Show history")
        took.append(perf_counter() - pressed)
        assert ack.error is None
        await asyncio.sleep(0.02)
    return took


async def test_a_thousand_gaps_in_one_run(tmp_path, shop, report):
    async with listening(tmp_path, SystemClock()) as (workspace, house, slack, stop):
        sending = asyncio.create_task(slack.delivery.run(stop))
        quiet = await click_for(workspace, STORM_SECONDS / 2)
        await prepare(house, shop, backlog=BACKLOG)
        clicking = asyncio.create_task(click_for(workspace, STORM_SECONDS))
        await break_out(house, shop)
        ended = perf_counter()
        at_once = await waits(house)
        await workspace.wait_for(lambda: parents(workspace), timeout=60)
        stood = perf_counter() - ended
        busy = await clicking
        async with house.database.read() as session:
            owed = await Notices(session, house.clock.now()).counts()
        stop.set()
        await sending
    posts = [call for call in workspace.called("chat.postMessage") if call.arguments.get("metadata")]
    late, soon = quantiles(busy, n=100)[98], quantiles(quiet, n=100)[98]
    refused = [call for call in workspace.calls if call.status == 429]
    report(
        f"{GAPS:,} gaps of one cause in one run, behind {BACKLOG} cards that were owed",
        f"parent after {stood:.2f} s (at most {PARENT_WITHIN:.0f}); ack p99 {late * 1000:.1f} ms against "
        f"{soon * 1000:.1f} ms of a quiet bot ({late / soon:.2f}, at most {TIMES:.0f}); {len(refused)} times 429",
    )
    assert at_once == GAPS + BACKLOG
    assert stood <= PARENT_WITHIN
    assert late <= TIMES * soon
    assert refused == []
    assert sum(owed.values()) == GAPS + BACKLOG + 1
    assert len(posts) >= STORM_SECONDS / 2


def parents(workspace):
    return [one for one in workspace.messages() if f"{GAPS:,} new gaps" in one.words]


async def test_every_card_of_a_storm_is_sent_once_whatever_slack_refuses(tmp_path, shop, report):
    clock = ManualClock(shop.now)
    async with listening(tmp_path, clock) as (workspace, house, slack, _):
        await prepare(house, shop)
        await break_out(house, shop)
        workspace.failures = Mishaps()
        for _ in range(400):
            clock.move(seconds=30)
            if not await slack.delivery.run_once() and await all_sent(house):
                break
    [parent] = parents(workspace)
    cards = [one for one in workspace.messages(thread_ts=parent.ts) if "Claim" in one.buttons]
    minutes = (clock.now() - shop.now).total_seconds() / 60
    told = early(workspace)
    report(
        f"{GAPS:,} cards in one thread, with 429 and cut connections",
        f"{minutes:.0f} min of Slack's time; {told} calls too early after a 429",
    )
    assert len({one.words.split("·")[0] for one in cards}) == len(cards) == GAPS
    assert told == 0


class Mishaps:
    """Of every hundred posts one is refused, for a second longer each time, and one arrives without our hearing of it."""

    def __init__(self):
        self.posts = 0

    def take(self, method):
        self.posts += method == "chat.postMessage"
        if method != "chat.postMessage" or self.posts % 50 != 25:
            return None
        turn = self.posts // 100 + 1
        return "cut_after" if self.posts % 100 == 75 else f"ratelimited:{turn}"


async def all_sent(house):
    async with house.database.read() as session:
        return set(await Notices(session, house.clock.now()).counts()) == {"sent"}


def early(workspace):
    """Count the posts that were sent before the Retry-After of a 429 was over: one second, then two, and so on."""
    closed, count, refused = None, 0, 0
    for call in workspace.called("chat.postMessage"):
        count += closed is not None and call.at < closed
        if call.status == 429:
            refused += 1
            closed = call.at + timedelta(seconds=refused)
    assert refused >= REFUSALS
    return count
