"""The server listens on loopback, says when it cannot, and keeps other sites out of the page's routes."""

import httpx
import pytest

from bot.errors import SandboxError
from bot.sandbox.server import SandboxServer
from bot.sandbox.slack import Workspace

pytestmark = pytest.mark.anyio


@pytest.fixture
async def web(server):
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as web:
        yield web


async def test_a_taken_port_is_named_with_what_to_do(server, clock):
    port = int(server.url.rpartition(":")[2])
    second = SandboxServer(None, Workspace(clock), port=port)
    with pytest.raises(SandboxError, match=f"Port {port} .*--port {port + 1}"):
        await second.start()


async def test_the_page_and_its_parts_are_served_and_may_load_nothing_else(web):
    page = await web.get("/")
    script = await web.get("/page.js")
    assert "Pretend workspace" in page.text
    assert script.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_other_sites_cannot_click(web, workspace):
    body = {"user": "U0ALEX", "channel": workspace.channel, "text": "hello"}
    foreign = await web.post("/page/say", json=body, headers={"origin": "https://evil.example"})
    own = await web.post("/page/say", json=body, headers={"origin": str(web.base_url).rstrip("/")})
    assert (foreign.status_code, own.status_code) == (403, 200)
    assert [one.text for one in workspace.messages()] == ["hello"]


async def test_a_click_on_what_is_gone_says_so(web, workspace):
    where = {"user": "U0ALEX", "channel": workspace.channel, "ts": "1.0", "block_id": "b", "action_id": "a"}
    assert (await web.post("/page/click", json=where)).status_code == 409


async def test_waiting_ends_with_words_about_what_is_there(workspace):
    workspace.post(workspace.channel, "only this", [])
    with pytest.raises(TimeoutError, match="only this"):
        await workspace.wait_for(lambda: False, timeout=0.01)


async def test_looking_for_a_button_that_is_not_there_names_those_that_are(workspace):
    button = {"type": "button", "text": {"type": "plain_text", "text": "Claim"}, "action_id": "claim"}
    card = workspace.post(workspace.channel, "x", [{"type": "actions", "elements": [button]}])
    with pytest.raises(LookupError, match=r"Release.*'Claim' \(claim\)"):
        await workspace.click(card, "Release")
