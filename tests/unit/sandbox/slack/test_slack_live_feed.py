"""The page's feed: everything at first, then what changes, for the person who is looking."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
async def feed(server, workspace) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    workspace.post(workspace.channel, "before", [])
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.url}/live?user=U0BO") as feed:
        yield feed


async def test_a_page_that_connects_is_told_everything(feed, workspace):
    told = await feed.receive_json(timeout=5)
    assert [one["text"] for one in told["messages"]] == ["before"]
    assert (told["user"], told["channel"], told["clock"]["speed"]) == ("U0BO", workspace.channel, 0)


async def test_a_change_is_sent_once_as_it_stands_now(feed, workspace):
    await feed.receive_json(timeout=5)
    message = workspace.post(workspace.channel, "new", [])
    workspace.redraw(message, text="newer")
    told = await feed.receive_json(timeout=5)
    assert [(one["type"], one["message"]["text"]) for one in told["changes"]] == [("message", "newer")]


async def test_a_reply_also_changes_what_its_parent_shows(feed, workspace):
    await feed.receive_json(timeout=5)
    parent = workspace.messages()[0]
    workspace.post(workspace.channel, "reply", [], thread_ts=parent.ts)
    told = await feed.receive_json(timeout=5)
    counts = {one["message"]["ts"]: one["message"].get("reply_count") for one in told["changes"]}
    assert counts[parent.ts] == 1


async def test_private_answers_and_modals_of_others_stay_theirs(feed, workspace):
    await feed.receive_json(timeout=5)
    workspace.post(workspace.channel, "for Alex", [], only_for="U0ALEX")
    workspace.views.open("U0ALEX", {"type": "modal", "title": {"text": "Alex's"}, "blocks": []})
    workspace.post(workspace.channel, "for Bo", [], only_for="U0BO")
    told = await feed.receive_json(timeout=5)
    assert [one["message"]["text"] for one in told["changes"]] == ["for Bo"]


async def test_what_went_wrong_is_said_to_whoever_typed(feed, workspace):
    await feed.receive_json(timeout=5)
    await workspace.command("/stuck", "summary", user="U0BO")
    told = await feed.receive_json(timeout=5)
    assert told["changes"] == [{"type": "trouble", "text": "/stuck failed with the error “dispatch_failed”"}]


async def test_a_feed_for_another_site_is_refused(server):
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"{server.url}/live", origin="https://evil.example")
