"""What digests count, on both databases."""

from datetime import timedelta

import pytest

from storage.findings import Severity
from storage.notices import Notices
from storage.runs import Runs
from storage.trends import Card, OrderAgain, Repeat, Tally, Trends
from storage.watching import Watching, watched

pytestmark = pytest.mark.anyio


async def ask(books, question, store="main", without=()):
    async with books.database.read() as session:
        return await question(Trends(session, store, without=without))


@pytest.fixture
def at(make):
    return lambda hours: make.noon + timedelta(hours=hours)


async def test_each_gap_counts_where_it_was_opened_and_where_it_ended(books, make, at):
    one, two, three = (make.judged(make.finding(), order_id=str(n), name=f"#{n}") for n in (1, 2, 3))
    await books.found(0, one, two)
    await books.found(1, three)
    await books.healed(2, one)
    tallies = await ask(books, lambda trends: trends.tallies([at(0), at(1), at(2), at(3)]))
    assert tallies == [Tally(2, 0, 0), Tally(1, 0, 0), Tally(0, 1, 0)]


async def test_a_replaced_gap_has_not_ended(books, make, at):
    first = make.judged(make.finding("aging.past_cutoff"))
    await books.found(0, first)
    await books.found(1, make.judged(make.finding(replaces=frozenset({"aging.past_cutoff"}))))
    assert await ask(books, lambda trends: trends.tallies([at(1), at(2)])) == [Tally(1, 0, 1)]
    assert await ask(books, lambda trends: trends.ended(at(0), at(2))) == []


async def test_other_stores_and_forecasts_are_left_out(books, make, at):
    await books.found(0, make.judged(make.finding("aging.at_risk", severity=Severity.LOW)))
    await books.found(0, make.judged(make.finding()), store="other")
    without = {"aging.at_risk"}
    assert await ask(books, lambda trends: trends.standing(), without=without) == []
    assert await ask(books, lambda trends: trends.opened(at(0), at(1)), without=without) == []
    assert len(await ask(books, lambda trends: trends.standing())) == 1


async def test_what_stands_says_how_bad_it_is_and_the_oldest_trouble_comes_first(books, make, at):
    young = make.judged(make.finding(severity=Severity.CRITICAL, since=at(-1)), order_id="1")
    old = make.judged(make.finding(since=at(-9)), order_id="2")
    [newer, older] = await books.found(0, young, old)
    standing = await ask(books, lambda trends: trends.standing())
    assert [(each.id, each.severity) for each in standing] == [
        (older.id, Severity.NORMAL),
        (newer.id, Severity.CRITICAL),
    ]


async def test_a_life_says_when_it_was_first_claimed_and_how_it_ended(books, make, at):
    [gap] = await books.found(0, make.judged(make.finding()))
    await books.queue(1, lambda queue: queue.claim(gap.id, "U1"))
    await books.queue(2, lambda queue: queue.claim(gap.id, "U2", take_over=True))
    await books.queue(3, lambda queue: queue.resolve(gap.id, "U2", resolution="accepted", reason="so"))
    [life] = await ask(books, lambda trends: trends.ended(at(0), at(4)))
    assert (life.claimed_at, life.resolved_at) == (at(1), at(3))
    assert (life.resolved_by, life.resolution) == ("U2", "accepted")


async def test_what_came_back_is_told_the_latest_first(books, make, at):
    one, two = (make.judged(make.finding(), order_id=str(n)) for n in (1, 2))
    gaps = {gap.order_id: gap.id for gap in await books.found(0, one, two)}
    await books.healed(1, one, two)
    await books.found(2, one)
    await books.found(3, two)
    assert await ask(books, lambda trends: trends.reopened(at(2), at(4))) == [gaps["2"], gaps["1"]]
    assert await ask(books, lambda trends: trends.reopened(at(3), at(4))) == [gaps["2"]]


async def test_orders_with_several_gaps_are_named_by_the_newest(books, make, at):
    often = make.judged(make.finding(), order_id="1")
    await books.found(0, often, make.judged(make.finding(), order_id="2"))
    await books.healed(1, often)
    [last] = await books.found(40, often)
    again = await ask(books, lambda trends: trends.orders_again(at(-1), at(30), at(50), limit=5))
    assert again == [OrderAgain(last.id, 2)]
    assert await ask(books, lambda trends: trends.orders_again(at(-1), at(41), at(50), limit=5)) == []


