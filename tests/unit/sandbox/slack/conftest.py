"""A workspace behind a real server, and the real SDK and Bolt that talk to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ManualClock
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack import Workspace
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def workspace(clock: ManualClock) -> Workspace:
    return Workspace(clock)


@pytest.fixture
async def server(workspace: Workspace) -> AsyncIterator[SandboxServer]:
    server = SandboxServer(None, workspace)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: SandboxServer) -> AsyncWebClient:
    return AsyncWebClient(token=BOT_TOKEN, base_url=f"{server.url}/slack/api/", retry_handlers=[])


@dataclass
class Bolt:
    """A real Bolt app on a real Socket Mode connection."""

    app: AsyncApp
    handler: AsyncSocketModeHandler
    client: AsyncWebClient


@pytest.fixture
async def bolt(client: AsyncWebClient, workspace: Workspace) -> AsyncIterator[Bolt]:
    app = AsyncApp(name="pretend", client=client)
    handler = AsyncSocketModeHandler(app, APP_TOKEN)
    await handler.connect_async()
    await workspace.socket.connected()
    yield Bolt(app, handler, client)
    await handler.close_async()
