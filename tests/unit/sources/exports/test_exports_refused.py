"""Files that are no exports are refused with a sentence that says what they look like and what was expected."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest

from bot.errors import ExportRefused
from bot.sources.exports import open_exports
from tests.unit.sources.exports.writing import LABELS, SHOPIFY, label, shopify, text

_GOOD = text(SHOPIFY, [shopify()]).encode()


def _zip(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def _locked() -> bytes:
    data = bytearray(_zip(**{"orders.csv": _GOOD}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    return bytes(data)


def _workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_PRODUCTS = b"Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Variant SKU\nmug,Mug,,V,T,,true,Title,M-1\n"
_CUSTOMERS = (
    b"First Name,Last Name,Email,Accepts Email Marketing,Total Spent,Total Orders\nA,B,a@example.com,no,1,1\n"
)

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "a PDF": ("orders.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "it looks like a PDF document"),
    "a sign-in page": ("orders.csv", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "it looks like a web page"),
    "a page with a mark": ("o.csv", b"\xef\xbb\xbf\n <html lang='en'>", "it looks like a web page"),
    "a PNG": ("orders.png", b"\x89PNG\r\n\x1a\n\x00\x00", "it looks like a PNG picture"),
    "a JPEG": ("orders.csv", b"\xff\xd8\xff\xe0\x00\x10JFIF", "it looks like a JPEG picture"),
    "nothing": ("orders.csv", b"", "it is empty"),
    "blank lines": ("orders.csv", b"\xef\xbb\xbf\r\n\r\n  \n", "it is empty"),
    "a header only": ("orders.csv", text(SHOPIFY, []).encode(), "it is a Shopify orders export with a header and no rows"),
    "a ShipStation header only": (
        "s.csv", text(LABELS, []).encode(), "it is a ShipStation shipments export with a header and no rows",
    ),
    "products": ("products_export.csv", _PRODUCTS, "it looks like a Shopify products export"),
    "customers": ("customers_export.csv", _CUSTOMERS, "it looks like a Shopify customers export"),
    "payouts": ("p.csv", b"Transaction Date,Type,Order,Card Brand\n2026,charge,#1,visa\n", "it looks like a Shopify payouts export"),
    "a binary": ("orders.csv", bytes(range(256)) * 20, "it looks like a binary file"),
    "an old workbook": ("orders.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an old Excel workbook (.xls) or one with a password"),
    "JSON": ("orders.json", json.dumps({"orders": []}).encode(), "it looks like a JSON file"),
    "a JSON list": ("orders.csv", b'[{"id": 1}]', "it looks like a JSON file"),
    "XML": ("orders.csv", b"<?xml version='1.0'?><orders/>", "it looks like an XML file"),
    "gzip": ("orders.csv.gz", gzip.compress(_GOOD), "it looks like a gzip archive"),
    "a locked zip": ("orders.zip", _locked(), "it needs a password"),
    "a zip of pictures": ("orders.zip", _zip(**{"a.png": b"\x89PNG"}), "the archive holds no CSV and no XLSX file"),
    "a zip with a page in it": ("o.zip", _zip(**{"orders.csv": b"<html></html>"}), "orders.csv cannot be read: it looks like a web page"),
    "half a zip": ("orders.zip", _zip(**{"orders.csv": _GOOD * 50})[:300], "a binary file, or one that was cut off"),
    "a Word document": ("o.docx", _zip(**{"word/document.xml": b"<w/>"}), "it looks like a Word document"),
    "an OpenDocument sheet": ("o.ods", _zip(**{"content.xml": b"<o/>", "mimetype": b"x"}), "an OpenDocument file (.ods)"),
    "a broken workbook": ("o.xlsx", _zip(**{"xl/workbook.xml": b"<no"}), "the workbook is damaged"),
    "a workbook of something else": ("o.xlsx", _workbook(Sheet1=[["Handle", "Title"], ["mug", "Mug"]]), "it looks like a Shopify products export"),
    "an empty workbook": ("o.xlsx", _workbook(Orders=[]), "o.xlsx/Orders cannot be read: it is empty"),
    "a text": ("notes.txt", b"Dear team,\nplease ship the orders of today.\n", "none of the 2 names in its first row is a column"),
    "numbers without dates": ("s.csv", b"Order #,Recipient\n1001,A\n", "neither a tracking number, a date nor a status"),
    "no order number": ("s.csv", b"Tracking Number,Ship Date\n9400,3/7/2026\n", "none of its columns is an order number: they are Tracking Number, Ship Date"),
    "no creation date": (
        "o.csv", b"Name,Financial Status,Fulfillment Status\n#1,paid,fulfilled\n", "without the moment at which orders were created",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "said"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_export_is_refused_in_a_sentence(tmp_path: Path, name: str, data: bytes, said: str):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ExportRefused) as refused, open_exports([path]):
        pass
    assert said in str(refused.value)
    assert name in refused.value.what
    assert refused.value.what.endswith(".")


def test_one_wrong_file_refuses_them_all(tmp_path: Path):
    (tmp_path / "orders.csv").write_bytes(_GOOD)
    (tmp_path / "wrong.csv").write_bytes(b"%PDF-1.7")
    with (
        pytest.raises(ExportRefused, match=r"wrong\.csv"),
        open_exports([tmp_path / "orders.csv", tmp_path / "wrong.csv"]),
    ):
        pass


@pytest.mark.parametrize(
    ("path", "said"), [("missing.csv", "there is no such file"), (".", "it is a folder")]
)
def test_what_is_no_file_is_refused(tmp_path: Path, path: str, said: str):
    with pytest.raises(ExportRefused, match=said), open_exports([tmp_path / path]):
        pass


def test_nothing_to_read_is_said():
    with pytest.raises(ExportRefused, match="no file was given"), open_exports([]):
        pass


def test_an_archive_that_unpacks_to_a_thousand_times_its_size_is_not_unpacked(tmp_path: Path):
    bomb = tmp_path / "orders.zip"
    bomb.write_bytes(_zip(**{"orders.csv": bytes(100 * 1024**2)}))
    with (
        pytest.raises(ExportRefused, match=r"it would unpack to 100 MB, [\d,]+ times its size"),
        open_exports([bomb]),
    ):
        pass


def test_an_archive_that_lies_about_its_size_is_stopped(tmp_path: Path):
    data = bytearray(_zip(**{"orders.csv": _GOOD}))
    size = len(_GOOD).to_bytes(4, "little")
    at = data.rindex(size)
    data[at : at + 4] = (10).to_bytes(4, "little")
    path = tmp_path / "orders.zip"
    path.write_bytes(data)
    with pytest.raises(ExportRefused, match=r"orders\.zip"), open_exports([path]):
        pass


def test_what_a_first_row_of_data_says_is_not_repeated(tmp_path: Path):
    path = tmp_path / "orders.csv"
    path.write_text("tracking,ship date,buyer@example.com,5551234567\n1,2,3,4\n")
    with pytest.raises(ExportRefused) as refused, open_exports([path]):
        pass
    assert "buyer@example.com" not in str(refused.value)
    assert "not shown, because its first row looks like data" in str(refused.value)


def test_a_good_file_is_not_refused(tmp_path: Path):
    path = tmp_path / "s.csv"
    path.write_text(text(LABELS, [label()]))
    with open_exports([path]) as exports:
        assert [file.recognised_as for file in exports.files] == ["ShipStation shipments export"]
