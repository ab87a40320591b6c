"""SQL that reads dates as exports write them: American, European, ISO, with an offset or in the account's zone.

How a column is written is decided once for the whole column: in which formats its values are, and whether the day or
the month comes first, which any value above 12 settles.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

import duckdb

from bot.sources.exports.zones import to_utc

_CLOCKS = ("%I:%M:%S %p", "%H:%M:%S", "%I:%M %p", "%H:%M", "")
_WITH_OFFSET = ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z")
_DAYS_ANYWAY = (
    "%Y-%m-%d",
    "%d.%m.%y",
    "%d.%m.%Y",
    "%b %d %Y",
    "%d %b %Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%B %d %Y",
    "%d %B %Y",
)
_MONTH_FIRST = ("%m/%d/%y", "%m/%d/%Y")
_DAY_FIRST = ("%d/%m/%y", "%d/%m/%Y")
"""Two digits of a year are tried before four: `%Y` would take `26` for the year 26."""

NEVER = r"0?0?0?1-0?1-0?1\b.*|0?1/0?1/0?0?0?1\b.*|0000-00-00.*|1900-01-00.*|0?0/0?0/0+\b.*"
"""How databases write that there is no date."""

MACROS = MappingProxyType(
    {
        "spaced(x)": r"regexp_replace(replace(upper(bare(x)), ',', ' '), '\s+', ' ', 'g')",
        "sane(t)": "CASE WHEN t BETWEEN TIMESTAMP '1990-01-01' AND TIMESTAMP '2200-01-01' THEN t END",
        "sane_moment(t)": "CASE WHEN t BETWEEN TIMESTAMPTZ '1990-01-01 00:00:00Z' AND TIMESTAMPTZ '2200-01-01 00:00:00Z' THEN t END",
        "is_date(x)": f"given(x) AND NOT regexp_full_match(spaced(x), '{NEVER}')",
    }
)
"""What every file needs; it uses the macros of `values.py`."""
OF_ODD_TEXT = MappingProxyType(
    {
        "years_first(x)": r"regexp_replace(x, '^(\d{4})[/.](\d{1,2})[/.](\d{1,2})', '\1-\2-\3')",
        "slashed(x)": r"regexp_replace(x, '^(\d{1,2})-(\d{1,2})-(\d{4}|\d{2})\b', '\1/\2/\3')",
        "no_fraction(x)": r"regexp_replace(regexp_replace(x, '(\d)T(\d)', '\1 \2'), '(:\d\d)[.]\d+', '\1')",
        "afternoon(x)": r"regexp_replace(x, ' ?([AP])\.?M\b\.?', ' \1M')",
        "offset_apart(x)": r"""regexp_replace(regexp_replace(x, ' ?(Z|UTC|GMT)$', ' +0000'),
            '(\d|M) ?([+-]\d\d):?(\d\d)$', '\1 \2\3')""",
        "dated(x)": "offset_apart(afternoon(no_fraction(slashed(years_first(spaced(x))))))",
        "serial(x)": r"""CASE WHEN regexp_full_match(bare(x), '[2-7]\d{4}([.,]\d+)?') THEN TIMESTAMP '1899-12-30' +
            to_seconds(round(try_cast(replace(bare(x), ',', '.') AS DOUBLE) * 86400)::BIGINT) END""",
        "date_text(x)": """CASE WHEN is_date(x) THEN coalesce(strftime(serial(x), '%Y-%m-%d %H:%M:%S'), dated(x)) END""",
    }
)
"""What only a file that is read carefully needs: every way of writing a date made one of the usual ones."""


@dataclass(frozen=True, slots=True)
class DateForm:
    """How one column writes its dates."""

    clocks: tuple[str, ...] = ()
    """Formats of values that name no offset, in the order in which they are tried."""
    offsets: tuple[str, ...] = ()
    """Formats of values that do."""
    ambiguous: bool = False
    """Whether nothing in the column shows which of day and month comes first."""


def shared(forms: Iterable[DateForm]) -> DateForm:
    """Return the form of a column of which nothing is known but how the file's others are written."""
    each = list(forms)
    return DateForm(
        clocks=tuple(dict.fromkeys(clock for form in each for clock in form.clocks)),
        offsets=tuple(dict.fromkeys(offset for form in each for offset in form.offsets)),
        ambiguous=any(form.ambiguous for form in each),
    )


Source = tuple[str, Sequence[object]]
"""SQL for the values of a file's dates, with the field's `name` and its text `x`, and its parameters."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the values of one column show."""

    first_above: int
    second_above: int
    """How many have a first, and a second, number above 12: the one or the other must be the day."""
    slashed: int
    """How many consist of numbers of which either may be the day."""
    shapes: frozenset[str]


def forms_of(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], source: Source
) -> dict[str, DateForm]:
    """Return how the columns of one file write their dates, by field.

    A column that leaves open whether the day or the month comes first follows the others, then the American way.
    """
    if not names:
        return {}
    seen = dict.fromkeys(names, _Seen(0, 0, 0, frozenset())) | _seen(connection, source)
    lead = sum(each.first_above - each.second_above for each in seen.values())
    there = _there(connection, {name: _tried(each, lead) for name, each in seen.items()}, source)
    return {name: _form(seen[name], lead, there[name]) for name in names}


