"""The canonical tables, and those in which rows land.

Rows land as they were written, one for each row of a file, in four tables of their own: `shopify_rows`,
`shopify_parts` (Matrixify's fulfilments, refunds and payments), `order_rows` and `parcel_rows`. What `merge.py`
makes of them are the tables that are meant to be asked:

- shopify_orders: key, name, id, created_at, processed_at, updated_at, cancelled_at, closed_at, cancel_reason, paid_at,
  fulfilled_at, financial_status and fulfillment_status (as Shopify's API writes them), total, currency, refunded, tags,
  source, shipping_method, addressed (NULL: not told), file
- shopify_lines: key, id (of its order; NULL where only one has the key), line, line_id, sku, quantity, fulfillable,
  requires_shipping, gift_card, status (pending, fulfilled, partial, restocked, not_eligible), file
- shopify_parts: what else Matrixify tells, one row each: `what` is fulfilled, refunded, paid or shipping
- shipstation_orders: key, number, status, store, ordered_at, paid_at, shipped_at, ship_by, hold_until, carrier, service,
  marketplace, file
- shipstation_items: key, store, status (of its order), sku, quantity, parcel (NULL: of the whole order), file
- shipstation_parcels: key, number, kind (label, mark), parcel, tracking, tracking_damaged, carrier, service, store,
  marketplace, provider, order_status, ordered_at, made_at, ship_date, voided, voided_at, return_label, notified,
  status, file
- several: the keys that more than one row of a parcel has: no other order can have two parcels
- unread: key, system: orders of which a row or a tracking number could not be read, so that nothing about them can be
  concluded: `Exports.load` leaves them out

Where they are views they have a `rowid` all the same.

Times are TIMESTAMPTZ; the session's zone is UTC. `key` is the order number as `storage.facts.number_key` folds it.
`made_at` is the moment at which a label was made, or an order marked. `ship_date` is the day that was chosen for it, in
the account's zone: often the same day, sometimes a later one, and at midnight it may be written a day off.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from bot.sources.exports.files import Kind

Columns = Mapping[str, str]
"""Name of a column to its type."""

SHOPIFY_ROWS: Columns = MappingProxyType(
    {
        "key": "VARCHAR",
        "name": "VARCHAR",
        "id": "BIGINT",
        "first": "BOOLEAN",
        "created_at": "TIMESTAMPTZ",
        "processed_at": "TIMESTAMPTZ",
        "updated_at": "TIMESTAMPTZ",
        "cancelled_at": "TIMESTAMPTZ",
        "closed_at": "TIMESTAMPTZ",
        "cancel_reason": "VARCHAR",
        "paid_at": "TIMESTAMPTZ",
        "fulfilled_at": "TIMESTAMPTZ",
        "financial_status": "VARCHAR",
        "fulfillment_status": "VARCHAR",
        "total": "VARCHAR",
        "currency": "VARCHAR",
        "refunded": "VARCHAR",
        "tags": "VARCHAR",
        "source": "VARCHAR",
        "shipping_method": "VARCHAR",
        "addressed": "BOOLEAN",
        "line_id": "BIGINT",
        "sku": "VARCHAR",
        "quantity": "INTEGER",
        "fulfillable": "INTEGER",
        "requires_shipping": "BOOLEAN",
        "gift_card": "BOOLEAN",
        "line_status": "VARCHAR",
    }
)
SHOPIFY_PARTS: Columns = MappingProxyType(
    {
        "key": "VARCHAR",
        "order_id": "BIGINT",
        "what": "VARCHAR",
        "line_id": "BIGINT",
        "quantity": "INTEGER",
        "id": "BIGINT",
        "status": "VARCHAR",
        "shipment_status": "VARCHAR",
        "created_at": "TIMESTAMPTZ",
        "updated_at": "TIMESTAMPTZ",
        "tracking": "VARCHAR",
        "tracking_damaged": "BOOLEAN",
        "company": "VARCHAR",
        "url": "VARCHAR",
        "location": "VARCHAR",
    }
)
ORDER_ROWS: Columns = MappingProxyType(
    {
        "key": "VARCHAR",
        "number": "VARCHAR",
        "status": "VARCHAR",
        "store": "VARCHAR",
        "ordered_at": "TIMESTAMPTZ",
        "paid_at": "TIMESTAMPTZ",
        "shipped_at": "TIMESTAMPTZ",
        "ship_by": "DATE",
        "hold_until": "DATE",
        "carrier": "VARCHAR",
        "service": "VARCHAR",
        "marketplace": "VARCHAR",
        "sku": "VARCHAR",
        "quantity": "INTEGER",
    }
)
PARCEL_ROWS: Columns = MappingProxyType(
    {
        "key": "VARCHAR",
        "number": "VARCHAR",
        "kind": "VARCHAR",
        "parcel": "VARCHAR",
        "tracking": "VARCHAR",
        "tracking_damaged": "BOOLEAN",
        "carrier": "VARCHAR",
        "service": "VARCHAR",
        "store": "VARCHAR",
        "marketplace": "VARCHAR",
        "provider": "VARCHAR",
        "order_status": "VARCHAR",
        "ordered_at": "TIMESTAMPTZ",
        "made_at": "TIMESTAMPTZ",
        "ship_date": "DATE",
        "voided": "BOOLEAN",
        "voided_at": "TIMESTAMPTZ",
        "return_label": "BOOLEAN",
        "notified": "BOOLEAN",
        "status": "VARCHAR",
        "sku": "VARCHAR",
        "quantity": "INTEGER",
    }
)
LANDING: Mapping[str, Columns] = MappingProxyType(
    {
        "shopify_rows": SHOPIFY_ROWS,
        "shopify_parts": SHOPIFY_PARTS,
        "order_rows": ORDER_ROWS,
        "parcel_rows": PARCEL_ROWS,
    }
)
INTO: Mapping[Kind, str] = MappingProxyType(
    {
        "shopify": "shopify_rows",
        "matrixify": "shopify_rows",
        "labels": "parcel_rows",
        "marks": "parcel_rows",
        "rows": "order_rows",
    }
)
"""Where the rows of each kind of file land."""


def create(filled: Mapping[str, Collection[str]]) -> list[str]:
    """Return the statements that create the tables in which rows land.

    `filled`: of each table the columns that the files fill. The others are there too, always NULL, and take no room:
    stored, the NULLs of a large month would be a seventh of all that is kept.
    """
    return [
        f"CREATE TABLE {name} ({', '.join(_column(*column, filled.get(name, ())) for column in columns.items())}, "
        "verdict UTINYINT, file USMALLINT)"
        for name, columns in LANDING.items()
    ] + ["CREATE TABLE unread (key VARCHAR, system VARCHAR)"]


def _column(name: str, kind: str, filled: Collection[str]) -> str:
    return f"{name} {kind}" if name in filled else f"{name} {kind} GENERATED ALWAYS AS (NULL) VIRTUAL"
