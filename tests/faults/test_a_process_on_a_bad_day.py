"""Real processes whose Slack, sources or database are away: what they do, what they say, how they end."""

import asyncio
import signal
import sqlite3
from contextlib import closing

import pytest

pytestmark = pytest.mark.anyio

A_FEW_SECONDS = 9
"""Docker kills ten seconds after it asked."""


async def test_slack_may_be_away_at_the_start_and_everything_arrives_when_it_is_back(lab):
    lab.failed()
    await lab.slack_down()
    async with lab.stuck("run") as bot:
        await lab.until(lambda: "not sent" in bot.said)
        assert "no connection to Slack; trying until there is one" in bot.said
        await lab.slack_up()
        await lab.claimed()
        await bot.end(signal.SIGTERM)
        assert (bot.process.returncode, bot.noise) == (0, [])


async def test_slack_may_go_away_and_come_back(lab):
    lab.failed()
    async with lab.stuck("run") as bot:
        await lab.until(lambda: lab.card() and lab.workspace.socket.connections)
        await lab.slack_down()
        await lab.slack_up()
        await lab.claimed()
        await bot.end(signal.SIGTERM)
        assert (bot.process.returncode, bot.noise) == (0, [])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_asked_to_stop_in_the_middle_of_a_run_it_ends_within_seconds(lab, number):
    lab.faults.add("slow", system="shipstation", seconds=30.0)
    async with lab.stuck("run") as bot:
        await lab.until(lambda: lab.faults.requests["shipstation"] and lab.workspace.socket.connections)
        assert await bot.end(number) < A_FEW_SECONDS
        assert (bot.process.returncode, bot.noise) == (0, [])
    async with lab.stuck("sync", "--json") as again:
        assert await again.ended() == 0, "its lease was given back"


async def test_asked_to_stop_while_slack_is_away_and_a_run_is_in_progress_it_ends_too(lab):
    lab.faults.add("slow", system="shipstation", seconds=30.0)
    async with lab.stuck("run") as bot:
        await lab.until(lambda: lab.faults.requests["shipstation"] and lab.workspace.socket.connections)
        await lab.slack_down()
        assert await bot.end(signal.SIGTERM) < A_FEW_SECONDS
        assert (bot.process.returncode, bot.noise) == (0, [])


async def test_asked_to_stop_while_slack_accepts_and_never_answers_it_ends_too(lab):
    await lab.slack_down()
    silent = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        silent.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", lab.slack_port), lab.stuck("run") as bot:
        await asyncio.wait_for(silent.wait(), 30)
        assert await bot.end(signal.SIGTERM) < A_FEW_SECONDS
        assert (bot.process.returncode, bot.noise) == (0, [])


async def test_asked_twice_it_ends_at_once(lab):
    lab.faults.add("slow", system="shipstation", seconds=30.0)
    async with lab.stuck("run") as bot:
        await lab.until(lambda: lab.faults.requests["shipstation"] and lab.workspace.socket.connections)
        bot.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.5)
        await bot.end(signal.SIGTERM)
        assert bot.process.returncode == -signal.SIGTERM


async def test_a_click_on_a_locked_database_is_acknowledged_and_takes_effect_later(lab):
    lab.failed()
    async with lab.stuck("run") as bot:
        await lab.until(lambda: lab.card() and lab.workspace.socket.connections)
        with closing(sqlite3.connect(lab.folder / "stuck.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            ack = await lab.workspace.click(lab.card(), "Claim", "U0BO")
            assert ack.error is None
            await asyncio.sleep(1.5)
            assert "<@U0BO>" not in lab.card().words
            other.execute("ROLLBACK")
        await lab.until(lambda: "<@U0BO>" in lab.card().words)
        await bot.end(signal.SIGTERM)
        assert (bot.process.returncode, bot.noise) == (0, [])


async def test_asked_to_stop_while_the_database_is_locked_it_ends_too(lab):
    async with lab.stuck("run") as bot:
        await lab.until(lambda: "complete=true" in bot.said and lab.workspace.socket.connections)
        with closing(sqlite3.connect(lab.folder / "stuck.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await bot.end(signal.SIGTERM) < A_FEW_SECONDS
        assert (bot.process.returncode, bot.noise) == (0, [])


@pytest.mark.parametrize("command", ["run", "gaps"])
@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("postgresql://stuck:hunter2@127.0.0.1:9/stuck", "Connection refused"),
        ("sqlite:////nowhere/at/all/stuck.db", "No such file or directory"),
    ],
    ids=["nobody listens", "no such folder"],
)
async def test_without_its_database_a_command_ends_with_one_sentence(lab, command, address, why):
    async with lab.stuck(command, DATABASE_URL=address) as bot:
        assert await bot.ended() == 1
        assert bot.said.startswith("✗ The database cannot be used: ")
        assert why in bot.said
        assert "hunter2" not in bot.said
        assert bot.noise == []


async def test_a_file_that_is_no_database_is_told_as_such(lab):
    (lab.folder / "stuck.db").write_text("not a database " * 100)
    async with lab.stuck("gaps") as bot:
        assert await bot.ended() == 1
        assert "file is not a database" in bot.said
        assert bot.noise == []


@pytest.mark.parametrize(
    ("variable", "value"), [("SLACK_BOT_TOKEN", "xoxb-wrong"), ("SLACK_APP_TOKEN", "xapp-wrong")]
)
async def test_a_token_that_slack_refuses_ends_the_start_with_advice(lab, variable, value):
    async with lab.stuck("run", **{variable: value}) as bot:
        assert await bot.ended() == 1
        assert variable in bot.said
        assert value not in bot.said
        assert bot.noise == []


async def test_a_port_that_is_taken_ends_web_with_advice(lab):
    async with lab.stuck("web", PORT=str(lab.slack_port)) as bot:
        assert await bot.ended() == 2
        assert f"PORT: stuck cannot listen on {lab.slack_port}" in bot.said
        assert bot.noise == []


async def test_sources_that_are_away_are_said_once_in_the_channel_and_the_bot_goes_on(lab):
    await lab.sources.stop()
    async with lab.stuck("run") as bot:
        await lab.until(lambda: any("Cannot see" in one.text for one in lab.workspace.messages()))
        assert "run incomplete" in bot.said
        await bot.end(signal.SIGTERM)
        assert (bot.process.returncode, bot.noise) == (0, [])
    await lab.sources.start()
    async with lab.stuck("run") as bot:
        await lab.until(lambda: any("Sees everything" in one.text for one in lab.workspace.messages()))
        await bot.end(signal.SIGTERM)
    assert len(lab.workspace.messages()) == 2
