"""Rows and columns are found by where things stand; what is no such grid is refused with a sentence."""

from pathlib import Path

import pytest
from PIL import Image

from bot.errors import ExportRefused
from bot.sources.screenshots import Picture, read_picture
from bot.sources.screenshots.geometry import Box
from bot.sources.screenshots.ocr import Line
from tests.unit.sources.screenshots.typed import Typed, line

HEADER = [
    line("Order #", 40, 100),
    line("Tracking #", 140, 100),
    line("Recipient", 360, 100),
    line("Ship Date", 480, 100),
]


def row(top: float, number: str, tracking: str, day: str) -> list[Line]:
    return [line(number, 40, top), line(tracking, 140, top), line("Somebody", 360, top), line(day, 480, top)]


def reading(tmp_path: Path, lines: list[Line], size: tuple[int, int] = (900, 600)) -> Picture:
    path = tmp_path / "grid.png"
    Image.new("RGB", size, "white").save(path)
    return read_picture(path, read_by=Typed(lines))


def texts(picture: Picture) -> list[list[str]]:
    return [[cell.text for cell in each.cells.values()] for each in picture.rows]


def test_what_stands_beside_and_below_the_grid_is_no_row_of_it(tmp_path: Path):
    page = [
        line("Shipments", 4, 20),
        line("Export", 700, 22),
        line("Home", 0, 140),
        *HEADER,
        *row(140, "1001", "461187421193", "11/24/2026"),
        *row(180, "1002", "461187421194", "11/24/2026"),
        line("1-2 of 214", 40, 300),
    ]
    assert texts(reading(tmp_path, page)) == [
        ["1001", "461187421193", "11/24/2026"],
        ["1002", "461187421194", "11/24/2026"],
    ]


def test_two_cells_that_were_found_as_one_are_parted_at_the_column(tmp_path: Path):
    together = [
        line("1001", 40, 140),
        line("4611 87421193 and more Somebody", 140, 140),
        line("11/24/2026", 480, 140),
    ]
    assert texts(reading(tmp_path, [*HEADER, *together])) == [
        ["1001", "4611 87421193 and more", "11/24/2026"]
    ]


def test_rows_without_white_space_between_them_are_parted_halfway(tmp_path: Path):
    rows = [
        part for at in range(4) for part in row(130 + 20 * at, f"100{at}", f"46118742119{at}", "11/24/2026")
    ]
    assert [each[0] for each in texts(reading(tmp_path, [*HEADER, *rows]))] == [
        "1000",
        "1001",
        "1002",
        "1003",
    ]


def test_a_tall_pill_between_two_rows_does_not_join_them(tmp_path: Path):
    first = row(140, "1001", "461187421193", "11/24/2026")
    second = [line("1002", 40, 178), line("11/24/2026", 480, 178)]
    tall = line("Delivered", 620, 150)
    pill = Line(Box(620, 144, 700, 190), tall.letters)
    third = row(240, "1003", "461187421195", "11/24/2026")
    fourth = row(278, "1004", "461187421196", "11/24/2026")
    header = [*HEADER, line("Delivery", 620, 100)]
    found = texts(reading(tmp_path, [*header, *first, pill, *second, *third, *fourth]))
    assert [each[0] for each in found] == ["1001", "1002", "1003", "1004"]


def test_an_order_number_in_two_lines_is_one_number(tmp_path: Path):
    rows = [part for at in range(3) for part in row(140 + 60 * at, "SHOP-", "461187421193", "11/24/2026")]
    below = [line(f"100{at}", 40, 161 + 60 * at) for at in range(3)]
    found = texts(reading(tmp_path, [*HEADER, *rows, *below]))
    assert [each[0] for each in found] == ["SHOP-1000", "SHOP-1001", "SHOP-1002"]


def test_numbers_that_are_set_to_the_right_belong_to_their_column(tmp_path: Path):
    header = [
        line("Order", 40, 100),
        line("Date", 120, 100),
        line("Total", 340, 100),
        line("Payment status", 400, 100),
        line("Fulfillment status", 540, 100),
    ]
    amount = "$1,204.00"
    cells = [
        line("#1001", 40, 140),
        line("Nov 14 at 3:22 pm", 120, 140),
        line(amount, 380 - 8 * len(amount), 140),
        line("Paid", 408, 140),
        line("Fulfilled", 548, 140),
    ]
    assert texts(reading(tmp_path, [*header, *cells])) == [
        ["#1001", "Nov 14 at 3:22 pm", amount, "Paid", "Fulfilled"]
    ]


def test_a_header_in_two_lines_is_one_header(tmp_path: Path):
    header = [
        line("Order #", 40, 100),
        line("Ship Date", 140, 100),
        line("Marketplace", 300, 90),
        line("Notified", 300, 110),
    ]
    cells = [line("1001", 40, 160), line("11/24/2026", 140, 160), line("Yes", 300, 160)]
    [found] = reading(tmp_path, [*header, *cells]).rows
    assert found.cells["notified"].value == "true"


def test_a_row_whose_number_was_not_found_is_shown_and_does_not_count(tmp_path: Path):
    lost = [line("461187421193", 140, 140), line("11/24/2026", 480, 140), line("UPS", 620, 140)]
    header = [*HEADER, line("Service", 620, 100)]
    [found] = reading(tmp_path, [*header, *lost]).rows
    assert not found.counts
    assert found.cells["order_number"].doubts[0].text == "it is empty"


def test_a_fulfillments_grid_is_told_by_columns_that_are_not_read(tmp_path: Path):
    header = [
        line(name, 40 + 120 * at, 100)
        for at, name in enumerate(("Order #", "Ship Date", "Provider", "Batch"))
    ]
    cells = [line(text, 40 + 120 * at, 140) for at, text in enumerate(("1001", "11/24/2026", "Marked", "7"))]
    assert reading(tmp_path, [*header, *cells]).grid == "ShipStation fulfillments grid"


REFUSED = {
    "nothing on it": ([], "there is no text on it"),
    "a web page": (
        [
            line("Products", 40, 20),
            line("Inventory", 160, 20),
            line("Blue shirt", 40, 80),
            line("12 left", 160, 80),
        ],
        "no header row of a grid was found on it: at its top it says “Products”, “Inventory”, “Blue shirt”",
    ),
    "rows without their header": (
        [line("1001", 40, 20), line("461187421193", 160, 20)],
        "there are no names of columns at its top",
    ),
    "an order list that says too little": (
        [line("Order", 40, 20), line("Total", 160, 20), line("#1001", 40, 80), line("$12", 160, 80)],
        "Shopify's order list without these columns: order created, payment status, fulfilment status",
    ),
    "only a header": (HEADER, "without a row below its header"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_grid_is_refused_with_what_it_looks_like(tmp_path: Path, case: str):
    lines, sentence = REFUSED[case]
    with pytest.raises(ExportRefused) as refused:
        reading(tmp_path, lines)
    assert sentence in refused.value.what
    assert "Expected was a screenshot" in refused.value.why
    assert refused.value.todo


def test_letters_that_are_too_small_are_refused(tmp_path: Path):
    tiny = [
        Line(Box(each.box.left, each.box.top, each.box.right, each.box.top + 7), each.letters)
        for each in HEADER
    ]
    with pytest.raises(ExportRefused, match="its text is too small: lines are 7 pixels high"):
        reading(tmp_path, tiny)
