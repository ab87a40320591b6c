"""The report's four files in one folder. A file appears under its name only when it is whole."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from bot.audit.report.as_json import audit_json
from bot.audit.report.names import shareable
from bot.audit.report.spreadsheet import gaps_csv
from bot.audit.result import Audit
from bot.errors import StuckError


def write(audit: Audit, folder: Path, progress: Callable[[str], None] | None = None) -> list[Path]:
    """Write the report into a folder, over an earlier one, and return the files, the page first.

    `progress` is told what is being done. Raises StuckError where the folder cannot be written to.
    """
    check_folder(folder)
    shown = shareable(audit)
    made = {}
    for name, make in _makers().items():
        if progress is not None:
            progress(f"Writing {name}")
        made[folder / name] = make(shown)
    for path, content in made.items():
        _put(path, content)
    return list(made)


def check_folder(folder: Path) -> None:
    """Make the folder and try it, so that nobody waits for an audit that has no place. Raises StuckError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".stuck-"):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def json_bytes(audit: Audit) -> bytes:
    """Return `audit.json`: one line a part, and one a gap, so that it can be read and compared."""
    parts = [f"{json.dumps(name)}: {_lines(value)}" for name, value in audit_json(audit).items()]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode("ascii")


def _lines(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]"
    return json.dumps(value)


def _makers() -> dict[str, Callable[[Audit], bytes]]:
    """Return what makes each file. What draws and fills pages is heavy, and loaded for a report only."""
    from bot.audit.report.page import report_html  # noqa: PLC0415
    from bot.audit.report.picture import report_png  # noqa: PLC0415

    return {
        "report.html": report_html,
        "gaps.csv": gaps_csv,
        "report.png": report_png,
        "audit.json": json_bytes,
    }


def _put(path: Path, content: bytes) -> None:
    """Write beside the place and move into it, which takes an earlier file's place at once. Raises StuckError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> StuckError:
    return StuckError(
        f"The report cannot be written to {path}: {(error.strerror or type(error).__name__).lower()}.",
        why="Nothing that stood there was changed, and the audit itself can be repeated at any time.",
        todo="Name a folder that you may write to and that has room, for instance: stuck audit … --out ./report",
    )
