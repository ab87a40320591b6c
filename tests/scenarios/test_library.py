"""The library itself: it covers every kind, every cause and every trap, and its table counts right."""

import re
from collections import Counter, defaultdict

import pytest

from bot.gaps.catalog import ALL
from tests.scenarios.conftest import table
from tests.scenarios.library import SCENARIOS
from tests.scenarios.scene import Scene
from tests.scenarios.shop import Shop

CODES = [known.code for known in ALL]
NOT_IN_THE_TABLE = {13, 46, 53, 57, 59}
"""Numbers that domain.md 4 leaves out."""
every = pytest.mark.parametrize("known", ALL, ids=CODES)


@pytest.fixture(scope="module")
def produced():
    """Every cause that any scenario has, by kind."""
    causes = defaultdict(set)
    for scenario in SCENARIOS:
        for kind, cause in scenario.seen().causes.items():
            causes[kind].add(cause)
    return causes


def test_every_situation_has_a_name_of_its_own():
    assert [name for name, count in Counter(each.name for each in SCENARIOS).items() if count > 1] == []


@every
def test_a_kind_is_found_in_at_least_four_situations_that_differ(known):
    found = {each.name for each in SCENARIOS if each.first == known.code}
    assert len(found) >= 4


@every
def test_a_kind_is_nearly_found_in_at_least_three(known):
    nearly = [each for each in SCENARIOS if each.near == known.code]
    assert len(nearly) >= 3
    assert all(known.code not in each.kinds for each in nearly)


@every
def test_every_cause_of_a_kind_is_reached_and_no_other(known, produced):
    assert produced[known.code] == {reason.code for reason in known.reasons}


def test_every_trap_of_the_domain_is_in_it():
    traps = {each.trap for each in SCENARIOS if each.trap is not None}
    assert traps == set(range(1, 71)) - NOT_IN_THE_TABLE


def test_names_of_kinds_in_it_exist():
    said = {word for each in SCENARIOS for word in (*each.kinds, each.near) if word}
    assert said <= set(CODES)


def test_a_situation_expects_kinds_or_an_outcome():
    assert {each.expected for each in SCENARIOS if not each.kinds} == {"healthy", "waiting", "not_tracked"}


def test_the_table_counts_found_missed_and_false_alarms():
    told = [
        {"expected": ["sync.partial"], "seen": ["sync.partial"], "trap": 2, "right": True, "cause": True},
        {"expected": ["sync.partial"], "seen": [], "trap": None, "right": False, "cause": False},
        {"expected": [], "seen": ["sync.partial"], "trap": 3, "right": False, "cause": None},
    ]
    lines = table(told)
    assert re.search(r"sync\.partial +1 +1 +1", "\n".join(lines))
    assert lines[-4].split() == ["all", "1", "1", "1"]
    assert lines[-3:] == ["traps right: 1 of 2", "causes right: 1 of 2", "no gap and none found: 0 of 1"]


def test_a_dead_import_tells_the_orders_it_holds_up_and_nothing_else_of_them():
    shop = Shop().orders(3)
    (found,) = shop.judge(5)
    assert found.folded == tuple(sorted(scene.id for scene in shop.younger))
    assert found.next_action.code == "reconnect_store"
    assert found.links.shipstation is not None
    assert shop.folded(shop.younger[0], 5) == {"import.missing": "store.import_stalled"}


def test_an_outage_tells_the_parcels_it_holds_up_and_leaves_others_alone():
    shop = Shop().parcels(5)
    assert shop.folded(shop.untold[0], 6) == {"sync.unfulfilled": "store.notify_outage"}
    assert shop.folded(Scene().ship(), 9) == {}
