"""Socket Mode against the pretend Slack: connecting, noticing a dead line, stopping."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from slack_bolt.async_app import AsyncApp
from structlog.testing import capture_logs

from bot.clock import SystemClock
from bot.errors import SlackRefused
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN, Workspace
from bot.slack import socket
from bot.slack.gateway import build_client
from bot.slack.socket import SocketMode

pytestmark = pytest.mark.anyio

PATIENCE = 10
"""Wall seconds within which anything that a test waits for must happen."""


class Line:
    """The bot's end and Slack's end of the socket."""

    def __init__(self, workspace: Workspace, server: SandboxServer):
        self.workspace = workspace
        self.server = server
        self.app = AsyncApp(name="pretend", client=build_client(BOT_TOKEN, f"{server.url}/slack/api/"))
        self.stop = asyncio.Event()
        self.release = asyncio.Event()
        self.release.set()
        self.received = asyncio.Event()
        self.app.command("/stuck")(self.command)
        self.socket = SocketMode(self.app, APP_TOKEN, look_every=0.05, silence=0.4, patience=1)
        self.task: asyncio.Task[None] | None = None

    async def command(self, ack):
        self.received.set()
        await self.release.wait()
        await ack()

    def start(self) -> None:
        self.task = asyncio.create_task(self.socket.run(self.stop))

    async def until(self, condition) -> None:
        """Wait for something that real sockets bring about."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110  # a socket's death raises no event to wait for
                await asyncio.sleep(0.01)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    workspace = Workspace(SystemClock())
    server = SandboxServer(None, workspace)
    await server.start()
    line = Line(workspace, server)
    yield line
    line.stop.set()
    if line.task is not None:
        await asyncio.wait([line.task], timeout=PATIENCE)
    await server.stop()


async def test_a_command_reaches_its_listener(line):
    line.start()
    await line.workspace.socket.connected()
    ack = await line.workspace.command("/stuck", "help")
    assert ack.ok


async def test_a_connection_is_healthy_and_says_since_when(line):
    before = datetime.now(UTC)
    assert not line.socket.healthy()
    assert line.socket.last_seen is None
    line.start()
    await line.until(line.socket.healthy)
    assert line.socket.connected_since is not None
    assert before <= line.socket.connected_since <= datetime.now(UTC)
    assert line.socket.last_seen is not None
    assert datetime.now(UTC) - line.socket.last_seen < timedelta(seconds=1)
    assert line.socket.trouble is None


async def test_a_line_that_looks_alive_and_hears_nothing_is_replaced(line):
    line.start()
    await line.until(line.socket.healthy)
    line.server.freeze()
    await line.until(lambda: len(line.workspace.called("apps.connections.open")) > 1)
    await line.until(line.socket.healthy)
    ack = await line.workspace.command("/stuck")
    assert ack.ok


async def test_a_silent_socket_is_told_to_health_and_a_heard_one_is_not(line):
    silent = ["Slack's socket is silent: no click and no command arrives."]
    assert line.socket.troubles() == silent
    line.socket = SocketMode(line.app, APP_TOKEN, look_every=PATIENCE)
    line.start()
    await line.until(line.socket.healthy)
    assert line.socket.troubles() == []
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        assert not line.socket.healthy()
        assert line.socket.troubles() == silent


async def test_why_the_socket_is_silent_is_told_with_slacks_code(line):
    line.workspace.fail_next("apps.connections.open", 503)
    line.start()
    await line.until(lambda: line.socket.trouble is not None)
    assert line.socket.troubles() == [
        "Slack's socket is silent (http_error): no click and no command arrives."
    ]


async def test_a_connection_that_slack_ends_without_a_word_comes_back(line):
    line.start()
    await line.until(line.socket.healthy)
    await line.workspace.socket.drop(quietly=True)
    await line.until(lambda: len(line.workspace.called("apps.connections.open")) > 1)
    await line.until(lambda: line.workspace.socket.connections and line.socket.healthy())
    assert (await line.workspace.command("/stuck")).ok


