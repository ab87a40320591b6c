"""A store's past gaps as noise is counted from them, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.facts import Line, OrderDetail
from storage.mirror import Mirror
from storage.noise import past_gaps
from storage.past import Marks
from tests.unit.storage.conftest import NOON

pytestmark = pytest.mark.anyio

ANN = "U0ANN"


async def past(books, since, until, store="main", without=()):
    async with books.database.read() as session:
        moments = (NOON + timedelta(hours=hours) for hours in (since, until))
        return await past_gaps(session, store, *moments, without=without)


async def test_what_ended_in_that_time_is_read_and_what_is_open(books, make):
    early, ended, open_ = (make.judged(make.finding(), order_id=str(n), name=f"#{n}") for n in (1, 2, 3))
    await books.found(0, early, ended, open_)
    await books.healed(1, early)
    await books.healed(5, ended)
    told = await past(books, 2, 5)
    assert [(each.order, each.resolution, each.touched) for each in told] == [
        ("#2", "healed", False),
        ("#3", None, False),
    ]
    assert told[0].opened_at == make.noon
    assert told[0].resolved_at == make.noon + timedelta(hours=5)
    assert [each.order for each in await past(books, 2, 4)] == ["#3"]


async def test_whoever_did_anything_with_a_gap_has_touched_it(books, make):
    one, two, three = (make.judged(make.finding(), order_id=str(n), name=f"#{n}") for n in (1, 2, 3))
    [first, second, _] = await books.found(0, one, two, three)
    await books.queue(1, lambda queue: queue.claim(first.id, ANN))
    await books.queue(1, lambda queue: queue.release(first.id, ANN))
    await books.queue(1, lambda queue: queue.resolve(second.id, ANN, resolution="not_a_gap", reason="A test"))
    await books.healed(2, one, three)
    told = {each.order: each for each in await past(books, 0, 3)}
    assert {name: each.touched for name, each in told.items()} == {"#1": True, "#2": True, "#3": False}
    assert (told["#2"].resolution, told["#2"].reason) == ("not_a_gap", "A test")


async def test_replaced_gaps_other_stores_and_some_kinds_are_left_out(books, make):
    await books.found(0, make.judged(make.finding("aging.past_cutoff")))
    await books.found(1, make.judged(make.finding(replaces=frozenset({"aging.past_cutoff"}))))
    await books.found(1, make.judged(make.finding(), order_id="9"), store="other")
    await books.found(1, make.judged(make.finding("aging.at_risk"), order_id="8"))
    told = await past(books, 0, 2, without={"aging.at_risk"})
    assert [each.kind for each in told] == ["sync.unfulfilled"]


async def test_an_order_in_the_mirror_lends_what_it_can_be_left_alone_for(books, database, make):
    lines = (
        Line("L1", "MUG", 1, 1, 1, requires_shipping=True),
        Line("L2", "GIFT", 1, 1, 1, requires_shipping=False),
        Line("L3", None, 1, 1, 1, requires_shipping=True),
    )
    known = make.order("1", "#1", tags=("Wholesale", "b2b"), source="pos")
    detail = OrderDetail(lines, shipping_method="Freight")
    async with database.write() as session:
        await Mirror(session, "main").save_orders([replace(known, detail=detail), make.order("2", "#2")])
        await Mirror(session, "other").save_orders([make.order("3", "#3", tags=("wrong store",))])
    await books.found(0, *(make.judged(make.finding(), order_id=str(n), name=f"#{n}") for n in (1, 2, 3)))
    told = {each.order: each.marks for each in await past(books, 0, 1)}
    assert told == {
        "#1": Marks(("Wholesale", "b2b"), "pos", "Freight", ("MUG", None)),
        "#2": Marks(),
        "#3": None,
    }
