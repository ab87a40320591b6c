"""HTTP mode: the same payloads as signed posts to the app's `/slack/events`."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import httpx

from bot.sandbox.slack.elements import Json
from bot.sandbox.slack.socket_mode import ACK_SECONDS, Ack, Kind


class HttpMode:
    """Sends payloads to one request URL, signed with the app's signing secret."""

    def __init__(self, url: str, signing_secret: str) -> None:
        self.url = url
        self._secret = signing_secret

    async def send(self, kind: Kind, payload: Json, *, retry: int = 0) -> Ack:
        """Post one payload and return how the app answered it."""
        body, content_type = _encode(kind, payload)
        headers = {"content-type": content_type, **self._signature(body)}
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": "http_timeout"}
        ack = Ack(kind, payload)
        started = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=ACK_SECONDS, trust_env=False) as client:
                answer = await client.post(self.url, content=body, headers=headers)
        except httpx.TimeoutException:
            ack.error = "operation_timeout"
        except httpx.HTTPError:
            ack.error = "dispatch_failed"
        else:
            ack.seconds = time.monotonic() - started
            _read(ack, answer)
        return ack

    def _signature(self, body: str) -> dict[str, str]:
        # The wall's time, whatever the sandbox's clock says: the app checks it against the wall.
        stamp = str(int(time.time()))
        base = f"v0:{stamp}:{body}".encode()
        digest = hmac.new(self._secret.encode(), base, hashlib.sha256).hexdigest()
        return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


def _encode(kind: Kind, payload: Json) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def _read(ack: Ack, answer: httpx.Response) -> None:
    if answer.status_code != 200:
        ack.error = f"http_status_{answer.status_code}"
    elif "json" in answer.headers.get("content-type", ""):
        ack.answered = answer.json()
    else:
        ack.answered = {"text": answer.text} if answer.text else {}
