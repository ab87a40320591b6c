"""Grids that were drawn are read back: exact numbers, dates and statuses, in the looks that people's screens have."""

from collections.abc import Callable

import pytest
from PIL import Image

from bot.sources.screenshots import Picture
from bot.sources.screenshots.ocr import Reader
from tests.unit.sources.screenshots.drawing import Look, Sheet, draw

Read = Callable[..., Picture]

ORDERS = Sheet(
    title="Orders",
    columns=(
        ("Order", 90),
        ("Date", 180),
        ("Customer", 130),
        ("Total", 90),
        ("Payment status", 170),
        ("Fulfillment status", 180),
        ("Items", 80),
    ),
    rows=(
        ("#1080", "Today at 9:14 am", "Ada Lovelace", "$12.00", "Paid", "Unfulfilled", "1 item"),
        ("#1079", "Yesterday at 11:52 pm", "Alan Turing", "$1,049.50", "Pending", "Unfulfilled", "2 items"),
        ("#1078", "Monday at 3:02 pm", "Grace Hopper", "$87.00", "Refunded", "Fulfilled", "3 items"),
        (
            "#1077",
            "Nov 14 at 3:22 pm",
            "Edsger Dijkstra",
            "$124.50",
            "Partially refunded",
            "Partially fulfilled",
            "",
        ),
        ("#1076", "Dec 30 at 12:01 am", "Barbara Liskov", "$162.00", "Paid", "On hold", "1 item"),
    ),
    pills=frozenset({"Payment status", "Fulfillment status"}),
)
ORDERS_SAY = [
    ("#1080", "2026-11-25 09:14:00", "12.00", "paid", "unfulfilled"),
    ("#1079", "2026-11-24 23:52:00", "1049.50", "pending", "unfulfilled"),
    ("#1078", "2026-11-23 15:02:00", "87.00", "refunded", "fulfilled"),
    ("#1077", "2026-11-14 15:22:00", "124.50", "partially_refunded", "partial"),
    ("#1076", "2025-12-30 00:01:00", "162.00", "paid", "on_hold"),
]
SHIPMENTS = Sheet(
    columns=(
        ("Order #", 110),
        ("Tracking #", 240),
        ("Service", 170),
        ("Recipient", 140),
        ("Ship Date", 110),
        ("Marketplace Notified", 180),
    ),
    rows=(
        ("1080", "9400111899223197428497", "USPS Priority Mail", "Ada Lovelace", "11/25/2026", "Yes"),
        ("1079", "1Z999AA10123456784", "UPS Ground", "Alan Turing", "11/24/2026", "No"),
        ("1078", "461187421193", "FedEx Home Delivery", "Grace Hopper", "11/24/2026", "Yes"),
        ("1077", "", "UPS Ground", "Edsger Dijkstra", "11/23/2026", "Yes"),
    ),
)
SHIPMENTS_SAY = [
    ("1080", "9400111899223197428497", "2026-11-25", "true"),
    ("1079", "1Z999AA10123456784", "2026-11-24", "false"),
    ("1078", "461187421193", "2026-11-24", "true"),
    ("1077", "", "2026-11-23", "true"),
]
OF_ORDERS = ("order_number", "created_at", "total", "financial_status", "fulfillment_status")
OF_SHIPMENTS = ("order_number", "tracking", "ship_date", "notified")


def said(picture: Picture, fields: tuple[str, ...]) -> list[tuple[str | None, ...]]:
    return [tuple(row.cells[field].value for field in fields) for row in picture.rows]


@pytest.mark.parametrize(
    "look",
    [Look(), Look(dark=True, sans=True)],
    ids=["light", "dark, another font"],
)
def test_shopifys_order_list_is_read_with_its_relative_dates_and_pills(read: Read, look: Look):
    picture = read(draw(ORDERS, look))
    assert picture.grid == "Shopify order list"
    assert said(picture, OF_ORDERS) == ORDERS_SAY
    assert all(row.counts for row in picture.rows)


