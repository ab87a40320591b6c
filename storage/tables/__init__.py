"""The tables, by what they are about."""

from sqlmodel import SQLModel

from storage.tables.mirror import (
    MERGED_LINES,
    MERGES,
    ORDER_LINES,
    ORDERS,
    SHIPMENTS,
    SHIPSTATION_ORDERS,
    STORES,
    STRAYS,
)
from storage.tables.queue import BULK_GAPS, BULKS, EVENTS, GAPS, HOMES, NOTICES
from storage.tables.runs import AUDITS, CURSORS, LEASES, PACES, RUNS
from storage.tables.settings import OVERRIDE_CHANGES, OVERRIDES, RULINGS

METADATA = SQLModel.metadata

__all__ = [
    "AUDITS",
    "BULKS",
    "BULK_GAPS",
    "CURSORS",
    "EVENTS",
    "GAPS",
    "HOMES",
    "LEASES",
    "MERGED_LINES",
    "MERGES",
    "METADATA",
    "NOTICES",
    "ORDERS",
    "ORDER_LINES",
    "OVERRIDES",
    "OVERRIDE_CHANGES",
    "PACES",
    "RULINGS",
    "RUNS",
    "SHIPMENTS",
    "SHIPSTATION_ORDERS",
    "STORES",
    "STRAYS",
]
