"""What `/stuck order` says, drawn from values."""

import pytest

from bot.lookup import OrderView
from bot.slack.answers import answer, choose, read_key, typed_key
from storage.facts import ShipStationOrder


def written(message) -> str:
    return "\n".join(
        [block["text"]["text"] for block in message.blocks if "text" in block]
        + [cell["text"] for block in message.blocks for cell in block.get("fields", [])]
        + [
            part["text"]
            for block in message.blocks
            for part in block.get("elements", [])
            if "elements" in part
        ]
    )


def nowhere(now, **more):
    return OrderView("9", "main", "not_found", "Neither system shows it.", now, **more)


def test_a_gap_is_told_once_with_its_cause_and_what_to_do(a_gap, now):
    view = OrderView("#1234", "main", "gap", "#1234: shipped, but.", now, gaps=(a_gap(),))
    drawn = answer(view, "1234", now)
    for said in (written(drawn), drawn.text):
        assert said.count("hipped, but") == 1
        assert "Cause, confirmed:" in said
        assert "Send the notification again" in said


def test_a_difference_that_is_not_in_the_queue_yet_still_says_why(now):
    view = OrderView("#1234", "main", "gap", "It differs. The next run puts it into the queue.", now)
    assert "⚠️ Stuck. It differs. The next run" in answer(view, "1234", now).text


def test_an_order_that_is_nowhere_says_so_once(now):
    said = written(answer(nowhere(now), "9", now))
    assert "❔ Not found. Neither system shows it." in said
    assert "shows no such order" not in said


def test_a_side_without_the_order_says_so_beside_the_other(now):
    theirs = ShipStationOrder(7, "9", "9", "shipped", 1, now, now, now)
    said = written(answer(nowhere(now, shipstation=(theirs,)), "9", now))
    assert "*Shopify*\nshows no such order" in said


def test_what_could_not_be_read_is_neither_called_missing_nor_read(now):
    drawn = answer(nowhere(now, error="ShipStation did not answer."), "9", now)
    assert "❔ Not known. Neither system" in drawn.text
    assert "Not found" not in drawn.text
    assert "shows no such order" not in drawn.text
    assert "Read <!date" not in drawn.text


def test_several_orders_of_one_number_are_told_apart_by_their_store(now):
    said = choose([nowhere(now), OrderView("9", "second", "healthy", "Fine.", now)], "9").blocks
    assert ["in main" in str(said[1]), "in second" in str(said[2])] == [True, True]


@pytest.mark.parametrize("typed", ["1234", "a|b", "|", "a|b|c|d", ""])
def test_what_was_typed_survives_its_key(typed):
    assert read_key(typed_key(typed)) == ("", "", typed)
