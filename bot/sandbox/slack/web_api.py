"""The Web API over HTTP: tokens, scopes, pace, planned failures, and the answers with their headers."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from bot.sandbox.slack import files
from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.failures import Failure
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.respond import respond
from bot.sandbox.slack.table import METHODS
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN, Call, Workspace

AS_JSON = ("blocks", "view", "metadata", "attachments", "files", "unfurls")
"""Arguments that come as JSON text when they do not come in a JSON body."""
SILENCE_SECONDS = 120.0
"""The longest that a planned timeout keeps a connection waiting (wall time)."""


def routes(workspace: Workspace) -> list[BaseRoute]:
    """Return everything below `/slack`."""

    async def api(request: Request) -> Response:
        return await answer(workspace, request)

    async def response_url(request: Request) -> Response:
        return await respond(workspace, request)

    async def upload(request: Request) -> Response:
        return await files.take_upload(workspace, request)

    async def download(request: Request) -> Response:
        return await files.give_download(workspace, request)

    return [
        Route("/upload/{file}", upload, methods=["POST"]),
        Route("/files/{file}/{name:path}", download),
        Route("/api/{method}", api, methods=["GET", "POST"]),
        Route("/respond/{token}", response_url, methods=["POST"]),
        WebSocketRoute("/socket", workspace.socket.serve),
    ]


async def answer(workspace: Workspace, request: Request) -> Response:
    """Answer one call, or fail it as a test has planned."""
    method = request.path_params["method"]
    arguments, token = await _arguments(request)
    failure = workspace.failures.take(method)
    if failure is not None and failure not in {"cut_after", "timeout_after"}:
        return await _fail(workspace, request, method, arguments, failure)
    body, wait = _carry_out(workspace, method, arguments, token)
    status = 429 if wait else 200
    workspace.calls.append(Call(method, arguments, workspace.now(), body, status))
    workspace.feed.publish("call", method=method)
    if failure is not None:
        return await _vanish(request, silent=failure == "timeout_after")
    return JSONResponse(body, status, _headers(workspace, method, wait))


def _carry_out(workspace: Workspace, method: str, arguments: Json, token: str) -> tuple[Json, int]:
    try:
        _allowed(workspace, method, token)
        if wait := workspace.pace.retry_after(method, arguments.get("channel")):
            return {"ok": False, "error": "ratelimited"}, wait
        return {"ok": True, **METHODS[method].run(workspace, arguments)}, 0
    except Refusal as refusal:
        return refusal.as_json(), 0


def _allowed(workspace: Workspace, method: str, token: str) -> None:
    if method not in METHODS:
        raise Refusal("unknown_method")
    if not token:
        raise Refusal("not_authed")
    refused = workspace.tokens.get(token, "invalid_auth")
    if refused:
        raise Refusal(refused)
    wanted = APP_TOKEN if METHODS[method].app_token else BOT_TOKEN
    if token.partition("-")[0] != wanted.partition("-")[0]:
        raise Refusal("not_allowed_token_type")
    scope = METHODS[method].scope
    if scope and scope not in workspace.scopes:
        raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))


async def _arguments(request: Request) -> tuple[Json, str]:
    told: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    if "json" in request.headers.get("content-type", ""):
        told |= json.loads(body or b"{}")
    elif body:
        told |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    for key in AS_JSON:
        if isinstance(told.get(key), str):
            told[key] = _unpacked(told[key])
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    token = told.pop("token", None) or (token if kind == "Bearer" else "")
    return told, str(token)


def _unpacked(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _headers(workspace: Workspace, method: str, wait: int) -> dict[str, str]:
    scope = METHODS[method].scope if method in METHODS else None
    headers = {"x-oauth-scopes": ",".join(sorted(workspace.scopes)), "x-accepted-oauth-scopes": scope or ""}
    return headers | ({"retry-after": str(wait)} if wait else {})


async def _fail(
    workspace: Workspace, request: Request, method: str, arguments: Json, failure: Failure
) -> Response:
    code, _, seconds = str(failure).partition(":")
    body: Json = {"ok": False, "error": code}
    status = failure if isinstance(failure, int) else 429 if code == "ratelimited" else 200
    workspace.calls.append(Call(method, arguments, workspace.now(), body, status))
    workspace.feed.publish("call", method=method)
    if code in {"cut_before", "timeout"}:
        return await _vanish(request, silent=code == "timeout")
    if isinstance(failure, int):
        return PlainTextResponse("upstream connect error", failure)
    wait = int(seconds or 1) if status == 429 else 0
    return JSONResponse(body, status, _headers(workspace, method, wait))


async def _vanish(request: Request, *, silent: bool) -> Response:
    """End the exchange without an answer: at once, or after the caller has lost patience."""
    if silent:
        async with asyncio.timeout(SILENCE_SECONDS):
            while (await request.receive())["type"] != "http.disconnect":
                continue
    elif cut := request.scope.get("cut"):
        cut()
    return Response(status_code=503)
