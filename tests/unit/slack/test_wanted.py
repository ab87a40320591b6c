"""Which gaps some words mean."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.wanted import Wanted, nearest, read_wanted
from storage.findings import Severity

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
STORES = ["main", "Second Shop", "wholesale"]


def wanted(text):
    return read_wanted(text, me="U0ME", stores=STORES)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", Wanted()),
        ("sync", Wanted(kinds=frozenset({"sync"}))),
        ("Sync.Unfulfilled", Wanted(kinds=frozenset({"sync.unfulfilled"}))),
        ("batch_skipped", Wanted(causes=frozenset({"batch_skipped"}))),
        ("MAIN wholesale", Wanted(stores=frozenset({"main", "wholesale"}))),
        ("me", Wanted(owners=frozenset({"U0ME"}))),
        ("<@U0BO|bo>", Wanted(owners=frozenset({"U0BO"}))),
        ("unowned", Wanted(states=frozenset({"open"}))),
        ("high, critical", Wanted(severities=frozenset({Severity.HIGH, Severity.CRITICAL}))),
        (">2d", Wanted(older_than=timedelta(days=2))),
        ("36h", Wanted(older_than=timedelta(hours=36))),
    ],
)
def test_words_are_understood(text, meant):
    assert wanted(text) == meant


@pytest.mark.parametrize("text", ["sink", "2 d", ">d", "@anna", "99999d", "<!channel>"])
def test_a_word_that_means_nothing_is_named(text):
    assert wanted(f"main {text}") in text.split()


def test_the_nearest_words_are_suggested():
    assert "sync.unfulfilled" in nearest("sync.unfulfiled", STORES)
    assert nearest("zzzz", STORES) == []


def test_every_word_narrows_and_words_of_one_sort_widen(a_gap):
    gap = a_gap(owner="U0ME", store="main")
    now = gap.finding.since + timedelta(days=3)
    assert wanted("sync main me >2d").fits(gap, now)
    assert wanted("import sync").fits(gap, now)
    for other in ("import", "wholesale", "unowned", ">4d", "snoozed", "U0BO", "low"):
        assert not wanted(f"{other}").fits(replace(gap, owner="U0ME"), now), other


def test_a_state_in_capitals_is_no_user():
    assert wanted("UNOWNED") == Wanted(states=frozenset({"open"}))
