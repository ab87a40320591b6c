"""What a table is by its columns, in any choice and order, and what `--map` adds."""

from pathlib import Path

import pytest

from bot.errors import ExportRefused
from bot.sources.exports import open_exports
from bot.sources.exports.recognise import parse_mappings, recognise
from tests.unit.sources.exports.writing import (
    LABELS,
    MARKS,
    ORDERS,
    SHOPIFY,
    everything,
    label,
    reading,
    shopify,
    write,
)

GRID = ("Shipment #", "Order #", "Tracking #", "Service", "Recipient", "Ship Date", "Rate", "Shipping Paid")
COSTS = (
    "Store Name", "Ship Date", "Recipient", "Order #", "Provider", "Service", "Package", "Items", "Zone",
    "Shipping Paid", "Shipping Cost", "Insurance Cost", "Weight", "Difference (+/-)",
)  # fmt: skip
REPORT = (
    "Amount - Order Total", "Item - Name", "Notes - From Buyer", "Item - Qty", "Item - Price", "Item - SKU",
    "Ship To - Name", "Order - Number", "Date - Shipped Date", "Custom - Field 1", "Amount - Paid by Customer",
)  # fmt: skip
MATRIXIFY = ("ID", "Name", "Created At", "Payment: Status", "Line: Type", "Fulfillment: Tracking Number")

KINDS = {
    "Shopify's own": (SHOPIFY, "shopify"),
    "Matrixify's": (MATRIXIFY, "matrixify"),
    "Matrixify's, only orders": (
        ("ID", "Name", "Created At", "Payment: Status", "Order Fulfillment Status"),
        "matrixify",
    ),
    "a custom shipment report": (LABELS, "labels"),
    "the shipments grid": (GRID, "labels"),
    "the shipments grid by item": ((*GRID, "Item SKU"), "labels"),
    "the shipping cost report": (COSTS, "labels"),
    "somebody's own sheet": (("Order Number", "Tracking", "Ship date", "Carrier"), "labels"),
    "numbers and ship dates": (("Order #", "Ship Date"), "labels"),
    "the fulfillments grid": (MARKS, "marks"),
    "the fulfillments grid, few columns": (
        ("Created Date", "Status", "Order #", "Tracking #", "Provider"),
        "marks",
    ),
    "a custom order report": (ORDERS, "rows"),
    "an order report with ship dates": (REPORT, "rows"),
    "numbers and statuses": (("Order - Number", "Order - Status"), "rows"),
}


@pytest.mark.parametrize(("columns", "kind"), KINDS.values(), ids=KINDS)
def test_each_family_is_known_by_its_columns(columns: tuple[str, ...], kind: str):
    assert recognise("x.csv", columns, {}).kind == kind
    assert recognise("x.csv", columns[::-1], {}).kind == kind


def test_the_mapping_is_shown_in_the_files_own_words(tmp_path: Path):
    path = write(
        tmp_path / "s.csv",
        ("Order #", "Recipient", "Tracking #", "Ship Date"),
        [{"Order #": "1", "Ship Date": "3/7/2026"}],
    )
    with reading(path) as exports:
        assert exports.files[0].mapping == {
            "Order #": "order number",
            "Tracking #": "tracking number",
            "Ship Date": "ship date",
        }


def test_a_label_that_was_marked_as_shipped_in_the_cost_report_is_a_mark(tmp_path: Path):
    rows = [
        {"Order #": "1", "Ship Date": "3/7/2026", "Provider": "Marked as Shipped"},
        {"Order #": "2", "Ship Date": "3/7/2026", "Provider": "UPS"},
    ]
    with reading(write(tmp_path / "s.csv", COSTS, rows)) as exports:
        assert exports.connection.execute(
            "SELECT key, kind FROM shipstation_parcels ORDER BY key"
        ).fetchall() == [
            ("1", "mark"),
            ("2", "label"),
        ]


