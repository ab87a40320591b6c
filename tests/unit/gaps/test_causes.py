"""The cause tree of domain.md 3.1, branch by branch: evidence first, one cause, its confidence."""

import pytest

from bot.gaps.dossier import Peers
from storage.facts import Item

UPS = "1Z999AA10123456784"


def cause_of(scene, hours=9):
    found = scene.gap(hours)
    assert len(found.cause.text) <= 400
    assert len(found.next_action.text) <= 300
    return found.cause.code, found.cause.confidence


class TestNotificationFailed:
    def test_is_confirmed_and_quoted(self, scene):
        found = scene.ship(notified=False, notify_error="IntegrationError: 422").gap(9)
        assert (found.cause.code, found.cause.confidence) == ("notification_failed", "confirmed")
        assert "“IntegrationError: 422”" in found.cause.text
        assert "no, error: IntegrationError: 422" in [piece.value for piece in found.evidence]
        assert found.next_action.code == "send_notification"

    def test_a_long_error_is_cut_to_three_hundred(self, scene):
        text = scene.ship(notified=False, notify_error="x" * 5000).gap(9).cause.text
        assert text.count("x") == 299
        assert "…" in text

    def test_a_blank_error_is_none(self, scene):
        assert cause_of(scene.ship(notified=False, notify_error="  ")) == ("not_notified", "unknown")

    def test_wins_over_everything_else(self, scene):
        scene.ship(number=UPS, voided=True, notified=True)
        assert cause_of(scene.ship(notified=False, notify_error="no"))[0] == "notification_failed"


class TestNotNotified:
    def test_after_a_void_the_new_label_is_not_sent(self, scene):
        scene.ship(number=UPS, voided=True, notified=True).ship(notified=False, hours=5)
        assert cause_of(scene, 10) == ("reship_not_resent", "confirmed")

    def test_a_void_that_had_not_been_notified_explains_nothing(self, scene):
        scene.ship(number=UPS, voided=True, notified=False).ship(notified=False, hours=5)
        assert cause_of(scene, 10)[0] == "not_notified"

    def test_a_later_label_that_was_voided_explains_nothing(self, scene):
        scene.ship(notified=False, hours=4).ship(number=UPS, voided=True, notified=True, hours=6)
        assert cause_of(scene, 10)[0] == "not_notified"

    def test_marked_as_shipped_without_the_option(self, scene):
        assert cause_of(scene.ship(kind="mark", notified=False)) == ("marked_without_notify", "likely")

    def test_a_store_that_waits_for_the_first_scan(self, scene):
        found = scene.notify("mail_stream").ship(notified=False).gap(76)
        assert (found.cause.code, found.cause.confidence) == ("scan_not_seen", "likely")
        assert found.next_action.code == "check_parcel"

    def test_a_sibling_that_was_notified(self, scene):
        scene.ship({scene.mug: 1}, UPS, notified=True).ship({scene.tee: 2}, notified=False)
        assert cause_of(scene.fulfil({scene.mug: 1}, UPS)) == ("split_not_notified", "likely")

    def test_peers_of_that_hour_were_notified(self, scene):
        scene.peers = Peers(notified=3, not_notified=1)
        assert cause_of(scene.ship(notified=False)) == ("do_not_notify", "likely")

    def test_no_peer_of_that_hour_was_notified(self, scene):
        scene.peers = Peers(notified=0, not_notified=4)
        found = scene.ship(notified=False).gap(9)
        assert (found.cause.code, found.cause.confidence) == ("store_notifications_off", "likely")
        assert "4 other labels" in found.cause.text
        assert found.next_action.code == "check_store_notifications"

    @pytest.mark.parametrize(("peers", "said"), [(None, "were not read"), (Peers(), "do not exist")])
    def test_without_peers_it_stays_open_and_says_what_is_missing(self, scene, peers, said):
        scene.peers = peers
        cause = scene.ship(notified=False).gap(9).cause
        assert (cause.code, cause.confidence) == ("not_notified", "unknown")
        assert said in cause.text

    @pytest.mark.parametrize("fields", [{"can_confirm": False}, {"marketplace_id": 0}])
    def test_a_store_that_cannot_tell_anyone(self, scene, fields):
        scene.stores[1] = scene.store(1, **fields)
        found = scene.ship(notified=False).gap(9)
        assert (found.cause.code, found.cause.confidence) == ("store_cannot_notify", "confirmed")
        assert "Store 1" in found.cause.text

    def test_a_marks_store_is_its_orders(self, scene):
        scene.stores[1] = scene.store(1, can_confirm=False)
        assert cause_of(scene.ship(kind="mark", notified=False))[0] == "store_cannot_notify"


