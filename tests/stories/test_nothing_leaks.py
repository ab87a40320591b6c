"""A busy day with every kind of trouble: no secret and nothing personal in any log line, message or table."""

import base64
import json
import logging
from datetime import timedelta

import pytest
import structlog

from bot import log
from bot.sandbox.shipstation_json import order_json

pytestmark = pytest.mark.anyio

PERSONAL = ("name", "street1", "city", "phone")


@pytest.fixture
def logging_all():
    """Log as `stuck --debug run` does; afterwards as before."""
    root, ours = logging.getLogger(), [logging.getLogger(name) for name in ("bot", "storage")]
    before = (root.handlers[:], root.level, [one.level for one in ours])
    log.configure(logging.DEBUG)
    yield
    root.handlers, level, levels = before
    root.setLevel(level)
    for one, was in zip(ours, levels, strict=True):
        one.setLevel(was)
    structlog.reset_defaults()


def personal(story) -> set[str]:
    """Everything about people that ShipStation told the bot."""
    told = [order_json(row) for row in story.world.shipping.orders.values()]
    found = {str(one[side][key]) for one in told for side in ("shipTo", "billTo") for key in PERSONAL}
    return found | {str(one[key]) for one in told for key in ("customerEmail", "customerUsername")}


def held(story) -> set[str]:
    """What opens something: the secrets of the settings, and the token that Shopify gave for them."""
    known = story.sandbox.environment()
    named = {value for name, value in known.items() if name.endswith(("_TOKEN", "_SECRET", "_KEY", "_ID"))}
    bearer = story.house.stores[0].sources.shopify._graphql._access._bearer
    return named | {bearer.token.get_secret_value()}


def secrets(story) -> set[str]:
    """The same, as they travel, and the addresses that are as good as a key."""
    known = story.sandbox.environment()
    pair = f"{known['SHIPSTATION_API_KEY']}:{known['SHIPSTATION_API_SECRET']}"
    return held(story) | {base64.b64encode(pair.encode()).decode(), "/slack/respond/", "ticket=pretend"}


def failed(story, name: str, error: str) -> None:
    order = story.world.order(name, age=timedelta(hours=9))
    story.world.import_order(order, age=timedelta(hours=8))
    story.world.label(order, age=timedelta(hours=5), notify=error)


async def a_busy_day(story, monkeypatch) -> None:
    """Gaps, clicks, commands and modals; then both sources, Slack and the bot itself in trouble."""
    failed(story, "#7001", "Refused: buyer1@example.invalid, phone (212) 555-0100, is not valid")
    failed(story, "#7002", "Refused")
    await story.run(minutes=5)
    await story.click("#7001", "Claim")
    await story.click("#7001", "Resolved")
    await story.click("#7002", "Snooze…", "U0BO")
    [modal] = story.workspace.modals("U0BO")
    [choice] = [block for block in modal.blocks if block["type"] == "input"][:1]
    await story.workspace.submit(modal, {choice["block_id"]: "1 hour"}, "U0BO")
    for command in ("order 7001", "order buyer", "summary", "mine", "nonsense"):
        await story.command(command)
    await _sources_in_trouble(story)
    await _slack_in_trouble(story)
    await _the_bot_in_trouble(story, monkeypatch)


async def _sources_in_trouble(story) -> None:
    about = next(iter(story.world.shipping.orders.values()))
    dump = json.dumps(order_json(about))
    for system in ("shopify", "shipstation"):
        for fault in (
            {"kind": "html", "body": f"<html>{dump}</html>"},
            {"kind": "truncated_json"},
            {"kind": "cut"},
        ):
            await _spoiled(story, system, **fault)
        for status in (400, 401, 403, 429, 500):
            message = json.dumps({"Message": f"No: {about.buyer}, buyer1@example.invalid", "errors": dump})
            await _spoiled(story, system, kind="status", status=status, body=message)
    await _spoiled(story, "shopify", kind="expire_token")


async def _spoiled(story, system: str, **fault: object) -> None:
    story.faults.add(system=system, times=None, **fault)
    await story.run(minutes=5)
    await story.command("order 7002")
    story.faults.clear()


async def _slack_in_trouble(story) -> None:
    failed(story, "#7003", "Refused")
    story.workspace.fail_next("chat.postMessage", "cut_before")
    await story.run(minutes=5)
    story.workspace.fail_next("chat.update", 500)
    await story.click("#7002", "Claim", "U0BO")
    for _ in range(3):
        await story.run(minutes=5)


async def _the_bot_in_trouble(story, monkeypatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"with {sorted(held(story))}")

    monkeypatch.setattr("bot.wiring.look_up", broken)
    await story.workspace.command("/stuck", "order 7001", "U0ALEX")
    await story.settle()


def leaked(wanted: set[str], text: str) -> set[str]:
    return {one for one in wanted if one in text}


async def test_nothing_secret_or_personal_is_logged_posted_or_kept(story, monkeypatch, logging_all, capsys):
    await a_busy_day(story, monkeypatch)
    logged = "".join(capsys.readouterr())
    workspace = story.workspace
    called = json.dumps([call.arguments for call in workspace.calls])
    shown = [*workspace.messages(), *(one for user in workspace.people for one in workspace.ephemerals(user))]
    posted = called + json.dumps([[one.text, one.blocks, one.metadata] for one in shown])
    kept = b"".join(file.read_bytes() for file in story.kept.glob("story.db*")).decode(errors="replace")

    assert "a listener failed" in logged, "what a defect says is part of the day"
    assert "[struck out]" in logged
    assert "#7003" in posted
    assert "7003" in kept
    private = personal(story) | {"(212) 555-0100"}
    assert "buyer" in str(private), "ShipStation told of people"
    for place, text in (("log", logged), ("Slack", posted), ("database", kept)):
        assert leaked(private | secrets(story), text) == set(), f"in the {place}"