async def test_a_reconnection_that_hangs_in_the_library_is_given_up(line, monkeypatch):
    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    line.start()
    await line.until(line.socket.healthy)
    monkeypatch.setattr(line.socket._connection.client, "connect_to_new_endpoint", hang)
    await line.workspace.socket.drop()
    await line.until(lambda: len(line.workspace.called("apps.connections.open")) > 1)
    await line.until(line.socket.healthy)
    assert (await line.workspace.command("/stuck")).ok


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("invalid_auth", "connections:write"),
        ("not_allowed_token_type", "begins with xapp-"),
        ("brand_new_refusal", "SLACK_APP_TOKEN"),
    ],
)
async def test_a_refused_app_token_ends_the_start_with_advice(line, code, advice):
    line.workspace.fail_next("apps.connections.open", code)
    with pytest.raises(SlackRefused, match=advice) as caught:
        await line.socket.run(line.stop)
    assert str(caught.value).startswith(f"Slack refuses SLACK_APP_TOKEN: {code}.")
    assert APP_TOKEN not in str(caught.value)


async def test_a_token_refused_later_is_trouble_and_not_the_end(line):
    line.start()
    await line.until(line.socket.healthy)
    line.workspace.tokens[APP_TOKEN] = "token_revoked"
    await line.workspace.socket.drop(quietly=True)
    await line.until(lambda: line.socket.trouble)
    assert line.socket.trouble.code == "token_revoked"
    assert not line.socket.healthy()
    line.workspace.tokens[APP_TOKEN] = None
    await line.until(line.socket.healthy)


async def test_slack_may_be_away_at_the_start(line):
    line.workspace.fail_next("apps.connections.open", 503, times=3)
    with capture_logs() as logs:
        line.start()
        await line.until(line.socket.healthy)
    assert line.socket.trouble is None
    told = [log["code"] for log in logs if "no connection to Slack" in log["event"]]
    assert told == ["http_error"], "said once, however often it is tried"


async def test_a_socket_that_cannot_be_opened_is_asked_for_anew(line, monkeypatch):
    good, given = line.workspace.socket.ticket, []

    def ticket() -> str:
        given.append("lost" if not given else good())
        return given[-1]

    monkeypatch.setattr(line.workspace.socket, "ticket", ticket)
    line.start()
    await line.until(line.socket.healthy)


async def test_stopping_closes_the_connection(line):
    line.start()
    await line.until(line.socket.healthy)
    line.stop.set()
    await asyncio.wait_for(line.task, PATIENCE)
    await line.until(lambda: not line.workspace.socket.connections)
    assert not line.socket.healthy()
    assert line.socket.connected_since is None


async def test_stopping_lets_an_answer_in_hand_go_out(line):
    line.start()
    await line.until(line.socket.healthy)
    line.release.clear()
    command = asyncio.create_task(line.workspace.command("/stuck"))
    await asyncio.wait_for(line.received.wait(), PATIENCE)
    line.stop.set()
    line.release.set()
    assert (await command).ok


async def test_a_connection_that_does_not_close_does_not_hold_up_the_stop(line, monkeypatch):
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    line.start()
    await line.until(line.socket.healthy)
    client = line.socket._connection.client
    monkeypatch.setattr(client, "disconnect", hang)
    monkeypatch.setattr(socket, "_CLOSE_SECONDS", 0.1)
    line.stop.set()
    await asyncio.wait_for(line.task, PATIENCE)
    for part in (client.message_processor, client.current_session_monitor, client.message_receiver):
        part.cancel()
    await client.current_session.close()


async def test_no_log_line_shows_the_ticket(line, monkeypatch, caplog):
    monkeypatch.setattr(line.workspace.socket, "ticket", lambda: "ticket-never-given")
    with caplog.at_level(logging.INFO):
        line.start()
        await line.until(lambda: line.socket.trouble)
    assert line.workspace.socket.refused
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("bot", "slack"))]
    assert any("Failed to connect" in line for line in ours)
    assert not any("ticket-never-given" in line for line in ours)


def test_the_sdk_says_no_more_than_was_asked_for_and_never_a_payload(monkeypatch):
    sdk = logging.getLogger("bot.slack.socket.sdk")
    said = []
    listening = logging.Handler()
    monkeypatch.setattr(listening, "emit", lambda record: said.append(record.getMessage()))
    monkeypatch.setattr(sdk, "handlers", [listening])
    monkeypatch.setattr(sdk, "propagate", False)
    for level in (logging.WARNING, logging.DEBUG):
        monkeypatch.setattr(logging.getLogger("bot"), "level", level)
        sdk.manager._clear_cache()
        sdk.debug("a payload")
        sdk.info("a session at level %s", level)
    sdk.manager._clear_cache()
    assert said == [f"a session at level {logging.DEBUG}"]