class TestNotifiedYetNotShown:
    def test_through_another_store(self, scene):
        scene.row(store_id=2).ship(store_id=2)
        scene.stores[2] = scene.store(2)
        found = scene.gap(9)
        assert (found.cause.code, found.cause.confidence) == ("wrong_store", "confirmed")
        assert found.next_action.code == "check_connection"

    def test_under_a_key_that_is_not_this_orders(self, scene):
        scene.row(key="manual-77").ship(order_key="manual-77")
        assert cause_of(scene) == ("wrong_store", "confirmed")

    @pytest.mark.parametrize("key", [None, "6012345678901-1", "7000000000001"])
    def test_a_missing_key_or_one_of_its_fulfilment_orders_is_no_evidence(self, scene, key):
        scene.row(key=key).ship(order_key=None)
        assert cause_of(scene) == ("sent_not_shown", "likely")

    def test_a_split_childs_own_key_is_no_evidence(self, scene):
        scene.row(1, status="on_hold").row(2, parent_id=1, key="child")
        assert cause_of(scene.ship({scene.tee: 2}, row=2, order_key="child"))[0] == "sent_not_shown"

    @pytest.mark.parametrize("status", ["CANCELLED", "ERROR", "FAILURE"])
    def test_a_fulfilment_that_was_undone_after_the_label(self, scene, status):
        found = scene.ship().fulfil(None, scene.number, status=status).gap(9)
        assert (found.cause.code, found.cause.confidence) == ("fulfillment_undone", "confirmed")
        assert "#1001.1" in found.cause.text
        assert found.next_action.code == "ask_who_cancelled"

    def test_a_fulfilment_that_was_undone_proves_that_the_right_shop_was_told(self, scene):
        scene.row(key="0b1f6c1e-77").ship(order_key="0b1f6c1e-77")
        assert cause_of(scene.fulfil(None, scene.number, status="CANCELLED"))[0] == "fulfillment_undone"

    def test_one_undone_before_the_label_is_history(self, scene):
        assert cause_of(scene.ship().fulfil(None, UPS, status="CANCELLED", hours=1))[0] == "sent_not_shown"

    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "ON_HOLD"},
            {"status": "CLOSED"},
            {"status": "INCOMPLETE"},
            {"request_status": "ACCEPTED"},
        ],
    )
    def test_a_fulfilment_order_that_takes_nothing(self, scene, fields):
        found = scene.parts(scene.part({scene.mug: 1, scene.tee: 2}, **fields)).ship().gap(9)
        assert (found.cause.code, found.cause.confidence) == ("shopify_refused", "likely")
        assert found.next_action.code == "free_the_order"

    def test_one_open_fulfilment_order_is_enough_to_accept(self, scene):
        scene.parts(scene.part({scene.mug: 1}, status="CLOSED"), scene.part({scene.mug: 1, scene.tee: 2}))
        assert cause_of(scene.ship())[0] == "sent_not_shown"

    def test_lines_that_were_edited_away(self, scene):
        scene.ship({scene.mug: 1}, UPS).fulfil({scene.mug: 1}, UPS)
        found = scene.ship(items=(Item("14000000000777", "TEE", 2),)).gap(9)
        assert (found.kind, found.cause.code) == ("sync.partial", "lines_edited")
        assert found.next_action.code == "fulfil_by_hand"

    def test_nothing_else_goes_to_support_with_both_ids(self, scene):
        found = scene.ship().gap(9)
        assert (found.cause.code, found.cause.confidence) == ("sent_not_shown", "likely")
        assert found.next_action.code == "contact_shipstation"
        assert "shipment 100 and order 1" in found.next_action.text

    def test_without_detail_a_refusal_cannot_be_ruled_out(self, scene):
        assert cause_of(scene.listed().ship()) == ("sent_not_shown", "unknown")

    def test_without_known_stores_no_store_is_wrong(self, scene):
        scene.stores.clear()
        assert cause_of(scene.rule(store_ids=frozenset()).ship())[0] == "sent_not_shown"

    def test_a_label_whose_row_is_unknown_is_judged_by_itself(self, scene):
        scene.ship(store_id=None)
        scene.rows.clear()
        assert cause_of(scene)[0] == "sent_not_shown"


class TestWithoutParcel:
    def test_a_provider_shipped_it(self, scene):
        scene.row(status="shipped", externally_fulfilled=True, externally_fulfilled_by="Acme 3PL")
        found = scene.gap(9)
        assert (found.cause.code, found.cause.confidence) == ("externally_fulfilled", "likely")
        assert "by Acme 3PL" in found.cause.text
        assert found.next_action.code == "ask_provider"

    def test_a_provider_without_a_name(self, scene):
        text = scene.row(status="shipped", externally_fulfilled=True).gap(9).cause.text
        assert text.endswith("outside.")

    def test_no_record_at_all(self, scene):
        found = scene.row(status="shipped").gap(9)
        assert (found.cause.code, found.next_action.code) == ("marked_no_record", "find_the_parcel")

    def test_a_combined_order_whose_survivor_has_no_parcel(self, scene):
        scene.row(1).row(
            5, number="1002", key="6012345678999", status="shipped", merged_or_split=True, merged_ids=(1,)
        )
        found = scene.gap(9)
        assert (found.cause.code, found.next_action.code) == ("combined", "find_the_parcel")
        assert "1002" in found.cause.text


def test_what_shipstation_did_not_say_is_never_guessed(scene):
    cause = scene.ship(notified=None).gap(9).cause
    assert (cause.code, cause.confidence) == ("unknown", "unknown")
    assert "shipment 100" in cause.text


def test_evidence_says_when_parcels_differ_in_their_notification(scene):
    scene.ship({scene.mug: 1}, UPS, notified=True).ship({scene.tee: 2}, notified=False)
    assert "partly" in [piece.value for piece in scene.gap(9).evidence]
