"""A folder for the files of one audit, which is gone when the audit is over; what a killed process left behind, too."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "stuck-audit-"
_ours: set[Path] = set()


@contextmanager
def folder() -> Iterator[Path]:
    """Make a folder that only we may read, and delete it with all that is in it."""
    _sweep()
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    _ours.add(made)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        _ours.discard(made)


def _sweep() -> None:
    """Delete what processes left that were killed: exports hold names and addresses."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
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
