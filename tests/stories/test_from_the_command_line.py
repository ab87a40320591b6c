"""The commands as an operator types them: real processes, told where the pretend world is by the environment alone."""

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.sandbox.demo import open_sandbox

pytestmark = pytest.mark.anyio

STUCK = (sys.executable, "-c", "from bot.cli import main; main()")
PATIENCE = 60


@pytest.fixture
async def world(anyio_backend):
    """A pretend world at the wall's pace, with one order whose notification failed hours ago."""
    async with open_sandbox(SystemClock(), alive=False, orders=20) as sandbox:
        order = sandbox.world.order("#5001", age=timedelta(hours=9))
        sandbox.world.import_order(order, age=timedelta(hours=8))
        sandbox.world.label(order, age=timedelta(hours=5), notify="Refused")
        yield sandbox


@asynccontextmanager
async def stuck(sandbox, folder, *words, **more):
    """One `stuck` process in a folder of its own; it is gone at the end."""
    environment = {"PATH": os.environ["PATH"], **sandbox.environment(), **more}
    process = await asyncio.create_subprocess_exec(
        *STUCK,
        *words,
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ask(sandbox, folder, *words, **more):
    """Run one command to its end; return exit code, stdout and stderr."""
    async with stuck(sandbox, folder, *words, **more) as process:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        return process.returncode, out.decode(), err.decode()


async def test_sync_then_gaps_tells_what_is_stuck_as_json(world, tmp_path):
    code, out, _ = await ask(world, tmp_path, "sync", "--json")
    [store] = json.loads(out)["stores"]
    assert (code, store["complete"], store["opened"]) == (0, True, 1)

    code, out, _ = await ask(world, tmp_path, "gaps", "--json")
    [gap] = json.loads(out)
    assert (code, gap["order"], gap["kind"], gap["state"]) == (0, "#5001", "sync.unfulfilled", "open")
    assert gap["cause"]["code"] == "notification_failed"
    assert {piece["system"] for piece in gap["evidence"]} == {"shopify", "shipstation"}


async def test_an_order_is_explained_live_as_json(world, tmp_path):
    code, out, _ = await ask(world, tmp_path, "order", "5001", "--live", "--json")
    view = json.loads(out)
    assert (code, view["order"], view["verdict"]) == (0, "#5001", "gap")


async def test_an_incomplete_sync_ends_with_three_and_one_sentence(world, tmp_path):
    world.faults.add("html", system="shipstation", times=None)
    code, out, _ = await ask(world, tmp_path, "sync", "--json")
    [store] = json.loads(out)["stores"]
    assert (code, store["complete"], store["opened"]) == (3, False, 0)
    assert "ShipStation" in store["error"]


async def test_deliver_sends_the_card(world, tmp_path):
    await ask(world, tmp_path, "sync")
    code, out, _ = await ask(world, tmp_path, "deliver")
    assert code == 0
    assert "Sent" in out
    assert world.workspace.called("chat.postMessage")


async def test_doctor_is_green_in_a_healthy_world_and_red_with_a_wrong_key(world, tmp_path):
    await ask(world, tmp_path, "db", "upgrade")
    code, out, _ = await ask(world, tmp_path, "doctor", "--json")
    assert code == 0, out
    code, out, _ = await ask(world, tmp_path, "doctor", "--json", SHIPSTATION_API_SECRET="not-the-secret")
    assert code == 1
    assert "not-the-secret" not in out


async def test_run_posts_a_card_takes_a_click_and_stops_when_asked(world, tmp_path):
    async with stuck(world, tmp_path, "run") as process:
        card = await world.workspace.wait_for(lambda: _card(world), timeout=PATIENCE)
        ack = await world.workspace.click(card, "Claim", "U0BO")
        assert ack.error is None
        await world.workspace.wait_for(lambda: "<@U0BO>" in (_card(world) or card).words, timeout=PATIENCE)
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), PATIENCE)
        assert process.returncode == 0


async def test_web_and_worker_share_the_work(world, tmp_path, unused_port):
    async with (
        stuck(world, tmp_path, "web", PORT=str(unused_port)) as web,
        stuck(world, tmp_path, "worker") as worker,
    ):
        card = await world.workspace.wait_for(lambda: _card(world), timeout=PATIENCE)
        world.workspace.use_http(f"http://127.0.0.1:{unused_port}/slack/events")
        ack = await world.workspace.click(card, "Claim", "U0BO")
        assert ack.error is None
        await world.workspace.wait_for(lambda: "<@U0BO>" in (_card(world) or card).words, timeout=PATIENCE)
        for process in (web, worker):
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), PATIENCE)
            assert process.returncode == 0


def _card(world):
    tops = world.workspace.messages()
    everywhere = [one for top in tops for one in (top, *world.workspace.messages(thread_ts=top.ts))]
    return next((one for one in everywhere if "#5001" in one.words and one.buttons), None)
