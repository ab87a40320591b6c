"""The arrows between the rooms hold."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_import_points_the_way_the_design_allows():
    beside = Path(sys.executable).parent / "lint-imports"
    linter = str(beside) if beside.exists() else shutil.which("lint-imports")
    if linter is None:
        pytest.skip("lint-imports is missing: install the group `check` to hold the arrows")
    told = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
