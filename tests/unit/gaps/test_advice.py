"""What a store's own orders say about its settings, and that a few odd orders say nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.gaps.advice import advise

LATER = 24 * 5


@pytest.fixture
def shop(new_scene):
    """Many orders of one store: what `build` does to each, with ids and names of their own."""

    def orders(count, build=lambda scene: scene, *, first=0):
        made = []
        for number in range(first, first + count):
            scene = new_scene()
            build(scene)
            key = f"60123456{number:05}"
            scene.change(id=key, name=f"#{2000 + number}")
            scene.rows = [replace(row, key=key, number=str(2000 + number)) for row in scene.rows]
            scene.shipments = [replace(part, order_key=part.order_key and key) for part in scene.shipments]
            made.append(scene.dossier())
        return made

    return orders


@pytest.fixture
def said(new_scene):
    """What is advised on these orders, with the store's rules changed as given."""

    def advice(dossiers, **rules):
        scene = new_scene().rule(**rules)
        changed = [replace(each, rules=scene.rules) for each in dossiers]
        return [f"{each.seen} {each.todo}" for each in advise(changed, scene.rules, scene.at(LATER))]

    return advice


def shipped(scene, *, told_after=0.1):
    if not scene.rows:
        scene.row(hours=0.1)
    return scene.ship().fulfil(None, scene.number, hours=4 + told_after)


def test_a_healthy_store_is_left_in_peace(shop, said):
    assert said(shop(40, shipped)) == []


class TestExclusions:
    def test_a_tag_that_keeps_orders_out_is_offered(self, shop, said):
        absent = shop(3, lambda scene: scene.change(tags=("b2b",)), first=100)
        [advice] = said(shop(10, shipped) + absent)
        assert "All 3 orders with the tag “b2b” are absent" in advice
        assert 'exclude_tags = ["b2b"]' in advice

    def test_two_orders_are_no_pattern(self, shop, said):
        assert said(shop(10, shipped) + shop(2, lambda scene: scene.change(tags=("b2b",)), first=100)) == []

    def test_a_tag_that_an_imported_order_has_is_none(self, shop, said):
        tagged = shop(1, lambda scene: shipped(scene.change(tags=("b2b",))), first=50)
        absent = shop(4, lambda scene: scene.change(tags=("b2b",)), first=100)
        assert said(tagged + absent) == []

    def test_a_location_is_offered_where_another_one_is_imported(self, shop, said):
        absent = shop(4, lambda scene: scene.parts(scene.part({scene.mug: 1}, location="Outlet")), first=100)
        assert 'exclude_locations = ["Outlet"]' in said(shop(5, lambda scene: scene.row()) + absent)[0]

    def test_without_imported_orders_there_is_nothing_to_compare_with(self, shop, said):
        assert said(shop(9, lambda scene: scene.change(tags=("b2b",)))) == []


class TestPayment:
    def test_orders_shipped_while_pending_ask_for_the_state(self, shop, said):
        net = shop(6, lambda scene: shipped(scene.change(financial_status="PENDING")))
        [advice] = said(net)
        assert 'paid = ["PAID", "PARTIALLY_REFUNDED", "PENDING"]' in advice

    def test_not_where_most_of_them_wait(self, shop, said):
        net = shop(6, lambda scene: shipped(scene.change(financial_status="PENDING")))
        waiting = shop(6, lambda scene: scene.change(financial_status="PENDING"), first=100)
        assert said(net + waiting) == []


def test_pickup_points_with_labels_are_offered(shop, said):
    lockers = shop(5, lambda scene: shipped(scene.parts(scene.part({scene.mug: 1}, method="PICKUP_POINT"))))
    assert 'delivery_methods = ["PICKUP_POINT", "SHIPPING"]' in said(lockers)[0]


def test_a_few_pickup_orders_with_labels_are_mistakes_and_no_habit(shop, said):
    pickups = shop(4, lambda scene: shipped(scene.whole(method="PICK_UP")))
    assert said(pickups) == []


class TestOrderAge:
    def test_imports_that_never_come_before_an_hour_show_a_setting(self, shop, said):
        [advice] = said(shop(25, lambda scene: shipped(scene.row(hours=1.05))))
        assert 'minimum_order_age = "60m"' in advice

    def test_one_that_is_set_already_is_not_offered_again(self, shop, said, new_scene):
        windows = replace(new_scene().rules.windows, minimum_order_age=timedelta(hours=1))
        assert said(shop(25, lambda scene: shipped(scene.row(hours=1.05))), windows=windows) == []

    def test_stamps_of_another_zone_are_no_setting(self, shop, said):
        assert said(shop(25, lambda scene: shipped(scene.row(hours=8)))) == []


class TestNotifications:
    def test_a_fixed_delay_is_offered_as_hours(self, shop, said):
        [advice] = said(shop(25, lambda scene: shipped(scene, told_after=4.1)))
        assert 'notify = "hours:4"' in advice

    def test_a_changing_one_as_the_first_scan(self, shop, said):
        delays = iter([5 + number for number in range(25)])
        [advice] = said(shop(25, lambda scene: shipped(scene, told_after=next(delays))))
        assert 'notify = "mail_stream"' in advice

    def test_labels_of_which_shopify_shows_nothing_say_nothing_of_the_delay(self, shop, said):
        unknown = shop(40, lambda scene: scene.row(hours=0.1).ship(), first=100)
        assert said(shop(25, shipped) + unknown) == []

    def test_not_where_most_are_told_at_once(self, shop, said):
        slow = shop(5, lambda scene: shipped(scene, told_after=6), first=100)
        assert said(shop(30, shipped) + slow) == []


def test_automatic_fulfilment_is_found(shop, said):
    at_once = shop(6, lambda scene: scene.row().fulfil(hours=0.02))
    [advice] = said(at_once)
    assert "6 of 6 orders were marked as fulfilled at payment" in advice
    assert "Turn off automatic fulfilment" in advice
