"""With HTTP instead of Socket Mode, Bolt gets the same payloads, signed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack.workspace import SIGNING_SECRET

pytestmark = pytest.mark.anyio


@pytest.fixture
async def app(client) -> AsyncApp:
    return AsyncApp(name="pretend", client=client, signing_secret=SIGNING_SECRET)


@pytest.fixture
async def address(app) -> AsyncIterator[str]:
    runner = web.AppRunner(app.web_app(path="/slack/events"))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await runner.cleanup()


async def test_commands_clicks_and_events_arrive_signed(workspace, app, address):
    heard = []

    @app.command("/stuck")
    async def stuck(ack, command):
        heard.append(command["text"])
        await ack("done")

    @app.action("claim")
    async def claim(ack, action):
        heard.append(action["value"])
        await ack()

    opened = asyncio.get_running_loop().create_future()

    @app.event("app_home_opened")
    async def home(event):
        opened.set_result(event["user"])

    workspace.use_http(address)
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Claim"},
        "action_id": "claim",
        "value": "g",
    }
    card = workspace.post(workspace.channel, "x", [{"type": "actions", "elements": [button]}])
    acks = [
        await workspace.command("/stuck", "mine"),
        await workspace.click(card, "Claim"),
        await workspace.open_home("U0CAM"),
    ]
    assert [one.error for one in acks] == [None] * 3
    assert heard == ["mine", "g"]
    assert await opened == "U0CAM"
    assert [one.text for one in workspace.ephemerals("U0ALEX")] == ["done"]


async def test_a_wrong_signature_is_not_let_in(workspace, app, address):
    workspace.use_http(address, "another-secret")
    ack = await workspace.command("/stuck", "mine")
    assert ack.error == "http_status_401"


async def test_nobody_listening_is_a_failed_dispatch(workspace):
    workspace.use_http("http://127.0.0.1:9/slack/events")
    assert (await workspace.command("/stuck", "mine")).error == "dispatch_failed"
