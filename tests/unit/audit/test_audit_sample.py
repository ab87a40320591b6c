"""The whole audit on the invented month: everything that was planted is found, and nothing that only looks like it."""

import json
import re
from collections import defaultdict

import pytest

from bot.audit.audit import audit
from bot.audit.needs import NEEDS
from bot.audit.report import audit_json
from bot.audit.sample import write_sample
from tests.unit.audit.sampled import UNTIL


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample") / "made", until=UNTIL)


@pytest.fixture(scope="module")
def found(sample):
    return audit(sample.files)


@pytest.fixture(scope="module")
def by_kind(found):
    orders = defaultdict(set)
    for gap in found.gaps:
        orders[gap.finding.kind].add(gap.order)
    return orders


STALLED = "store.import_stalled"


@pytest.mark.parametrize("kind", sorted(set(NEEDS) - {STALLED, "store.notify_outage"}))
def test_every_order_that_was_planted_is_found_and_no_other(kind, sample, by_kind):
    outage = sample.planted["store.notify_outage"] if kind == "sync.unfulfilled" else frozenset()
    assert by_kind[kind] == sample.planted[kind] | outage


@pytest.mark.parametrize("kind", [STALLED, "store.notify_outage"])
def test_a_trouble_of_the_whole_store_is_one_row_that_counts_its_orders(kind, sample, found):
    [gap] = [gap for gap in found.gaps if gap.finding.kind == kind]
    assert gap.order is None
    assert len(gap.finding.folded) == len(sample.planted[kind]), gap.finding.headline


def test_what_only_looks_like_a_gap_is_none(sample, found):
    accused = {gap.order for gap in found.gaps}
    for why, orders in sample.look_alikes.items():
        assert not accused & set(orders), why


def test_of_a_store_that_only_files_name_no_state_is_told(found):
    [stalled] = (gap.finding for gap in found.gaps if gap.finding.kind == STALLED)
    assert stalled.cause.text.startswith("ShipStation tells neither whether the store is active nor when it")


def test_edits_of_which_no_export_tells_are_not_denied(found):
    short = [gap.finding.cause for gap in found.gaps if gap.finding.kind == "import.items_short"]
    unknown = [cause.text for cause in short if cause.code == "unknown"]
    assert unknown
    assert all("Shopify's export tells no edits" in text for text in unknown)


def test_an_id_that_was_made_up_is_nowhere_shown(found):
    shown = json.dumps(audit_json(found), ensure_ascii=False)
    assert not re.search(r"(?<![\w-])-\d{6,}", shown)


def test_nothing_is_rejected_and_every_file_is_recognised(sample, found):
    assert found.rejected_rows == ()
    assert [file.rejected for file in found.files] == [0, 0, 0, 0]
    assert found.orders == 3000
