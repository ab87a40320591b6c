"""Settings changed in Slack, on both databases: what holds, what is history, and what has every order judged anew."""

import asyncio
from datetime import timedelta

import pytest

from storage.mirror import Mirror, Settled
from storage.overrides import Overrides

pytestmark = pytest.mark.anyio


async def change(database, now, store="main", *, person="U1", why="", **values):
    async with database.write() as session:
        return await Overrides(session, now).change(
            store,
            lambda _: {key.replace("__", "."): value for key, value in values.items()},
            person=person,
            why=why,
        )


async def test_what_was_changed_holds_for_its_store_alone(database, make):
    await change(database, make.noon, windows__notify="6h", exclude_tags=["b2b", "wholesale"])
    await change(database, make.noon, "second", cutoff="14:00")
    async with database.read() as session:
        assert await Overrides(session, make.noon).current() == {
            "main": {"windows.notify": "6h", "exclude_tags": ["b2b", "wholesale"]},
            "second": {"cutoff": "14:00"},
        }


async def test_the_newest_change_of_each_setting_is_its_last_one(database, make):
    await change(database, make.noon, cutoff="14:00", windows__notify="6h")
    await change(database, make.noon, cutoff="13:00", person="U2")
    await change(database, make.noon, "second", cutoff="12:00", person="U3")
    async with database.read() as session:
        newest = await Overrides(session, make.noon).newest("main")
    assert {key: (each.person, each.after) for key, each in newest.items()} == {
        "cutoff": ("U2", "13:00"),
        "windows.notify": ("U1", "6h"),
    }


async def test_two_who_change_one_table_at_the_same_moment_both_get_their_way(database, make):
    async def send(level, channel):
        async with database.write() as session:
            await Overrides(session, make.noon).change(
                "main",
                lambda before: {"channels": {**before.get("channels", {}), level: channel}},
                person="U1",
            )

    await asyncio.gather(*(send(f"level {number}", f"C{number}") for number in range(4)))
    async with database.read() as session:
        channels = (await Overrides(session, make.noon).current())["main"]["channels"]
    assert channels == {f"level {number}": f"C{number}" for number in range(4)}


async def test_history_says_who_changed_what_from_what_and_why_newest_first(database, make):
    await change(database, make.noon, cutoff="14:00", why="noise")
    later = make.noon + timedelta(hours=1)
    await change(database, later, cutoff=None, person="U2")
    async with database.read() as session:
        newest, first = await Overrides(session, later).history("main")
    assert (first.before, first.after, first.person, first.why, first.at) == (
        None,
        "14:00",
        "U1",
        "noise",
        make.noon,
    )
    assert (newest.before, newest.after, newest.person, newest.at) == ("14:00", None, "U2", later)
    async with database.read() as session:
        assert await Overrides(session, later).current() == {}
        assert await Overrides(session, later).history("second") == []


async def test_the_same_value_again_is_no_change(database, make):
    await change(database, make.noon, cutoff="14:00")
    async with database.read() as session:
        before = await Overrides(session, make.noon).version()
    assert await change(database, make.noon, cutoff="14:00", windows__notify=None) == []
    async with database.read() as session:
        assert await Overrides(session, make.noon).version() == before


async def test_the_version_grows_with_every_change(database, make):
    async with database.read() as session:
        assert await Overrides(session, make.noon).version() == 0
    await change(database, make.noon, cutoff="14:00")
    async with database.read() as session:
        first = await Overrides(session, make.noon).version()
    await change(database, make.noon, cutoff=None)
    async with database.read() as session:
        assert await Overrides(session, make.noon).version() > first > 0


async def test_other_rules_have_every_order_judged_anew_and_the_same_ones_none(database, make):
    async with database.write() as session:
        mirror = Mirror(session, "main")
        await mirror.save_orders([make.order("601", "#1"), make.order("602", "#2")])
        await mirror.settle(
            {
                "601": Settled(None, imported=True),
                "602": Settled(make.noon + timedelta(hours=3), imported=True),
            }
        )
        assert not await mirror.judged_by("these", make.noon), (
            "what no rules are known of was judged by these"
        )
        assert await mirror.due(make.noon) == []
        assert not await mirror.judged_by("these", make.noon)
        assert await mirror.judged_by("others", make.noon)
        assert sorted(await mirror.due(make.noon)) == ["601", "602"]


async def test_an_opinion_by_the_old_rules_settles_nothing(database, make):
    async with database.write() as session:
        mirror = Mirror(session, "main")
        await mirror.save_orders([make.order("601", "#1")])
        await mirror.judged_by("these", make.noon)
        seen = (await mirror.load(["601"]))["601"].marks
        await mirror.judged_by("others", make.noon)
        await mirror.settle({"601": Settled(None, imported=True, marks=seen)})
        assert await mirror.due(make.noon) == ["601"]
