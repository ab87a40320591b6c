"""The JSON API over real HTTP: who may read, what they read, page by page."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.api import build_api
from bot.clock import ManualClock
from bot.gap_json import gap_json
from storage.database import Database
from storage.gap import Judged, order_subject
from storage.queue import Queue
from tests.unit.test_cli import FINDING
from tests.unit.test_web import serving

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TOKEN = "a-pretend-token-of-some-length"


@pytest.fixture
async def database(anyio_backend, new_file):
    opened = Database(new_file("stuck.db"))
    yield opened
    await opened.close()


@pytest.fixture
async def api(database):
    clock = ManualClock(NOON)
    app = Starlette(routes=[Mount("/api", build_api(database, clock, TOKEN))])
    async with serving(app) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        client.clock = clock
        yield client


async def stuck(database, *numbers, at=NOON, store="main"):
    async with database.write() as session:
        judged = [Judged(order_subject(n), n, f"#{n}", (FINDING,)) for n in numbers]
        return (await Queue(session, at).apply(store, judged)).opened


async def test_without_the_token_nothing_is_told(api, database):
    await stuck(database, "1")
    for wrong in ({"Authorization": ""}, {"Authorization": "Bearer no"}, {"Authorization": f"Basic {TOKEN}"}):
        for path in ("/api/gaps", "/api/gaps/anything"):
            answer = await api.get(path, headers=wrong)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "#1" not in answer.text


async def test_gaps_are_told_as_the_command_line_tells_them(api, database):
    [gap] = await stuck(database, "1")
    answer = (await api.get("/api/gaps")).json()
    assert answer == {"gaps": [gap_json(gap, NOON)], "next": None, "read_at": "2026-11-23T12:00:00Z"}


async def test_pages_follow_each_other_and_lose_nothing_while_the_queue_changes(api, database):
    for hour in range(3):
        await stuck(database, *(f"{hour}{n}" for n in range(3)), at=NOON + timedelta(hours=hour))
    seen, after = [], None
    while True:
        page = (await api.get("/api/gaps", params={"limit": 4} | ({"after": after} if after else {}))).json()
        seen += [gap["id"] for gap in page["gaps"]]
        after = page["next"]
        if after is None:
            break
        async with database.write() as session:
            await Queue(session, NOON).resolve(seen[0], "U1", resolution="accepted", reason="so")
    assert len(seen) == len(set(seen)) == 9


async def test_filters_choose_and_a_word_that_is_none_is_refused(api, database):
    await stuck(database, "1")
    [other] = await stuck(database, "2", store="second")
    async with database.write() as session:
        await Queue(session, NOON).claim(other.id, "U0BO")

    async def orders(**asked):
        return [gap["order"] for gap in (await api.get("/api/gaps", params=asked)).json()["gaps"]]

    assert (
        await orders(store="second") == await orders(owner="U0BO") == await orders(state="claimed") == ["#2"]
    )
    assert await orders(order="1") == ["#1"]
    assert await orders(kind="import.missing") == []
    for wrong in ({"state": "lost"}, {"limit": 0}, {"limit": 501}, {"stor": "main"}):
        assert (await api.get("/api/gaps", params=wrong)).status_code == 422, wrong


async def test_one_gap_tells_its_history(api, database):
    [gap] = await stuck(database, "1")
    async with database.write() as session:
        await Queue(session, NOON).claim(gap.id, "U0BO")
    told = (await api.get(f"/api/gaps/{gap.id}")).json()
    assert [(turn["code"], turn["by"]) for turn in told["history"]] == [("opened", None), ("claimed", "U0BO")]
    assert (await api.get("/api/gaps/none")).status_code == 404


async def test_nothing_can_be_changed(api, database):
    [gap] = await stuck(database, "1")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert (await api.request(method, f"/api/gaps/{gap.id}")).status_code == 405


async def test_its_page_and_schema_need_no_token_and_no_network(api):
    schema = (await api.get("/api/openapi.json", headers={"Authorization": ""})).json()
    assert set(schema["paths"]) == {"/gaps", "/gaps/{gap_id}"}
    assert schema["servers"] == [{"url": "/api"}]
    page = (await api.get("/api/docs", headers={"Authorization": ""})).text
    assert "https://" not in page.replace("https://github", ""), "everything it loads is its own"
    assert TOKEN not in page + json.dumps(schema)


async def test_a_database_that_is_away_is_said(api, database, monkeypatch):
    await database.close()
    broken = Database("postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(database, "read", broken.read)
    answer = await api.get("/api/gaps")
    assert answer.status_code == 503
    await broken.close()
