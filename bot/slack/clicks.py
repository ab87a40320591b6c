"""Who pressed what, where, and how to answer that one person privately."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from aiohttp import ClientError
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.message import Message
from bot.slack.people import People, workspace
from bot.slack.replies import ASKING, NOT_SHARED, private

SLOW = 1.5
"""Seconds after which somebody who waits for both systems is told so."""

GAP_WINDOW = "gap"
"""The callback id of the window that shows one gap."""

T = TypeVar("T")

log = structlog.get_logger(__name__)

UNREACHABLE = (SlackClientError, ClientError, OSError, TimeoutError)
"""What an answer to one person may fail with; what they did has happened all the same."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody pressed something: the channel, and the thread when it was in one; or a gap's own window."""

    channel: str | None = None
    thread: str | None = None
    window: str | None = None
    """The view id of that window."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an open window is about; travels in its private_metadata."""

    gap_id: str
    revision: int
    place: Place

    def as_json(self) -> str:
        """Return it as text, far below Slack's 3,000 characters."""
        place = self.place
        return json.dumps([self.gap_id, self.revision, place.channel, place.thread, place.window])

    @classmethod
    def from_json(cls, text: str) -> "Subject":
        """Read it back."""
        gap_id, revision, *place = json.loads(text)
        return cls(gap_id, revision, Place(*place))


@dataclass(frozen=True, slots=True)
class Voice:
    """Answers one person privately: by response_url where there is one, else in the channel for them alone."""

    client: AsyncWebClient
    user: str
    place: Place
    respond: AsyncRespond | None

    async def tell(self, message: Message | None, *, replace: bool = False) -> None:
        """Say something to this person only; nothing when there is nothing to say."""
        if message is None or await self._reply(message, "ephemeral", replace=replace):
            return
        try:
            await self._ephemeral(message)
        except UNREACHABLE as failure:
            log.warning("a private answer did not arrive", error=type(failure).__name__)

    async def share(self, message: Message, *, otherwise: str = NOT_SHARED) -> None:
        """Say something in the channel, for everybody; if that fails, tell the person `otherwise`.

        What is private is told to this person alone.
        """
        if message.private:
            await self.tell(message)
        elif not await self._reply(message, "in_channel"):
            await self.tell(private(otherwise))

    async def _reply(self, message: Message, visible: str, *, replace: bool = False) -> bool:
        """Answer by response_url: five times in half an hour. Return whether Slack took it."""
        if self.respond is None or self.respond.response_url is None:
            return False
        try:
            answer = await self.respond(
                text=message.text,
                blocks=message.blocks,
                response_type=visible,
                replace_original=replace,
                thread_ts=self.place.thread,
                unfurl_links=False,
                unfurl_media=False,
            )
        except UNREACHABLE as failure:
            log.warning("an answer by response_url did not arrive", error=type(failure).__name__)
            return False
        return bool(answer.status_code == 200)

    async def _ephemeral(self, message: Message) -> None:
        """Answer without a response_url: in the channel, or in the conversation with the app."""
        if self.place.channel is None:
            await self.client.chat_postMessage(channel=self.user, text=message.text, blocks=message.blocks)
            return
        await self.client.chat_postEphemeral(
            channel=self.place.channel,
            user=self.user,
            text=message.text,
            blocks=message.blocks,
            thread_ts=self.place.thread,
        )


@dataclass(frozen=True, slots=True)
class Click:
    """One press of a button of a card, by somebody who may act."""

    gap_id: str
    revision: int | None
    """What the card showed when it was drawn; None: act on whatever holds now."""
    trigger: str | None
    voice: Voice
    in_window: bool = False
    """Whether it was pressed in a window, on which another one goes."""

    @property
    def user(self) -> str:
        """Slack id of who pressed."""
        return self.voice.user

    @property
    def place(self) -> Place:
        """Where it was pressed."""
        return self.voice.place


Listener = Callable[..., Awaitable[None]]
Work = Callable[[Voice, dict[str, Any], dict[str, Any]], Awaitable[None]]
"""What a press sets off, given how to answer, the element that was pressed, and the payload."""


async def patiently(voice: Voice, work: Awaitable[T]) -> T:
    """Return what `work` returns; the person who waits is told so when it takes a while."""
    asking = asyncio.ensure_future(work)
    try:
        await asyncio.wait({asking}, timeout=SLOW)
        if not asking.done():
            await voice.tell(private(ASKING))
        return await asking
    finally:
        asking.cancel()


def on_press(people: People, work: Work) -> Listener:
    """Return a listener for a button or menu: acknowledge, see whether this person may, then work."""

    async def pressed(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        await ack()
        voice = voice_of(body, client, respond)
        if await may_act(people, context, body, voice):
            await work(voice, action, body)

    return pressed


def voice_of(body: Mapping[str, Any], client: AsyncWebClient, respond: AsyncRespond | None) -> Voice:
    """Return how to answer whoever sent this payload."""
    user = body.get("user_id") or (body.get("user") or {}).get("id") or ""
    return Voice(client, str(user), place_of(body), respond)


def place_of(body: Mapping[str, Any]) -> Place:
    """Return where a payload comes from; one from a window, where the window was opened."""
    view = body.get("view") or {}
    if view.get("type") == "modal" and view.get("private_metadata"):
        return Subject.from_json(view["private_metadata"]).place
    container = body.get("container") or {}
    channel = container.get("channel_id") or (body.get("channel") or {}).get("id") or body.get("channel_id")
    window = str(view["id"]) if view.get("callback_id") == GAP_WINDOW else None
    return Place(channel, container.get("thread_ts") or (body.get("message") or {}).get("thread_ts"), window)


async def may_act(people: People, context: AsyncBoltContext, body: Mapping[str, Any], voice: Voice) -> bool:
    """Return whether this person may act; one who may not is told why."""
    user = body.get("user") or {}
    refusal = await people.refusal(voice.user, user.get("team_id"), workspace(context))
    if refusal is not None:
        await voice.tell(private(refusal))
    return refusal is None


def read_target(value: str) -> tuple[str, int | None]:
    """Return gap id and revision from what a button carries (`cards.target`)."""
    gap_id, _, revision = value.rpartition(":")
    return (gap_id, int(revision)) if gap_id and revision.isdigit() else (value, None)
