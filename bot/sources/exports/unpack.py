"""From a path to readable parts: plain files, the members of a zip archive, the sheets of a workbook.

What is no table at all is refused here, with a sentence that says what it looks like.
"""

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from bot.errors import ExportRefused
from bot.sources.exports.sheets import sheet_names

LARGEST_UNPACKED = 8 * 1024**3
"""Bytes that one archive or workbook may unpack to."""
LARGEST_RATIO = 200
"""How many times its own size a large archive may unpack to: text packs about ten times smaller."""
_SMALL = 64 * 1024**2
"""Bytes up to which nobody asks for the ratio."""
_MOST_MEMBERS = 100
_TABLES = frozenset({".csv", ".tsv", ".txt", ".tab", ""})
_HEAD = 4096

EXPECTED = "Expected was an orders export of Shopify or Matrixify (CSV, zipped CSV or XLSX), or an export of orders, shipments or fulfillments from ShipStation (CSV)."
_AGAIN = "Download the export again and pass the file as it came."

_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", "Export the data as CSV instead of printing it."),
    (b"\x89PNG", "a PNG picture", "Export the data as CSV instead of taking a screenshot."),
    (b"\xff\xd8\xff", "a JPEG picture", "Export the data as CSV instead of taking a screenshot."),
    (b"GIF8", "a GIF picture", "Export the data as CSV instead of taking a screenshot."),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel workbook (.xls) or one with a password",
        "Open it in Excel and save it as CSV UTF-8 or as .xlsx without a password.",
    ),
    (b"\x1f\x8b", "a gzip archive", "Unpack it and pass the CSV inside."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it and pass the CSV inside."),
    (b"Rar!", "a RAR archive", "Unpack it and pass the CSV inside."),
    (b"SQLite format 3", "an SQLite database", _AGAIN),
    (b"PAR1", "a Parquet file", "Export the data as CSV."),
    (b"{\\rtf", "a rich text document", _AGAIN),
)
_WEB = (b"<!doctype html", b"<html", b"<head", b"<script")
_NO_TEXT = frozenset(range(1, 9)) | frozenset(range(14, 32)) - {26, 27}


@dataclass(frozen=True, slots=True)
class Part:
    """One table to read."""

    label: str
    """As people see it: `month.zip/orders.csv`, `orders.xlsx/Orders`."""
    path: Path
    sheet: str | None = None
    """Name of the sheet, where the path is a workbook."""


def refused(label: str, looks: str, todo: str = "", *, why: str = EXPECTED) -> ExportRefused:
    """Return the error for a file that is not what was expected; `looks` completes `It looks like …`."""
    return ExportRefused(f"{label} cannot be read: it looks like {looks}.", why=why, todo=todo)


def unreadable(label: str, what: str, todo: str = "", *, why: str = EXPECTED) -> ExportRefused:
    """Return the error for a file with something wrong about it; `what` is what it does or is."""
    return ExportRefused(f"{label} cannot be read: {what}.", why=why, todo=todo)


def unpack(path: Path, folder: Path) -> Iterator[Part]:
    """Yield the tables of one file, archives unpacked into `folder`. Raises ExportRefused."""
    label = str(path)
    head = _head(path)
    if zipfile.is_zipfile(path) and head.startswith(b"PK"):
        yield from _from_zip(label, path, folder)
        return
    _must_be_text(label, head)
    yield Part(label, path)


def _head(path: Path) -> bytes:
    if not path.exists():
        raise unreadable(str(path), "there is no such file", "Check the path.", why="")
    if path.is_dir():
        raise unreadable(str(path), "it is a folder", "Pass the files in it one by one.", why="")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise unreadable(str(path), f"the system says “{said}”", "Check who may read it.", why="") from error


def _must_be_text(label: str, head: bytes) -> None:
    """Raise for what is certainly no table of text."""
    if not head.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise unreadable(label, "it is empty", _AGAIN)
    for sign, looks, todo in _SIGNS:
        if head.startswith(sign):
            raise refused(label, looks, todo)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith(_WEB):
        raise refused(
            label, "a web page, perhaps a sign-in page that was saved as a file", "Sign in and export again."
        )
    if text.startswith((b"<?xml", b"<svg")):
        raise refused(label, "an XML file", "Export the data as CSV.")
    if text.startswith((b"{", b"[{", b"[[", b"[ {")):
        raise refused(label, "a JSON file", "Export the data as CSV.")
    if text.startswith(b"pk") or _is_binary(head):
        raise refused(label, "a binary file, or one that was cut off", _AGAIN)


