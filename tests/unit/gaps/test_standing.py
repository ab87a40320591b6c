"""Whether an order is ready, held or not for this bot, and how that is said."""

import pytest

from bot.gaps.eligibility import standing
from bot.gaps.judge import wants_detail
from storage.facts import Hold, Line


def said(scene, hours=99):
    verdict = scene.judge(hours)
    assert not verdict.findings
    return verdict.outcome, verdict.why


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"test": True}, "test order"),
        ({"tags": ("vip", " Do-Not-Ship ")}, "tag “Do-Not-Ship”"),
        ({"financial_status": "PENDING"}, "payment as pending"),
        ({"financial_status": "AUTHORIZED"}, "payment as authorized"),
        ({"financial_status": "EXPIRED"}, "payment as expired"),
        ({"financial_status": None}, "payment as not said"),
        ({"financial_status": "REFUNDED"}, "refunded"),
        ({"financial_status": "VOIDED"}, "voided"),
    ],
)
def test_orders_that_are_not_for_shipping_are_not_tracked(scene, fields, word):
    outcome, why = said(scene.rule(exclude_tags=frozenset({"do-not-ship"})).change(**fields))
    assert outcome == "not_tracked"
    assert word in why


def test_cancelled_and_archived_orders_are_not_tracked(scene):
    assert said(scene.change(cancelled_at=scene.at(1))) == ("not_tracked", "It was cancelled in Shopify.")
    scene.change(cancelled_at=None, closed_at=scene.at(1), financial_status="PENDING")
    assert said(scene) == ("not_tracked", "It is archived in Shopify.")


def test_a_cancelled_order_is_not_expected_in_shipstation(scene):
    cancelled = standing(scene.change(cancelled_at=scene.at(1)).order, scene.rules, scene.at(9))
    assert (cancelled.state, cancelled.why) == ("out", "It was cancelled in Shopify.")


def test_an_archived_order_that_is_paid_waits_a_day(scene):
    assert "archived" in said(scene.change(closed_at=scene.at(1)), 24.9)[1]
    assert scene.kinds(25) == ["import.archived_unfulfilled"]


def test_a_store_may_count_other_payments_as_ready(scene):
    scene.rule(paid=frozenset({"PENDING", "REFUNDED"}))
    assert scene.change(financial_status="PENDING").kinds(99) == ["import.missing"]
    assert scene.change(financial_status="REFUNDED").kinds(99) == ["import.missing"]


def test_digital_orders_are_not_tracked(scene):
    scene.lines(Line(scene.mug, "EBOOK", 1, 1, 1, False, gift_card=True))
    assert "digital" in said(scene)[1]
    assert "digital" in said(scene.listed().change(requires_shipping=False))[1]


def test_orders_that_were_emptied_are_not_tracked(scene):
    scene.lines(Line(scene.mug, "MUG", 1, 0, 0, True))
    assert "refunded or removed" in said(scene)[1]
    assert "refunded or removed" in said(scene.listed().change(quantity=0))[1]


@pytest.mark.parametrize("method", ["PICK_UP", "LOCAL", "RETAIL", "NONE", "PICKUP_POINT"])
def test_deliveries_without_a_parcel_are_not_tracked(scene, method):
    outcome, why = said(scene.parts(scene.part({scene.mug: 1}, method=method)))
    assert outcome == "not_tracked"
    assert "delivery method is" in why


@pytest.mark.parametrize("method", [None, "DRONE"])
def test_a_missing_or_unknown_method_counts_as_shipping(scene, method):
    assert scene.parts(scene.part({scene.mug: 1}, method=method)).kinds(99) == ["import.missing"]


@pytest.mark.parametrize(
    "status", ["SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED"]
)
def test_what_another_service_took_is_not_tracked(scene, status):
    why = said(scene.parts(scene.part({scene.mug: 1}, request_status=status, location="3PL East")), 9)[1]
    assert "3PL East" in why


def test_a_location_without_a_name_is_called_another(scene):
    why = said(scene.parts(scene.part({scene.mug: 1}, request_status="ACCEPTED", location=None)))[1]
    assert "another location" in why


