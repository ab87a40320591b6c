"""Settings laid over stuck.toml: each is read, written and applied alike, and what cannot be read changes nothing."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from pydantic import SecretStr

from bot.gaps.rules import StoreRules, Windows
from bot.overrides import SETTINGS, laid_over, told
from bot.settings import ShipStationCredentials, ShopifyCredentials, StoreSettings
from bot.settings_values import Malformed

STORE = StoreSettings(
    StoreRules("main", "acme.myshopify.com", exclude_tags=frozenset({"b2b"})),
    "C0123456789",
    ShopifyCredentials("acme.myshopify.com", None, None, SecretStr("shpat_x")),
    ShipStationCredentials(SecretStr("key"), None),
)


@pytest.mark.parametrize("key", SETTINGS)
def test_what_is_written_of_a_store_reads_back_as_the_same_store(key):
    written = SETTINGS[key].written(STORE)
    assert laid_over(STORE, {key: written}) == STORE


def test_a_window_and_a_cutoff_replace_those_of_the_file():
    store = laid_over(STORE, {"windows.notify": "6h", "cutoff": "13:30"})
    assert store.rules.windows == replace(Windows(), notify=timedelta(hours=6))
    assert store.rules.cutoff == time(13, 30)


def test_exclusions_are_added_to_those_of_the_file():
    assert laid_over(STORE, {"exclude_tags": ["Wholesale"]}).rules.exclude_tags == {"b2b", "wholesale"}


@pytest.mark.parametrize(
    "overrides", [{"windows.notify": "soon"}, {"of another version": 1}, {"cutoff": None}]
)
def test_what_cannot_be_read_leaves_the_file_as_it_is(overrides):
    assert laid_over(STORE, overrides) == STORE


def test_a_bad_value_is_refused_when_it_is_read():
    with pytest.raises(Malformed):
        SETTINGS["windows.notify"].read("soon")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "0m"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=4), "4h"),
        (timedelta(days=2), "2d"),
    ],
)
def test_durations_are_told_as_in_the_file(value, text):
    assert told(value) == text


def test_other_rules_have_another_fingerprint_and_the_same_ones_the_same():
    rules = STORE.rules
    again = replace(rules, exclude_tags=frozenset(["b2b"]))
    assert rules.fingerprint() == again.fingerprint()
    assert rules.fingerprint() != replace(rules, exclude_tags=frozenset({"b2b", "x"})).fingerprint()
    assert rules.fingerprint() != replace(rules, windows=Windows(notify=timedelta(hours=5))).fingerprint()
