"""The Web API against a server on loopback that answers what each test tells it to."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from bot import metrics
from bot.clock import ManualClock
from bot.slack.gateway import Gateway, Posted, build_client
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HELLO = Message("Hello", [{"type": "divider"}])
META = {"event_type": "stuck_notice", "event_payload": {"notice": "n1", "edition": 3}}


class Wire:
    """A server that speaks just enough HTTP: each request takes the next scripted answer."""

    def __init__(self):
        self.url = ""
        self.asked: list[tuple[str, dict]] = []
        self.script: list[bytes | str] = []

    def says(self, body: object, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        payload = (
            body
            if isinstance(body, bytes)
            else (body if isinstance(body, str) else json.dumps(body)).encode()
        )
        lines = [
            f"HTTP/1.1 {status} X",
            f"Content-Type: {kind}",
            f"Content-Length: {len(payload)}",
            "Connection: close",
        ]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.script.append("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)

    def does(self, what: str) -> None:
        """`cut`: end the connection without an answer; `silent`: never answer."""
        self.script.append(what)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(
                (
                    int(line.split(":")[1])
                    for line in head.splitlines()
                    if line.lower().startswith("content-length")
                ),
                0,
            )
            body = await reader.readexactly(length)
            path = urlsplit(head.split()[1])
            told = (
                json.loads(body)
                if "application/json" in head
                else dict(parse_qsl(path.query) + parse_qsl(body.decode()))
            )
            self.asked.append((path.path.removeprefix("/api/"), told))
            answer = self.script.pop(0)
            if answer == "silent":
                await reader.read()
            elif isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
        writer.close()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    async with await asyncio.start_server(wire.serve, "127.0.0.1", 0) as server:
        wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/api/"
        yield wire


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def gateway(wire: Wire, clock: ManualClock) -> Gateway:
    client = build_client("xoxb-pretend", wire.url)
    client.timeout = 0.3
    return Gateway(client, clock)


async def refusal(gateway: Gateway) -> SlackFailure:
    with pytest.raises(SlackFailure) as caught:
        await gateway.post("C1", HELLO, metadata=META)
    return caught.value


async def test_a_post_carries_text_blocks_thread_and_metadata(gateway, wire):
    wire.says({"ok": True, "ts": "1.2"})
    assert await gateway.post("C1", HELLO, metadata=META, thread_ts="0.9") == Posted("1.2", "C1")
    method, told = wire.asked[0]
    assert method == "chat.postMessage"
    assert told == {
        "channel": "C1", "text": "Hello", "blocks": HELLO.blocks, "thread_ts": "0.9", "metadata": META,
        "unfurl_links": False, "unfurl_media": False,
    }  # fmt: skip


async def test_a_plain_post_has_no_blocks_at_all(gateway, wire):
    wire.says({"ok": True, "ts": "1.2"})
    await gateway.post("C1", Message("Hello"), metadata=META)
    assert "blocks" not in wire.asked[0][1]


async def test_a_plain_update_takes_the_old_blocks_away(gateway, wire):
    wire.says({"ok": True})
    assert await gateway.update("C1", "1.2", Message("Hello"), META) == Posted("1.2", "C1")
    assert wire.asked[0][1] == {"channel": "C1", "ts": "1.2", "text": "Hello", "blocks": [], "metadata": META}


@pytest.mark.parametrize(
    ("scripted", "code", "outcome"),
    [
        (({"ok": False, "error": "not_in_channel"},), "not_in_channel", "retry"),
        (({"ok": False, "error": "fatal_error"}, 500), "fatal_error", "unknown"),
        (("upstream connect error", 503, "text/plain"), "http_error", "unknown"),
        (("ok", 200, "text/plain"), "garbled", "unknown"),
        (("<html>Bad gateway</html>", 502, "text/html"), "http_error", "unknown"),
        (("<html>Sign in</html>", 200, "text/html"), "garbled", "unknown"),
        (('{"ok": tr', 200), "garbled", "unknown"),
        (('{"ok": tr', 500), "http_error", "unknown"),
        ((b'{"ok": true, "ts": "\xff"}', 200), "garbled", "unknown"),
        (([1, 2],), "garbled", "unknown"),
        ((b"\x1f\x8b", 200, "application/gzip"), "garbled", "unknown"),
        (({"ok": True},), "garbled", "unknown"),
        (({"ok": True, "ts": 12.5},), "garbled", "unknown"),
        (({"ok": False},), "garbled", "unknown"),
    ],
)  # fmt: skip
async def test_whatever_slack_answers_is_classified(gateway, wire, scripted, code, outcome):
    wire.says(*scripted)
    failure = await refusal(gateway)
    assert (code, outcome) == (failure.code, failure.outcome)
    assert failure.method == "chat.postMessage"


@pytest.mark.parametrize(("what", "code"), [("cut", "cut"), ("silent", "timeout")])
async def test_an_answer_that_never_comes_is_unknown_and_not_asked_for_twice(gateway, wire, what, code):
    wire.does(what)
    failure = await refusal(gateway)
    assert (code, "unknown") == (failure.code, failure.outcome)
    assert len(wire.asked) == 1


async def test_a_request_that_never_left_may_be_made_again(clock):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connecting is refused
        gateway = Gateway(
            build_client("xoxb-pretend", f"http://127.0.0.1:{taken.getsockname()[1]}/api/"), clock
        )
        failure = await refusal(gateway)
    assert (failure.code, failure.outcome) == ("unreachable", "retry")


@pytest.mark.parametrize(
    ("header", "seconds"), [({"Retry_After": "17"}, 17), ({}, 30), ({"Retry_After": "soon"}, 30), ({"Retry_After": "inf"}, 30), ({"Retry_After": "0"}, 1)]
)  # fmt: skip
async def test_a_limit_says_how_long_to_wait(gateway, wire, header, seconds):
    wire.says({"ok": False, "error": "ratelimited"}, 429, **header)
    failure = await refusal(gateway)
    assert (failure.outcome, failure.fault, failure.retry_after) == ("retry", "pace", seconds)


# ---------------------------------------------------------------- looking for a message


def standing(notice: str, ts: str, edition: object = 3, event_type: str = "stuck_notice") -> dict:
    payload = {"notice": notice, "edition": edition}
    return {"ts": ts, "metadata": {"event_type": event_type, "event_payload": payload}}


async def test_a_message_is_found_by_its_metadata_on_any_page(gateway, wire):
    first = {
        "ok": True,
        "messages": [{"ts": "9"}, standing("other", "8")],
        "response_metadata": {"next_cursor": "p2"},
    }
    wire.says(first)
    wire.says({"ok": True, "messages": [standing("n1", "7")]})
    assert await gateway.find("C1", "n1", START) == Posted("7", "C1", 3)
    (method, told), (_, second) = wire.asked
    assert method == "conversations.history"
    assert told["include_all_metadata"] == "1"
    assert float(told["oldest"]) == (START - timedelta(minutes=5)).timestamp()
    assert second["cursor"] == "p2"


async def test_a_reply_is_looked_for_in_its_thread(gateway, wire):
    wire.says({"ok": True, "messages": [standing("n1", "7", edition="?")]})
    assert await gateway.find("C1", "n1", START, "5.0") == Posted("7", "C1", None)
    assert (wire.asked[0][0], wire.asked[0][1]["ts"]) == ("conversations.replies", "5.0")


async def test_metadata_of_another_kind_is_not_ours(gateway, wire):
    wire.says(
        {"ok": True, "messages": [standing("n1", "7", event_type="theirs"), {"ts": "6", "metadata": {}}]}
    )
    assert await gateway.find("C1", "n1", START) is None


async def test_nothing_stands_in_a_thread_that_is_gone(gateway, wire):
    wire.says({"ok": False, "error": "thread_not_found"})
    assert await gateway.find("C1", "n1", START, "5.0") is None


@pytest.mark.parametrize(
    "second",
    [{"ok": False, "error": "internal_error"}, {"ok": True}, {"ok": True, "messages": [], "has_more": True}],
)
async def test_a_search_that_ends_early_concludes_nothing(gateway, wire, second):
    wire.says({"ok": True, "messages": [], "has_more": True, "response_metadata": {"next_cursor": "p2"}})
    wire.says(second)
    with pytest.raises(SlackFailure):
        await gateway.find("C1", "n1", START)


# ---------------------------------------------------------------- what doctor and health hear


async def test_trouble_is_kept_by_channel_until_the_channel_works_again(gateway, wire, clock):
    wire.says({"ok": False, "error": "is_archived"})
    await refusal(gateway)
    trouble = gateway.trouble["C1"]
    assert (trouble.code, trouble.method, trouble.at) == ("is_archived", "chat.postMessage", START)
    assert "Unarchive" in trouble.todo
    [told] = gateway.troubles()
    assert told.startswith("Slack answers is_archived to chat.postMessage. Unarchive")
    wire.says({"ok": True, "ts": "1.2"})
    await gateway.post("C2", HELLO, metadata=META)
    assert "C1" in gateway.trouble
    wire.says({"ok": True, "ts": "1.2"})
    await gateway.post("C1", HELLO, metadata=META)
    assert gateway.trouble == {}
    assert gateway.troubles() == []


async def test_a_missing_scope_is_trouble_of_its_method_only(gateway, wire):
    wire.says({"ok": False, "error": "missing_scope", "needed": "channels:history"})
    with pytest.raises(SlackFailure):
        await gateway.find("C1", "n1", START)
    wire.says({"ok": True, "ts": "1.2"})
    await gateway.post("C1", HELLO, metadata=META)
    assert "channels:history" in gateway.trouble["scope:conversations.history"].todo


@pytest.mark.parametrize(("error", "key"), [("token_revoked", "token"), ("fatal_error", "slack")])
async def test_trouble_of_token_and_slack_concerns_every_channel(gateway, wire, error, key):
    wire.says({"ok": False, "error": error})
    await refusal(gateway)
    assert gateway.trouble[key].code == error


async def test_a_message_of_ours_that_slack_refuses_is_no_trouble_of_slacks(gateway, wire):
    wire.says({"ok": False, "error": "invalid_blocks"})
    await refusal(gateway)
    assert gateway.trouble == {}


async def test_no_failure_shows_the_token(gateway, wire):
    wire.says("<html>Bad gateway</html>", 502, "text/html")
    failure = await refusal(gateway)
    assert "xoxb" not in f"{failure} {failure!r} {failure.__cause__!r}"


async def test_calls_are_counted_by_outcome(gateway, wire):
    def count() -> float:
        labels = {"method": "chat.postMessage", "outcome": "unknown"}
        return metrics.REGISTRY.get_sample_value("stuck_slack_calls_total", labels) or 0.0

    before = count()
    wire.does("cut")
    await refusal(gateway)
    assert count() == before + 1


async def test_auth_tells_who_we_are_and_what_we_may(gateway, wire):
    answer = {
        "ok": True,
        "user_id": "U1",
        "bot_id": "B1",
        "team_id": "T1",
        "team": "Acme",
        "url": "https://acme.slack.com/",
    }
    wire.says(answer, x_oauth_scopes="chat:write, commands")
    who = await gateway.auth()
    assert (who.user_id, who.bot_id, who.team_id, who.team) == ("U1", "B1", "T1", "Acme")
    assert who.scopes == {"chat:write", "commands"}


async def test_auth_with_a_bad_token_says_what_to_do(gateway, wire):
    wire.says({"ok": False, "error": "invalid_auth"})
    with pytest.raises(SlackFailure, match="SLACK_BOT_TOKEN"):
        await gateway.auth()


async def test_doctor_sees_the_channel_as_the_bot_does(gateway, wire):
    wire.says({"ok": True, "channel": {"id": "C1", "name": "stuck", "is_member": True, "is_private": True}})
    channel = await gateway.channel("C1")
    assert (channel.name, channel.member, channel.archived, channel.private) == ("stuck", True, False, True)
