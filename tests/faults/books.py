"""The bot's database as anybody may read it: with plain SQL, past the code that is under test."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
TABLES = {
    "gaps": "SELECT * FROM gaps ORDER BY opened_at, id",
    "events": "SELECT * FROM gap_events ORDER BY id",
    "notices": "SELECT * FROM notices ORDER BY seq",
    "leases": "SELECT * FROM leases ORDER BY name",
    "runs": "SELECT * FROM runs ORDER BY id",
}
LOW = 1
"""The severity whose gaps have no card of their own."""


@dataclass(frozen=True, slots=True)
class Books:
    """What stands in the database at one moment."""

    gaps: list[Row]
    events: list[Row]
    notices: list[Row]
    leases: list[Row]
    runs: list[Row]

    def history(self, gap: Row) -> list[Row]:
        """Return what happened to a gap, oldest first."""
        return [event for event in self.events if event["gap_id"] == gap["id"]]

    def carded(self) -> list[Row]:
        """Return the gaps that have to have a card."""
        return [gap for gap in self.gaps if severity(gap) > LOW]

    def held(self, now: datetime) -> list[str]:
        """Return the leases that somebody still holds."""
        return [lease["name"] for lease in self.leases if moment(lease["until"]) > now]

    def overlapping(self) -> list[tuple[int, int]]:
        """Return the complete runs that were begun before the complete one before them, of the same store, had ended."""
        found = []
        for store in {run["store"] for run in self.runs}:
            complete = [run for run in self.runs if run["store"] == store and run["complete"]]
            for one, other in pairwise(complete):
                if moment(other["started_at"]) < moment(one["finished_at"]):
                    found.append((one["id"], other["id"]))
        return found

    def owed(self) -> list[Row]:
        """Return what has not come to its end in Slack."""
        return [notice for notice in self.notices if notice["state"] not in {"sent", "dead"}]


def severity(gap: Row) -> int:
    """Return how bad a gap is now."""
    return int(json.loads(gap["finding"])["severity"])


def moment(value: Any) -> datetime:
    """Return a stored time; SQLite keeps it as text without a zone."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read(rows: Callable[[str], list[Row]]) -> Books:
    """Read everything; `rows` returns what a statement finds."""
    return Books(**{name: rows(statement) for name, statement in TABLES.items()})


def read_postgresql(address: str) -> Books:
    """Read everything in one PostgreSQL database."""
    with psycopg.connect(address, row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return read(lambda statement: connection.execute(statement).fetchall())


def read_sqlite(file: Path) -> Books:
    """Read everything in one SQLite file."""
    with _sqlite(file) as connection:
        connection.execute("BEGIN")  # one state of things, though others write
        return read(lambda statement: [dict(row) for row in connection.execute(statement)])


def rows(address: str | Path, statement: str, *values: Any) -> list[Row]:
    """Return what a statement finds, in PostgreSQL or in an SQLite file; `%s` stands for a value."""
    if isinstance(address, Path):
        with _sqlite(address) as connection:
            return [dict(row) for row in connection.execute(statement.replace("%s", "?"), values)]
    with psycopg.connect(address, row_factory=dict_row) as connection:
        return connection.execute(statement, values).fetchall()


@contextmanager
def _sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection
