"""Block Kit's limits, each tried at its edge."""

import pytest

from bot.sandbox.slack.validate import problems, view_problems


def plain(size: int) -> dict:
    return {"type": "plain_text", "text": "x" * size}


def mrkdwn(size: int) -> dict:
    return {"type": "mrkdwn", "text": "x" * size}


def button(number: int = 1, **more) -> dict:
    return {"type": "button", "text": plain(4), "action_id": f"a{number}", **more}


def options(count: int, size: int = 5) -> list[dict]:
    return [{"text": plain(size), "value": str(number)} for number in range(count)]


def actions(*elements) -> list[dict]:
    return [{"type": "actions", "elements": list(elements)}]


def overflow(count: int) -> list[dict]:
    return actions({"type": "overflow", "action_id": "o", "options": options(count)})


def section(**body) -> list[dict]:
    return [{"type": "section", **body}]


EDGES = {
    "blocks": (lambda n: [{"type": "divider"}] * n, 50),
    "section text": (lambda n: section(text=mrkdwn(n)), 3000),
    "fields": (lambda n: section(fields=[mrkdwn(1)] * n), 10),
    "field text": (lambda n: section(fields=[mrkdwn(n)]), 2000),
    "header": (lambda n: [{"type": "header", "text": plain(n)}], 150),
    "actions": (lambda n: actions(*(button(number) for number in range(n))), 25),
    "context": (lambda n: [{"type": "context", "elements": [mrkdwn(1)] * n}], 10),
    "button text": (lambda n: actions(button(text=plain(n))), 75),
    "button value": (lambda n: actions(button(value="x" * n)), 2000),
    "accessibility label": (lambda n: actions(button(accessibility_label="x" * n)), 75),
    "overflow": (overflow, 5),
    "option text": (
        lambda n: actions({"type": "static_select", "action_id": "s", "options": options(1, n)}),
        75,
    ),
    "select": (lambda n: actions({"type": "static_select", "action_id": "s", "options": options(n)}), 100),
    "block id": (lambda n: [{"type": "divider", "block_id": "x" * n}], 255),
    "action id": (lambda n: actions({**button(), "action_id": "x" * n}), 255),
    "table rows": (lambda n: [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * n}], 100),
}


@pytest.mark.parametrize("name", EDGES)
def test_the_limit_itself_is_allowed_and_one_more_is_not(name):
    make, limit = EDGES[name]
    assert problems(make(limit), "message") == []
    assert problems(make(limit + 1), "message") != []


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "divider", "block_id": "same"}, {"type": "divider", "block_id": "same"}],
        actions(button(), button()),
        section(text=mrkdwn(0)),
        section(),
        [{"type": "header", "text": mrkdwn(3)}],
        section(text=mrkdwn(3), accessory={"type": "datetimepicker", "action_id": "d"}),
        actions({"type": "plain_text_input", "action_id": "p"}),
        actions(button(style="loud")),
        actions(button(value=7)),
        actions(
            button(confirm={"title": plain(3), "text": plain(3), "confirm": plain(31), "deny": plain(2)})
        ),
        [{"type": "alert", "text": plain(3)}],
        "not a list",
    ],
)
def test_what_slack_refuses_is_refused(blocks):
    assert problems(blocks, "message")


def test_a_modal_holds_a_hundred_blocks_and_alerts():
    body = {"type": "modal", "title": plain(24), "blocks": [{"type": "alert", "text": plain(3)}] * 100}
    assert view_problems(body) == []
    assert view_problems({**body, "title": plain(25)})
    assert view_problems({**body, "blocks": [{"type": "divider"}] * 101})
    assert view_problems({**body, "private_metadata": "x" * 3001})
