"""What people read of settings and their changes, whatever was written into the database."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.overrides import SETTINGS
from bot.sandbox.slack.validate import problems, view_problems
from bot.slack.clicks import Place
from bot.slack.tuning import answer, window
from bot.slack.tuning.fields import FIELDS
from bot.slack.tuning.words import aloud, changed, facts, history, value_text
from storage.overrides import OverrideChange
from tests.unit.test_overrides import OTHER, STORE

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def change(key="cutoff", before=None, after="13:00", **known):
    usual = {"store": "main", "person": "U0ALEX", "why": "", "at": NOON}
    return OverrideChange(1, key=key, before=before, after=after, **{**usual, **known})


def test_one_change_is_one_line_that_names_the_store_where_there_are_several():
    assert (
        aloud(facts([change()], STORE, several=False)).text
        == "<@U0ALEX> changed *Cutoff* from 15:00 to 13:00."
    )
    assert aloud(facts([change()], STORE, several=True)).text == (
        "<@U0ALEX> changed a setting of main: *Cutoff* from 15:00 to 13:00."
    )


def test_several_changes_are_a_list():
    both = [change(why="Peak"), change("digest.daily", None, False)]
    assert aloud(facts(both, STORE, several=True)).text.splitlines() == [
        "<@U0ALEX> changed 2 settings of main:",
        "• *Cutoff* from 15:00 to 13:00",
        "• *Daily digest* from on to off",
        "Why: Peak",
    ]


def test_back_to_the_file_is_told_by_what_the_file_says():
    assert "*Cutoff* from 13:00 to 15:00" in changed([change(before="13:00", after=None)], STORE).text


def test_what_another_version_changed_is_told_as_it_was_written():
    said = history([change("new.setting", 1, "<!channel>")], "main").text
    assert "*new.setting* from 1 to &lt;!channel&gt;." in said


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("exclude_tags", [], "none"),
        ("exclude_tags", ["b2b", "<!here>"], "b2b, &lt;!here&gt;"),
        ("channels", {}, "the store's channel"),
        ("channels", {"critical": "C0URGENT", "high": ""}, "critical <#C0URGENT>"),
        ("escalation.to", {"critical": "U1ANN", "high": "S1OPS"}, "critical <@U1ANN>, high <!subteam^S1OPS>"),
        ("escalation.after", {"critical": "never"}, "never"),
        ("quiet_hours", None, "what stuck.toml says"),
    ],
)
def test_values_are_told_in_words(key, value, text):
    assert value_text(key, value) == text


@pytest.mark.parametrize("store", [STORE, OTHER], ids=["plain", "other"])
def test_answer_and_window_keep_slack_s_limits_with_everything_changed(store):
    everything = {key: SETTINGS[key].written(OTHER) for key in SETTINGS}
    everything |= {key: ["x" * 250] * 40 for key in SETTINGS if key.startswith("exclude_")}
    newest = {key: change(key) for key in SETTINGS}
    shown = answer.answer(OTHER, store, everything, newest)
    assert problems(shown.blocks, "message") == []
    assert len(shown.text) <= 4000
    assert view_problems(window.view(OTHER, store, everything, Place("C1"))) == []
    long = history([replace(change("exclude_tags", [], ["x" * 250] * 40), why="y" * 300)] * 30, "main")
    assert problems(long.blocks, "message") == []


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.id)
@pytest.mark.parametrize("store", [STORE, OTHER], ids=["plain", "other"])
def test_what_a_field_shows_reads_back_as_what_it_is(field, store):
    typed = field.typed(store)
    assert field.read(typed, store) is None, "it is what the file says"
    assert field.read("", store) is None
    other = OTHER if store is STORE else STORE
    if field.typed(other) and field.value(other) != field.value(store):
        assert field.read(field.typed(other), store) == field.value(other)
