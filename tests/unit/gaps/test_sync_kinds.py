"""Parcels that left and that Shopify does not show: sync.unfulfilled and sync.partial."""

from datetime import time, timedelta

import pytest

from storage.facts import Item, Line
from storage.findings import Severity

LATE = 4 + 4.01


def test_a_label_that_shopify_does_not_show_is_a_gap_after_the_window(scene):
    found = scene.ship().gap(LATE)
    assert found.kind == "sync.unfulfilled"
    assert found.since == scene.at(4)
    assert found.owner_role == "ops"
    assert found.headline == "#1001: shipped in ShipStation, but Shopify still shows it as unfulfilled"
    assert found.links.shopify == "https://admin.shopify.com/store/acme/orders/6012345678901"
    assert found.links.shipstation.endswith("quickSearch=1001")


def test_before_the_window_it_waits_until_its_end(scene):
    verdict = scene.ship().judge(7.9)
    assert verdict.outcome == "waiting"
    assert verdict.look_again_at == scene.at(8)
    assert "late in 6 minutes" in verdict.why


def test_at_the_end_of_the_window_it_is_a_gap(scene):
    assert scene.ship().kinds(8) == ["sync.unfulfilled"]


def test_what_shopify_shows_is_healthy_and_says_what_was_compared(scene):
    verdict = scene.ship().fulfil(None, scene.number).judge(30)
    assert verdict.outcome == "healthy"
    assert verdict.why == (
        f"Shopify shows the 3 shipped units as fulfilled, with ShipStation's tracking number {scene.number}."
    )
    assert verdict.look_again_at is None


def test_evidence_stands_in_pairs_with_when_each_side_was_read(scene):
    found = scene.ship(read_at=scene.at(9)).change(read_at=scene.at(10)).gap(11)
    by_field = {(piece.field, piece.system): piece for piece in found.evidence}
    assert by_field["Units", "shipstation"].value == "3 shipped"
    assert by_field["Units", "shopify"].value == "0 fulfilled"
    assert by_field["State", "shipstation"].value == "label 100, Wed 18 Nov 2026, 14:00 EST"
    assert by_field["State", "shopify"].value == "Unfulfilled"
    assert by_field["Tracking", "shipstation"].value == f"USPS {scene.number}"
    assert by_field["Tracking", "shopify"].value == "none"
    assert by_field["Shopify notified", "shipstation"].value == "yes"
    assert {piece.read_at for piece in found.evidence if piece.system == "shipstation"} == {scene.at(9)}
    assert {piece.read_at for piece in found.evidence if piece.system == "shopify"} == {scene.at(10)}


def test_it_is_normal_at_first_and_high_when_the_parcel_is_a_day_old(scene):
    scene.ship()
    assert scene.gap(27.5).severity is Severity.NORMAL
    assert scene.judge(27.5).look_again_at == scene.at(28)
    assert scene.gap(28).severity is Severity.HIGH


def test_an_open_gap_is_looked_at_again_within_the_hour(scene):
    assert scene.ship().judge(10).look_again_at == scene.at(11)


def test_age_and_wording_do_not_change_a_finding_that_did_not_change(scene):
    scene.ship()
    assert scene.gap(9) == scene.gap(20)


def test_a_part_that_shopify_does_not_show_is_partial_after_two_hours(scene):
    scene.ship({scene.mug: 1}, "1Z999AA10123456784").ship({scene.tee: 2}, hours=4)
    scene.fulfil({scene.mug: 1}, "1Z999AA10123456784")
    assert scene.judge(5.9).outcome == "waiting"
    found = scene.gap(6)
    assert found.kind == "sync.partial"
    assert found.headline == (
        "#1001: 2 shipped units not shown as fulfilled in Shopify, though the rest of the order is"
    )
    assert "sync.unfulfilled" in found.replaces


def test_a_split_order_with_one_child_told_is_partial(scene):
    scene.row(1, merged_or_split=True, items=(Item(scene.mug, "MUG", 1),))
    scene.row(2, merged_or_split=True, parent_id=1, key="split-2", items=(Item(scene.tee, "TEE", 2),))
    scene.ship({scene.mug: 1}, "1Z999AA10123456784").ship({scene.tee: 2}, row=2, order_key="split-2")
    assert scene.fulfil({scene.mug: 1}, "1Z999AA10123456784").kinds(9) == ["sync.partial"]


def test_partial_never_waits_longer_than_the_notification_window(scene):
    scene.windows(notify=timedelta(hours=1)).ship({scene.mug: 1}).ship({scene.tee: 2}, "1Z999AA10123456784")
    assert scene.fulfil({scene.mug: 1}, scene.number).kinds(5) == ["sync.partial"]


