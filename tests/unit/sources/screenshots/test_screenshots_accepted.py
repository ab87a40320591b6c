"""Rows are corrected and accepted as values, and what is accepted goes through the same door as exports."""

import csv
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from bot.sources.exports import open_exports
from bot.sources.screenshots import Picture, corrected, read_picture, retaken, without, write_accepted
from bot.sources.screenshots.ocr import Line
from tests.unit.sources.screenshots.typed import Typed, line

WEDNESDAY = date(2026, 11, 25)
LISTED = {"Order": 40, "Date": 120, "Total": 300, "Payment status": 400, "Fulfillment status": 540}
SHIPPED = {"Order #": 40, "Tracking #": 120, "Ship Date": 320, "Marketplace Notified": 440, "Voided": 640}


def lined(lefts: dict[str, int], *rows: tuple[str, ...]) -> list[Line]:
    found = [line(name, left, 100) for name, left in lefts.items()]
    for at, row in enumerate(rows):
        found += [
            line(text, left, 140 + 40 * at) for text, left in zip(row, lefts.values(), strict=True) if text
        ]
    return found


def reading(folder: Path, lines: list[Line], name: str = "grid.png") -> Picture:
    path = folder / name
    Image.new("RGB", (900, 700), "white").save(path)
    return read_picture(path, taken=WEDNESDAY, read_by=Typed(lines))


@pytest.fixture
def orders(tmp_path: Path) -> Picture:
    rows = (
        ("#1001", "Today at 9:14 am", "$12.00", "Paid", "Unfulfilled"),
        ("#1002", "Nov 14 at 3:22 pm", "$1,049.50", "Paid", "Fulfilled"),
        ("#1003", "Nov 14 at 3:22 pm", "$20.00", "Paid", "Unful…"),
    )
    return reading(tmp_path, lined(LISTED, *rows), "orders.png")


@pytest.fixture
def shipments(tmp_path: Path) -> Picture:
    rows = (
        ("1001", "1Z999AA10123456784", "11/25/2026", "Yes", "No"),
        ("1002", "1Z999AA10123456785", "11/14/2026", "No", ""),
    )
    return reading(tmp_path, lined(SHIPPED, *rows), "shipments.png")


def table(picture: Picture, folder: Path) -> list[list[str]]:
    with write_accepted(picture, folder / "rows.csv").path.open(encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_row_with_a_cell_that_cannot_be_made_out_is_left_out(orders: Picture, tmp_path: Path):
    assert [row.counts for row in orders.rows] == [True, True, False]
    assert table(orders, tmp_path) == [
        ["Name", "Created at", "Total", "Financial Status", "Fulfillment Status"],
        ["#1001", "2026-11-25 09:14:00", "12.00", "paid", "unfulfilled"],
        ["#1002", "2026-11-14 15:22:00", "1049.50", "paid", "fulfilled"],
    ]


def test_a_corrected_cell_lets_its_row_count_and_is_sure(orders: Picture, tmp_path: Path):
    mended = corrected(orders, 3, "fulfillment_status", "Unfulfilled")
    cell = mended.rows[2].cells["fulfillment_status"]
    assert (cell.value, cell.confidence, cell.corrected, mended.rows[2].counts) == (
        "unfulfilled",
        1.0,
        True,
        True,
    )
    assert len(table(mended, tmp_path)) == 4
    assert not orders.rows[2].counts, "the picture before it is a value and stays as it was"


def test_the_same_text_again_confirms_a_number_whose_check_digit_does_not_fit(shipments: Picture):
    assert [row.counts for row in shipments.rows] == [True, False]
    confirmed = corrected(shipments, 2, "tracking", "1Z999AA10123456785")
    assert confirmed.rows[1].counts
    assert confirmed.rows[1].cells["tracking"].doubts


def test_a_dropped_row_leaves_the_numbers_of_the_others(orders: Picture):
    assert [row.number for row in without(orders, 2).rows] == [1, 3]
    assert [row.number for row in corrected(without(orders, 2), 3, "total", "$9").rows] == [1, 3]


@pytest.mark.parametrize(("row", "field"), [(9, "total"), (1, "tracking")])
def test_what_is_not_on_the_picture_cannot_be_corrected(orders: Picture, row: int, field: str):
    with pytest.raises(KeyError):
        corrected(orders, row, field, "1")
    with pytest.raises(KeyError):
        without(orders, 9)


def test_another_day_of_the_picture_moves_its_relative_dates_only(orders: Picture):
    moved = retaken(orders, date(2026, 11, 12))
    values = [row.cells["created_at"].value for row in moved.rows[:2]]
    assert values == ["2026-11-12 09:14:00", "2025-11-14 15:22:00"]


def test_yes_and_no_count_only_where_every_row_says_it(shipments: Picture, tmp_path: Path):
    both = corrected(shipments, 2, "tracking", "1Z999AA10123456784")
    assert table(both, tmp_path)[0] == ["order #", "tracking #", "ship date", "marketplace notified"]
    told = corrected(both, 2, "voided", "no")
    assert table(told, tmp_path)[0][-1] == "voided"
    assert [row[-1] for row in table(told, tmp_path)[1:]] == ["false", "false"]


def test_what_was_accepted_is_said_with_its_confidence(orders: Picture, tmp_path: Path):
    mended = corrected(orders, 1, "total", "$13.00")
    assert write_accepted(mended, tmp_path / "rows.csv").notes == (
        "Read from a screenshot of 2026-11-25: 2 rows, confirmed; the least sure of them at 99%.",
        "It shows a part of a list: that something is missing from it proves nothing.",
        "1 of its cells was corrected or confirmed by hand.",
        "1 row could not be made out, and so not judged.",
    )


def test_two_screenshots_are_read_as_exports_and_tell_only_what_they_show(
    orders: Picture, shipments: Picture, tmp_path: Path
):
    paths = [
        write_accepted(orders, tmp_path / "orders.csv").path,
        write_accepted(shipments, tmp_path / "shipments.csv").path,
    ]
    with open_exports(paths, excerpts=paths) as exports:
        assert [file.recognised_as for file in exports.files] == [
            "Shopify orders export",
            "ShipStation shipments export",
        ]
        assert exports.knows == {"orders", "labels", "parcel_tracking", "voids", "notified"}
        [(order, _, parcels)] = exports.load(["1001"])
    assert (order.name, order.fulfillment_status, order.total) == ("#1001", "UNFULFILLED", "12.00")
    assert [(parcel.tracking, parcel.voided, parcel.notified) for parcel in parcels] == [
        ("1Z999AA10123456784", False, True)
    ]


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("Order #", "Order Date", "Ship By", "Store"), "ShipStation orders export"),
        (("Order #", "Ship Date", "Provider", "Batch"), "ShipStation fulfillments export"),
        (("Order #", "Ship Date", "Rate"), "ShipStation shipments export"),
    ],
)
def test_a_grid_becomes_the_export_that_it_is_like(tmp_path: Path, names: tuple[str, ...], kind: str):
    lefts = {name: 40 + 140 * at for at, name in enumerate(names)}
    rows = [("1001", "11/24/2026", *("Marked", "7")[: len(names) - 2])]
    if "Ship By" in lefts:
        rows = [("1001", "11/24/2026", "11/25/2026", "Acme")]
    picture = reading(tmp_path, lined(lefts, *rows))
    with open_exports([write_accepted(picture, tmp_path / "rows.csv").path]) as exports:
        assert exports.files[0].recognised_as == kind
    assert picture.grid == kind.replace("export", "grid")
