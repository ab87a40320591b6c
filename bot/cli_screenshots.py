"""Screenshots at the terminal: what was read of them is shown, corrected and confirmed before it counts."""
# ruff: noqa: PLC0415  # heavy rooms are imported where a picture was given, so that `stuck --help` answers at once

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.errors import ConfigurationError, ExportRefused
from bot.sources.pictures import is_picture
from bot.terminal import safe

if TYPE_CHECKING:  # loaded where a picture was given
    from bot.audit.result import Audit
    from bot.sources.screenshots import Accepted, Cell, Column, Picture, Row

WIDE = 100
"""Characters of a window in which all columns are shown."""
LISTED = 12
"""Doubts that are put into words below a table; of more, the number is said."""
_ASK = "[a]ccept, [c]orrect a cell, [d]rop a row, day of the [p]icture, [s]top: "
_STYLE = {"!": "bold red", "?": "yellow", "*": "green", "": ""}


@dataclass(frozen=True, slots=True)
class Given:
    """The files of an audit, pictures replaced by their accepted rows."""

    files: list[Path]
    accepted: "Mapping[str, Accepted]" = field(default_factory=dict)
    """By the path of the file with its rows."""

    def named(self, audit: "Audit") -> "Audit":
        """Return what was found with pictures under their own names, and how sure their rows are."""
        if not self.accepted:
            return audit
        from bot.audit.screenshots import named

        return named(audit, self.accepted)


@contextmanager
def confirmed(paths: Sequence[Path], *, taken: date | None, accept: bool) -> Iterator[Given]:
    """Read the pictures among these files, let the person at the terminal confirm them, and yield files to audit.

    `taken`: the day of the pictures; by default each one's own. `accept`: nobody is asked, and rows that cannot be made
    out, or with a doubtful number, are left out. Raises ExportRefused for a picture that cannot be read, ConfigurationError without a terminal.
    """
    pictures = [path for path in paths if is_picture(path)]
    if not pictures:
        yield Given(list(paths))
        return
    from bot.sources.screenshots import read_picture, write_accepted

    console = Console(stderr=True, highlight=False)
    if not accept:
        _must_be_asked()
    found: dict[Path, Accepted] = {}
    with tempfile.TemporaryDirectory(prefix="stuck-screenshots-") as folder:
        for number, path in enumerate(pictures, start=1):
            with console.status(Text(f"Reading {path}")):
                picture = read_picture(path, taken=taken)
            picture = _unasked(console, picture) if accept else confirm(console, picture)
            found[path] = write_accepted(picture, Path(folder) / f"{number}.csv")
        files = [found[path].path if path in found else path for path in paths]
        yield Given(files, {str(each.path): each for each in found.values()})


def _must_be_asked() -> None:
    if sys.stdin.isatty() and sys.stderr.isatty():
        return
    raise ConfigurationError(
        "Nobody can be asked whether the screenshots were read right: this is no terminal.",
        why="What is read from a picture may be wrong, so somebody confirms it before it counts.",
        todo="Run it in a terminal, or add --accept-screenshots: rows that are doubtful are then left out.",
    )


def _unasked(console: Console, picture: "Picture") -> "Picture":
    from bot.sources.screenshots import strict

    picture = strict(picture)
    show(console, picture)
    if not picture.counting:
        raise ExportRefused(
            f"No row of {picture.path} can be made out.",
            why="Each of them has a cell that is cut off or unreadable.",
            todo="Take the screenshot again, or run it in a terminal without --accept-screenshots and correct it there.",
        )
    return picture


def confirm(console: Console, picture: "Picture") -> "Picture":
    """Show what was read, and take corrections until it is accepted. Raises click.Abort where the person stops."""
    show(console, picture)
    while True:
        words = _ask(console, f"\n{_ASK}").split()
        choice = words[0][0].lower() if words else ""
        if choice == "a":
            if picture.counting:
                return picture
            console.print("No row counts yet: correct the cells that are marked with !.")
            continue
        if choice == "s":
            console.print("Stopped: nothing was audited.")
            raise click.Abort
        changed = _changed(console, picture, choice, words[1:])
        if changed is not picture:
            picture = changed
            show(console, picture)


def _changed(console: Console, picture: "Picture", choice: str, words: list[str]) -> "Picture":
    if choice == "c":
        return _correct(console, picture, words)
    if choice == "d":
        return _drop(console, picture, words)
    if choice == "p":
        return _another_day(console, picture, words)
    console.print("Answer with a, c, d, p or s.")
    return picture


def _ask(console: Console, question: str) -> str:
    """Return an answer; the end of input is a stop."""
    try:
        return console.input(Text(question)).strip()
    except EOFError:
        console.print("\nStopped: nothing was audited.")
        raise click.Abort from None


