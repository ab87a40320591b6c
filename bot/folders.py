"""A folder for files with names and addresses in them, gone when the work is over; what a killed process left, too."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ours: set[Path] = set()


@contextmanager
def folder(what: str) -> Iterator[Path]:
    """Make a folder that only we may read, and delete it with all that is in it; `what` it is for stands in its name."""
    prefix = f"stuck-{what}-"
    _sweep(prefix)
    made = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))
    _ours.add(made)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        _ours.discard(made)


def _sweep(prefix: str) -> None:
    """Delete what processes left that were killed: exports hold names and addresses."""
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        pid = left.name.removeprefix(prefix).partition("-")[0]
        if left not in _ours and pid.isdigit() and not _lives(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _lives(pid: int) -> bool:
    """Whether another process has this number: a folder under our own that is not ours is from a process before."""
    if pid == os.getpid():
        return False
    with suppress(PermissionError):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
