"""`open_exports`: any mix of export files, read once into tables that can be asked."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from bot.folders import folder
from bot.sources.exports import dates, facts, tables, values
from bot.sources.exports.facts import Spans
from bot.sources.exports.files import Knowledge, Progress, ReadFile, RejectedRow
from bot.sources.exports.gathering import Gathered, gather
from bot.sources.exports.knowledge import knowledge
from bot.sources.exports.loading import Loaded, in_order, load, undo
from bot.sources.exports.merge import merge, orders_clash
from bot.sources.exports.noting import notes
from bot.sources.exports.progress import QUIETLY, announced
from bot.sources.exports.projection import filled
from bot.sources.exports.recognise import parse_mappings
from bot.sources.exports.zones import PACIFIC
from storage.facts import Order, Shipment, ShipStationOrder, ShipStationStore

MEMORY = "500MB"
"""What DuckDB may hold in memory; beyond it, tables go to the temporary folder, compressed: some five percent more time."""


@dataclass(frozen=True, slots=True)
class Exports:
    """What a set of export files says. Good until its `open_exports` ends."""

    connection: duckdb.DuckDBPyConnection
    """The canonical tables (see `tables.py`)."""
    files: tuple[ReadFile, ...]
    rejected_rows: tuple[RejectedRow, ...]
    """At most a thousand for each file; a file's notes say how many more there are."""
    knows: frozenset[Knowledge]
    zone: ZoneInfo
    """In which dates without an offset were read."""
    spans: Spans
    """Shopify's begins with its oldest order; ShipStation's with its oldest parcel, or order where there are no parcels."""
    stores: Mapping[int, ShipStationStore]
    """ShipStation's stores by the ids that `load` gives them."""

    def load(
        self, keys: Sequence[str]
    ) -> Iterator[tuple[Order, tuple[ShipStationOrder, ...], tuple[Shipment, ...]]]:
        """Yield the facts of the Shopify orders with these keys, and ShipStation's of the same number beside them.

        Orders of which a row could not be read, on either side, are left out: nothing can be concluded about them.
        """
        return facts.load(self.connection, keys, self.spans, self.zone)


def _quietly(_what: str, _part: float) -> None:
    pass


@contextmanager
def open_exports(
    paths: Sequence[Path],
    *,
    mappings: Sequence[str] = (),
    zone: ZoneInfo | None = None,
    excerpts: Collection[Path] = (),
    progress: Progress = _quietly,
) -> Iterator[Exports]:
    """Read export files, in any number and mix.

    `mappings`: `Column=field` for columns that cannot be known. `zone`: of dates without an offset; by default the zone
    of the Shopify export's own offsets, else Pacific. `excerpts`: files that hold only some rows of a list. Raises ExportRefused for a file that cannot be read as an export.
    """
    with folder("exports") as place:
        found = gather(paths, parse_mappings(mappings), place)
        assumed = zone or found.told_zone or PACIFIC
        connection = _database(place, filled(found.plans))
        try:
            loaded = [
                load(connection, plan, assumed, place, tell, ordered=in_order(plan))
                for plan, tell in announced(found.plans, progress)
            ]
            clash = orders_clash(connection)
            if clash:
                loaded = _in_order(connection, loaded, assumed, place, progress)
            _forget(place)
            repeated = merge(connection, clash=clash)
            spans = facts.spans(connection, assumed)
            yield Exports(
                connection=connection,
                files=(*(_file(each, found, repeated, assumed, zone) for each in loaded), *found.doubles),
                rejected_rows=tuple(row for each in loaded for row in each.listed),
                knows=knowledge(found.plans, excerpts),
                zone=assumed,
                spans=spans,
                stores=facts.stores(connection, spans),
            )
        finally:
            connection.close()


def _in_order(
    connection: duckdb.DuckDBPyConnection,
    loaded: Sequence[Loaded],
    zone: ZoneInfo,
    folder: Path,
    progress: Progress,
) -> list[Loaded]:
    """Read those files of Shopify's orders again whose rows were not kept in their order."""
    again = {each.plan.number for each in loaded if each.plan.kind == "shopify" and not in_order(each.plan)}
    read = {each.plan.number: each for each in loaded}
    for plan, tell in announced([read[number].plan for number in sorted(again)], progress):
        undo(connection, plan)
        read[plan.number] = load(connection, plan, zone, folder, tell, ordered=True)
    return list(read.values())


def _forget(folder: Path) -> None:
    """Delete what was unpacked: it holds names and addresses."""
    for path in folder.iterdir():
        if path.is_file():
            path.unlink()


def _database(folder: Path, columns: Mapping[str, Collection[str]]) -> duckdb.DuckDBPyConnection:
    """Return a database in memory that moves to the folder what does not fit; `columns`: as for `tables.create`.

    A database file would cost four seconds more for a million orders, because DuckDB compresses what it writes there.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": MEMORY,
            "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    settings = ("SET GLOBAL TimeZone = 'UTC'", *QUIETLY)
    statements = (*settings, *values.macros(), *values.macros(dates.MACROS), *tables.create(columns))
    connection.execute("; ".join(statements))
    return connection


def _file(
    loaded: Loaded, found: Gathered, repeated: Mapping[int, int], assumed: ZoneInfo, given: ZoneInfo | None
) -> ReadFile:
    plan = loaded.plan
    left_out = found.left_out.get(plan.path, ())
    return ReadFile(
        path=plan.label,
        recognised_as=plan.what.named,
        rows=loaded.rows,
        rejected=loaded.rejected,
        mapping=plan.mapping,
        notes=notes(loaded, repeated.get(plan.number, 0), left_out, assumed, given=given is not None),
    )