@pytest.mark.parametrize(
    ("mode", "fields", "hours"),
    [
        ("immediately", {}, 8),
        ("hours", {"hours": 6}, 14),
        ("mail_stream", {}, 76),
        # 17:00 Pacific on the ship date is 01:00 UTC: ten hours after the order, and two of slack
        ("ship_date", {"at": time(17, 0)}, 12),
    ],
)
def test_the_stores_notification_setting_moves_the_window(scene, mode, fields, hours):
    scene.notify(mode, **fields).ship(ship_date=scene.placed.date())
    assert scene.judge(hours - 0.1).outcome == "waiting"
    assert scene.judge(hours - 0.1).look_again_at == scene.at(hours)
    assert scene.kinds(hours) == ["sync.unfulfilled"]


@pytest.mark.parametrize(("mode", "fields"), [("hours", {"hours": 24}), ("mail_stream", {})])
def test_a_notification_that_failed_waits_for_no_setting_any_more(scene, mode, fields):
    scene.notify(mode, **fields).ship(notified=False, notify_error="IntegrationError: 422")
    assert scene.judge(7.9).outcome == "waiting"
    assert scene.gap(8).cause.code == "notification_failed"


def test_a_ship_date_in_summer_counts_pacific_daylight_time(new_scene):
    scene = new_scene()
    july = scene.placed.replace(month=7)
    scene.change(created_at=july, processed_at=july)
    hours = (july - scene.placed).total_seconds() / 3600
    scene.notify("ship_date", at=time(17, 0)).ship(hours=hours + 1, ship_date=july.date())
    # 17:00 PDT is 00:00 UTC, nine hours after 15:00 UTC, and two of slack
    assert scene.judge(hours + 2).look_again_at == scene.at(hours + 11)


def test_a_ship_date_that_cannot_be_is_taken_from_the_label(scene):
    scene.notify("ship_date", at=time(17, 0)).ship(ship_date=scene.placed.date().replace(year=9999))
    assert scene.judge(5).look_again_at == scene.at(12)


def test_a_ship_date_without_a_time_ends_with_that_day(scene):
    scene.notify("ship_date").ship(ship_date=scene.placed.date())
    assert scene.judge(5).look_again_at == scene.at(16 + 59 / 60 + 2)


def test_a_label_in_the_future_counts_from_now(scene):
    verdict = scene.ship(hours=13).judge(5)
    assert verdict.outcome == "waiting"
    assert verdict.look_again_at == scene.at(9)


def test_a_label_before_its_order_counts_from_the_order(scene):
    assert scene.ship(hours=-8).gap(4).since == scene.placed


def test_only_units_that_need_shipping_count(scene):
    scene.lines(Line(scene.mug, "MUG", 1, 1, 1, True), Line("14000000000003", "EBOOK", 1, 1, 1, False))
    scene.parts(scene.part({scene.mug: 1})).ship({scene.mug: 1}).fulfil({scene.mug: 1}, scene.number)
    assert scene.judge(30).outcome == "healthy"


def test_refunded_units_need_not_be_shown(scene):
    scene.lines(Line(scene.mug, "MUG", 1, 1, 0, True), Line(scene.tee, "TEE", 2, 0, 0, True))
    assert scene.ship().fulfil({scene.mug: 1}, scene.number).judge(30).outcome == "healthy"


def test_units_returned_after_delivery_are_no_gap(scene):
    scene.ship().fulfil(None, scene.number)
    scene.lines(Line(scene.mug, "MUG", 1, 0, 0, True), Line(scene.tee, "TEE", 2, 0, 0, True))
    assert scene.change(fulfillment_status="RESTOCKED").judge(30).outcome == "healthy"


def test_a_cancelled_fulfilment_does_not_count(scene):
    assert scene.ship().fulfil(None, scene.number, status="CANCELLED").kinds(30) == ["sync.unfulfilled"]


def test_a_failed_fulfilment_does_not_count_even_if_shopify_calls_the_units_fulfilled(scene):
    scene.ship().fulfil(None, scene.number, status="FAILURE")
    scene.detail(lines=(Line(scene.mug, "MUG", 1, 1, 0, True), Line(scene.tee, "TEE", 2, 2, 0, True)))
    assert scene.kinds(30) == ["sync.unfulfilled"]


def test_shopifys_own_count_decides_where_a_fulfilments_lines_were_not_read(scene):
    assert scene.ship().fulfil(None, scene.number, with_lines=False).judge(30).outcome == "healthy"


def test_an_unknown_status_word_changes_nothing(scene):
    scene.ship().fulfil(None, scene.number).change(fulfillment_status="SOMETHING_NEW")
    assert scene.judge(30).outcome == "healthy"


