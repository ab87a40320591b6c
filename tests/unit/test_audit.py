"""The audit of libraries: fails on what is known to be vulnerable, and says so where nobody could be asked."""

import os
import subprocess
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[2] / ".ci/audit"
FOUND = "Name Version ID\nidna 3.20 PYSEC-2026-1"
UNKNOWN = "idna Dependency not found on PyPI and could not be audited: idna (3.20)"


@pytest.fixture
def audit(tmp_path):
    """The audit with a pip-audit that says what the test wants."""

    def run(found: str, said: str, status: int) -> subprocess.CompletedProcess[str]:
        (tmp_path / "found").write_text(found + "\n")
        (tmp_path / "said").write_text(said + "\n")
        for name, text in {
            "uv": "echo idna==3.20",
            "pip-audit": f"cat {tmp_path}/found; cat {tmp_path}/said >&2; exit {status}",
        }.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / name).chmod(0o755)
        path = {"BIN": str(tmp_path), "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run([AUDIT], env=path, capture_output=True, text=True, check=False)

    return run


def test_a_known_vulnerability_fails_and_is_named(audit):
    done = audit(FOUND, "Found 1 known vulnerability in 1 package", 1)
    assert done.returncode == 1
    assert "PYSEC-2026-1" in done.stdout


def test_it_fails_also_where_other_libraries_could_not_be_audited(audit):
    done = audit(f"{FOUND}\n{UNKNOWN}", "Found 2 known vulnerabilities in 1 package", 1)
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("found", "said", "status", "told"),
    [
        ("", "No known vulnerabilities found", 0, "Libraries audited: no known vulnerability."),
        (UNKNOWN, "No known vulnerabilities found", 0, "Libraries not audited: 1, "),
        ("", "Traceback …\nConnectionError: no such host", 1, "no such host"),
    ],
)
def test_anything_else_passes_with_one_line(audit, found, said, status, told):
    done = audit(found, said, status)
    assert done.returncode == 0
    [line] = done.stdout.splitlines()
    assert told in line
