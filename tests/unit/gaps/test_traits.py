"""What absent orders share that no imported one shows."""

from dataclasses import replace

import pytest

from bot.gaps.traits import Trait, common, shared
from storage.facts import Order


@pytest.fixture
def orders(new_scene):
    """Some orders, each changed the same way."""

    def made(count, build=lambda scene: scene, *, first=0) -> list[Order]:
        scene = new_scene()
        build(scene)
        return [replace(scene.order, id=f"60123456{number:05}") for number in range(first, first + count)]

    return made


def tagged(*tags):
    return lambda scene: scene.change(tags=tags)


def kinds(found):
    return [(trait.kind, trait.value, trait.absent) for trait in found]


def test_three_absent_orders_with_a_tag_that_no_imported_one_has(scene, orders):
    absent, imported = orders(3, tagged("wholesale")), orders(5, first=10)
    assert kinds(common(absent, imported, scene.rules)) == [("tag", "wholesale", 3)]


def test_two_are_too_few(scene, orders):
    assert common(orders(2, tagged("wholesale")), orders(5, first=10), scene.rules) == ()


def test_one_imported_order_with_it_clears_it(scene, orders):
    imported = [*orders(5, first=10), *orders(1, tagged("wholesale"), first=20)]
    assert common(orders(9, tagged("wholesale")), imported, scene.rules) == ()


def test_without_imported_orders_there_is_nothing_to_compare_with(scene, orders):
    assert common(orders(9, tagged("wholesale")), [], scene.rules) == ()


def test_the_most_telling_comes_first(scene, orders):
    def build(one):
        one.change(tags=("b2b",), source="faire").detail(shipping_method="Freight")
        one.whole(location="Annex").lines(
            *(replace(line, sku=f"B2B-{line.sku}") for line in one.known().lines)
        )

    usual = orders(4, lambda one: one.change(source="web").detail(shipping_method="Standard"), first=10)
    assert [trait.kind for trait in common(orders(3, build), usual, scene.rules)] == [
        *("tag", "source", "shipping method", "location", "SKU", "SKU")
    ]


def test_a_list_entry_shows_only_its_tags_and_its_source(scene, orders):
    absent = [replace(order, detail=None) for order in orders(3, tagged("b2b", " "))]
    assert kinds(common(absent, orders(4, first=10), scene.rules)) == [("tag", "b2b", 3)]


def test_one_order_is_told_only_what_it_shows_itself(scene, orders):
    absent, imported = orders(3, tagged("b2b")), orders(4, first=10)
    assert shared(absent[0], absent, imported, scene.rules) == (Trait("tag", "b2b", 3),)
    assert shared(orders(1, first=30)[0], absent, imported, scene.rules) == ()


def test_the_order_that_is_asked_about_counts_once(scene, orders):
    absent, imported = orders(2, tagged("b2b")), orders(4, first=10)
    assert shared(absent[0], absent, imported, scene.rules) == ()
    (third,) = orders(1, tagged("b2b"), first=5)
    assert shared(third, absent, imported, scene.rules) == (Trait("tag", "b2b", 3),)
