"""Bolt, over a real WebSocket, hears what people do."""

import asyncio

import pytest
from aiohttp import WSServerHandshakeError
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from bot.sandbox.slack.workspace import APP_TOKEN

pytestmark = pytest.mark.anyio

CLAIM = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Claim"},
    "action_id": "claim",
    "value": "g1",
}
SNOOZE = {
    "type": "overflow",
    "action_id": "more",
    "options": [
        {"text": {"type": "plain_text", "text": "1 hour"}, "value": "1h"},
        {"text": {"type": "plain_text", "text": "4 hours"}, "value": "4h"},
    ],
}
CARD = [{"type": "actions", "block_id": "act", "elements": [CLAIM, SNOOZE]}]


async def test_a_click_reaches_the_listener_with_the_message_it_was_made_on(workspace, bolt):
    seen = asyncio.get_running_loop().create_future()

    @bolt.app.action("claim")
    async def claim(ack, body):
        await ack()
        seen.set_result(body)

    await bolt.client.chat_postMessage(channel=workspace.channel, text="a gap", blocks=CARD)
    ack = await workspace.click(workspace.messages()[-1], "Claim", user="U0BO")
    body = await seen
    assert ack.ok
    assert ack.seconds is not None
    assert body["user"]["id"] == "U0BO"
    assert body["actions"][0]["value"] == "g1"
    assert body["message"]["ts"] == workspace.messages()[-1].ts


async def test_a_choice_in_a_menu_arrives_as_the_selected_option(workspace, bolt):
    seen = asyncio.get_running_loop().create_future()

    @bolt.app.action("more")
    async def more(ack, action):
        await ack()
        seen.set_result(action)

    await bolt.client.chat_postMessage(channel=workspace.channel, text="a gap", blocks=CARD)
    await workspace.choose(workspace.messages()[-1], "more", "4 hours")
    assert (await seen)["selected_option"]["value"] == "4h"


async def test_a_command_is_answered_privately_through_its_response_url(workspace, bolt):
    @bolt.app.command("/stuck")
    async def stuck(ack, respond, command):
        await ack()
        await respond(f"you typed {command['text']}")

    await workspace.command("/stuck", "summary", user="U0CAM")
    await workspace.wait_for(lambda: workspace.ephemerals("U0CAM"))
    assert workspace.ephemerals("U0CAM")[0].text == "you typed summary"
    assert workspace.messages() == []


async def test_words_in_the_acknowledgement_of_a_command_are_shown(workspace, bolt):
    @bolt.app.command("/stuck")
    async def stuck(ack):
        await ack("at once")

    await workspace.command("/stuck", "help")
    assert [one.text for one in workspace.ephemerals("U0ALEX")] == ["at once"]


async def test_a_modal_opens_takes_input_and_hands_it_over(workspace, bolt):
    seen = asyncio.get_running_loop().create_future()
    field = {"type": "plain_text_input", "action_id": "reason"}
    body = {
        "type": "modal",
        "callback_id": "why",
        "title": {"type": "plain_text", "text": "Why?"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "r",
                "label": {"type": "plain_text", "text": "Reason"},
                "element": field,
            }
        ],
    }

    @bolt.app.command("/stuck")
    async def stuck(ack, client, command):
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=body)

    @bolt.app.view("why")
    async def why(ack, view):
        await ack()
        seen.set_result(view["state"]["values"]["r"]["reason"]["value"])

    await workspace.command("/stuck", "x")
    view = (await workspace.wait_for(lambda: workspace.modals("U0ALEX")))[-1]
    refused = await workspace.submit(view)
    assert refused.error == "required_field_missing"
    await workspace.submit(view, {"Reason": "lost parcel"})
    assert await seen == "lost parcel"
    assert workspace.modals("U0ALEX") == []


async def test_a_submission_that_the_app_refuses_keeps_the_modal_and_its_errors(workspace, bolt):
    @bolt.app.view("v")
    async def refuse(ack):
        await ack(response_action="errors", errors={"r": "not today"})

    view = workspace.views.open("U0ALEX", {"type": "modal", "callback_id": "v", "blocks": []})
    await workspace.submit(view)
    assert workspace.modals("U0ALEX")[0].errors == (("r", "not today"),)


