"""Rows read one by one, with their line numbers: for files that DuckDB's strict reader refuses, and for workbooks.

It takes what people's files come with: other encodings, mixed line ends, rows that are too short, quotes that are
never closed. What it makes of them is plain CSV with only the columns that are wanted.
"""

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from bot.sources.exports import sheets
from bot.sources.exports.dialect import WINDOWS, Dialect
from bot.sources.exports.files import LISTED, RejectedRow, Tell
from bot.sources.exports.plan import Plan

_LONGEST_RECORD = 512
"""Lines that one record may have: a longer one has a quote that is never closed."""
_LONGEST_FIELD = 1024**2
_BLOCK = 64 * 1024
_TOLD_EVERY = 20_000
"""Lines between two words about how far it is."""
_KEPT = 2_000
"""Characters that are kept of a field."""


@dataclass
class Outcome:
    """What rewriting a file came to."""

    broken: int = 0
    """Rows that are no rows."""
    listed: list[RejectedRow] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    """Order numbers in them, as far as one can be made out."""
    notes: list[str] = field(default_factory=list)


Record = tuple[int, list[str]]
Broken = tuple[int, str]
"""A line and why it is no row."""


def rewrite(plan: Plan, target: Path, tell: Tell) -> Outcome:
    """Write the wanted columns of a file as clean CSV, the line number first; `tell` hears how far it is."""
    outcome = Outcome()
    places = list(plan.what.columns.values())
    width = len(plan.table.header)
    with target.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, lineterminator="\n").writerow
        for line, found in _rows(plan, outcome, tell):
            if isinstance(found, str):
                _reject(outcome, plan, line, found)
            elif any(cell.strip() for cell in found[width:]):
                said = f"It has {len(found)} fields and the header has {width}: a delimiter or quote in it is astray."
                _reject(outcome, plan, line, said)
                outcome.numbers.append(found[plan.what.columns["order_number"]])
            else:
                write([line, *(_clean(found[at]) if at < len(found) else "" for at in places)])
    return outcome


def _reject(outcome: Outcome, plan: Plan, line: int, reason: str) -> None:
    outcome.broken += 1
    if len(outcome.listed) < LISTED:
        outcome.listed.append(RejectedRow(plan.label, line, reason))


def _clean(text: str) -> str:
    return " ".join(text[:_KEPT].split())


def _rows(plan: Plan, outcome: Outcome, tell: Tell) -> Iterator[tuple[int, list[str] | str]]:
    form = plan.table.dialect
    if form is None:
        rows = sheets.records(plan.label, plan.path, plan.table.part.sheet or "")
        yield from ((line, cells) for line, cells in rows if line > plan.table.header_line)
        return
    yield from records(_lines(plan.path, form, outcome, tell), form)


# ---------------------------------------------------------------- text


def records(lines: Iterable[str], form: Dialect) -> Iterator[tuple[int, list[str] | str]]:
    """Yield the records after the header: the line on which each begins, and its cells, or why it is none."""
    source = _Lines(lines)
    csv.field_size_limit(_LONGEST_FIELD)
    while not source.over:
        try:
            for cells in csv.reader(source, delimiter=form.delimiter):
                first = source.begun
                source.settle()
                if cells and first > form.header_line:
                    yield first, cells
        except (_Endless, csv.Error):
            line = source.begun
            source.back()
            if line > form.header_line:
                yield line, "A quote that opens in it is never closed."


class _Endless(Exception):
    """A record goes on for longer than any does."""


class _Lines:
    """Lines that can be given back, as far as the beginning of the record under way."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._at = 0
        self.over = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._record) >= _LONGEST_RECORD:
            raise _Endless
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            if self._record:
                raise _Endless
            self.over = True
            raise StopIteration
        self._record.append(line)
        self._at += 1
        return line

    @property
    def begun(self) -> int:
        """The line on which the record under way begins."""
        return self._at - len(self._record) + 1

    def settle(self) -> None:
        """Let go of the lines of the record that was read."""
        self._record.clear()

    def back(self) -> None:
        """Give the lines of the broken record back, but for its first."""
        self._again.extendleft(reversed(self._record[1:]))
        self._at -= max(len(self._record) - 1, 0)
        self._record.clear()


def _lines(path: Path, form: Dialect, outcome: Outcome, tell: Tell) -> Iterator[str]:
    """Yield the lines of a text file, whatever its line ends; bytes that are no UTF-8 are read as Windows wrote them."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        if form.encoding in {"utf-8", "utf-8-sig"}:
            lines = _mixed(file, outcome)
        else:
            text = io.TextIOWrapper(file, encoding=form.encoding, errors="replace", newline=None)
            lines = (line.replace("\x00", "") for line in text)
        for number, line in enumerate(lines):
            if number % _TOLD_EVERY == 0:
                tell(file.tell() / size)
            yield line


def _mixed(file: BinaryIO, outcome: Outcome) -> Iterator[str]:
    odd = 0
    for raw in _raw_lines(file):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            odd += 1
            text = raw.decode(WINDOWS, errors="replace")
        yield text.replace("\x00", "").removeprefix("\ufeff")
    if odd:
        lines = "1 line is" if odd == 1 else f"{odd:,} lines are"
        outcome.notes.append(f"{lines} no UTF-8 and read as Windows-1252.")


def _raw_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines that end in any of the three ways."""
    left = b""
    while block := file.read(_BLOCK):
        if block.endswith(b"\r"):
            block += file.read(1)
        pieces = (left + block).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        left = pieces.pop()
        yield from (piece + b"\n" for piece in pieces)
    if left:
        yield left
