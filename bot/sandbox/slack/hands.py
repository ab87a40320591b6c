"""What pretend people do: click, choose, type a command, submit a modal, open Home, write a line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.sandbox.slack import interactions
from bot.sandbox.slack.elements import Element, Json, chosen, elements, find
from bot.sandbox.slack.files import PretendFile, objections
from bot.sandbox.slack.people import BOT_USER
from bot.sandbox.slack.socket_mode import Ack
from bot.sandbox.slack.things import Message, View
from bot.sandbox.slack.unfurling import linked, shared

if TYPE_CHECKING:
    from bot.sandbox.slack.workspace import Workspace

DEFAULT_USER = "U0ALEX"
REQUIRED = "Please complete this required field."


class Hands:
    """The people at the keyboard; every act returns how the app acknowledged it."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace

    async def click(
        self, thing: Message | View, wanted: str, user: str = DEFAULT_USER, value: str | None = None
    ) -> Ack:
        """Press the button with these words or this action id, as `thing` shows it; an old value is a stale card."""
        element = find(list(thing.blocks), wanted)
        change = {} if value is None else {"value": value}
        return await self._act(thing, element, change, user)

    async def choose(
        self, thing: Message | View, wanted: str, choice: Any, user: str = DEFAULT_USER
    ) -> Ack | None:
        """Choose in a select, overflow, picker or checkbox group; None: an input that the app hears of only at submit."""
        element = find(list(thing.blocks), wanted)
        change = choice if isinstance(choice, dict) else chosen(element, choice)
        return await self.choose_element(thing, element, change, user)

    async def choose_element(
        self, thing: Message | View, element: Element, change: Json, user: str
    ) -> Ack | None:
        """Choose `change` (as Slack reports it) in one element; an empty change is a plain click."""
        if isinstance(thing, View) and change:
            thing = self._remember(thing, element, change)
            if _waits_for_submit(thing, element):
                return None
        return await self._act(thing, element, change, user)

    async def command(
        self, name: str, text: str = "", user: str = DEFAULT_USER, channel: str | None = None
    ) -> Ack:
        """Type a slash command in a channel."""
        workspace = self._workspace
        room = workspace.channels[channel or workspace.channel]
        payload = interactions.command(workspace, name, text, room, workspace.people[user])
        ack = await workspace.deliver("slash_commands", payload)
        if ack.error:
            self._trouble(user, f"{name} failed with the error “{ack.error}”")
        elif ack.answered and (ack.answered.get("text") or ack.answered.get("blocks")):
            self._answer(room.id, ack.answered, user)
        return ack

    async def submit(
        self, view: View, state: Mapping[str, Any] | None = None, user: str | None = None
    ) -> Ack:
        """Fill in a modal (action id, block id or label → value) and submit it."""
        workspace = self._workspace
        for key, value in (state or {}).items():
            element = _input(view, key)
            view = self._remember(view, element, value if isinstance(value, dict) else chosen(element, value))
        if missing := _missing(view) or _unfit(view):
            workspace.views.put(replace(view, errors=missing))
            return Ack("interactive", {}, error="required_field_missing")
        payload = interactions.submission(workspace, view, workspace.people[user or view.user])
        ack = await workspace.deliver("interactive", payload)
        if ack.error:
            self._trouble(view.user, "We had some trouble connecting. Try again?")
        else:
            self._conclude(view, ack.answered or {})
        return ack

    async def close(self, view: View, user: str | None = None) -> Ack | None:
        """Dismiss a modal; None: the app did not ask to be told."""
        workspace = self._workspace
        workspace.views.close(view)
        if not view.body.get("notify_on_close"):
            return None
        person = workspace.people[user or view.user]
        payload = interactions.closed(workspace, view, person, cleared=False)
        return await workspace.deliver("interactive", payload)

    async def open_home(self, user: str = DEFAULT_USER, tab: str = "home") -> Ack:
        """Open the app's Home (or messages) tab."""
        workspace = self._workspace
        body: Json = {"type": "app_home_opened", "channel": workspace.dm(user).id, "tab": tab}
        if home := workspace.home(user):
            body["view"] = home.as_json({})
        payload = interactions.event(workspace, body, workspace.people[user])
        return await workspace.deliver("events_api", payload)

    async def say(
        self, text: str, user: str = DEFAULT_USER, channel: str | None = None, thread_ts: str | None = None
    ) -> Message:
        """Write a line; the app hears of it when it is mentioned, in its own conversation with somebody, and of links."""
        workspace = self._workspace
        room = channel or workspace.channel
        message = workspace.post(room, linked(text), [], user=user, thread_ts=thread_ts)
        await self._share_links(message)
        if workspace.channels[room].im_user:
            await self.hear(message)
        elif f"<@{BOT_USER}>" in text:
            body = {"type": "app_mention", "text": text, "ts": message.ts, "channel": room}
            if thread_ts:
                body["thread_ts"] = thread_ts
            payload = interactions.event(workspace, body, workspace.people[user])
            await workspace.deliver("events_api", payload)
        return message

    async def drop(
        self,
        files: Sequence[PretendFile],
        user: str = DEFAULT_USER,
        text: str = "",
        channel: str | None = None,
        thread_ts: str | None = None,
    ) -> Message:
        """Send files in one message, in the conversation with the app unless said otherwise."""
        workspace = self._workspace
        room = workspace.channels[channel] if channel else workspace.dm(user)
        told = workspace.files.told([file.id for file in files])
        message = workspace.post(room.id, linked(text), [], user=user, thread_ts=thread_ts, files=told)
        await self._share_links(message)
        if room.im_user:
            await self.hear(message)
        return message

    async def shortcut(self, message: Message, callback_id: str, user: str = DEFAULT_USER) -> Ack:
        """Choose one of the app's shortcuts in the menu of a message, which an ephemeral one does not have."""
        if message.only_for is not None or message.deleted:
            raise LookupError("An ephemeral message, or one that is gone, has no shortcuts.")
        workspace = self._workspace
        payload = interactions.message_action(workspace, message, callback_id, workspace.people[user])
        ack = await workspace.deliver("interactive", payload)
        if ack.error:
            self._trouble(user, f"stuck did not respond ({ack.error})")
        return ack

    async def _share_links(self, message: Message) -> None:
        """Tell the app of the links in a message to the domains that it is registered for."""
        workspace = self._workspace
        if told := shared(workspace, message):
            payload = interactions.event(workspace, told, workspace.people[message.user])
            await workspace.deliver("events_api", payload)

    async def hear(self, message: Message) -> None:
        """Tell the app of a message in its own conversation with somebody, if it may read there."""
        workspace = self._workspace
        if "im:history" in workspace.scopes:
            body = message.as_json() | {"channel": message.channel, "channel_type": "im"}
            payload = interactions.event(workspace, body, workspace.people[message.user])
            await workspace.deliver("events_api", payload)

    async def _act(self, thing: Message | View, element: Element, change: Json, user: str) -> Ack:
        workspace = self._workspace
        payload = interactions.click(workspace, thing, element, change, workspace.people[user])
        ack = await workspace.deliver("interactive", payload)
        if ack.error:
            self._trouble(user, f"stuck did not respond to “{element.label}” ({ack.error})")
        return ack

    def _remember(self, view: View, element: Element, change: Json) -> View:
        current = self._workspace.views.get(view.id) or view
        held = {**current.changed.get(element.block_id, {}), element.action_id: change}
        return self._workspace.views.put(
            replace(current, changed={**current.changed, element.block_id: held}, errors=())
        )

    def _conclude(self, view: View, answer: Json) -> None:
        views = self._workspace.views
        match answer.get("response_action"):
            case "errors":
                views.put(replace(view, errors=tuple(answer.get("errors", {}).items())))
            case "update":
                views.update(view, answer["view"])
            case "push":
                views.push(view.user, answer["view"])
            case "clear":
                views.clear(view.user)
            case _:
                views.close(view)

    def _answer(self, channel: str, answer: Json, user: str) -> None:
        only_for = None if answer.get("response_type") == "in_channel" else user
        blocks = answer.get("blocks", [])
        self._workspace.post(channel, answer.get("text", ""), blocks, only_for=only_for)

    def _trouble(self, user: str, text: str) -> None:
        self._workspace.feed.publish("trouble", user=user, text=text)


