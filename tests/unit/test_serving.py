"""The HTTP server of `stuck web`: it listens, answers what is in hand before it ends, and owns its port."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot import serving
from bot.errors import ConfigurationError
from bot.serving import serve

pytestmark = pytest.mark.anyio


class Site:
    """An app with a page that waits, served on a free port."""

    def __init__(self, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self.stop = asyncio.Event()
        self.asked, self.release = asyncio.Event(), asyncio.Event()
        app = Starlette(routes=[Route("/", self.plain), Route("/slow", self.slow)])
        self.task = asyncio.create_task(serve(app, port, self.stop))

    async def plain(self, request: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    async def slow(self, request: Request) -> PlainTextResponse:
        self.asked.set()
        await self.release.wait()
        return PlainTextResponse("at last")

    async def get(self, path: str = "/") -> httpx.Response:
        async with asyncio.timeout(10), httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
            while True:
                try:
                    return await client.get(path, timeout=10)
                except httpx.ConnectError:
                    await asyncio.sleep(0.01)


@pytest.fixture
async def site(unused_port):
    site = Site(unused_port)
    yield site
    site.stop.set()
    site.release.set()
    await asyncio.wait_for(site.task, 10)


async def test_it_answers_until_it_is_stopped(site):
    assert (await site.get()).text == "here"
    site.stop.set()
    await asyncio.wait_for(site.task, 10)
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(site.url)


async def test_a_request_in_hand_is_answered_before_the_end(site):
    answer = asyncio.create_task(site.get("/slow"))
    await asyncio.wait_for(site.asked.wait(), 10)
    site.stop.set()
    await asyncio.sleep(0.05)
    assert not site.task.done()
    site.release.set()
    assert (await answer).text == "at last"
    await asyncio.wait_for(site.task, 10)


async def test_a_port_that_is_taken_is_an_error_that_names_it(site, unused_port):
    await site.get()
    with pytest.raises(
        ConfigurationError, match=rf"PORT: stuck cannot listen on {unused_port}: address already"
    ):
        await serve(Starlette(), unused_port, asyncio.Event())


async def test_the_port_is_free_again_at_once(unused_port):
    for _ in range(2):
        site = Site(unused_port)
        assert (await site.get()).status_code == 200
        site.stop.set()
        await asyncio.wait_for(site.task, 10)


async def test_another_system_than_posix_binds_without_sharing(unused_port, monkeypatch):
    monkeypatch.setattr(serving.os, "name", "nt")
    with serving._listener(unused_port) as listener:
        assert listener.getsockname()[1] == unused_port
