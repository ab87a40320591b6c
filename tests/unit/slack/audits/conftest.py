"""The real app on a pretend Slack with a real database; the audit itself is what a test says, and no process."""

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from pydantic import SecretStr
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import ManualClock
from bot.gaps.rules import StoreRules
from bot.live import LiveStores
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack import Workspace
from bot.sandbox.slack.files import PretendFile
from bot.sandbox.slack.things import Message, View
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN
from bot.settings import EVERYBODY, Allowed, ShipStationCredentials, ShopifyCredentials, StoreSettings
from bot.slack.app import build_app
from bot.slack.audits import kinds
from bot.slack.audits.found import FileLine, Found, Job, KindLine, Pictures
from bot.slack.audits.reading import read_pictures
from bot.slack.desk import Desk
from storage.database import Database
from storage.findings import Severity
from tests.unit.slack.audits.pictured import EXPORT, GRID, ROWS, TALL, Reader, lined, tables
from tests.unit.sources.screenshots.typed import Typed

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
FOUND = Found(
    verdict="2 of 90 orders of 24 Oct to 23 Nov 2026 were stuck",
    asides=("That is 12 late days by 23 Nov.",),
    kinds=(KindLine("Shipped, but unfulfilled in Shopify", 2, 0, 6.4, Severity.HIGH),),
    causes=("2 gaps, notification failed",),
    needs=("ShipStation's orders export",),
    files=(FileLine("orders.csv", "Shopify orders export", 90, 0),),
    orders=("#1001", "#1002"),
    gaps=2,
)
CSV = b"Name,Created at\n#1001,2026-11-20\n"


def store(name: str, channel: str = "C0PRETEND1") -> StoreSettings:
    rules = StoreRules(name, f"{name}.myshopify.com", timezone=ZoneInfo("America/New_York"))
    keys = ShipStationCredentials(SecretStr("k"), SecretStr("s"))
    return StoreSettings(rules, channel, ShopifyCredentials(rules.shop), keys)


class Watched:
    """A store that can be added to, as far as its name goes."""

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass
class Front:
    """What a test holds in its hands."""

    slack: Workspace
    clock: ManualClock
    database: Database
    tmp: Path
    server: SandboxServer
    found: Found = FOUND
    jobs: list[Job] = field(default_factory=list)
    read: list[dict[str, bytes]] = field(default_factory=list)
    """What each audit was given: the files by name."""
    meanwhile: Callable[[], Any] | None = None
    """Runs, and is waited for, while an audit is at work."""

    looked: list[Job] = field(default_factory=list)
    """Whenever pictures were read."""
    talk: Callable[[], Any] | None = None
    """Connects the app anew, as after a restart."""

    async def look(self, job: Job, _line: Any) -> Pictures:
        """Read pictures here instead of in a process, by whatever reader a test has put in place."""
        self.looked.append(job)
        place = tempfile.tempdir
        try:
            return read_pictures(job)
        finally:
            tempfile.tempdir = place

    async def work(self, job: Job, _line: Any) -> Found:
        self.jobs.append(job)
        self.read.append({path.name: path.read_bytes() for path in job.paths})
        if self.meanwhile is not None:
            await self.meanwhile()
        job.picture.write_bytes(b"\x89PNG picture")
        job.sheet.write_bytes(b"kind,order\r\n")
        return self.found

    def file(self, name: str = "orders.csv", content: bytes = CSV, **more: Any) -> PretendFile:
        return self.slack.files.upload(name, content, "U0ALEX", **more)

    async def drop(self, *files: PretendFile, user: str = "U0ALEX", **more: Any) -> list[Message]:
        """Drop files into the direct message with the app; return the thread under them when all is over."""
        message = await self.slack.drop(files or (self.file(),), user, **more)
        await listeners_done()
        return self.slack.messages(message.channel, message.thread_ts or message.ts)

    async def say(self, text: str, user: str = "U0ALEX", thread_ts: str | None = None) -> Message:
        """Write to the app, and let it answer."""
        said = await self.slack.say(text, user, self.slack.dm(user).id, thread_ts)
        await listeners_done()
        return said

    async def window(self, user: str = "U0ALEX") -> View:
        assert (await self.slack.command("/stuck", "audit", user)).ok
        await listeners_done()
        [view] = self.slack.modals(user)
        return view

    async def fill(self, view: View, **given: Any) -> None:
        """Fill in the window and send it."""
        usual = {"shopify": [self.file()], "shipstation": [self.file("labels.csv")]}
        state = {
            key: [file.as_json(self.slack.url) for file in value] if isinstance(value, list) else value
            for key, value in (usual | given).items()
        }
        await self.slack.submit(view, state)
        await listeners_done()

    async def press(self, message: Message, button: str, user: str = "U0ALEX", **more: Any) -> None:
        assert (await self.slack.click(message, button, user, **more)).ok
        await listeners_done()

    def told(self, user: str = "U0ALEX") -> str:
        return self.slack.ephemerals(user)[-1].words


