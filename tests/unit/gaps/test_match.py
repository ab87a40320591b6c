"""Which ShipStation rows are this order (MATCH in domain.md)."""

from datetime import timedelta

import pytest

from bot.gaps.match import is_key_of, survivor, twins
from storage.facts import Item


def matched(scene):
    facts = scene.dossier()
    return facts.matched_by, [row.id for row in facts.matches]


@pytest.mark.parametrize(
    ("key", "same"),
    [
        ("6012345678901", True),
        ("6012345678901-1", True),
        ("6012345678901:FO1", True),
        ("60123456789012", False),
        ("6012345678901a", False),
        ("x6012345678901", False),
        ("", False),
        (None, False),
    ],
)
def test_a_key_is_the_id_or_starts_with_it_and_a_separator(scene, key, same):
    assert is_key_of(key, scene.order) is same


class TestByNumber:
    def test_a_number_of_the_same_day_in_a_mapped_store(self, scene):
        assert matched(scene.row(key="something")) == ("number", [1])

    @pytest.mark.parametrize("number", ["1001", "#1001", " #1001 "])
    def test_one_hash_and_blanks_are_nothing(self, scene, number):
        assert matched(scene.row(key=None, number=number))[0] == "number"

    @pytest.mark.parametrize("number", ["10012", "1001-A", "A1001", "1001F1", "100"])
    def test_prefixes_and_suffixes_are_something(self, scene, number):
        assert matched(scene.row(key=None, number=number)) == (None, [])

    def test_the_date_may_be_three_days_off_and_no_more(self, scene):
        assert matched(scene.row(key=None, ordered_at=scene.at(72)))[0] == "number"
        scene.rows.clear()
        assert matched(scene.row(key=None, ordered_at=scene.at(72.1)))[0] is None

    def test_without_an_order_date_the_import_counts(self, scene):
        assert matched(scene.row(key=None, ordered_at=None))[0] == "number"

    def test_an_imported_order_is_dated_by_when_it_was_processed(self, scene):
        scene.change(created_at=scene.at(-900)).row(key=None)
        assert matched(scene)[0] == "number"

    def test_a_store_of_another_shop_is_only_akin(self, scene):
        scene.stores[2] = scene.store(2)
        assert matched(scene.row(key=None, store_id=2)) == (None, [])
        assert [row.id for row in scene.dossier().related] == [1]

    def test_a_store_that_is_not_said_may_be_this_one(self, scene):
        assert matched(scene.row(key=None, store_id=None))[0] == "number"

    def test_a_manual_entry_is_only_akin(self, scene):
        scene.rule(store_ids=frozenset({1, 9}))
        assert matched(scene.row(key="uuid", store_id=9)) == (None, [])

    def test_a_manual_entry_with_the_id_is_this_order(self, scene):
        assert matched(scene.row(store_id=9))[0] == "id"

    def test_two_rows_of_one_store_are_one_import(self, scene):
        assert matched(scene.row(2, key="b").row(1, key="a")) == ("number", [1, 2])

    def test_two_stores_are_one_too_many(self, scene):
        scene.rule(store_ids=frozenset({1, 2})).row(1, key="a").row(2, key="b", store_id=2)
        assert matched(scene) == (None, [])
        assert [row.id for row in twins(scene.dossier())] == [1, 2]

    def test_of_two_stores_the_one_that_names_its_lines_is_this_order(self, scene):
        scene.rule(store_ids=frozenset({1, 2})).row(1, key="a", items=())
        scene.row(2, key="b", store_id=2, items=(Item(scene.mug, "MUG", 1),))
        assert matched(scene) == ("number", [2])

    def test_by_default_every_active_shopify_store_is_mapped(self, scene):
        scene.rule(store_ids=frozenset())
        assert matched(scene.row(key=None, store_id=1))[0] == "number"

    def test_with_several_shops_in_the_account_anothers_id_is_another_order(self, scene):
        scene.rule(store_ids=frozenset())
        scene.stores[2] = scene.store(2)
        assert matched(scene.row(key="6099999999999", store_id=2)) == (None, [])

    @pytest.mark.parametrize(("line", "expected"), [("14999999999999", None), ("7", "number")])
    def test_there_lines_of_another_order_are_another_order(self, scene, line, expected):
        scene.rule(store_ids=frozenset())
        scene.stores[2] = scene.store(2)
        scene.row(key="uuid", store_id=2, items=(Item(line, "MUG", 1),))
        assert matched(scene)[0] == expected

    def test_there_a_fulfilment_orders_id_is_this_orders(self, scene):
        scene.rule(store_ids=frozenset())
        scene.stores[2] = scene.store(2)
        assert matched(scene.row(key="7000000000001"))[0] == "number"

    def test_where_no_store_says_shopify_every_store_is_mapped(self, scene):
        scene.rule(store_ids=frozenset())
        scene.stores = {3: scene.store(3, marketplace=None, marketplace_id=None)}
        assert matched(scene.row(key=None, store_id=3))[0] == "number"

    def test_an_old_store_that_is_no_longer_active_still_counts(self, scene):
        scene.rule(store_ids=frozenset())
        scene.stores[4] = scene.store(4, active=False)
        assert matched(scene.row(key=None, store_id=4))[0] == "number"

    def test_but_not_for_another_orders_id(self, scene):
        scene.stores[4] = scene.store(4, active=False)
        assert matched(scene.row(key="6099999999999", store_id=4))[0] is None


