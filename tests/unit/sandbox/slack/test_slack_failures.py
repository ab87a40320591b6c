"""Calls can be made to fail in every way that a real one does."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

pytestmark = pytest.mark.anyio


def post(client, workspace):
    return client.chat_postMessage(channel=workspace.channel, text="x")


async def test_a_planned_code_fails_as_often_as_planned_and_nothing_is_posted(client, workspace):
    workspace.fail_next("chat.postMessage", "fatal_error", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="fatal_error"):
            await post(client, workspace)
    assert workspace.messages() == []
    await post(client, workspace)
    assert len(workspace.messages()) == 1


async def test_a_planned_rate_limit_says_how_long(client, workspace):
    workspace.fail_next("chat.postMessage", "ratelimited:30")
    with pytest.raises(SlackApiError) as caught:
        await post(client, workspace)
    assert (caught.value.response.status_code, caught.value.response.headers["retry-after"]) == (429, "30")


async def test_a_planned_status_is_no_json(client, workspace):
    workspace.fail_next("chat.postMessage", 503)
    with pytest.raises(SlackApiError) as caught:
        await post(client, workspace)
    assert caught.value.response.status_code == 503


async def test_a_connection_cut_before_leaves_nothing_behind(client, workspace):
    workspace.fail_next("chat.postMessage", "cut_before")
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client, workspace)
    assert workspace.messages() == []


async def test_a_connection_cut_after_leaves_the_message_behind(client, workspace):
    workspace.fail_next("chat.postMessage", "cut_after")
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(client, workspace)
    assert len(workspace.messages()) == 1


@pytest.mark.parametrize(("failure", "left"), [("timeout", 0), ("timeout_after", 1)])
async def test_silence_lasts_until_the_caller_gives_up(client, workspace, failure, left):
    workspace.fail_next("chat.postMessage", failure)
    client.timeout = 0.2
    with pytest.raises(asyncio.TimeoutError):
        await post(client, workspace)
    assert len(workspace.messages()) == left


async def test_every_call_is_remembered_with_its_answer(client, workspace):
    workspace.fail_next("chat.postMessage", "fatal_error")
    with pytest.raises(SlackApiError):
        await post(client, workspace)
    await post(client, workspace)
    assert [one.error for one in workspace.called("chat.postMessage")] == ["fatal_error", None]
    assert "xoxb" not in str(workspace.calls)
