"""The operator's checklist, ticked for orders of every labelled situation and for stores."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.gaps.case import Case
from bot.gaps.catalog import ALL
from bot.gaps.checklist.back import NOT_SHIPPED
from bot.gaps.checklist.lines import OF_ORDER, OF_STORE
from bot.gaps.checklist.order import LOOKS, of_order
from bot.gaps.checklist.store import StoreSeen, of_store
from bot.gaps.rules import NotifyPolicy, StoreRules
from storage.facts import ShipStationStore
from storage.findings import Cause, Finding, NextAction, Severity
from tests.scenarios.library import SCENARIOS
from tests.scenarios.scene import Scene
from tests.scenarios.things import NUMBER

ORDERS = [scenario for scenario in SCENARIOS if hasattr(scenario.stage(), "dossier")]
"""Those that are about one order and not about a whole store."""
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def ticks(scene, hours, **more):
    """Return how each line stands: state by code."""
    return {each.line.code: each.tick for each in of_order(scene.dossier(), scene.at(hours), **more)}


def states(scene, hours, **more):
    return {code: tick.state for code, tick in ticks(scene, hours, **more).items()}


# ---------------------------------------------------------------- the list


def test_every_kind_of_gap_leaves_one_line_open():
    named = [kind for line in OF_ORDER for kind in line.kinds]
    assert sorted(named) == sorted(kind.code for kind in ALL)


def test_every_line_is_looked_at():
    assert [line.code for line in OF_ORDER] == list(LOOKS)


# ---------------------------------------------------------------- orders


@pytest.mark.parametrize("scenario", ORDERS, ids=lambda scenario: scenario.name)
def test_what_is_open_agrees_with_the_verdict(scenario):
    """A gap leaves something open with what to do about it; what is well or left alone leaves nothing open."""
    scene = scenario.stage()
    scenario.build(scene)
    verdict = scene.judge(scenario.hours)
    found = of_order(scene.dossier(), scene.at(scenario.hours))
    still = [each.tick for each in found if each.tick.state == "open"]
    assert all(tick.said and tick.todo for tick in still)
    shipped = scene.dossier().live or Case(scene.dossier(), scene.at(scenario.hours)).coverage.carried
    assert not shipped or NOT_SHIPPED not in [each.tick.said for each in found]
    if verdict.outcome == "gap":
        assert {finding.next_action.text for finding in verdict.findings} & {tick.todo for tick in still}
    elif verdict.outcome in {"healthy", "not_tracked"}:
        assert still == []


def test_an_order_that_went_all_the_way_is_ticked_from_top_to_bottom():
    scene = Scene().ship(hours=2).fulfil(None, NUMBER, hours=3)
    seen = states(scene, 99)
    assert {code for code, state in seen.items() if state != "ticked"} <= {"units"}
    assert "3 of 3 shipped units." in ticks(scene, 99)["quantities"].said


def test_an_absent_order_is_open_at_the_import_and_nothing_below_it_is_claimed():
    seen = states(Scene(), 9)
    assert (seen["ready"], seen["imported"]) == ("ticked", "open")
    assert {state for code, state in seen.items() if code not in {"ready", "imported"}} == {"not_due"}


def test_before_its_window_is_over_an_absent_order_is_open_in_the_same_words():
    tick = ticks(Scene(), 1)["imported"]
    assert (tick.state, tick.said) == ("open", "ShipStation shows it in no status and no store.")


def test_an_order_waiting_for_its_label_names_its_cutoff():
    scene = Scene().row(hours=1)
    tick = ticks(scene, 2)["label"]
    assert (tick.state, tick.said) == ("open", "No label yet. The cutoff is")
    assert tick.at is not None
    assert tick.at > scene.at(2)


def test_a_failed_notification_is_quoted_before_its_window_is_over():
    scene = Scene().ship(hours=2, notified=False, notify_error="HTTP 500")
    tick = ticks(scene, 2.1)["notified"]
    assert (tick.state, "HTTP 500" in tick.said) == ("open", True)


def test_a_notification_that_may_still_come_is_not_due():
    scene = Scene().ship(hours=2, notified=False)
    assert ticks(scene, 2.1)["notified"].state == "not_due"


def test_what_shipstation_does_not_say_cannot_be_seen():
    scene = Scene().ship(hours=2, notified=None).fulfil(None, NUMBER, hours=3)
    assert ticks(scene, 99)["notified"].state == "unseen"


def test_what_could_not_be_read_just_now_is_not_called_open_unless_it_is_a_known_gap():
    assert states(Scene(), 1, doubted=True)["imported"] == "unseen"
    known = Scene().gap(9)
    assert states(Scene(), 9, known=[known], doubted=True)["imported"] == "open"


def test_a_gap_in_the_queue_that_does_not_hold_any_more_is_not_open():
    known = Scene().gap(9)
    scene = Scene().ship(hours=2).fulfil(None, NUMBER, hours=3)
    assert "open" not in states(scene, 99, known=[known]).values()


def test_a_trouble_of_the_whole_store_is_told_on_its_line():
    stalled = finding("store.import_stalled", "3 orders wait for ShipStation's import")
    tick = ticks(Scene(), 2, known=[stalled])["imported"]
    assert (tick.state, tick.todo) == ("open", "Do this.")
    assert tick.said == "3 orders wait for ShipStation's import."


def test_what_the_store_leaves_alone_has_nothing_open():
    scene = Scene().rule(exclude_tags=frozenset({"hold"}))
    scene.order = replace(scene.order, tags=("Hold",))
    assert set(states(scene, 99).values()) == {"not_due"}
    assert "leaves alone" in ticks(scene, 99)["ready"].said


# ---------------------------------------------------------------- stores


def finding(kind, headline):
    return Finding(
        kind, headline, Severity.HIGH, NOW, Cause("x", "unknown", "?"), NextAction("x", "Do this."), ()
    )


SHOP = ShipStationStore(
    1,
    "Acme",
    "Shopify",
    36,
    True,
    NOW,
    auto_refresh=True,
    refreshed_at=NOW - timedelta(hours=1),
    can_confirm=True,
)
RULES = StoreRules("main", "acme.myshopify.com")


def store(**changes):
    usual = StoreSeen(RULES, NOW - timedelta(minutes=4), fresh=True, stores={1: SHOP}, newest_imported=NOW)
    return {each.line.code: each.tick for each in of_store(replace(usual, **changes))}


def test_a_store_that_is_well_is_ticked_but_for_what_no_system_shows():
    seen = store()
    assert [code for code, tick in seen.items() if tick.state != "ticked"] == ["setting"]
    assert list(seen) == [line.code for line in OF_STORE]
    assert seen["setting"].state == "unseen"
    assert seen["setting"].todo


def test_nothing_is_ticked_while_the_picture_is_old():
    seen = store(fresh=False, error="ShipStation did not answer.")
    assert seen["read"].state == "open"
    assert "ShipStation did not answer." in seen["read"].todo
    assert {tick.state for code, tick in seen.items() if code != "read"} == {"unseen"}


def test_a_store_that_was_never_read_says_so():
    tick = store(fresh=False, complete_at=None)["read"]
    assert (tick.state, tick.said, tick.at) == ("open", "Never completely.", None)


@pytest.mark.parametrize(
    ("code", "changes", "state", "said"),
    [
        ("connected", {"active": False}, "open", "not active"),
        ("connected", {"marketplace": "Etsy"}, "unseen", "No store"),
        ("automatic", {"auto_refresh": False}, "open", "Off for “Acme”"),
        ("automatic", {"auto_refresh": None}, "unseen", "does not say"),
        ("can_notify", {"can_confirm": False}, "open", "cannot be told"),
        ("can_notify", {"can_confirm": None}, "unseen", "does not say"),
        ("importing", {"refreshed_at": None}, "ticked", "newest order"),
    ],
)
def test_the_connection_is_looked_at(code, changes, state, said):
    tick = store(stores={1: replace(SHOP, **changes)})[code]
    assert (tick.state, said in tick.said) == (state, True)
    assert tick.state != "open" or tick.todo


def test_several_stores_want_the_right_ones_named():
    two = {1: SHOP, 2: replace(SHOP, id=2, name="Acme 2")}
    assert store(stores=two)["connected"].state == "open"
    named = replace(RULES, store_ids=frozenset({1}))
    assert store(stores=two, rules=named)["connected"].state == "ticked"


def test_gaps_are_counted_by_family_and_an_outage_has_its_own_line():
    gaps = (finding("import.missing", "a"), finding("sync.partial", "b"), finding("sync.unfulfilled", "c"))
    seen = store(gaps=(*gaps, finding("store.notify_outage", "Shopify was not told of 9 orders")))
    assert (seen["orders"].said, seen["parcels"].said) == ("1 import gap.", "2 sync-back gaps.")
    assert "/stuck list sync main" in seen["parcels"].todo
    assert seen["cutoffs"].state == "ticked"
    assert (seen["notifying"].said, seen["notifying"].todo) == (
        "Shopify was not told of 9 orders.",
        "Do this.",
    )


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (NotifyPolicy(), "at once, when the label is made"),
        (NotifyPolicy("hours", hours=6), "6 hours after the label"),
        (NotifyPolicy("ship_date", at=time(17)), "on the ship date at 17:00 Pacific"),
        (NotifyPolicy("mail_stream"), "when the carrier first scans the parcel"),
    ],
)
def test_the_notification_setting_that_stuck_goes_by_is_told(policy, said):
    assert said in store(rules=replace(RULES, notify=policy))["setting"].said
