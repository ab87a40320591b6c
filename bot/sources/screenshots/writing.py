"""Accepted rows as a CSV file with an export's column names, so that they go through the same door as exports."""

import csv
from dataclasses import dataclass
from pathlib import Path

from bot.sources.screenshots.meaning import FLAGS
from bot.sources.screenshots.picture import Column, Picture, Row


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one picture."""

    path: Path
    """The CSV file."""
    picture: Picture
    notes: tuple[str, ...]
    """For the report: how sure the rows are, what was corrected, what was left out and so is not judged."""


def write_accepted(picture: Picture, path: Path) -> Accepted:
    """Write the rows that count into a CSV file.

    A column of which a row cannot be made out, or of yes and no with a blank, is left out whole: what it would tell is
    then not judged, instead of being taken for no.
    """
    rows, kept = picture.counting, [each for each in picture.columns if each not in left_out(picture)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(column.name for column in kept), *picture.markers])
        for row in rows:
            told = [row.cells[column.field].value or "" for column in kept]
            writer.writerow([*told, *("" for _ in picture.markers)])
    return Accepted(path, picture, tuple(_notes(picture, kept)))


def left_out(picture: Picture) -> tuple[Column, ...]:
    """Return the columns that do not count, because not every row that does says them."""
    return tuple(column for column in picture.columns if not _is_whole(column, picture.counting))


def _is_whole(column: Column, rows: tuple[Row, ...]) -> bool:
    values = [row.cells[column.field].value for row in rows]
    return None not in values and not (column.field in FLAGS and "" in values)


def _notes(picture: Picture, kept: list[Column]) -> list[str]:
    rows = picture.counting
    least = min((row.cells[column.field].confidence for row in rows for column in kept), default=0.0)
    notes = [
        f"Read from a screenshot of {picture.taken}: {_count(len(rows))}, confirmed; the least sure of them at {least:.0%}.",
        "It shows a part of a list: that something is missing from it proves nothing.",
    ]
    mended = sum(cell.corrected for row in rows for cell in row.cells.values())
    if mended:
        notes.append(
            f"{mended} of its cells {'was' if mended == 1 else 'were'} corrected or confirmed by hand."
        )
    out = len(picture.rows) - len(rows)
    if out:
        notes.append(f"{_count(out)} could not be made out, and so not judged.")
    if left_out(picture):
        names = ", ".join(column.heading for column in left_out(picture))
        notes.append(f"Left out, because not every row says it: {names}.")
    return notes


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"
