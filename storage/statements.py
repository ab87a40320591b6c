"""The few SQL shapes that every table needs, the same on SQLite and PostgreSQL."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Integer, Table, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

CHUNK = 500
"""Rows a statement: far under every limit of both databases, and short enough to share the event loop."""


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Split into lists of at most `size`."""
    source = iter(values)
    while chunk := list(islice(source, size)):
        yield chunk


def insert(connection: AsyncConnection, table: Table) -> Any:
    """Return an INSERT that can say what happens on a conflict."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def upsert(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or overwrite those of the same primary key; all rows name the same columns."""
    if not rows:
        return
    keys = table.primary_key.columns.keys()
    statement = insert(connection, table)
    values = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=values), rows)


async def insert_missing(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        await connection.execute(insert(connection, table).on_conflict_do_nothing(), rows)


async def take_turns(connection: AsyncConnection, about: str) -> None:
    """Let one transaction about the same end before the next goes on; SQLite's write lock does so by itself."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(about, 0))))


def whole_number(connection: AsyncConnection, column: Any, key: str) -> Any:
    """Return the whole number under `key` of the JSON object in a text column."""
    if connection.dialect.name == "postgresql":
        return cast(cast(column, postgresql.JSON)[key].astext, Integer)
    return func.json_extract(column, f"$.{key}")


async def pick(
    connection: AsyncConnection, statement: Any, column: Any, values: Collection[Any]
) -> list[Any]:
    """Run `statement` for the rows whose `column` is one of `values`, in chunks."""
    found: list[Any] = []
    for chunk in chunks(values):
        found.extend((await connection.execute(statement.where(column.in_(chunk)))).all())
    return found
