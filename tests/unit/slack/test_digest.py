from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.digest import MINE, Standing, StoreStanding, mine, summary
from storage.findings import Severity


@pytest.fixture
def standing(now):
    store = StoreStanding("main", now - timedelta(hours=7), now - timedelta(minutes=3), fresh=True)
    return Standing(now, (), (), (store,))


def test_nothing_is_stuck_where_that_is_known(standing):
    assert summary(standing).text.startswith("Nothing is stuck")


def test_old_knowledge_is_not_called_nothing(standing):
    old = replace(standing, stores=(replace(standing.stores[0], fresh=False),))
    assert "Nothing is stuck" not in summary(old).text
    assert "What is newer is not known." in summary(old).text


def test_one_old_store_among_fresh_ones_is_enough_for_doubt(standing):
    two = replace(
        standing, stores=(*standing.stores, StoreStanding("second", standing.now, None, fresh=False))
    )
    assert "Nothing is stuck" not in summary(two).text
    assert "second has never been read completely." in summary(two).text


def test_without_any_store_nothing_is_known(standing):
    assert "Nothing is stuck" not in summary(replace(standing, stores=())).text


def test_the_summary_counts_by_severity_and_kind(standing, a_gap):
    gaps = (a_gap(severity=Severity.CRITICAL), a_gap(), a_gap(kind="import.missing"))
    text = summary(replace(standing, gaps=gaps)).text
    assert "🔴 Critical 1 · 🟠 High 2" in text
    kinds = [line for line in text.splitlines() if line.startswith("•")]
    assert [line.rpartition(" ")[2] for line in kinds] == ["2", "1"]


def test_the_oldest_is_by_when_the_problem_began(standing, a_gap, now):
    younger, older = a_gap(order="#1"), a_gap(order="#2", since=now - timedelta(days=4))
    text = summary(replace(standing, gaps=(younger, older))).text
    assert "|Order #2>" in next(line for line in text.splitlines() if line.startswith("*Oldest:*"))


def test_snoozed_ones_are_listed_by_when_they_end(standing, a_gap, now):
    late = a_gap(id="a", order="#9", snoozed_until=now + timedelta(days=2), snoozed_by="U1")
    soon = a_gap(id="b", order="#8", snoozed_until=now + timedelta(hours=1), snoozed_by="U1")
    over = a_gap(id="c", order="#7", snoozed_until=now - timedelta(hours=1), snoozed_by="U1")
    text = summary(replace(standing, gaps=(late, soon, over))).text
    line = next(line for line in text.splitlines() if line.startswith("*Snoozed:*"))
    assert line.index("#8") < line.index("#9")
    assert "#7" not in line


def test_snoozed_and_claimed_ones_are_not_called_unowned(standing, a_gap, now):
    gaps = (a_gap(owner="U1"), a_gap(snoozed_until=now + timedelta(hours=1)), a_gap(order="#5"))
    assert "*Unowned:* 1 (#5)" in summary(replace(standing, gaps=gaps)).text


def test_resolved_today_begins_at_midnight_where_the_store_is(standing, a_gap, now):
    midnight = standing.stores[0].day_began
    recent = (
        a_gap(resolved_at=midnight, resolution="healed"),
        a_gap(resolved_at=midnight, resolution="accepted", resolved_by="U1"),
        a_gap(resolved_at=midnight, resolution="superseded"),
        a_gap(resolved_at=midnight - timedelta(seconds=1), resolution="healed"),
    )
    assert "*Resolved today:* 2, 1 of them by itself" in summary(replace(standing, recent=recent)).text


def test_several_that_healed_did_so_by_themselves(standing, a_gap):
    healed = a_gap(resolved_at=standing.stores[0].day_began, resolution="healed")
    assert "2, 2 of them by themselves" in summary(replace(standing, recent=(healed, healed))).text


def test_a_list_of_mine_does_not_say_at_each_that_it_is_mine(a_gap, now):
    until = now + timedelta(hours=1)
    gap = a_gap(owner="U1", claimed_at=now, snoozed_until=until, snoozed_by="U1")
    said = str([block for block in mine("U1", [gap], now).blocks if block["type"] == "section"])
    assert "Owner" not in said
    assert "claimed <!date^" in said
    assert "*Snoozed* until <!date^" in said


def test_a_private_answer_can_be_shared_and_a_shared_one_says_by_whom(standing):
    assert summary(standing).blocks[-1]["elements"][0]["action_id"] == "share.summary"
    assert summary(standing, shared_by="U1").blocks[-1]["elements"][0]["text"] == "Shared by <@U1>"


def test_a_long_list_of_mine_keeps_the_limit_and_says_how_many_are_left_out(a_gap, now):
    listed = mine("U1", [a_gap(id=str(number), owner="U1") for number in range(60)], now)
    assert len(listed.blocks) <= 50
    assert any(f"and {60 - MINE} more" in str(block) for block in listed.blocks)


def test_what_is_mine_is_named_when_it_is_shared(a_gap, now):
    shared = mine("U1", [a_gap(owner="U1")], now, shared_by="U1")
    assert "1 gap claimed by <@U1>" in shared.text
    assert not any(block["type"] == "actions" for block in shared.blocks)
