"""report.html as text: self-contained, locked up, complete, and deaf to what names try to be."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from bot.audit.report.page import report_html
from bot.audit.report.payload import COLUMNS, pairs
from storage.findings import Links
from tests.unit.audit.audits import FILES, HOSTILE, REJECTED, audit, everything, gap, month

VOID = {"meta", "link", "input", "rect", "line", "br"}


class Page(HTMLParser):
    """The page's elements and texts."""

    def __init__(self, found):
        super().__init__()
        self.elements, self.texts, self.within, self.unclosed = [], [], [], []
        self.html = report_html(found).decode()
        self.feed(self.html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.within.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if self.within and self.within[-1] == tag:
            self.within.pop()
        else:
            self.unclosed.append(tag)

    def handle_data(self, data):
        self.texts.append((self.within[-1] if self.within else "", data))

    def of(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    @property
    def said(self):
        shown = (text for tag, text in self.texts if tag not in {"script", "style"})
        return " ".join(" ".join(shown).split())

    @property
    def data(self):
        return json.loads(next(text for tag, text in self.texts if tag == "script" and text.startswith("{")))


@pytest.mark.parametrize(
    "found",
    [
        month(44),
        everything(),
        audit(),
        audit([gap(edge="last day")]),
        audit(files=(), not_judged=(), rejected_rows=()),
    ],
    ids=["month", "everything", "nothing", "edge", "bare"],
)
def test_every_element_is_closed_and_every_id_stands_once(found):
    page = Page(found)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert (page.within, page.unclosed) == ([], [])
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for attrs in page.of("a") if attrs["href"].startswith("#")]
    assert {link[1:] for link in links} <= set(ids)


def test_nothing_is_fetched_from_anywhere():
    page = Page(everything())
    for tag, attrs in page.elements:
        for name in ("src", "href", "data", "action", "poster", "srcset"):
            address = attrs.get(name, "")
            outward = tag == "a" and address.startswith("https://")
            assert not address or address.startswith(("#", "data:image/svg+xml,")) or outward, (tag, address)
    assert not re.search(r"url\(|@import|@font-face", page.html)


def test_the_policy_lets_only_the_pages_own_script_and_style_run():
    page = Page(month(3))
    (policy,) = [attrs["content"] for attrs in page.of("meta") if "http-equiv" in attrs]
    told = dict(part.split(" ", 1) for part in policy.split("; "))
    style = next(text for tag, text in page.texts if tag == "style")
    script = [text for tag, text in page.texts if tag == "script"][-1]
    hashed = {
        name: b64encode(sha256(text.encode()).digest()).decode()
        for name, text in (("style-src", style), ("script-src", script))
    }
    assert told == {
        "default-src": "'none'",
        "style-src": f"'sha256-{hashed['style-src']}'",
        "script-src": f"'sha256-{hashed['script-src']}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert not any(
        "style" in attrs or any(name.startswith("on") for name in attrs) for _, attrs in page.elements
    )


def test_names_that_mean_harm_are_only_text():
    harmless = Page(
        audit([gap(order=f"#{n}", days=60 - n, store="a", carrier="b") for n in range(len(HOSTILE))])
    )
    hostile = Page(
        audit([gap(order=name, days=60 - n, store="a", carrier="b") for n, name in enumerate(HOSTILE)])
    )
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in harmless.elements]
    assert "</script><img src=x onerror=alert(1)>" in hostile.said
    assert hostile.html.count("</script>") == 2
    assert "{{ 7 * 7 }}" in hostile.said
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", hostile.html)


def test_everything_else_from_outside_is_only_text_too():
    evil = "</script><script>alert(1)</script>"
    file = replace(FILES[0], path=evil, recognised_as=evil, mapping={evil: evil}, notes=(evil,))
    rejected = replace(REJECTED[0], file=evil, reason=evil)
    shown = audit(
        [gap(store=evil, carrier=evil, value="1", currency=evil)], files=(file,), rejected_rows=(rejected,)
    )
    page = Page(shown)
    assert (page.html.count("<script"), page.html.count("</script>")) == (2, 2)


def test_only_web_pages_are_linked():
    links = Links("javascript:alert(1)", "http://example.test/")
    bad = gap()
    page = Page(audit([replace(bad, finding=replace(bad.finding, links=links))]))
    assert all(attrs["href"].startswith("#") for attrs in page.of("a"))
    assert "javascript:" not in page.html


def test_links_that_lead_out_tell_nobody_where_from():
    outward = [attrs for attrs in Page(month(3)).of("a") if attrs["href"].startswith("https:")]
    assert outward
    assert all(attrs["rel"] == "noopener noreferrer" for attrs in outward)


