"""One question to Slack while somebody waits: not for long, and whatever goes wrong is a SlackFailure."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack import responses

PATIENCE = 2.0
"""Seconds to wait for an answer: a modal has to open within three of the click."""


async def ask(method: str, call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    """Return what Slack answers to one call of `method`; raise SlackFailure."""
    try:
        return responses.body(method, await asyncio.wait_for(call, PATIENCE))
    except responses.CALL_ERRORS as error:
        raise responses.failure(method, error) from error
