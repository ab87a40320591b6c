"""The catalogue of kinds: what docs, digests and settings are generated from."""

import re

import pytest

from bot.gaps.catalog import ALL, FORECASTS, KINDS, STORE_KINDS, kind
from bot.settings_file import TABLES
from storage.findings import Cause, Severity

CODES = [known.code for known in KINDS]


DOMAIN = {
    *(
        "import.missing",
        "import.wrong_store",
        "import.wrong_status",
        "import.items_short",
        "import.duplicate",
    ),
    *("import.cancel_not_propagated", "import.archived_unfulfilled", "aging.past_cutoff", "aging.at_risk"),
    *("aging.hold_overdue", "aging.provider_stuck", "aging.remainder", "sync.unfulfilled", "sync.partial"),
    *(
        "sync.tracking_missing",
        "sync.tracking_mismatch",
        "sync.tracking_incomplete",
        "sync.ghost_fulfillment",
    ),
    *("sync.shipped_after_cancel", "sync.no_tracking_anywhere", "sync.open_after_fulfillment"),
    *("sync.double_ship", "store.import_stalled", "store.notify_outage"),
}
LOW = {
    *("import.archived_unfulfilled", "aging.at_risk", "sync.tracking_incomplete"),
    "sync.no_tracking_anywhere",
}
ROLES = {"warehouse", "ops", "cs", "integration", "finance", "buying"}
every = pytest.mark.parametrize("known", ALL, ids=lambda known: known.code)


def test_it_holds_every_kind_of_the_domain_and_no_other():
    assert {known.code for known in ALL} == DOMAIN
    assert len(ALL) == len(DOMAIN)


def test_what_has_no_card_of_its_own_is_low():
    assert {known.code for known in ALL if known.severity is Severity.LOW} == LOW


def test_only_what_will_be_is_a_forecast():
    assert {"aging.at_risk"} == FORECASTS


def test_what_happens_to_cancelled_orders_is_looked_for_in_them():
    assert {known.code for known in KINDS if known.of_cancelled} == {
        "import.cancel_not_propagated",
        "sync.shipped_after_cancel",
    }


def test_a_store_takes_in_kinds_of_single_orders():
    assert {code for known in STORE_KINDS for code in known.folds} <= set(CODES)


def test_a_kind_is_found_by_its_code():
    assert kind("sync.unfulfilled").title == "Shipped, but unfulfilled in Shopify"


def test_an_unknown_code_is_a_key_error():
    with pytest.raises(KeyError):
        kind("sync.nothing")


@pytest.mark.parametrize("known", KINDS, ids=CODES)
def test_a_kind_stands_after_those_it_yields_to(known):
    assert known.yields_to <= set(CODES[: CODES.index(known.code)])


@every
def test_a_kind_explains_itself_within_what_a_card_holds(known):
    assert 0 < len(known.title) <= 60
    assert known.owner_role in ROLES
    assert 0 < len(known.explanation) <= 300
    assert known.replaces <= set(CODES) - {known.code}
    for text in (known.explanation, known.detected, known.window):
        assert text.endswith(".")
        assert text[0].isupper() or text[0].isdigit()
        assert text == " ".join(text.split())


@every
def test_its_actions_fit_a_card_and_are_sentences(known):
    actions = [known.next_action, *(reason.next_action for reason in known.reasons if reason.next_action)]
    for action in actions:
        assert re.fullmatch(r"[a-z_]+", action.code)
        assert 0 < len(action.text) <= 300
        assert action.text.endswith(".")
        assert "…" not in action.text


@every
def test_its_reasons_are_told_apart_and_what_is_unknown_comes_last(known):
    codes = [reason.code for reason in known.reasons]
    assert codes
    assert len(codes) == len(set(codes))
    assert "unknown" not in codes[:-1]
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)
    assert all(reason.told_by.endswith(".") for reason in known.reasons)


@every
def test_a_cause_without_an_action_of_its_own_has_the_kinds(known):
    for reason in known.reasons:
        cause = Cause(reason.code, "likely", "")
        assert known.action_for(cause) == (reason.next_action or known.next_action)


@every
def test_its_knobs_are_keys_of_the_settings_file(known):
    keys = {f"{table}.{key}" for table, names in TABLES.items() for key in names}
    assert {f"stores.{knob}" for knob in known.knobs} <= keys
    assert len(known.knobs) == len(set(known.knobs))
