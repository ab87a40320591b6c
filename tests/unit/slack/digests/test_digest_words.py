"""What a digest says, as the person reads it at seven in the morning."""

import json
from datetime import timedelta

import pytest

from bot.slack.digests.day import day
from bot.slack.digests.facts import (
    Ended,
    NewOfKind,
    Several,
    ToShip,
    Unlabelled,
    day_kept,
    day_of,
    week_kept,
    week_of,
)  # fmt: skip
from bot.slack.digests.pieces import worked
from bot.slack.digests.week import week
from storage.trends import Card
from storage.watching import Watching

SITE = "https://acme.slack.com/"


def line(message, beginning):
    [found] = [line for line in message.text.splitlines() if line.startswith(beginning)]
    return found


def test_what_cannot_wait_comes_first(a_day):
    order = ["40 gaps open, 12 unowned", "5 new, 14 ended and 1 came back", "To print by", "The gravest", "New", "Ended"]  # fmt: skip
    text = day(a_day()).text
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)


def test_the_text_says_what_the_blocks_say(a_day, a_week):
    for message in (day(a_day(), SITE), week(a_week(), SITE)):
        texts = [block["text"]["text"] for block in message.blocks if "text" in block]
        texts += [part["text"] for block in message.blocks for part in block.get("elements", ())]
        said = "\n".join(texts).replace("*", "").splitlines()
        assert [each for each in said if each not in message.text] == []


def test_orders_lead_to_shopify_and_to_their_cards(a_day):
    text = day(a_day(), SITE).text
    assert "<https://admin.shopify.com/store/acme/orders/1041|Order #1041>" in text
    assert "<https://acme.slack.com/archives/C1/p1041000100|card>" in text
    assert "<https://acme.slack.com/archives/C1/p988000100|#988>" in line(day(a_day(), SITE), "Came back")


def test_a_card_in_a_thread_is_led_to_in_that_thread(a_day, a_gap):
    gap = a_gap(7, card=Card("C1", "7.000100", "5.000100"))
    text = day(a_day(first=Several(1, (gap,))), SITE).text
    assert "/archives/C1/p7000100?thread_ts=5.000100&amp;cid=C1|card>" in text


def test_where_no_card_can_be_led_to_the_order_is(a_day):
    assert "card" not in day(a_day()).text
    assert "<https://admin.shopify.com/store/acme/orders/988|#988>" in line(day(a_day()), "Came back")


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"open": 1, "unowned": 1}, "main: 1 gap open, 1 unowned"),
        ({"open": 2, "unowned": 0, "snoozed": 1}, "main: 2 gaps open, each has an owner or is snoozed"),
        ({"open": 2, "unowned": 0, "snoozed": 0}, "main: 2 gaps open, each has an owner"),
        ({"open": 0, "unowned": 0}, "main: no gap is open"),
        ({"open": 0, "unowned": 0, "fresh": False}, "main: no gap is known, but the picture is old"),
    ],
)
def test_the_heading_says_how_many_and_whether_somebody_has_them(a_day, known, said):
    assert day(a_day(**known)).text.splitlines()[0] == said


def test_old_knowledge_is_called_old(a_day):
    text = day(a_day(fresh=False, unread="ShipStation did not answer.")).text
    assert "What is newer is not known. ShipStation did not answer." in text


def test_one_order_to_print_and_more_than_were_looked_at(a_day):
    waiting = (Unlabelled("#1", "https://ship.shipstation.com/x"),)
    one = day(a_day(to_ship=ToShip(a_day().at, 1, waiting)))
    assert line(one, "⏳").endswith("1 order has no label yet: <https://ship.shipstation.com/x|#1>.")
    many = day(a_day(to_ship=ToShip(a_day().at, 5000, waiting, more=True)))
    assert "at least 5,000 orders have no label yet" in line(many, "⏳")


def test_a_quiet_morning_is_short(a_day):
    quiet = day(
        a_day(
            new=(), back=Several(), ended=Ended(), owners=(), wakes=Several(), to_ship=None, oldest=None,
            first=Several(), open=0, unowned=0,
        )
    )  # fmt: skip
    assert len(quiet.blocks) == 3