class TestLines:
    """Which lines a parcel carries: by line id, else by SKU, else the whole order."""

    def test_by_sku_where_line_ids_are_unknown(self, scene):
        scene.ship(items=(Item("other-key", "mug ", 1),)).fulfil({scene.mug: 1}, "X1Y2")
        assert scene.kinds(30) == ["sync.tracking_mismatch"]

    def test_by_sku_where_shipstation_has_no_line_ids(self, scene):
        scene.ship(items=(Item(None, "MUG", 1), Item(None, "TEE", 2))).fulfil(None, scene.number)
        assert scene.judge(99).outcome == "healthy"

    def test_two_lines_of_one_sku_take_the_fulfilled_one_first(self, scene):
        other = "14000000000009"
        scene.lines(Line(scene.mug, "MUG", 1, 1, 1, True), Line(other, "MUG", 1, 1, 1, True))
        scene.parts(scene.part({scene.mug: 1, other: 1})).ship(items=(Item(None, "MUG", 1),))
        scene.fulfil({other: 1}, scene.number)
        assert scene.judge(30).outcome == "waiting"
        assert scene.kinds(53.5) == ["aging.remainder"]

    def test_two_parcels_of_one_sku_fill_two_lines(self, scene):
        other = "14000000000009"
        scene.lines(Line(scene.mug, "MUG", 1, 1, 1, True), Line(other, "MUG", 1, 1, 1, True))
        scene.parts(scene.part({scene.mug: 1, other: 1}))
        scene.ship(items=(Item(None, "MUG", 1),), number="1Z1").ship(
            items=(Item(None, "MUG", 1),), number="1Z2"
        )
        assert scene.fulfil({scene.mug: 1}, "1Z1").kinds(30) == ["sync.partial"]

    def test_the_whole_order_where_nothing_is_recognised(self, scene):
        scene.row(items=(Item(None, "BUNDLE", 1),)).ship(items=(Item(None, "BUNDLE", 1),))
        assert scene.fulfil({scene.mug: 1}, "1Z999AA10123456784").kinds(30) == ["sync.partial"]

    def test_what_the_row_holds_where_the_label_does_not_say(self, scene):
        scene.row(items=(Item(scene.mug, "MUG", 1),)).ship(items=None).fulfil({scene.mug: 1}, "1Z1")
        assert scene.kinds(30) == ["sync.tracking_mismatch"]

    def test_a_line_without_a_sku_is_known_by_its_id_only(self, scene):
        scene.lines(Line(scene.mug, "MUG", 1, 1, 1, True), Line(scene.tee, None, 2, 2, 2, True))
        scene.ship(items=(Item(None, "MUG", 1), Item(scene.tee, None, 2)))
        assert scene.gap(30).evidence[0].value == "3 shipped"

    def test_a_sku_nobody_ordered_beside_known_lines_is_a_free_sample(self, scene):
        scene.only({scene.mug: 1}).row(units={scene.mug: 1})
        scene.ship(items=(Item(scene.mug, "MUG", 1), Item(None, "SAMPLE", 1), Item(None, None, 1)))
        assert scene.fulfil({scene.mug: 1}, scene.number).judge(99).outcome == "healthy"

    def test_rows_of_zero_units_say_nothing(self, scene):
        scene.row(items=(Item(scene.mug, "MUG", 0),)).ship(items=(Item(scene.mug, "MUG", 0),))
        assert scene.kinds(30) == ["sync.unfulfilled"]

    def test_a_label_without_items_is_covered_by_its_number(self, scene):
        scene.only({scene.mug: 1}).ship(items=None).fulfil(None, "9400 1112 0620 6406 2607 87")
        verdict = scene.judge(30)
        assert verdict.outcome == "healthy"
        assert scene.number in verdict.why

    def test_a_label_without_items_whose_number_stands_for_a_part_leaves_the_rest_to_be_found(self, scene):
        scene.ship(items=None).fulfil({scene.mug: 1}, scene.number)
        assert scene.judge(53).outcome == "waiting"
        assert scene.kinds(53.5) == ["aging.remainder"]

    def test_two_labels_without_items_stand_for_one_order(self, scene):
        scene.ship(items=None, number="1Z1").ship(items=None, number="1Z2").fulfil({scene.mug: 1}, "1Z1")
        assert scene.gap(30).kind == "sync.partial"
        assert scene.gap(30).evidence[0].value == "3 shipped"

    def test_a_label_with_items_beside_one_without_adds_nothing_twice(self, scene):
        scene.row(items=(Item(None, "MUG", 1), Item(None, "TEE", 2)))
        scene.ship(items=(Item(None, "TEE", 1),), number="1Z1").ship(items=None, number="1Z2")
        assert scene.gap(30).evidence[0].value == "3 shipped"

    def test_a_label_made_before_the_old_one_was_voided_carries_what_that_did(self, scene):
        scene.ship({scene.mug: 1}, "1Z1", voided=True, voided_at=scene.at(5)).ship(items=(), number="1Z2")
        assert scene.fulfil({scene.mug: 1}, "1Z3").kinds(30) == ["sync.tracking_mismatch"]

    def test_the_gap_is_about_the_parcel_that_shopify_does_not_show(self, scene):
        scene.ship({scene.tee: 1}, "1Z1", hours=1).ship({scene.tee: 1}, "1Z2", hours=6)
        found = scene.fulfil({scene.tee: 1}, "1Z1").gap(30)
        assert found.since == scene.at(6)
        assert "1Z2" in str(found.evidence)
        assert "label 100" not in str(found.evidence)

    def test_a_parcel_whose_number_shows_still_counts_when_its_units_do_not(self, scene):
        found = scene.ship({scene.tee: 2}).fulfil({scene.tee: 1}, scene.number).gap(30)
        assert (found.kind, found.since) == ("sync.partial", scene.at(4))

    def test_lines_handed_over_by_pickup_are_not_expected(self, scene):
        pickup = scene.part({scene.tee: 2}, id="7000000000002", method="PICK_UP")
        scene.parts(scene.part({scene.mug: 1}), pickup).ship().fulfil({scene.mug: 1}, scene.number)
        assert scene.judge(30).outcome == "healthy"


