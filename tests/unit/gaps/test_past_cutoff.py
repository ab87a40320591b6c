"""aging.past_cutoff: in ShipStation, no label, and the cutoff has passed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.gaps.dossier import Peers
from storage.facts import Item
from storage.findings import Severity

CUTOFF = 5.5
"""Wednesday 15:00 in New York and half an hour of grace, five and a half hours after the order."""
RISK = 3.5
"""An hour and a half before the cutoff itself: from then on it is at risk, and looked at again."""


def test_is_a_gap_once_the_cutoff_and_its_grace_have_passed(scene):
    assert scene.row().kinds(5.4) == ["aging.at_risk"]
    found = scene.gap(CUTOFF)
    assert (found.kind, found.severity, found.since) == (
        "aging.past_cutoff",
        Severity.NORMAL,
        scene.at(CUTOFF),
    )
    assert found.owner_role == "warehouse"


def test_long_before_the_cutoff_it_waits_and_says_until_when(scene):
    verdict = scene.row().judge(3.4)
    assert (verdict.outcome, verdict.look_again_at) == ("waiting", scene.at(RISK))
    assert "late in 2 hours (Wed 18 Nov 2026, 15:30 EST)" in verdict.why


class TestAtRisk:
    def test_it_is_said_quietly_before_the_cutoff_and_looked_at_again_when_that_passes(self, scene):
        verdict = scene.row().judge(5)
        (found,) = verdict.findings
        assert (found.kind, found.severity, found.since) == ("aging.at_risk", Severity.LOW, scene.at(RISK))
        assert found.headline == "#1001: in ShipStation without a label, late from Wed 18 Nov 2026, 15:30 EST"
        assert verdict.look_again_at == scene.at(CUTOFF)

    def test_how_long_before_is_the_stores_own(self, scene):
        scene.windows(at_risk=timedelta(minutes=30)).row()
        assert scene.judge(4).look_again_at == scene.at(4.5)

    def test_a_label_takes_the_risk_away(self, scene):
        assert scene.ship(hours=4.8).kinds(5) == []


def test_evidence_shows_both_sides(scene):
    said = {(piece.field, piece.system): piece.value for piece in scene.row(tag_ids=(7, 5)).gap(9).evidence}
    assert said["State", "shipstation"] == "Awaiting shipment, no label"
    assert said["State", "shopify"] == "Unfulfilled, 3 units to ship"
    assert said["Since", "shipstation"] == "imported Wed 18 Nov 2026, 10:30 EST"
    assert said["Since", "shopify"] == "ready Wed 18 Nov 2026, 10:00 EST"
    assert said["Cutoff", "shipstation"] == "Wed 18 Nov 2026, 15:30 EST"
    assert said["Service", "shipstation"] == "stamps_com usps_priority_mail"
    assert said["Ship by", "shipstation"] == "not set"
    assert said["Tags", "shipstation"] == "5, 7"


def test_imported_after_todays_cutoff_it_has_until_tomorrows(scene):
    scene.row(hours=6)
    assert scene.judge(20).look_again_at == scene.at(RISK + 24)
    assert scene.gap(CUTOFF + 24).since == scene.at(CUTOFF + 24)


def test_weekends_and_holidays_do_not_count(scene):
    scene.rule(holidays=frozenset({date(2026, 11, 23)})).row(hours=54)  # Friday 16:00
    late = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
    assert scene.judge(60).look_again_at == late - timedelta(hours=2)
    assert scene.gap(150).since == late


def test_a_ship_by_date_comes_before_the_next_cutoff(scene):
    scene.rule(holidays=frozenset({date(2026, 11, 18)})).row(ship_by=date(2026, 11, 18))
    assert scene.gap(9).since == scene.at(CUTOFF)
    assert "Wed 18 Nov 2026" in str(scene.gap(9).evidence)


@pytest.mark.parametrize("ship_by", [date(2026, 11, 1), date(9999, 12, 31), date(2026, 11, 18)])
def test_a_ship_by_date_that_had_passed_or_cannot_be_is_left_aside(scene, ship_by):
    scene.row(hours=7, ship_by=ship_by)
    assert scene.judge(20).look_again_at == scene.at(RISK + 24)
    assert scene.gap(48).since == scene.at(CUTOFF + 24)


def test_shopifys_own_deadline_counts(scene):
    scene.parts(scene.part({scene.mug: 1}, fulfill_by=scene.at(3))).row()
    assert scene.gap(3).since == scene.at(3)


def test_a_deadline_before_it_could_be_shipped_is_left_aside(scene):
    scene.parts(scene.part({scene.mug: 1}, fulfill_by=scene.at(0.2))).row()
    assert scene.judge(3).look_again_at == scene.at(RISK)
    assert scene.gap(9).since == scene.at(CUTOFF)


def test_a_released_hold_restarts_the_clock(scene):
    scene.parts(scene.part({scene.mug: 1}, updated_at=scene.at(6))).row()
    assert scene.judge(20).look_again_at == scene.at(RISK + 24)
    assert scene.gap(48).since == scene.at(CUTOFF + 24)


def test_a_voided_label_restarts_the_clock(scene):
    scene.ship(voided=True, voided_at=scene.at(6))
    assert scene.judge(20).look_again_at == scene.at(RISK + 24)
    assert scene.gap(48).since == scene.at(CUTOFF + 24)


def test_an_import_stamp_from_the_future_counts_from_now(scene):
    scene.row(hours=8)
    assert scene.judge(3).look_again_at == scene.at(RISK)


def test_an_import_stamp_before_the_order_counts_from_the_order(scene):
    assert scene.row(hours=-30).judge(3).look_again_at == scene.at(RISK)


def test_a_hold_date_in_shipstation_is_waited_for(scene):
    scene.row(hold_until=date(2026, 11, 20))
    verdict = scene.judge(20)
    assert verdict.outcome == "waiting"
    assert verdict.look_again_at == datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
    late = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    assert scene.judge(48).look_again_at == late - timedelta(hours=2)
    assert scene.gap(54).since == late


def test_a_hold_date_before_the_import_is_left_aside(scene):
    scene.row(hold_until=date(2026, 11, 2))
    assert scene.judge(3).look_again_at == scene.at(RISK)
    assert scene.gap(9).since == scene.at(CUTOFF)


def test_an_absurd_hold_date_is_waited_for_without_an_end(scene):
    verdict = scene.row(hold_until=date(9999, 12, 31)).judge(20)
    assert (verdict.outcome, verdict.look_again_at) == ("waiting", None)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("on_hold", "on hold"),
        ("awaiting_payment", "awaiting payment"),
        ("pending_fulfillment", "fulfilment provider"),
    ],
)
def test_orders_that_shipstation_itself_holds_are_not_late(scene, status, word):
    verdict = scene.row(status=status).judge(4.4)
    assert verdict.outcome == "waiting"
    assert word in verdict.why
    assert "aging.past_cutoff" not in scene.kinds(99)


def test_an_unknown_status_is_shown_and_not_judged(scene):
    verdict = scene.row(status="planning").judge(99)
    assert verdict.outcome == "not_tracked"
    assert "planning" in verdict.why


@pytest.mark.parametrize("status", ["cancelled", "rejected_fulfillment"])
def test_statuses_that_have_a_kind_of_their_own_are_not_late(scene, status):
    assert "aging.past_cutoff" not in scene.row(status=status).kinds(99)


def test_an_order_that_shopify_does_not_want_shipped_is_not_late(scene):
    assert scene.row().held().judge(9).outcome == "waiting"
    assert scene.kinds(99) == ["aging.hold_overdue"]


def test_a_sibling_that_was_forgotten_beside_a_shipped_one_is_late_two_working_days_after_its_cutoff(scene):
    scene.row(2, parent_id=1, key="child", items=(Item(scene.tee, "TEE", 2),))
    scene.ship({scene.mug: 1}).fulfil({scene.mug: 1}, scene.number)
    assert scene.judge(9).look_again_at == scene.at(CUTOFF + 48)
    assert scene.gap(CUTOFF + 48).kind == "aging.remainder"


def test_aging_and_sync_stand_beside_each_other_about_different_units(scene):
    scene.row(2, parent_id=1, key="child", items=(Item(scene.tee, "TEE", 2),)).ship({scene.mug: 1})
    verdict = scene.judge(60)
    assert [found.kind for found in verdict.findings] == ["aging.remainder", "sync.unfulfilled"]
    assert verdict.look_again_at == scene.at(61)
    assert verdict.why.count("#1001") == 2


def test_of_several_late_rows_the_earliest_counts(scene):
    scene.row(2, hours=6, parent_id=1, key="b").row(1, service=None)
    assert scene.gap(9).cause.code == "no_service"


class TestCauses:
    def test_no_service(self, scene):
        found = scene.row(carrier=None, service=None).gap(9)
        assert (found.cause.code, found.cause.confidence) == ("no_service", "likely")
        assert found.next_action.code == "assign_service"
        assert "none" in [piece.value for piece in found.evidence]

    def test_zero_quantities(self, scene):
        late = scene.row(items=(Item(scene.mug, "MUG", 0),)).judge(9).findings
        assert [found.kind for found in late] == ["import.items_short", "aging.past_cutoff"]
        assert {found.cause.code for found in late} == {"zero_qty"}
        assert {found.next_action.code for found in late} == {"reimport"}

    @pytest.mark.parametrize("said", ["Address validation failed", "Address validation warning"])
    def test_address(self, scene, said):
        found = scene.row(address_check=said).gap(9)
        assert (found.cause.code, found.next_action.code) == ("address", "fix_address")
        assert said in found.cause.text

    @pytest.mark.parametrize("said", [None, "", "Address validated successfully"])
    def test_an_address_that_was_not_doubted_is_no_cause(self, scene, said):
        scene.peers = Peers(shipped=2)
        assert scene.row(address_check=said).gap(9).cause.code == "unknown"

    @pytest.mark.parametrize(("peers", "code"), [(2, "address"), (3, "batch_skipped")])
    def test_an_address_that_was_not_checked_counts_where_nothing_else_explains_it(self, scene, peers, code):
        scene.peers = Peers(shipped=peers)
        assert scene.row(address_check="Address not yet validated").gap(9).cause.code == code

    def test_a_batch_that_went_without_it(self, scene):
        scene.peers = Peers(shipped=3)
        found = scene.row().gap(9)
        assert (found.cause.code, found.cause.confidence) == ("batch_skipped", "likely")
        assert "3 other orders" in found.cause.text

    def test_without_peers_the_open_question_is_said(self, scene):
        scene.peers = None
        cause = scene.row().gap(9).cause
        assert cause.confidence == "unknown"
        assert "was not read" in cause.text


def test_the_grace_is_the_stores_own(scene):
    scene.windows(cutoff_grace=timedelta(hours=2)).row()
    assert scene.kinds(6.9) == ["aging.at_risk"]
    assert scene.gap(7).kind == "aging.past_cutoff"