def test_the_table_has_every_gap_with_its_evidence_and_next_action():
    found = everything()
    data = Page(found).data
    assert (data["columns"], len(data["rows"])) == (list(COLUMNS), len(found.gaps))
    first, row = found.gaps[0], dict(zip(data["columns"], data["rows"][0], strict=True))
    assert row["severity"] == int(first.finding.severity)
    assert data["texts"][row["action"]] == first.finding.next_action.text
    said = [[data["texts"][place] for place in line] for line in row["evidence"]]
    assert said == [list(pair) for pair in pairs(first.finding.evidence)]


def test_evidence_is_paired_by_field():
    assert pairs(gap(order="#1", days=3).finding.evidence) == [
        ("State", "label 80, Mon 23 Nov 2026, 00:00 UTC", "Unfulfilled"),
        ("Tracking", "UPS 9400111899223197428490", "none"),
        ("Shopify notified", "no, for #1", ""),
    ]


def test_it_opens_with_a_sentence_that_a_shop_owner_understands():
    said = Page(audit([gap(order=f"#{n}") for n in range(2)])).said
    assert "2 of 3,012 orders of 27 Oct to 25 Nov 2026 were stuck." in said
    assert "“Shipped, but unfulfilled in Shopify” (2)." in said


def test_each_kind_is_explained_and_each_cause_says_what_to_do():
    said = Page(month(44)).said
    assert (
        "ShipStation has a label or a mark as shipped, and Shopify shows nothing of it as fulfilled" in said
    )
    assert "In common: all 9 with UPS" in said
    assert "Do: Open the shipment in ShipStation and choose Other Actions > Send Notification." in said


def test_causes_beyond_the_cards_stand_in_a_table():
    page = Page(month(44))
    assert [attrs.get("class") for attrs in page.of("article")].count("card") == 6
    assert "more causes" in page.said


def test_what_was_not_judged_is_never_fine():
    said = Page(audit()).said
    assert "That is not to say that it is fine: nobody looked." in said
    assert "To settle these 2: an orders export made with Matrixify, with its Fulfillment columns" in said
    assert "Shopify shows another tracking number: Shopify's own export has no tracking numbers" in said


def test_files_show_how_they_were_read_and_what_was_rejected():
    said = Page(audit()).said
    assert "orders_export_1.csv Shopify orders export, 3,104 rows, 2 rejected , 1 note" in said
    assert "Financial Status payment" in said
    assert "Its dates name no zone: read as America/Los_Angeles." in said
    assert "17 Created at: “31/31/2026” is no date." in said


def test_a_long_list_of_rejected_rows_is_cut_and_says_so():
    many = tuple(replace(REJECTED[0], line=n) for n in range(900))
    page = Page(audit(rejected_rows=many, files=(replace(FILES[0], rejected=3903),)))
    assert "200 of them are shown, and audit.json names 900." in page.said
    assert "3,903 rows could not be read" in page.said
    assert "899" not in page.said


def test_a_month_without_gaps_says_what_was_looked_at_and_what_was_not():
    page = Page(audit())
    said = page.said
    assert (
        "None of the 3,012 orders of 27 Oct to 25 Nov 2026 was stuck, as far as these files can tell." in said
    )
    assert (
        "3,012 orders and 2,980 parcels were compared, and none of these was met: Paid order missing" in said
    )
    assert not page.of("input")
    assert "Not judged" in said


def test_each_chart_has_its_figures_in_a_table():
    said = Page(audit([gap(days=2.5), gap("import.missing", "#2", days=8)])).said
    assert "Mon 23 Nov 0 1 0" in said
    assert "2 to 3 days 0 1 0" in said
    assert "7 to 14 days 1 0 0" in said


def test_gaps_at_the_edge_are_marked_in_charts_and_counts():
    said = Page(audit([gap(order="#1"), gap(order="#2", edge="last day", days=0.5)])).said
    assert "at the window's edge not counted" in said
    assert "Wed 25 Nov 0 0 1" in said


def test_many_carriers_end_in_a_sum():
    gaps = [gap(order=f"#{n}", carrier=f"Carrier {n}", days=2) for n in range(15)]
    assert "3 more 3 6" in Page(audit(gaps)).said


def test_a_store_column_is_there_where_there_are_stores():
    one = Page(audit([gap()]))
    two = Page(audit([gap(), gap(order="#2", store="Other")]))
    columns = [
        [attrs["data-column"] for attrs in page.of("th") if "data-column" in attrs] for page in (one, two)
    ]
    assert set(columns[1]) - set(columns[0]) == {"store"}


@pytest.mark.parametrize("currencies", [["USD"], ["USD", "EUR"], ["USD", "EUR", "GBP", "CAD"]])
def test_values_are_told_by_currency(currencies):
    gaps = [
        gap(order=f"#{n}", currency=currency, value=str(1000 - n)) for n, currency in enumerate(currencies)
    ]
    said = Page(audit(gaps)).said
    assert "1,000 USD of orders stuck" in said
    assert ("and more" in said) == (len(currencies) > 3)