class TestFamilies:
    def test_split_siblings_belong_together_whatever_their_number_and_key(self, scene):
        scene.row(1).row(2, parent_id=1, key="b").row(3, parent_id=2, key="c", number="1001-2").row(
            4, key="d", number="77"
        )
        assert matched(scene) == ("id", [1, 2, 3])

    def test_a_child_brings_its_parent(self, scene):
        scene.row(2, parent_id=1).row(1, key="root", number="x")
        assert matched(scene) == ("id", [1, 2])

    def test_more_rows_of_the_number_in_the_same_store_are_more_of_the_order(self, scene):
        assert matched(scene.row(1).row(2, key="fulfilment-2")) == ("id", [1, 2])

    def test_but_not_another_orders_of_the_same_name(self, scene):
        assert matched(scene.row(1).row(2, key="6099999999999")) == ("id", [1])

    def test_a_split_roots_merged_ids_are_its_children_not_a_combine(self, scene):
        scene.row(1, merged_or_split=True, merged_ids=(2,)).row(2, parent_id=1, key="b")
        assert matched(scene) == ("id", [1, 2])


class TestCombined:
    def survivor(self, scene, **fields):
        usual = {"number": "1002", "key": "6012345678999", "merged_or_split": True, "merged_ids": (1,)}
        return scene.row(5, **(usual | fields))

    def test_the_survivor_that_names_its_row(self, scene):
        self.survivor(scene.row(1))
        assert matched(scene) == ("combined", [1, 5])
        assert survivor(scene.dossier()).number == "1002"

    def test_the_survivor_that_carries_its_lines_when_its_row_is_gone(self, scene):
        self.survivor(scene, items=(Item(scene.mug, "MUG", 1),))
        assert matched(scene) == ("combined", [5])

    def test_a_combined_order_of_strangers_is_only_akin(self, scene):
        self.survivor(scene, items=(Item("other", "MUG", 1),))
        assert matched(scene) == (None, [])

    def test_without_detail_only_the_row_speaks(self, scene):
        self.survivor(scene.listed(), items=(Item(scene.mug, "MUG", 1),))
        assert matched(scene) == (None, [])

    def test_an_order_that_was_not_combined_has_no_survivor(self, scene):
        assert survivor(scene.row().dossier()) is None


def test_shipments_come_oldest_first_and_once(scene):
    scene.ship(hours=6).ship(hours=4, number="X1")
    scene.shipments.append(scene.shipments[0])
    assert [part.id for part in scene.dossier().shipments] == [101, 100]


def test_shipments_of_other_orders_are_left_out(scene):
    scene.ship().ship(row=8, order_key="else", order_number="77")
    scene.rows = scene.rows[:1]
    assert [part.order_id for part in scene.dossier().shipments] == [1]


def test_the_newest_reading_of_a_row_counts(scene):
    scene.row(status="on_hold", read_at=scene.at(2)).row(read_at=scene.at(1))
    assert [row.status for row in scene.dossier().matches] == ["on_hold"]


def test_a_match_by_number_is_lost_after_three_days_either_way(scene):
    assert matched(scene.row(key=None, ordered_at=scene.placed - timedelta(days=4)))[0] is None
