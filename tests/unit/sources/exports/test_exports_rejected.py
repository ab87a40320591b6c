"""Rows that cannot be read: each is listed with file, line and reason, and nothing is concluded about its order."""

from pathlib import Path

import pytest

from tests.unit.sources.exports.writing import (
    LABELS,
    SHOPIFY,
    everything,
    label,
    line,
    reading,
    shopify,
    text,
    write,
)

ORDERS = [shopify("#1001"), line("#1001"), shopify("#1002", Tags="vip, wholesale")]
PARCELS = [label("1001"), label("1002", **{"Shipment - Tracking Number": "1Z999AA10123456784"})]


def _raw(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


BROKEN: dict[str, tuple[list[str], list[tuple[int, str]]]] = {
    "no order number": (
        ["{}", ",2026-03-06 08:58:42 +0000,paid,1,a@example.com"],
        [(3, "It has no order number.")],
    ),
    "an unreadable date": (
        ["#1,31/31/2026,paid,1,a@example.com", "{}"],
        [(2, "The moment at which it was created (“31/31/2026”) cannot be read.")],
    ),
    "a word for a date": (
        ["{}", "#1,Mario Rossi,paid,1,a@example.com"],
        [(3, "The moment at which it was created cannot be read.")],
    ),
    "a number damaged by Excel": (
        ["1.00124E+11,2026-03-06 08:58:42 +0000,paid,1,", "{}"],
        [
            (
                2,
                "Excel has damaged its order number (“1.00124E+11”): export again and do not save the file in Excel.",
            )
        ],
    ),
    "a quantity in words": (
        ["{}", "#1,2026-03-06 08:58:42 +0000,paid,two,"],
        [(3, "The quantity cannot be read.")],
    ),
    "too many fields": (
        ["{}", "#1,2026-03-06 08:58:42 +0000,paid,1,a@example.com,more"],
        [(3, "It has 6 fields and the header has 5: a delimiter or quote in it is astray.")],
    ),
    "a quote that is never closed": (
        ["{}", '#1,2026-03-06 08:58:42 +0000,"paid,1,', "#2,2026-03-06 08:58:42 +0000,paid,1,"],
        [(3, "A quote that opens in it is never closed.")],
    ),
    "a quote that is never closed at the end": (
        ["{}", '#1,2026-03-06 08:58:42 +0000,"paid,1,'],
        [(3, "A quote that opens in it is never closed.")],
    ),
    "after a note of three lines": (
        ['#1,2026-03-06 08:58:42 +0000,paid,1,"one\ntwo\nthree"', "#2,nonsense 3,paid,1,", "{}"],
        [(5, "The moment at which it was created cannot be read.")],
    ),
}
_GOOD = "#1001,2026-03-06 08:58:42 +0000,paid,1,b@example.com"


@pytest.mark.parametrize(("rows", "said"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_cannot_be_read_is_listed_with_line_and_reason(
    tmp_path: Path, rows: list[str], said: list[tuple[int, str]]
):
    lines = ["Name,Created at,Financial Status,Lineitem quantity,Email", *(row.format(_GOOD) for row in rows)]
    path = _raw(tmp_path / "orders.csv", "\n".join(lines) + "\n")
    with reading(path) as exports:
        assert [(row.line, row.reason) for row in exports.rejected_rows] == said
        assert {row.file for row in exports.rejected_rows} == {str(path)}
        [file] = exports.files
        assert (file.rows, file.rejected) == (len(rows), len(said))
        assert "#1001" in everything(exports)
        assert len(everything(exports)) == len(rows) - len(said)


def test_a_broken_row_takes_its_order_out_of_judgement(tmp_path: Path):
    rows = text(LABELS, [label("1001"), label("1002")]).replace("Main\n", "Main,astray\n", 1)
    orders = write(tmp_path / "o.csv", SHOPIFY, ORDERS)
    with reading(orders, _raw(tmp_path / "s.csv", rows)) as exports:
        assert exports.connection.execute("FROM unread").fetchall() == [("1001", "shipstation")]
        assert list(everything(exports)) == ["#1002"]


def test_of_an_order_with_an_unreadable_row_nothing_may_be_concluded(tmp_path: Path):
    rows = [shopify("#1001", Cancelled_at="yesterday"), shopify("#1002")]
    with reading(write(tmp_path / "o.csv", SHOPIFY, rows)) as exports:
        assert exports.connection.execute("FROM unread").fetchall() == [("1001", "shopify")]
        assert list(everything(exports)) == ["#1002"]


def test_at_most_a_thousand_rejected_rows_are_listed_and_the_others_counted(tmp_path: Path):
    rows = [shopify(f"#{number}", Created_at="never") for number in range(1500)] + [shopify("#9999")]
    with reading(write(tmp_path / "o.csv", SHOPIFY, rows)) as exports:
        [file] = exports.files
        assert (file.rows, file.rejected, len(exports.rejected_rows)) == (1501, 1500, 1000)
        assert "500 more rejected rows are not listed: only the first 1,000 are." in file.notes


def test_a_value_that_judging_can_do_without_counts_as_blank_and_is_told(tmp_path: Path):
    rows = [shopify("#1001", Paid_at="soon"), shopify("#1002")]
    with reading(write(tmp_path / "o.csv", SHOPIFY, rows)) as exports:
        [file] = exports.files
        assert "1 value of “order paid” cannot be read and count as blank." in file.notes
        assert (file.rejected, len(everything(exports))) == (0, 2)


def test_a_label_that_may_be_void_is_rejected(tmp_path: Path):
    rows = [label("1001", **{"Shipment - Void Flag": "perhaps"}), label("1002")]
    with reading(write(tmp_path / "s.csv", LABELS, rows)) as exports:
        assert [(row.line, row.reason) for row in exports.rejected_rows] == [
            (2, "Whether it was voided cannot be read.")
        ]
        assert exports.connection.execute("FROM unread").fetchall() == [("1001", "shipstation")]


@pytest.mark.parametrize(
    ("flag", "voided"),
    [("True", True), ("yes", True), ("1", True), ("Voided", True), ("", False), ("FALSE", False), ("no", False), ("0", False)],
)  # fmt: skip
def test_flags_in_many_words(tmp_path: Path, flag: str, voided: bool):
    with reading(
        write(tmp_path / "s.csv", LABELS, [label("1001", **{"Shipment - Void Flag": flag})])
    ) as exports:
        assert exports.connection.execute("SELECT voided FROM shipstation_parcels").fetchall() == [(voided,)]


def test_a_void_date_alone_is_a_void(tmp_path: Path):
    columns = ("Order - Number", "Shipment - Tracking Number", "Shipment - Void Date")
    rows = [label("1001", **{"Shipment - Void Date": "3/8/2026 1:00:00 PM"}), label("1002")]
    with reading(write(tmp_path / "s.csv", columns, rows)) as exports:
        assert exports.connection.execute(
            "SELECT key, voided FROM shipstation_parcels ORDER BY key"
        ).fetchall() == [
            ("1001", True),
            ("1002", False),
        ]


def test_nothing_personal_is_kept(tmp_path: Path):
    orders = write(
        tmp_path / "o.csv",
        SHOPIFY,
        [
            *(dict(row) | {"Notes": "leave it at the back door"} for row in ORDERS),
            shopify("#1", Created_at="Mario Rossi 5"),
        ],
    )
    labels = write(
        tmp_path / "s.csv", LABELS, [*PARCELS, label("1003", **{"Shipment - Void Flag": "Mario Rossi"})]
    )
    with reading(orders, labels) as exports:
        tables = exports.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        for (table,) in tables:
            said = str(exports.connection.execute(f'FROM "{table}"').fetchall())
            assert not [private for private in ("Mario", "example.com", "back") if private in said], table
        assert "Mario" not in str(exports.rejected_rows)
        assert "Mario" not in str(exports.files)
        assert len(exports.rejected_rows) == 2
