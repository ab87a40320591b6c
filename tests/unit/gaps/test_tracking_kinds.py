"""Parcels whose tracking Shopify lacks, has wrong or has by half."""

from datetime import timedelta

import pytest

from bot.gaps import tracking
from storage.facts import Item, Line
from storage.findings import Severity

UPS = "1Z999AA10123456784"
OTHER = "1Z999AA10123456700"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("9400111206206406260787", "9400111206206406260787"),
        (" 9400 1112-0620 6406 2607 87 ", "9400111206206406260787"),
        ("420100129400111206206406260787", "9400111206206406260787"),
        ("420100121234 9400111206206406260787".replace(" ", ""), "9400111206206406260787"),
        ("4201001294", "4201001294"),
        ("1z999aa10123456784", UPS),
        ("", ""),
        (None, ""),
        ("hand delivered", ""),
        ("N/A", ""),
        ("0000", ""),
        ("—", ""),
    ],
)
def test_numbers_are_folded_before_they_are_compared(written, folded):
    assert tracking.normalise(written) == folded


def test_a_field_with_several_numbers_counts_as_all_of_them():
    assert tracking.numbers(f"{UPS}, {OTHER}/ none") == {UPS, OTHER}


def test_a_field_without_a_number_has_none():
    assert tracking.numbers(None) == tracking.numbers("pickup") == frozenset()


@pytest.mark.parametrize(
    ("code", "name"), [("stamps_com", "USPS"), ("ups_walleted", "UPS"), ("gofo", None), (None, None)]
)
def test_carrier_codes_are_named_as_shopify_knows_them(code, name):
    assert tracking.company(code) == name


class TestMissing:
    """B3: fulfilled in Shopify without the number that ShipStation has."""

    def test_is_a_gap_two_hours_after_both_stood(self, scene):
        scene.ship(hours=4).fulfil(hours=5)
        verdict = scene.judge(6.9)
        assert (verdict.outcome, verdict.look_again_at) == ("waiting", scene.at(7))
        found = scene.gap(7)
        assert (found.kind, found.since, found.severity) == (
            "sync.tracking_missing",
            scene.at(5),
            Severity.NORMAL,
        )
        assert found.next_action.code == "add_tracking"

    def test_also_when_shopifys_number_is_blank(self, scene):
        assert scene.ship().fulfil(None, "", None).kinds(9) == ["sync.tracking_missing"]

    def test_not_when_shipstation_has_no_number_either(self, scene):
        scene.ship(number="", kind="mark").fulfil()
        assert scene.judge(7.9).outcome == "waiting"
        assert scene.kinds(8) == ["sync.no_tracking_anywhere"]

    def test_not_for_a_fulfilment_of_digital_lines(self, scene):
        ebook = "14000000000003"
        scene.lines(Line(scene.mug, "MUG", 1, 1, 1, True), Line(ebook, "EBOOK", 1, 1, 1, False))
        scene.parts(scene.part({scene.mug: 1})).fulfil({ebook: 1}, hours=0)
        scene.ship({scene.mug: 1}, UPS).ship({scene.mug: 1}, OTHER).fulfil({scene.mug: 1}, UPS)
        assert scene.judge(30).outcome == "healthy"

    def test_not_for_lines_that_another_parcel_carries(self, scene):
        scene.ship({scene.mug: 1}, UPS).ship({scene.mug: 1}, OTHER)
        scene.fulfil({scene.mug: 1}, UPS).fulfil({scene.tee: 2})
        assert scene.judge(30).outcome == "healthy"

    def test_suspected_from_a_list_entry(self, scene):
        assert scene.listed().ship().fulfil().kinds(30) == ["sync.tracking_missing"]

    def test_fulfilled_at_payment_names_the_automatic_setting(self, scene):
        found = scene.ship(hours=4).fulfil(hours=0.05).gap(9)
        assert (found.cause.code, found.cause.confidence) == ("auto_fulfilled", "likely")
        assert found.since == scene.at(4)

    def test_marked_by_hand_says_so(self, scene):
        found = scene.ship().fulfil(display_status="MARKED_AS_FULFILLED").gap(9)
        assert (found.cause.code, found.cause.confidence) == ("fulfilled_by_hand", "likely")

    def test_a_failed_notification_is_quoted(self, scene):
        found = scene.ship(notified=False, notify_error="422 Unprocessable").fulfil().gap(9)
        assert (found.cause.code, found.cause.confidence) == ("notification_failed", "confirmed")
        assert "422 Unprocessable" in found.cause.text

    def test_without_evidence_the_cause_stays_unknown(self, scene):
        assert scene.ship().fulfil().gap(9).cause.confidence == "unknown"


