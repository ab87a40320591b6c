"""A CSV file that is written by column names."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Cells = Mapping[str, object]


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Cells], *, ends: str = "\n") -> Path:
    """Write rows under a header; what a row does not name stays empty. A name that is no column raises KeyError."""
    places = {column: place for place, column in enumerate(columns)}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=ends)
        writer.writerow(columns)
        for cells in rows:
            row: list[object] = [""] * len(columns)
            for column, value in cells.items():
                row[places[column]] = value
            writer.writerow(row)
    return path