def _waits_for_submit(view: View, element: Element) -> bool:
    for block in view.blocks:
        if block.get("block_id") == element.block_id:
            return block.get("type") == "input" and not block.get("dispatch_action")
    return False


def _input(view: View, key: str) -> Element:
    for block in view.blocks:
        label = (block.get("label") or {}).get("text")
        if key in (block.get("block_id"), label):
            return next(elements([block]))
    return find(view.blocks, key)


def _missing(view: View) -> tuple[tuple[str, str], ...]:
    state = interactions.view_values(view)
    needed = [str(block["block_id"]) for block in view.blocks if _needed(block)]
    empty = [block_id for block_id in needed for told in state.get(block_id, {}).values() if _empty(told)]
    return tuple((block_id, REQUIRED) for block_id in empty)


def _unfit(view: View) -> tuple[tuple[str, str], ...]:
    """Return the file inputs whose files Slack's own client would not take."""
    state = interactions.view_values(view)
    wrong = []
    for one in elements(view.blocks):
        chosen_files = state.get(one.block_id, {}).get(one.action_id, {}).get("files")
        if one.type == "file_input" and chosen_files and (said := objections(one.body, chosen_files)):
            wrong.append((one.block_id, said))
    return tuple(wrong)


def _needed(block: Json) -> bool:
    return block.get("type") == "input" and not block.get("optional")


def _empty(told: Json) -> bool:
    return all(value is None or value in ("", []) for key, value in told.items() if key != "type")
