"""What the page asks for: the person's clicks and words, and the panel's orders."""

from dataclasses import replace
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.slack import files
from bot.sandbox.slack.elements import Element, Json, elements
from bot.sandbox.slack.socket_mode import Ack
from bot.sandbox.slack.things import Message, View
from bot.sandbox.slack.workspace import Workspace


class PanelWorld(Protocol):
    """What the panel needs of the pretend shop."""

    def names(self) -> Any:
        """List the orders, newest first."""
        ...

    def view(self, name: str) -> dict[str, Any]:
        """Show both systems' view of one order, and what can be done to it."""
        ...

    def act(self, name: str, code: str) -> Any:
        """Do one of those things."""
        ...


class PageApi:
    """The page's requests, each answered with JSON."""

    def __init__(self, workspace: Workspace, world: PanelWorld | None) -> None:
        self._workspace = workspace
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Return everything below `/page` and `/panel`."""
        posts = {
            "/page/click": self.click,
            "/page/command": self.command,
            "/page/say": self.say,
            "/page/shortcut": self.shortcut,
            "/page/upload": self.upload,
            "/page/drop": self.drop,
            "/page/submit": self.submit,
            "/page/close": self.close,
            "/page/home": self.home,
            "/page/dismiss": self.dismiss,
            "/panel/act": self.act,
        }
        gets = {
            "/panel/orders": self.orders,
            "/panel/order": self.order,
            "/page/file/{file}": self.file,
        }
        return [
            *(Route(path, run, methods=["POST"]) for path, run in posts.items()),
            *(Route(path, run, methods=["GET"]) for path, run in gets.items()),
        ]

    async def click(self, request: Request) -> Response:
        """Press or choose what the page shows in a message or view."""
        told = await _body(request)
        thing = self._thing(told)
        element = _element(thing, told) if thing else None
        if thing is None or element is None:
            return JSONResponse({"ok": False, "error": "gone"}, 409)
        ack = await self._workspace.choose_element(thing, element, told.get("change") or {}, told["user"])
        return _answer(ack)

    async def command(self, request: Request) -> Response:
        """Type a slash command."""
        told = await _body(request)
        name, _, text = str(told["text"]).strip().partition(" ")
        return _answer(await self._workspace.command(name, text.strip(), told["user"], told["channel"]))

    async def say(self, request: Request) -> Response:
        """Write a line."""
        told = await _body(request)
        thread_ts = told.get("thread_ts")
        await self._workspace.say(told["text"], told["user"], told["channel"], thread_ts)
        return JSONResponse({"ok": True})

    async def shortcut(self, request: Request) -> Response:
        """Choose a shortcut in a message's menu."""
        told = await _body(request)
        thing = self._thing(told)
        if not isinstance(thing, Message) or thing.only_for is not None or thing.deleted:
            return JSONResponse({"ok": False, "error": "gone"}, 409)
        return _answer(await self._workspace.shortcut(thing, str(told["callback_id"]), told["user"]))

    async def upload(self, request: Request) -> Response:
        """Take one file that somebody chose; nothing is shared by that yet."""
        name, user = request.query_params.get("name", "file"), request.query_params.get("user", "")
        file = self._workspace.files.upload(name, await request.body(), user)
        return JSONResponse({"file": file.as_json(self._workspace.url)})

    async def drop(self, request: Request) -> Response:
        """Send files that were uploaded before, in one message."""
        told = await _body(request)
        chosen = [self._workspace.files.get(one) for one in told["files"]]
        text, thread_ts = told.get("text") or "", told.get("thread_ts")
        await self._workspace.drop(chosen, told["user"], text, told["channel"], thread_ts)
        return JSONResponse({"ok": True})

    async def file(self, request: Request) -> Response:
        """Give a file to whoever looks at the page."""
        return files.give(self._workspace, request.path_params["file"])

    async def submit(self, request: Request) -> Response:
        """Submit a modal with what the page holds in its inputs."""
        told = await _body(request)
        view = self._workspace.views.get(told["view"])
        if view is None:
            return JSONResponse({"ok": False, "error": "gone"}, 409)
        filled = self._workspace.views.put(replace(view, changed=told.get("values") or {}, errors=()))
        return _answer(await self._workspace.submit(filled, user=told["user"]))

    async def close(self, request: Request) -> Response:
        """Dismiss a modal."""
        told = await _body(request)
        view = self._workspace.views.get(told["view"])
        if view is not None:
            await self._workspace.close(view, told["user"])
        return JSONResponse({"ok": True})

    async def home(self, request: Request) -> Response:
        """Open the app's Home tab."""
        told = await _body(request)
        return _answer(await self._workspace.open_home(told["user"], told.get("tab", "home")))

    async def dismiss(self, request: Request) -> Response:
        """Put a private answer away."""
        told = await _body(request)
        for message in self._workspace.ephemerals(told["user"]):
            if message.ts == told["ts"]:
                self._workspace.delete(message)
        return JSONResponse({"ok": True})

    async def orders(self, request: Request) -> Response:
        """List the orders of the pretend shop."""
        return JSONResponse({"orders": self._world.names() if self._world else []})

    async def order(self, request: Request) -> Response:
        """Show both sides of one order."""
        name = request.query_params.get("name", "")
        try:
            return JSONResponse(self._world.view(name) if self._world else {})
        except KeyError:
            return JSONResponse({"error": f"There is no order {name} in the pretend shop."}, 404)

    async def act(self, request: Request) -> Response:
        """Break or mend something."""
        told = await _body(request)
        if self._world is None:
            return JSONResponse({"error": "There is no pretend shop here."}, 404)
        try:
            return JSONResponse({"said": self._world.act(told["name"], told["code"])})
        except KeyError:
            return JSONResponse({"error": "That is no longer possible for this order."}, 409)

    def _thing(self, told: Json) -> Message | View | None:
        if told.get("view"):
            return self._workspace.views.get(told["view"])
        private = {one.ts: one for one in self._workspace.ephemerals(told["user"])}
        room = self._workspace.channels.get(told["channel"])
        found = private.get(told["ts"]) or (room.messages.get(told["ts"]) if room else None)
        # The person pressed what the screen showed, which may be older: a stale card, as in Slack.
        return self._workspace.as_seen(found, told.get("revision", -1)) if found else None


def _element(thing: Message | View, told: Json) -> Element | None:
    for one in elements(thing.blocks):
        if (one.block_id, one.action_id) == (told["block_id"], told["action_id"]):
            return one
    return None


async def _body(request: Request) -> Json:
    told = await request.json()
    return told if isinstance(told, dict) else {}


def _answer(ack: Ack | None) -> Response:
    if ack is None:
        return JSONResponse({"ok": True})
    seconds = None if ack.seconds is None else round(ack.seconds, 4)
    return JSONResponse({"ok": ack.ok, "error": ack.error, "seconds": seconds})
