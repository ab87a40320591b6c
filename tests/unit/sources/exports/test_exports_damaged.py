"""Exports as they really come: everything that can be read is, and each row that cannot is listed with its reason."""

import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from bot.sources.exports import Exports, careful
from tests.unit.sources.exports.writing import (
    LABELS,
    SHOPIFY,
    Row,
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
CREATED = datetime(2026, 3, 6, 8, 58, 42, tzinfo=UTC)
MADE = datetime(2026, 3, 7, 9, 30)  # noqa: DTZ001 - cells of a workbook have no zone


def _numbers(exports: Exports) -> list[tuple[str, str | None]]:
    return exports.connection.execute(
        "SELECT number, tracking FROM shipstation_parcels ORDER BY key"
    ).fetchall()


def _with_notes(rows: Sequence[Row]) -> list[Row]:
    return [dict(row) | {"Notes": 'leave it\nat the "back" door, please; thanks'} for row in rows]


def _raw(path: Path, content: str) -> Path:
    path.write_bytes(content.encode())
    return path


def _quoted(content: str) -> str:
    rows = [row.split(",") for row in content.splitlines()]
    assert {len(row) for row in rows[:3]} == {len(SHOPIFY)}
    quoted = ['"' + row.replace('"', "").replace(",", '","') + '"' for row in content.splitlines()[:3]]
    return "\n".join([*quoted, content.splitlines()[3]]) + "\n"


def _renamed(content: str, change: Callable[[str], str]) -> str:
    header, _, rest = content.partition("\n")
    return f"{change(header)}\n{rest}"


def _late(path: Path) -> Path:
    """Write more than what is looked at first, and then bytes that are no UTF-8."""
    many = [shopify("#1003", Notes="x" * 1000) for _ in range(300)]
    content = text(SHOPIFY, many).encode() + text(SHOPIFY, ORDERS).partition("\n")[2].encode().replace(
        b"vip", b"vip\xe9"
    )
    path.write_bytes(content)
    return path


def _changing(path: Path, end: str) -> Path:
    """Write more than what is looked at first, and then rows that end in another way."""
    many = [shopify("#1003", Notes="x" * 1000) for _ in range(300)]
    rest = text(SHOPIFY, ORDERS, end=end).partition(end)[2]
    return _raw(path, text(SHOPIFY, many) + rest)


def _zipped(path: Path, content: str) -> Path:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.writestr("orders_export_1.csv", content)
        archive.writestr("__MACOSX/._orders_export_1.csv", b"\x00\x05")
    return path.with_suffix(".zip")


def _workbook(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    summary = book.worksheets[0]
    summary.title = "Export Summary"
    summary.append(["Exported", "today"])
    sheet = book.create_sheet("Orders")
    for row in rows:
        sheet.append(list(row))
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def _zipped_book(path: Path) -> Path:
    book = _workbook(path, [SHOPIFY, *([row.get(name) for name in SHOPIFY] for row in ORDERS)])
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.write(book, "orders.xlsx")
    return path.with_suffix(".zip")


# ---------------------------------------------------------------- forms in which nothing is lost

FORMS: dict[str, Callable[[Path], Path]] = {
    "as it comes": lambda path: write(path, SHOPIFY, ORDERS),
    "a byte order mark": lambda path: write(path, SHOPIFY, ORDERS, encoding="utf-8-sig"),
    "Windows line ends": lambda path: write(path, SHOPIFY, ORDERS, end="\r\n"),
    "old Mac line ends": lambda path: write(path, SHOPIFY, ORDERS, end="\r"),
    "semicolons": lambda path: write(path, SHOPIFY, ORDERS, delimiter=";"),
    "tabs": lambda path: write(path, SHOPIFY, ORDERS, delimiter="\t"),
    "quoted line breaks": lambda path: write(path, SHOPIFY, _with_notes(ORDERS)),
    "quoted line breaks, Windows": lambda path: write(path, SHOPIFY, _with_notes(ORDERS), end="\r\n"),
    "quoted line breaks of Windows in other lines": lambda path: _raw(path, text(SHOPIFY, _with_notes(ORDERS)).replace("leave it\nat", "leave it\r\nat")),
    "line ends that change after a while": lambda path: _changing(path, "\r\n"),
    "line ends of an old Mac after a while": lambda path: _changing(path, "\r"),
    "cp1252": lambda path: write(path, SHOPIFY, [*ORDERS[:2], dict(ORDERS[2]) | {"Tags": "café, vip"}], encoding="cp1252"),
    "UTF-16": lambda path: write(path, SHOPIFY, ORDERS, encoding="utf-16"),
    "UTF-16 without a mark": lambda path: write(path, SHOPIFY, ORDERS, encoding="utf-16-le"),
    "a line that names the delimiter": lambda path: _raw(path, "sep=;\n" + text(SHOPIFY, ORDERS, delimiter=";")),
    "a title above": lambda path: _raw(path, "Orders of March\n\n" + text(SHOPIFY, ORDERS)),
    "every field quoted": lambda path: _raw(path, _quoted(text(SHOPIFY, ORDERS))),
    "the header again and again": lambda path: _raw(path, text(SHOPIFY, ORDERS[:2]) + text(SHOPIFY, ORDERS[2:])),
    "empty rows": lambda path: _raw(path, text(SHOPIFY, ORDERS) + "\n" + "," * (len(SHOPIFY) - 1) + "\n\n"),
    "trailing delimiters": lambda path: _raw(path, text(SHOPIFY, ORDERS).replace("\n", ",,\n")),
    "cut-off empty fields": lambda path: _raw(path, "\n".join(row.rstrip(",") for row in text(SHOPIFY, ORDERS).splitlines())),
    "shouted names of columns": lambda path: _raw(path, _renamed(text(SHOPIFY, ORDERS), str.upper)),
    "names of columns with underscores": lambda path: _raw(path, _renamed(text(SHOPIFY, ORDERS), lambda name: name.lower().replace(" ", "_"))),
    "columns in another order": lambda path: write(path, SHOPIFY[::-1], ORDERS),
    "only what is needed": lambda path: write(path, [name for name in SHOPIFY if name not in {"Email", "Notes", "Shipping Name"}], ORDERS),
    "a stray quote in a text": lambda path: _raw(path, text(SHOPIFY, ORDERS).replace("001-005", '5" pipe')),
    "text after a quote": lambda path: _raw(path, text(SHOPIFY, ORDERS).replace("buyer@example.com", '"Buyer" <b@example.com>')),
    "zeros of a broken disk": lambda path: _raw(path, text(SHOPIFY, ORDERS) + "\x00\x00"),
    "some bytes of Windows in a long file": _late,
    "a zip": lambda path: _zipped(path, text(SHOPIFY, ORDERS)),
    "a workbook": lambda path: _workbook(path, [SHOPIFY, *([row.get(name) for name in SHOPIFY] for row in ORDERS)]),
    "a workbook in a zip": _zipped_book,
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_whatever_the_form_the_same_orders_come_out(tmp_path: Path, form: Callable[[Path], Path]):
    with reading(form(tmp_path / "orders.csv")) as exports:
        found = everything(exports)
        assert exports.rejected_rows == ()
    first, second = found["#1001"][0], found["#1002"][0]
    assert (first.created_at, first.financial_status, first.fulfillment_status) == (
        CREATED,
        "PAID",
        "FULFILLED",
    )
    assert first.id == "70000000001001"
    assert first.detail is not None
    assert {(part.sku, part.quantity) for part in first.detail.lines} in (
        {("001-005", 1), ("002-001", 2)},
        {('5" pipe', 1), ("002-001", 2)},
    )
    assert second.quantity == 1
    assert [tag.replace("é", "")[:3] for tag in second.tags] in (["vip", "who"], ["caf", "vip"])


def test_line_breaks_of_windows_in_notes_do_not_make_a_file_one_to_read_row_by_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(careful, "rewrite", None)
    with reading(FORMS["quoted line breaks of Windows in other lines"](tmp_path / "orders.csv")) as exports:
        assert everything(exports).keys() == {"#1001", "#1002"}


LABEL_FORMS: dict[str, tuple[dict[str, object], str | None]] = {
    "as it comes": ({}, "9400111899223197428490"),
    "a formula": ({"Shipment - Tracking Number": '="9400111899223197428490"'}, "9400111899223197428490"),
    "an apostrophe": ({"Shipment - Tracking Number": "'9400111899223197428490"}, "9400111899223197428490"),
    "a point and a zero": ({"Shipment - Tracking Number": "784512345678.0"}, "784512345678"),
    "spaces": (
        {"Shipment - Tracking Number": " 9400 1118 9922 3197 4284 90 "},
        "9400 1118 9922 3197 4284 90",
    ),
    "none": ({"Shipment - Tracking Number": ""}, None),
    "a word for none": ({"Shipment - Tracking Number": "N/A"}, None),
    "damaged": ({"Shipment - Tracking Number": "9.40011E+21"}, None),
    "damaged, in small letters": ({"Shipment - Tracking Number": "9.40011e+21"}, None),
    "damaged, European": ({"Shipment - Tracking Number": "9,40011E+21"}, None),
    "damaged, written out": ({"Shipment - Tracking Number": "9400111899223190000000"}, None),
    "a number as a formula": ({"Order - Number": '="1001"'}, "9400111899223197428490"),
    "a number with a point": ({"Order - Number": "1001.0"}, "9400111899223197428490"),
    "a number with its sign": ({"Order - Number": "#1001"}, "9400111899223197428490"),
    "a number with spaces": ({"Order - Number": " 1001 "}, "9400111899223197428490"),
}


@pytest.mark.parametrize(("change", "tracking"), LABEL_FORMS.values(), ids=LABEL_FORMS)
def test_what_excel_put_around_a_number_comes_off(
    tmp_path: Path, change: dict[str, object], tracking: str | None
):
    path = write(tmp_path / "labels.csv", LABELS, [label() | change, label("1002")])
    with reading(path) as exports:
        assert exports.connection.execute(
            "SELECT tracking, tracking_damaged FROM shipstation_parcels WHERE key = '1001'"
        ).fetchall() == [(tracking, "E+" in str(change).upper() or "0000000" in str(change))]


def test_damaged_numbers_are_counted_and_never_missing(tmp_path: Path):
    damaged = {"Shipment - Tracking Number": "9.40011E+21"}
    path = write(
        tmp_path / "s.csv", LABELS, [label("1001", **damaged), label("1002", **damaged), label("1003")]
    )
    with reading(path) as exports:
        [file] = exports.files
        assert (
            "2 tracking numbers are unusable: Excel has rounded such numbers (9.40011E+21). They do not count as missing."
            in file.notes
        )
        assert (file.rows, file.rejected) == (3, 0)


def test_a_workbook_keeps_numbers_dates_and_flags(tmp_path: Path):
    header = ("Order #", "Tracking #", "Ship Date", "Void Flag", "Label Created")
    rows = [
        (1001, "9400111899223197428490", date(2026, 3, 7), False, MADE),
        (1002, 9400111899223197428490, date(2026, 3, 8), True, None),
        (1003.0, 784512345678, "3/25/2026", None, None),
    ]
    with reading(_workbook(tmp_path / "labels.csv", [header, *rows])) as exports:
        assert _numbers(exports) == [
            ("1001", "9400111899223197428490"),
            ("1002", None),
            ("1003", "784512345678"),
        ]
        assert exports.connection.execute(
            "SELECT key, ship_date::VARCHAR, voided, made_at FROM shipstation_parcels ORDER BY key"
        ).fetchall() == [
            ("1001", "2026-03-07", False, datetime(2026, 3, 7, 17, 30, tzinfo=UTC)),
            ("1002", "2026-03-08", True, None),
            ("1003", "2026-03-25", False, None),
        ]
        [file] = exports.files
        assert file.path.endswith("labels.xlsx/Orders")
        assert "No exports, and left out: Export Summary." in file.notes
