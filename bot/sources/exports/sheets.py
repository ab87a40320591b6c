"""Workbooks: the rows of a sheet as text, with numbers as Excel shows them. Read row by row, never whole."""

import logging
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from bot.errors import ExportRefused

Record = tuple[int, list[str]]
"""A line or row number, counted from 1, and its cells."""

_EXACT = 10**15
"""Excel keeps 15 digits of a number: from here on the last ones are lost."""

logging.getLogger("openpyxl").setLevel(logging.ERROR)


def sheet_names(label: str, path: Path) -> list[str]:
    """Return the names of the sheets that are shown. Raises ExportRefused for a damaged workbook."""
    with _book(label, path) as book:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]


def records(label: str, path: Path, sheet: str) -> Iterator[Record]:
    """Yield the rows of a sheet, empty ones left out. Raises ExportRefused for a damaged workbook."""
    with _book(label, path) as book:
        rows = book[sheet]
        rows.reset_dimensions()
        for number, cells in enumerate(rows.iter_rows(values_only=True), start=1):
            texts = [_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield number, texts


@contextmanager
def _book(label: str, path: Path) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import openpyxl  # noqa: PLC0415 - it takes a second, and few exports are workbooks

        try:
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
        except (KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile, EOFError) as error:
            said = f"{label} cannot be read: the workbook is damaged ({type(error).__name__})."
            raise ExportRefused(said, todo="Open it in Excel, save it as CSV UTF-8 and pass that.") from error


def _text(cell: object) -> str:
    """Return a cell as an export would have it: dates in ISO, whole numbers without a point, long ones as damaged."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, int | float):
        return _number(cell)
    text = str(cell).strip()
    return "" if text.startswith("#") and text in {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#NULL!"} else text


def _number(value: float) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else repr(value)
