"""stuck in many processes on one PostgreSQL, or in one on SQLite: started, killed and started again."""

import asyncio
import random
import signal
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from bot.reconcile import lease
from bot.slack import delivery, gateway
from storage import notices
from tests.faults import books
from tests.faults.books import Books, Row
from tests.faults.forks import Fork
from tests.faults.service import free_port, serve
from tests.faults.stage import DATABASE, Stage

SPEED = 100.0
"""Of the clock against the wall: a run is due every three seconds."""
LEASE_SECONDS = 12
"""Of the wall, in place of sixty: a minute of chaos shall see more than one lease run out."""
TIMEOUT_SECONDS = 3
"""Of the wall, for a call to Slack in place of ten: far below a lease, as in the real thing."""


def hurry() -> None:
    """Make leases and timeouts shorter by the same measure, and rests, which go by the clock, last as long as before."""
    assert delivery.LEASE_SECONDS > LEASE_SECONDS
    rests = notices.UNKNOWN_RESTS / timedelta(seconds=gateway.TIMEOUT)
    notices.UNKNOWN_RESTS = timedelta(seconds=rests * TIMEOUT_SECONDS * SPEED)
    notices.SENDING_LASTS = timedelta(seconds=LEASE_SECONDS * SPEED)
    delivery.LEASE_SECONDS = LEASE_SECONDS
    lease.LEASE = LEASE_SECONDS
    gateway.TIMEOUT = TIMEOUT_SECONDS


@dataclass
class Post:
    """One place in the company, and who fills it now."""

    command: str
    environment: dict[str, str]
    url: str | None = None
    """Where Slack reaches it; None: it is no web."""
    process: Fork | None = None
    since: float = 0.0
    """When the present one began, in seconds of `monotonic`."""


@dataclass
class Company:
    """All posts."""

    stage: Stage
    address: str | None
    """Of the PostgreSQL database; None: one process on SQLite."""
    posts: list[Post] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        known = self.stage.sandbox.environment()
        if self.address is None:
            self.posts = [Post("run", known | {"DATABASE_URL": f"sqlite:///{self.file}"})]
            return
        known |= {"DATABASE_URL": self.address}
        for port in (free_port(), free_port()):
            url = f"http://127.0.0.1:{port}/slack/events"
            self.posts.append(Post("web", known | {"PORT": str(port)}, url))
        self.posts += [Post("worker", known), Post("worker", known)]

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.stage.folder / DATABASE

    # ---------------------------------------------------------------- coming and going

    def fill(self) -> None:
        """Start whoever is missing."""
        for post in self.posts:
            if post.process is None or not post.process.running:
                self.start(post)

    def start(self, post: Post) -> None:
        """Start one."""
        post.process = Fork(serve, post.command, self.stage.folder, post.environment, hurry)
        post.since = monotonic()
        self.counts["processes"] += 1

    async def kill(self, post: Post, away: float) -> None:
        """Kill one where it stands, and start another after so many seconds of the wall."""
        if post.process is None or not post.process.running:
            return
        post.process.kill()
        await post.process.ended()
        await asyncio.sleep(away)
        if not post.process.running:
            self.start(post)

    async def close(self) -> list[int]:
        """Ask everybody to stop; return how they ended."""
        running = [post.process for post in self.posts if post.process is not None and post.process.running]
        for process in running:
            process.signal(signal.SIGTERM)
        return [await process.ended() for process in running]

    def web(self, chance: random.Random) -> Post | None:
        """Return one whom Slack may tell of a click, dead or alive; None: Slack tells whoever holds a socket."""
        webs = [post for post in self.posts if post.url is not None]
        return chance.choice(webs) if webs else None

    # ---------------------------------------------------------------- the books

    def books(self) -> Books:
        """Read all books."""
        return books.read_postgresql(self.address) if self.address else books.read_sqlite(self.file)

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """Return what a statement finds; `%s` stands for a value."""
        return books.rows(self.address or self.file, statement, *values)
