"""Uvicorn inside the current event loop, leaving signals to the program around it."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from bot.errors import ConfigurationError

DRAIN_SECONDS = 5
"""How long requests in progress may take when the process is asked to stop."""
EVERYWHERE = "0.0.0.0"  # noqa: S104  # behind a load balancer; Slack's signature guards what matters


class InLoopServer(uvicorn.Server):
    """A server that is started and stopped by its owner."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


async def serve(app: ASGIApp, port: int, stop: asyncio.Event) -> None:
    """Listen on all addresses until `stop`; requests in progress are answered first.

    Raises ConfigurationError when the port cannot be had.
    """
    with _listener(port) as listener:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        server = InLoopServer(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        server.should_exit = True
        await serving


def _listener(port: int) -> socket.socket:
    """Bind the port ourselves: uvicorn would end the whole process over a port that is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((EVERYWHERE, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"PORT: stuck cannot listen on {port}: {(error.strerror or 'refused').lower()}.",
            why="Slack's requests, /healthz and /metrics come in there.",
            todo="Stop what listens there, or choose another, for example PORT=8081.",
        ) from error
    return listener
