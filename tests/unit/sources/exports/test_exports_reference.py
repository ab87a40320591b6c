"""Real exports, as far as there are some: every row is read, and says what it says."""

from pathlib import Path

import pytest

from bot.sources.exports.columns import fold
from bot.sources.exports.dialect import KNOWN
from tests.unit.sources.exports.writing import everything, reading

FILES = {
    "matrixify_orders_from_public_test.csv": ("Matrixify orders export", 3, {"#1001"}),
    "shopify_orders_export_cod_pending_2026-04.csv": (
        "Shopify orders export", 6, {"#71733", "#71734", "#71735", "#71736", "#71737"},
    ),
    "shopify_orders_export_excel_resaved_2026-04.csv": (
        "Shopify orders export", 7, {"#1132", "#1129", "#1128", "#1127", "#1126", "#1125", "#1013"},
    ),
    "shopify_orders_export_multirow_2025-12.csv": (
        "Shopify orders export", 15, {"#1051", "#1050", "#1049", "#1048", "#1047", "#1046", "#1045"},
    ),
    "shopify_orders_export_statuses_2026-03.csv": (
        "Shopify orders export", 12,
        {"#1148", "#1143", "#1134", "#1130", "#1128", "#1121", "#1110", "#1107", "#1054"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "told"), FILES.items(), ids=FILES)
def test_no_row_of_a_real_orders_export_is_lost(reference: Path, name: str, told: tuple[str, int, set[str]]):
    named, rows, orders = told
    with reading(reference / "exports" / name) as exports:
        [file] = exports.files
        assert (file.recognised_as, file.rows, file.rejected) == (named, rows, 0)
        assert everything(exports).keys() == orders
        lines = exports.connection.execute("SELECT count(*) FROM shopify_lines").fetchall()
        assert lines == [(1 if named.startswith("Matrixify") else rows,)]


def test_no_row_of_a_real_orders_report_is_lost(reference: Path):
    with reading(reference / "exports" / "shipstation_custom_orders_report_rebuilt.csv") as exports:
        [file] = exports.files
        assert (file.recognised_as, file.rows, file.rejected) == ("ShipStation orders export", 3, 0)
        ask = exports.connection.execute
        assert ask("SELECT number, status FROM shipstation_orders ORDER BY 1").fetchall() == [
            ("1042", "shipped"),
            ("1046", "shipped"),
        ]
        assert ask("SELECT sku, quantity FROM shipstation_items ORDER BY 1").fetchall() == [
            ("403200-PC90-M", 1),
            ("403277-D700-AV-3X", 2),
            ("403277-D700W-AV-2X", 1),
        ]


def test_the_statuses_of_a_real_export(reference: Path):
    with reading(reference / "exports" / "shopify_orders_export_statuses_2026-03.csv") as exports:
        found = {name: facts[0] for name, facts in everything(exports).items()}
    assert {name: (order.financial_status, order.fulfillment_status) for name, order in found.items()} == {
        "#1148": ("PAID", "UNFULFILLED"),
        "#1143": ("PAID", "FULFILLED"),
        "#1134": ("PAID", "RESTOCKED"),
        "#1130": ("REFUNDED", "UNFULFILLED"),
        "#1128": ("PAID", "FULFILLED"),
        "#1121": ("PARTIALLY_REFUNDED", "FULFILLED"),
        "#1110": ("REFUNDED", "UNFULFILLED"),
        "#1107": ("PAID", "FULFILLED"),
        "#1054": ("REFUNDED", "UNFULFILLED"),
    }
    assert {name for name, order in found.items() if order.cancelled_at} == {"#1134", "#1110", "#1054"}
    assert not any(order.requires_shipping for order in found.values())
    assert sum(len(order.detail.lines) for order in found.values() if order.detail) == 12


def test_all_real_exports_at_once(reference: Path):
    with reading(*sorted((reference / "exports").glob("*.csv"))) as exports:
        assert sum(file.rows for file in exports.files) == 46
        assert exports.rejected_rows == ()
        keys = [
            key for (key,) in exports.connection.execute("SELECT DISTINCT key FROM shopify_orders").fetchall()
        ]
        ids = {(order.id, order.name) for order, _, _ in exports.load(keys)}
        assert len(ids) == 29, "two of the shops have a #1128"


NEEDED = (
    "Order - Number", "Order - Status", "Shipment - Tracking Number", "Shipment - Carrier", "Shipment - Service",
    "Date - Shipped Date", "Date - Label Create Date", "Date - Order Date", "Date - Paid Date", "Date - Ship By Date",
    "Date - Hold Until", "Shipment - Void Flag", "Shipment - Void Date", "Return - Return Label Flag",
    "Market - Store Name", "Market - Markeplace Name", "Market - Marketplace Name", "Shipment - Package Count",
    "Item - SKU", "Item - Qty", "Shipment #", "Order #", "Tracking #", "Ship Date", "Item SKU", "Marketplace Notified",
    "Created Date", "Status", "Provider", "Store Name", "Order Number", "Tracking Number", "Date - Ship date",
)  # fmt: skip


def test_every_column_that_judging_needs_is_known_under_every_name_seen(reference: Path):
    seen = (reference / "exports" / "shipstation_columns_observed.txt").read_text()
    for name in NEEDED:
        assert name in seen
        assert fold(name) in KNOWN, name
