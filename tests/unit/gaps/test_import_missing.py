"""import.missing: paid, ready, and in no status of any ShipStation store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.gaps.dossier import Peers
from storage.facts import Item, Payment
from storage.findings import Severity


def test_an_overtaken_order_is_a_gap_after_the_import_window(scene):
    verdict = scene.judge(3.9)
    assert (verdict.outcome, verdict.look_again_at) == ("waiting", scene.at(4))
    assert "late in 6 minutes" in verdict.why
    found = scene.gap(4)
    assert (found.kind, found.severity, found.since) == ("import.missing", Severity.HIGH, scene.placed)
    assert found.owner_role == "integration"
    assert found.next_action.code == "import_store"
    assert found.headline == "#1001: paid and ready to ship, but not in ShipStation"


def test_evidence_says_what_was_searched_and_what_is_ready(scene):
    said = {(piece.field, piece.system): piece.value for piece in scene.gap(9).evidence}
    assert said["State", "shipstation"] == "no order in any status"
    assert said["State", "shopify"] == "Paid, unfulfilled"
    assert said["Where", "shipstation"] == "searched every store; this shop's: Store 1"
    assert said["Where", "shopify"] == "3 units, ready since Wed 18 Nov 2026, 10:00 EST"
    assert said["Location", "shopify"] == "Main Street"


def test_minimum_order_age_moves_the_window(scene):
    scene.windows(minimum_order_age=timedelta(hours=1))
    assert scene.judge(4.5).look_again_at == scene.at(5)
    assert scene.kinds(5) == ["import.missing"]


def test_an_order_that_nothing_overtook_waits_until_a_day_has_passed(scene):
    scene.peers = Peers(newest_imported=scene.at(-1))
    verdict = scene.judge(9)
    assert verdict.outcome == "waiting"
    assert verdict.look_again_at == scene.at(9.5)
    assert "no younger order either" in verdict.why
    assert scene.judge(23.8).look_again_at == scene.at(24)
    assert scene.gap(24).cause.code == "import_stalled"


def test_a_store_that_never_imported_anything_is_not_overtaken(scene):
    scene.peers = Peers()
    assert scene.judge(9).outcome == "waiting"


def test_without_peers_it_is_suspected_and_says_that_they_were_not_read(scene):
    scene.peers = None
    found = scene.gap(4)
    assert found.cause.confidence == "unknown"
    assert "was not read" in found.cause.text


def test_the_clock_starts_at_the_last_successful_payment(scene):
    scene.detail(
        payments=(
            Payment("AUTHORIZATION", "SUCCESS", scene.at(0)),
            Payment("CAPTURE", "FAILURE", scene.at(40)),
            Payment("CAPTURE", "SUCCESS", scene.at(30)),
        )
    )
    assert scene.judge(33).look_again_at == scene.at(34)
    found = scene.gap(34)
    assert (found.since, found.cause.code) == (scene.at(30), "payment_changed")


def test_a_voided_and_recharged_payment_names_the_cause(scene):
    scene.detail(
        payments=(
            Payment("SALE", "SUCCESS", scene.at(0)),
            Payment("VOID", "SUCCESS", scene.at(1)),
            Payment("SALE", "SUCCESS", scene.at(2)),
        )
    )
    found = scene.gap(9)
    assert (found.since, found.cause.code, found.cause.confidence) == (
        scene.at(2),
        "payment_changed",
        "likely",
    )


def test_without_payments_the_clock_starts_when_it_was_processed(scene):
    scene.detail(payments=()).change(processed_at=scene.at(2))
    assert scene.judge(5).look_again_at == scene.at(6)


def test_a_hold_that_was_released_restarts_the_clock(scene):
    scene.parts(scene.part({scene.mug: 1}, updated_at=scene.at(50)))
    assert scene.judge(51).look_again_at == scene.at(54)
    assert scene.gap(54).since == scene.at(50)


def test_changes_restart_the_clock_for_two_weeks_at_most(scene):
    scene.parts(scene.part({scene.mug: 1}, updated_at=scene.at(24 * 20)))
    assert scene.gap(24 * 20).since == scene.at(24 * 14)


def test_an_order_older_than_ninety_days_is_never_missing(scene):
    assert scene.kinds(90 * 24) == ["import.missing"]
    verdict = scene.judge(90 * 24 + 1)
    assert verdict.outcome == "not_tracked"
    assert "older than 90 days" in verdict.why


def test_a_list_entry_is_suspected_so_that_it_is_read_in_detail(scene):
    found = scene.listed().gap(9)
    assert found.kind == "import.missing"
    assert "3 units" in str(found.evidence)


def test_a_store_that_is_switched_off_names_the_cause(scene):
    scene.stores[1] = scene.store(1, active=False)
    assert (scene.gap(9).cause.code, scene.gap(9).cause.confidence) == ("store_inactive", "likely")


def test_automatic_import_switched_off_names_the_cause(scene):
    scene.stores[1] = scene.store(1, auto_refresh=False)
    scene.peers = Peers(newest_imported=scene.at(-9))
    assert scene.gap(24).cause.code == "auto_import_off"


def test_an_order_passed_over_has_an_unknown_cause_that_names_its_candidates(scene):
    cause = scene.gap(9).cause
    assert (cause.code, cause.confidence) == ("unknown", "unknown")
    for candidate in ("incomplete address", "filter", "rule"):
        assert candidate in cause.text


def test_any_row_of_this_id_in_any_store_counts_as_present(scene):
    scene.stores[7] = scene.store(7, active=False)
    assert "import.missing" not in scene.row(store_id=7).kinds(9)


def test_a_parcel_that_carries_the_id_counts_as_present_without_its_row(scene):
    scene.ship()
    scene.rows.clear()
    assert scene.dossier().matched_by == "id"
    assert scene.kinds(9) == ["sync.unfulfilled"]


def test_a_manual_copy_is_shown_and_proves_nothing(scene):
    found = scene.row(key="manual-1", store_id=9, number="1001-A").gap(9)
    assert found.kind == "import.missing"
    assert "1001-A (awaiting shipment)" in str(found.evidence)


def test_one_number_twice_in_this_shops_stores_is_not_called_missing(scene):
    scene.rule(store_ids=frozenset({1, 2}))
    scene.row(1, key="a").row(2, key="b", store_id=2)
    assert scene.kinds(9) == ["import.duplicate"]
    scene.rows = [replace(row, status="planning", items=()) for row in scene.rows]
    scene.listed()
    assert "import.missing" not in scene.kinds(9)


@pytest.mark.parametrize(
    "status", ["cancelled", "on_hold", "awaiting_payment", "planning", "rejected_fulfillment"]
)
def test_an_order_in_any_status_is_not_missing(scene, status):
    assert "import.missing" not in scene.row(status=status).kinds(99)


def test_stores_of_the_shop_are_named_by_default_too(scene):
    scene.rule(store_ids=frozenset())
    assert "this shop's: Store 1" in str(scene.gap(9).evidence)


def test_without_known_stores_nothing_is_named(scene):
    scene.stores.clear()
    assert "this shop's: none" in str(scene.rule(store_ids=frozenset()).gap(9).evidence)


def test_a_combined_order_is_not_missing(scene):
    scene.row(
        5,
        number="1002",
        key="6012345678999",
        merged_or_split=True,
        merged_ids=(1,),
        items=(Item(scene.mug, "MUG", 1),),
    )
    assert "import.missing" not in scene.kinds(30)
