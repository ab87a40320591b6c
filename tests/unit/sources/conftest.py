"""A real HTTP server on loopback that plays Shopify or ShipStation from a script, and clients for it."""

import inspect
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.clock import ManualClock
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify, ShopifyClient, ShopifyToken

NOON = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


@dataclass
class Stage:
    """A server that answers with what the test put on it, one answer after the other; the last one stays.

    An answer is a JSON value, a (status, body, headers) triple, or a function of the request seen that returns one.
    """

    url: str = ""
    answers: list[Any] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def play(self, *answers: Any) -> None:
        """Answer the coming requests with these."""
        self.answers[:] = answers

    async def answer(self, request: web.BaseRequest) -> web.Response:
        body = await request.text()
        seen = {
            "method": request.method,
            "path": request.path,
            "params": dict(request.query),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": json.loads(body) if body[:1] == "{" else body,
        }
        self.seen.append(seen)
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if callable(answer):
            answer = answer(seen)
        if inspect.isawaitable(answer):
            answer = await answer
        status, content, headers = answer if isinstance(answer, tuple) else (200, answer, {})
        text = content if isinstance(content, str) else json.dumps(content)
        return web.Response(status=status, text=text, headers=headers)

    @property
    def documents(self) -> list[str]:
        """The operation names that were asked, in order."""
        return [seen["body"]["operationName"] for seen in self.seen if "operationName" in seen["body"]]

    def variables(self, nth: int) -> dict[str, Any]:
        """The variables of the nth request."""
        return self.seen[nth]["body"]["variables"]


@asynccontextmanager
async def serving(stage: Stage) -> AsyncIterator[Stage]:
    """Serve a stage on a free port of loopback."""
    runner = web.ServerRunner(web.Server(stage.answer))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stage.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield stage
    finally:
        await runner.cleanup()


@pytest.fixture
async def stage(anyio_backend: str) -> AsyncIterator[Stage]:
    async with serving(Stage()) as served:
        yield served


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def shopify(stage: Stage, clock: ManualClock) -> AsyncIterator[Shopify]:
    """A client with an existing token."""
    client = Shopify("acme.myshopify.com", ShopifyToken(SecretStr("shpat_secret")), clock, stage.url)
    yield client
    await client.close()


@pytest.fixture
async def granted(stage: Stage, clock: ManualClock) -> AsyncIterator[Shopify]:
    """A client that has to ask for its token."""
    credentials = ShopifyClient(SecretStr("the-id"), SecretStr("the-secret"))
    client = Shopify("acme.myshopify.com", credentials, clock, stage.url)
    yield client
    await client.close()


@pytest.fixture
async def shipstation(stage: Stage, clock: ManualClock) -> AsyncIterator[ShipStation]:
    client = ShipStation(SecretStr("the-key"), SecretStr("the-secret"), clock, stage.url)
    yield client
    await client.close()


@dataclass
class Nodes:
    """Builds what Shopify answers."""

    scopes: tuple[str, ...] = ("read_orders", "read_merchant_managed_fulfillment_orders")

    def entry(self, number: int, **changes: Any) -> dict[str, Any]:
        """A list entry."""
        entry = {
            "legacyResourceId": str(6_000_000_000_000 + number),
            "name": f"#{number}",
            "createdAt": "2026-11-18T15:01:09Z",
            "processedAt": "2026-11-18T15:01:07Z",
            "updatedAt": "2026-11-20T04:10:02Z",
            "closedAt": None,
            "cancelledAt": None,
            "cancelReason": None,
            "test": False,
            "fulfillable": False,
            "requiresShipping": True,
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "FULFILLED",
            "returnStatus": "NO_RETURN",
            "sourceName": "web",
            "tags": [],
            "currentSubtotalLineItemsQuantity": 2,
            "fulfillments": [],
        }
        return entry | changes

    def detailed(self, number: int, **changes: Any) -> dict[str, Any]:
        """A node of OrdersDetailed."""
        more = {
            "id": f"gid://shopify/Order/{6_000_000_000_000 + number}",
            "edited": False,
            "shippingLine": {"title": "Standard"},
            "lineItems": self.connection([]),
            "fulfillmentOrders": self.connection([]),
            "transactions": [],
            "refunds": [],
        }
        return self.entry(number) | more | changes

    def connection(self, nodes: list[Any], cursor: str | None = None) -> dict[str, Any]:
        """A connection that goes on after `cursor`."""
        return {"pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}, "nodes": nodes}

    def page(self, nodes: list[Any], cursor: str | None = None, **cost: float) -> dict[str, Any]:
        """An answer to a search."""
        return self.answer({"orders": self.connection(nodes, cursor)}, **cost)

    def nodes(self, *nodes: Any, **cost: float) -> dict[str, Any]:
        """An answer to OrdersDetailed."""
        return self.answer({"nodes": list(nodes)}, **cost)

    def answer(
        self, data: dict[str, Any], requested: float = 20, available: float = 2000, maximum: float = 2000
    ) -> dict[str, Any]:
        """An answer with its cost and the scopes."""
        scopes = {"accessScopes": [{"handle": scope} for scope in self.scopes]}
        return {
            "data": {"currentAppInstallation": scopes, **data},
            "extensions": {"cost": self.cost(requested, available, maximum)},
        }

    def cost(self, requested: float, available: float, maximum: float = 2000) -> dict[str, Any]:
        """What `extensions.cost` holds."""
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": None,
            "throttleStatus": {
                "maximumAvailable": maximum,
                "currentlyAvailable": available,
                "restoreRate": 100.0,
            },
        }


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()