def test_only_the_stores_own_locations_count_where_they_are_named(scene):
    scene.rule(locations=frozenset({"main street"}))
    assert scene.kinds(99) == ["import.missing"]
    assert "Back Room" in said(scene.parts(scene.part({scene.mug: 1}, location="Back Room")))[1]
    assert said(scene.parts(scene.part({scene.mug: 1}, location=None)))[0] == "not_tracked"


def test_without_fulfilment_orders_the_missing_scope_is_named(scene):
    outcome, why = said(scene.parts())
    assert outcome == "not_tracked"
    assert "read_merchant_managed_fulfillment_orders" in why


def test_open_units_outside_every_visible_fulfilment_order_are_said(scene):
    assert "cannot see" in said(scene.parts(scene.part({scene.mug: 1}, status="CLOSED")))[1]


def test_an_incomplete_fulfilment_order_is_said(scene):
    assert "incomplete" in said(scene.parts(scene.part({scene.mug: 1}, status="INCOMPLETE")))[1]


def test_a_fulfilment_order_whose_lines_were_not_read_still_counts(scene):
    assert scene.parts(scene.part({})).kinds(99) == ["import.missing"]


class TestHeld:
    def test_a_hold_is_said_with_its_reason(self, scene):
        outcome, why = said(scene.held(), 47)
        assert outcome == "waiting"
        assert why == "Shopify holds it: High risk of fraud. That counts as too long in 1 hour."
        assert scene.gap(48).kind == "aging.hold_overdue"

    def test_a_hold_on_an_order_that_is_not_paid_is_only_said(self, scene):
        scene.rule(paid=frozenset({"PAID", "REFUNDED"})).held().change(financial_status="REFUNDED")
        assert said(scene) == ("waiting", "Shopify holds it: High risk of fraud.")

    def test_a_reason_without_words_is_spelt_out(self, scene):
        assert "awaiting payment" in said(scene.held("AWAITING_PAYMENT", None), 9)[1]

    def test_a_hold_without_a_reason_says_so(self, scene):
        assert "no reason given" in said(scene.parts(scene.part({scene.mug: 1}, status="ON_HOLD")), 9)[1]

    def test_an_unknown_status_with_a_hold_is_held(self, scene):
        part = scene.part({scene.mug: 1}, status="NEW_STATE", holds=(Hold("OTHER"),))
        assert said(scene.parts(part), 9)[0] == "waiting"

    def test_an_unknown_status_without_one_is_judged_by_its_units(self, scene):
        assert scene.parts(scene.part({scene.mug: 1}, status="NEW_STATE")).kinds(99) == ["import.missing"]

    def test_an_order_held_in_part_is_judged_by_the_open_part(self, scene):
        held = scene.part({scene.mug: 1}, id="8", status="ON_HOLD", holds=(Hold("OTHER"),))
        scene.parts(held, scene.part({scene.tee: 2}))
        assert scene.gap(9).kind == "import.missing"
        assert "2 units" in str(scene.gap(9).evidence)

    def test_a_scheduled_order_waits_until_its_date(self, scene):
        scene.parts(scene.part({scene.mug: 1}, status="SCHEDULED", fulfill_at=scene.at(100)))
        verdict = scene.judge(99)
        assert (verdict.outcome, verdict.look_again_at) == ("waiting", scene.at(100))
        assert "in 1 hour." in verdict.why

    @pytest.mark.parametrize("hours", [None, 1])
    def test_a_scheduled_order_without_a_date_ahead_waits_for_shopify(self, scene, hours):
        at = None if hours is None else scene.at(hours)
        scene.parts(scene.part({scene.mug: 1}, status="SCHEDULED", fulfill_at=at))
        verdict = scene.judge(99)
        assert (verdict.outcome, verdict.look_again_at) == ("waiting", None)

    def test_an_open_part_with_a_date_ahead_waits_too_and_its_clock_starts_there(self, scene):
        scene.parts(scene.part({scene.mug: 1}, fulfill_at=scene.at(1000)))
        assert scene.judge(99).look_again_at == scene.at(1000)
        assert scene.judge(1000).look_again_at == scene.at(1004)
        assert scene.gap(1004).since == scene.at(1000)

    def test_what_was_shipped_is_healthy_and_the_scheduled_rest_is_looked_at_in_time(self, scene):
        later = scene.part({scene.tee: 2}, id="8", status="SCHEDULED", fulfill_at=scene.at(200))
        scene.parts(scene.part({scene.mug: 1}), later).row(2, parent_id=1, key="b")
        scene.ship({scene.mug: 1}).fulfil({scene.mug: 1}, scene.number)
        verdict = scene.judge(99)
        assert (verdict.outcome, verdict.look_again_at) == ("healthy", scene.at(200))


