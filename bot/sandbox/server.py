"""Runs the sandbox inside the current event loop, on loopback only."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from bot.errors import SandboxError
from bot.sandbox.app import build
from bot.sandbox.slack.workspace import Workspace

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals to the program around it, and says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.ready.set()


class SandboxServer:
    """The pretend world on `http://127.0.0.1:port`; port 0 takes a free one. SandboxError when the port is taken."""

    def __init__(self, world: Any, workspace: Workspace, *, port: int = 0, faults: Any = None) -> None:
        self._app: Starlette = build(world, workspace, faults=faults)
        self._workspace = workspace
        self._port = port
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where the page is, without a slash at the end."""
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Listen; returns when the first request can come."""
        listener = self._bind()
        self._port = listener.getsockname()[1]
        self._workspace.url = self.url
        config = uvicorn.Config(
            self._serve,
            log_config=None,
            access_log=False,
            lifespan="off",
            interface="asgi3",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.ready.wait()

    async def stop(self) -> None:
        """Close every connection and stop listening."""
        if self._server is None or self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._server = self._task = None

    def freeze(self) -> None:
        """Let every open WebSocket of the app look alive and hear nothing any more: a dead line."""
        for connection in self._connections():
            if hasattr(connection, "handshake_complete"):
                connection.transport.pause_reading()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["cut"] = lambda: self._cut(scope)
        await self._app(scope, receive, send)

    def _cut(self, scope: Scope) -> None:
        """Reset the connection that this request came in by."""
        for connection in self._connections():
            if connection.client == tuple(scope["client"]):
                connection.transport.abort()

    def _connections(self) -> list[Any]:
        return list(self._server.server_state.connections) if self._server else []

    def _bind(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, self._port))
        except OSError as error:
            listener.close()
            raise SandboxError(
                f"Port {self._port} on {HOST} is taken.",
                why="The pretend world needs a port of its own for its page.",
                todo=f"Stop what listens there, or choose another: make demo PORT={self._port + 1} (stuck demo --port {self._port + 1}).",
            ) from error
        return listener
