"""How far the reading of some files is: told file by file, and within each while it is read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

import duckdb

from bot.sources.exports.files import Progress, Tell
from bot.sources.exports.plan import Plan

_EVERY = 0.25
"""Seconds between two looks at how far DuckDB is."""

QUIETLY = ("SET enable_progress_bar = true", "SET enable_progress_bar_print = false")
"""What lets DuckDB know how far it is, and say so only when asked."""


def announced(plans: Sequence[Plan], progress: Progress) -> Iterator[tuple[Plan, Tell]]:
    """Yield file after file, each with what is to be told how much of it is read; `progress` hears of all bytes."""
    sizes = [plan.path.stat().st_size for plan in plans]
    whole, before = max(sum(sizes), 1), 0
    for plan, size in zip(plans, sizes, strict=True):
        tell = _telling(progress, f"Reading {plan.label}", before / whole, size / whole)
        tell(0.0)
        yield plan, tell
        before += size


def _telling(progress: Progress, what: str, before: float, share: float) -> Tell:
    return lambda part: progress(what, before + share * part)


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, tell: Tell) -> Iterator[None]:
    """Tell how far DuckDB is with what it is asked meanwhile, from a thread that ends with the block."""
    over = Event()

    def watch() -> None:
        while not over.wait(_EVERY):
            percent = connection.query_progress()
            if percent >= 0:
                tell(min(percent / 100, 1.0))

    watching = Thread(target=watch, name="progress", daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()
