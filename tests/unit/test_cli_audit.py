"""`stuck audit` as it is typed."""

import json
import warnings
from functools import partial

import pytest
from click.testing import CliRunner

import bot.audit.sample
from bot.cli import app
from bot.sources.screenshots.ocr import reader
from tests.unit.sources.exports.writing import LABELS, SHOPIFY, label, shopify, write
from tests.unit.sources.screenshots.drawing import Sheet, draw


@pytest.fixture
def stuck(tmp_path, monkeypatch):
    """Type it in an empty folder, without any setting."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner(env={"COLUMNS": "100", "SHOPIFY_SHOP": None, "DATABASE_URL": None}).invoke(
            app, ["audit", *map(str, arguments)]
        )

    return run


@pytest.fixture
def exports(tmp_path):
    unfulfilled = {
        "Fulfillment_Status": "unfulfilled",
        "Fulfilled_at": "",
        "Lineitem_fulfillment_status": "pending",
    }
    later = {
        "Date - Label Create Date": "3/20/2026 9:30:00 AM",
        "Date - Shipped Date": "3/20/2026 12:00:00 AM",
    }
    return (
        write(
            tmp_path / "orders.csv",
            SHOPIFY,
            [shopify("#1001", **unfulfilled), shopify("#1002", Created_at="2026-03-20 08:00:00 +0000")],
        ),
        write(tmp_path / "labels.csv", LABELS, [label("1001"), label("1002", **later)]),
    )


def test_the_summary_says_what_is_stuck_and_what_was_not_judged(stuck, exports):
    told = stuck(*exports)
    assert told.exit_code == 0, told.output
    assert "1 of 2 orders" in told.stdout
    assert "Shipped, but unfulfilled in Shopify" in told.stdout
    assert "Not judged" in told.stdout
    assert told.stderr.strip() == ""  # a bar that came and went leaves an empty line


def test_json_is_one_document_in_the_contracts_shape_and_nothing_else(stuck, exports):
    told = stuck(*exports, "--json")
    shown = json.loads(told.stdout)
    assert list(shown) == [
        "window", "files", "orders", "shipments", "counts", "gaps", "not_judged", "rejected_rows", "seconds",
    ]  # fmt: skip
    assert shown["counts"] == {"sync.unfulfilled": 1}
    [gap] = shown["gaps"]
    assert {"kind", "order", "severity", "cause", "next_action", "since", "evidence", "links"} <= set(gap)
    assert not {"owner", "state"} & set(gap)


def test_the_report_is_written_into_a_folder_that_is_made(stuck, exports, tmp_path):
    told = stuck(*exports, "--out", tmp_path / "new" / "report")
    assert told.exit_code == 0
    assert {path.name for path in (tmp_path / "new" / "report").iterdir()} == {
        "report.html", "report.png", "gaps.csv", "audit.json",
    }  # fmt: skip
    assert "report.html" in told.stdout


def test_without_a_file_it_says_what_to_type(stuck):
    told = stuck()
    assert told.exit_code == 2
    assert "stuck audit orders_export.csv shipments.csv" in told.stderr


def test_a_file_that_is_none_and_one_that_is_something_else_are_refused_in_a_sentence(
    stuck, exports, tmp_path
):
    assert "no such file" in stuck("nothing.csv").stderr
    other = tmp_path / "products.csv"
    other.write_text("Handle,Title,Vendor\na,b,c\n")
    told = stuck(exports[0], other)
    assert told.exit_code == 1
    assert "products.csv" in told.stderr


def test_one_side_alone_is_not_an_audit(stuck, exports):
    told = stuck(exports[0])
    assert told.exit_code == 1
    assert "only Shopify's side" in told.stderr
    assert "shipments export" in told.stderr


def test_a_zone_that_is_none_is_refused_with_a_good_one(stuck, exports):
    told = stuck(*exports, "--zone", "New York")
    assert told.exit_code == 2
    assert "America/New_York" in told.stderr


def test_a_column_that_nobody_knows_can_be_named(stuck, exports, tmp_path):
    renamed = tmp_path / "odd.csv"
    renamed.write_text(exports[1].read_text().replace("Order - Number", "Ref"))
    assert stuck(exports[0], renamed).exit_code == 1
    told = stuck(exports[0], renamed, "--map", "Ref=order_number", "--json")
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["counts"] == {"sync.unfulfilled": 1}


def test_fewer_days_leave_out_what_is_older(stuck, exports):
    assert json.loads(stuck(*exports, "--days", "5", "--json").stdout)["gaps"] == []
    assert stuck(*exports, "--days", "0").exit_code == 2


def test_the_sample_is_invented_audited_and_reported_with_one_command(stuck, monkeypatch, tmp_path):
    few = partial(bot.audit.sample.write_sample, orders=2_000)
    monkeypatch.setattr(bot.audit.sample, "write_sample", few)
    told = stuck("--sample")
    assert told.exit_code == 0, told.output
    assert "of 2,000 orders" in told.stdout
    written = {path.name for path in (tmp_path / "stuck-sample").iterdir()}
    assert {"report.html", "shopify-orders.csv", "shipstation-shipments.csv"} <= written


GRID = Sheet(
    columns=(("Order #", 110), ("Tracking #", 240), ("Recipient", 140), ("Ship Date", 110)),
    rows=(
        ("1001", "1Z999AA10123456784", "Mario Rossi", "3/7/2026"),
        ("1002", "9400111899223197428497", "Ada Lovelace", "3/20/2026"),
    ),
)


def test_a_screenshot_finds_what_it_shows_and_leaves_open_what_only_a_whole_list_shows(
    stuck, exports, tmp_path
):
    pytest.importorskip("rapidocr")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries deprecate while they are imported is their business
        reader()
    draw(GRID).save(tmp_path / "picture.png")
    told = stuck(exports[0], "picture.png", "--accept-screenshots", "--json")
    assert told.exit_code == 0, told.stderr
    shown = json.loads(told.stdout)
    assert [(gap["order"], gap["kind"]) for gap in shown["gaps"]] == [("#1001", "sync.unfulfilled")]
    assert shown["files"][1]["path"] == "picture.png"
    assert "Rossi" not in told.stdout + told.stderr
    why = {each["kind"]: each["why"] for each in shown["not_judged"]}
    assert "a screenshot shows only a part of ShipStation's list" in why["import.missing"]
    assert "a screenshot shows only a part of ShipStation's list" in why["aging.past_cutoff"]
