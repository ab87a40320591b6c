"""The heartbeat over real HTTP: called while all is well, by one process, and whatever happens only logged."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot import heartbeat
from bot.clock import ManualClock
from bot.health import Health
from bot.heartbeat import EVERY, LEASE_SECONDS, Heartbeat
from storage.database import Database

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


class Listener:
    """Stands for the service that raises the alarm: counts calls, and answers with what the test says."""

    def __init__(self):
        self.calls: list[str] = []
        self.status = "200 OK"
        self.silent = False
        self.url = ""

    async def answer(self, reader, writer):
        if self.silent:
            await reader.read()
        else:
            self.calls.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0].decode())
            writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()


@pytest.fixture
async def listener(anyio_backend, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    listener = Listener()
    server = await asyncio.start_server(listener.answer, "127.0.0.1", 0)
    listener.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/tell-nobody"
    yield listener
    server.close()
    await server.wait_closed()


class Bot:
    """Processes that share a database, and a health that tests change."""

    def __init__(self, database: Database, url: str):
        self.database, self.url = database, url
        self.clock = ManualClock(NOON)
        self.health = Health(live=True)

    async def look(self) -> Health:
        return self.health

    def process(self, name: str) -> Heartbeat:
        return Heartbeat(SecretStr(self.url), self.look, self.database, self.clock, name)

    async def beat(self, name: str = "one") -> bool:
        return await self.process(name).beat()


@pytest.fixture
async def bot(listener, new_file):
    database = Database(new_file("stuck.db"))
    yield Bot(database, listener.url)
    await database.close()


async def test_while_all_is_well_the_address_is_called(bot, listener):
    assert await bot.beat()
    bot.clock.move(seconds=EVERY.total_seconds())
    assert await bot.beat()
    assert listener.calls == ["GET /tell-nobody HTTP/1.1"] * 2


@pytest.mark.parametrize(
    "health",
    [Health(live=False), Health(live=True, problems=("Gaps without a card: 1.",))],
    ids=["not alive", "not ready"],
)
async def test_while_anything_is_wrong_nobody_is_called_and_the_log_says_why(bot, listener, health):
    bot.health = health
    with capture_logs() as lines:
        assert not await bot.beat()
    assert listener.calls == []
    assert [line["problems"] for line in lines] == ["; ".join(health.problems)]


async def test_of_many_processes_one_calls(bot, listener):
    assert [await bot.beat(name) for name in ("one", "two", "three", "one")] == [True, False, False, True]
    assert len(listener.calls) == 2


async def test_when_the_one_that_calls_dies_another_takes_over(bot, listener):
    await bot.beat("one")
    bot.clock.move(seconds=LEASE_SECONDS - 1)
    assert not await bot.beat("two")
    bot.clock.move(seconds=1)
    assert await bot.beat("two")
    assert not await bot.beat("one")


async def test_the_lease_outlasts_a_missed_beat():
    assert timedelta(seconds=LEASE_SECONDS) > 2 * EVERY


async def test_the_calling_process_that_sees_something_wrong_hides_behind_no_other(bot, listener):
    await bot.beat("one")
    bot.health = Health(live=True, problems=("Slack's socket is silent.",))
    await bot.beat("one")
    bot.health = Health(live=True)
    assert not await bot.beat("two")
    assert len(listener.calls) == 1


@pytest.mark.parametrize("status", ["500 Oops", "404 Not Found", "302 Found"])
async def test_a_refused_call_is_logged_without_the_address(bot, listener, status):
    listener.status = status
    with capture_logs() as lines:
        assert not await bot.beat()
    assert [line["status"] for line in lines] == [int(status[:3])]
    assert "tell-nobody" not in str(lines)


async def test_a_listener_that_is_away_is_logged_without_the_address(bot, unused_port):
    bot.url = f"http://127.0.0.1:{unused_port}/tell-nobody"
    with capture_logs() as lines:
        assert not await bot.beat()
    assert [line["error"] for line in lines] == ["ConnectError"]
    assert "tell-nobody" not in str(lines)


async def test_a_listener_that_never_answers_is_given_up(bot, listener, monkeypatch):
    assert heartbeat.TIMEOUT == 10
    monkeypatch.setattr(heartbeat, "TIMEOUT", 0.05)
    listener.silent = True
    with capture_logs() as lines:
        async with asyncio.timeout(2):
            assert not await bot.beat()
    assert [line["event"] for line in lines] == ["the heartbeat did not get through"]


async def test_a_database_that_is_away_is_no_heartbeat_and_no_error(bot, listener, unused_port):
    bot.database = away = Database(f"postgresql://stuck@127.0.0.1:{unused_port}/stuck")
    with capture_logs() as lines:
        assert not await bot.beat()
    await away.close()
    assert [line["error"] for line in lines] == ["OperationalError"]
    assert listener.calls == []
