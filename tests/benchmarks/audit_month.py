"""A month of any size as two exports, made by DuckDB: Shopify's own orders export and a ShipStation shipment report.

Which orders are odd follows from their place alone, so the same number of orders makes the same files. Nobody in
them is real.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

UNTIL = "2026-09-30 18:00:00"
"""UTC; the shop's clock is four hours behind it all month."""

_ORDERS = f"""
CREATE TABLE orders AS
WITH placed AS (
    SELECT n, (n * 7919) % 1000 AS permille, (n // 1000) % 4 AS turn, (n * 104729) % 10 AS shape,
        TIMESTAMP '{UNTIL}' - INTERVAL 30 DAY + to_seconds(n * (30 * 86400 - 60) // $orders) AS created
    FROM (SELECT $orders - 1 - range AS n FROM range($orders))
), told AS (
    SELECT *,
        CASE
            WHEN created >= TIMESTAMP '{UNTIL}' - INTERVAL 25 HOUR THEN 'fresh'
            WHEN permille < 3 AND created < TIMESTAMP '{UNTIL}' - INTERVAL 10 DAY
                THEN ['unfulfilled', 'partial', 'cancelled_before', 'twice'][turn + 1]
            WHEN permille < 3 THEN ['unfulfilled', 'partial', 'cancelled_before'][turn % 3 + 1]
            WHEN permille < 10 THEN 'plain'
            WHEN permille < 20 THEN 'cancelled'
            WHEN permille < 40 THEN 'two_parcels'
            WHEN permille < 45 THEN 'made_anew'
            WHEN permille < 55 THEN 'digital'
            WHEN permille < 60 THEN 'unpaid'
            WHEN permille < 65 THEN 'picked_up'
            WHEN permille < 75 THEN 'came_back'
            WHEN permille < 85 THEN 'packages'
            ELSE 'plain'
        END AS story
    FROM placed
)
SELECT n, created, story, (5000001 + n)::VARCHAR AS number,
    created + to_seconds(10800 + (n * 31337) % 57600) AS made,
    CASE
        WHEN story IN ('twice', 'digital') THEN 1
        WHEN story IN ('partial', 'two_parcels') THEN 2
        WHEN shape < 2 THEN 2 WHEN shape < 3 THEN 3 ELSE 1
    END AS lines,
    story NOT IN ('fresh', 'cancelled', 'digital', 'unpaid', 'picked_up') AS labelled,
    story NOT IN ('fresh', 'cancelled', 'cancelled_before', 'unfulfilled', 'unpaid') AS fulfilled,
    CASE story WHEN 'cancelled' THEN created + INTERVAL 1 HOUR
        WHEN 'cancelled_before' THEN created + INTERVAL 2 HOUR END AS cancelled
FROM told
"""

