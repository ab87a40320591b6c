"""Slack waits three seconds for an acknowledgement, so no listener may await anything before it."""

import ast
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

import bot.slack
from bot.clock import SystemClock
from bot.live import LiveStores
from bot.slack.app import build_app
from bot.slack.desk import Desk

ROOM = Path(bot.slack.__file__).parent


def listeners():
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and "ack" in {each.arg for each in node.args.args}:
                yield pytest.param(node, id=f"{path.stem}.{node.name}:{node.lineno}")


@pytest.mark.parametrize("listener", list(listeners()))
def test_a_listener_awaits_nothing_before_it_acknowledges(listener):
    awaits = [node for node in ast.walk(listener) if isinstance(node, ast.Await)]
    first = min(awaits, key=lambda node: (node.lineno, node.col_offset)).value
    assert isinstance(first, ast.Call)
    assert ast.unparse(first.func) == "ack"


def registered():
    """Return every listener of the app as it is built: its name as above, and whether Bolt acknowledges for it."""
    desk = Desk(None, SystemClock(), LiveStores(None, SystemClock(), ()), None, None, None)
    for listener in build_app(AsyncWebClient("xoxb-1"), desk, socket_mode=True)._async_listeners:
        code = listener.ack_function.__code__
        name = f"{Path(code.co_filename).stem}.{code.co_name}:{code.co_firstlineno}"
        yield name, listener.auto_acknowledgement


def test_every_listener_for_which_slack_waits_is_looked_at():
    waited_for = {name for name, by_bolt in registered() if not by_bolt}
    assert waited_for == {listener.id for listener in listeners()}


def test_bolt_acknowledges_what_is_no_more_than_told():
    assert [name.split(":")[0] for name, by_bolt in registered() if by_bolt] == [
        "links.shared",
        "tab.opened",
        "drops.written",
    ]
