"""What a table is, by its columns: which export of which system, and which column is which field."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bot.errors import ExportRefused
from bot.sources.exports.columns import MATRIXIFY, SHIPSTATION, SHOPIFY, WORDS, Aliases, fold
from bot.sources.exports.files import Kind
from bot.sources.exports.unpack import EXPECTED, refused, unreadable

Mappings = Mapping[str, str]
"""What `--map` said: folded column name to field."""

NAMES: Mapping[Kind, str] = MappingProxyType(
    {
        "shopify": "Shopify orders export",
        "matrixify": "Matrixify orders export",
        "labels": "ShipStation shipments export",
        "marks": "ShipStation fulfillments export",
        "rows": "ShipStation orders export",
    }
)
TABLES: Mapping[Kind, Aliases] = MappingProxyType(
    {
        "shopify": SHOPIFY,
        "matrixify": MATRIXIFY,
        "labels": SHIPSTATION,
        "marks": SHIPSTATION,
        "rows": SHIPSTATION,
    }
)

_OF_MATRIXIFY = frozenset(
    {
        *("line_type", "line_id", "sku", "quantity", "fulfillable", "line_status", "tracking", "company"),
        *("financial_status", "fulfillment_status", "fulfillment_id", "parcel_created_at"),
    }
)
_OF_SHOPIFY = frozenset(
    {
        *("financial_status", "fulfillment_status", "fulfilled_at", "paid_at", "created_at", "cancelled_at"),
        *("sku", "quantity", "line_status", "requires_shipping"),
    }
)
_OF_PARCELS = frozenset({"tracking", "parcel", "voided", "voided_at", "return_label", "packages", "made_at"})
_OF_ORDERS = frozenset({"order_status", "ordered_at", "paid_at", "ship_by", "hold_until", "sku", "quantity"})
_OF_MARKS = frozenset({"delegation date", "batch"})
_OF_COSTS = frozenset({"shipping cost", "shipping paid", "rate", "difference +"})

_FOREIGN: tuple[tuple[str, frozenset[str], str], ...] = (
    ("a Shopify products export", frozenset({"handle", "title"}), ""),
    ("a Shopify customers export", frozenset({"first name", "last name", "email"}), ""),
    ("a Shopify payouts export", frozenset({"transaction date", "card brand"}), ""),
    ("a Shopify discounts export", frozenset({"code", "times used"}), ""),
    ("a Shopify gift cards export", frozenset({"last characters", "initial balance"}), ""),
    ("a ShipStation products export", frozenset({"warehouselocation", "customstariffno"}), ""),
    ("a Shopify draft orders export", frozenset({"draft order name"}), ""),
)
_EXPORT_ORDERS = "In Shopify choose Orders > Export; in ShipStation, export orders or shipments."
_NEAR = 3
_NAMED_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a table is."""

    kind: Kind
    named: str
    """In words."""
    columns: Mapping[str, int]
    """Field to the position of its column, counted from 0."""


