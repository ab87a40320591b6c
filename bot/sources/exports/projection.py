"""The values of one file's rows, as SQL over its columns: what fills each column of the table where they land."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.sources.exports.dates import DateForm, day, moment, parsed
from bot.sources.exports.plan import DAYS, Forms, Plan
from bot.sources.exports.tables import INTO
from bot.sources.exports.zones import PACIFIC

IS_LINE = "lower(trim(\"line_type\")) = 'line item'"
"""Of a Matrixify file's row: whether it is a line of its order."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Writes SQL for the values of one file: its columns are there under the names of their fields."""

    plan: Plan
    forms: Forms
    zone: ZoneInfo

    def has(self, field: str) -> bool:
        """Whether the file has such a column."""
        return self.plan.has(field)

    def call(self, macro: str, field: str) -> str | None:
        """Return SQL for a field's value through a macro, or None without such a column."""
        return f'{macro}("{field}")' if self.has(field) else None

    def text(self, field: str) -> str | None:
        """Return SQL for a field's text, as it is written."""
        return f'"{field}"' if self.has(field) else None

    def date(self, field: str) -> str | None:
        """Return SQL for the moment, or the day, that a field names."""
        if not self.has(field):
            return None
        return (day if field in DAYS else moment)(field, self.forms.get(field, DateForm()), self.zone)

    def on_day(self, field: str) -> str | None:
        """Return SQL for the day of a moment, as its clock shows it."""
        return day(field, self.forms.get(field, DateForm()), self.zone) if self.has(field) else None


def filled(plans: Iterable[Plan]) -> dict[str, set[str]]:
    """Return which columns of the tables where rows land these files fill, by table."""
    found: dict[str, set[str]] = {}
    for plan in plans:
        reader = Reader(plan, {}, PACIFIC)  # neither forms nor zone matter for what is there
        found.setdefault(INTO[plan.kind], set()).update(values(reader))
        if plan.kind == "matrixify":
            found.setdefault("shopify_parts", set()).update(parts(reader))
    return found


def prepared(reader: Reader, source: str) -> str:
    """Return SQL for the rows of `source` with their dates parsed beside their text."""
    columns = [
        f'{sql} AS "{name}"'
        for field in reader.plan.dates
        for name, sql in parsed(field, reader.forms.get(field, DateForm())).items()
    ]
    return f"SELECT {', '.join(['*', *columns])} FROM {source}"


def values(reader: Reader) -> dict[str, str]:
    """Return SQL for every column that a file of this kind fills; what it does not tell is left out."""
    found = {
        "shopify": _shopify,
        "matrixify": _shopify,
        "labels": _parcels,
        "marks": _parcels,
        "rows": _orders,
    }[reader.plan.kind](reader)
    return {column: sql for column, sql in found.items() if sql is not None}


def _shopify(reader: Reader) -> dict[str, str | None]:
    moments = (
        "created_at",
        "processed_at",
        "updated_at",
        "cancelled_at",
        "closed_at",
        "paid_at",
        "fulfilled_at",
    )
    texts = ("cancel_reason", "total", "currency", "refunded", "tags", "source", "shipping_method", "sku")
    return {
        "key": reader.call("number_key", "order_number"),
        "name": reader.call("number", "order_number"),
        "id": reader.call("long_id", "id"),
        "first": _is_first(reader),
        **{field: reader.date(field) for field in moments},
        **{field: reader.text(field) for field in texts},
        "financial_status": reader.call("payment_state", "financial_status"),
        "fulfillment_status": reader.call("fulfilled_state", "fulfillment_status"),
        "addressed": f'CASE WHEN {_is_first(reader)} THEN "ships_to" IS NOT NULL END'
        if reader.has("ships_to")
        else None,
        "line_id": reader.call("long_id", "line_id"),
        "quantity": of_line(reader, reader.call("units", "quantity")),
        "fulfillable": reader.call("units", "fulfillable"),
        "requires_shipping": reader.call("flag", "requires_shipping"),
        "gift_card": reader.call("flag", "gift_card"),
        "line_status": reader.call("lower", "line_status"),
    }


def of_line(reader: Reader, value: str | None) -> str | None:
    """Return SQL for a value of a line: in Matrixify's exports other rows have quantities too."""
    if value is None or not reader.has("line_type"):
        return value
    return f"CASE WHEN {IS_LINE} THEN {value} END"


def _is_first(reader: Reader) -> str:
    """Return SQL that tells an order's first row from those that only continue it with more lines (apis.md C1)."""
    own = ("id",) if reader.plan.kind == "shopify" else ()
    only_there = (*own, "financial_status", "fulfillment_status", "total", "currency")
    told = [f'"{field}" IS NOT NULL' for field in only_there if reader.has(field)]
    return " OR ".join(told) if told else "TRUE"


