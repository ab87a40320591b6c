"""One file into the tables where rows land: by DuckDB's own parallel reader where the file is plain, carefully otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from bot.sources.exports import careful
from bot.sources.exports.checks import BLANK, HEADER_AGAIN, Check, checks, offending, verdict
from bot.sources.exports.columns import WORDS
from bot.sources.exports.dates import OF_ODD_TEXT, forms_of, shared
from bot.sources.exports.files import LISTED, RejectedRow, Tell
from bot.sources.exports.plan import DAYS, Forms, Plan
from bot.sources.exports.progress import watched
from bot.sources.exports.projection import IS_LINE, Reader, parts, prepared, values
from bot.sources.exports.tables import INTO
from bot.sources.exports.values import macros

_BUFFER = 16 * 1024**2
"""Bytes that each thread of DuckDB's reader holds of a file."""
_LONGEST_LINE = 1024**2
_ENOUGH = 100
"""Values of a column from which its dates' form is told; what does not fit is seen when all are read."""
_LARGE = 32 * 1024**2
"""Bytes of a file from which on its reading is worth two cores."""


@dataclass
class Loaded:
    """What reading one file came to."""

    plan: Plan
    forms: Forms
    rows: int = 0
    rejected: int = 0
    damaged: int = 0
    """Tracking numbers that Excel has rounded."""
    listed: list[RejectedRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def in_order(plan: Plan) -> bool:
    """Whether a file's rows are kept in their order from the start.

    That costs a third more time, and only one core works. The labels of a month need no order, and Shopify's orders
    only where the same order is met twice.
    """
    return plan.kind in {"rows", "matrixify"} or plan.path.stat().st_size < _LARGE


def load(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    zone: ZoneInfo,
    folder: Path,
    tell: Tell,
    *,
    ordered: bool,
) -> Loaded:
    """Read one file. Raises ExportRefused where none of its rows can be read."""
    connection.execute(f"SET preserve_insertion_order = {str(ordered).lower()}")
    form = plan.table.dialect
    if form is not None and form.plain:
        loaded = _quickly(connection, plan, zone, tell)
        if loaded is not None:
            return loaded
    return _carefully(connection, plan, zone, folder, tell)


# ---------------------------------------------------------------- the plain way


def _quickly(connection: duckdb.DuckDBPyConnection, plan: Plan, zone: ZoneInfo, tell: Tell) -> Loaded | None:
    """Read a file with DuckDB's strict reader; None where anything in it wants a closer look."""
    forms = _forms(connection, plan)
    reader, found = Reader(plan, forms, zone), checks(plan)
    source = _read_csv(plan)
    try:
        with watched(connection, tell):
            count = _insert(connection, reader, found, source)
    except duckdb.InvalidInputException:
        undo(connection, plan)
        return None
    verdicts = _verdicts(connection, plan)
    if not count or not verdicts.keys() <= {BLANK, HEADER_AGAIN}:
        undo(connection, plan)
        return None
    loaded = Loaded(plan, _settled(connection, reader), rows=count)
    _set_aside(connection, loaded, verdicts)
    return loaded


def _forms(connection: duckdb.DuckDBPyConnection, plan: Plan) -> Forms:
    """Return how dates are written, by the beginning of the file.

    A column that is empty there, as a month's newest orders are not fulfilled yet, is taken to follow the others.
    """
    told = {name: plan.sampled(name)[:_ENOUGH] for name in plan.dates}
    named = [(name, value) for name, values in told.items() for value in values]
    source = "SELECT unnest(?::VARCHAR[]) AS name, unnest(?::VARCHAR[]) AS x"
    forms = forms_of(
        connection, plan.dates, (source, [[name for name, _ in named], [value for _, value in named]])
    )
    return {name: form if told[name] else shared(forms.values()) for name, form in forms.items()}


def _settled(connection: duckdb.DuckDBPyConnection, reader: Reader) -> Forms:
    """Return how dates are written, now that all are read: a later row may show that the month comes first.

    A moment has its day in UTC here, which may be one more than the clock's.
    """
    for name in [name for name, form in reader.forms.items() if form.ambiguous]:
        column = "shipped_at" if reader.plan.kind == "rows" and name == "ship_date" else name
        if column in values(reader) and _shows_a_late_day(connection, reader.plan, column):
            return {name: replace(form, ambiguous=False) for name, form in reader.forms.items()}
    return reader.forms


def _shows_a_late_day(connection: duckdb.DuckDBPyConnection, plan: Plan, column: str) -> bool:
    is_day = column in DAYS or column == "ship_date"
    which = f"day({column}) > 12" if is_day else f"day({column}) > 13"
    asked = f"SELECT 1 FROM {INTO[plan.kind]} WHERE file = ? AND {which} LIMIT 1"
    return connection.execute(asked, [plan.number]).fetchone() is not None


def _read_csv(plan: Plan) -> str:
    """Return SQL that reads the file: no guessing, every column text, under its field's name."""
    form = plan.table.dialect
    assert form is not None
    names = {at: name for name, at in plan.what.columns.items()}
    columns = ", ".join(f"'{names.get(at, f'column {at}')}': 'VARCHAR'" for at in range(len(form.header)))
    return (
        f"read_csv({_quoted(str(plan.path))}, auto_detect=false, header=false, skip={form.header_line}, "
        f"delim='{form.delimiter}', quote='\"', escape='\"', "
        f"buffer_size={_BUFFER}, max_line_size={_LONGEST_LINE}, columns={{{columns}}})"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ---------------------------------------------------------------- the careful way


def _carefully(
    connection: duckdb.DuckDBPyConnection, plan: Plan, zone: ZoneInfo, folder: Path, tell: Tell
) -> Loaded:
    """Read a file row by row into clean text first, with line numbers; then its values, judged as whole columns."""
    clean = folder / f"clean-{plan.number}.csv"
    outcome = careful.rewrite(plan, clean, tell)
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in plan.what.columns)
    texts = ", ".join(f'date_text("{name}") AS "{name}"' for name in plan.dates)
    connection.execute("; ".join(macros(OF_ODD_TEXT)))
    connection.execute(
        f"CREATE OR REPLACE TABLE raw AS SELECT *{f' REPLACE ({texts})' if texts else ''} "
        f"FROM read_csv({_quoted(str(clean))}, auto_detect=false, header=false, "
        f"delim=',', quote='\"', escape='\"', new_line='\\n', columns={{'line': 'BIGINT', {columns}}})"
    )
    clean.unlink()
    beside = ", ".join(f'"{name}"' for name in plan.dates)
    forms = forms_of(
        connection, plan.dates, (f"SELECT name, x FROM raw UNPIVOT (x FOR name IN ({beside}))", ())
    )
    reader, found = Reader(plan, forms, zone), checks(plan)
    count = _insert(connection, reader, found, "raw")
    loaded = Loaded(plan, forms, rows=count + outcome.broken, rejected=outcome.broken)
    loaded.listed += outcome.listed
    connection.execute(
        "INSERT INTO unread SELECT DISTINCT number_key(number), ? FROM (SELECT unnest(?::VARCHAR[]) AS number)",
        [plan.system, outcome.numbers],
    )
    loaded.notes += outcome.notes
    _reject(connection, reader, found, loaded)
    _set_aside(connection, loaded, _verdicts(connection, plan))
    connection.execute("DROP TABLE raw")
    return loaded


def _reject(
    connection: duckdb.DuckDBPyConnection, reader: Reader, found: Sequence[Check], loaded: Loaded
) -> None:
    """List the rows that cannot be read, note the values that count as blank, and remember the orders concerned."""
    told = f"(SELECT *, {verdict(reader.plan, found)} AS verdict FROM ({_valued(reader, 'raw')}))"
    by_code = {check.code: check for check in found}
    hard = [code for code, check in by_code.items() if check.hard]
    rows = connection.execute(
        f"SELECT line, verdict, {offending(found)} FROM {told} WHERE verdict IN (SELECT unnest(?)) "
        f"ORDER BY line LIMIT {LISTED}",
        [hard],
    ).fetchall()
    for line, code, value in rows:
        said = f" (“{value}”)" if value else ""
        loaded.listed.append(
            RejectedRow(reader.plan.label, line, by_code[code].reason.replace("{value}", said))
        )
    loaded.listed.sort(key=lambda row: row.line)
    del loaded.listed[LISTED:]
    counts = dict(
        connection.execute(
            f"SELECT verdict, count(*) FROM {told} WHERE verdict IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    loaded.rejected += sum(counts.get(code, 0) for code in hard)
    loaded.notes += _blanked(counts, by_code)
    connection.execute(
        f"INSERT INTO unread SELECT DISTINCT _key, ? FROM {told} WHERE verdict IN (SELECT unnest(?)) AND _key IS NOT NULL",
        [reader.plan.system, hard],
    )


def _blanked(counts: Mapping[int, int], by_code: Mapping[int, Check]) -> list[str]:
    return [
        f"{_counted(counts[code], 'value')} of “{WORDS[check.field]}” cannot be read and count as blank."
        for code, check in by_code.items()
        if not check.hard and counts.get(code)
    ]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# ---------------------------------------------------------------- both


def _insert(
    connection: duckdb.DuckDBPyConnection, reader: Reader, found: Sequence[Check], source: str
) -> int:
    """Read the rows of `source` into the table where they land; return how many the file has."""
    plan = reader.plan
    if plan.kind == "matrixify" and source != "raw":
        wanted = ", ".join(f'"{name}"' for name in plan.what.columns)
        connection.execute(f"CREATE OR REPLACE TABLE raw AS SELECT 0 AS line, {wanted} FROM {source}")
        source = "raw"
    columns = values(reader)
    shown = ", ".join(f"_{column} AS {column}" for column in columns)
    which = f"WHERE _first OR {IS_LINE} OR verdict IS NOT NULL" if plan.has("line_type") else ""
    inserted = connection.execute(
        f"INSERT INTO {INTO[plan.kind]} BY NAME SELECT {shown}, {verdict(plan, found)} AS verdict, "
        f"{plan.number} AS file FROM ({_valued(reader, source)}) {which}"
    ).fetchone()
    if plan.kind != "matrixify":
        return int(inserted[0]) if inserted else 0
    pieces = parts(reader)
    named = ", ".join(f"{sql} AS {column}" for column, sql in pieces.items())
    connection.execute(
        f"INSERT INTO shopify_parts BY NAME SELECT *, {plan.number} AS file "
        f"FROM (SELECT {named} FROM ({prepared(reader, 'raw')})) "
        "WHERE what IS NOT NULL AND key IS NOT NULL"
    )
    [count] = connection.execute("SELECT count(*) FROM raw").fetchone() or (0,)
    return int(count)


def _valued(reader: Reader, source: str) -> str:
    named = ", ".join(f"{sql} AS _{column}" for column, sql in values(reader).items())
    return f"SELECT *, {named} FROM ({prepared(reader, source)})"


def _verdicts(connection: duckdb.DuckDBPyConnection, plan: Plan) -> dict[int, int]:
    """Return how many rows of a file have which verdict, the good ones left out."""
    found = connection.execute(
        f"SELECT verdict, count(*) FROM {INTO[plan.kind]} WHERE file = ? AND verdict IS NOT NULL GROUP BY 1",
        [plan.number],
    ).fetchall()
    return {int(code): int(count) for code, count in found}


def _set_aside(connection: duckdb.DuckDBPyConnection, loaded: Loaded, found: Mapping[int, int]) -> None:
    """Take rows that are no data, or rejected, out of the table, and say how many were no data.

    `found`: how many rows have which verdict.
    """
    plan = loaded.plan
    for code, noun in ((HEADER_AGAIN, "repeated header"), (BLANK, "empty row")):
        if found.get(code):
            loaded.rows -= found[code]
            loaded.notes.append(f"{_counted(found[code], noun)} left out.")
    gone = [check.code for check in checks(plan) if check.hard] + [BLANK, HEADER_AGAIN]
    if not found.keys().isdisjoint(gone):
        connection.execute(
            f"DELETE FROM {INTO[plan.kind]} WHERE file = ? AND verdict IN (SELECT unnest(?))",
            [plan.number, gone],
        )
    if plan.has("tracking"):
        table = "shopify_parts" if plan.kind == "matrixify" else "parcel_rows"
        asked = f"SELECT count(*) FROM {table} WHERE file = ? AND tracking_damaged"
        [loaded.damaged] = connection.execute(asked, [plan.number]).fetchone() or (0,)


def undo(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Take a file's rows out again."""
    for table in {INTO[plan.kind], *(["shopify_parts"] if plan.kind == "matrixify" else [])}:
        connection.execute(f"DELETE FROM {table} WHERE file = ?", [plan.number])
