"""Where a step of this process becomes visible outside it: commits, requests and answers; counted, named, and fatal."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any

import aiohttp
import greenlet
import httpx
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from sqlalchemy.engine.default import DefaultDialect

READS = frozenset(
    {"apps.connections.open", "auth.test", "conversations.history", "conversations.replies", "users.info"}
)
"""Methods of Slack that change nothing there."""
UNCOUNTED = frozenset({"apps.connections.open", "socket"})
"""How a process gets its connection: before that nobody can press anything."""
ROOMS = (f"{os.sep}bot{os.sep}", f"{os.sep}storage{os.sep}")


@dataclass(frozen=True, slots=True)
class Boundary:
    """One point at which a process may die."""

    name: str
    changed: bool
    """Whether something that outlives the process has changed since the boundary before."""


class Boundaries:
    """Writes each boundary that this process reaches into a file, and ends the process at the one that it was told."""

    def __init__(self, file: Path, kill_at: int | None) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._kill_at = kill_at
        self._reached = 0
        self.counting = False

    def reach(self, name: str, *, changed: bool = False) -> None:
        """Note that the process is there; go no further if it shall die here."""
        if not self.counting:
            return
        os.write(self._file, f"{'!' if changed else ' '}{name}\n".encode())
        if self._reached == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self._reached += 1


def read(file: Path) -> list[Boundary]:
    """Return the boundaries that a process has reached."""
    return [Boundary(line[1:], line[0] == "!") for line in file.read_text().splitlines()]


# ---------------------------------------------------------------- hooks


def watch(boundaries: Boundaries) -> None:
    """Put the hooks into the libraries that this process talks to the world with. For good: the process is a test's own."""
    _watch_commits(boundaries)
    _watch_sources(boundaries)
    _watch_slack(boundaries)


def _watch_commits(boundaries: Boundaries) -> None:
    commit = DefaultDialect.do_commit

    def watched(dialect: DefaultDialect, connection: Any) -> None:
        name = f"commit ({_caller()})"
        boundaries.reach(f"before {name}")
        commit(dialect, connection)
        boundaries.reach(f"after {name}", changed=True)

    DefaultDialect.do_commit = watched  # type: ignore[method-assign]


def _watch_sources(boundaries: Boundaries) -> None:
    send = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        boundaries.reach(f"before {name}")
        response = await send(transport, request)
        boundaries.reach(f"after {name}")
        return response

    httpx.AsyncHTTPTransport.handle_async_request = watched  # type: ignore[method-assign]


def _watch_slack(boundaries: Boundaries) -> None:
    begin, say = aiohttp.ClientSession.__init__, SocketModeClient.send_message

    def traced(session: aiohttp.ClientSession, *given: Any, **named: Any) -> None:
        begin(session, *given, trace_configs=[_trace(boundaries)], **named)

    async def answer(client: SocketModeClient, message: str) -> None:
        boundaries.reach("before the acknowledgement")
        await say(client, message)
        boundaries.reach("after the acknowledgement", changed=True)

    aiohttp.ClientSession.__init__ = traced  # type: ignore[method-assign]
    SocketModeClient.send_message = answer  # type: ignore[method-assign]


def _trace(boundaries: Boundaries) -> aiohttp.TraceConfig:
    async def passed(
        when: str, _session: aiohttp.ClientSession, _context: SimpleNamespace, request: Any
    ) -> None:
        method = _method(request.url.path)
        if method not in UNCOUNTED:
            boundaries.reach(f"{when} {method}", changed=when != "before" and method not in READS)

    config = aiohttp.TraceConfig()
    for signal_, when in (
        (config.on_request_start, "before"),
        (config.on_request_end, "after"),
        (config.on_request_exception, "without an answer to"),
    ):
        signal_.append(partial(passed, when))
    return config


def _method(path: str) -> str:
    """Return what is called at this path: the method of the Web API, or `respond` for an answer by response_url."""
    room, _, method = path.rstrip("/").rpartition("/")
    return "respond" if room.endswith("respond") else method


def _caller() -> str:
    """Return which of our functions commits: `delivery._take`."""
    for frame in _frames():
        code = frame.f_code
        file = code.co_filename
        if any(room in file for room in ROOMS) and not file.endswith("database.py"):
            return f"{Path(file).stem}.{code.co_name}"
    return "?"


def _frames() -> Iterator[FrameType]:
    """Yield the frames above, across SQLAlchemy's bridge between its threads of control."""
    frame: FrameType | None = sys._getframe(1)
    here: greenlet.greenlet | None = greenlet.getcurrent()
    while here is not None:
        while frame is not None:
            yield frame
            frame = frame.f_back
        here = here.parent
        frame = here.gr_frame if here is not None else None
