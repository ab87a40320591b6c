"""Socket Mode: WebSockets over which the app is told of clicks, commands and events, and acknowledges them."""

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.people import APP

ACK_SECONDS = 3.0
"""How long Slack waits for an acknowledgement (wall time)."""
MOST_CONNECTIONS = 10

Kind = Literal["interactive", "slash_commands", "events_api"]
Reason = Literal["refresh_requested", "warning", "link_disabled"]


@dataclass(slots=True)
class Ack:
    """How one payload was received by the app."""

    kind: Kind
    payload: Json
    answered: Json | None = None
    """What the app sent along with its acknowledgement."""
    seconds: float | None = None
    """From sending to acknowledgement; None: not acknowledged."""
    error: str | None = None
    """What Slack shows the person: `operation_timeout`, `dispatch_failed` or `http_status_500`."""

    @property
    def ok(self) -> bool:
        """Whether the app acknowledged in time."""
        return self.error is None


@dataclass(slots=True, eq=False)
class _Connection:
    """One open WebSocket, and the envelopes on it that wait for their acknowledgement."""

    socket: WebSocket
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)

    def give_up(self) -> None:
        """Tell everybody who waits that nothing more will come."""
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(ConnectionError("the socket closed before the acknowledgement"))


class SocketMode:
    """All connections of the app; each payload goes to one of them."""

    def __init__(self) -> None:
        self.connections: list[_Connection] = []
        self.refused = 0
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._turn = 0
        self._changed = asyncio.Condition()

    def ticket(self) -> str:
        """Return a single-use right to connect."""
        key = f"ticket-{next(self._numbers)}"
        self._tickets.add(key)
        return key

    async def serve(self, socket: WebSocket) -> None:
        """Speak Socket Mode on one WebSocket until it closes."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets or len(self.connections) >= MOST_CONNECTIONS:
            self.refused += 1
            await socket.close(1008)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        connection = _Connection(socket)
        await socket.send_json(self._hello())
        await self._enter(connection)
        try:
            await self._listen(connection)
        finally:
            await self._leave(connection)

    async def connected(self, count: int = 1, timeout: float = 10.0) -> None:  # noqa: ASYNC109  stories name it
        """Wait until the app holds at least `count` connections; TimeoutError in wall seconds."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(lambda: len(self.connections) >= count)

    async def send(self, kind: Kind, payload: Json, *, retry: int = 0) -> Ack:
        """Send one envelope to one connection and wait for its acknowledgement."""
        ack = Ack(kind, payload)
        if not self.connections:
            ack.error = "dispatch_failed"
            return ack
        self._turn += 1
        connection = self.connections[self._turn % len(self.connections)]
        started = time.monotonic()
        try:
            ack.answered = await self._exchange(connection, kind, payload, retry)
            ack.seconds = time.monotonic() - started
        except (TimeoutError, ConnectionError, WebSocketDisconnect, RuntimeError) as error:
            # RuntimeError: starlette's word for sending on a socket that has just been closed
            ack.error = "operation_timeout" if isinstance(error, TimeoutError) else "dispatch_failed"
        return ack

    async def drop(self, reason: Reason = "refresh_requested", *, quietly: bool = False) -> None:
        """Disconnect the app as Slack does every few hours; `quietly` closes without the frame that says so."""
        for connection in list(self.connections):
            try:
                if not quietly:
                    await connection.socket.send_json(_farewell(reason))
                if reason != "warning" or quietly:
                    await connection.socket.close(1001)
            except RuntimeError:
                # The app was faster and has closed this socket already.
                continue

    async def _exchange(self, connection: _Connection, kind: Kind, payload: Json, retry: int) -> Json:
        envelope_id = f"envelope-{next(self._numbers)}"
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = future
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await connection.socket.send_json(envelope)
                return await future
        finally:
            del connection.waiting[envelope_id]

    async def _listen(self, connection: _Connection) -> None:
        while True:
            try:
                told: Any = await connection.socket.receive_json()
            except (WebSocketDisconnect, KeyError, ValueError, RuntimeError):
                # KeyError, ValueError: a frame that is no JSON text; Slack closes on those too
                return
            future = connection.waiting.get(str(told.get("envelope_id")))
            if future is not None and not future.done():
                future.set_result(told.get("payload") or {})

    async def _enter(self, connection: _Connection) -> None:
        async with self._changed:
            self.connections.append(connection)
            self._changed.notify_all()

    async def _leave(self, connection: _Connection) -> None:
        async with self._changed:
            self.connections.remove(connection)
            self._changed.notify_all()
        connection.give_up()

    def _hello(self) -> Json:
        host = {"host": "applink-pretend", "build_number": 1, "approximate_connection_time": 18060}
        count = len(self.connections) + 1
        return {
            "type": "hello",
            "num_connections": count,
            "debug_info": host,
            "connection_info": {"app_id": APP},
        }


def _farewell(reason: Reason) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-pretend"}}
