"""What customers may be told: something, or a reason why not, for every kind; and nothing personal in it."""

import re

import pytest

from bot.gaps.catalog import ALL
from bot.gaps.customer import DRAFTS, NOTHING_TO_TELL, NUMBER

CODES = {kind.code for kind in ALL}


def test_every_kind_has_a_draft_or_the_reason_why_there_is_nothing_to_tell():
    assert DRAFTS.keys() | NOTHING_TO_TELL.keys() == CODES
    assert DRAFTS.keys() & NOTHING_TO_TELL.keys() == set()


@pytest.mark.parametrize("code", sorted(DRAFTS))
def test_a_draft_greets_nobody_by_name_and_names_the_order_once(code):
    text = DRAFTS[code].written("#1234", ["1Z9"])
    assert text.startswith("Hello [name],\n\n")
    assert text.endswith("\n\nKind regards,\n[your name]")
    assert text.count("#1234") == 1
    assert not re.search(r"[{}]", text)
    assert not re.search(r"\b(gap|sync|ShipStation|Shopify|fulfil)", text), (
        "words of ours, not of a customer's"
    )


@pytest.mark.parametrize("code", sorted(DRAFTS))
def test_whoever_sends_it_is_told_what_to_check_first(code):
    assert re.search(r"[.`]$", DRAFTS[code].check)


def test_without_a_known_number_there_is_a_place_for_it():
    assert NUMBER in DRAFTS["sync.unfulfilled"].written("#1234")
    assert "1Z1, 1Z2" in DRAFTS["sync.unfulfilled"].written("#1234", ["1Z1", "1Z2"])


@pytest.mark.parametrize("code", sorted(DRAFTS))
def test_whatever_an_order_is_called_the_reply_fits_into_a_field(code):
    text = DRAFTS[code].written("{number}" * 500, ["9" * 5000] * 50)
    assert len(text) < 2000