def _is_binary(head: bytes) -> bool:
    """Whether these bytes are no text, in no encoding that exports come in."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    if head.count(0) > len(head) // 100 and not _is_wide(head):
        return True
    return sum(byte in _NO_TEXT for byte in head) > len(head) // 50


def _is_wide(head: bytes) -> bool:
    """Whether these bytes look like UTF-16 without a mark: every other byte is zero."""
    return min(head[0::2].count(0), head[1::2].count(0)) == 0 and head.count(0) > len(head) // 4


# ---------------------------------------------------------------- archives


def _from_zip(label: str, path: Path, folder: Path) -> Iterator[Part]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "xl/workbook.xml" in names:
                _bounded(label, path, archive.infolist())
                yield from (Part(f"{label}/{sheet}", path, sheet) for sheet in sheet_names(label, path))
                return
            _must_be_archive(label, names)
            yield from _members(label, path, archive, folder)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise unreadable(label, "the archive is damaged or was cut off", _AGAIN) from error


def _must_be_archive(label: str, names: set[str]) -> None:
    documents = {
        "word/document.xml": "a Word document",
        "ppt/presentation.xml": "a PowerPoint presentation",
        "content.xml": "an OpenDocument file (.ods)",
        "Index/Document.iwa": "a Numbers or Pages document",
    }
    for name, looks in documents.items():
        if name in names:
            raise refused(label, looks, "Save it as CSV UTF-8 or as .xlsx and pass that.")


def _members(label: str, path: Path, archive: zipfile.ZipFile, folder: Path) -> Iterator[Part]:
    members = [info for info in archive.infolist() if _is_member(info)]
    _bounded(label, path, members)
    tables = [info for info in members if PurePosixPath(info.filename).suffix.casefold() in _TABLES]
    books = [info for info in members if PurePosixPath(info.filename).suffix.casefold() == ".xlsx"]
    if not tables and not books:
        raise unreadable(label, "the archive holds no CSV and no XLSX file", _AGAIN)
    for info in tables + books:
        unpacked = folder / f"unpacked-{len(list(folder.iterdir()))}{PurePosixPath(info.filename).suffix}"
        _extract(label, archive, info, unpacked)
        for part in unpack(unpacked, folder) if info in books else [Part("", unpacked)]:
            inner = f"{label}/{info.filename}"
            if part.sheet is None:
                _must_be_text(inner, _head(unpacked))
            yield Part(f"{inner}/{part.sheet}" if part.sheet else inner, part.path, part.sheet)


def _is_member(info: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(info.filename)
    return not info.is_dir() and not name.name.startswith(".") and "__MACOSX" not in name.parts


def _bounded(label: str, path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Raise for what needs a password, or would unpack to more than any export holds."""
    if any(info.flag_bits & 1 for info in members):
        raise unreadable(label, "it needs a password", "Unpack it and pass the CSV inside.")
    total = sum(info.file_size for info in members)
    ratio = total / max(path.stat().st_size, 1)
    if len(members) > _MOST_MEMBERS and "xl/workbook.xml" not in {info.filename for info in members}:
        raise unreadable(label, f"the archive holds {len(members)} files", "Pass the exports one by one.")
    if total > LARGEST_UNPACKED or (total > _SMALL and ratio > LARGEST_RATIO):
        said = f"it would unpack to {total / 1024**2:,.0f} MB, {ratio:,.0f} times its size"
        raise unreadable(label, said, "Unpack it yourself and pass the CSV inside, if you trust it.")


def _extract(label: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write one member to `target`, and not a byte more than the archive said it holds."""
    with archive.open(info) as packed, target.open("wb") as file:
        shutil.copyfileobj(_Bounded(packed, info.file_size, f"{label}/{info.filename}"), file, 1024**2)


class _Bounded:
    """A stream that may not give more than it promised."""

    def __init__(self, stream: IO[bytes], promised: int, label: str) -> None:
        self._stream = stream
        self._left = promised
        self._label = label

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes. Raises ExportRefused where the archive lied about its size."""
        block = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise unreadable(self._label, "it unpacks to more than the archive says", _AGAIN)
        return block
