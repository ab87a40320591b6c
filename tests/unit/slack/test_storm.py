"""The parent of a storm as people read it at seven in the morning."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.gaps.catalog import kind
from bot.slack.storm import parent
from storage.notice import Notice
from storage.storms import Common, Picture

FACTS = {
    "kind": "sync.unfulfilled",
    "cause_code": "notification_failed",
    "cause_text": "ShipStation tried to tell Shopify and failed: “HTTP 500”",
    "todo": "Send the notification again.",
    "count": 12,
}


def drawn(now, facts=None, **changes):
    notice = Notice("a" * 32, "main", "storm", "ready", now, now, facts=facts or FACTS)
    usual = Picture(
        gaps=12,
        waiting=12,
        unowned=9,
        snoozed=1,
        owners=(("U0ALEX", 2),),
        since=now - timedelta(hours=3),
        latest=now - timedelta(hours=2),
        money=(("USD", Decimal("1234.50")), ("CAD", Decimal(20))),
        common=(Common("carrier", "ups", 12, 12), Common("store", "Acme", 11, 12)),
    )
    return parent(notice, replace(usual, **changes), now)


def test_it_says_what_broke_since_when_what_waits_and_what_to_do_once_for_all(now):
    text = drawn(now).text
    for part in (
        f"12 new gaps with the same cause. {kind('sync.unfulfilled').title}",
        "Cause: ShipStation tried to tell Shopify and failed: “HTTP 500”",
        "all began within two hours",
        "Waiting: 12 orders, worth 1,234.50 USD and 20.00 CAD",
        "carrier ups (all); ShipStation store Acme (11 of 12)",
        "Once for all: In ShipStation, open Settings > Selling Channels > Store Setup".replace(">", "&gt;")[
            :30
        ],
        "Now: 9 unowned, 2 with <@U0ALEX>, 1 snoozed",
        "Each one is in this thread",
    ):
        assert part in text


def test_a_cause_without_one_cure_says_what_to_do_about_each(now):
    text = drawn(now, FACTS | {"cause_code": "nobody_knows"}).text
    assert "For each of them: Send the notification again." in text


def test_it_tells_how_many_still_wait(now):
    text = drawn(now, waiting=3, unowned=3, snoozed=0, owners=()).text
    assert text.startswith("3 of 12 gaps with the same cause still wait.")
    assert "Now: 3 unowned, 9 ended" in text


def test_when_nothing_waits_any_more_it_has_no_buttons(now):
    message = drawn(now, waiting=0, unowned=0, snoozed=0, owners=(), money=())
    assert message.text.startswith("Over: 12 gaps with the same cause.")
    assert [block["type"] for block in message.blocks] == ["header", "section"]


def test_what_is_left_of_one_that_is_over_stands_alone(now):
    text = drawn(now, FACTS | {"ended_at": now.isoformat()}, waiting=2, unowned=2).text
    assert "What is left stands in the channel by itself." in text


def test_gaps_that_began_far_apart_did_not_begin_together(now):
    text = drawn(now, since=now - timedelta(days=3)).text
    assert "the last began" in text
    assert "within two hours" not in text
