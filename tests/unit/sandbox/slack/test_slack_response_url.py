"""A response_url answers five times in thirty minutes, privately unless told otherwise."""

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hook(workspace, server):
    return AsyncWebhookClient(workspace.response_url("U0BO", workspace.channel), retry_handlers=[])


async def test_an_answer_is_private_by_default_and_public_on_request(workspace, hook):
    await hook.send(text="psst")
    await hook.send(text="everybody", response_type="in_channel")
    assert [one.text for one in workspace.ephemerals("U0BO")] == ["psst"]
    assert [one.text for one in workspace.messages()] == ["everybody"]


async def test_the_sixth_use_is_refused(workspace, hook):
    answers = [await hook.send(text="x") for _ in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert len(workspace.ephemerals("U0BO")) == 5


async def test_after_thirty_minutes_it_is_expired(workspace, hook, clock):
    clock.move(minutes=31)
    assert "expired_url" in (await hook.send(text="x")).body


async def test_it_can_replace_or_delete_what_was_clicked(workspace, server):
    message = workspace.post(workspace.channel, "before", [], only_for="U0BO")
    url = workspace.response_url("U0BO", workspace.channel, message_ts=message.ts)
    hook = AsyncWebhookClient(url)
    await hook.send(text="after", replace_original=True)
    assert [one.text for one in workspace.ephemerals("U0BO")] == ["after"]
    await hook.send(delete_original=True)
    assert workspace.ephemerals("U0BO") == []


async def test_blocks_that_slack_would_refuse_are_refused(hook, workspace):
    answer = await hook.send(text="x", blocks=[{"type": "nonsense"}])
    assert (answer.status_code, workspace.ephemerals("U0BO")) == (400, [])