class TestListEntry:
    """With only the list entry read, totals decide, toward suspicion."""

    def test_nothing_fulfilled_is_suspected(self, scene):
        assert scene.listed().ship(items=None).kinds(30) == ["sync.unfulfilled"]

    def test_fewer_units_than_shipped_are_suspected(self, scene):
        assert scene.listed().ship().fulfil({scene.mug: 1}, "1Z1").kinds(30) == ["sync.partial"]

    def test_as_many_units_as_shipped_are_enough(self, scene):
        assert (
            scene.listed().ship({scene.mug: 1}).fulfil({scene.mug: 1}, scene.number).judge(30).outcome
            == "healthy"
        )

    def test_a_label_without_items_is_covered_by_its_number(self, scene):
        verdict = scene.listed().ship(items=None).fulfil({scene.mug: 1}, scene.number).judge(30)
        assert verdict.outcome == "healthy"
        assert scene.number in verdict.why

    def test_a_shipped_order_without_any_record_is_suspected(self, scene):
        assert scene.listed().row(status="shipped").kinds(30) == ["sync.unfulfilled"]


class TestWithoutParcel:
    """ShipStation calls it shipped, but has neither label nor mark (domain.md 3.1, 4)."""

    def test_is_a_gap_after_the_window(self, scene):
        scene.row(status="shipped", modified_at=scene.at(3))
        assert scene.judge(6.9).look_again_at == scene.at(7)
        found = scene.gap(7)
        assert (found.kind, found.since) == ("sync.unfulfilled", scene.at(3))
        assert "shipped, without a label or mark" in str(found.evidence)

    def test_is_healthy_when_shopify_fulfilled_it_itself(self, scene):
        verdict = scene.row(status="shipped").fulfil(None, "1Z1").judge(30)
        assert verdict.outcome == "healthy"
        assert verdict.why == "Shopify shows the 3 shipped units as fulfilled."

    def test_is_not_concluded_while_a_voided_label_stands_there(self, scene):
        scene.ship(voided=True).row(2, status="shipped", key="x", parent_id=1)
        assert "sync.unfulfilled" not in scene.kinds(9)


def test_one_shipped_unit_is_spoken_of_in_the_singular(scene):
    verdict = scene.only({scene.mug: 1}).ship({scene.mug: 1}).fulfil(None, scene.number).judge(9)
    assert verdict.why.startswith("Shopify shows the shipped unit as fulfilled")


def test_a_hostile_order_name_is_cut(scene):
    found = scene.change(name="<!channel>\n" + "x" * 4000).ship(order_number="x").gap(30)
    assert len(found.headline) <= 150
    assert "\n" not in found.headline


def test_an_untold_parcel_of_a_combined_order_shows_the_survivors_tracking(scene):
    scene.combined().ship(row=5, order_key="6012345678999", order_number="1002", items=scene.rows[-1].items)
    found = scene.gap(99)
    assert scene.number in str(found.evidence)
    assert found.evidence[0].value == "3 shipped"
