"""The Web API as delivery needs it: post, update, find; every failure comes out as a SlackFailure."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.metrics import SLACK_CALLS, SLACK_SECONDS
from bot.slack import responses
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure

EVENT_TYPE = "stuck_notice"
"""The event_type of our metadata; its payload is {"notice": id, "edition": number}."""
TIMEOUT = 10
"""Seconds for one call, connecting included."""

POST, UPDATE = "chat.postMessage", "chat.update"
HISTORY, REPLIES = "conversations.history", "conversations.replies"
OPEN = "conversations.open"
_PEOPLE = ("U", "W")
"""How the ids of people begin."""

_PAGE = 200
"""Messages a page when looking for one of ours."""
_CLOCK_SKEW = timedelta(minutes=5)
"""How far Slack's clock may be behind ours."""

Turn = Callable[[str, str], Awaitable[None]]
"""Waits until a method may be called for a channel."""


async def at_once(_method: str, _channel: str) -> None:
    """Wait for nothing: a single look needs no pace."""


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands."""

    ts: str
    channel: str
    edition: int | None = None
    """Of the gap, as its metadata says; None where there is none."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """The last thing that Slack refused, for doctor and health; gone once the same thing works."""

    code: str
    method: str
    todo: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace."""

    user_id: str
    bot_id: str | None
    team_id: str
    team: str
    url: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Channel:
    """What a channel looks like to the bot."""

    id: str
    name: str | None
    member: bool
    archived: bool
    private: bool


def build_client(token: str, api_url: str) -> AsyncWebClient:
    """Return a client that never repeats a call by itself: a repeated post is a second message (slack.md 1.2)."""
    return AsyncWebClient(token=token, base_url=api_url, timeout=TIMEOUT, retry_handlers=[])


