"""The database itself: files, transactions, migrations."""

import asyncio
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.pool import QueuePool

from storage import database as module
from storage import schema
from storage.database import Database
from storage.runs import Runs
from storage.tables import CURSORS, METADATA

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def _cursor(name: str) -> object:
    return insert(CURSORS).values(store="main", name=name, value=NOON)


async def _names(database: Database) -> list[str]:
    async with database.read() as session:
        found = await (await session.connection()).execute(select(CURSORS.c.name).order_by(CURSORS.c.name))
        return [row.name for row in found]


async def test_the_migrations_make_exactly_the_tables_that_the_code_uses(database: Database) -> None:
    async with database.read() as session:
        connection = await session.connection()
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), METADATA)
        )
    assert differences == []


async def test_an_upgraded_database_is_at_the_newest_revision(database: Database) -> None:
    present, newest = await database.revision()
    assert present == newest == "0011"


async def test_a_new_file_has_no_revision_until_it_is_upgraded(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert (await database.revision())[0] is None
    await database.upgrade()
    assert (await database.revision())[0] == schema.newest()
    await database.close()


async def test_upgrading_again_changes_nothing(database: Database) -> None:
    async with database.write() as session:
        await (await session.connection()).execute(_cursor("kept"))
    await database.upgrade()
    assert await _names(database) == ["kept"]


async def test_two_processes_that_start_at_once_upgrade_one_after_the_other(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from storage.database import Database\n"
        "async def main():\n"
        "    database = Database(sys.argv[1])\n"
        "    await database.upgrade()\n"
        "    await database.close()\n"
        "asyncio.run(main())\n"
    )
    url = f"sqlite:///{tmp_path / 'new.db'}"
    started = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, url) for _ in range(2)]
    assert [await process.wait() for process in started] == [0, 0]


async def test_many_upgrades_of_one_process_take_turns(database: Database, other_process: Database) -> None:
    await asyncio.gather(database.upgrade(), other_process.upgrade(), database.upgrade())
    assert (await database.revision())[0] == schema.newest()


async def test_downgrading_leaves_an_empty_database_that_can_be_upgraded(database: Database) -> None:
    from alembic import command

    def down(connection: object) -> None:
        settings = schema.config()
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")

    async with database.write() as session:
        await (await session.connection()).run_sync(down)
    present, _ = await database.revision()
    await database.upgrade()
    assert present is None


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    database = Database(f"sqlite:///{path}")
    await database.upgrade()
    modes = await asyncio.to_thread(_modes, tmp_path)
    await database.close()
    assert modes == {"new.db": 0o600, "new.db-shm": 0o600, "new.db-wal": 0o600}


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_sqlite_keeps_its_promises(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    async with database.read() as session:
        connection = await session.connection()
        pragmas = {
            name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    await database.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 1_000}


@pytest.fixture
def locked(sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Database, sqlite3.Connection]]:
    """A database whose file another program is writing to until its transaction is ended."""
    path = tmp_path / "locked.db"
    shutil.copy(sqlite_template, path)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield Database(f"sqlite:///{path}"), other


