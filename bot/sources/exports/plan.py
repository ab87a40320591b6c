"""How one table will be read: what it is, where its columns are, and how its dates are written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from bot.sources.exports import sheets
from bot.sources.exports.columns import WORDS
from bot.sources.exports.dates import DateForm
from bot.sources.exports.dialect import KNOWN, Dialect, Record, dialect, header_at
from bot.sources.exports.files import Kind, System
from bot.sources.exports.recognise import Mappings, Recognised, recognise
from bot.sources.exports.unpack import Part, unreadable

MOMENTS = frozenset(
    {
        *("created_at", "processed_at", "updated_at", "cancelled_at", "closed_at", "ordered_at", "paid_at"),
        *("fulfilled_at", "made_at", "voided_at", "parcel_created_at", "parcel_updated_at", "refunded_at"),
        *("payment_at", "ship_date"),
    }
)
DAYS = frozenset({"ship_by", "hold_until"})
_ROWS_OF_A_SHEET = 2_000


@dataclass(frozen=True, slots=True)
class Table:
    """One table, its form and the beginning of its rows."""

    part: Part
    dialect: Dialect | None
    """None: a sheet of a workbook."""
    header_line: int
    header: tuple[str, ...]
    sample: Sequence[Record] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """One table, recognised."""

    number: int
    """Of the file, as `file` in the canonical tables."""
    table: Table
    what: Recognised

    @property
    def label(self) -> str:
        """What people call it."""
        return self.table.part.label

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.what.kind

    @property
    def system(self) -> System:
        """Whose export it is."""
        return "shopify" if self.kind in {"shopify", "matrixify"} else "shipstation"

    @property
    def path(self) -> Path:
        """Where its bytes are."""
        return self.table.part.path

    def has(self, name: str) -> bool:
        """Whether it has a column for this field."""
        return name in self.what.columns

    @property
    def dates(self) -> tuple[str, ...]:
        """Its fields that hold dates."""
        return tuple(name for name in self.what.columns if name in MOMENTS | DAYS)

    def sampled(self, name: str) -> list[str]:
        """Return what the beginning of the file has in a field, blanks left out."""
        at = self.what.columns[name]
        found = (cells[at].strip() for _, cells in self.table.sample if at < len(cells))
        return [value for value in found if value]

    @property
    def mapping(self) -> Mapping[str, str]:
        """The file's own column names to what they were taken for, in words and in the file's order."""
        by_place = sorted(self.what.columns.items(), key=lambda item: item[1])
        return MappingProxyType({self.table.header[at].strip(): WORDS[name] for name, at in by_place})


Forms = Mapping[str, DateForm]
"""How each date column of a file writes its dates, by field."""


def read_beginning(part: Part, mapped: Mappings) -> Table:
    """Return a table's form. Raises ExportRefused for one without rows."""
    if part.sheet is None:
        form, sample = dialect(part.path, mapped)
        return Table(part, form, form.header_line, form.header, sample)
    first = _first_rows(part, part.sheet)
    if not first:
        return Table(part, None, 1, (), ())
    at = header_at(first, KNOWN | frozenset(mapped))
    line, header = first[at]
    return Table(part, None, line, tuple(header), first[at + 1 :])


def _first_rows(part: Part, sheet: str) -> list[Record]:
    found: list[Record] = []
    rows: Iterator[Record] = sheets.records(part.label, part.path, sheet)
    for record in rows:
        found.append(record)
        if len(found) >= _ROWS_OF_A_SHEET:
            break
    return found


def planned(number: int, table: Table, mappings: Mappings) -> Plan:
    """Return how a table is read. Raises ExportRefused for one that is no export, or has no rows."""
    if not any(map(str.strip, table.header)):
        raise unreadable(table.part.label, "it is empty", "Export again.")
    what = recognise(table.part.label, table.header, mappings)
    if not any(any(map(str.strip, cells)) for _, cells in table.sample):
        raise unreadable(
            table.part.label,
            f"it is a {what.named} with a header and no rows",
            "Export again, and check the dates and filters that were chosen.",
            why="",
        )
    return Plan(number, table, what)