def _parcels(reader: Reader) -> dict[str, str | None]:
    texts = ("carrier", "service", "store", "marketplace", "provider", "sku")
    kind = "'mark'" if reader.plan.kind == "marks" else "'label'"
    if reader.plan.kind == "labels" and reader.has("provider"):
        kind = "CASE WHEN lower(trim(\"provider\")) = 'marked as shipped' THEN 'mark' ELSE 'label' END"
    return {
        "key": reader.call("number_key", "order_number"),
        "number": reader.call("number", "order_number"),
        "kind": kind,
        "parcel": reader.call("number", "parcel"),
        "tracking": reader.call("tracking_number", "tracking"),
        "tracking_damaged": reader.call("is_damaged", "tracking"),
        **{field: reader.text(field) for field in texts},
        "order_status": reader.call("order_state", "order_status"),
        "ordered_at": reader.date("ordered_at"),
        "made_at": reader.date("made_at"),
        "ship_date": reader.on_day("ship_date"),
        "voided": _voided(reader),
        "voided_at": reader.date("voided_at"),
        "return_label": _flagged(reader, "return_label"),
        "notified": reader.call("flag", "notified"),
        "status": reader.call("order_state", "status"),
        "quantity": reader.call("units", "quantity"),
    }


def _voided(reader: Reader) -> str | None:
    """Return SQL for whether a parcel was voided: by its flag, its date, or a fulfilment that was cancelled."""
    told = []
    if reader.has("voided"):
        told.append('coalesce(flag("voided"), FALSE)')
    if reader.has("voided_at"):
        told.append('is_date("voided_at")')
    if reader.has("status"):
        told.append("order_state(\"status\") = 'cancelled'")
    return " OR ".join(told) if told else None


def _flagged(reader: Reader, field: str) -> str | None:
    return f'coalesce(flag("{field}"), FALSE)' if reader.has(field) else None


def _orders(reader: Reader) -> dict[str, str | None]:
    return {
        "key": reader.call("number_key", "order_number"),
        "number": reader.call("number", "order_number"),
        "status": _order_status(reader),
        **{field: reader.text(field) for field in ("store", "marketplace", "sku")},
        **{field: _chosen(reader, field) for field in ("carrier", "service")},
        "ordered_at": reader.date("ordered_at"),
        "paid_at": reader.date("paid_at"),
        "shipped_at": reader.date("ship_date"),
        "ship_by": reader.date("ship_by"),
        "hold_until": reader.date("hold_until"),
        "quantity": reader.call("units", "quantity"),
    }


def _chosen(reader: Reader, field: str) -> str | None:
    """Return SQL for what is chosen on an order: empty where nothing is; NULL stays for a file without the column."""
    return f"coalesce(\"{field}\", '')" if reader.has(field) else None


def _order_status(reader: Reader) -> str | None:
    """Return SQL for an order's status; without that column, a ship date says that it was shipped."""
    if reader.has("order_status"):
        return reader.call("order_state", "order_status")
    return "CASE WHEN is_date(\"ship_date\") THEN 'shipped' END" if reader.has("ship_date") else None


def parts(reader: Reader) -> dict[str, str]:
    """Return SQL for every column of `shopify_parts` that a Matrixify file fills."""
    what = _part(reader)
    found = {
        "key": reader.call("number_key", "order_number"),
        "order_id": reader.call("long_id", "id"),
        "what": what,
        "line_id": reader.call("long_id", "line_id"),
        "quantity": f"abs({reader.call('units', 'quantity')})" if reader.has("quantity") else None,
        "id": reader.call("long_id", "fulfillment_id"),
        "status": f"CASE {what} WHEN 'paid' THEN {_paid(reader)} ELSE {_upper(reader, 'parcel_status') or 'NULL'} END",
        "shipment_status": _upper(reader, "shipment_status"),
        "created_at": f"CASE {what} WHEN 'paid' THEN {reader.date('payment_at') or 'NULL'} "
        f"WHEN 'refunded' THEN {reader.date('refunded_at') or 'NULL'} "
        f"ELSE {reader.date('parcel_created_at') or 'NULL'} END",
        "updated_at": reader.date("parcel_updated_at"),
        "tracking": reader.call("tracking_number", "tracking"),
        "tracking_damaged": reader.call("is_damaged", "tracking"),
        "company": reader.text("company"),
        "url": reader.text("url"),
        "location": f"CASE {what} WHEN 'shipping' THEN {reader.text('line_title') or 'NULL'} "
        f"ELSE {reader.text('location') or 'NULL'} END",
    }
    return {column: sql for column, sql in found.items() if sql is not None}


def _part(reader: Reader) -> str:
    """Return SQL that names what a row of Matrixify's tells besides an order and its line; NULL: nothing."""
    shipped = [f'"{field}" IS NOT NULL' for field in ("fulfillment_id", "tracking") if reader.has(field)]
    told = f"CASE WHEN {' OR '.join(shipped)} THEN 'fulfilled' END" if shipped else "NULL"
    if not reader.has("line_type"):
        return told
    return (
        "CASE lower(trim(\"line_type\")) WHEN 'fulfillment line' THEN 'fulfilled' WHEN 'refund line' THEN 'refunded' "
        f"WHEN 'transaction' THEN 'paid' WHEN 'shipping line' THEN 'shipping' ELSE {told} END"
    )


def _paid(reader: Reader) -> str:
    kind, status = _upper(reader, "payment_kind") or "''", _upper(reader, "payment_status") or "'SUCCESS'"
    return f"concat_ws(' ', {kind}, coalesce({status}, 'SUCCESS'))"


def _upper(reader: Reader, field: str) -> str | None:
    return f'upper(trim("{field}"))' if reader.has(field) else None
