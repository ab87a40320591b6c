"""Socket Mode with a watchdog: a connection that looks alive and is not is replaced (slack.md 1.1)."""

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from aiohttp import WSMessage
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefused
from bot.metrics import SOCKET_CONNECTED, SOCKET_CONNECTIONS
from bot.slack import responses
from bot.slack.outcomes import OUTCOMES, SlackFailure

_OPEN = "apps.connections.open"
_LONGEST_PAUSE = 60.0
_CLOSE_SECONDS = 3.0
"""How long each step of closing may take: an answer in hand, Slack's goodbye, the network's."""
_MISSES = 2
"""Failed looks in a row before a connection is given up: the SDK renews one by itself within one look."""

log = structlog.get_logger("bot.slack.socket")


class _Discreet(logging.Filter):
    """Keeps out of the log: a socket's ticket, the traceback that repeats it, and whole payloads.

    In detail the SDK logs who wrote, and where one may answer.
    """

    _ticket = re.compile(r"(ticket|app_id)=[^&'\"\s]+")

    def filter(self, record: logging.LogRecord) -> bool:
        """Strike the ticket out of the record and let it through, unless it is a detail."""
        if record.levelno < logging.INFO:
            return False
        record.msg, record.args = self._ticket.sub(r"\1=[struck out]", record.getMessage()), None
        record.exc_info = record.exc_text = None
        return True


_sdk_log = logging.getLogger("bot.slack.socket.sdk")
_sdk_log.addFilter(_Discreet())


class _Connection(AsyncSocketModeHandler):
    """One connection of Bolt's, that knows what it is still answering and when it last heard anything."""

    def __init__(self, app: AsyncApp, app_token: str, address: str, ping: float) -> None:
        super().__init__(app, app_token, logger=_sdk_log, ping_interval=ping)
        self.client.wss_uri = address
        self.client.on_message_listeners.append(self._heard)
        self._last_message = time.time()
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def last_seen(self) -> float:
        """When Slack last said anything, a pong included; seconds of the wall's epoch."""
        return max(self._last_message, self.client.last_ping_pong_time or 0.0)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as Bolt's own
        """Answer one envelope."""
        self._answering += 1
        self._idle.clear()
        try:
            await super().handle(client, req)
        finally:
            self._answering -= 1
            if not self._answering:
                self._idle.set()

    async def end(self, *, alive: bool) -> None:
        """Let answers in hand go out while the line is alive, then close. Bounded."""
        steps = (self.close_async, self.client.aiohttp_client_session.close)
        for step in (self._idle.wait, *steps) if alive else steps:
            try:
                await asyncio.wait_for(step(), _CLOSE_SECONDS)
            except (TimeoutError, *responses.CALL_ERRORS) as error:
                log.warning("the old connection does not close cleanly", error=type(error).__name__)

    async def _heard(self, _message: WSMessage) -> None:
        self._last_message = time.time()


