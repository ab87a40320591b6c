"""What was read: files as they were recognised, rows that could not be read, and what all of them tell together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

System = Literal["shopify", "shipstation"]
Kind = Literal["shopify", "matrixify", "labels", "marks", "rows"]
"""What a file is: Shopify's own orders export or Matrixify's; ShipStation's parcels with a label, its orders marked as
shipped, or its orders."""

Knowledge = Literal[
    "orders",
    "lines",
    "order_tracking",
    "labels",
    "label_times",
    "marks",
    "voids",
    "returns",
    "rows",
    "row_status",
    "items",
    "holds",
    "notified",
    "parcel_items",
    "parcel_tracking",
    "stores",
    "cancels",
    "whole",
]
"""One thing that exports can tell. Of labels and parcels it holds only where every file of them tells it:

- orders, lines: Shopify's orders and their lines; order_tracking: what Shopify shows as tracking (Matrixify only)
- labels, marks: parcels with a ShipStation label, orders that were marked as shipped
- label_times: when each label was made, by the minute (without it only the ship date is known, which may be a later day)
- voids, returns: which labels were voided, and which are return labels
- rows, row_status, items: ShipStation's orders, their status, their products; holds: until when one of them is held
- notified: whether ShipStation believes it told the sales channel; parcel_tracking; stores: names of sales channels
- cancels: which orders Shopify cancelled; whole: that ShipStation's lists are there in full, so that a missing row means something
"""

Progress = Callable[[str, float], None]
"""Told what is being done, and how much of the whole is done, from 0 to 1."""
Tell = Callable[[float], None]
"""Told how much of one thing is done, from 0 to 1."""

LISTED = 1_000
"""Rejected rows that are listed for one file; of more, the number is said."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file, as it was recognised and read."""

    path: str
    """As it was given; inside an archive `archive.zip/orders.csv`."""
    recognised_as: str
    """In words: `Shopify orders export`."""
    rows: int
    """Rows of data, rejected ones included."""
    rejected: int
    mapping: Mapping[str, str]
    """Which column was taken for what: the file's own column name to the field's name in words."""
    notes: tuple[str, ...] = ()
    """What was assumed or looks odd: the zone of its dates, numbers that Excel has damaged."""


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be read."""

    file: str
    line: int
    """Of the file, the header being line 1."""
    reason: str
