"""The whole pretend world as one web application: Slack, Shopify, ShipStation and the page."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from bot.sandbox import live, shipstation, shopify
from bot.sandbox.page_api import PageApi
from bot.sandbox.slack import web_api
from bot.sandbox.slack.workspace import Workspace

PAGE = Path(__file__).parent / "page"

ONLY_OURS = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page loads nothing from elsewhere, whatever a message says."""


def build(world: Any, workspace: Workspace, *, faults: Any = None) -> Starlette:
    """Return the sandbox; `world` None leaves Shopify, ShipStation and the panel out (tests of Slack alone)."""
    routes: list[BaseRoute] = [Mount("/slack", routes=web_api.routes(workspace))]
    if world is not None:
        routes += [
            Mount("/shopify", routes=shopify.routes(world, faults)),
            Mount("/shipstation", routes=shipstation.routes(world, faults)),
        ]

    async def page_feed(socket: WebSocket) -> None:
        await live.serve(workspace, world, socket)

    routes += [
        WebSocketRoute("/live", page_feed),
        *PageApi(workspace, world).routes(),
        Route("/", _index),
        Mount("/", StaticFiles(directory=PAGE)),
    ]
    app = Starlette(routes=routes)
    app.add_middleware(_PageOnly)
    return app


async def _index(request: Request) -> Response:
    return FileResponse(PAGE / "index.html")


class _PageOnly:
    """Keeps other sites from clicking here, and the page from loading anything from other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse foreign requests to the page's routes; add the policy to every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _foreign(Request(scope)):
            refusal = JSONResponse({"error": "Only the sandbox's own page may ask for this."}, 403)
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, _with_policy(send))


def _foreign(request: Request) -> bool:
    origin = request.headers.get("origin")
    own = origin is None or origin.partition("://")[2] == request.headers.get("host")
    return not own and request.url.path.startswith(("/page/", "/panel/"))


def _with_policy(send: Send) -> Callable[[Any], Awaitable[None]]:
    async def with_policy(message: Any) -> None:
        if message["type"] == "http.response.start":
            extra = [
                (b"content-security-policy", ONLY_OURS.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"no-referrer"),
            ]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return with_policy