class SocketMode:
    """Keeps one connection to Slack alive. All durations in seconds of the wall: a socket has no other clock."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        look_every: float = 10,
        silence: float = 45,
        patience: float = 10,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._look_every = look_every
        self._silence = silence
        self._patience = patience
        self._connection: _Connection | None = None
        self._alive = False
        self.connected_since: datetime | None = None
        """UTC of the wall; None while there is no connection."""
        self.trouble: SlackFailure | None = None
        """Why there is no connection, as Slack or the network says."""

    @property
    def last_seen(self) -> datetime | None:
        """When Slack last said anything, UTC of the wall; None before the first connection."""
        return datetime.fromtimestamp(self._connection.last_seen, UTC) if self._connection else None

    def healthy(self) -> bool:
        """Return whether there is a connection and it is not silent."""
        connection = self._connection
        return self._alive and connection is not None and time.time() - connection.last_seen < self._silence

    def troubles(self) -> list[str]:
        """Return what health should tell of the connection: nothing while Slack is heard."""
        if self.healthy():
            return []
        code = f" ({self.trouble.code})" if self.trouble else ""
        return [f"Slack's socket is silent{code}: no click and no command arrives."]

    async def run(self, stop: asyncio.Event) -> None:
        """Stay connected until `stop`. Raise SlackRefused if Slack refuses the app token at the start."""
        first, failures = True, 0
        try:
            while not stop.is_set():
                try:
                    await self._connect()
                except SlackFailure as failure:
                    if first and (failure.fault == "token" or failure.code not in OUTCOMES):
                        raise _bad_token(failure) from failure
                    self._note(failure)
                    failures += 1
                    await _sleep(stop, failure.retry_after or self._pause(failures))
                    continue
                first, failures = False, 0
                await self._watch(stop)
                await self.close()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close the connection; what Slack still waits for is answered first. Bounded."""
        connection, self._connection, self.connected_since = self._connection, None, None
        alive, self._alive = self._alive, False
        SOCKET_CONNECTED.set(0)
        if connection is not None:
            await connection.end(alive=alive)

    def _note(self, failure: SlackFailure) -> None:
        """Keep why there is no connection; say it once, however often it is tried."""
        if self.trouble is None or self.trouble.code != failure.code:
            log.warning(
                "no connection to Slack; trying until there is one", code=failure.code, todo=failure.todo
            )
        self.trouble = failure

    def _pause(self, failures: int) -> float:
        return min(self._look_every * float(2 ** min(failures - 1, 10)) / 4, _LONGEST_PAUSE)

    async def _connect(self) -> None:
        """Open a connection; raise SlackFailure."""
        address = await ask_address(self._app.client, self._app_token)
        connection = _Connection(self._app, self._app_token, address, self._look_every)
        self._connection = connection
        try:
            await asyncio.wait_for(connection.connect_async(), self._patience)  # type: ignore[no-untyped-call]  # as Bolt ships it
        except TimeoutError as error:
            await self.close()
            raise SlackFailure("Socket Mode", "unreachable") from error
        self._alive, self.connected_since, self.trouble = True, datetime.now(UTC), None
        SOCKET_CONNECTED.set(1)
        SOCKET_CONNECTIONS.inc()
        log.info("connected to Slack")

    async def _watch(self, stop: asyncio.Event) -> None:
        """Return when the connection is no longer of use, or on `stop`."""
        misses = 0
        while misses < _MISSES:
            await _sleep(stop, self._look_every)
            connection = self._connection
            if stop.is_set() or connection is None:
                return
            self._alive = await connection.client.is_connected()
            misses = 0 if self.healthy() else misses + 1
        self._alive = False
        log.warning("the connection to Slack is dead; opening a new one")


async def ask_address(client: AsyncWebClient, app_token: str) -> str:
    """Ask Slack where to connect; raise SlackFailure. The answer holds a ticket: a secret for some seconds."""
    try:
        response = await client.apps_connections_open(app_token=app_token)
        return responses.text(responses.body(_OPEN, response), "url", _OPEN)
    except responses.CALL_ERRORS as error:
        raise responses.failure(
            _OPEN, error
        ) from None  # the SDK's words may hold the address with its ticket


_ADVICE: Mapping[str, str] = {
    "missing_scope": "Give the app-level token the scope connections:write (Basic Information, App-Level Tokens).",
    "not_allowed_token_type": "SLACK_APP_TOKEN takes the app-level token, which begins with xapp-; xoxb- goes into SLACK_BOT_TOKEN.",
    "link_disabled": "Turn Socket Mode on in the app's settings, or run `stuck web` instead.",
}


def _bad_token(failure: SlackFailure) -> SlackRefused:
    return SlackRefused(
        f"Slack refuses SLACK_APP_TOKEN: {failure.code}.",
        why="Without Socket Mode no click and no command reaches the bot.",
        todo=advice(failure.code),
    )


def advice(code: str) -> str:
    """Return what to do about an app token that Slack refuses with this code."""
    return _ADVICE.get(
        code,
        "Make an app-level token with the scope connections:write (api.slack.com/apps, Basic Information) and put it into SLACK_APP_TOKEN; it looks like xapp-1-A0…",
    )


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not past `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
