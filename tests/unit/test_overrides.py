"""Settings laid over stuck.toml: each is read, written and applied alike, and what cannot be read changes nothing."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from pydantic import SecretStr

from bot.gaps.rules import StoreRules, Windows
from bot.overrides import SETTINGS, laid_over, told
from bot.settings import Digests, Escalation, ShipStationCredentials, ShopifyCredentials, StoreSettings
from bot.settings_values import Malformed
from storage.findings import Severity

STORE = StoreSettings(
    StoreRules("main", "acme.myshopify.com", exclude_tags=frozenset({"b2b"})),
    "C0123456789",
    ShopifyCredentials("acme.myshopify.com", None, None, SecretStr("shpat_x")),
    ShipStationCredentials(SecretStr("key"), None),
)


OTHER = replace(
    STORE,
    escalation=Escalation(
        {Severity.HIGH: timedelta(hours=2)}, {Severity.CRITICAL: "U1ANN", Severity.LOW: "S1OPS"}
    ),
    digests=Digests(daily=False, hour=time(7, 15), weekly=None),
    channels={Severity.CRITICAL: "C0CRITICAL"},
    quiet_hours=(time(22), time(7)),
)
"""Everything about telling is other than the default."""


@pytest.mark.parametrize("store", [STORE, OTHER], ids=["plain", "other"])
@pytest.mark.parametrize("key", SETTINGS)
def test_what_is_written_of_a_store_reads_back_as_the_same_store(key, store):
    written = SETTINGS[key].written(store)
    assert laid_over(store, {key: written}) == store


def test_all_that_is_about_telling_can_be_laid_over_the_file():
    told = {key: SETTINGS[key].written(OTHER) for key in SETTINGS}
    assert laid_over(STORE, told) == OTHER
    assert laid_over(OTHER, {key: SETTINGS[key].written(STORE) for key in SETTINGS}) == STORE


def test_of_a_table_by_severity_only_what_is_named_changes():
    store = laid_over(
        OTHER,
        {
            "escalation.after": {"critical": "30m", "high": "never"},
            "escalation.to": {"critical": "", "high": "U2BO"},
            "channels": {"high": "C0HIGH"},
        },
    )
    assert store.escalation == Escalation(
        {Severity.CRITICAL: timedelta(minutes=30)}, {Severity.HIGH: "U2BO", Severity.LOW: "S1OPS"}
    )
    assert store.channels == {Severity.CRITICAL: "C0CRITICAL", Severity.HIGH: "C0HIGH"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("quiet_hours", "at night"),
        ("quiet_hours", "22:00"),
        ("quiet_hours", "22:00-22:00"),
        ("quiet_hours", 22),
        ("channels", {"critical": "#general"}),
        ("channels", {"worst": "C0123456789"}),
        ("channels", "C0123456789"),
        ("digest.daily", "yes"),
        ("digest.weekly", "someday"),
        ("escalation.after", {"critical": "soon"}),
        ("escalation.to", {"critical": "C0123456789"}),
    ],
)
def test_what_makes_no_sense_is_refused_with_something_that_does(key, value):
    with pytest.raises(Malformed) as refused:
        SETTINGS[key].read(value)
    assert refused.value.good


def test_secrets_addresses_and_names_are_no_settings():
    assert not [
        key for key in SETTINGS if any(word in key for word in ("key", "secret", "token", "shop", "name"))
    ]


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
