"""A pretend world at half past one on a Wednesday, and clients of its two simulators."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.clock import ManualClock
from bot.sandbox import shipstation, shopify
from bot.sandbox.faults import Faults
from bot.sandbox.world import World

Ask = Callable[..., Awaitable[dict[str, Any]]]
ENDPOINT = "/admin/api/2026-10/graphql.json"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 18, 18, 30, tzinfo=UTC))


@pytest.fixture
def world(clock: ManualClock) -> World:
    """An empty shop: tests say what is in it."""
    return World(clock, orders=0)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def app(world: World, faults: Faults) -> Starlette:
    return Starlette(
        routes=[
            Mount("/shopify", routes=shopify.routes(world, faults)),
            Mount("/shipstation", routes=shipstation.routes(world, faults)),
        ]
    )


@pytest.fixture
async def admin(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the Admin API with the permanent token."""
    headers = {"X-Shopify-Access-Token": "shpat_pretend"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://loopback/shopify", headers=headers
    ) as client:
        yield client


@pytest.fixture
def ask(admin: httpx.AsyncClient) -> Ask:
    """Ask the Admin API a GraphQL query, get the JSON."""

    async def post(query: str, **variables: Any) -> dict[str, Any]:
        answer = await admin.post(ENDPOINT, json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    return post


@pytest.fixture
async def v1(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of ShipStation's V1 API with the account's key."""
    auth = httpx.BasicAuth("pretend-key", "pretend-secret")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://loopback/shipstation", auth=auth
    ) as client:
        yield client
