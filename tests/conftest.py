"""What every test may use."""

import asyncio
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.postgresql import Address, execute, running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of real schemas and payloads to check against; skips where it does not exist."""
    here = Path(__file__).parent.parent
    folder = Path(os.environ.get("STUCK_REFERENCE", here / "../shared/reference"))
    if not folder.is_dir():
        pytest.skip(f"no reference folder at {folder}: set STUCK_REFERENCE to check against real schemas")
    return folder


def upgraded(address: str) -> None:
    """Bring a database to the newest schema."""

    async def upgrade() -> None:
        database = Database(address)
        await database.upgrade()
        await database.close()

    asyncio.run(upgrade())


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upgraded SQLite file to copy: to upgrade one from nothing takes a quarter of a second each time."""
    path = tmp_path_factory.mktemp("template") / "stuck.db"
    upgraded(f"sqlite:///{path}")
    return path


@pytest.fixture
def new_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes an upgraded, empty SQLite file of that name in a folder of its own; call it for its address."""

    def made(name: str) -> str:
        path = tmp_path_factory.mktemp("database") / name
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    return made


@pytest.fixture
def unused_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def server() -> Iterator[Address]:
    """A real PostgreSQL; call it with a name for the address of a database."""
    with running() as address_of:
        yield address_of


@pytest.fixture
def address(server: Address) -> str:
    """The address of a new, empty database without a schema."""
    execute(server, "DROP DATABASE IF EXISTS stuck WITH (FORCE)", "CREATE DATABASE stuck")
    return server("stuck")
