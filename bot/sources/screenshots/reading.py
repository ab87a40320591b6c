"""`read_picture`: from the path of a screenshot to rows that a person can confirm."""

from datetime import date
from pathlib import Path
from types import MappingProxyType

from bot.errors import ExportRefused
from bot.sources.exports.recognise import NAMES, recognise
from bot.sources.screenshots.geometry import Box, letter_height
from bot.sources.screenshots.grid import Found, Grid, find_header, read_grid
from bot.sources.screenshots.headers import Header
from bot.sources.screenshots.ocr import Reader, reader
from bot.sources.screenshots.opening import open_picture, refused, taken_on
from bot.sources.screenshots.picture import Column, Picture, Row, assessed

TOO_SMALL = 19.0
"""Height in pixels of a found line, its margin included, below which letters are guessed and not read."""
_SHOWN = 6
_AGAIN = "Take the screenshot at 100 % zoom, with the header row of the grid on it."


def read_picture(path: Path, *, taken: date | None = None, read_by: Reader | None = None) -> Picture:
    """Return what a screenshot shows, every cell with its confidence and doubts. Nothing of it counts yet.

    `taken`: the day by which `Today at 9:14 am` is read; by default the day in the file's name, or of its last change.
    Raises ExportRefused for what cannot be read, and where the extra `screenshots` is missing.
    """
    image = open_picture(path)
    by = read_by or reader()
    upright, boxes = by.find(image)
    _must_be_readable(path, boxes)
    found = find_header(upright, boxes, by)
    if found.header is None:
        raise _no_grid(path, found)
    if found.header.lacks:
        raise _lacking(path, found.header)
    named = _named(path, found.header)
    grid = read_grid(upright, boxes, found.header, by)
    if not grid.rows:
        raise refused(path, f"it is {named} without a row below its header", _AGAIN)
    return assessed(_picture(path, named, grid, taken or taken_on(path)))


def _picture(path: Path, named: str, grid: Grid, taken: date) -> Picture:
    headings = grid.header.headings
    return Picture(
        path=str(path),
        system=grid.header.system,
        grid=named,
        columns=tuple(Column(each.field, each.text, each.name) for each in headings if each.field),
        rows=tuple(
            Row(number, MappingProxyType(dict(cells))) for number, cells in enumerate(grid.rows, start=1)
        ),
        taken=taken,
        unread=tuple(each.text for each in headings if not each.field),
        markers=tuple(each.name for each in headings if not each.field and each.name),
    )


def _named(path: Path, header: Header) -> str:
    """Return what the grid is called. Raises ExportRefused for one that says too little, as of an export."""
    if header.system == "shopify":
        return "Shopify order list"
    kind = recognise(str(path), [each.name for each in header.headings if each.name], {}).kind
    return NAMES[kind].replace(" export", " grid")


def _must_be_readable(path: Path, boxes: list[Box]) -> None:
    if not boxes:
        raise refused(path, "there is no text on it", _AGAIN)
    height = letter_height(boxes)
    if height < TOO_SMALL:
        raise refused(
            path,
            f"its text is too small: lines are {height:.0f} pixels high, and {TOO_SMALL:.0f} are needed",
            "Take the screenshot at 100 % zoom or more, and send it as a file, which keeps its size.",
        )


def _no_grid(path: Path, found: Found) -> ExportRefused:
    """Return the error for a picture of something else; what looks like data of customers is not repeated."""
    names = [text for text in found.seen if not any(each.isdigit() or each == "@" for each in text)]
    shown = ", ".join(f"“{name.strip()[:30]}”" for name in names[:_SHOWN])
    looks = f"at its top it says {shown}" if shown else "there are no names of columns at its top"
    return refused(path, f"no header row of a grid was found on it: {looks}", _AGAIN)


def _lacking(path: Path, header: Header) -> ExportRefused:
    return refused(
        path,
        f"it is Shopify's order list without these columns: {', '.join(header.lacks)}",
        "Show the columns Order, Date, Payment status and Fulfillment status, and take the screenshot again.",
    )
