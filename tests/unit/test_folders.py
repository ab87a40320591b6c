"""Folders for files with names and addresses in them: for us alone, gone with the work, and with a process that was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.folders import folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def broken_off():
    with folder("exports") as place:
        assert place.stat().st_mode & 0o077 == 0
        (place / "orders.csv").write_text("Jane")
        raise ZeroDivisionError


def test_it_is_ours_alone_and_gone_with_all_in_it_however_the_work_ends(here):
    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert list(here.iterdir()) == []


def test_what_a_killed_process_left_is_deleted_by_the_next_one_and_what_a_living_one_has_is_not(here):
    body = (
        "import time\nfrom bot.folders import folder\n"
        "with folder('exports') as place:\n    (place / 'x').touch()\n    print(place, flush=True)\n    time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", body],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env={**os.environ, "TMPDIR": str(here)},
    )  # fmt: skip
    try:
        left = Path(child.stdout.readline().strip())
        with folder("exports"):
            assert left.is_dir(), "its process lives"
        child.send_signal(signal.SIGKILL)
        child.wait()
        with folder("audit"):
            assert left.is_dir(), "of another purpose"
        with folder("exports"):
            assert not left.exists()
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