@pytest.mark.parametrize(
    ("look", "quality"),
    [(Look(dark=True), 70), (Look(scale=2, ruled=False, sans=True), None)],
    ids=["dark, JPEG", "twice the pixels, no lines"],
)
def test_shipstations_shipments_are_read_to_the_last_digit(read: Read, look: Look, quality: int | None):
    picture = read(draw(SHIPMENTS, look), quality)
    assert picture.grid == "ShipStation shipments grid"
    assert said(picture, OF_SHIPMENTS) == SHIPMENTS_SAY
    assert all(row.counts and row.confidence > 0.5 for row in picture.rows)


def test_a_photo_that_is_a_little_tilted_is_turned_upright(read: Read):
    tilted = draw(SHIPMENTS).rotate(-1.8, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    assert said(read(tilted, 85), OF_SHIPMENTS) == SHIPMENTS_SAY


def test_a_cell_that_is_wrapped_over_two_lines_is_one_cell(read: Read):
    wrapped = Sheet(
        columns=(("Order #", 110), ("Tracking #", 150), ("Service", 110), ("Ship Date", 110)),
        rows=(
            ("1080", "94001118992\n23197428497", "USPS Priority\nMail", "11/25/2026\n4:05 PM"),
            ("1079", "1Z999AA1\n0123456784", "UPS Ground", "11/24/2026"),
            ("1078", "461187421193", "FedEx Home\nDelivery", "11/24/2026\n9:30 AM"),
        ),
    )
    assert said(read(draw(wrapped)), ("order_number", "tracking", "service", "ship_date")) == [
        ("1080", "9400111899223197428497", "USPS Priority Mail", "2026-11-25 16:05:00"),
        ("1079", "1Z999AA10123456784", "UPS Ground", "2026-11-24"),
        ("1078", "461187421193", "FedEx Home Delivery", "2026-11-24 09:30:00"),
    ]


def test_what_is_cut_off_does_not_count(read: Read):
    dotted = Sheet(
        columns=(("Order #", 110), ("Tracking #", 180), ("Ship Date", 120)),
        rows=(("1080", "94001118992231…", "11/25/2026"), ("1079", "1Z999AA10123456784", "11/24/2026")),
    )
    first, second = read(draw(dotted)).rows
    assert [doubt.kind for doubt in first.cells["tracking"].doubts] == ["cut off"]
    assert (first.counts, second.counts) == (False, True)


def test_a_right_column_beyond_the_edge_of_the_picture_does_not_count(read: Read):
    whole = draw(ORDERS)
    picture = read(whole.crop((0, 0, 750, whole.height)))
    cut = [row.number for row in picture.rows if not row.counts]
    assert {1, 2, 3, 4} <= set(cut)
    assert all(
        doubt.kind in {"cut off", "not understood"}
        for row in picture.rows
        for doubt in row.cells["fulfillment_status"].doubts
        if doubt.stops
    )


def test_an_icon_is_pointed_at_and_not_taken_for_an_empty_cell(read: Read):
    ticked = Sheet(
        columns=(("Order #", 110), ("Ship Date", 130), ("Voided", 90)),
        rows=(("1080", "11/25/2026", "yes"), ("1079", "11/24/2026", ""), ("1078", "11/24/2026", "yes")),
        checks=frozenset({"Voided"}),
    )
    cells = [row.cells["voided"] for row in read(draw(ticked)).rows]
    assert [bool(cell.doubts) for cell in cells] == [True, False, True]
    assert all(cell.value in {None, ""} for cell in cells)


def test_names_of_customers_are_found_and_never_read(models: Reader, read: Read):
    heard: list[str] = []

    class Listening:
        def find(self, image):
            return models.find(image)

        def read(self, image, boxes):
            lines = models.read(image, boxes)
            heard.extend(line.text for line in lines)
            return lines

    picture = read(draw(ORDERS), read_by=Listening())
    assert "Customer" in picture.unread
    assert "#1080" in heard
    assert not [text for text in heard if "Lovelace" in text or "Turing" in text]