class TestMismatch:
    """B4: Shopify shows a number that is not the parcel's."""

    def test_nothing_in_common_is_a_gap_two_hours_after_the_label(self, scene):
        scene.ship(hours=4).fulfil(None, UPS, hours=1)
        assert scene.judge(5.9).look_again_at == scene.at(6)
        found = scene.gap(6)
        assert (found.kind, found.since) == ("sync.tracking_mismatch", scene.at(4))
        assert (found.cause.code, found.cause.confidence) == ("other_number", "unknown")
        assert found.next_action.code == "replace_tracking"

    def test_a_voided_labels_number_in_shopify_confirms_the_cause(self, scene):
        scene.ship(number=UPS, voided=True, voided_at=scene.at(6), hours=4).fulfil(None, UPS, hours=4)
        found = scene.ship(hours=7, notified=False).gap(9)
        assert (found.kind, found.since) == ("sync.tracking_mismatch", scene.at(7))
        assert (found.cause.code, found.cause.confidence) == ("reship_after_void", "confirmed")
        assert f"USPS {UPS}" in str(found.evidence)

    def test_a_dead_number_is_seen_beside_a_right_one(self, scene):
        scene.ship({scene.mug: 1}).fulfil({scene.mug: 1}, scene.number)
        scene.ship({scene.tee: 2}, UPS, voided=True).fulfil({scene.tee: 2}, UPS)
        assert scene.ship({scene.tee: 2}, OTHER, hours=8).gap(12).cause.code == "reship_after_void"

    def test_a_dead_number_beside_the_right_one_of_the_same_parcel_is_no_gap(self, scene):
        scene.ship(number=UPS, voided=True).ship(number=f"{scene.number},{OTHER}")
        assert scene.fulfil(None, scene.number, UPS).judge(30).outcome == "healthy"

    def test_after_a_void_the_newest_parcel_is_the_one_meant(self, scene):
        scene.ship({scene.mug: 1}, UPS, voided=True).fulfil(None, UPS).ship({scene.mug: 1}, OTHER, hours=4)
        assert scene.ship({scene.tee: 2}, hours=8).gap(12).since == scene.at(8)

    def test_otherwise_the_first_parcel_is(self, scene):
        scene.ship({scene.mug: 1}, OTHER, hours=4).ship({scene.tee: 2}, hours=8).fulfil(None, UPS)
        assert scene.gap(12).since == scene.at(4)

    def test_one_shared_number_is_enough_for_several_packages(self, scene):
        scene.ship(number=UPS).ship({}, OTHER, items=None)
        assert scene.fulfil(None, UPS).judge(30).outcome == "healthy"

    def test_formatting_is_no_difference(self, scene):
        assert scene.ship().fulfil(None, f"420 10012 {scene.number}").judge(30).outcome == "healthy"

    def test_the_window_follows_the_notification_setting(self, scene):
        scene.notify("hours", hours=6).ship(hours=4).fulfil(None, UPS, hours=1)
        assert scene.judge(9).look_again_at == scene.at(12)


class TestIncomplete:
    """B5: the right number without carrier and link; lives in the digest."""

    @pytest.mark.parametrize("company", [None, "", "Other", "other "])
    def test_is_a_low_gap_after_a_day(self, scene, company):
        scene.ship().fulfil(None, scene.number, company=company, url=None, hours=5)
        assert scene.judge(28.9).look_again_at == scene.at(29)
        found = scene.gap(29)
        assert (found.kind, found.severity, found.since) == (
            "sync.tracking_incomplete",
            Severity.LOW,
            scene.at(5),
        )

    @pytest.mark.parametrize("fields", [{"url": "https://x.example"}, {"company": "USPS"}])
    def test_a_carrier_or_a_link_is_enough(self, scene, fields):
        scene.ship().fulfil(None, scene.number, **({"company": None, "url": None} | fields))
        assert scene.judge(99).outcome == "healthy"

    def test_numbers_that_shipstation_never_made_are_not_ours(self, scene):
        scene.ship().fulfil({scene.mug: 1}, scene.number).fulfil({scene.tee: 2}, UPS, company=None, url=None)
        assert scene.judge(99).outcome == "healthy"

    def test_a_carrier_shopify_may_not_know_is_named(self, scene):
        found = scene.ship(carrier="gofo").fulfil(None, scene.number, company="Other", url=None).gap(99)
        assert (found.cause.code, found.cause.confidence) == ("unsupported_carrier", "likely")
        assert "gofo" in found.cause.text

    def test_a_known_carrier_leaves_the_cause_open(self, scene):
        found = scene.ship().fulfil(None, scene.number, company="Other", url=None).gap(99)
        assert found.cause.confidence == "unknown"


def test_at_most_one_sync_kind_speaks_of_the_same_parcels(scene):
    scene.ship({scene.mug: 1}).fulfil({scene.mug: 1}, scene.number, company=None, url=None)
    assert scene.ship({scene.tee: 2}, UPS).kinds(99) == ["sync.partial"]


def test_every_sync_kind_takes_over_from_the_others(scene):
    found = scene.ship().fulfil(None, scene.number, company=None, url=None).gap(99)
    assert found.replaces == {
        "sync.unfulfilled",
        "sync.partial",
        "sync.tracking_missing",
        "sync.tracking_mismatch",
    }


def test_a_missing_number_waits_for_the_store_that_tells_at_the_first_scan(scene):
    scene.notify("mail_stream").ship(hours=4, items=(Item(None, "MUG", 1),)).fulfil(hours=5)
    assert scene.judge(30).look_again_at == scene.at(5) + timedelta(hours=72)
