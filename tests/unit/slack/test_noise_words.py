"""However long values and names are, what is said about noise fits into Slack."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.gaps.noise import NoiseOfKind
from bot.gaps.proposals import EXCLUSIONS, LONGEST, Effect, Proposal
from bot.gaps.rules import StoreRules
from bot.sandbox.slack.validate import problems, view_problems
from bot.settings import ShipStationCredentials, ShopifyCredentials, StoreSettings
from bot.slack.clicks import Place
from bot.slack.message import TEXT
from bot.slack.noise import words
from bot.slack.noise.wanted import Wanted
from bot.slack.window import window
from storage.past import PastGap

AMPERSANDS = "&" * LONGEST
STORE = StoreSettings(
    StoreRules("main", "acme.myshopify.com", exclude_tags=frozenset(f"{n}{AMPERSANDS}" for n in range(90))),
    "C0PRETEND1",
    ShopifyCredentials("acme.myshopify.com"),
    ShipStationCredentials(SecretStr("k"), SecretStr("s")),
)


@pytest.fixture
def many(now):
    past = tuple(PastGap(f"g{n}", "sync.unfulfilled", f"{n}{AMPERSANDS}", now) for n in range(40))
    return Effect(past, past, past, past)


@pytest.mark.parametrize("key", EXCLUSIONS)
def test_the_longest_values_fit(a_gap, many, key):
    kinds = [NoiseOfKind(f"kind.{n}", 9, 9, ((AMPERSANDS * 9, 9),)) for n in range(40)]
    proposals = [Proposal(key, f"{n}{AMPERSANDS}"[:LONGEST], many) for n in range(5)]
    answer = words.answer(STORE, kinds, proposals, with_buttons=True)
    assert problems(answer.blocks, "message") == []
    assert len(answer.text) <= TEXT

    wanted = Wanted("main", key, AMPERSANDS, "seen", "why", Place("C0PRETEND1", "1.0"))
    open_ = [a_gap(order=AMPERSANDS)] * 40
    blocks = words.preview(STORE, wanted, many, open_, None)
    view = window("noise.apply", "Less noise", wanted, blocks, "Apply")
    assert view_problems(view) == []
    assert "&amp;" in blocks[0]["text"]["text"].rpartition("*")[0].rpartition("*")[2], (
        "what is added is always told"
    )
    assert "and 30 more" in blocks[1]["text"]["text"]
    assert Wanted.from_json(view["private_metadata"]) == wanted
    assert Wanted.from_button(wanted.as_button(), wanted.place) == replace(wanted, seen="", why="")


def test_a_window_is_told_with_when_it_was_last_changed(many, now):
    wanted = Wanted("main", "windows.provider", "30h")
    [head, month, *_] = words.preview(STORE, wanted, many, [], now - timedelta(days=3))
    assert "1d → *30h*" in head["text"]["text"]
    assert "when it was last changed" in month["text"]["text"]
    assert "40 other real ones would have come 6h later." in month["text"]["text"]
