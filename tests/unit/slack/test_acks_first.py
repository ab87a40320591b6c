"""Slack waits three seconds for an acknowledgement, so no listener may await anything before it."""

import ast
from pathlib import Path

import pytest

import bot.slack

ROOM = Path(bot.slack.__file__).parent


def listeners():
    for path in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef) and "ack" in {each.arg for each in node.args.args}:
                yield pytest.param(node, id=f"{path.stem}.{node.name}:{node.lineno}")


@pytest.mark.parametrize("listener", list(listeners()))
def test_a_listener_awaits_nothing_before_it_acknowledges(listener):
    awaits = [node for node in ast.walk(listener) if isinstance(node, ast.Await)]
    first = min(awaits, key=lambda node: (node.lineno, node.col_offset)).value
    assert isinstance(first, ast.Call)
    assert ast.unparse(first.func) == "ack"


def test_there_are_listeners_to_look_at():
    assert len(list(listeners())) == 4
