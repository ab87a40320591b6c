"""A thousand stores shared by four worker processes on one PostgreSQL: on time, none by two at once."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import psycopg
import pytest

from storage.database import Database
from tests.postgresql import execute, running

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

STORES = 1000
WORKERS = 4
EVERY = 600
"""Seconds of the clock between two runs of a store."""
SPEED = 3
"""How much faster than the wall the clock of the fleet is."""
INTERVALS = 2.5
START = datetime(2026, 11, 17, 15, tzinfo=UTC)
PROGRAM = Path(__file__).parent / "fleet_worker.py"
LATE = timedelta(seconds=EVERY)
"""A store that was not begun again a whole interval after it was due would be late."""


@pytest.fixture
def address() -> Iterator[str]:
    """An upgraded database on a real PostgreSQL."""
    with running(durable=True) as server:
        execute(server, "CREATE DATABASE fleet")
        yield server("fleet")


async def worker(number: int, told: dict[str, object]) -> dict[str, float]:
    """Run one worker process to its end; return what it used."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), json.dumps({**told, "holder": f"worker-{number}"}),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(PROGRAM.parents[2])},
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()[-2000:]
    assert b"Traceback" not in err, err.decode()[-2000:]
    used: dict[str, float] = json.loads(out)
    return used


def runs(address: str) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """Return when each run of each store was begun and ended, in order."""
    found: dict[str, list[tuple[datetime, datetime | None]]] = {}
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT store, started_at, finished_at FROM runs ORDER BY id")
        for store, begun, ended in rows:
            found.setdefault(store, []).append((begun, ended))
    return found


async def test_every_store_is_read_on_time_and_by_one_worker_at_a_time(address, report) -> None:
    database = Database(address)
    await database.upgrade()
    await database.close()
    lasts = EVERY / SPEED * INTERVALS
    told = {
        "database": address, "stores": STORES, "every": EVERY, "speed": SPEED, "start": START.isoformat(),
        "began": time.monotonic(), "lasts": lasts,
    }  # fmt: skip
    used = await asyncio.gather(*(worker(number, told) for number in range(WORKERS)))
    of = runs(address)
    assert len(of) == STORES
    delays = []
    for store, times in of.items():
        for (begun, ended), (next_begun, _) in pairwise(times):
            assert ended is not None, f"{store} was begun at {begun} and never ended"
            assert ended <= next_begun, f"{store} was read by two at once"
            delays.append(next_begun - begun - timedelta(seconds=EVERY))
    assert min(delays) >= timedelta(0), "read before its time"
    assert len(delays) >= STORES * (INTERVALS - 2)
    done = sum(len(times) for times in of.values())
    cpu = sum(each["cpu"] for each in used)
    report(
        f"{STORES:,} stores, {WORKERS} workers, {INTERVALS} intervals of {EVERY} s at {SPEED}x",
        f"{done:,} runs, begun {_told(median(delays))} (median) and at most {_told(max(delays))} after they were due; "
        f"{done / lasts:.1f} runs/s, {cpu / done * 1000:.0f} ms of CPU a run, "
        f"{max(each['megabytes'] for each in used):.0f} MB a worker",
    )
    assert max(delays) < LATE


def _told(delay: timedelta) -> str:
    return f"{delay.total_seconds():.1f} s"
