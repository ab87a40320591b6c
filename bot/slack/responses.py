"""Slack's answers read with suspicion: a body we can use, or the SlackFailure that it amounts to."""

import math
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.outcomes import SlackFailure

_RETRY_AFTER = 30.0
"""Seconds to wait where Slack limits us without saying for how long."""

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_SDK_STUMBLES = (AttributeError, TypeError, ValueError)
"""What slack_sdk raises over an answer that is text, a list or broken UTF-8 where an object belongs."""

CALL_ERRORS = (SlackApiError, aiohttp.ClientError, OSError, *_SDK_STUMBLES)
"""Everything that a call may raise when Slack, or the way to it, is unwell (TimeoutError is an OSError)."""


def body(method: str, response: AsyncSlackResponse) -> dict[str, Any]:
    """Return the JSON object of an answer that says ok; raise SlackFailure where there is none."""
    if not isinstance(response.data, dict):
        raise SlackFailure(method, "garbled")
    return response.data


def text(data: Mapping[str, Any], key: str, method: str) -> str:
    """Return a text that must be there; raise SlackFailure where it is not."""
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise SlackFailure(method, "garbled")
    return value


def failure(method: str, error: Exception) -> SlackFailure:
    """Return what an exception of the SDK or the network means for the message."""
    if isinstance(error, SlackApiError):
        return _refused(method, error.response)
    if isinstance(error, _NEVER_SENT):
        return SlackFailure(method, "unreachable")
    if isinstance(error, TimeoutError):
        return SlackFailure(method, "timeout")
    return SlackFailure(method, "garbled" if isinstance(error, _SDK_STUMBLES) else "cut")


def _refused(method: str, response: Any) -> SlackFailure:
    """`response` is the SDK's answer, or aiohttp's own where the body was not JSON."""
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    data = getattr(response, "data", None)
    told: Mapping[str, Any] = data if isinstance(data, dict) else {}
    code = told.get("error")
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return SlackFailure(method, "ratelimited", retry_after=_retry_after(response.headers))
    if not isinstance(code, str) or not code:
        code = "http_error" if status >= 500 else "garbled"
    return SlackFailure(method, code, needed=str(told.get("needed") or "") or None)


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("Retry-After", _RETRY_AFTER))
    except ValueError:
        return _RETRY_AFTER
    return max(seconds, 1.0) if math.isfinite(seconds) else _RETRY_AFTER