async def test_causes_are_counted_in_both_weeks(books, make, at):
    early = [make.judged(make.finding(), order_id=str(n)) for n in range(2)]
    late = [make.judged(make.finding(cause="unplugged"), order_id=str(n)) for n in range(2, 5)]
    await books.found(0, *early)
    await books.found(10, *late, make.judged(make.finding(), order_id="9"))
    causes = await ask(books, lambda trends: trends.causes(at(5), at(-1), at(20)))
    assert causes == [
        Repeat("unplugged", "sync.unfulfilled", 3, 0),
        Repeat("notify_failed", "sync.unfulfilled", 1, 2),
    ]


async def test_carriers_are_those_of_the_orders_live_labels(books, database, make, at):
    from storage.mirror import Mirror

    orders = [str(6_012_345_678_900 + n) for n in range(3)]
    async with database.write() as session:
        mirror = Mirror(session, "main")
        await mirror.save_shipments(
            [make.label(n, n, order_key=order, carrier="ups") for n, order in enumerate(orders[:2])]
        )
        await mirror.save_shipments([make.label(9, 9, order_key=orders[2], carrier="fedex", voided=True)])
    await books.found(0, *(make.judged(make.finding(), order_id=order) for order in orders))
    assert await ask(books, lambda trends: trends.carriers(at(0), at(1))) == {"ups": 2}


async def test_cards_are_found_with_the_thread_that_they_are_in(books, database, make, at):
    gaps = await books.found(0, *(make.judged(make.finding(), order_id=str(n)) for n in range(6)))
    async with database.write() as session:
        notices = Notices(session, at(0))
        for ts in ("1.0", "2.0"):
            notice = await notices.take("main")
            await notices.sent(notice.id, ts=ts, channel="C1", edition=1)
    cards = await ask(books, lambda trends: trends.cards([gap.id for gap in gaps]))
    assert list(cards.values()) == [Card("C1", "2.0", "1.0")]


async def run(database, at, start, end, *, complete=True, requests=None):
    async with database.write() as session:
        number = await Runs(session, at(start)).start("main", sweep=False)
        if end is not None:
            zero = {"opened": 0, "updated": 0, "resolved": 0, "read": {}, "error": None}
            await Runs(session, at(end)).finish(
                number, complete=complete, requests=requests or {"shopify": 2}, **zero
            )


async def test_runs_are_summed_up_with_the_longest_time_that_nothing_was_seen(database, at):
    await run(database, at, -5, -4.9)
    for start, complete in ((0, True), (1, False), (2, False), (3, True), (4, True)):
        await run(database, at, start, start, complete=complete, requests={"shopify": 2, "shipstation": 1})
    await run(database, at, 5, None)
    async with database.read() as session:
        seen = await watched(session, "main", at(0), at(6))
        later = await watched(session, "main", at(4), at(9))
        none = await watched(session, "other", at(0), at(6))
    assert seen == Watching(5, 3, timedelta(hours=3), at(0), {"shopify": 10, "shipstation": 5})
    assert (later.longest_blind, later.blind_from) == (timedelta(hours=5), at(4))
    assert none == Watching()


async def test_a_store_is_not_called_blind_before_it_was_ever_seen(database, at):
    await run(database, at, 5, 5)
    async with database.read() as session:
        assert (await watched(session, "main", at(0), at(6))).longest_blind == timedelta(hours=1)


async def test_a_message_of_a_key_is_owed_once(database, other_process, at):
    async with database.write() as session:
        assert await Notices(session, at(0)).owe_once("daily:main:2026-11-18", "main", "daily", {"n": 1})
    async with other_process.write() as session:
        assert not await Notices(session, at(0)).owe_once("daily:main:2026-11-18", "main", "daily", {"n": 2})
    async with database.read() as session:
        notice = await Notices(session, at(0)).get("daily:main:2026-11-18")
    assert (notice.facts, notice.kind) == ({"n": 1}, "daily")


async def test_the_first_complete_run_is_known(database, at):
    async with database.read() as session:
        assert await Runs(session, at(0)).first_complete("main") is None
    await run(database, at, 0, 0, complete=False)
    await run(database, at, 1, 1)
    await run(database, at, 2, 2)
    async with database.read() as session:
        assert await Runs(session, at(0)).first_complete("main") == at(1)