class Gateway:
    """One workspace of Slack, seen through one bot token. How fast it is called is its callers' business."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self.client = client
        self.trouble: dict[str, Trouble] = {}
        """By channel id, `token`, `slack` or `scope:<method>`: what was refused last and not yet allowed again."""
        self._clock = clock
        self._site: str | None = None

    def troubles(self) -> list[str]:
        """Return what stands between us and Slack now, one sentence each."""
        return [
            f"Slack answers {each.code} to {each.method}. {each.todo}".strip()
            for each in self.trouble.values()
        ]

    async def post(
        self,
        channel: str,
        message: Message,
        *,
        metadata: Mapping[str, Any],
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> Posted:
        """Post a message, to one person by their user id; raise SlackFailure.

        `broadcast`: one in a thread is seen in the channel, too.
        """
        data = await self._call(
            POST,
            lambda: self.client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=message.blocks or None,
                thread_ts=thread_ts,
                reply_broadcast=(broadcast and thread_ts is not None) or None,
                metadata=dict(metadata),
                unfurl_links=False,
                unfurl_media=False,
            ),
            about="" if channel[:1] in _PEOPLE else channel,
        )
        return Posted(responses.text(data, "ts", POST), str(data.get("channel") or channel))

    async def update(
        self,
        channel: str,
        ts: str,
        message: Message,
        metadata: Mapping[str, Any],
        *,
        broadcast: bool = False,
    ) -> Posted:
        """Replace a message of ours; no blocks means plain text. Raise SlackFailure.

        `broadcast`: one that stands in a thread is seen in the channel from now on.
        """
        await self._call(
            UPDATE,
            lambda: self.client.chat_update(
                channel=channel,
                ts=ts,
                text=message.text,
                blocks=message.blocks,
                metadata=dict(metadata),
                reply_broadcast=broadcast or None,
            ),
            about=channel,
        )
        return Posted(ts, channel)

    async def find(
        self,
        channel: str,
        notice_id: str,
        oldest: datetime,
        thread_ts: str | None = None,
        *,
        turn: Turn = at_once,
    ) -> Posted | None:
        """Look for the message that carries this notice; None only after everything since `oldest` was read.

        `turn` is waited for before each page. Raise SlackFailure when any page cannot be read (design decision 9).
        """
        try:
            async for message in self._messages(channel, oldest - _CLOCK_SKEW, thread_ts, turn):
                payload = _notice(message)
                if payload.get("notice") == notice_id:
                    edition = payload.get("edition")
                    return Posted(
                        responses.text(message, "ts", HISTORY),
                        channel,
                        edition if isinstance(edition, int) else None,
                    )
        except SlackFailure as failure:
            if failure.code != "thread_not_found":
                raise
        return None

    async def channel(self, channel: str) -> Channel:
        """Return what Slack says about a channel, for doctor; raise SlackFailure."""
        data = await self._call(
            "conversations.info", lambda: self.client.conversations_info(channel=channel), about=channel
        )
        found = data.get("channel") or {}
        return Channel(
            channel,
            found.get("name"),
            bool(found.get("is_member")),
            bool(found.get("is_archived")),
            bool(found.get("is_private")),
        )

    async def auth(self) -> Identity:
        """Return who we are and what we may; raise SlackFailure, which says what to do."""
        scopes: list[str] = []

        async def ask() -> AsyncSlackResponse:
            response = await self.client.auth_test()
            scopes.extend(str(response.headers.get("x-oauth-scopes", "")).split(","))
            return response

        data = await self._call("auth.test", ask)
        return Identity(
            user_id=responses.text(data, "user_id", "auth.test"),
            bot_id=data.get("bot_id"),
            team_id=responses.text(data, "team_id", "auth.test"),
            team=str(data.get("team", "")),
            url=str(data.get("url", "")),
            scopes=frozenset(scope.strip() for scope in scopes if scope.strip()),
        )

    async def site(self) -> str | None:
        """Return the address of the workspace, asked once; None while Slack does not say it."""
        if self._site is None:
            try:
                self._site = (await self.auth()).url or None
            except SlackFailure:
                return None
        return self._site

    async def direct(self, user: str) -> str:
        """Return the id of the conversation with one person, to read in it; raise SlackFailure."""
        data = await self._call(OPEN, lambda: self.client.conversations_open(users=user))
        return responses.text(data.get("channel") or {}, "id", OPEN)

    async def _messages(
        self, channel: str, oldest: datetime, thread_ts: str | None, turn: Turn
    ) -> AsyncIterator[dict[str, Any]]:
        method, cursor = (REPLIES if thread_ts else HISTORY), ""
        while True:
            await turn(method, channel)
            ask = partial(self._page, channel, oldest, thread_ts, cursor)
            page = await self._call(method, ask, about=channel)
            for message in _rows(page, method):
                yield message
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor and page.get("has_more"):
                raise SlackFailure(method, "garbled")
            if not cursor:
                return

    async def _page(
        self, channel: str, oldest: datetime, thread_ts: str | None, cursor: str
    ) -> AsyncSlackResponse:
        since = f"{oldest.timestamp():.6f}"
        if thread_ts:
            return await self.client.conversations_replies(
                channel=channel, ts=thread_ts, oldest=since, cursor=cursor or None, limit=_PAGE,
                include_all_metadata=True,
            )  # fmt: skip
        return await self.client.conversations_history(
            channel=channel, oldest=since, cursor=cursor or None, limit=_PAGE, include_all_metadata=True
        )

    async def _call(
        self, method: str, ask: Callable[[], Awaitable[AsyncSlackResponse]], *, about: str = ""
    ) -> dict[str, Any]:
        try:
            with SLACK_SECONDS.labels(method).time():
                data = responses.body(method, await ask())
        except SlackFailure as refusal:
            self._note(refusal, about)
            raise
        except responses.CALL_ERRORS as error:
            failure = responses.failure(method, error)
            self._note(failure, about)
            raise failure from error
        SLACK_CALLS.labels(method, "sent").inc()
        for key in ("token", "slack", f"scope:{method}", about):
            self.trouble.pop(key, None)
        return data

    def _note(self, failure: SlackFailure, about: str) -> None:
        """Keep what doctor and health should tell, by what is wrong."""
        SLACK_CALLS.labels(failure.method, failure.outcome).inc()
        key = {"channel": about, "token": "token", "slack": "slack"}.get(failure.fault)
        if failure.code == "missing_scope":
            key = f"scope:{failure.method}"
        if key:
            self.trouble[key] = Trouble(failure.code, failure.method, failure.todo, self._clock.now())


def _rows(page: Mapping[str, Any], method: str) -> list[dict[str, Any]]:
    rows = page.get("messages")
    if not isinstance(rows, list):
        raise SlackFailure(method, "garbled")
    return rows


def _notice(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload of our metadata, empty on anybody else's message."""
    metadata = message.get("metadata") or {}
    return metadata.get("event_payload") or {} if metadata.get("event_type") == EVENT_TYPE else {}
