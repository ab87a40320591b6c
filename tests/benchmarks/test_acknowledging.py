"""Acknowledging a click while 100,000 orders are judged: p99 at most three times an empty Bolt app's, never over 1 s."""

import asyncio
from contextlib import asynccontextmanager
from statistics import quantiles
from time import perf_counter

import pytest
from slack_bolt.async_app import AsyncApp

from bot.clock import SystemClock
from bot.gaps.rules import StoreRules
from bot.reconcile.judging import judge_orders
from bot.sandbox.demo import open_sandbox
from bot.settings import load
from bot.slack.gateway import build_client
from bot.slack.message import actions, button
from bot.slack.socket import SocketMode
from bot.wiring import mouth, open_house
from storage.mirror import Mirror

pytestmark = pytest.mark.anyio

ORDERS = 100_000
CLICKS = 300
TIMES = 3.0
NEVER_OVER = 1.0


async def test_a_click_is_acknowledged_while_a_run_is_judging(tmp_path, shop, fill, report):
    environment = {"DATABASE_URL": f"sqlite:///{tmp_path / 'bench.db'}"}
    async with open_sandbox(SystemClock(), alive=False, orders=0) as sandbox:
        need = frozenset({"slack", "socket", "sources", "database"})
        settings = load(sandbox.environment() | environment, tmp_path, need=need)
        async with open_house(settings) as house:
            await fill(house.database, ORDERS)
            client = build_client("xoxb-pretend", settings.slack.api_url)
            async with _listening(sandbox, _empty(client)):
                empty = await _clicks(sandbox)
            async with _listening(sandbox, mouth(house, socket_mode=True).app), _judging(house, shop):
                busy = await _clicks(sandbox)
    p99 = {"empty": _p99(empty), "busy": _p99(busy)}
    ratio = p99["busy"] / p99["empty"]
    report(
        f"acknowledging a click while {ORDERS:,} orders are judged",
        f"p99 {p99['busy'] * 1000:.1f} ms against {p99['empty'] * 1000:.1f} ms of an empty app "
        f"({ratio:.2f}, at most {TIMES}); slowest {max(busy) * 1000:.0f} ms",
    )
    assert max(busy) <= NEVER_OVER
    assert ratio <= TIMES


def _empty(client):
    app = AsyncApp(client=client, request_verification_enabled=False)

    @app.action("gap.claim")
    async def claim(ack):
        await ack()

    return app


@asynccontextmanager
async def _listening(sandbox, app):
    stop = asyncio.Event()
    socket = asyncio.create_task(SocketMode(app, "xapp-pretend").run(stop))
    await sandbox.workspace.socket.connected()
    try:
        yield
    finally:
        stop.set()
        await socket


@asynccontextmanager
async def _judging(house, shop):
    rules = StoreRules("main", "bench.myshopify.com", store_ids=frozenset({12345}))
    async with house.database.read() as session:
        ids = await Mirror(session, "main").newest_orders(ORDERS)
    judging = asyncio.create_task(judge_orders(house.database, rules, ids, shop.now))
    try:
        yield
    finally:
        judging.cancel()
        await asyncio.gather(judging, return_exceptions=True)


async def _clicks(sandbox):
    """Press a button again and again; return the seconds until each was acknowledged."""
    card = sandbox.workspace.post(
        sandbox.workspace.channel,
        "a card",
        [actions([button("Claim", "gap.claim", "nothing:1", label="Claim")])],
    )
    seconds = []
    for _ in range(CLICKS):
        began = perf_counter()
        ack = await sandbox.workspace.click(card, "Claim")
        seconds.append(perf_counter() - began)
        assert ack.error is None
    return seconds


def _p99(seconds):
    return quantiles(seconds, n=100)[98]
