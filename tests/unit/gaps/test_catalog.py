"""The catalogue of kinds: what docs, digests and settings are generated from."""

import pytest

from bot.gaps.catalog import KINDS, kind

CODES = [known.code for known in KINDS]


def test_it_holds_the_kinds_that_are_looked_for():
    assert set(CODES) == {
        "import.missing",
        "aging.past_cutoff",
        "sync.unfulfilled",
        "sync.partial",
        "sync.tracking_missing",
        "sync.tracking_mismatch",
        "sync.tracking_incomplete",
    }


def test_a_kind_is_found_by_its_code():
    assert kind("sync.unfulfilled").title == "Shipped, but unfulfilled in Shopify"


def test_an_unknown_code_is_a_key_error():
    with pytest.raises(KeyError):
        kind("sync.nothing")


@pytest.mark.parametrize("known", KINDS, ids=CODES)
def test_a_kind_stands_after_those_it_yields_to(known):
    assert known.yields_to <= set(CODES[: CODES.index(known.code)])


@pytest.mark.parametrize("known", KINDS, ids=CODES)
def test_a_kind_explains_itself_within_what_a_card_holds(known):
    assert known.title
    assert known.explanation.endswith(".")
    assert 0 < len(known.next_action.text) <= 300
    assert known.replaces <= set(CODES) - {known.code}