_SHOPIFY = """
    SELECT
        '#' || number AS "Name",
        'b' || n || '@example.com' AS "Email",
        CASE WHEN line = 0 THEN CASE
            WHEN cancelled IS NOT NULL OR story = 'came_back' THEN 'refunded'
            WHEN story = 'unpaid' THEN 'pending' ELSE 'paid' END END AS "Financial Status",
        CASE WHEN line = 0 AND story <> 'unpaid' THEN stamp(created + INTERVAL 8 SECOND) END AS "Paid at",
        CASE WHEN line = 0 THEN CASE
            WHEN cancelled IS NOT NULL THEN 'restocked' WHEN story = 'partial' THEN 'partial'
            WHEN fulfilled THEN 'fulfilled' ELSE 'unfulfilled' END END AS "Fulfillment Status",
        CASE WHEN line = 0 AND fulfilled AND story <> 'partial' THEN stamp(told) END AS "Fulfilled at",
        CASE WHEN line = 0 THEN 'no' END AS "Accepts Marketing",
        CASE WHEN line = 0 THEN 'USD' END AS "Currency",
        CASE WHEN line = 0 THEN money(lines * 2450) END AS "Subtotal",
        CASE WHEN line = 0 THEN '0.00' END AS "Shipping",
        CASE WHEN line = 0 THEN money(lines * 196) END AS "Taxes",
        CASE WHEN line = 0 THEN money(lines * 2646) END AS "Total",
        NULL AS "Discount Code",
        CASE WHEN line = 0 THEN '0.00' END AS "Discount Amount",
        CASE WHEN line = 0 AND story <> 'digital' THEN
            CASE WHEN story = 'picked_up' THEN 'Pick up in store' ELSE 'Standard' END END AS "Shipping Method",
        stamp(created) AS "Created at",
        1 AS "Lineitem quantity",
        'Product ' || product AS "Lineitem name",
        '24.50' AS "Lineitem price",
        NULL AS "Lineitem compare at price",
        'SKU-' || product AS "Lineitem sku",
        CASE WHEN story = 'digital' THEN 'false' ELSE 'true' END AS "Lineitem requires shipping",
        'true' AS "Lineitem taxable",
        CASE WHEN cancelled IS NOT NULL THEN 'restocked' WHEN story = 'partial' AND line > 0 THEN 'pending'
            WHEN fulfilled THEN 'fulfilled' ELSE 'pending' END AS "Lineitem fulfillment status",
        {billing},
        {shipping},
        CASE WHEN line = 0 AND n % 20 = 0 THEN quoted(E'Please leave it at the door.\nThank you, "neighbour"') END AS "Notes",
        CASE WHEN line = 0 AND n % 50 = 0 THEN quoted(E'gift: yes\ncard: Happy birthday, you two') END AS "Note Attributes",
        stamp(CASE WHEN line = 0 THEN cancelled END) AS "Cancelled at",
        CASE WHEN line = 0 THEN 'Shopify Payments' END AS "Payment Method",
        CASE WHEN line = 0 THEN 'rEXAMPLE' || n END AS "Payment Reference",
        CASE WHEN line = 0 THEN CASE WHEN cancelled IS NOT NULL OR story = 'came_back' THEN money(lines * 2646)
            ELSE '0.00' END END AS "Refunded Amount",
        'Example Vendor' AS "Vendor",
        CASE WHEN line = 0 THEN '0.00' END AS "Outstanding Balance",
        NULL AS "Employee", NULL AS "Location", NULL AS "Device ID",
        CASE WHEN line = 0 THEN 6214000000000 + n * 32771 END AS "Id",
        CASE WHEN line = 0 AND n % 7 = 0 THEN quoted('vip, newsletter') END AS "Tags",
        CASE WHEN line = 0 THEN 'Low' END AS "Risk Level",
        CASE WHEN line = 0 THEN 'web' END AS "Source",
        '0.00' AS "Lineitem discount",
        CASE WHEN line = 0 THEN 'Tax 8%' END AS "Tax 1 Name",
        CASE WHEN line = 0 THEN money(lines * 196) END AS "Tax 1 Value",
        {taxes},
        NULL AS "Phone", NULL AS "Receipt Number", NULL AS "Duties",
        NULL AS "Billing Province Name",
        CASE WHEN line = 0 THEN 'New York' END AS "Shipping Province Name",
        NULL AS "Payment ID",
        NULL AS "Payment Terms Name", NULL AS "Next Payment Due At",
        NULL AS "Payment References"
    FROM (
        SELECT *, (n + line * 17) % 60 AS product, coalesce(made, created) + INTERVAL 90 SECOND AS told
        FROM (SELECT *, unnest(range(lines)) AS line FROM orders)
    )
"""
_AS_IS = """
COPY (SELECT {cells} AS "{header}" FROM ({select})) TO '{path}'
(FORMAT csv, HEADER, DELIMITER e'\\x01', QUOTE '', ESCAPE '')
"""
"""DuckDB would put quotes around every name, because it begins with #; Shopify does not."""

_PERSON = """
        CASE WHEN {told} THEN 'Buyer ' || n END AS "{kind} Name",
        CASE WHEN {told} THEN n % 900 || ' Example St' END AS "{kind} Street",
        CASE WHEN {told} THEN n % 900 || ' Example St' END AS "{kind} Address1",
        CASE WHEN {told} AND n % 4 = 0 THEN 'Unit ' || n % 30 END AS "{kind} Address2",
        NULL AS "{kind} Company",
        CASE WHEN {told} THEN 'Exampleville' END AS "{kind} City",
        CASE WHEN {told} THEN '''' || lpad((n % 99999)::VARCHAR, 5, '0') END AS "{kind} Zip",
        CASE WHEN {told} THEN 'NY' END AS "{kind} Province",
        CASE WHEN {told} THEN 'US' END AS "{kind} Country",
        CASE WHEN {told} AND n % 3 = 0 THEN '''+1555' || lpad((n % 9999999)::VARCHAR, 7, '0') END AS "{kind} Phone"
"""
_PEOPLE = {
    "billing": _PERSON.replace("{kind}", "Billing").replace("{told}", "line = 0 AND n % 5 = 0"),
    "shipping": _PERSON.replace("{kind}", "Shipping").replace(
        "{told}", "line = 0 AND story NOT IN ('digital', 'picked_up')"
    ),
}

