"""The summary for a terminal: what matters, in eighty columns, harmless and without colour."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bot.audit.needs import judged, not_judged
from bot.audit.report import show
from tests.unit.audit.audits import FILES, HOSTILE, REJECTED, audit, everything, gap, month


def said(found, written=(), **options):
    text = io.StringIO()
    show(found, Console(file=text, width=80, **options), written)
    return text.getvalue()


def squeezed(found, written=()):
    return " ".join(said(found, written).split())


def test_a_normal_month_fits_a_screen_of_forty_lines():
    lines = said(month(44), [Path("out/report.html")]).splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80


def test_so_does_one_of_which_the_files_tell_the_least():
    told = {"orders", "lines", "cancels", "labels", "parcel_tracking", "whole", "stores"}
    gaps = [gap for gap in month(44).gaps if gap.finding.kind in judged(told)]
    text = said(audit(gaps, not_judged=not_judged(told)), [Path("out/report.html")])
    assert len(text.splitlines()) <= 40
    assert "and 3 more kinds, which the report names" in text


def test_a_bad_month_does_not_scroll_away_either():
    assert len(said(everything()).splitlines()) <= 45


def test_it_says_how_many_of_what_kind_since_when_and_why():
    gaps = [gap(order=f"#{n}", days=n + 1, carrier="UPS" if n else "USPS") for n in range(4)]
    text = squeezed(
        audit([*gaps, gap("import.missing", "#9", days=1.5, carrier=None), gap(order="#8", edge="last day")])
    )
    assert text.startswith("5 of 3,012 orders of 27 Oct to 25 Nov 2026 were stuck.")
    assert "Shipped, but unfulfilled in Shopify 4 1 4 d Notification failed" in text
    assert "Paid order missing in ShipStation 1 0 1.5 d Store inactive" in text
    assert "4 gaps, notification failed: 3 of 4 with UPS" in text


def test_a_column_for_the_edge_is_there_only_where_something_lies_at_it():
    assert "Edge" not in said(audit([gap()]))


def test_what_was_not_judged_is_said_with_what_would_settle_it():
    assert (
        "? Shopify shows another tracking number and 1 more: an orders export made with Matrixify, with its Fulfillment "
        "columns ? Held for too long: the live connection: `stuck sync`"
    ) in squeezed(audit())
    assert "Not judged" not in squeezed(audit(not_judged=()))


def test_a_month_without_gaps_is_told_calmly():
    text = squeezed(audit())
    assert text.startswith(
        "None of the 3,012 orders of 27 Oct to 25 Nov 2026 was stuck, as far as these files can tell."
    )
    assert "Kind" not in text


def test_rejected_rows_are_told_a_line_a_file():
    text = squeezed(audit())
    assert "orders_export_1.csv: 2 of 3,104 rows; line 17: Created at: “31/31/2026” is no date." in text
    many = tuple(replace(FILES[0], path=f"{n}.csv", rejected=1) for n in range(6))
    assert "and 2 more files" in squeezed(audit(files=many))
    assert "Rejected" not in said(audit(rejected_rows=()))


def test_it_ends_with_where_the_report_is():
    assert squeezed(audit(), [Path("out/report.html")]).endswith("The report: out/report.html")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are_and_steer_nothing(name):
    gaps = [gap(order=f"#{n}", carrier=name, days=n + 1) for n in range(3)]
    reject = replace(REJECTED[0], reason=name)
    text = said(audit([*gaps, gap("import.missing", "#9", carrier=None)], rejected_rows=(reject,)))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", text)
    shown = "".join(letter for letter in " ".join(name.split()) if letter.isprintable())
    assert shown.replace(" ", "")[:60] in text.replace("\n", "").replace(" ", "")


def test_nothing_is_said_by_colour_alone():
    plain = said(month(44))
    coloured = said(month(44), force_terminal=True, color_system="truecolor")
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert coloured != plain
