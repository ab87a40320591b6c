"""What every test may use."""

import os
import socket
from pathlib import Path

import pytest


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


@pytest.fixture
def unused_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
