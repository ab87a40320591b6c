"""HTTP mode: what Slack calls, what a load balancer asks, and what Prometheus scrapes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message

from bot import metrics

LARGEST_BODY = 1_000_000
"""Bytes; Slack's largest payloads are a view of 250 kB."""
HEALTH_SECONDS = 5.0
"""How long looking may take before the answer is that something is wrong."""

Health = Callable[[], Awaitable[Mapping[str, Any]]]

log = structlog.get_logger("bot.web")


def build_web(app: AsyncApp, health: Health, api: ASGIApp | None = None) -> Starlette:
    """Return the ASGI app: `/slack/events`, `/healthz` (ready), `/healthz/live`, `/metrics`, and `/api` where there is one.

    `health` answers with at least `live` and `ready`; `counts` ({what: {state: number}}) become gauges.
    """
    slack = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("Not a request of Slack's.", status_code=400)
        return await slack.handle(Request(request.scope, _replay(body)))

    async def ready(_request: Request) -> Response:
        report = await _look(health)
        return JSONResponse(dict(report), status_code=200 if report.get("ready") else 503)

    async def live(_request: Request) -> Response:
        report = await _look(health)
        return JSONResponse(
            {"live": bool(report.get("live"))}, status_code=200 if report.get("live") else 503
        )

    async def scrape(_request: Request) -> Response:
        metrics.observe(await _look(health))
        return Response(generate_latest(metrics.REGISTRY), headers={"content-type": CONTENT_TYPE_LATEST})

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            Route("/healthz", ready),
            Route("/healthz/live", live),
            Route("/metrics", scrape),
            *([Mount("/api", api)] if api is not None else []),
        ]
    )


async def _look(health: Health) -> Mapping[str, Any]:
    """Return the report; a look that fails or hangs is a report too."""
    try:
        return await asyncio.wait_for(health(), HEALTH_SECONDS)
    except (
        Exception
    ) as error:  # reason: whoever asks for health must get an answer, above all when all is not well
        log.exception("the health check itself failed")
        return {
            "live": True,
            "ready": False,
            "problems": [f"The health check failed: {type(error).__name__}."],
        }


async def _body(request: Request) -> bytes | None:
    """Return the raw bytes, which the signature covers; None: too many, or not UTF-8."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    try:
        body.decode()
    except UnicodeDecodeError:
        return None
    return body


def _replay(body: bytes) -> Callable[[], Awaitable[Message]]:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
