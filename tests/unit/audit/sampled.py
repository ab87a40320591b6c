"""What the tests of the sample read it with: its four files by order name, and the headers that the systems use."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

UNTIL = datetime(2026, 11, 26, 13, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
_AMERICAN = "%m/%d/%Y %I:%M:%S %p"


class Files:
    """The four files, as a reader sees them."""

    def __init__(self, sample):
        self.sample = sample
        self.tables = [rows(path) for path in sample.files]
        self.shopify, self.labels, self.orders, self.marks = self.tables

    def shopify_of(self, name, type_="Line Item"):
        return [row for row in self.shopify if row["Name"] == name and row["Line: Type"] == type_]

    def head(self, name):
        return next(row for row in self.shopify if row["Name"] == name)

    def labels_of(self, name):
        return [row for row in self.labels if f"#{row['Order - Number']}" == name]

    def rows_of(self, name):
        return [row for row in self.orders if f"#{row['Order - Number']}" == name]

    def marks_of(self, name):
        return [row for row in self.marks if f"#{row['Order #']}" == name]

    def shown(self, name):
        """The numbers that Shopify shows."""
        told = self.shopify_of(name, "Fulfillment Line")
        return {
            row["Fulfillment: Tracking Number"] for row in told if row["Fulfillment: Status"] == "success"
        }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def local(text: str) -> datetime:
    return datetime.strptime(text, _AMERICAN).replace(tzinfo=NEW_YORK)


def voided(row):
    return row["Shipment - Void Flag"] == "True"
