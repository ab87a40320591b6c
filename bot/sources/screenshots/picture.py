"""A picture as values: rows and cells with their confidence and doubts, which a person corrects before they count.

Everything here is pure; the terminal's table and Slack's modal show the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from bot.sources.screenshots.cells import Cell
from bot.sources.screenshots.doubts import assess
from bot.sources.screenshots.headers import System
from bot.sources.screenshots.meaning import DATES, NUMBERS, STATUSES


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the grid."""

    number: int
    """Counted from 1, from the top of the picture; it stays when other rows are dropped."""
    cells: Mapping[str, Cell]
    """By field; every column of the picture is there."""

    @property
    def confidence(self) -> float:
        """That of its least sure cell."""
        return min((cell.confidence for cell in self.cells.values()), default=0.0)

    @property
    def counts(self) -> bool:
        """Whether nothing keeps it from being accepted."""
        return not any(cell.stops for cell in self.cells.values())

    @property
    def doubtful(self) -> bool:
        """Whether somebody should look at it."""
        return any(cell.doubts for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Column:
    """One column that was read."""

    field: str
    heading: str
    """As the picture shows it."""
    name: str
    """As an export calls it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A screenshot of one grid, read."""

    path: str
    system: System
    grid: str
    """In words: `Shopify order list`."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    taken: date
    """The day on which `Today` was today."""
    unread: tuple[str, ...] = ()
    """Headings of the columns that were not read, because judging needs none of them."""
    markers: tuple[str, ...] = ()
    """Names of those among them that tell which export the grid is like."""

    @property
    def confidence(self) -> float:
        """That of its least sure row."""
        return min((row.confidence for row in self.rows), default=0.0)

    @property
    def counting(self) -> tuple[Row, ...]:
        """The rows that are accepted if nothing more is corrected."""
        return tuple(row for row in self.rows if row.counts)


def assessed(picture: Picture) -> Picture:
    """Return the picture with every cell's value and doubts worked out anew: those of a column depend on each other."""
    columns = {
        column.field: assess([row.cells[column.field] for row in picture.rows], picture.taken)
        for column in picture.columns
    }
    rows = tuple(
        Row(row.number, MappingProxyType({field: cells[at] for field, cells in columns.items()}))
        for at, row in enumerate(picture.rows)
    )
    return replace(picture, rows=rows)


def as_understood(cell: Cell) -> str:
    """Return what a cell was taken for, as it is shown to people; where that is unknown, what it says."""
    if cell.value and cell.field in DATES:
        return cell.value.removesuffix(":00")
    if cell.value and cell.field in NUMBERS | STATUSES.keys():
        return cell.value.replace("_", " ")
    return cell.text


def corrected(picture: Picture, row: int, field: str, text: str) -> Picture:
    """Return the picture with one cell as a person says it is; the same text again confirms it.

    Raises KeyError for a row or field that the picture does not have.
    """
    found = next((each for each in picture.rows if each.number == row), None)
    if found is None:
        raise KeyError(row)
    cell = replace(found.cells[field], text=text, confidences=(), cut_off=False, mark=False, corrected=True)
    changed = Row(row, MappingProxyType({**found.cells, field: cell}))
    rows = tuple(changed if each.number == row else each for each in picture.rows)
    return assessed(replace(picture, rows=rows))


def without(picture: Picture, row: int) -> Picture:
    """Return the picture without a row. Raises KeyError for a row that it does not have."""
    rows = tuple(each for each in picture.rows if each.number != row)
    if len(rows) == len(picture.rows):
        raise KeyError(row)
    return assessed(replace(picture, rows=rows))


def strict(picture: Picture) -> Picture:
    """Return the picture with rows that count only where nothing in their numbers is doubtful: nobody looks at them."""
    rows = tuple(
        Row(row.number, MappingProxyType({field: _strict(cell) for field, cell in row.cells.items()}))
        for row in picture.rows
    )
    return replace(picture, rows=rows)


def _strict(cell: Cell) -> Cell:
    if cell.field not in NUMBERS:
        return cell
    return replace(cell, doubts=tuple(replace(doubt, stops=True) for doubt in cell.doubts))


def retaken(picture: Picture, day: date) -> Picture:
    """Return the picture as one of another day, by which its relative dates are read anew."""
    return assessed(replace(picture, taken=day))
