"""File names without the folders they lie in: a report is passed on, and folders name people and machines."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath, PureWindowsPath

from bot.audit.result import Audit

_ARCHIVE = ".zip"


def shareable(audit: Audit) -> Audit:
    """Return the audit with its files named as `short` does."""
    names = short([*(file.path for file in audit.files), *(row.file for row in audit.rejected_rows)])
    return replace(
        audit,
        files=tuple(replace(file, path=names[file.path]) for file in audit.files),
        rejected_rows=tuple(replace(row, file=names[row.file]) for row in audit.rejected_rows),
    )


def short(paths: Iterable[str]) -> dict[str, str]:
    """Return for each path its last part, from the archive on where it lies in one, or as many as tell it from the others."""
    parts = {path: _parts(path) for path in paths}
    lengths = {path: _least(each) for path, each in parts.items()}
    while True:
        names = {path: "/".join(each[-lengths[path] :]) for path, each in parts.items()}
        twice = Counter(names.values())
        longer = [
            path for path, name in names.items() if twice[name] > 1 and lengths[path] < len(parts[path])
        ]
        if not longer:
            return names
        for path in longer:
            lengths[path] += 1


def _parts(path: str) -> tuple[str, ...]:
    pure = PureWindowsPath(path) if "\\" in path else PurePath(path)
    return tuple(part for part in pure.parts if part not in {pure.anchor, ".", ".."}) or (path,)


def _least(parts: tuple[str, ...]) -> int:
    archive = next((at for at, part in enumerate(parts) if part.lower().endswith(_ARCHIVE)), len(parts) - 1)
    return len(parts) - archive