def parse_mappings(texts: Iterable[str]) -> dict[str, str]:
    """Return `--map` options as folded column to field. Raises ExportRefused for a field that there is not."""
    found = {}
    for text in texts:
        column, equals, field = (part.strip() for part in text.rpartition("="))
        if not equals or not column:
            raise ExportRefused(
                f"--map {text!r} is not of the form COLUMN=FIELD.",
                todo='For instance --map "Order #=order_number".',
            )
        if field not in WORDS:
            near = difflib.get_close_matches(field, WORDS, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise ExportRefused(
                f"--map {text!r} names a field that there is not: {field}.",
                todo=f"The fields are {', '.join(sorted(WORDS))}.{meant}",
            )
        found[fold(column)] = field
    return found


def check_mappings(mappings: Mappings, headers: Sequence[Sequence[str]]) -> None:
    """Raise ExportRefused for a mapped column that no file has, with the names that come near."""
    there = {fold(name): name for header in headers for name in header if name.strip()}
    for column, field in mappings.items():
        if column in there:
            continue
        near = [there[name] for name in difflib.get_close_matches(column, there, n=_NEAR, cutoff=0.4)]
        meant = f"Columns that come near: {', '.join(near)}." if near else "Check its spelling."
        raise ExportRefused(f"--map names a column that no file has: “{column}” for {field}.", todo=meant)


def recognise(label: str, header: Sequence[str], mappings: Mappings) -> Recognised:
    """Return what this header belongs to. Raises ExportRefused for anything else."""
    folded = [fold(name) for name in header]
    mapped = {field for column, field in mappings.items() if column in folded}
    matrixify = _columns(MATRIXIFY, folded, mappings)
    if "order_number" in matrixify and len(_OF_MATRIXIFY & matrixify.keys()) > 1:
        return _complete(label, "matrixify", matrixify)
    shopify = _columns(SHOPIFY, folded, mappings)
    if "order_number" in shopify and len(_OF_SHOPIFY & shopify.keys()) > 1:
        return _complete(label, "shopify", shopify)
    _must_not_be_foreign(label, folded, mapped)
    shipstation = _columns(SHIPSTATION, folded, mappings)
    if "order_number" not in shipstation:
        raise _without_number(label, header, shipstation)
    return _complete(label, _of_shipstation(label, header, folded, shipstation), shipstation)


def _columns(table: Aliases, folded: Sequence[str], mappings: Mappings) -> dict[str, int]:
    """Return the position of each field's column: a mapped one, else the first alias that is there."""
    taken = {folded.index(column): field for column, field in mappings.items() if column in folded}
    found = {field: at for at, field in taken.items() if field in table}
    for field, aliases in table.items():
        if field in found:
            continue
        places = (folded.index(name) for name in aliases if name in folded)
        at = next((place for place in places if place not in taken), None)
        if at is not None:
            found[field] = at
    return found


def _must_not_be_foreign(label: str, folded: Sequence[str], mapped: set[str]) -> None:
    if mapped:
        return
    for looks, columns, todo in _FOREIGN:
        if columns <= set(folded):
            raise refused(label, looks, todo or _EXPORT_ORDERS)


def _of_shipstation(
    label: str, header: Sequence[str], folded: Sequence[str], columns: Mapping[str, int]
) -> Kind:
    names = set(folded)
    if "provider" in columns and (_OF_MARKS & names or ("status" in columns and "made_at" in columns)):
        return "marks"
    if _OF_PARCELS & columns.keys() or ("ship date" in names and not _OF_ORDERS & columns.keys()):
        return "labels"
    if _OF_COSTS & names and "ship_date" in columns:
        return "labels"
    if _OF_ORDERS & columns.keys() or "ship_date" in columns:
        return "rows"
    raise unreadable(
        label,
        f"it has an order number and neither a tracking number, a date nor a status: its columns are {_listed(header)}",
        "Add such a column to the export, or say with --map which column it is.",
    )


def _complete(label: str, kind: Kind, columns: Mapping[str, int]) -> Recognised:
    if kind in {"shopify", "matrixify"} and "created_at" not in columns:
        raise unreadable(
            label,
            f"it is a {NAMES[kind]} without the moment at which orders were created",
            "Export again with the column Created at, or say with --map which column it is.",
        )
    used = {field: at for field, at in columns.items() if _is_used(field, kind)}
    return Recognised(kind, NAMES[kind], MappingProxyType(used))


def _is_used(field: str, kind: Kind) -> bool:
    """Whether a field means anything in this kind of export: `Status` says nothing of a label."""
    if kind == "rows":
        return field not in _OF_PARCELS | {"status", "provider", "notified"}
    if kind == "labels":
        return field not in {"paid_at", "ship_by", "hold_until", "status"}
    return kind != "marks" or field not in {"paid_at", "ship_by", "hold_until", "sku", "quantity"}


def _without_number(label: str, header: Sequence[str], columns: Mapping[str, int]) -> ExportRefused:
    known = len(columns)
    if known:
        return unreadable(
            label,
            f"none of its columns is an order number: they are {_listed(header)}",
            'Say which one it is, for instance --map "Reference=order_number".',
        )
    return unreadable(
        label,
        f"none of the {len(header)} names in its first row is a column of an orders or shipments export",
        'If it is one all the same, say which columns are which, for instance --map "Reference=order_number".',
        why=f"Perhaps its header is missing. {EXPECTED}",
    )


def _listed(header: Sequence[str]) -> str:
    """Return the column names, cut; what looks like a row of data instead is not shown."""
    names = [name.strip()[:40] for name in header if name.strip()]
    if any("@" in name or name.replace(" ", "").isdigit() for name in names):
        return "not shown, because its first row looks like data"
    more = f" and {len(names) - _NAMED_COLUMNS} more" if len(names) > _NAMED_COLUMNS else ""
    return f"{', '.join(names[:_NAMED_COLUMNS])}{more}"
