"""What makes a row unreadable, and what only leaves a blank. In SQL over a row's fields and, with `_` before, its values.

A row gets one verdict: NULL when all is well, BLANK and HEADER_AGAIN for rows that are no data, the code of a check
otherwise. A row with a hard verdict is rejected; of one with a soft verdict a single value counts as blank.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.sources.exports.columns import WORDS
from bot.sources.exports.plan import DAYS, MOMENTS, Plan
from bot.sources.exports.projection import IS_LINE

BLANK = 1
HEADER_AGAIN = 2
_SOFT_FROM = 100


@dataclass(frozen=True, slots=True)
class Check:
    """Something that can be wrong with a row."""

    code: int
    when: str
    """SQL, TRUE where it is wrong."""
    reason: str
    """A sentence about the row; `{value}` stands for what is written there, or for nothing."""
    field: str
    """The field that it is about."""
    fine: str
    """SQL, TRUE only where it is not wrong, and for nearly every row; cheaper than `when`."""

    @property
    def hard(self) -> bool:
        """Whether the row is rejected."""
        return self.code < _SOFT_FROM


_NO_NUMBER = Check(10, "_key IS NULL", "It has no order number.", "order_number", "_key IS NOT NULL")
_DAMAGED = Check(
    11,
    'is_damaged("order_number")',
    "Excel has damaged its order number{value}: export again and do not save the file in Excel.",
    "order_number",
    'NOT contains("order_number", \'+\') AND strlen("order_number") < 20',
)
_HARD: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "shopify": (
            Check(
                12,
                "_created_at IS NULL",
                "The moment at which it was created{value} cannot be read.",
                "created_at",
                "_created_at IS NOT NULL",
            ),
            Check(
                13,
                '_cancelled_at IS NULL AND given("cancelled_at")',
                "The moment at which it was cancelled{value} cannot be read.",
                "cancelled_at",
                '("cancelled_at" IS NULL OR _cancelled_at IS NOT NULL)',
            ),
            Check(
                14,
                '_quantity IS NULL AND given("quantity")',
                "The quantity{value} cannot be read.",
                "quantity",
                '("quantity" IS NULL OR _quantity IS NOT NULL)',
            ),
        ),
        "labels": (
            Check(
                15,
                'flag("voided") IS NULL AND given("voided")',
                "Whether it was voided cannot be read{value}.",
                "voided",
                '("voided" IS NULL OR flag("voided") IS NOT NULL)',
            ),
            Check(16, "", "The day on which it was shipped{value} cannot be read.", "ship_date", ""),
        ),
        "rows": (),
    }
)
"""Of 16 the SQL depends on which dates a file has."""
_FAMILY = MappingProxyType({"matrixify": "shopify", "marks": "labels"})
_QUOTABLE = (
    r"(\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4})[ T]?[0-9:. ]{0,12}( ?[APap][Mm])?( ?[+-]\d{2}:?\d{2}|Z)?"
    r"|\d+[.,]\d+[Ee]\+\d+"
)
"""What may be shown of a value that cannot be read: only what looks like a date or a damaged number, never a word or phone."""
_LONGEST = 40


def checks(plan: Plan) -> tuple[Check, ...]:
    """Return what is checked in a file, the gravest first."""
    hard = [_NO_NUMBER, _DAMAGED]
    for check in _HARD[_FAMILY.get(plan.kind, plan.kind)]:
        known = _present(plan, check)
        if known is not None:
            hard.append(known)
    settled = {check.field for check in hard if check.field != "ship_date"}
    soft = [
        _soft(_SOFT_FROM + number, field, _value(plan, field))
        for number, field in enumerate(plan.dates)
        if field not in settled and _value(plan, field)
    ]
    return (*hard, *soft)


def _soft(code: int, field: str, value: str) -> Check:
    return Check(
        code,
        f'_{value} IS NULL AND given("{field}")',
        WORDS[field],
        field,
        f'("{field}" IS NULL OR _{value} IS NOT NULL)',
    )


def _present(plan: Plan, check: Check) -> Check | None:
    """Return a check for the columns that the file has, or None where it has none of them."""
    if check.code == 16:
        return _dated_parcel(plan, check)
    if not plan.has(check.field):
        return None
    if check.code == 12 and plan.kind == "matrixify":
        return replace(check, when=f"_first AND ({check.when})")
    if check.code == 14 and plan.has("line_type"):
        return replace(check, when=f"{IS_LINE} AND ({check.when})")
    return check


def _dated_parcel(plan: Plan, check: Check) -> Check | None:
    there = [field for field in ("ship_date", "made_at") if plan.has(field)]
    if not there:
        return None
    given = " OR ".join(f'given("{field}")' for field in there)
    unread = " AND ".join(f"_{field} IS NULL" for field in there)
    read = " OR ".join(f"_{field} IS NOT NULL" for field in there)
    return replace(check, when=f"{unread} AND ({given})", field=there[0], fine=f"({read})")


def _value(plan: Plan, field: str) -> str:
    """Return the name of the column that a date field fills; empty where it fills none."""
    if plan.kind == "rows" and field == "ship_date":
        return "shipped_at"
    of_parts = {"parcel_created_at", "parcel_updated_at", "refunded_at", "payment_at"}
    return field if field in MOMENTS | DAYS and field not in of_parts else ""


def verdict(plan: Plan, found: Collection[Check]) -> str:
    """Return SQL for a row's verdict. That nothing at all is wrong with it is asked first, in the cheapest way."""
    fields = [field for field in plan.what.columns if field != "order_number"]
    blank = " AND ".join(f'"{field}" IS NULL' for field in fields) or "TRUE"
    first = next(check for check in found if check.code == _NO_NUMBER.code)
    branches = [
        f"WHEN {first.when} THEN CASE WHEN {blank} THEN {BLANK} ELSE {first.code} END",
        f"WHEN {_header_again(plan)} THEN {HEADER_AGAIN}",
        *(f"WHEN {check.when} THEN {check.code}" for check in found if check is not first),
    ]
    return f"CASE WHEN {_plainly_fine(plan, found)} THEN NULL ELSE CASE {' '.join(branches)} END END"


def _plainly_fine(plan: Plan, found: Collection[Check]) -> str:
    """Return SQL that is TRUE for nearly every row, and for none with which anything is wrong."""
    header = plan.table.header[plan.what.columns["order_number"]]
    return " AND ".join([f'"order_number" NOT IN ({_as_written(header)})', *(check.fine for check in found)])


def _header_again(plan: Plan) -> str:
    """Return SQL that is TRUE for the header once more, as where files were put together.

    Dates are left out of it: their text is no longer as it was.
    """
    others = [name for name in plan.what.columns if name != "order_number" and name not in plan.dates]
    return " AND ".join(
        f'"{name}" IN ({_as_written(plan.table.header[plan.what.columns[name]])})'
        for name in ("order_number", *others[:2])
    )


def _as_written(name: str) -> str:
    """Return SQL for a column's name, with and without odd spaces."""
    ways = {name.strip("\ufeff"), " ".join(name.strip("\ufeff").split())}
    return ", ".join("'" + way.replace("'", "''") + "'" for way in sorted(ways))


def offending(found: Collection[Check]) -> str:
    """Return SQL for the value that a verdict is about, where it may be shown."""
    branches = " ".join(
        f"WHEN {check.code} THEN CASE WHEN regexp_full_match(trim(\"{check.field}\"), '{_QUOTABLE}') "
        f'THEN trim("{check.field}")[:{_LONGEST}] END'
        for check in found
    )
    return f"CASE verdict {branches} END"
