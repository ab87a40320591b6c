"""A connection that breaks is tried again, but not for ever."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.errors import SourceThrottled, SourceUnreachable
from bot.sources import transport
from bot.sources.shipstation import ShipStation
from bot.sources.shopify import Shopify, ShopifyToken
from bot.sources.transport import Wire, number, retry_after

pytestmark = pytest.mark.anyio

SINCE = datetime(2026, 11, 20, tzinfo=UTC)


class Raw:
    """Answers a GET with the bytes given, then hangs up."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        writer.write(self.answers[min(self.asked, len(self.answers)) - 1])
        await writer.drain()
        writer.close()
        await writer.wait_closed()


def http(content, *, length=None, extra=b""):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n" + extra
    return head + b"Content-Length: %d\r\n\r\n" % (length or len(content)) + content


async def asked_of(raw, clock):
    """Read the stores from a raw server."""
    server = await asyncio.start_server(raw, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    client = ShipStation(SecretStr("k"), SecretStr("s"), clock, f"http://{host}:{port}")
    try:
        return await client.stores()
    finally:
        await client.close()
        server.close()
        await server.wait_closed()


CUT = {
    "nothing at all": b"",
    "half a body": http(b"[]", length=500),
    "half a header": b"HTTP/1.1 200",
    "no http": b"SSH-2.0-OpenSSH\r\n",
    "a wrong encoding": http(b"not gzip", extra=b"Content-Encoding: gzip\r\n"),
}


@pytest.mark.parametrize("broken", CUT.values(), ids=CUT.keys())
async def test_a_cut_answer_is_asked_for_again(clock, broken):
    raw = Raw(broken, http(b"[]"))
    assert await asked_of(raw, clock) == []
    assert raw.asked == 2


@pytest.mark.parametrize("broken", CUT.values(), ids=CUT.keys())
async def test_an_answer_that_is_always_cut_is_unreachable_after_three_tries(clock, broken):
    raw = Raw(broken)
    with pytest.raises(SourceUnreachable, match="ShipStation could not be reached"):
        await asked_of(raw, clock)
    assert raw.asked == 3


async def test_a_compressed_answer_is_read(clock):
    assert await asked_of(Raw(http(gzip.compress(b"[]"), extra=b"Content-Encoding: gzip\r\n")), clock) == []


@pytest.mark.parametrize(
    "error",
    sorted(
        {c for base in (httpx.RequestError, httpx.TransportError) for c in base.__subclasses__()}
        | set(httpx.NetworkError.__subclasses__())
        | set(httpx.TimeoutException.__subclasses__())
        | set(httpx.ProtocolError.__subclasses__()),
        key=lambda error: error.__name__,
    ),
)
async def test_every_failure_of_a_request_is_mapped(clock, error):
    class Failing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            raise error("no")

    shop = Shopify("acme.myshopify.com", ShopifyToken(SecretStr("t")), clock, transport=Failing())
    with pytest.raises(SourceUnreachable):
        await shop.changed_orders(SINCE)
    assert shop.requests == 3
    await shop.close()


async def test_nobody_listening_is_unreachable(clock):
    client = ShipStation(SecretStr("k"), SecretStr("s"), clock, "http://127.0.0.1:9")
    with pytest.raises(SourceUnreachable, match="did not accept a connection"):
        await client.stores()
    await client.close()


async def test_the_waits_grow_and_have_some_jitter(shipstation, stage, clock):
    before = clock.now()
    stage.play((500, "", {}))
    with pytest.raises(SourceUnreachable, match="status 500"):
        await shipstation.stores()
    assert timedelta(seconds=3) <= clock.now() - before <= timedelta(seconds=4.5)
    assert shipstation.requests == 3


async def test_a_busy_server_may_say_when_to_come_back(shipstation, stage, clock):
    before = clock.now()
    stage.play((503, "", {"Retry-After": "30"}), [])
    assert await shipstation.stores() == []
    assert clock.now() - before == timedelta(seconds=30)


async def test_an_answer_that_drips_is_cut_off(clock, stage, monkeypatch):
    monkeypatch.setattr(transport, "LONGEST_REQUEST", 0.02)

    async def slow(_):
        await asyncio.sleep(0.2)
        return {}

    stage.play(slow)
    wire = Wire("shipstation", stage.url, lambda *_: True, clock)
    with pytest.raises(SourceUnreachable, match="did not answer in time"):
        async with wire.call() as patience:
            await wire.send("GET", "/stores", patience)
    await wire.close()


async def test_a_call_without_an_answer_ends_on_the_wall_too(clock):
    wire = Wire("shipstation", "http://127.0.0.1:9", lambda *_: True, clock)
    with pytest.raises(SourceUnreachable, match="did not come to an end"):
        async with wire.call(timedelta(seconds=0.01)):
            await asyncio.sleep(1)
    await wire.close()


async def test_waits_without_an_answer_add_up(clock):
    wire = Wire("shipstation", "http://127.0.0.1:9", lambda *_: True, clock)
    async with wire.call(timedelta(seconds=100)) as patience:
        await patience.wait(60)
        with pytest.raises(SourceThrottled):
            await patience.wait(60)
    await wire.close()


async def test_an_answer_gives_a_call_new_patience(clock):
    wire = Wire("shipstation", "http://127.0.0.1:9", lambda *_: True, clock)
    async with wire.call(timedelta(seconds=100)) as patience:
        for _ in range(5):
            await patience.wait(60)
            patience.progress()
    await wire.close()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("0.5", 0.5),
        ("", None),
        (None, None),
        ("-1", None),
        ("x", None),
        ("inf", None),
        ("nan", None),
    ],
)
async def test_numbers_in_headers(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("Fri, 20 Nov 2026 00:00:30 GMT", 30),
        ("Fri, 20 Nov 2020 00:00:30 GMT", 1),
        ("Fri, 31 Dec 9999 23:59:59 -0800", None),
        ("tomorrow", None),
        ("", None),
    ],
)
async def test_retry_after_in_seconds_or_as_a_date(text, seconds):
    assert retry_after(httpx.Response(429, headers={"Retry-After": text}), SINCE) == seconds


async def test_the_certificates_are_read_once_for_all_stores(monkeypatch):
    read: list[int] = []
    make = httpx.create_ssl_context
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: read.append(1) or make())
    transport._certificates.cache_clear()
    for _ in range(3):
        Wire("shopify", "https://acme.myshopify.com", lambda *_: True, SystemClock())
    assert len(read) == 1
