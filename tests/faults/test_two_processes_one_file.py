"""One SQLite file, two processes: what the bot has committed is there for the other, and stays."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import AsyncSession, Database
from storage.runs import Runs

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 17, 15, 0, tzinfo=UTC)
LOOK = "import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM cursors').fetchone())"


def seen_by_another(file: Path) -> int:
    """What a process sees that opens the file, looks, and ends: `stuck gaps`, say, or a backup."""
    return int(subprocess.run([sys.executable, "-c", LOOK, file], check=True, capture_output=True).stdout)


async def look(session: AsyncSession) -> None:
    await (await session.connection()).execute(text("SELECT 1"))


async def test_what_is_committed_stays_when_another_process_comes_and_goes(tmp_path: Path) -> None:
    """POSIX ends a process's locks on a file with the first of its descriptors that is closed."""
    file = tmp_path / "stuck.db"
    database = Database(f"sqlite:///{file}")
    await database.upgrade()
    async with database.read() as one, database.read() as other:  # two connections, which stay in the pool
        await look(one)
        await look(other)
    assert seen_by_another(file) == 0
    async with database.write() as session:
        await Runs(session, NOW).set_cursors("main", {"orders": NOW})
    assert seen_by_another(file) == 1
    await database.close()
    assert seen_by_another(file) == 1
