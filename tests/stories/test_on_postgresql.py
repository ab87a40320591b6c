"""The key story on a real PostgreSQL, and several processes sharing one: each card exactly once."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.clock import ManualClock, SystemClock
from bot.reconcile import run as reconcile
from bot.sandbox.demo import Sandbox, open_sandbox
from bot.settings import load
from bot.slack.socket import SocketMode
from bot.stopping import listeners_end
from bot.wiring import House, Mouth, mouth, open_house
from storage.queue import Queue

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

TUESDAY_AT_TEN = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
STUCK = (sys.executable, "-c", "from bot.cli import main; main()")
PATIENCE = 60


class Shop:
    """A pretend world, and what its channel shows."""

    def __init__(self, sandbox: Sandbox):
        self.sandbox, self.world, self.workspace = sandbox, sandbox.world, sandbox.workspace

    def failed(self, name: str):
        """An order whose parcel left five hours ago, and of which Shopify was never told."""
        order = self.world.order(name, age=timedelta(hours=9))
        self.world.import_order(order, age=timedelta(hours=8))
        return self.world.label(order, age=timedelta(hours=5), notify="Refused")

    def cards(self, name: str):
        tops = self.workspace.messages()
        everywhere = [one for top in tops for one in (top, *self.workspace.messages(thread_ts=top.ts))]
        seen = {one.ts: one for one in everywhere}
        return [one for one in seen.values() if name in one.words and one.metadata and one.buttons]

    def card(self, name: str):
        [card] = self.cards(name)
        return card

    def posted_twice(self) -> list[str]:
        """The notices that were posted more than once."""
        posts = (call.arguments for call in self.workspace.called("chat.postMessage"))
        ids = Counter(post["metadata"]["event_payload"]["notice"] for post in posts)
        return [notice for notice, times in ids.items() if times > 1]


# ---------------------------------------------------------------- the story, told by hand


class Story(Shop):
    """One process whose time a test moves."""

    def __init__(self, sandbox: Sandbox, clock: ManualClock, house: House, slack: Mouth):
        super().__init__(sandbox)
        self.clock, self.house, self.slack = clock, house, slack

    async def run(self, **later: float) -> None:
        self.clock.move(**later)
        assert (await reconcile(self.house.stores[0])).complete
        await self.slack.delivery.run_once()

    async def settle(self) -> None:
        await listeners_end()
        await self.slack.delivery.run_once()

    async def click(self, name: str, button: str, user: str) -> None:
        assert (await self.workspace.click(self.card(name), button, user)).error is None
        await self.settle()

    async def states(self) -> dict[str | None, str]:
        async with self.house.database.read() as session:
            now = self.clock.now()
            gaps = await Queue(session, now).list(unresolved=False)
            return {gap.order: gap.state(now) for gap in gaps}


@pytest.fixture
async def story(anyio_backend: str, address: str, tmp_path: Path) -> AsyncIterator[Story]:
    clock = ManualClock(TUESDAY_AT_TEN)
    async with open_sandbox(clock, alive=False, orders=0) as sandbox:
        need = frozenset({"slack", "socket", "sources", "database"})
        settings = load(sandbox.environment() | {"DATABASE_URL": address}, tmp_path, need=need)
        async with open_house(settings, clock) as house:
            slack, stop = mouth(house, socket_mode=True), asyncio.Event()
            listening = asyncio.create_task(SocketMode(slack.app, "xapp-pretend").run(stop))
            await sandbox.workspace.socket.connected()
            story = Story(sandbox, clock, house, slack)
            await story.run(minutes=0)
            yield story
            stop.set()
            await listening


async def test_a_gap_is_claimed_snoozed_woken_and_heals_in_one_card(story):
    label = story.failed("#2001")
    await story.run(minutes=5)
    card = story.card("#2001")
    await story.click("#2001", "Claim", "U0BO")
    assert "<@U0BO>" in story.card("#2001").words
    assert await story.states() == {"#2001": "claimed"}

    await story.click("#2001", "Snooze", "U0BO")
    [modal] = story.workspace.modals("U0BO")
    [choice] = [block for block in modal.blocks if block["type"] == "input"][:1]
    await story.workspace.submit(modal, {choice["block_id"]: "1 hour"}, "U0BO")
    await story.settle()
    assert await story.states() == {"#2001": "snoozed"}
    story.clock.move(minutes=62)
    await story.settle()
    assert await story.states() == {"#2001": "claimed"}

    story.world.resend_notification(label)
    await story.run(minutes=5)
    healed = story.card("#2001") if story.cards("#2001") else story.workspace.message(card.ts)
    assert healed.ts == card.ts
    assert "Healed by itself" in healed.words
    assert await story.states() == {"#2001": "resolved"}
    assert story.posted_twice() == []


# ---------------------------------------------------------------- many processes


@asynccontextmanager
async def stuck(sandbox: Sandbox, folder: Path, *words: str, **more: str):
    """One `stuck` process; it is gone at the end, and has said what it said to its file."""
    environment = {"PATH": os.environ["PATH"], **sandbox.environment(), **more}
    process = await asyncio.create_subprocess_exec(
        *STUCK, *words, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def healthy(port: int) -> None:
    """Wait until the web process says that all is well."""
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200:
                    return
            except httpx.ConnectError:
                pass
            await asyncio.sleep(0.1)


async def test_one_web_and_two_workers_that_start_at_once_post_each_card_once(
    address: str, tmp_path: Path, unused_port: int
) -> None:
    names = [f"#500{number}" for number in range(1, 5)]
    async with open_sandbox(SystemClock(), alive=False, orders=20) as sandbox, AsyncExitStack() as processes:
        shop = Shop(sandbox)
        for name in names:
            shop.failed(name)
        known = {"DATABASE_URL": address, "PORT": str(unused_port)}
        web, *workers = [
            await processes.enter_async_context(stuck(sandbox, tmp_path, words, **known))
            for words in ("web", "worker", "worker")
        ]
        await shop.workspace.wait_for(lambda: all(map(shop.cards, names)), timeout=PATIENCE)
        await healthy(unused_port)
        shop.workspace.use_http(f"http://127.0.0.1:{unused_port}/slack/events")

        async def claimed(name: str) -> None:
            assert (await shop.workspace.click(shop.card(name), "Claim", "U0BO")).error is None
            await shop.workspace.wait_for(lambda: "<@U0BO>" in shop.card(name).words, timeout=PATIENCE)

        await asyncio.gather(*(claimed(name) for name in names[:3]))
        workers[0].send_signal(signal.SIGTERM)  # it hands its leases on; a killed one's end after a minute
        await asyncio.wait_for(workers[0].wait(), PATIENCE)
        await claimed(names[3])
        assert {name: len(shop.cards(name)) for name in names} == dict.fromkeys(names, 1)
        assert shop.posted_twice() == []
        for process in (web, workers[1]):
            process.send_signal(signal.SIGTERM)
            out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
            assert (process.returncode, out) == (0, b"")
            assert b"Traceback" not in err
