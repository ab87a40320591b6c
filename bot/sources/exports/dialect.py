"""How a file of text is written, from its beginning: encoding, line ends, delimiter, and where its header stands."""

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bot.sources.exports.columns import MATRIXIFY, SHIPSTATION, SHOPIFY, fold

SAMPLE = 256 * 1024
"""Bytes from which everything about a file's form is decided."""
DELIMITERS = ",;\t|"
_HEADER_WITHIN = 20
"""Records among which the header is looked for: reports begin with a title, Excel with `sep=;`."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WINDOWS = "cp1252"
KNOWN = frozenset(
    name for table in (SHOPIFY, MATRIXIFY, SHIPSTATION) for names in table.values() for name in names
)
"""Every folded column name of the alias tables."""

_QUOTED = re.compile(r'"[^"]*"')
"""What stands between quotes may hold line ends of its own."""

Record = tuple[int, list[str]]
"""The line on which a record ends, counted from 1, and its cells."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The form of one file."""

    encoding: str
    delimiter: str
    header_line: int
    """Line on which the header ends, counted from 1."""
    header: tuple[str, ...]
    one_line_end: bool
    """Whether every row ends in `\\n`, or every one in `\\r\\n`."""
    one_line_header: bool

    @property
    def plain(self) -> bool:
        """Whether DuckDB's own reader can take the file as it is."""
        utf_8 = self.encoding in {"utf-8", "utf-8-sig"}
        return utf_8 and self.one_line_end and self.one_line_header


def dialect(path: Path, mapped: Collection[str] = ()) -> tuple[Dialect, list[Record]]:
    """Return how the file is written, and the records that its beginning holds after the header.

    `mapped`: folded column names that count as known.
    """
    with path.open("rb") as file:
        start = file.read(SAMPLE)
        whole = not file.read(1)
    encoding = _encoding(start)
    text = decoded(start, encoding)
    if not whole:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    known = KNOWN | frozenset(mapped)
    delimiter = max(DELIMITERS, key=lambda each: _fitness(_parsed(text, each, _HEADER_WITHIN), known))
    records = _parsed(text, delimiter)
    at = header_at(records, known)
    line, header = records[at]
    return (
        Dialect(
            encoding=encoding,
            delimiter=delimiter,
            header_line=line,
            header=tuple(header),
            one_line_end=_one_line_end(_QUOTED.sub("", text)),
            one_line_header=not any("\n" in cell or "\r" in cell for cell in header),
        ),
        records[at + 1 :],
    )


def decoded(data: bytes, encoding: str) -> str:
    """Return text from bytes that may end in the middle of a character; what cannot be read is replaced."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return decoder.decode(data, final=False).replace("\x00", "")


def header_at(records: Sequence[Record], known: Collection[str]) -> int:
    """Return which record is the header: the one with the most known names, else the first that has any cell."""
    first = records[:_HEADER_WITHIN]
    scores = [_score(cells, known) for _, cells in first]
    if max(scores, default=0) > 0:
        return scores.index(max(scores))
    return next((at for at, (_, cells) in enumerate(first) if any(map(str.strip, cells))), 0)


def _score(cells: Sequence[str], known: Collection[str]) -> int:
    return len({fold(cell) for cell in cells} & set(known))


def _fitness(records: Sequence[Record], known: Collection[str]) -> tuple[int, int]:
    """Return how well a delimiter fits: known names in the header, then the number of its cells."""
    at = header_at(records, known)
    _, cells = records[at]
    return _score(cells, known), len(cells)


def _parsed(text: str, delimiter: str, most: int | None = None) -> list[Record]:
    """Return the records of a text, or the first `most`; the last one may be cut off. Never empty."""
    return list(islice(_records(text, delimiter), most)) or [(1, [""])]


def _records(text: str, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    with suppress(csv.Error):
        for cells in reader:
            if cells:
                yield reader.line_num, cells


def _encoding(start: bytes) -> str:
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    if start[:64].count(0) > len(start[:64]) // 4:
        return "utf-16-le" if start[1:64:2].count(0) else "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(start, final=len(start) < SAMPLE)
    except UnicodeDecodeError:
        return WINDOWS
    return "utf-8"


def _one_line_end(text: str) -> bool:
    pairs, feeds, returns = text.count("\r\n"), text.count("\n"), text.count("\r")
    return feeds > 0 and pairs == returns and pairs in {0, feeds}
