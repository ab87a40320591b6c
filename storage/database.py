"""The database: one SQLite file (or memory) for one process, PostgreSQL for many; sessions and migrations."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import schema

__all__ = ["AsyncSession", "Database"]

BUSY_SECONDS = 30.0
"""How long SQLite waits for another process's write."""
ONE_TRY_SECONDS = 1.0
"""How long SQLite waits at a stretch: while it does, nothing can break it off."""
CONNECTIONS = 5
"""Connections to PostgreSQL that a process keeps; as many more while it is busy. Ten processes fit its default of 100."""
CONNECT_SECONDS = 10
"""How long PostgreSQL may take to let us in, and a caller waits for a free connection."""
LOST_AFTER = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""When a server that vanished without a word counts as lost: seconds, and milliseconds (libpq's names)."""
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
WRITING = "stuck_writing"


class Database:
    """`sqlite:///stuck.db`, `sqlite://` (in memory, one for all sessions) or `postgresql://user@host/name`.

    An address that is none of these raises ValueError.
    """

    def __init__(self, url: str) -> None:
        address = _address(url)
        self.url = _shown(url)
        """For people: without the password."""
        self.secret_url = SecretStr(url)
        """As given, to open the same database in another process."""
        self.dialect = address.get_backend_name()
        self.memory = self.dialect == "sqlite" and address.database in {None, "", ":memory:"}
        self.file = Path(address.database or "") if self.dialect == "sqlite" and not self.memory else None
        """SQLite's file; None where the database is none."""
        self._engine = _engine(address)
        self._writing = self._engine.execution_options(**{WRITING: True})
        self._turn = _Turn()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session that sees one state of things and keeps nothing that it changes."""
        async with self._alone_in_memory(), AsyncSession(self._engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open one transaction: committed at the end, rolled back on any error.

        On SQLite it holds the write lock from its first moment, so what it reads stays true. Opening a
        second one in the same task would wait for itself and raises RuntimeError.
        """
        turn = self._turn if self.dialect == "sqlite" else nullcontext()
        async with turn, AsyncSession(self._writing, expire_on_commit=False) as session, session.begin():
            await session.connection()
            yield session

    async def upgrade(self) -> None:
        """Bring the schema to the newest revision; two processes at once take turns. Raises schema.UnknownSchema."""
        async with schema.one_at_a_time(), self._alone_in_memory(), self._writing.begin() as connection:
            await connection.run_sync(schema.upgrade)

    async def revision(self) -> tuple[str | None, str]:
        """Return the schema's revision (None: there is no schema yet) and the newest one."""
        async with self._alone_in_memory(), self._engine.connect() as connection:
            return await connection.run_sync(schema.present), schema.newest()

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    def _alone_in_memory(self) -> AbstractAsyncContextManager[Any]:
        return self._turn if self.memory else nullcontext()


class _Turn:
    """A lock that says so when a task would wait for itself."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if self._holder is not None and self._holder is task:
            raise RuntimeError("this task already holds the database: use the session that is open")
        await self._lock.acquire()
        self._holder = task

    async def __aexit__(self, *_: object) -> None:
        self._holder = None
        self._lock.release()


def _shown(url: str) -> str:
    """Return the address without its password, which may also stand behind the question mark."""
    return make_url(url).difference_update_query(["password"]).render_as_string(hide_password=True)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ValueError(
            "not a database address: sqlite:///stuck.db or postgresql://user@host/name"
        ) from error
    scheme = address.drivername.partition("+")[0]
    if scheme not in DRIVERS:
        raise ValueError(f"no database of kind {scheme!r}: sqlite:///stuck.db or postgresql://user@host/name")
    return address.set(drivername=DRIVERS[scheme])


def _engine(address: URL) -> AsyncEngine:
    if address.get_backend_name() == "postgresql":
        return _pool(address)
    engine = create_async_engine(address, connect_args={"timeout": ONE_TRY_SECONDS}, hide_parameters=True)
    event.listen(engine.sync_engine, "do_connect", _private)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _pool(address: URL) -> AsyncEngine:
    """Keep few connections, notice dead ones, and never wait for long; what the address says itself stands."""
    asked: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "stuck", **LOST_AFTER}
    return create_async_engine(
        address,
        connect_args={name: value for name, value in asked.items() if name not in address.query},
        hide_parameters=True,
        pool_pre_ping=True,
        pool_use_lifo=True,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        pool_timeout=CONNECT_SECONDS,
    )


def _private(_dialect: Any, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
    """Create the file for its owner only; SQLite gives its companions (-wal, -shm) the same permissions.

    One that is there is not opened: closing it would end the locks that this process's other connections hold on it
    (POSIX ties them to the process), and the next process to come and go would take their log away as nobody's.
    """
    if arguments[0] != ":memory:":
        with suppress(FileExistsError):
            os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare(connection: Any, _record: Any) -> None:
    """Leave transactions to us, and set what SQLite forgets with each connection."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get(WRITING, False):
        connection.exec_driver_sql("BEGIN")
        return
    patience = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if monotonic() >= patience or getattr(error.orig, "sqlite_errorname", "") != "SQLITE_BUSY":
                raise
        else:
            return
