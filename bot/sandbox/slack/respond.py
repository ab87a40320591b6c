"""The response_url of an interaction: five answers in thirty minutes, private unless they say otherwise."""

import json

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.slack.chat import content
from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.methods import truth
from bot.sandbox.slack.refusal import Refusal
from bot.sandbox.slack.things import Message
from bot.sandbox.slack.tickets import ResponseUrl
from bot.sandbox.slack.workspace import Call, Workspace


async def respond(workspace: Workspace, request: Request) -> Response:
    """Carry out one answer; what is refused gets 404 or 400, as from hooks.slack.com."""
    body: Json = json.loads(await request.body() or b"{}")
    url, refused = workspace.tickets.use(request.path_params["token"])
    status = 404 if refused else 200
    try:
        if url is not None:
            _carry_out(workspace, url, body)
    except Refusal as refusal:
        refused, status = refusal.code, 400
    told: Json = {"ok": False, "error": refused} if refused else {"ok": True}
    workspace.calls.append(Call("response_url", body, workspace.now(), told, status))
    workspace.feed.publish("call", method="response_url")
    return PlainTextResponse("ok") if refused is None else JSONResponse(told, status)


def _carry_out(workspace: Workspace, url: ResponseUrl, body: Json) -> None:
    clicked = _clicked(workspace, url)
    if truth(body.get("delete_original")):
        if clicked is not None:
            workspace.delete(clicked)
        return
    text, blocks = content(body)
    if truth(body.get("replace_original")) and clicked is not None:
        workspace.redraw(clicked, text=text, blocks=blocks)
        return
    only_for = None if body.get("response_type") == "in_channel" else url.user
    thread_ts = body.get("thread_ts") or (url.thread_ts if only_for else None)
    workspace.post(url.channel, text, blocks, only_for=only_for, thread_ts=thread_ts)


def _clicked(workspace: Workspace, url: ResponseUrl) -> Message | None:
    for message in workspace.ephemerals(url.user):
        if message.ts == url.message_ts:
            return message
    return workspace.channels[url.channel].messages.get(url.message_ts or "")
