"""The schema's revisions: Alembic, found beside this file so that an installed wheel has it too."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

MIGRATIONS = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 7_385_221
"""PostgreSQL's name for 'stuck is migrating': any number that nobody else uses."""

_alembic_in_use = threading.Lock()
_LOOK_AGAIN = 0.02
"""Seconds between two tries; waiting in a thread could not be broken off."""


class UnknownSchema(Exception):
    """The database has a revision that this program does not know: a newer program made it."""

    def __init__(self, revision: str, newest: str) -> None:
        super().__init__(f"revision {revision} is not known; the newest known one is {newest}")
        self.revision = revision
        self.newest = newest


@asynccontextmanager
async def one_at_a_time() -> AsyncIterator[None]:
    """Wait until nobody in this process migrates: Alembic keeps its context in globals."""
    while not _alembic_in_use.acquire(blocking=False):  # noqa: ASYNC110  # a lock across event loops has no awaitable
        await asyncio.sleep(_LOOK_AGAIN)
    try:
        yield
    finally:
        _alembic_in_use.release()


def config() -> Config:
    """Return Alembic's configuration, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    return settings


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision within the transaction of `connection`. Raises UnknownSchema."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    found = present(connection)
    if found is not None and not known(found):
        raise UnknownSchema(found, newest())
    settings = config()
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


def present(connection: Connection) -> str | None:
    """Return the revision that the database has, or None where there is no schema yet."""
    return MigrationContext.configure(connection).get_current_revision()


def known(revision: str) -> bool:
    """Whether this program knows the revision."""
    return any(revision == each.revision for each in ScriptDirectory.from_config(config()).walk_revisions())


def newest() -> str:
    """Return the newest revision that this program knows."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    assert head is not None
    return head
