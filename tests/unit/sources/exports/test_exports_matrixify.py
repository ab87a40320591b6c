"""What Matrixify tells beyond Shopify's own export: fulfilments with their tracking, refunds and payments."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from storage.facts import Order, Tracking
from tests.unit.sources.exports.writing import everything, reading, write

MATRIXIFY = (
    "ID", "Name", "Created At", "Updated At", "Cancelled At", "Closed At", "Cancel: Reason", "Currency", "Source", "Tags",
    "Price: Total Refund", "Price: Total", "Payment: Status", "Order Fulfillment Status", "Shipping: Country",
    "Line: Type", "Line: ID", "Line: Title", "Line: SKU", "Line: Quantity", "Line: Requires Shipping", "Line: Gift Card",
    "Line: Fulfillable Quantity", "Line: Fulfillment Status", "Refund: Created At", "Transaction: Kind",
    "Transaction: Processed At", "Transaction: Status", "Fulfillment: ID", "Fulfillment: Status",
    "Fulfillment: Created At", "Fulfillment: Updated At", "Fulfillment: Tracking Company",
    "Fulfillment: Shipment Status", "Fulfillment: Tracking Number", "Fulfillment: Tracking URL",
)  # fmt: skip


def _matrixify(**more: object) -> dict[str, object]:
    return {
        "ID": "12345678901234", "Name": "#1001", "Created At": "2026-03-06 08:58:42 +0000",
        "Updated At": "2026-03-09 08:00:00 +0000", "Payment: Status": "partially_refunded",
        "Order Fulfillment Status": "partial", "Shipping: Country": "IT", "Currency": "EUR", "Price: Total": "95",
        "Line: Type": "Line Item", "Line: ID": "5001", "Line: SKU": "A", "Line: Quantity": "3",
        "Line: Requires Shipping": "TRUE", "Line: Fulfillable Quantity": "1", "Line: Fulfillment Status": "partial",
    } | more  # fmt: skip


def _more(kind: str, **more: object) -> dict[str, object]:
    return {"ID": "12345678901234", "Name": "#1001", "Line: Type": kind} | more


def _full() -> list[dict[str, object]]:
    return [
        _matrixify(),
        _more("Line Item", **{"Line: ID": "5002", "Line: SKU": "G", "Line: Quantity": "1", "Line: Requires Shipping": "FALSE", "Line: Gift Card": "TRUE", "Line: Fulfillable Quantity": "0"}),
        _more("Shipping Line", **{"Line: Title": "Standard", "Line: Quantity": "1"}),
        _more("Transaction", **{"Transaction: Kind": "authorization", "Transaction: Status": "success", "Transaction: Processed At": "2026-03-06 08:58:42 +0000"}),
        _more("Transaction", **{"Transaction: Kind": "capture", "Transaction: Status": "success", "Transaction: Processed At": "2026-03-06 09:58:42 +0000"}),
        _more("Fulfillment Line", **{"Fulfillment: ID": "8001", "Fulfillment: Status": "success", "Fulfillment: Created At": "2026-03-07 08:00:00 +0000", "Fulfillment: Updated At": "2026-03-07 09:00:00 +0000", "Fulfillment: Tracking Number": "9400", "Fulfillment: Tracking Company": "USPS", "Fulfillment: Tracking URL": "https://example.com/9400", "Fulfillment: Shipment Status": "delivered", "Line: ID": "5001", "Line: Quantity": "1"}),
        _more("Fulfillment Line", **{"Fulfillment: ID": "8002", "Fulfillment: Status": "cancelled", "Fulfillment: Created At": "2026-03-08 08:00:00 +0000", "Line: ID": "5001", "Line: Quantity": "1"}),
        _more("Refund Line", **{"Refund: Created At": "2026-03-08 10:00:00 +0000", "Line: ID": "5001", "Line: SKU": "A", "Line: Quantity": "-1"}),
    ]  # fmt: skip


def _read(path: Path) -> Order:
    with reading(path) as exports:
        [(order, _, _)] = everything(exports).values()
        assert exports.files[0].recognised_as == "Matrixify orders export"
        assert exports.files[0].rows == len(_full())
    return order


def _workbook(path: Path) -> Path:
    """The same as a workbook, with numbers, flags and moments as cells of their own kinds."""
    book = openpyxl.Workbook()
    book.active.title = "Orders"
    book.active.append(MATRIXIFY)
    for row in _full():
        book.active.append([_cell(str(row.get(name, ""))) for name in MATRIXIFY])
    book.save(path)
    return path


def _cell(text: str) -> object:
    if text in {"TRUE", "FALSE"}:
        return text == "TRUE"
    if text.lstrip("-").isdigit():
        return int(text)
    return text or None


def test_matrixify_tells_fulfilments_refunds_and_payments(tmp_path: Path):
    order = _read(write(tmp_path / "Orders.csv", MATRIXIFY, _full()))
    first, second = order.fulfillments
    assert (first.id, first.status, first.display_status, first.created_at) == (
        "8001", "SUCCESS", "DELIVERED", datetime(2026, 3, 7, 8, tzinfo=UTC),
    )  # fmt: skip
    assert first.tracking == (Tracking("9400", "USPS", "https://example.com/9400"),)
    assert [(part.line_id, part.quantity) for part in first.lines or ()] == [("5001", 1)]
    assert second.status == "CANCELLED"
    assert order.detail is not None
    assert [(part.id, part.quantity, part.current, part.unfulfilled) for part in order.detail.lines] == [
        ("5001", 3, 2, 1),
        ("5002", 1, 1, 0),
    ]
    assert [part.gift_card for part in order.detail.lines] == [False, True]
    assert [(part.kind, part.status) for part in order.detail.payments] == [
        ("AUTHORIZATION", "SUCCESS"),
        ("CAPTURE", "SUCCESS"),
    ]
    assert [(part.created_at, part.quantity) for part in order.detail.refunds] == [
        (datetime(2026, 3, 8, 10, tzinfo=UTC), 1)
    ]
    assert order.detail.shipping_method == "Standard"
    assert order.updated_at == datetime(2026, 3, 9, 8, tzinfo=UTC)


def test_a_workbook_of_matrixify_tells_the_same_as_its_csv(tmp_path: Path):
    told = _read(_workbook(tmp_path / "Orders.xlsx"))
    assert told == _read(write(tmp_path / "Orders.csv", MATRIXIFY, _full()))


def test_a_fulfilment_whose_lines_no_column_tells_is_still_one(tmp_path: Path):
    columns = [name for name in MATRIXIFY if not name.startswith("Line:")]
    rows = [
        _matrixify(**{"Order Fulfillment Status": "fulfilled", "Fulfillment: ID": "8001", "Fulfillment: Tracking Number": "9400"})
    ]  # fmt: skip
    with reading(write(tmp_path / "Orders.csv", columns, rows)) as exports:
        [(order, _, _)] = everything(exports).values()
    assert [(part.quantity, part.lines) for part in order.fulfillments] == [(1, None)]


def test_matrixify_without_ids_of_lines_still_covers_what_one_fulfilment_must(tmp_path: Path):
    rows = [
        _matrixify(**{"Line: Fulfillable Quantity": "0", "Order Fulfillment Status": "fulfilled"}),
        _more("Fulfillment Line", **{"Fulfillment: ID": "8001", "Fulfillment: Tracking Number": "9400"}),
    ]
    with reading(write(tmp_path / "Orders.csv", MATRIXIFY, rows)) as exports:
        [(order, _, _)] = everything(exports).values()
    assert [(part.line_id, part.quantity) for part in order.fulfillments[0].lines or ()] == [("5001", 3)]


def test_a_tracking_number_that_excel_damaged_in_shopify_leaves_the_order_out_of_judgement(tmp_path: Path):
    rows = [
        _matrixify(),
        _more(
            "Fulfillment Line", **{"Fulfillment: ID": "8001", "Fulfillment: Tracking Number": "9.40011E+21"}
        ),
    ]
    with reading(write(tmp_path / "Orders.csv", MATRIXIFY, rows)) as exports:
        assert everything(exports) == {}
        assert (
            "1 tracking number is unusable: Excel has rounded such numbers (9.40011E+21). They do not count as missing."
            in exports.files[0].notes
        )
