"""Tables that are safe to open in a spreadsheet. No cell can be a formula, and none loses digits.

A spreadsheet takes a text for a formula by its first letter, and for a number or a date by its look. An apostrophe in front
keeps it what it is; OWASP calls the first CSV injection.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_FORMULA = r"=+\-@\uff1d\uff0b\uff0d\uff20"
"""First letters of a formula; the wide ones are taken for the same in some languages."""
_UNSEEN = r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
_STARTS_FORMULA = re.compile(rf"{_UNSEEN}*[{_FORMULA}]|[\t\r\n]")
_LATER_FORMULA = re.compile(rf"(;{_UNSEEN}*)(?=[{_FORMULA}])")
"""Where a spreadsheet that parts cells at semicolons would begin one."""
_DAMAGED = re.compile(r"0\d+|\d{12,}|\d+(\.\d+)?[eE]\d+|\d+[-/:.]\d[-/:.\d]*")
"""Looks like a number or a date, and would be shown as another: 007, tracking numbers, 12E5, 12-3."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file of safe cells: UTF-8 with its mark, CRLF, everything quoted."""
    text = io.StringIO(newline="")
    written = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    written.writerow(header)
    written.writerows(rows)
    return text.getvalue().encode("utf-8-sig", "replace")


@lru_cache(maxsize=20_000)
def text_cell(text: str | None) -> str:
    """Return a text on one line, behind an apostrophe where a spreadsheet would take it for something else."""
    cell = figure_cell(text)
    return f"'{cell}" if _DAMAGED.fullmatch(cell.strip()) else cell


def figure_cell(text: str | None) -> str:
    """Return a number that may be read as one, but never as a formula."""
    said = text or ""
    flat = said if said.isprintable() else _CONTROL.sub(" ", said)
    if ";" in flat:
        flat = _LATER_FORMULA.sub(r"\1'", flat)
    return f"'{flat}" if _STARTS_FORMULA.match(said) else flat
