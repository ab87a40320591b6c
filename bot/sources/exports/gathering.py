"""All tables that a set of files holds, each recognised, before any of them is read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.errors import ExportRefused
from bot.sources.exports.files import ReadFile
from bot.sources.exports.plan import Plan, Table, planned, read_beginning
from bot.sources.exports.recognise import Mappings, check_mappings
from bot.sources.exports.unpack import EXPECTED, unpack
from bot.sources.exports.zones import Stamp, stamp, zone_of


@dataclass
class Gathered:
    """What was found in the files."""

    plans: list[Plan] = field(default_factory=list)
    doubles: list[ReadFile] = field(default_factory=list)
    """Those that are the same as another, byte for byte."""
    left_out: dict[Path, list[str]] = field(default_factory=dict)
    """Sheets of a workbook that are no exports, where another one is."""

    @property
    def told_zone(self) -> ZoneInfo | None:
        """The zone that the offsets of the Shopify exports belong to, or None where they tell none."""
        stamps: list[Stamp] = []
        for plan in self.plans:
            if plan.system == "shopify":
                stamps += [found for text in plan.sampled("created_at") if (found := stamp(text))]
        return zone_of(stamps)


def gather(paths: Sequence[Path], mappings: Mappings, folder: Path) -> Gathered:
    """Recognise every table of these files, archives unpacked into `folder`. Raises ExportRefused."""
    if not paths:
        raise ExportRefused("There is nothing to read: no file was given.", why=EXPECTED)
    parts = [part for path in paths for part in unpack(path, folder)]
    tables = [read_beginning(part, mappings) for part in parts]
    check_mappings(mappings, [table.header for table in tables])
    found = Gathered()
    marks = _marks(tables)
    seen: dict[object, str] = {}
    refusals: dict[Path, list[ExportRefused]] = {}
    for table, mark in zip(tables, marks, strict=True):
        try:
            plan = planned(len(found.plans), table, mappings)
        except ExportRefused as refusal:
            if table.part.sheet is None:
                raise
            refusals.setdefault(table.part.path, []).append(refusal)
            found.left_out.setdefault(table.part.path, []).append(table.part.sheet)
            continue
        if mark in seen:
            said = f"The same as {seen[mark]}, byte for byte: not read again."
            found.doubles.append(ReadFile(plan.label, plan.what.named, 0, 0, plan.mapping, (said,)))
            continue
        seen[mark] = plan.label
        found.plans.append(plan)
    _must_have_some(refusals, {plan.path for plan in found.plans})
    return found


def _must_have_some(refusals: Mapping[Path, Sequence[ExportRefused]], readable: set[Path]) -> None:
    """Raise for a workbook of which no sheet can be read, as its first sheet deserves."""
    for path, refused in refusals.items():
        if path not in readable:
            raise refused[0]


def _marks(tables: Iterable[Table]) -> list[object]:
    """Return for each table what it has in common with an equal one; only files of one size are looked into."""
    parts = [table.part for table in tables]
    sizes = [part.path.stat().st_size for part in parts]
    return [
        (size, _digest(part.path) if sizes.count(size) > 1 else part.path, part.sheet)
        for part, size in zip(parts, sizes, strict=True)
    ]


def _digest(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1024**2):
            digest.update(block)
    return digest.hexdigest()