def test_who_has_what_counts_everybody(a_day):
    assert line(day(a_day()), "Who has what") == "Who has what: <@U0ALEX> 15 · <@U0CAM> 10 · nobody 12"


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        (
            Ended(14, 9, 2, timedelta(hours=3)),
            "14, 9 by themselves, 2 set aside, half of them within 3 hours",
        ),
        (Ended(20, 20, 0, timedelta(minutes=86)), "20, all by themselves, half of them within 86 minutes"),
        (Ended(1, 1, 0, timedelta(0)), "1, by itself, within less than a minute"),
    ],
)
def test_how_gaps_ended_is_told_in_one_line(a_day, ended, said):
    assert line(day(a_day(ended=ended)), "Ended") == f"Ended: {said}"


def test_the_oldest_is_not_told_twice(a_day):
    first = a_day().first
    assert "Oldest" not in day(a_day(oldest=first.named[0])).text


def test_what_shops_wrote_stays_harmless_and_all_limits_are_kept(a_day, a_week, a_gap):
    evil = a_gap(1, shopify="https://x/" + "y" * 900)
    evil = type(evil)(**{**{name: getattr(evil, name) for name in evil.__dataclass_fields__}, "name": "Order <!channel> *@here* " + "&" * 200, "said": "&amp;" * 30})  # fmt: skip
    many = Several(9_999, (evil,) * 5)
    full = a_day(
        store="s" * 64, first=many, back=many, wakes=many, oldest=a_gap(2),
        new=tuple(NewOfKind(f"kind.{n}", many) for n in range(30)),
        owners=a_day().owners * 50,
    )  # fmt: skip
    for message in (
        day(full, SITE),
        week(a_week(orders=a_week().orders * 5, kinds=a_week().kinds * 40), SITE),
    ):
        assert len(message.blocks) <= 50
        assert len(message.text) <= 4000
        assert all(len(block["text"]["text"]) <= 3000 for block in message.blocks if "text" in block)
        assert "<!channel>" not in json.dumps(message.blocks) + message.text
        assert "@here" not in message.text


def test_a_week_stands_beside_the_week_before(a_week):
    message = week(a_week(), SITE)
    assert message.text.splitlines()[:2] == [
        "main: the week of 16 to 22 November",
        "56 new (44), 47 ended (50). 40 are open, 4 more than a week ago; 12 of them unowned.",
    ]
    assert line(message, "• Shipped") == (
        "• Shipped, but unfulfilled in Shopify: 20 (14) new; claimed in 25 minutes, p90 3 hours; "
        "ended in 2 hours, p90 26 hours (4 hours)"
    )
    assert "• Notify failed (Shipped, but unfulfilled in Shopify): 12 (9)" in message.text
    assert line(message, "• Gaps by the carrier").endswith("USPS 11 (6)")
    assert line(message, "• 2,009") == "• 2,009 of 2,010 runs complete, 99.9 % (100 %)"
    assert line(message, "• Requests") == "• Requests: Shopify 4,120 (4,020) and ShipStation 5,034 (4,988)"
    assert "2 hours, from <!date^" in line(message, "• Longest time")


@pytest.mark.parametrize(("before", "said"), [(40, "as many as"), (39, "1 more than"), (50, "10 fewer than")])
def test_the_pile_grows_or_shrinks(a_week, before, said):
    assert f"40 are open, {said} a week ago" in week(a_week(open_before=before)).text


def test_a_week_without_a_run_says_so(a_week):
    assert "No run came to its end in that week." in week(a_week(watching=Watching())).text


@pytest.mark.parametrize(
    ("length", "said"),
    [({"seconds": 20}, "less than a minute"), ({"minutes": 1}, "1 minute"), ({"hours": 50}, "50 hours")],
)
def test_business_time_is_never_told_in_days(length, said):
    assert worked(timedelta(**length)) == said


def test_a_digest_survives_its_notice_and_what_it_does_not_know_yet_has_its_default(a_day, a_week):
    assert day_of(json.loads(json.dumps(day_kept(a_day())))) == a_day()
    assert week_of(json.loads(json.dumps(week_kept(a_week())))) == a_week()
    old = day_kept(a_day())
    del old["to_ship"], old["bars"]
    assert day_of(old) == a_day(to_ship=None, bars=())


def test_nothing_to_say_is_nothing_open_and_nothing_that_happened(a_day, a_week):
    nothing = a_day(open=0, new=(), ended=Ended(), back=Several())
    assert nothing.silent
    assert not a_day(open=0, new=(), ended=Ended(1), back=Several()).silent
    assert not a_day(new=(), ended=Ended(), back=Several()).silent
    quiet = a_week(open=0, opened=0, opened_before=0, ended=Ended(), watching=Watching(5, 5))
    assert quiet.silent
    assert not a_week(open=0, opened=0, opened_before=0, ended=Ended(), watching=Watching(5, 4)).silent