async def listeners_done() -> None:
    """Wait until no listener is at work any more."""
    name = "run_ack_function_asynchronously"
    while busy := [
        task for task in asyncio.all_tasks() if name in getattr(task.get_coro(), "__qualname__", "")
    ]:
        await asyncio.wait(busy, timeout=5)


@pytest.fixture
def a_store() -> Callable[..., StoreSettings]:
    """Build a store by its name and channel."""
    return store


@pytest.fixture
def stores() -> tuple[StoreSettings, ...]:
    return (store("main"),)


@pytest.fixture
def allowed() -> Allowed:
    return EVERYBODY


@pytest.fixture
async def front(
    stores: tuple[StoreSettings, ...],
    allowed: Allowed,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    anyio_backend: str,
    new_file: Callable[[str], str],
) -> AsyncIterator[Front]:
    monkeypatch.setattr("bot.slack.asking.PATIENCE", 30.0)  # a slow machine is no silent Slack
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    clock = ManualClock(START)
    slack = Workspace(clock)
    server = SandboxServer(None, slack)
    await server.start()
    database = Database(new_file("stuck.db"))
    front = Front(slack, clock, database, tmp_path, server)
    monkeypatch.setattr("bot.slack.audits.running._worked", front.work)
    monkeypatch.setattr("bot.slack.audits.running._read", front.look)
    client = AsyncWebClient(token=BOT_TOKEN, base_url=f"{server.url}/slack/api/", retry_handlers=[])
    desk = Desk(database, clock, LiveStores(database, clock, stores), None, None, lambda: None)  # type: ignore[arg-type]
    watched = [Watched(each.rules.name) for each in stores]
    connected: list[AsyncSocketModeHandler] = []

    async def talk() -> None:
        while connected:
            await connected.pop().close_async()
        app = build_app(client, desk, socket_mode=True, allowed=allowed, watched=watched)  # type: ignore[arg-type]
        connected.append(AsyncSocketModeHandler(app, APP_TOKEN))
        await connected[0].connect_async()
        await slack.socket.connected()

    front.talk = talk
    await talk()
    yield front
    await connected[0].close_async()
    await server.stop()
    await database.close()


@pytest.fixture
def without() -> Callable[..., Found]:
    """The usual findings with something else in them."""
    return lambda **changes: replace(FOUND, **changes)


@pytest.fixture
def a_picture(front, monkeypatch):
    """Upload a picture on which these lines will be read."""
    reader = Reader()
    monkeypatch.setattr("bot.sources.screenshots.ocr.reader", lambda: reader)
    monkeypatch.setattr(kinds, "READER", "json")

    def upload(rows=ROWS, lefts=GRID, name="grid.png", confidence=0.99):
        wide = 900 + len(reader.pages)
        reader.pages[wide] = Typed(lined(lefts, rows, confidence))
        content = io.BytesIO()
        Image.new("RGB", (wide, max(TALL, 200 + 40 * len(rows))), "white").save(content, "PNG")
        return front.file(name, content.getvalue())

    return upload


@pytest.fixture
def asked(front, a_picture):
    """Drop a grid and an export, and return the message that asks to look at the rows."""

    async def drop(*pictures, **more):
        [message] = await front.drop(front.file("orders.csv", EXPORT), *(pictures or (a_picture(),)), **more)
        return message

    return drop


@pytest.fixture
def window(front):
    """Press the button, and return the window."""

    async def look(message, user="U0ALEX"):
        await front.press(message, "Look at the rows", user)
        return front.slack.modals(user)[-1]

    return look


@pytest.fixture
def accepted(front):
    """Send the window; return the rows that the audit was then given, as their files say them."""

    async def send(view, **given):
        await front.slack.submit(view, given)
        await listeners_done()
        return tables(front)

    return send
