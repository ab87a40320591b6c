"""Storms, on both databases: what joins them, how they stand, when they are over and what comes out."""

from datetime import timedelta
from decimal import Decimal

import pytest

from storage.mirror import Mirror
from storage.notices import Notices
from storage.queue import Queue
from storage.storms import Common, Storms

pytestmark = pytest.mark.anyio


def crowd(make, numbers, **known):
    return [make.judged(make.finding(**known), order_id=str(600 + n), name=f"#{n}") for n in numbers]


async def apply(database, now, judged):
    async with database.write() as session:
        return await Queue(session, now).apply("main", judged)


async def send(database, now, most=1000):
    """Send what is owed; return what was sent, in order."""
    sent = []
    async with database.write() as session:
        notices = Notices(session, now)
        while len(sent) < most and (notice := await notices.take("main")):
            await notices.sent(
                notice.id, ts=f"{len(sent)}.{notice.id}", channel="C1", edition=notice.edition_due
            )
            sent.append(notice)
    return sent


async def parent(database, now):
    async with database.read() as session:
        found = (
            await (await session.connection()).exec_driver_sql("SELECT id FROM notices WHERE kind = 'storm'")
        ).all()
        [row] = found
        return await Notices(session, now).get(row.id)


async def picture(database, now):
    storm = await parent(database, now)
    async with database.read() as session:
        return await Storms(session, now).picture(storm)


async def test_its_parent_goes_before_everything_that_was_owed_already(database, make):
    await apply(database, make.noon, crowd(make, range(3), cause="old"))
    await apply(database, make.noon + timedelta(minutes=1), crowd(make, range(10, 16)))
    sent = await send(database, make.noon + timedelta(minutes=2))
    assert sent[0].kind == "storm"
    assert len(sent) == 10


async def test_a_new_gap_of_the_same_cause_joins_it(database, make):
    await apply(database, make.noon, crowd(make, range(6)))
    await send(database, make.noon)
    later = make.noon + timedelta(hours=5)
    await apply(database, later, [*crowd(make, [7]), *crowd(make, [8], cause="another")])
    sent = await send(database, later)
    storm = await parent(database, later)
    assert [each.parent_id for each in sent if each.kind == "card"] == [storm.id, None]
    assert [each.id for each in sent if each.kind == "storm"] == [storm.id]
    assert (await picture(database, later)).gaps == 7


async def test_a_day_after_its_newest_gap_nothing_joins_it_any_more(database, make):
    await apply(database, make.noon, crowd(make, range(6)))
    await apply(database, make.noon + timedelta(hours=20), crowd(make, [7]))
    await apply(database, make.noon + timedelta(hours=40), crowd(make, [8]))
    later = make.noon + timedelta(hours=65)
    await apply(database, later, crowd(make, [9]))
    assert (await picture(database, later)).gaps == 8


async def test_its_parent_is_owed_again_when_one_of_its_gaps_changes(database, make):
    gaps = (await apply(database, make.noon, crowd(make, range(6)))).opened
    await send(database, make.noon)
    async with database.write() as session:
        await Queue(session, make.noon).claim(gaps[0].id, "U1")
    assert [each.kind for each in await send(database, make.noon)] == ["card", "storm", "line"]
    assert await send(database, make.noon) == []


async def test_what_changes_while_the_parent_is_sent_is_not_lost(database, make):
    gaps = (await apply(database, make.noon, crowd(make, range(6)))).opened
    async with database.write() as session:
        notices = Notices(session, make.noon)
        taken = await notices.take("main")
        await Queue(session, make.noon).claim(gaps[0].id, "U1")
        await notices.sent(taken.id, ts="1.0", channel="C1", edition=taken.edition_due)
    assert (await parent(database, make.noon)).state == "ready"


async def test_it_knows_who_has_what_and_what_the_orders_are_worth(database, make):
    gaps = (await apply(database, make.noon, crowd(make, range(6)))).opened
    async with database.write() as session:
        queue, mirror = Queue(session, make.noon), Mirror(session, "main")
        await queue.claim(gaps[0].id, "U1")
        await queue.snooze(gaps[1].id, "U1", make.noon + timedelta(hours=1))
        await queue.resolve(gaps[2].id, "U1", resolution="accepted")
        orders = [make.order(str(600 + n), f"#{n}", total="10.10", currency="USD") for n in range(5)]
        await mirror.save_orders([*orders, make.order("605", "#5", total="nothing", currency="USD")])
        labels = [make.label(n, n, order_key=f"60{n}0000000", carrier="ups") for n in range(6)]
        await mirror.save_shipments(labels)
    seen = await picture(database, make.noon)
    assert (seen.gaps, seen.waiting, seen.unowned, seen.snoozed) == (6, 5, 3, 1)
    assert seen.owners == (("U1", 1),)
    assert seen.money == (("USD", Decimal("40.40")),)


async def test_it_knows_what_nearly_all_orders_have_in_common(database, make):
    ids = [str(6_012_345_678_900 + n) for n in range(10)]
    found = [make.judged(make.finding(), order_id=id_, name=f"#{id_}") for id_ in ids]
    await apply(database, make.noon, found)
    async with database.write() as session:
        mirror = Mirror(session, "main")
        carriers = ["ups"] * 9 + ["fedex"]
        await mirror.save_shipments(
            [make.label(n, n, order_key=id_, carrier=carriers[n]) for n, id_ in enumerate(ids)]
        )
        rows = [make.row(n, id_, id_, store_id=7 + n % 2) for n, id_ in enumerate(ids)]
        await mirror.save_shipstation_orders(rows)
    assert (await picture(database, make.noon)).common == (Common("carrier", "ups", 9, 10),)


async def test_it_is_over_when_few_are_left_and_those_come_out(database, make):
    gaps = (await apply(database, make.noon, crowd(make, range(12)))).opened
    await send(database, make.noon, most=12)  # the parent and all cards but two
    later = make.noon + timedelta(hours=1)
    healed = [make.judged(order_id=gap.order_id, name=gap.order) for gap in gaps[:6]]
    await apply(database, later, healed)
    assert not (await parent(database, later)).facts.get("ended_at")
    rest = [make.judged(order_id=gap.order_id, name=gap.order) for gap in gaps[6:8]]
    await apply(database, later, rest)
    storm = await parent(database, later)
    assert storm.facts["left"] == 4
    async with database.read() as session:
        cards = [await Notices(session, later).card(gap.id) for gap in gaps[8:]]
    for card in cards:
        assert card.state == "ready"
        assert (card.facts, card.parent_id) == ({"alone": True}, storm.id)
    assert {bool(card.ts) for card in cards} == {True, False}
    seen = await picture(database, later)
    assert (seen.gaps, seen.waiting) == (12, 4)


async def test_six_gaps_of_which_one_healed_are_a_storm_still(database, make):
    gaps = (await apply(database, make.noon, crowd(make, range(6)))).opened
    await apply(database, make.noon, [make.judged(order_id=gaps[0].order_id, name=gaps[0].order)])
    assert not (await parent(database, make.noon)).facts.get("ended_at")
