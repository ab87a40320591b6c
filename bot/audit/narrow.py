"""Which orders are worth judging: all that any kind could say something about. A few scans of the canonical tables.

An order that is in none of these sets cannot be a gap, whatever its window: the tests let full judging look at what
was left out. So nothing here asks for ages, and where a set is too large that only costs time.

- Settled: Shopify shows it as fulfilled, so that nothing of it is open, unless Matrixify's lines say so.
- Live: a parcel that is neither voided nor a return.
- Open or cancelled is asked in one scan of the parcels: it is cheaper to judge some orders whose label was voided too.
"""

from collections.abc import Mapping
from types import MappingProxyType

import duckdb

_WITH = """
WITH live AS NOT MATERIALIZED (
    SELECT key, kind, tracking FROM shipstation_parcels WHERE voided IS NOT TRUE AND return_label IS NOT TRUE
), settled AS NOT MATERIALIZED (
    SELECT key FROM shopify_orders WHERE cancelled_at IS NULL AND fulfillment_status = 'FULFILLED'
), unsettled AS NOT MATERIALIZED (
    SELECT key, financial_status, closed_at FROM shopify_orders
    WHERE cancelled_at IS NULL AND fulfillment_status IS DISTINCT FROM 'FULFILLED'
)
"""
SETS: Mapping[str, str] = MappingProxyType(
    {
        "open or cancelled in Shopify, with a parcel": """
            SELECT key FROM shipstation_parcels SEMI JOIN (
                FROM shopify_orders WHERE cancelled_at IS NOT NULL OR fulfillment_status IS DISTINCT FROM 'FULFILLED'
            ) USING (key)""",
        "refunded in part or whole, with a parcel on its way": """
            SELECT key FROM live SEMI JOIN (FROM shopify_parts WHERE what = 'refunded') USING (key)""",
        "open in Shopify and known to ShipStation": "SELECT key FROM shipstation_orders SEMI JOIN unsettled USING (key)",
        "settled in Shopify, with a line that is not": """
            SELECT key FROM settled SEMI JOIN (FROM shopify_lines WHERE fulfillable > 0) USING (key)""",
        "settled in Shopify by a fulfilment that failed": """
            SELECT key FROM shopify_parts WHERE what = 'fulfilled' AND status <> 'SUCCESS'""",
        "open in ShipStation": """
            SELECT key FROM shipstation_orders WHERE status IN ('awaiting_shipment', 'on_hold')""",
        "open in ShipStation, as a parcel of it says": """
            SELECT key FROM shipstation_parcels WHERE order_status IN ('awaiting_shipment', 'on_hold')""",
        "two labels whose products are told": """
            SELECT key FROM live SEMI JOIN several USING (key)
            SEMI JOIN (FROM shipstation_items WHERE parcel IS NOT NULL) USING (key)
            WHERE kind = 'label' GROUP BY key HAVING count(*) > 1""",
        "two labels for a single unit": """
            SELECT key FROM shopify_lines SEMI JOIN (
                SELECT key FROM live SEMI JOIN several USING (key)
                WHERE kind = 'label' GROUP BY key HAVING count(*) > 1
            ) USING (key)
            WHERE requires_shipping IS NOT FALSE GROUP BY key, id HAVING sum(quantity) = 1""",
    }
)
"""Keys that have to be judged, by what makes them so."""
WHERE_ABSENCE_TELLS: Mapping[str, str] = MappingProxyType(
    {
        "ready to ship, and perhaps never imported": """
            SELECT key FROM unsettled WHERE closed_at IS NULL AND financial_status IN ('PAID', 'PARTIALLY_REFUNDED')"""
    }
)
WHERE_TRACKING_IS_KNOWN: Mapping[str, str] = MappingProxyType(
    {
        "tracking that is not complete and the same on both sides": """
            SELECT key FROM (
                SELECT key, list(DISTINCT tracking ORDER BY tracking) AS numbers, bool_and(tracking IS NOT NULL) AS numbered
                FROM live SEMI JOIN settled USING (key) GROUP BY key
            ) LEFT JOIN (
                SELECT key, list(DISTINCT tracking ORDER BY tracking) AS shown,
                    bool_and(tracking IS NOT NULL AND company IS NOT NULL AND url IS NOT NULL) AS complete
                FROM shopify_parts WHERE what = 'fulfilled' GROUP BY key
            ) USING (key)
            WHERE NOT coalesce(numbered AND complete AND numbers = shown, FALSE)"""
    }
)


def suspicious(connection: duckdb.DuckDBPyConnection, *, knows: frozenset[str]) -> list[str]:
    """Return the keys of the orders that have to be judged; some may be of orders that Shopify's files do not have."""
    sets = {**SETS}
    if knows >= {"rows", "whole"}:
        sets |= WHERE_ABSENCE_TELLS
    if "order_tracking" in knows:
        sets |= WHERE_TRACKING_IS_KNOWN
    all_of_them = " UNION ALL ".join(f"({each})" for each in sets.values())
    asked = f"{_WITH} SELECT DISTINCT key FROM ({all_of_them})"  # noqa: S608 - the sets above
    return [key for (key,) in connection.execute(asked).fetchall()]