def _seen(connection: duckdb.DuckDBPyConnection, source: Source) -> dict[str, _Seen]:
    """Return what each column shows; one question for all, since asking takes longer than looking at a month."""
    sql, parameters = source
    found = connection.execute(
        rf"""
        SELECT name, count(*) FILTER (WHERE one > 12), count(*) FILTER (WHERE two > 12), count(one), list(DISTINCT shape)
        FROM (
            SELECT name, try_cast(regexp_extract(x, '^(\d{{1,2}})[/-]\d', 1) AS INTEGER) AS one,
                try_cast(regexp_extract(x, '^\d{{1,2}}[/-](\d{{1,2}})[/-]', 1) AS INTEGER) AS two, {_SHAPE} AS shape
            FROM ({sql}) WHERE x IS NOT NULL
        ) GROUP BY name""",
        parameters,
    ).fetchall()
    return {
        name: _Seen(first, second, slashed, frozenset(shapes))
        for name, first, second, slashed, shapes in found
    }


def _tried(seen: _Seen, lead: int) -> list[str]:
    """Return the formats that values of these shapes may have."""
    own = seen.first_above - seen.second_above
    day_first = own > 0 or (own == 0 and lead > 0)
    return [each for each in (*_WITH_OFFSET, *_naive(day_first=day_first)) if _shape(each) in seen.shapes]


def _there(
    connection: duckdb.DuckDBPyConnection, tried: Mapping[str, Sequence[str]], source: Source
) -> dict[str, list[str]]:
    """Return, of the formats that are tried on each column, those that some value of it has; in one question, too."""
    formats = list(dict.fromkeys(each for own in tried.values() for each in own))
    if not formats:
        return {name: [] for name in tried}
    sql, parameters = source
    counted = connection.execute(
        f"SELECT name, [{', '.join(map(_count, formats))}] FROM ({sql}) GROUP BY name", parameters
    ).fetchall()
    found = {
        name: {each for each, count in zip(formats, counts, strict=True) if count} for name, counts in counted
    }
    return {name: [each for each in own if each in found.get(name, ())] for name, own in tried.items()}


def _count(form: str) -> str:
    return f"count(sane(try_strptime(x, '{form}')::TIMESTAMP))"


def _form(seen: _Seen, lead: int, there: Sequence[str]) -> DateForm:
    own = seen.first_above - seen.second_above
    return DateForm(
        clocks=tuple(each for each in there if "%z" not in each),
        offsets=tuple(each for each in there if "%z" in each),
        ambiguous=bool(there) and seen.slashed > 0 and own == lead == 0,
    )


_SHAPE = r"replace(regexp_replace(regexp_replace(x, '[A-Za-z]+', 'A', 'g'), '\d+', '9', 'g'), '+', '-')"
"""A date without what it says, in SQL: `9/9/9 9:9 A` for `4/2/2026 4:00 AM`."""


@cache
def _shape(form: str) -> str:
    """Return the shape of the dates that a format reads."""
    lettered = re.sub("%[bBp]", "A", form.replace("%z", "-9"))
    return re.sub("%[a-zA-Z]", "9", lettered)


def _naive(*, day_first: bool) -> tuple[str, ...]:
    days = (*(_DAY_FIRST if day_first else _MONTH_FIRST), *_DAYS_ANYWAY)
    return tuple(f"{day} {clock}".strip() for day in days for clock in _CLOCKS)


def parsed(field: str, form: DateForm) -> dict[str, str]:
    """Return SQL for what a column's text says, as columns of their own: a clock's time, and a moment with an offset."""
    found = {}
    if form.clocks:
        found[f"{field} clock"] = f'sane(try_strptime("{field}", {_list(form.clocks)}))'
    if form.offsets:
        found[f"{field} moment"] = f'sane_moment(try_strptime("{field}", {_list(form.offsets)}))'
    return found


def moment(field: str, form: DateForm, zone: ZoneInfo) -> str:
    """Return SQL for the moment that a parsed column names: TIMESTAMPTZ, NULL where it cannot be read."""
    told = []
    if form.offsets:
        told.append(f'"{field} moment"')
    if form.clocks:
        told.append(to_utc(f'"{field} clock"', zone))
    return f"coalesce({', '.join(told)})" if told else "NULL::TIMESTAMPTZ"


def day(field: str, form: DateForm, zone: ZoneInfo) -> str:
    """Return SQL for the calendar day that a parsed column names: DATE; of a moment with an offset, the day in this zone."""
    told = []
    if form.clocks:
        told.append(f'"{field} clock"::DATE')
    if form.offsets:
        told.append(f"timezone('{zone.key}', \"{field} moment\")::DATE")
    return f"coalesce({', '.join(told)})" if told else "NULL::DATE"


def _list(formats: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{each}'" for each in formats) + "]" if len(formats) > 1 else f"'{formats[0]}'"