class TestDone:
    def test_fulfilled_without_shipstation_is_healthy(self, scene):
        assert said(scene.fulfil()) == ("healthy", "Shopify has nothing left to ship on it.")

    def test_a_row_still_open_in_shipstation_is_warned_about(self, scene):
        assert "nobody ships it twice" in said(scene.row(status="on_hold").fulfil())[1]
        assert scene.now_row(status="awaiting_shipment").kinds(9) == ["sync.open_after_fulfillment"]

    def test_a_row_that_is_closed_there_is_not(self, scene):
        assert "twice" not in said(scene.row(status="cancelled").fulfil())[1]

    def test_a_list_entry_counts_units(self, scene):
        assert said(scene.listed().fulfil())[0] == "healthy"

    def test_a_parcel_that_carries_nothing_shopify_wants_is_healthy(self, scene):
        scene.schedule(200).digital().ship({scene.ebook: 1})
        assert said(scene, 4) == ("healthy", "Nothing in its parcels is left to fulfil in Shopify.")
        assert scene.judge(4).look_again_at == scene.at(200)

    def test_what_is_scheduled_for_later_is_looked_at_then_though_no_row_is_open(self, scene):
        scene.two_parts({}, {"status": "SCHEDULED", "fulfill_at": scene.at(200)})
        scene.ship({scene.mug: 1}).fulfil({scene.mug: 1}, scene.number)
        verdict = scene.judge(99)
        assert (verdict.outcome, verdict.look_again_at) == ("healthy", scene.at(200))


def test_a_pickup_order_with_a_label_is_a_question(scene):
    scene.parts(scene.part({scene.mug: 1, scene.tee: 2}, method="PICK_UP")).ship()
    outcome, why = said(scene)
    assert outcome == "not_tracked"
    assert "ask the warehouse" in why


def test_a_shipped_row_with_nothing_but_voided_labels_is_said(scene):
    scene.ship(voided=True)
    scene.rows[0] = type(scene.rows[0])(
        **{f: getattr(scene.rows[0], f) for f in scene.rows[0].__slots__} | {"status": "shipped"}
    )
    outcome, why = said(scene)
    assert outcome == "not_tracked"
    assert "as shipped, while Shopify still expects it to ship" in why


def test_a_combined_order_says_where_it_went(scene):
    scene.row(1).row(
        5, number="1002", key="6012345678999", status="shipped", merged_or_split=True, merged_ids=(1,)
    )
    scene.ship(row=5, order_key="6012345678999", order_number="1002").fulfil(None, scene.number)
    assert said(scene)[1].startswith(
        "It was combined into ShipStation order 1002. Shopify shows the 3 shipped units"
    )


class TestWantsDetail:
    """A list entry that is not plainly done is read in detail."""

    def test_an_order_with_units_left_does(self, scene):
        assert wants_detail(scene.listed().order)
        assert wants_detail(scene.fulfil({scene.mug: 1}).order)

    def test_a_detailed_order_does_not(self, scene):
        assert not wants_detail(scene.order)

    def test_a_fulfilled_order_does_not(self, scene):
        assert not wants_detail(scene.listed().fulfil().order)

    def test_a_fulfilled_word_without_units_does(self, scene):
        assert wants_detail(scene.listed().change(fulfillment_status="FULFILLED").order)

    @pytest.mark.parametrize("fields", [{"test": True}, {"requires_shipping": False}])
    def test_orders_that_never_ship_do_not(self, scene, fields):
        assert not wants_detail(scene.listed().change(**fields).order)

    @pytest.mark.parametrize("fields", [{"quantity": 0}, {"financial_status": "REFUNDED"}])
    def test_orders_that_were_called_off_do_because_the_entry_does_not_tell_when(self, scene, fields):
        assert wants_detail(scene.listed().fulfil().change(**fields).order)

    def test_a_cancelled_order_does_not(self, scene):
        assert not wants_detail(scene.listed().change(cancelled_at=scene.at(1)).order)