async def test_opening_home_sends_the_event_and_shows_what_is_published(workspace, bolt):
    @bolt.app.event("app_home_opened")
    async def opened(client, event):
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "nothing claimed"}}
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section]})

    await workspace.open_home("U0BO")
    home = await workspace.wait_for(lambda: workspace.home("U0BO"))
    assert "nothing claimed" in home.words


async def test_what_is_not_acknowledged_in_time_is_an_operation_timeout(workspace, bolt, monkeypatch):
    monkeypatch.setattr("bot.sandbox.slack.socket_mode.ACK_SECONDS", 0.05)
    release = asyncio.Event()

    @bolt.app.command("/stuck")
    async def slow(ack):
        await release.wait()
        await ack()

    told = []
    workspace.feed.subscribe(told.append)
    ack = await workspace.command("/stuck", "summary")
    release.set()
    assert ack.error == "operation_timeout"
    assert any(one["type"] == "trouble" and "operation_timeout" in one["text"] for one in told)


async def test_without_a_connection_nothing_is_dispatched(workspace, server):
    ack = await workspace.command("/stuck", "summary")
    assert ack.error == "dispatch_failed"


async def test_each_envelope_goes_to_one_of_several_connections(workspace, bolt):
    heard = []

    async def listen(name, app):
        @app.command("/stuck")
        async def stuck(ack):
            await ack()
            heard.append(name)

    other = AsyncApp(name="pretend", client=bolt.client)
    handler = AsyncSocketModeHandler(other, APP_TOKEN)
    await listen("first", bolt.app)
    await listen("second", other)
    await handler.connect_async()
    await workspace.socket.connected(2)
    for _ in range(4):
        await workspace.command("/stuck", "help")
    await handler.close_async()
    assert sorted(heard) == ["first", "first", "second", "second"]


async def test_a_dropped_app_comes_back_by_itself(workspace, bolt):
    before = workspace.socket.connections[0]
    await workspace.socket.drop()
    await workspace.wait_for(lambda: len(workspace.called("apps.connections.open")) >= 2)
    await workspace.socket.connected()
    assert workspace.socket.connections[0] is not before


async def test_a_ticket_opens_one_connection_only(workspace, bolt):
    socket = bolt.handler.client
    with pytest.raises(WSServerHandshakeError):
        await socket.aiohttp_client_session.ws_connect(socket.wss_uri)
    assert len(workspace.socket.connections) == 1


async def test_the_last_payload_can_come_again_as_slack_sends_it_when_it_missed_the_answer(workspace, bolt):
    heard = []

    @bolt.app.event("app_home_opened")
    async def opened(body, request):
        heard.append((body["event_id"], request.headers.get("x-slack-retry-num")))

    await workspace.open_home()
    await workspace.again()
    assert [event_id for event_id, _ in heard] == [heard[0][0]] * 2
    assert heard[1][1] == ["1"]


async def test_a_mention_in_the_channel_is_an_event(workspace, bolt):
    seen = asyncio.get_running_loop().create_future()

    @bolt.app.event("app_mention")
    async def mentioned(event):
        seen.set_result(event["text"])

    await workspace.say("<@U0STUCK> hello", user="U0CAM")
    assert await seen == "<@U0STUCK> hello"


async def test_a_click_on_a_private_answer_carries_no_message_but_can_replace_it(workspace, bolt):
    seen = asyncio.get_running_loop().create_future()

    @bolt.app.action("claim")
    async def claim(ack, body, respond):
        await ack()
        await respond("done", replace_original=True)
        seen.set_result(body)

    await bolt.client.chat_postEphemeral(channel=workspace.channel, user="U0BO", text="a gap", blocks=CARD)
    await workspace.click(workspace.ephemerals("U0BO")[0], "Claim", user="U0BO")
    body = await seen
    assert "message" not in body
    assert body["container"]["is_ephemeral"] is True
    assert [one.text for one in workspace.ephemerals("U0BO")] == ["done"]


async def test_a_frozen_line_looks_alive_and_hears_nothing(workspace, bolt, server, monkeypatch):
    monkeypatch.setattr("bot.sandbox.slack.socket_mode.ACK_SECONDS", 0.2)

    @bolt.app.command("/stuck")
    async def stuck(ack):
        await ack()

    server.freeze()
    ack = await workspace.command("/stuck", "summary")
    assert ack.error == "operation_timeout"
    assert len(workspace.socket.connections) == 1
