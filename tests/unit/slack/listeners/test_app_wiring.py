import json
import time
from hashlib import sha256
from hmac import new as hmac
from urllib.parse import urlencode

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.metrics import REGISTRY
from bot.slack.app import build_app

pytestmark = pytest.mark.anyio
SECRET = "right"


def over_http(front):
    return build_app(front.client, front.desk, signing_secret=SECRET, socket_mode=False)


def signed(body: str, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time()))
    digest = hmac(secret.encode(), f"v0:{stamp}:{body}".encode(), sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def click(gap, response_url: str) -> dict:
    action = {
        "type": "button",
        "action_id": "gap.claim",
        "block_id": "b",
        "value": f"{gap.id}:{gap.revision}",
    }
    return {
        "type": "block_actions",
        "user": {"id": "U0ALEX", "team_id": "T0PRETEND"},
        "team": {"id": "T0PRETEND"},
        "channel": {"id": "C0PRETEND1"},
        "container": {"type": "message", "channel_id": "C0PRETEND1"},
        "response_url": response_url,
        "actions": [action],
    }


def acknowledged(kind: str) -> float:
    return REGISTRY.get_sample_value("stuck_slack_ack_seconds_count", {"kind": kind}) or 0.0


async def send(app, payload: dict, secret: str = SECRET) -> int:
    body = urlencode({"payload": json.dumps(payload)})
    response = await app.async_dispatch(AsyncBoltRequest(body=body, headers=signed(body, secret)))
    return response.status


async def test_a_signed_request_does_over_http_what_it_does_over_the_socket(front):
    gap = await front.open_gap()
    assert await send(over_http(front), click(gap, f"{front.slack.url}/slack/respond/1")) == 200
    assert (await front.until(gap, "claimed")).owner == "U0ALEX"


async def test_a_request_signed_with_another_secret_is_refused(front):
    gap = await front.open_gap()
    assert await send(over_http(front), click(gap, f"{front.slack.url}/slack/respond/1"), "wrong") == 401
    assert (await front.gap(gap.id)).owner is None


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "https://[evil.example/", "file:///etc/passwd"]
)
async def test_a_request_that_would_be_answered_elsewhere_is_refused(front, elsewhere):
    gap = await front.open_gap()
    assert await send(over_http(front), click(gap, elsewhere)) == 403
    assert (await front.gap(gap.id)).owner is None


async def test_how_fast_a_click_is_acknowledged_is_measured(front):
    gap = await front.open_gap()
    before = acknowledged("block_actions")
    await front.slack.click(await front.show(gap), "Claim")
    assert acknowledged("block_actions") == before + 1
