"""`[reminders]` and `[escalation]`: defaults, what a store says itself, and every way in which they can be wrong."""

from datetime import timedelta

import pytest

from bot.settings import SettingsError, load
from bot.settings_ownership import ESCALATE_AFTER, REMIND_AFTER
from storage.findings import Severity

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def read(tmp_path):
    def read(toml: str):
        (tmp_path / "stuck.toml").write_text(toml + '\n[[stores]]\nname = "main"\n')
        return load({}, tmp_path, need=frozenset())

    return read


@pytest.fixture
def refused(read):
    def refused(toml: str) -> str:
        with pytest.raises(SettingsError) as error:
            read(toml)
        [problem] = error.value.problems
        return str(problem)

    return refused


def test_without_a_word_owners_are_reminded_and_nobody_is_called(read):
    settings = read("")
    assert settings.reminders.after == REMIND_AFTER
    assert (settings.stores[0].escalation.after, settings.stores[0].escalation.to) == (ESCALATE_AFTER, {})


def test_a_severity_that_is_not_named_keeps_its_default(read):
    after = read('[reminders]\nafter = { high = "30m" }').reminders.after
    assert after == {**REMIND_AFTER, Severity.HIGH: HOUR / 2}


def test_a_severity_may_lie_for_ever(read):
    after = read('[reminders]\nafter = { normal = "never", low = "never" }').reminders.after
    assert after == {Severity.CRITICAL: HOUR, Severity.HIGH: 4 * HOUR}


def test_one_is_called_for_every_severity(read):
    [store] = read('[escalation]\nto = "S0123456789"\nafter = { normal = "1d" }').stores
    assert store.escalation.after == {**ESCALATE_AFTER, Severity.NORMAL: DAY}
    assert store.escalation.to == dict.fromkeys(Severity, "S0123456789")


def test_or_one_for_each(read):
    [store] = read('[escalation]\nto = { critical = "U0123456789", high = "S0123456789", low = "" }').stores
    assert store.escalation.to == {Severity.CRITICAL: "U0123456789", Severity.HIGH: "S0123456789"}


def test_a_store_says_what_is_different_there(tmp_path):
    (tmp_path / "stuck.toml").write_text("""
[escalation]
to = "S0123456789"
after = { critical = "30m" }

[[stores]]
name = "main"

[[stores]]
name = "second"
[stores.escalation]
to = "U0123456789"

[[stores]]
name = "third"
[stores.escalation]
after = { high = "never" }

[[stores]]
name = "fourth"
escalation.to = ""
""")
    main, second, third, fourth = (store.escalation for store in load({}, tmp_path, need=frozenset()).stores)
    usual = {Severity.CRITICAL: HOUR / 2, Severity.HIGH: 4 * HOUR}
    assert [each.after for each in (main, second, fourth)] == [usual] * 3
    assert third.after == {Severity.CRITICAL: HOUR}
    assert [each.to.get(Severity.HIGH) for each in (main, second, third, fourth)] == [
        "S0123456789",
        "U0123456789",
        "S0123456789",
        None,
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('[reminders]\nafter = "4h"', "'4h' is not a table of durations by severity"),
        ('[reminders]\nafter = { hihg = "4h" }', "'hihg' is not a severity; did you mean 'high'?"),
        ('[reminders]\nafter = { urgent = "4h" }', "those are critical, high, normal, low"),
        ('[reminders]\nafter = { high = "soon" }', "'soon' is not a duration"),
        ("[escalation]\nafter = { high = 4 }", "'4' is not a duration"),
        ('[escalation]\nto = "#ops"', "'#ops' is not the id of a person or a user group"),
        ('[escalation]\nto = "C0123456789"', "it looks like a channel's id"),
        ('[escalation]\nto = { high = "here" }', "'here' is not the id of a person or a user group"),
        ("[escalation]\nto = 7", "'7' is not the id of a person or a user group"),
        ('[escalation]\nwho = "S0123456789"', "unknown key"),
    ],
)
def test_what_is_wrong_is_told_with_a_value_that_would_do(refused, line, told):
    problem = refused(line)
    assert told in problem
    assert problem.startswith(f"stuck.toml {line[1:].partition(']')[0]}.")
    assert "Example:" in problem
