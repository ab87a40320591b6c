"""The running product, built from settings against a pretend world: how it starts, lasts, refuses and ends."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot import schedule, wiring
from bot.clock import SystemClock
from bot.errors import DatabaseError, SlackRefused
from bot.sandbox.demo import Sandbox, open_sandbox
from bot.settings import Settings, load
from bot.slack import gateway
from storage.database import Database
from storage.queue import Queue

pytestmark = pytest.mark.anyio

EVERYTHING = frozenset({"slack", "socket", "http", "sources", "database"})
PATIENCE = 20
TWO_STORES = """\
[[stores]]
name = "main"
channel = "C0PRETEND1"
shopify.shop = "pretend-goods"
[[stores]]
name = "second"
channel = "C0PRETEND1"
[stores.shopify]
shop = "pretend-goods"
access_token_env = "SECOND_TOKEN"
"""


class Bot:
    """A pretend world, the settings that point there, and one command running against it."""

    def __init__(self, sandbox: Sandbox, folder: Path, port: int):
        self.sandbox, self.folder, self.port = sandbox, folder, port
        self.world, self.workspace, self.faults = sandbox.world, sandbox.workspace, sandbox.faults
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def settings(self, **more: str | None) -> Settings:
        environment: dict[str, str | None] = {
            **self.sandbox.environment(),
            "DATABASE_URL": f"sqlite:///{self.folder / 'stuck.db'}",
            "PORT": str(self.port),
            **more,
        }
        known = {name: value for name, value in environment.items() if value is not None}
        return load(known, self.folder, need=EVERYTHING)

    def start(self, command, **more: str) -> None:
        self.task = asyncio.create_task(command(self.settings(**more), stop=self.stop))

    async def end(self) -> float:
        """Ask it to stop; return how long it took."""
        began = time.monotonic()
        self.stop.set()
        assert self.task is not None
        await asyncio.wait_for(self.task, PATIENCE)
        return time.monotonic() - began

    def failed(self, name: str = "#5001") -> None:
        """An order whose parcel left five hours ago, and of which Shopify was never told."""
        order = self.world.order(name, age=timedelta(hours=9))
        self.world.import_order(order, age=timedelta(hours=8))
        self.world.label(order, age=timedelta(hours=5), notify="Refused")

    def card(self, name: str = "#5001"):
        tops = self.workspace.messages()
        everywhere = [one for top in tops for one in (top, *self.workspace.messages(thread_ts=top.ts))]
        return next((one for one in everywhere if name in one.words and one.buttons), None)

    async def posted(self):
        return await self.workspace.wait_for(self.card, timeout=PATIENCE)

    async def until(self, condition) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110  # what is waited for raises no event
                await asyncio.sleep(0.01)

    def database(self) -> Database:
        return Database(f"sqlite:///{self.folder / 'stuck.db'}")


@pytest.fixture
async def bot(anyio_backend, tmp_path, unused_port, monkeypatch):
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.1)
    async with open_sandbox(SystemClock(), alive=False, orders=3) as sandbox:
        bot = Bot(sandbox, tmp_path, unused_port)
        yield bot
        bot.stop.set()
        if bot.task is not None:
            await asyncio.wait([bot.task], timeout=PATIENCE)


# ---------------------------------------------------------------- it runs


async def test_run_reads_posts_listens_and_stops(bot):
    bot.failed()
    bot.start(wiring.run)
    card = await bot.posted()
    await bot.until(lambda: bot.workspace.socket.connections)
    assert (await bot.workspace.click(card, "Claim", "U0BO")).error is None
    await bot.workspace.wait_for(lambda: "<@U0BO>" in bot.card().words, timeout=PATIENCE)
    assert await bot.end() < 5
    await bot.until(lambda: not bot.workspace.socket.connections)


async def test_worker_reads_and_posts_and_opens_no_socket(bot):
    bot.failed()
    bot.start(wiring.worker)
    await bot.posted()
    await bot.end()
    assert bot.workspace.called("apps.connections.open") == []


async def test_the_heartbeat_begins_when_the_first_run_has_read_everything(bot, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(schedule, "BEAT_EVERY", timedelta(seconds=0.05))
    monkeypatch.setattr(schedule, "LOOK_EVERY", 0.05)
    for command in (wiring.worker, wiring.run):
        called = asyncio.Event()

        async def answer(reader, writer, called=called):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()
            called.set()

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as listener:
            port = listener.sockets[0].getsockname()[1]
            bot.stop = asyncio.Event()
            bot.start(
                command,
                HEARTBEAT_URL=f"http://127.0.0.1:{port}/beat",
                DATABASE_URL=f"sqlite:///{bot.folder / command.__name__}.db",
            )
            await asyncio.wait_for(called.wait(), PATIENCE)
            await bot.end()


async def test_a_silent_socket_stops_the_heartbeat(bot, monkeypatch):
    problems: list[tuple[str, ...]] = []
    looked = asyncio.Event()

    async def beat(self) -> bool:
        problems.append((await self.look()).problems)
        looked.set()
        return False

    monkeypatch.setattr(wiring.Heartbeat, "beat", beat)
    monkeypatch.setattr(schedule, "BEAT_EVERY", timedelta(seconds=0.05))
    monkeypatch.setattr(schedule, "LOOK_EVERY", 0.05)
    for _ in range(9):
        bot.workspace.fail_next("apps.connections.open", 503)
    bot.start(wiring.run, HEARTBEAT_URL="http://127.0.0.1:9/beat")
    await bot.until(lambda: looked.is_set() and "http_error" in str(problems[-1]))
    await bot.end()


async def test_what_a_closed_channel_keeps_back_is_told_and_goes_out_when_it_is_back(bot):
    bot.failed()
    await wiring.sync(bot.settings(), None)
    room = bot.workspace.channels[bot.workspace.channel]
    room.is_archived = True
    assert await wiring.deliver(bot.settings()) == 0
    [kept] = await wiring.kept(bot.settings(), "main")
    assert kept.text == "main: 2 messages are kept back, because Slack answers is_archived."
    assert await wiring.kept(bot.settings(), "second") == []
    room.is_archived = False
    database = bot.database()
    async with database.write() as session:
        await (await session.connection()).exec_driver_sql("UPDATE notices SET due_at = created_at")
    await database.close()
    assert await wiring.deliver(bot.settings()) == 2
    assert await wiring.kept(bot.settings(), "main") == []


async def test_web_answers_for_its_health_and_hears_clicks(bot):
    bot.failed()
    await wiring.sync(bot.settings(), None)
    await wiring.deliver(bot.settings())
    bot.start(wiring.web)
    url = f"http://127.0.0.1:{bot.port}"
    bot.workspace.use_http(f"{url}/slack/events")
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await _asked(client)
        assert (answer.status_code, answer.json()["problems"]) == (200, [])
        assert answer.json()["counts"]["gaps"] == {"open": 1, "claimed": 0, "snoozed": 0}
        assert (await bot.workspace.click(bot.card(), "Claim", "U0BO")).error is None
        async with asyncio.timeout(PATIENCE):
            while (await _asked(client)).json()["counts"]["gaps"]["claimed"] != 1:  # noqa: ASYNC110  # see `until`
                await asyncio.sleep(0.02)
    assert await bot.end() < 5


async def _asked(client: httpx.AsyncClient) -> httpx.Response:
    """Ask for health until somebody listens."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                return await client.get("/healthz")
            except httpx.ConnectError:
                await asyncio.sleep(0.02)