def _correct(console: Console, picture: "Picture", words: list[str]) -> "Picture":
    from bot.sources.screenshots import corrected

    row = _row(console, picture, words[:1])
    if row is None:
        return picture
    names = ", ".join(f"{at} {column.heading}" for at, column in enumerate(picture.columns, start=1))
    answer = (words[1:2] or [_ask(console, f"Which column? {names}: ")])[0]
    if not (answer.isdigit() and 0 < int(answer) <= len(picture.columns)):
        console.print(f"There is no column {safe(answer).plain}.")
        return picture
    column = picture.columns[int(answer) - 1]
    cell = row.cells[column.field]
    offered = cell.suggestion or cell.text
    text = _ask(console, f"{column.heading} of row {row.number} [{safe(offered).plain}]: ") or offered
    return corrected(picture, row.number, column.field, text)


def _drop(console: Console, picture: "Picture", words: list[str]) -> "Picture":
    from bot.sources.screenshots import without

    row = _row(console, picture, words[:1])
    return picture if row is None else without(picture, row.number)


def _another_day(console: Console, picture: "Picture", words: list[str]) -> "Picture":
    from bot.sources.screenshots import retaken

    answer = (words[:1] or [_ask(console, "On which day was it taken (2026-11-25)? ")])[0]
    try:
        return retaken(picture, date.fromisoformat(answer))
    except ValueError:
        console.print(f"{safe(answer).plain} is no day: write it as 2026-11-25.")
        return picture


def _row(console: Console, picture: "Picture", words: list[str]) -> "Row | None":
    answer = (words or [_ask(console, "Which row? ")])[0]
    found = next((row for row in picture.rows if str(row.number) == answer), None)
    if found is None:
        console.print(f"There is no row {safe(answer).plain}.")
    return found


def show(console: Console, picture: "Picture") -> None:
    """Print what was read as a table, and below it what is doubtful, in words and not in colour alone."""
    from bot.sources.screenshots import left_out
    from bot.sources.screenshots.meaning import NUMBERS

    console.print()
    console.print(Text.assemble(safe(picture.path, "bold"), f": {picture.grid}, {_rows(len(picture.rows))}"))
    console.print(
        f"Taken on {picture.taken:%A}, {picture.taken}: relative dates, and those without a year, are read by it."
    )
    shown, hidden = _fitting(picture, console.width)
    table = Table(header_style="bold", pad_edge=False, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", justify="right", style="dim")
    for column in shown:
        table.add_column(safe(column.heading), overflow="fold", no_wrap=column.field in NUMBERS)
    table.add_column("Sure", justify="right")
    for row in picture.rows:
        cells = [_shown(row.cells[column.field]) for column in shown]
        table.add_row(str(row.number), *cells, f"{row.confidence:.0%}", style="" if row.counts else "dim")
    console.print(table)
    _print_doubts(console, picture)
    if picture.unread:
        console.print(f"Not read, because no check needs them: {safe(', '.join(picture.unread)).plain}.")
    if hidden:
        console.print(f"Read, and not shown in this narrow window: {safe(', '.join(hidden)).plain}.")
    if left_out(picture):
        names = ", ".join(column.heading for column in left_out(picture))
        console.print(f"Left out, because not every row says it: {safe(names).plain}.")
    out = len(picture.rows) - len(picture.counting)
    left = f"; {_rows(out)} with ! left out until corrected" if out else ""
    console.print(f"Accepted would be {_rows(len(picture.counting))}{left}.")


def _fitting(picture: "Picture", width: int) -> "tuple[list[Column], list[str]]":
    """Return the columns to show and the names of those, of free text, for which a window is too narrow."""
    from bot.sources.screenshots.meaning import DATES, FLAGS, NUMBERS, STATUSES

    exact = NUMBERS | DATES | FLAGS | STATUSES.keys()
    shown = [column for column in picture.columns if width >= WIDE or column.field in exact]
    return shown, [column.heading for column in picture.columns if column not in shown]


def _mark(cell: "Cell") -> str:
    if cell.stops:
        return "!"
    if cell.corrected:
        return "*"
    return "?" if cell.doubts else ""


def _shown(cell: "Cell") -> Text:
    from bot.sources.screenshots import as_understood

    mark = _mark(cell)
    return Text.assemble(safe(as_understood(cell), _STYLE[mark]), (f" {mark}" if mark else "", _STYLE[mark]))


def _print_doubts(console: Console, picture: "Picture") -> None:
    """Say what is doubtful, what keeps a row from counting first."""
    doubtful = [
        (row, column, row.cells[column.field])
        for row in picture.rows
        for column in picture.columns
        if row.cells[column.field].doubts
    ]
    doubtful.sort(key=lambda each: not each[2].stops)
    if doubtful:
        console.print("! cannot count as it is   ? look at it   * corrected by you")
    for row, column, cell in doubtful[:LISTED]:
        said = "; ".join(doubt.text for doubt in cell.doubts)
        perhaps = f". Perhaps {cell.suggestion}" if cell.suggestion else ""
        read = f" “{cell.text}”" if cell.text else ""
        console.print(
            Text.assemble(
                (f"{_mark(cell)} ", _STYLE[_mark(cell)]),
                safe(f"row {row.number}, {column.heading}{read}: {said}{perhaps}."),
            )
        )
    if len(doubtful) > LISTED:
        console.print(f"  and {len(doubtful) - LISTED} more, marked in the table.")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