def test_foreign_columns_are_read_when_they_are_mapped(tmp_path: Path):
    columns = ("Bestellnummer", "Sendungsnummer", "Versanddatum")
    path = write(
        tmp_path / "s.csv",
        columns,
        [dict(zip(columns, ("1001", "9400", "7.3.2026"), strict=True))],
        delimiter=";",
    )
    mappings = ("Bestellnummer=order_number", "Sendungsnummer=tracking", "versanddatum = ship_date")
    with reading(path, mappings=mappings) as exports:
        assert exports.connection.execute(
            "SELECT number, tracking, ship_date::VARCHAR FROM shipstation_parcels"
        ).fetchall() == [("1001", "9400", "2026-03-07")]


def test_a_mapping_beats_what_a_name_suggests(tmp_path: Path):
    columns = ("Order #", "Reference", "Tracking #")
    path = write(tmp_path / "s.csv", columns, [dict(zip(columns, ("99", "1001", "9400"), strict=True))])
    with reading(path, mappings=["Reference=order_number"]) as exports:
        assert exports.connection.execute("SELECT number FROM shipstation_parcels").fetchall() == [("1001",)]


def test_a_column_name_may_hold_the_sign_between(tmp_path: Path):
    assert parse_mappings(["A=B=order_number"]) == {"a=b": "order_number"}


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("Order #", "is not of the form COLUMN=FIELD"),
        ("=order_number", "is not of the form COLUMN=FIELD"),
        ("Order #=ordernumber", "Did you mean order_number?"),
        ("Order #=nonsense", "The fields are "),
        ("Ordr #=order_number", "Columns that come near: Order #"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused_with_what_would(tmp_path: Path, mapping: str, said: str):
    path = write(tmp_path / "s.csv", ("Order #", "Tracking #"), [{"Order #": "1", "Tracking #": "9"}])
    with pytest.raises(ExportRefused) as refused, open_exports([path], mappings=[mapping]):
        pass
    assert said in str(refused.value)


KNOWS = {
    "orders only": ([("o", SHOPIFY, [shopify()])], {"orders", "lines", "cancels"}),
    "labels with all columns": (
        [("s", LABELS, [label()])],
        {"labels", "label_times", "voids", "returns", "parcel_tracking", "stores"},
    ),
    "labels without voids in one of two files": (
        [("s", LABELS, [label()]), ("t", ("Order #", "Tracking #", "Ship Date"), [{"Order #": "2", "Tracking #": "5"}])],
        {"labels", "parcel_tracking"},
    ),
    "marks": (
        [("m", MARKS, [{"Order #": "1", "Tracking #": "9", "Ship Date": "3/7/2026", "Provider": "Marked as Shipped"}])],
        {"marks", "notified", "parcel_tracking"},
    ),
    "orders of ShipStation": (
        [("r", ORDERS, [{"Order - Number": "1", "Order - Status": "shipped", "Item - SKU": "A", "Item - Qty": "1"}])],
        {"rows", "row_status", "items", "holds", "stores"},
    ),
    "Matrixify": (
        [("x", MATRIXIFY, [{"ID": "1", "Name": "#1", "Created At": "2026-03-06 08:58:42 +0000", "Payment: Status": "paid"}])],
        {"orders", "order_tracking"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("files", "known"), KNOWS.values(), ids=KNOWS)
def test_what_the_files_tell(
    tmp_path: Path, files: list[tuple[str, tuple[str, ...], list[dict[str, object]]]], known: set[str]
):
    paths = [write(tmp_path / f"{name}.csv", columns, rows) for name, columns, rows in files]
    with reading(*paths) as exports:
        assert exports.knows == known | {"whole"}


def test_labels_without_a_void_column_are_warned_of(tmp_path: Path):
    path = write(tmp_path / "s.csv", ("Order #", "Tracking #"), [{"Order #": "1", "Tracking #": "9"}])
    with reading(path) as exports:
        assert any("which labels were voided" in note for note in exports.files[0].notes)


def test_an_order_without_an_id_has_one_that_is_no_number(tmp_path: Path):
    columns = [name for name in SHOPIFY if name != "Id"]
    with reading(write(tmp_path / "o.csv", columns, [shopify("#1001")])) as exports:
        assert everything(exports)["#1001"][0].id == "name:#1001"