async def test_health_turns_to_503_and_back(bot, monkeypatch):
    bot.start(wiring.web)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{bot.port}", trust_env=False) as client:
        answer = await _asked(client)
        assert (answer.status_code, answer.json()["problems"]) == (503, ["main: not read completely yet."])
        assert (await client.get("/healthz/live")).status_code == 200
        await wiring.sync(bot.settings(), None)
        assert (await client.get("/healthz")).status_code == 200


async def test_the_demo_says_where_its_page_is_and_stops(monkeypatch):
    stop, told = asyncio.Event(), []
    monkeypatch.setattr(wiring, "asked_to_stop", lambda: stop)
    monkeypatch.setattr(schedule, "RUNS_END_WITHIN", 0.1)
    ready = asyncio.Event()

    def on_ready(url: str) -> None:
        told.append(url)
        ready.set()

    demo = asyncio.create_task(wiring.demo(port=0, seed=7, orders=3, on_ready=on_ready))
    await asyncio.wait_for(ready.wait(), PATIENCE)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(told[0])).status_code == 200
    stop.set()
    await asyncio.wait_for(demo, PATIENCE)


# ---------------------------------------------------------------- it stops


async def test_a_run_in_progress_does_not_hold_up_the_stop(bot):
    bot.faults.add("slow", system="shipstation", seconds=5.0, times=None)
    bot.start(wiring.run)
    await bot.until(lambda: bot.faults.requests["shipstation"])
    assert await bot.end() < 4