_SHIPMENTS = """
COPY (
    SELECT
        number AS "Order - Number",
        CASE WHEN story = 'cancelled_before' AND n % 2 = 0 THEN 'Cancelled' ELSE 'Shipped' END AS "Order - Status",
        '940011' || 3141592653589793 + (n * 4 + parcel) * 1000003 AS "Shipment - Tracking Number",
        CASE n % 3 WHEN 0 THEN 'UPS' ELSE 'Stamps.com' END AS "Shipment - Carrier",
        CASE n % 3 WHEN 0 THEN 'UPS Ground' ELSE 'USPS Ground' END AS "Shipment - Service",
        american(date_trunc('day', printed - INTERVAL 4 HOUR) + INTERVAL 4 HOUR) AS "Date - Shipped Date",
        american(printed) AS "Date - Label Create Date",
        american(created) AS "Date - Order Date",
        story = 'made_anew' AND parcel = 0 AS "Shipment - Void Flag",
        CASE WHEN story = 'made_anew' AND parcel = 0 THEN american(printed + INTERVAL 20 MINUTE) END
            AS "Shipment - Void Date",
        story = 'came_back' AND parcel = 1 AS "Return - Return Label Flag",
        'Example' AS "Market - Store Name",
        CASE WHEN story = 'packages' THEN 2 ELSE 1 END AS "Shipment - Package Count",
        money(540 + n % 900) AS "Amount - Shipping Cost"
    FROM (
        SELECT *, made + CASE
            WHEN parcel = 0 THEN INTERVAL 0 SECOND
            WHEN story = 'made_anew' THEN INTERVAL 26 MINUTE
            WHEN story = 'twice' THEN INTERVAL 8 DAY
            ELSE INTERVAL 1 HOUR
        END AS printed
        FROM (
            SELECT *, unnest(range(
                CASE WHEN story IN ('two_parcels', 'partial', 'made_anew', 'came_back', 'twice') THEN 2 ELSE 1 END
            )) AS parcel
            FROM orders WHERE labelled
        )
    )
) TO '{path}' (FORMAT csv, HEADER)
"""

_WORDS = """
CREATE MACRO stamp(moment) AS strftime(moment - INTERVAL 4 HOUR, '%Y-%m-%d %H:%M:%S') || ' -0400';
CREATE MACRO american(moment) AS strftime(moment - INTERVAL 4 HOUR, '%-m/%-d/%Y %-I:%M:%S %p');
CREATE MACRO quoted(text) AS '"' || replace(text, '"', '""') || '"';
CREATE MACRO money(cents) AS format('{:.2f}', cents / 100);
"""

_PLANTED = {
    "unfulfilled": "sync.unfulfilled",
    "partial": "sync.partial",
    "cancelled_before": "sync.shipped_after_cancel",
    "twice": "sync.double_ship",
}


@dataclass(frozen=True, slots=True)
class Generated:
    """The two files, and which orders in them are gaps."""

    shopify: Path
    shipments: Path
    planted: Mapping[str, frozenset[str]]
    """Kind to order names, with `#`."""

    @property
    def megabytes(self) -> float:
        """The size of both files."""
        return (self.shopify.stat().st_size + self.shipments.stat().st_size) / 1e6


def generate(folder: Path, orders: int) -> Generated:
    """Write both files into the folder: about 670 bytes an order, a million in seconds."""
    shopify, shipments = folder / "orders_export.csv", folder / "shipments.csv"
    with duckdb.connect() as connection:
        connection.execute(_WORDS)
        connection.execute(_ORDERS, {"orders": orders})
        taxes = ", ".join(
            f'NULL AS "Tax {place} {part}"' for place in range(2, 6) for part in ("Name", "Value")
        )
        select = _SHOPIFY.format(taxes=taxes, **_PEOPLE)
        columns = connection.sql(select).columns
        cells = "concat(" + ", ',', ".join(f'"{column}"' for column in columns) + ")"
        connection.execute(_AS_IS.format(cells=cells, header=",".join(columns), select=select, path=shopify))
        connection.execute(_SHIPMENTS.format(path=shipments))
        return Generated(shopify, shipments, _planted(connection))


def _planted(connection: duckdb.DuckDBPyConnection) -> Mapping[str, frozenset[str]]:
    stories = connection.execute(
        "SELECT story, list('#' || number) FROM orders WHERE story IN (SELECT unnest($stories)) GROUP BY story",
        {"stories": list(_PLANTED)},
    )
    return {_PLANTED[story]: frozenset(names) for story, names in stories.fetchall()}
