"""The stores as they are set now: a change holds at once where it was made, and soon everywhere else."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot import live
from bot.clock import ManualClock
from bot.live import LiveStores
from storage.database import Database
from storage.notices import Notices
from tests.unit.test_overrides import STORE

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock():
    return ManualClock(datetime(2026, 11, 17, 15, tzinfo=UTC))


@pytest.fixture
async def database(new_file):
    database = Database(new_file("stuck.db"))
    yield database
    await database.close()


def stores(database, clock):
    return LiveStores(database, clock, [STORE])


async def test_a_change_holds_at_once_here_and_after_a_look_elsewhere(database, clock):
    here, elsewhere = stores(database, clock), stores(database, clock)
    await here.revise("main", lambda _: {"cutoff": "13:30"}, person="U1")
    assert here[0].rules.cutoff == time(13, 30)
    assert elsewhere[0].rules.cutoff == STORE.rules.cutoff
    assert (await elsewhere.rules("main")).cutoff == time(13, 30)
    assert [each.rules.cutoff for each in elsewhere] == [time(13, 30)]
    assert elsewhere.configured == (STORE,)


async def test_taking_a_change_back_is_what_the_file_says(database, clock):
    here = stores(database, clock)
    await here.revise("main", lambda _: {"windows.notify": "6h"}, person="U1")
    assert here[0].rules.windows.notify == timedelta(hours=6)
    await here.revise("main", lambda _: {"windows.notify": None}, person="U1")
    assert here[0] == STORE


async def test_a_change_made_of_what_was_changed_before_is_told_to_the_channel_with_it(database, clock):
    here = stores(database, clock)
    await here.revise("main", lambda _: {"exclude_tags": ["b2b"]}, person="U1")
    more = {
        "person": "U2",
        "why": "noise",
        "tell": lambda changes: {"person": changes[0].person, "turns": [[changes[0].key, "", [], []]]},
    }
    await here.revise("main", lambda now: {"exclude_tags": [*now["exclude_tags"], "pos"]}, **more)
    assert await here.revise("main", lambda now: now, **more) == []
    async with database.write() as session:
        notices = Notices(session, clock.now())
        told = await notices.take("main")
        assert await notices.take("main") is None, "nothing is told of what changed nothing"
    assert (told.kind, told.facts["person"], told.touched) == ("settings", "U2", True)
    assert here[0].rules.exclude_tags == {"b2b", "pos"}


async def test_it_keeps_up_and_outlives_a_database_that_is_away(database, clock, monkeypatch):
    monkeypatch.setattr(live, "LOOK_EVERY", 0.01)
    watching, stop, looks = stores(database, clock), asyncio.Event(), []
    refresh = watching.refresh

    async def falters() -> None:
        looks.append(1)
        if len(looks) <= 3:
            raise OperationalError("SELECT", {}, Exception("away"))
        await refresh()
        stop.set()

    monkeypatch.setattr(watching, "refresh", falters)
    await stores(database, clock).revise("main", lambda _: {"cutoff": "13:30"}, person="U1")
    with capture_logs() as logs:
        async with asyncio.timeout(10):
            await watching.run(stop)
    assert watching[0].rules.cutoff == time(13, 30)
    assert [line["event"] for line in logs] == ["settings are as last read: the database does not answer"]
