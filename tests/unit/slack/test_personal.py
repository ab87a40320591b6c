"""What one person reads in a direct message, and the line that calls somebody."""

from datetime import timedelta

import pytest

from bot.sandbox.slack.validate import problems
from bot.slack.escape import length
from bot.slack.personal import Turn, escalation, still_concerns, word
from bot.slack.wording import aloud
from storage.findings import Severity
from storage.gap import Event

ME, ANN = "U0ME", "U0ANN"
CARD = "https://acme.slack.com/archives/C1/p1"


def event(code, by=None, **facts):
    return Event(1, "g", None, by, code, facts)


def turn(gap, code, by=None, address=None, **facts):
    return Turn(event(code, by, **facts), gap, address)


@pytest.mark.parametrize(
    ("code", "by", "facts", "said"),
    [
        ("assigned", ANN, {"to": ME}, "<@U0ANN> gave it to you."),
        (
            "assigned",
            ANN,
            {"to": "U0BEN", "from": ME},
            "<@U0ANN> gave it to <@U0BEN>. It is no longer yours.",
        ),
        ("taken_over", ANN, {"from": ME}, "<@U0ANN> took it over from you."),
        ("opened", None, {}, "It has taken the place of a gap that you had, so it is yours."),
        ("worse", None, {"from": "normal", "to": "high"}, "It is worse: now high, it was normal."),
    ],
)
def test_the_first_words_say_what_happened(a_gap, code, by, facts, said):
    told = word([turn(a_gap(owner=ME), code, by, **facts)], ME)
    assert told.text.splitlines()[0] == said
    assert told.blocks[0]["text"]["text"].splitlines()[0] == said


def test_one_gap_comes_with_its_evidence_and_its_card(a_gap):
    told = word([turn(a_gap(owner=ME), "assigned", ANN, CARD, to=ME)], ME)
    assert "1Z999AA10123456784" in str(told.blocks)
    assert f"<{CARD}|See its card>" in str(told.blocks)
    assert "Order #1234" in told.text, "screen readers read only the text"


def test_without_a_card_there_is_no_link(a_gap):
    assert "See its card" not in str(word([turn(a_gap(), "assigned", ANN, to=ME)], ME).blocks)


def test_several_gaps_are_one_list(a_gap):
    turns = [turn(a_gap(order=f"#{number}", owner=ME), "reminded", address=CARD) for number in range(60)]
    told = word(turns, ME)
    assert told.text.startswith("60 gaps that concern you:")
    assert "See its card>\n… and " in told.blocks[0]["text"]["text"], "what does not fit is counted"
    assert "`/stuck mine` lists all that you have." in str(told.blocks[1])


@pytest.mark.parametrize("code", ["reminded", "worse", "opened"])
def test_what_is_over_or_somebody_elses_by_now_is_moot(a_gap, now, code):
    assert still_concerns(turn(a_gap(owner=ME), code), ME)
    assert not still_concerns(turn(a_gap(owner=ANN), code), ME)
    assert not still_concerns(turn(a_gap(owner=ME, resolved_at=now), code), ME)
    assert still_concerns(turn(a_gap(owner=ANN), "assigned"), ME), "that it was given away stays true"


@pytest.mark.parametrize("many", [1, 3, 200])
def test_nothing_breaks_slacks_limits(a_gap, now, many):
    gaps = [a_gap(order="#" + "<&>" * 900, headline="&<" * 3000, owner=ME) for _ in range(many)]
    told = word([turn(gap, "noted", ANN, CARD, text="<!here>\n" * 3000) for gap in gaps], ME)
    for message in (told, aloud(told, ME), escalation(gaps, "S0OPS", now)):
        assert problems(message.blocks, "message") == []
        assert 0 < length(message.text) <= 4000
        assert "<!here" not in message.text


def test_a_call_names_who_is_called_the_order_and_for_how_long(a_gap, now):
    gap = a_gap(opened_at=now - timedelta(hours=9), turned_at=now - timedelta(hours=4))
    assert escalation([gap], "U0ANN", now).text == (
        "<@U0ANN> Order #1234 has had no owner for 4 hours. "
        "🟠 High: Shipped, but Shopify still shows it as unfulfilled"
    )


def test_a_call_for_many_names_the_worst_and_some(a_gap, now):
    gaps = [a_gap(order=f"#{number}") for number in range(30)]
    said = escalation([a_gap(order="#99", severity=Severity.CRITICAL), *gaps], "S0OPS", now).text
    assert said.startswith("<!subteam^S0OPS> 31 gaps in this thread have had no owner, the first for 1 hour.")
    assert "🔴 Critical: #99, #0," in said
    assert said.endswith(" and 11 more")


@pytest.mark.parametrize("to", ["channel", "here", "C0123", "!channel", "<!here>"])
def test_a_channel_is_never_called(a_gap, now, to):
    said = escalation([a_gap()], to, now).text
    assert "<!" not in said