async def test_a_write_waits_for_another_program_longer_than_one_try(
    locked: tuple[Database, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, other = locked
    monkeypatch.setattr(module, "ONE_TRY_SECONDS", 0.05)
    impatient = Database(str(database.secret_url.get_secret_value()))
    asyncio.get_running_loop().call_later(0.3, other.execute, "ROLLBACK")
    async with impatient.write() as session:
        await (await session.connection()).execute(_cursor("written"))
    assert await _names(impatient) == ["written"]
    await impatient.close()


async def test_a_file_that_stays_locked_is_an_error_in_the_end(
    locked: tuple[Database, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = locked
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.0)
    with pytest.raises(OperationalError, match="locked"):
        async with database.write():
            pass
    await database.close()


async def test_waiting_for_a_locked_file_can_be_broken_off(
    locked: tuple[Database, sqlite3.Connection],
) -> None:
    database, _ = locked

    async def write() -> None:
        async with database.write():
            pass

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(write(), 0.05)
    await database.close()
    assert time.monotonic() - began < 5 * module.ONE_TRY_SECONDS


async def test_a_migration_that_waits_for_its_turn_can_be_broken_off(database: Database) -> None:
    async with schema.one_at_a_time():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(database.upgrade(), 0.05)
    await database.upgrade()


async def test_a_schema_that_a_newer_program_made_is_left_alone(database: Database) -> None:
    async with database.write() as session:
        await (await session.connection()).exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(schema.UnknownSchema, match="9999") as refused:
        await database.upgrade()
    assert (refused.value.revision, refused.value.newest) == ("9999", schema.newest())
    assert (await database.revision())[0] == "9999"


async def test_postgresql_is_asked_for_few_connections_and_never_waited_for_long() -> None:
    database = Database("postgresql://stuck@db.internal/stuck?connect_timeout=3&application_name=mine")
    pool = cast("QueuePool", database._engine.pool)
    assert (pool.size(), pool._max_overflow, pool.timeout()) == (5, 5, 10)
    url, given = database._engine.dialect.create_connect_args(database._engine.url)
    assert (url, given["connect_timeout"], given["application_name"]) == ([], "3", "mine")
    await database.close()


@pytest.mark.postgres
async def test_a_busy_process_takes_no_more_connections_than_it_may(
    postgres_database: Callable[[], str],
) -> None:
    database = Database(postgres_database())
    together = asyncio.Barrier(module.CONNECTIONS * 2)

    async def read() -> None:
        async with database.read() as session:
            connection = await session.connection()
            await together.wait()  # as many at once as there may be, while as many wait
            name = (await connection.exec_driver_sql("SHOW application_name")).scalar_one()
            assert name == "stuck"

    await asyncio.gather(*(read() for _ in range(module.CONNECTIONS * 4)))
    assert cast("QueuePool", database._engine.pool).checkedin() <= module.CONNECTIONS
    await database.close()


async def test_what_is_written_is_there_after_the_block(database: Database) -> None:
    async with database.write() as session:
        await (await session.connection()).execute(_cursor("written"))
    assert await _names(database) == ["written"]


async def test_an_error_inside_the_block_undoes_all_of_it(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as session:
            await (await session.connection()).execute(_cursor("undone"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _names(database) == []


async def test_a_read_keeps_nothing(database: Database) -> None:
    async with database.read() as session:
        await (await session.connection()).execute(_cursor("lost"))
    assert await _names(database) == []


async def test_a_sqlite_writer_holds_the_lock_from_its_first_moment(sqlite_template: Path) -> None:
    database = Database(f"sqlite:///{sqlite_template}")
    async with database.write():
        with pytest.raises(subprocess.CalledProcessError) as refused:
            await asyncio.to_thread(_write_from_outside, sqlite_template)
    await database.close()
    assert "locked" in refused.value.stderr


def _write_from_outside(path: Path) -> None:
    program = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('BEGIN IMMEDIATE')"
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)


async def test_writers_of_one_process_queue_up(database: Database) -> None:
    async def write(name: str) -> None:
        async with database.write() as session:
            await (await session.connection()).execute(_cursor(name))

    names = [f"{number:02}" for number in range(20)]
    await asyncio.gather(*(write(name) for name in names))
    assert await _names(database) == names


async def test_writing_inside_writing_says_so_instead_of_waiting_for_ever(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    async with database.write():
        with pytest.raises(RuntimeError, match="already holds"):
            async with database.write():
                pass
    await database.close()


async def test_all_sessions_in_memory_share_one_database() -> None:
    database = Database("sqlite://")
    await database.upgrade()

    async def write(name: str) -> list[str]:
        async with database.write() as session:
            await (await session.connection()).execute(_cursor(name))
        return await _names(database)

    await asyncio.gather(*(write(name) for name in "abc"))
    assert await _names(database) == ["a", "b", "c"]
    await database.close()


async def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    berlin = datetime(2026, 7, 1, 14, 30, 15, 123456, tzinfo=ZoneInfo("Europe/Berlin"))
    async with database.write() as session:
        await Runs(session, NOON).set_cursors("main", {"orders": berlin})
    async with database.read() as session:
        value = (await Runs(session, NOON).cursors_of("main"))["orders"]
    assert value == berlin
    assert value is not None
    assert value.utcoffset() == UTC.utcoffset(None)


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    naive = datetime(2026, 7, 1)  # noqa: DTZ001  # the mistake under test
    with pytest.raises(StatementError, match="naive time"):
        async with database.write() as session:
            await Runs(session, NOON).set_cursors("main", {"orders": naive})


async def test_a_gap_cannot_have_history_without_existing(database: Database) -> None:
    orphan = text("INSERT INTO gap_events (gap_id, at, code, facts) VALUES ('none', '2026-11-18', 'x', '{}')")
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with database.write() as session:
            await (await session.connection()).execute(orphan)


@pytest.mark.parametrize("url", ["mysql://root@host/name", "stuck.db", "", "redis://x"])
async def test_an_address_that_is_none_is_refused_with_good_examples(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///stuck\.db or postgresql://"):
        Database(url)


async def test_an_error_does_not_repeat_what_was_to_be_stored(database: Database) -> None:
    with pytest.raises(IntegrityError) as refused:
        async with database.write() as session:
            await (await session.connection()).execute(
                text(
                    "INSERT INTO gap_events (gap_id, at, code, facts) VALUES ('none', '2026-11-18', 'x', :facts)"
                ),
                {"facts": "tell nobody"},
            )
    assert "tell nobody" not in str(refused.value)
    assert "hidden" in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://stuck:hunter2@db.internal/stuck",
        "postgresql://db.internal/stuck?user=stuck&password=hunter2",
    ],
)
async def test_the_address_hides_its_password(url: str) -> None:
    database = Database(url)
    assert database.dialect == "postgresql"
    assert "hunter2" not in database.url
    assert "hunter2" not in repr(database)
    await database.close()
