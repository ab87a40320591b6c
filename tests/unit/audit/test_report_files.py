"""The report's files: written whole or not at all, in their shapes, safe to open and to pass on."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.audit.report import audit_json, check_folder, write
from bot.audit.report.spreadsheet import HEADER, figure_cell, gaps_csv, text_cell
from bot.errors import StuckError
from tests.unit.audit.audits import HOSTILE, UNTIL, audit, everything, gap, month

NAMES = ["report.html", "gaps.csv", "report.png", "audit.json"]
ROOT = Path(__file__).parents[3]


def rows(gaps):
    return list(csv.DictReader(io.StringIO(gaps_csv(audit(gaps)).decode("utf-8-sig"), newline="")))


def test_four_files_are_written_and_each_is_announced(tmp_path):
    told = []
    written = write(month(), tmp_path / "a/b", told.append)
    assert [path.name for path in written] == NAMES
    assert told == [f"Writing {name}" for name in NAMES]
    assert sorted(path.name for path in (tmp_path / "a/b").iterdir()) == sorted(NAMES)


def test_a_second_report_takes_the_first_ones_place(tmp_path):
    write(month(), tmp_path)
    write(audit(), tmp_path)
    assert json.loads((tmp_path / "audit.json").read_text())["gaps"] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)


def test_a_file_that_breaks_off_never_stands_under_its_name(tmp_path, monkeypatch):
    write(audit(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StuckError, match=r"report\.html: no space left on device"):
        write(month(), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_is_a_file_is_told_with_what_to_do(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(StuckError, match=r"cannot be written to .*taken") as caught:
        write(audit(), tmp_path / "taken")
    assert caught.value.why
    assert "--out" in caught.value.todo


def test_a_folder_that_may_not_be_written_to_is_told_before_the_work(tmp_path, monkeypatch):
    def denied(self, **named):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(StuckError, match="permission denied"):
        check_folder(tmp_path / "new")


def test_no_file_names_the_folders_of_whoever_made_it(tmp_path):
    for path in write(everything(), tmp_path):
        assert b"jane" not in path.read_bytes(), path.name


def test_file_names_that_are_no_text_do_no_harm(tmp_path):
    odd = os.fsdecode(b"bad\xff.csv")
    found = audit([gap(store=odd)])
    write(found, tmp_path)
    assert "bad" in (tmp_path / "gaps.csv").read_text("utf-8-sig")


# ---------------------------------------------------------------- audit.json


def test_the_json_has_the_shape_of_the_contract():
    found = audit_json(audit([gap(order="#1", days=2, edge="last day")]))
    assert list(found) == [
        "window",
        "files",
        "orders",
        "shipments",
        "counts",
        "gaps",
        "not_judged",
        "rejected_rows",
        "seconds",
    ]
    assert found["window"] == {"from": "2026-10-27T00:00:00Z", "to": "2026-11-26T00:00:00Z"}
    assert found["counts"] == {"sync.unfulfilled": 1}
    assert {"path", "recognised_as", "rows", "rejected"} <= set(found["files"][0])
    assert set(found["not_judged"][0]) == {"kind", "why", "needs"}
    assert set(found["rejected_rows"][0]) == {"file", "line", "reason"}


def test_a_gap_in_json_is_that_of_the_queue_without_owner_and_state():
    (shown,) = audit_json(audit([gap(order="#1", days=2, edge="last day")]))["gaps"]
    assert not set(shown) & {"owner", "state"}
    assert {"id", "store", "kind", "order", "severity", "cause", "next_action", "opened_at", "since"} <= set(
        shown
    )
    assert {"snoozed_until", "evidence", "links"} <= set(shown)
    assert (shown["id"], shown["since"], shown["days"]) == (
        "sync.unfulfilled:#1",
        "2026-11-24T00:00:00Z",
        2.0,
    )
    assert (shown["edge"], shown["evidence"][0]["system"]) == ("last day", "shipstation")


def test_ids_are_the_same_each_time_and_none_is_given_twice():
    whole = audit([gap(order="#1"), gap(order="#1"), gap("store.import_stalled", None)])
    ids = [shown["id"] for shown in audit_json(whole)["gaps"]]
    assert ids == ["store.import_stalled:Acme", "sync.unfulfilled:#1", "sync.unfulfilled:#1:2"]


def test_the_written_json_is_what_is_printed(tmp_path):
    found = everything(files=(), rejected_rows=())
    write(found, tmp_path)
    assert json.loads((tmp_path / "audit.json").read_text()) == audit_json(found)


# ---------------------------------------------------------------- gaps.csv


def test_the_csv_is_made_for_spreadsheets():
    text = gaps_csv(audit([gap(), gap(order="#2")]))
    assert text.startswith(b"\xef\xbb\xbf")
    assert (text.count(b"\r\n"), text.count(b"\n")) == (3, 3)


def test_a_row_says_everything_of_its_gap():
    (row,) = rows([gap(order="#1", days=2.5, edge="first day")])
    assert list(row) == list(HEADER)
    assert {name: row[name] for name in ("order", "since (UTC)", "days", "value", "edge", "confidence")} == {
        "order": "#1",
        "since (UTC)": "2026-11-23 12:00",
        "days": "2.5",
        "value": "49.90",
        "edge": "first day",
        "confidence": "confirmed",
    }
    assert row["evidence"].startswith("shipstation State: label 80")
    assert "; shopify State: Unfulfilled; " in row["evidence"]
    assert row["shopify link"].startswith("https://admin.shopify.com/")


def test_no_cell_of_a_hostile_month_begins_a_formula():
    for row in rows(everything().gaps):
        for name, cell in row.items():
            assert not re.match(r"[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]", cell), (name, cell)
            assert not re.search(r";\s*[=+\-@]", cell), (name, cell)
            assert not re.search(r"[\x00-\x1f]", cell), (name, cell)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_readable(name):
    (row,) = rows([gap(order=name)])
    kept = re.sub(r"[\x00-\x1f]", " ", name)
    assert row["order"].removeprefix("'").replace(";'", ";") == kept


@pytest.mark.parametrize("first", list("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))
def test_whatever_begins_a_formula_is_put_behind_an_apostrophe(first):
    assert text_cell(f"{first}1").startswith("'")
    assert figure_cell(f"{first}1").startswith("'")


@pytest.mark.parametrize(
    "text", ["0012", "9400111899223197428490", "1E5", "1.5e9", "12-3", "3/4", "1.10", "10:30"]
)
def test_what_looks_like_another_number_stays_text(text):
    assert text_cell(text) == f"'{text}"
    assert figure_cell(text) == text


@pytest.mark.parametrize("text", ["1001", "#1001", "SHOP-12", "49 90", ""])
def test_what_cannot_be_mistaken_stays_as_it_is(text):
    assert text_cell(text) == text


# ---------------------------------------------------------------- report.png


@pytest.mark.parametrize(
    "found", [month(44), everything(), audit(), audit(not_judged=()), audit([gap(edge="last day")])]
)
def test_the_picture_is_a_png_of_its_size(found, tmp_path):
    picture = write(found, tmp_path)[2].read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1200, 1500)
    assert len(picture) > 20_000


def test_only_the_picture_pays_for_matplotlib():
    asked = "import sys, bot.audit.report; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_days_end_with_the_window():
    assert gap(days=3).finding.since < UNTIL
    (row,) = rows([gap(since=UNTIL.replace(month=12))])
    assert row["days"] == "0.0"
