"""The grid on a picture, by geometry: its header row, the columns below the names, the rows between white space."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.sources.screenshots.cells import Cell
from bot.sources.screenshots.doubts import is_cut
from bot.sources.screenshots.geometry import (
    Box,
    bands,
    column_of,
    crosses,
    letter_height,
    lines,
)
from bot.sources.screenshots.headers import Header, Heading, header_of
from bot.sources.screenshots.ink import has_ink
from bot.sources.screenshots.meaning import NUMBERS
from bot.sources.screenshots.ocr import Letter, Line, Reader

if TYPE_CHECKING:  # the extra may be missing
    from PIL.Image import Image

_SEARCHED = 14
"""Lines from the top among which the header row is."""
_FEWEST = 2
"""Cells that a row without an order number has, unless it is something below the grid."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A header row, and what stands below it by field."""

    header: Header
    rows: tuple[Mapping[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What the search for a header row came to."""

    header: Header | None
    seen: tuple[str, ...]
    """Texts from the top of the picture, for the sentence that says what it looks like."""


def find_header(image: "Image", boxes: Sequence[Box], reader: Reader) -> Found:
    """Return the header row: the line near the top, or the two lines, with the most names that are known."""
    best: Header | None = None
    before: list[Line] = []
    seen: list[str] = []
    for line in lines(boxes)[:_SEARCHED]:
        if best and min(box.top for box in line) > best.box.bottom:
            break  # what follows are rows, with names of customers among them
        names = [each for each in reader.read(image, line) if each.text.strip()]
        seen += [name.text for name in names]
        for tried in (names, [*before, *names]):
            header = header_of(tried, image.width) if len(tried) > 1 else None
            if header and (best is None or len(header.fields) > len(best.fields)):
                best = header
        before = names
    return Found(best, tuple(seen))


def read_grid(image: "Image", boxes: Sequence[Box], header: Header, reader: Reader) -> Grid:
    """Return the rows below a header. Only the columns that judging needs are read."""
    body = [box for box in boxes if box.middle > header.box.bottom]
    heads = [heading.box for heading in header.headings]
    if not body or not heads:
        return Grid(header, ())
    slack = letter_height(body) / 2
    placed = [(box, at) for box in body if (at := column_of(box, heads)) is not None]
    wanted = [
        box for box, at in placed if header.headings[at].field or _reaches_wanted(box, header.headings, slack)
    ]
    pieces = [
        piece
        for line in reader.read(image, wanted)
        for piece in (_split(line, heads) if crosses(line.box, heads, slack) else [line])
    ]
    by_column = [(piece, at) for piece in pieces if (at := column_of(piece.box, heads)) is not None]
    cells = [(piece, header.headings[at]) for piece, at in by_column if header.headings[at].field]
    anchors = [piece.box for piece, heading in cells if heading.field == "order_number"]
    rows = [
        _row(image, header, band, [cell for cell in cells if band[0] <= cell[0].box.middle < band[1]], body)
        for band in bands([box for box, _ in placed], anchors)
    ]
    return Grid(header, tuple(row for row in rows if _is_row(row)))


def _reaches_wanted(box: Box, headings: Sequence[Heading], slack: float) -> bool:
    """Whether a box that begins in a column which is not read reaches into one that is."""
    heads = [heading.box for heading in headings]
    return crosses(box, heads, slack) and any(
        heading.field and box.beside(heading.box) > slack for heading in headings
    )


def _split(line: Line, heads: Sequence[Box]) -> list[Line]:
    """Return a line that reaches over several columns as one piece for each, parted between words."""
    groups: dict[int | None, list[Letter]] = {}
    wide = line.box.width / max(len(line.letters), 1)
    for word in _words(line.letters):
        group = groups.setdefault(column_of(_box(line, word, wide), heads), [])
        group += [Letter(" ", 1.0, word[0].centre), *word] if group else word
    return [Line(_box(line, letters, wide), tuple(letters)) for letters in groups.values()]


def _words(letters: Iterable[Letter]) -> list[list[Letter]]:
    words: list[list[Letter]] = [[]]
    for letter in letters:
        if letter.text.isspace():
            words.append([])
        else:
            words[-1].append(letter)
    return [word for word in words if word]


def _box(line: Line, letters: Sequence[Letter], wide: float) -> Box:
    return replace(line.box, left=letters[0].centre - wide / 2, right=letters[-1].centre + wide / 2)


def _row(
    image: "Image",
    header: Header,
    band: tuple[float, float],
    cells: Sequence[tuple[Line, Heading]],
    boxes: Sequence[Box],
) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    for heading in header.headings:
        if heading.field is None:
            continue
        pieces = [piece for piece, there in cells if there is heading]
        if any(piece.text.strip() for piece in pieces):
            found[heading.field] = _cell(heading.field, pieces, image.width)
        else:
            room = Box(heading.box.left, band[0], heading.box.right, band[1])
            found[heading.field] = Cell(heading.field, "", mark=has_ink(image, room, boxes))
    return found


def _cell(field: str, pieces: Sequence[Line], width: float) -> Cell:
    """Return the text of one cell, its lines put together."""
    by_box = {piece.box: piece for piece in pieces if piece.text.strip()}
    between = "" if field in NUMBERS else " "
    text, sure = "", []
    for line in lines(list(by_box)):
        for at, box in enumerate(line):
            gap = between if at == 0 else " "
            sure += [1.0] * len(gap if text else "")
            text += gap if text else ""
            said = by_box[box].letters
            text += "".join(letter.text for letter in said)
            sure += [letter.confidence for letter in said]
    return Cell(
        field, text, tuple(sure), cut_off=is_cut(text) or any(_at_edge(piece, width) for piece in pieces)
    )


def _at_edge(line: Line, width: float) -> bool:
    """Whether a text goes on beyond the picture's edge, as far as can be seen."""
    if not line.letters:
        return False
    wide = line.box.width / len(line.letters)
    return line.letters[-1].centre + 0.8 * wide >= width or line.letters[0].centre - 0.8 * wide <= 0


def _is_row(row: Mapping[str, Cell]) -> bool:
    """Whether it is a row of the grid, and not the page numbers below it."""
    told = [cell for cell in row.values() if cell.text.strip()]
    numbered = any(letter.isdigit() for letter in row["order_number"].text)
    return len(told) >= _FEWEST if numbered else len(told) > _FEWEST
