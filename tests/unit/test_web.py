"""HTTP mode over real HTTP: signatures, health, metrics."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import uvicorn
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import bot.slack.app  # defines the acknowledgement's histogram
from bot import web

pytestmark = pytest.mark.anyio

SECRET = "pretend-signing-secret"
COMMAND = {
    "command": "/stuck",
    "text": "help",
    "user_id": "U1",
    "team_id": "T1",
    "channel_id": "C1",
    "trigger_id": "1.2",
}


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):
        yield


@contextlib.asynccontextmanager
async def serving(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            yield client
        server.should_exit = True
        await task


async def authorize():
    return AuthorizeResult(
        enterprise_id=None, team_id="T1", bot_token="xoxb-pretend", bot_id="B1", bot_user_id="U0"
    )


class Bot:
    """A Bolt app that counts the commands which reach it, and a health report that tests change."""

    def __init__(self):
        self.commands = 0
        self.report: dict[str, Any] = {"live": True, "ready": True, "problems": []}
        self.app = AsyncApp(
            signing_secret=SECRET,
            client=AsyncWebClient(token="xoxb-pretend", base_url="http://127.0.0.1:9/"),
            authorize=authorize,
        )
        self.app.command("/stuck")(self.command)

    async def command(self, ack):
        self.commands += 1
        await ack("Help")

    async def health(self):
        return self.report


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
async def client(bot: Bot) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(web.build_web(bot.app, bot.health)) as client:
        yield client


def signed(body: bytes, *, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}",
        "content-type": "application/x-www-form-urlencoded",
    }


BODY = urlencode(COMMAND).encode()


async def test_a_signed_command_reaches_its_listener(client, bot):
    answer = await client.post("/slack/events", content=BODY, headers=signed(BODY))
    assert (answer.status_code, answer.text, bot.commands) == (200, "Help", 1)


async def test_slack_is_told_that_the_address_is_ours(client):
    body = json.dumps({"type": "url_verification", "challenge": "c1"}).encode()
    answer = await client.post(
        "/slack/events", content=body, headers={**signed(body), "content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()) == (200, {"challenge": "c1"})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(BODY, secret="another"),
        signed(BODY, at=0),
        {**signed(BODY), "x-slack-signature": "v0="},
        signed(BODY + b"&text=other"),
    ],
    ids=["none", "another secret", "decades old", "empty", "of another body"],
)  # fmt: skip
async def test_a_request_that_slack_did_not_sign_is_refused(client, bot, headers):
    answer = await client.post("/slack/events", content=BODY, headers=headers)
    assert (answer.status_code, bot.commands) == (401, 0)


@pytest.mark.parametrize("seconds", [-301, 330], ids=["too old", "from the future, with time to arrive"])
async def test_a_signature_holds_for_five_minutes(client, bot, seconds):
    answer = await client.post("/slack/events", content=BODY, headers=signed(BODY, at=time.time() + seconds))
    assert (answer.status_code, bot.commands) == (401, 0)


@pytest.mark.parametrize(
    "body", [b"x" * (web.LARGEST_BODY + 1), b"text=\xff\xfe"], ids=["too large", "not UTF-8"]
)
async def test_a_body_that_cannot_be_slacks_is_refused(client, bot, body):
    answer = await client.post("/slack/events", content=body, headers=signed(body))
    assert (answer.status_code, bot.commands) == (400, 0)


async def test_only_posts_are_events(client):
    assert (await client.get("/slack/events")).status_code == 405


async def test_health_is_the_report_and_its_status(client, bot):
    assert (await client.get("/healthz")).json() == bot.report
    bot.report = {"live": True, "ready": False, "problems": ["main: not read completely for too long."]}
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, bot.report)


async def test_a_bot_that_is_not_ready_is_still_alive(client, bot):
    bot.report = {"live": True, "ready": False}
    answer = await client.get("/healthz/live")
    assert (answer.status_code, answer.json()) == (200, {"live": True})


async def test_a_bot_without_its_database_is_not_alive(client, bot):
    bot.report = {"live": False, "ready": False}
    assert (await client.get("/healthz/live")).status_code == 503


async def test_a_health_check_that_fails_is_an_answer_without_details(bot):
    async def broken() -> dict[str, Any]:
        raise RuntimeError("postgresql://user:password@host/name")

    async with serving(web.build_web(bot.app, broken)) as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The health check failed: RuntimeError."]


async def test_a_health_check_that_hangs_is_cut_short(bot, monkeypatch):
    async def hanging() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(web, "HEALTH_SECONDS", 0.01)
    async with serving(web.build_web(bot.app, hanging)) as client:
        assert (await client.get("/healthz")).status_code == 503


async def test_prometheus_can_read_what_health_knows(client, bot):
    bot.report = {"live": True, "ready": False, "counts": {"notices": {"ready": 3}, "gaps": {"open": 2}}}
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = answer.text.splitlines()
    assert "stuck_ready 0.0" in lines
    assert 'stuck_count{of="notices",state="ready"} 3.0' in lines
    assert any(line.startswith("# TYPE stuck_slack_calls_total counter") for line in lines)


async def test_a_state_that_is_gone_leaves_the_metrics(client, bot):
    bot.report = {"live": True, "ready": True, "counts": {"gaps": {"open": 2}}}
    await client.get("/metrics")
    bot.report = {"live": True, "ready": True}
    assert "stuck_count{" not in (await client.get("/metrics")).text


STORE = {
    "fresh": True,
    "complete_at": "2026-11-18T12:00:00+00:00",
    "error": None,
    "runs": {"complete": 11, "incomplete": 1, "broken_off": 0},
    "seconds": 4.5,
    "requests": {"shopify": 40, "shipstation": 24},
}


async def test_prometheus_can_read_gaps_by_kind_and_state_and_each_stores_runs(client, bot):
    bot.report = {
        "live": True,
        "ready": True,
        "kinds": {"import.missing": {"claimed": 2}},
        "stores": {"main": STORE},
    }
    lines = (await client.get("/metrics")).text.splitlines()
    wanted = [
        'stuck_gaps{kind="import.missing",state="claimed"} 2.0',
        'stuck_recent_runs{outcome="incomplete",store="main"} 1.0',
        'stuck_last_run_seconds{store="main"} 4.5',
        'stuck_recent_requests{store="main",system="shipstation"} 24.0',
        'stuck_store_read_timestamp_seconds{store="main"} 1.7950032e+09',
    ]
    assert [line for line in wanted if line not in lines] == []


async def test_a_store_that_was_never_read_has_no_figures_and_breaks_none(client, bot):
    unread = {**STORE, "complete_at": None, "seconds": None}
    bot.report = {"live": True, "ready": False, "stores": {"main": unread}}
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert "stuck_last_run_seconds{" not in answer.text
    assert "stuck_store_read_timestamp_seconds{" not in answer.text


@pytest.mark.parametrize(
    "name",
    ["stuck_slack_ack_seconds", "stuck_slack_call_seconds", "stuck_api_left", "stuck_socket_connected"],
)
async def test_prometheus_is_offered_what_this_process_measures(client, name):
    assert f"# TYPE {name} " in (await client.get("/metrics")).text
