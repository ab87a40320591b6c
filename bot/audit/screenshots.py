"""Accepted rows of pictures in what an audit says: under the picture's name, with how sure they are."""

from collections.abc import Mapping
from dataclasses import replace

from bot.audit.result import Audit, ReadFile
from bot.sources.exports.columns import WORDS
from bot.sources.screenshots import Accepted


def named(audit: Audit, accepted: Mapping[str, Accepted]) -> Audit:
    """Return what was found with pictures under their own names; `accepted`: by the path of the file with its rows."""
    files = (_named(file, accepted[file.path]) if file.path in accepted else file for file in audit.files)
    rejected = (
        replace(row, file=accepted[row.file].picture.path) if row.file in accepted else row
        for row in audit.rejected_rows
    )
    return replace(audit, files=tuple(files), rejected_rows=tuple(rejected))


def _named(file: ReadFile, accepted: Accepted) -> ReadFile:
    picture = accepted.picture
    return replace(
        file,
        path=picture.path,
        recognised_as=f"Screenshot of a {picture.grid}",
        mapping={column.heading: WORDS[column.field] for column in picture.columns},
        notes=(*accepted.notes, *file.notes),
    )
