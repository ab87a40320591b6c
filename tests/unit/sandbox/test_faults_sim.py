"""Bad luck on demand, in both simulators."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox.faults import Faults
from bot.sandbox.server import SandboxServer
from bot.sandbox.shipping import PACIFIC
from bot.sandbox.slack.workspace import Workspace
from bot.sandbox.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
def imported(world: World) -> World:
    for _ in range(4):
        world.import_order(world.order(age=timedelta(hours=1)))
    return world


async def test_a_page_of_html_can_stand_where_json_is_due(faults: Faults, v1: httpx.AsyncClient) -> None:
    faults.add("html", system="shipstation")

    answer = await v1.get("/stores")

    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    assert (await v1.get("/stores")).json()


async def test_a_status_can_be_sent_with_headers(faults: Faults, v1: httpx.AsyncClient) -> None:
    faults.add("status", status=503, headers={"Retry-After": "7"})

    answer = await v1.get("/stores")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")


async def test_a_rule_waits_for_its_turn_and_wears_off(faults: Faults, v1: httpx.AsyncClient) -> None:
    faults.add("status", status=500, after_n=1, times=2)

    assert [(await v1.get("/stores")).status_code for _ in range(4)] == [200, 500, 500, 200]


async def test_a_rule_without_end_ends_when_cleared(faults: Faults, v1: httpx.AsyncClient) -> None:
    faults.add("status", status=502, times=None)
    assert [(await v1.get("/stores")).status_code for _ in range(3)] == [502] * 3

    faults.clear()
    assert (await v1.get("/stores")).status_code == 200


async def test_a_rule_is_about_one_system_and_path(
    faults: Faults, admin: httpx.AsyncClient, v1: httpx.AsyncClient
) -> None:
    faults.add("status", system="shipstation", path="/shipments")
    query = {"query": "query Shop { shop { name } }"}

    assert (await v1.get("/stores")).status_code == 200
    assert (await admin.post("/admin/api/2026-10/graphql.json", json=query)).status_code == 200
    assert (await v1.get("/shipments")).status_code == 500


async def test_a_graphql_operation_can_be_named(faults: Faults, admin: httpx.AsyncClient) -> None:
    faults.add("status", path="OrdersPage")

    async def status(query: str) -> int:
        return (await admin.post("/admin/api/2026-10/graphql.json", json={"query": query})).status_code

    assert await status("query Shop { shop { name } }") == 200
    assert await status("query OrdersPage { ordersCount { count } }") == 500


async def test_half_a_json_is_no_json(faults: Faults, v1: httpx.AsyncClient) -> None:
    faults.add("truncated_json")

    answer = await v1.get("/stores")

    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()


async def test_a_connection_can_be_cut_in_the_middle(world: World, faults: Faults) -> None:
    """On a real connection: only that can be cut."""
    faults.add("cut")
    server = SandboxServer(world, Workspace(world.clock), faults=faults)
    await server.start()
    auth = httpx.BasicAuth("pretend-key", "pretend-secret")
    try:
        async with httpx.AsyncClient(base_url=f"{server.url}/shipstation", auth=auth) as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/stores")
            assert (await client.get("/stores")).status_code == 200
    finally:
        await server.stop()


async def test_throttling_speaks_each_systems_language(
    faults: Faults, admin: httpx.AsyncClient, v1: httpx.AsyncClient
) -> None:
    faults.add("throttled", times=2)

    shopify = await admin.post("/admin/api/2026-10/graphql.json", json={"query": "{ shop { name } }"})
    shipstation = await v1.get("/stores")

    assert (shopify.status_code, shopify.json()["errors"][0]["message"]) == (200, "Throttled")
    assert (shipstation.status_code, shipstation.headers["x-rate-limit-remaining"]) == (429, "0")


async def test_a_slow_answer_comes_late(faults: Faults, v1: httpx.AsyncClient) -> None:
    faults.add("slow", seconds=0.05)
    began = asyncio.get_running_loop().time()

    await v1.get("/stores")

    assert asyncio.get_running_loop().time() - began >= 0.05


async def test_one_piece_of_bad_luck_befalls_a_request_at_a_time(
    faults: Faults, v1: httpx.AsyncClient
) -> None:
    faults.add("slow", seconds=0.0)
    faults.add("status")

    assert [(await v1.get("/stores")).status_code for _ in range(3)] == [200, 500, 200]


@pytest.mark.parametrize(
    ("kind", "rows", "total"), [("empty_list", 0, 0), ("half_list", 2, 4), ("quiet_half", 2, 2)]
)
async def test_shipstation_can_lose_rows(
    imported: World, faults: Faults, v1: httpx.AsyncClient, kind: str, rows: int, total: int
) -> None:
    faults.add(kind, path="/orders")

    body = (await v1.get("/orders")).json()

    assert (len(body["orders"]), body["total"]) == (rows, total)


@pytest.mark.parametrize(("kind", "rows"), [("empty_list", 0), ("quiet_half", 2)])
async def test_shopify_can_lose_rows(
    imported: World, faults: Faults, admin: httpx.AsyncClient, kind: str, rows: int
) -> None:
    faults.add(kind)
    query = "{ orders(first: 4) { nodes { name } pageInfo { hasNextPage } } }"

    body = (await admin.post("/admin/api/2026-10/graphql.json", json={"query": query})).json()["data"][
        "orders"
    ]

    assert (len(body["nodes"]), body["pageInfo"]["hasNextPage"]) == (rows, False)


async def test_a_row_can_slip_between_two_pages(
    imported: World, faults: Faults, v1: httpx.AsyncClient
) -> None:
    faults.add("drift")

    pages = [(await v1.get("/orders", params={"pageSize": 2, "page": page})).json() for page in (1, 2)]

    assert [len(page["orders"]) for page in pages] == [2, 1]
    assert {page["total"] for page in pages} == {4}


async def test_half_a_page_of_shopify_goes_on_behind_it(
    imported: World, faults: Faults, admin: httpx.AsyncClient
) -> None:
    faults.add("half_list")
    query = "{ orders(first: 4, sortKey: ID%s) { nodes { name } pageInfo { hasNextPage endCursor } } }"

    first = await _orders(admin, query % "")
    cursor = first["pageInfo"]["endCursor"]
    second = await _orders(admin, query % f', after: "{cursor}"')

    assert [len(first["nodes"]), first["pageInfo"]["hasNextPage"]] == [2, True]
    assert [len(second["nodes"]), second["pageInfo"]["hasNextPage"]] == [2, False]


async def test_an_order_of_shopify_can_move_to_the_end_while_it_is_read(
    imported: World, faults: Faults, admin: httpx.AsyncClient
) -> None:
    faults.add("drift", times=None)
    query = (
        "{ orders(first: 2, sortKey: UPDATED_AT%s) { nodes { name } pageInfo { hasNextPage endCursor } } }"
    )

    first = await _orders(admin, query % "")
    names = [node["name"] for node in first["nodes"]]
    cursor = first["pageInfo"]["endCursor"]
    second = await _orders(admin, query % f', after: "{cursor}"')

    moved = imported.find("#1003")
    assert (names, moved.updated) == (["#1001", "#1002"], imported.now)
    assert [node["name"] for node in second["nodes"]] == ["#1004", "#1003"]


async def _orders(admin: httpx.AsyncClient, query: str) -> dict[str, Any]:
    answer = await admin.post("/admin/api/2026-10/graphql.json", json={"query": query})
    orders: dict[str, Any] = answer.json()["data"]["orders"]
    return orders


@pytest.mark.parametrize("minutes", [10, -10])
async def test_a_clock_can_be_wrong_in_what_is_said_and_in_what_is_asked(
    world: World, faults: Faults, admin: httpx.AsyncClient, v1: httpx.AsyncClient, minutes: int
) -> None:
    world.import_order(world.order())
    faults.add("skew", seconds=60 * minutes, times=None)
    theirs = (world.now + timedelta(minutes=minutes)).replace(microsecond=0)
    query = f"updated_at:>='{theirs.isoformat()}'"
    pacific = theirs.astimezone(PACIFIC).replace(tzinfo=None)

    found = (await _orders(admin, f'{{ orders(first: 1, query: "{query}") {{ nodes {{ updatedAt }} }} }}'))[
        "nodes"
    ]
    rows = (await v1.get("/orders", params={"modifyDateStart": str(pacific)})).json()["orders"]
    later = str(pacific + timedelta(seconds=1))
    none = (await v1.get("/orders", params={"modifyDateStart": later})).json()["orders"]

    assert [node["updatedAt"] for node in found] == [f"{theirs:%Y-%m-%dT%H:%M:%S}Z"]
    assert [row["modifyDate"][:19] for row in rows] == [pacific.isoformat()]
    assert none == []


async def test_a_rule_may_name_what_shipstation_is_asked_for(faults: Faults, v1: httpx.AsyncClient) -> None:
    faults.add("status", system="shipstation", path="/shipments?voidDateStart=", times=None)

    assert (await v1.get("/shipments", params={"orderId": 1})).status_code == 200
    assert (await v1.get("/shipments", params={"voidDateStart": "2026-11-01"})).status_code == 500
    assert list(faults.log) == [("shipstation", "/shipments")] * 2


async def test_every_request_is_counted(
    faults: Faults, admin: httpx.AsyncClient, v1: httpx.AsyncClient
) -> None:
    await v1.get("/stores")
    await v1.get("/stores", auth=httpx.BasicAuth("no", "no"))
    await admin.post("/admin/oauth/access_token")

    assert faults.requests == {"shipstation": 2, "shopify": 1}
    assert faults.log[0] == ("shipstation", "/stores")