async def test_the_store_of_a_run_that_was_broken_off_is_free_at_once(bot):
    bot.faults.add("slow", system="shipstation", seconds=5.0)
    bot.start(wiring.worker)
    await bot.until(lambda: bot.faults.requests["shipstation"])
    await bot.end()
    [report] = await wiring.sync(bot.settings(), None)
    assert report.complete


async def test_slack_that_is_silent_at_the_start_does_not_hold_up_the_stop(bot):
    bot.workspace.fail_next("auth.test", "timeout")
    bot.start(wiring.run)
    await asyncio.sleep(0.5)
    assert not bot.task.done()
    assert await bot.end() < 3
    assert bot.faults.requests["shopify"] == 0


async def test_a_database_that_is_locked_does_not_hold_up_the_stop(bot, monkeypatch):
    monkeypatch.setattr(wiring, "LAST_SECONDS", 0.1)
    await wiring.upgrade(bot.settings())
    database = bot.database()
    async with database.write():
        bot.start(wiring.worker)
        await asyncio.sleep(0.2)
        assert not bot.task.done()
        assert await bot.end() < 4
    await database.close()


async def test_when_the_socket_is_refused_the_rest_ends_too(bot):
    bot.workspace.fail_next("apps.connections.open", "invalid_auth")
    bot.start(wiring.run)
    with pytest.raises(SlackRefused, match="SLACK_APP_TOKEN: invalid_auth"):
        await asyncio.wait_for(bot.task, PATIENCE)


# ---------------------------------------------------------------- it starts, or says why not


async def test_a_bad_bot_token_is_an_error_at_the_start(bot):
    for command in (wiring.run, wiring.web, wiring.worker):
        bot.start(command, SLACK_BOT_TOKEN="xoxb-wrong")
        with pytest.raises(SlackRefused, match="SLACK_BOT_TOKEN: invalid_auth") as refused:
            await asyncio.wait_for(bot.task, PATIENCE)
        assert "xoxb-wrong" not in str(refused.value)
    assert bot.faults.requests["shopify"] == 0


@pytest.mark.parametrize("failure", [503, "cut_before", "fatal_error", "ratelimited:3"])
async def test_slack_that_is_unwell_at_the_start_is_waited_for(bot, failure):
    bot.failed()
    bot.workspace.fail_next("auth.test", failure)
    bot.start(wiring.worker)
    await bot.posted()
    await bot.end()


async def test_a_database_that_is_away_is_an_error_at_the_start(bot, unused_port):
    bot.start(wiring.run, DATABASE_URL=f"postgresql://stuck@127.0.0.1:{unused_port}/stuck")
    with pytest.raises(OperationalError):
        await asyncio.wait_for(bot.task, PATIENCE)


async def test_a_database_of_a_newer_version_is_refused_with_a_way_out(bot):
    await wiring.upgrade(bot.settings())
    database = bot.database()
    async with database.write() as session:
        await (await session.connection()).exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await database.close()
    for work in (wiring.sync(bot.settings(), None), wiring.upgrade(bot.settings())):
        with pytest.raises(DatabaseError, match=r"9999.*Run the newest version"):
            await work


async def test_upgrade_says_what_it_did(bot):
    assert (await wiring.upgrade(bot.settings())).startswith("The schema went from nothing to ")
    assert (await wiring.upgrade(bot.settings())).startswith("The schema is at ")


