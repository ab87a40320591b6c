"""The thread in which one audit is told: lines, one line that changes, and files. All in one person's conversation with the app."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.clock import Clock
from bot.slack import responses
from bot.slack.clicks import Voice
from bot.slack.gateway import POST, UPDATE
from bot.slack.message import Message
from bot.slack.outcomes import SlackFailure

OPEN, LINK, SHARE = "conversations.open", "chat.getPermalink", "files.completeUploadExternal"
TRIES = 4
"""How often Slack is asked while it says that we ask too often."""
LONGEST_UPLOAD = 120
"""Seconds for one file."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of ours to be shared."""

    path: Path
    title: str
    alt_text: str | None = None
    """What a picture shows, in words."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Where an audit is told."""

    client: AsyncWebClient
    clock: Clock
    channel: str
    ts: str

    async def say(self, message: Message) -> str:
        """Post a line and return its ts. Raises SlackFailure."""
        return await post(self.client, self.clock, self.channel, message, self.ts)

    async def change(self, ts: str, message: Message) -> None:
        """Replace a line of ours. Raises SlackFailure."""
        await call_patiently(
            self.clock,
            UPDATE,
            lambda: self.client.chat_update(
                channel=self.channel, ts=ts, text=message.text, blocks=message.blocks
            ),
        )

    async def share(self, files: Sequence[Attachment], comment: str) -> None:
        """Share files in one message. Raises SlackFailure."""
        uploads = [
            {
                "file": str(each.path),
                "filename": each.path.name,
                "title": each.title,
                "alt_txt": each.alt_text,
            }
            for each in files
        ]
        slow = AsyncWebClient(
            token=self.client.token,
            base_url=self.client.base_url,
            timeout=LONGEST_UPLOAD,
            proxy=self.client.proxy,
            ssl=self.client.ssl,
            retry_handlers=[],
        )
        await call_patiently(
            self.clock,
            SHARE,
            lambda: slow.files_upload_v2(
                file_uploads=uploads, channel=self.channel, thread_ts=self.ts, initial_comment=comment
            ),
        )


def pressed_in(clock: Clock, voice: Voice, body: Mapping[str, Any]) -> tuple[Thread, str]:
    """Return the thread in which somebody pressed a button, and the ts of the button's message."""
    ts = str((body.get("container") or {}).get("message_ts") or "")
    return Thread(voice.client, clock, voice.place.channel or voice.user, voice.place.thread or ts), ts


async def post(
    client: AsyncWebClient, clock: Clock, channel: str, message: Message, thread_ts: str | None = None
) -> str:
    """Post a message and return its ts. Raises SlackFailure."""
    data = await call_patiently(
        clock,
        POST,
        lambda: client.chat_postMessage(
            channel=channel,
            thread_ts=thread_ts,
            text=message.text,
            blocks=message.blocks or None,
            unfurl_links=False,
            unfurl_media=False,
        ),
    )
    return responses.text(data, "ts", POST)


async def permalink(client: AsyncWebClient, clock: Clock, channel: str, ts: str) -> str | None:
    """Return the address of a message; None where Slack does not say."""
    try:
        data = await call_patiently(
            clock, LINK, lambda: client.chat_getPermalink(channel=channel, message_ts=ts)
        )
        return responses.text(data, "permalink", LINK)
    except SlackFailure:
        return None


async def conversation(client: AsyncWebClient, clock: Clock, user: str) -> str:
    """Return the id of the app's conversation with one person. Raises SlackFailure."""
    data = await call_patiently(clock, OPEN, lambda: client.conversations_open(users=user))
    return responses.text(data.get("channel") or {}, "id", OPEN)


async def call_patiently(
    clock: Clock, method: str, ask: Callable[[], Awaitable[AsyncSlackResponse]], *, tries: int = TRIES
) -> dict[str, Any]:
    """Return what Slack answers, having waited as often as it asks us to slow down. Raises SlackFailure."""
    try:
        return responses.body(method, await ask())
    except SlackRequestError as error:
        raise SlackFailure(method, "http_error") from error
    except responses.CALL_ERRORS as error:
        failure = responses.failure(method, error)
        if failure.fault != "pace" or tries <= 1:
            raise failure from error
    await clock.sleep(failure.retry_after or 1.0)
    return await call_patiently(clock, method, ask, tries=tries - 1)
