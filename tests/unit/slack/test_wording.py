from datetime import timedelta

import pytest

from bot.gaps.catalog import KINDS, title
from bot.slack import wording
from storage.gap import Event

UNTIL = "2026-11-24T14:00:00+00:00"


def said(code, gap, facts=None, by="U1"):
    return wording.sentence(Event(1, gap.id, gap.opened_at, by, code, facts or {}), gap)


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        ("claimed", {}, "<@U1> claimed it."),
        ("taken_over", {"from": "U2"}, "<@U1> took it over from <@U2>."),
        ("released", {"owner": "U1"}, "<@U1> released it. It is unowned."),
        ("woken", {}, "<@U1> ended the snooze."),
        ("resolved", {}, "<@U1> resolved it. Both systems agree."),
        ("reopened", {}, "<@U1> reopened it."),
        ("not_a_gap", {"reason": "A test"}, "<@U1> says that it is not a gap: A test"),
        ("accepted", {"reason": "Told"}, "<@U1> accepted it as it is: Told"),
        ("accepted", {}, "<@U1> accepted it as it is."),
    ],
)
def test_what_a_person_did_is_one_sentence(a_gap, code, facts, expected):
    assert said(code, a_gap(), facts) == expected


@pytest.mark.parametrize(
    ("code", "facts", "expected"),
    [
        ("healed", {}, "It healed by itself. Both systems agree."),
        ("resolved", {}, "It healed by itself. Both systems agree."),
        ("reopened", {}, "Reopened: it is back."),
        ("reopened", {"cause": "That."}, "Reopened: the cause is now another. That."),
        ("reopened", {"resolved_by": "U2"}, "Reopened: the systems still disagree. <@U2> had resolved it."),
        ("worse", {"from": "normal", "to": "high"}, "It is worse: now high, it was normal."),
        ("changed", {"from": "high", "to": "normal"}, "It is now normal; it was high."),
        ("changed", {"from": "This.", "to": "That."}, "The cause is now another: That."),
        (
            "changed",
            {"from": "This.", "to": "This."},
            "What to do has changed: Send the notification again from the shipment in ShipStation.",
        ),
        ("superseded", {}, "Replaced by another gap."),
        ("reposted", {}, "The message of this card was deleted, so it was posted again."),
        ("something_new", {}, "Something new."),
    ],
)
def test_what_happened_by_itself_is_one_sentence(a_gap, code, facts, expected):
    assert said(code, a_gap(), facts, by=None) == expected


def test_a_snooze_says_until_when(a_gap):
    assert said("snoozed", a_gap(), {"until": UNTIL}).startswith("<@U1> snoozed it until <!date^1795528800^")


def test_a_doubted_resolution_says_when_it_is_checked_again(a_gap):
    sentence = said("unverified", a_gap(), {"verify_at": UNTIL})
    assert "the systems do not confirm it yet. It will be checked again <!date^1795528800^" in sentence


@pytest.mark.parametrize(("owner", "who"), [("U3", "Owner: <@U3>."), (None, "It is unowned.")])
def test_an_ended_snooze_names_the_owner(a_gap, owner, who):
    assert said("snooze_ended", a_gap(owner=owner), by=None).endswith(who)


def test_a_replaced_gap_names_the_kind_that_replaces_it(a_gap):
    assert said("superseded", a_gap(), {"kind": KINDS[0].code}, by=None).endswith(KINDS[0].title)


def test_a_line_says_in_its_text_which_order_it_is_about(a_gap):
    event = Event(1, "g", a_gap().opened_at, "U1", "claimed")
    assert wording.line(event, a_gap()).text == "Order #1234: <@U1> claimed it."


def test_the_history_is_newest_first(a_gap, now):
    gap = a_gap()
    events = [
        Event(1, gap.id, now - timedelta(hours=1), None, "opened"),
        Event(2, gap.id, now, "U1", "claimed"),
    ]
    text = wording.history(events, gap).text
    assert text.index("claimed it") < text.index("Found: ")


def test_the_first_run_counts_by_kind_the_commonest_first():
    text = wording.first_run({"counts": {KINDS[0].code: 2, KINDS[1].code: 9}}).text
    assert "First look: 11 gaps" in text
    assert text.index(f"{KINDS[1].title}: 9") < text.index(f"{KINDS[0].title}: 2")


def test_going_blind_says_what_it_means_and_why():
    text = wording.blind({"store": "main", "error": "ShipStation refused the key. Enter a new one."}).text
    assert "ShipStation refused the key. Enter a new one." in text
    assert "none of its gaps is opened or resolved" in text


def test_going_blind_and_seeing_again_name_the_store():
    facts = {"store": "main", "error": ""}
    assert wording.blind(facts).text.startswith("Cannot see everything in main")
    assert wording.sees(facts).text.startswith("Sees everything in main again")


def test_a_kind_that_nobody_knows_any_more_keeps_its_code():
    assert title("sync.forgotten") == "sync.forgotten"