# ---------------------------------------------------------------- without Slack


async def test_sync_says_what_it_does_and_reads_only_the_store_it_is_told(bot):
    said: list[str] = []
    [report] = await wiring.sync(bot.settings(), "main", said.append)
    assert report.complete
    assert any("reading Shopify" in line for line in said)
    assert await wiring.sync(bot.settings(), "other") == []


async def test_an_existing_token_does_in_place_of_id_and_secret(bot):
    settings = bot.settings(
        SHOPIFY_CLIENT_ID=None, SHOPIFY_CLIENT_SECRET=None, SHOPIFY_ACCESS_TOKEN="shpat_pretend"
    )
    [report] = await wiring.sync(settings, None)
    assert report.complete


async def test_the_queue_can_be_narrowed(bot):
    bot.failed("#5001")
    bot.failed("#5002")
    await wiring.sync(bot.settings(), None)
    everything = await wiring.gaps(bot.settings(), None, None, None)
    assert {gap.order for gap in everything} == {"#5001", "#5002"}
    assert await wiring.gaps(bot.settings(), "resolved", None, None) == []
    assert await wiring.gaps(bot.settings(), "open", "main", "import.missing") == []


async def test_an_order_is_looked_up_in_every_store_that_knows_it(bot):
    (bot.folder / "stuck.toml").write_text(TWO_STORES)
    bot.failed()
    settings = bot.settings(SECOND_TOKEN="shpat_pretend")
    views = await wiring.order(settings, "5001", live=True)
    assert {(view.store, view.verdict) for view in views} == {("main", "gap"), ("second", "gap")}
    views = await wiring.order(settings, "7777", live=False)
    assert [view.verdict for view in views] == ["not_found", "not_found"]


async def test_a_gap_of_a_store_that_left_the_settings_cannot_be_rechecked(bot):
    bot.failed()
    await wiring.sync(bot.settings(), None)
    (bot.folder / "stuck.toml").write_text(TWO_STORES.replace('"main"', '"renamed"'))
    async with wiring.open_house(bot.settings(SECOND_TOKEN="shpat_pretend")) as house:
        async with house.database.read() as session:
            [gap] = await Queue(session, house.clock.now()).list()
        again = await house.recheck(gap.id)
        assert (again.still_there, again.error) == (
            None,
            "Its store is not in the settings any more.",
        )
        assert (await house.recheck("nowhere")).gap is None


async def test_a_gap_is_rechecked_at_both_sources(bot):
    bot.failed()
    async with wiring.open_house(bot.settings()) as house:
        await wiring.sync(bot.settings(), None)
        async with house.database.read() as session:
            [gap] = await Queue(session, house.clock.now()).list()
        before = bot.faults.requests.total()
        assert (await house.recheck(gap.id)).still_there is True
        assert bot.faults.requests.total() > before


async def test_a_second_process_leaves_the_store_to_the_first(bot):
    bot.faults.add("slow", system="shipstation", seconds=1.0)
    first = asyncio.create_task(wiring.sync(bot.settings(), None))
    await bot.until(lambda: bot.faults.requests["shipstation"])
    async with wiring.open_house(bot.settings()) as house:
        second = await wiring.reconcile(house.stores[0])
    assert second.skipped
    [report] = await first
    assert report.complete


async def test_deliver_with_a_token_that_slack_does_not_know_is_an_error(bot):
    bot.sandbox.workspace.tokens["xoxb-pretend"] = "invalid_auth"
    with pytest.raises(SlackRefused, match="SLACK_BOT_TOKEN"):
        await wiring.deliver(bot.settings())


async def test_deliver_sends_what_is_owed_once(bot):
    bot.failed()
    await wiring.sync(bot.settings(), None)
    assert await wiring.deliver(bot.settings()) == 2
    assert await wiring.deliver(bot.settings()) == 0
    assert bot.card() is not None


def test_the_patience_with_slack_at_the_start_is_shorter_than_a_restart():
    assert gateway.TIMEOUT <= 10
    assert wiring.LAST_SECONDS < 10
