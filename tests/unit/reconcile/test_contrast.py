"""Absent orders are compared with imported ones, which are read in detail where a list entry does not tell enough."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.anyio


def shipped(watch, count=4):
    """Imported orders that are done, younger than the absent ones: their list entries tell no products."""
    for number in range(count):
        order = watch.order(f"#60{number:02}", age=timedelta(hours=8))
        watch.world.label(order, age=timedelta(hours=6))


def absent(watch, count=4, **known):
    for number in range(count):
        watch.world.order(f"#70{number:02}", age=timedelta(hours=9), **known)


async def causes(watch):
    return {gap.finding.cause.code for gap in await watch.gaps() if gap.kind == "import.missing"}


async def test_a_product_that_keeps_orders_out_is_named(watch):
    shipped(watch)
    absent(watch, lines=[("SOFA", 1)])
    await watch.run()
    assert await causes(watch) == {"excluded_by_rule"}
    assert "SKU “SOFA”" in (await watch.gaps())[0].finding.cause.text


async def test_two_absent_orders_are_nothing_to_compare(watch):
    shipped(watch)
    absent(watch, count=2, lines=[("SOFA", 1)])
    await watch.run()
    assert await causes(watch) == {"unknown"}


async def test_what_imported_orders_have_too_is_no_reason(watch):
    shipped(watch)
    absent(watch)
    await watch.run()
    assert await causes(watch) == {"unknown"}


async def test_imported_orders_are_read_for_it_once(watch):
    shipped(watch)
    absent(watch, lines=[("SOFA", 1)])
    await watch.run()
    await watch.run(later=timedelta(minutes=5))
    assert (await watch.run(later=timedelta(minutes=5))).requests["shopify"] == 1


async def test_an_absent_order_that_a_combined_one_may_hold_is_not_to_be_imported_again(watch):
    shipped(watch)
    both = [("MUG-BLUE", 1), ("TEE-M", 1)]
    first = watch.order("#7001", age=timedelta(hours=8, minutes=50), lines=both)
    [row] = watch.world.imported(first)
    row.merged_or_split, row.merged_ids, row.key = True, [4711], "custom-1"
    watch.world.order("#7000", age=timedelta(hours=9), lines=[("TEE-M", 1)])
    await watch.run()
    [gap] = [gap for gap in await watch.gaps(kind="import.missing") if gap.order == "#7000"]
    assert gap.finding.cause.code == "maybe_combined"
    assert gap.finding.next_action.code == "look_into_combined"
