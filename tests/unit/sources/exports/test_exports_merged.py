"""Files split in parts, given twice, overlapping, or telling of the same parcels in two ways: everything counts once."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.sources.exports import Exports
from tests.unit.sources.exports.writing import (
    LABELS,
    MARKS,
    ORDERS,
    SHOPIFY,
    Row,
    everything,
    label,
    line,
    reading,
    shopify,
    write,
)

FIRST, MORE, LAST = (
    shopify("#1001", Lineitem_sku="A"),
    line("#1001", Lineitem_sku="B"),
    line("#1001", Lineitem_sku="C"),
)
OTHER = shopify("#1002", Lineitem_sku="A")
THIRD = shopify("#1003", Lineitem_sku="D")

PARTS: dict[str, list[list[Row]]] = {
    "in one": [[FIRST, MORE, LAST, OTHER]],
    "newest first": [[OTHER, FIRST, MORE, LAST]],
    "in two": [[FIRST, MORE, LAST], [OTHER]],
    "split in the middle of an order": [[FIRST, MORE], [LAST, OTHER]],
    "the second part first": [[LAST, OTHER], [FIRST, MORE]],
    "overlapping": [[FIRST, MORE, LAST, OTHER], [OTHER, THIRD]],
    "one within the other": [[FIRST, MORE, LAST, OTHER], [FIRST, MORE, LAST]],
    "the same rows twice in one file": [[FIRST, MORE, LAST, OTHER, FIRST, MORE, LAST, OTHER]],
    "one order's rows twice in a row": [[FIRST, MORE, LAST, FIRST, MORE, LAST, OTHER]],
    "the second part twice": [[FIRST, MORE], [LAST, OTHER], [LAST, OTHER, THIRD]],
    "cut in two, and whole elsewhere": [[FIRST, MORE], [LAST, OTHER], [THIRD, FIRST, MORE, LAST]],
}


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_an_order_has_its_lines_once_however_the_files_are_cut(tmp_path: Path, parts: list[list[Row]]):
    paths = [write(tmp_path / f"part-{number}.csv", SHOPIFY, rows) for number, rows in enumerate(parts)]
    with reading(*paths) as exports:
        found = everything(exports)
        assert _lines(found["#1001"]) == [("A", 1), ("B", 2), ("C", 2)]
        assert _lines(found["#1002"]) == [("A", 1)]
        assert found["#1001"][0].financial_status == "PAID"
        assert sum(file.rows for file in exports.files) == sum(map(len, parts))
        [orders] = exports.connection.execute("SELECT count(*) FROM shopify_orders").fetchone() or ()
        assert orders == len({row["Name"] for rows in parts for row in rows})


def _lines(facts: object) -> list[tuple[str | None, int]]:
    detail = facts[0].detail  # type: ignore[index]
    return sorted((part.sku, part.quantity) for part in detail.lines)


def test_two_equal_lines_of_an_order_are_two(tmp_path: Path):
    rows = [shopify("#1001"), line("#1001", Lineitem_sku="A"), line("#1001", Lineitem_sku="A")]
    one = write(tmp_path / "a.csv", SHOPIFY, rows)
    two = write(tmp_path / "b.csv", SHOPIFY, [*rows, OTHER])
    for paths in ([one], [one, two]):
        with reading(*paths) as exports:
            assert _lines(everything(exports)["#1001"]) == [("001-005", 1), ("A", 2), ("A", 2)]


def test_an_export_that_repeats_the_order_on_every_line_is_one_order(tmp_path: Path):
    rows = [shopify("#1001", Lineitem_sku=sku) for sku in ("A", "B")] + [OTHER]
    with reading(write(tmp_path / "o.csv", SHOPIFY, rows)) as exports:
        assert _lines(everything(exports)["#1001"]) == [("A", 1), ("B", 1)]


def test_of_two_exports_of_one_order_the_later_state_counts(tmp_path: Path):
    before = shopify(
        "#1001", Fulfillment_Status="unfulfilled", Fulfilled_at="", Lineitem_fulfillment_status="pending"
    )
    after = shopify("#1001")
    for number, parts in enumerate(((before, after), (after, before))):
        paths = [write(tmp_path / f"{number}-{at}.csv", SHOPIFY, [row]) for at, row in enumerate(parts)]
        with reading(*paths) as exports:
            order = everything(exports)["#1001"][0]
            assert order.fulfillment_status == "FULFILLED"
            assert [part.unfulfilled for part in order.detail.lines] == [0]  # type: ignore[union-attr]


def test_two_shops_with_one_number_are_two_orders(tmp_path: Path):
    one = write(tmp_path / "a.csv", SHOPIFY, [shopify("#1001", Id="111", Lineitem_sku="A")])
    two = write(tmp_path / "b.csv", SHOPIFY, [shopify("#1001", Id="222", Lineitem_sku="B")])
    with reading(one, two) as exports:
        found = {facts[0].id: _lines(facts) for facts in exports.load(["1001"])}
    assert found == {"111": [("A", 1)], "222": [("B", 1)]}


def test_an_order_of_which_no_file_has_the_first_row_is_kept(tmp_path: Path):
    with reading(write(tmp_path / "o.csv", SHOPIFY, [LAST, OTHER])) as exports:
        order = everything(exports)["#1001"][0]
        assert (order.financial_status, order.fulfillment_status, order.id) == (
            None,
            "FULFILLED",
            "name:#1001",
        )


def test_the_same_file_twice_is_read_once(tmp_path: Path):
    one = write(tmp_path / "a.csv", SHOPIFY, [FIRST, MORE, OTHER])
    two = tmp_path / "b.csv"
    shutil.copy(one, two)
    with reading(one, two) as exports:
        assert [file.rows for file in exports.files] == [3, 0]
        assert exports.files[1].notes == (f"The same as {one}, byte for byte: not read again.",)
        assert len(everything(exports)) == 2


def test_what_was_given_twice_is_told(tmp_path: Path):
    one = write(tmp_path / "a.csv", SHOPIFY, [FIRST, OTHER])
    two = write(tmp_path / "b.csv", SHOPIFY, [OTHER, THIRD])
    with reading(one, two) as exports:
        notes = [note for file in exports.files for note in file.notes]
        assert notes == ["1 order or parcel is in these files more than once and counted once."]


# ---------------------------------------------------------------- parcels

A, B = (
    label("1001", **{"Shipment - Tracking Number": "9400 1"}),
    label("1001", **{"Shipment - Tracking Number": "9400-2"}),
)
NONE = label("1001", **{"Shipment - Tracking Number": ""})


def _parcels(exports: Exports) -> list[tuple[object, ...]]:
    return exports.connection.execute(
        "SELECT kind, tracking, voided FROM shipstation_parcels ORDER BY ALL"
    ).fetchall()


def _written(folder: Path, parts: Sequence[tuple[Sequence[str], Sequence[Row]]]) -> list[Path]:
    return [write(folder / f"{number}.csv", columns, rows) for number, (columns, rows) in enumerate(parts)]


def test_two_parcels_of_an_order_are_two_and_a_repeated_one_is_one(tmp_path: Path):
    with reading(*_written(tmp_path, [(LABELS, [A, B]), (LABELS, [B, label("1002")])])) as exports:
        assert len(_parcels(exports)) == 3


def test_a_void_that_one_export_tells_is_a_void(tmp_path: Path):
    voided = A | {"Shipment - Void Flag": "True"}
    with reading(*_written(tmp_path, [(LABELS, [A]), (LABELS, [voided])])) as exports:
        assert _parcels(exports) == [("label", "9400 1", True)]


def test_the_cost_report_adds_no_parcel_to_those_that_have_a_number(tmp_path: Path):
    costs = ("Store Name", "Ship Date", "Order #", "Provider", "Shipping Cost")
    rows = [
        {"Ship Date": "3/8/2026", "Order #": "1001", "Provider": "USPS"},
        {"Ship Date": "3/8/2026", "Order #": "1002", "Provider": "USPS"},
        {"Ship Date": "3/28/2026", "Order #": "1001", "Provider": "USPS"},
    ]
    with reading(*_written(tmp_path, [(LABELS, [A]), (costs, rows)])) as exports:
        found = exports.connection.execute(
            "SELECT key, ship_date::VARCHAR FROM shipstation_parcels ORDER BY ALL"
        ).fetchall()
        assert found == [("1001", "2026-03-07"), ("1001", "2026-03-28"), ("1002", "2026-03-08")]


def test_a_parcel_that_is_in_both_lists_is_a_label(tmp_path: Path):
    mark = {"Order #": "1001", "Tracking #": "94001", "Ship Date": "3/7/2026", "Marketplace Notified": "Yes"}
    with reading(*_written(tmp_path, [(MARKS, [mark]), (LABELS, [A])])) as exports:
        assert [kind for kind, _, _ in _parcels(exports)] == ["label"]
        assert exports.connection.execute("SELECT notified FROM shipstation_parcels").fetchall() == [(True,)]


def test_parcels_without_numbers_are_told_apart_by_their_day(tmp_path: Path):
    later = NONE | {
        "Date - Shipped Date": "3/9/2026 12:00:00 AM",
        "Date - Label Create Date": "3/9/2026 9:00:00 AM",
    }
    with reading(*_written(tmp_path, [(LABELS, [NONE, later, NONE])])) as exports:
        assert len(_parcels(exports)) == 2


def test_a_grid_by_item_is_one_parcel_with_items(tmp_path: Path):
    grid = ("Shipment #", "Order #", "Tracking #", "Ship Date", "Item SKU")
    rows = [
        {
            "Shipment #": "77",
            "Order #": "1001",
            "Tracking #": "9400",
            "Ship Date": "3/7/2026",
            "Item SKU": sku,
        }
        for sku in ("A", "B", "B")
    ]
    orders = write(tmp_path / "o.csv", SHOPIFY, [FIRST])
    with reading(*_written(tmp_path, [(grid, rows)]), orders) as exports:
        [parcel] = everything(exports)["#1001"][2]
        assert parcel.id == 77
        assert sorted((item.sku, item.quantity) for item in parcel.items or ()) == [("A", 1), ("B", 2)]


# ---------------------------------------------------------------- ShipStation's orders


def _row(number: str, status: str = "Shipped", sku: str = "A", **more: object) -> dict[str, object]:
    return {
        "Order - Number": number,
        "Order - Status": status,
        "Date - Order Date": "3/6/2026 3:58:42 AM",
        "Market - Store Name": "Main",
        "Item - SKU": sku,
        "Item - Qty": "1",
    } | more


def test_an_order_over_several_rows_is_one_with_its_items(tmp_path: Path):
    path = write(tmp_path / "r.csv", ORDERS, [_row("1"), _row("1", sku="B"), _row("1", sku="B"), _row("2")])
    with reading(path) as exports:
        assert exports.connection.execute(
            "SELECT key, status FROM shipstation_orders ORDER BY 1"
        ).fetchall() == [
            ("1", "shipped"),
            ("2", "shipped"),
        ]
        items = exports.connection.execute("SELECT key, sku FROM shipstation_items ORDER BY ALL").fetchall()
        assert items == [("1", "A"), ("1", "B"), ("1", "B"), ("2", "A")]


def test_the_same_items_in_another_file_are_the_same(tmp_path: Path):
    rows = [_row("1"), _row("1", sku="B")]
    with reading(*_written(tmp_path, [(ORDERS, rows), (ORDERS, [*rows, _row("2")])])) as exports:
        assert exports.connection.execute("SELECT count(*) FROM shipstation_items").fetchall() == [(3,)]


def test_the_parts_of_a_split_order_are_two_orders_with_their_own_items(tmp_path: Path):
    path = write(tmp_path / "r.csv", ORDERS, [_row("1"), _row("1", "Awaiting Shipment", "B")])
    orders = write(tmp_path / "o.csv", SHOPIFY, [shopify("#1")])
    with reading(path, orders) as exports:
        _, rows, _ = everything(exports)["#1"]
        assert sorted((row.status, row.items[0].sku) for row in rows) == [
            ("awaiting_shipment", "B"),
            ("shipped", "A"),
        ]
        assert len({row.id for row in rows}) == 2


def test_of_two_exports_the_one_that_reaches_further_tells_the_status(tmp_path: Path):
    before = [_row("1", "Awaiting Shipment")]
    after = [_row("1", "Shipped"), _row("9", **{"Date - Order Date": "3/20/2026 3:58:42 AM"})]
    for folder, parts in (("x", (before, after)), ("y", (after, before))):
        (tmp_path / folder).mkdir()
        with reading(*_written(tmp_path / folder, [(ORDERS, rows) for rows in parts])) as exports:
            found = exports.connection.execute(
                "SELECT status FROM shipstation_orders WHERE key = '1'"
            ).fetchall()
            assert found == [("shipped",)]


# ---------------------------------------------------------------- what takes room


def test_what_no_file_tells_can_be_asked_and_takes_no_room(tmp_path: Path):
    files = [
        write(tmp_path / "o.csv", SHOPIFY, [FIRST, MORE]),
        write(tmp_path / "s.csv", LABELS, [label("1001")]),
    ]
    with reading(*files) as exports:
        ask = exports.connection.execute
        assert (
            ask("SELECT closed_at, gift_card, fulfillable FROM shopify_rows").fetchall() == [(None,) * 3] * 2
        )
        kept = {
            name for (name,) in ask("SELECT column_name FROM pragma_storage_info('shopify_rows')").fetchall()
        }
    assert kept >= {"key", "created_at", "sku"}
    assert not kept & {"closed_at", "gift_card", "fulfillable", "line_id", "processed_at"}


def test_columns_that_only_one_of_two_files_has_are_kept_of_that_one(tmp_path: Path):
    files = [
        write(tmp_path / "o.csv", SHOPIFY, [FIRST]),
        write(tmp_path / "s.csv", [name for name in LABELS if "Carrier" not in name], [label("1001")]),
        write(tmp_path / "t.csv", LABELS, [label("1002")]),
    ]
    with reading(*files) as exports:
        found = exports.connection.execute("SELECT number, carrier FROM parcel_rows ORDER BY 1").fetchall()
    assert [number for number, _ in found] == ["1001", "1002"]
    assert [carrier is not None for _, carrier in found] == [False, True]
