"""The windows in which a gap is given to somebody, noted on, and taken along as text."""

from dataclasses import replace

import pytest

from bot.gaps.customer import DRAFTS, NOTHING_TO_TELL
from storage.findings import Severity
from storage.queue import Queue

pytestmark = pytest.mark.anyio


async def chosen(front, gap, choice, user="U0ALEX"):
    await front.slack.choose(await front.show(gap), "gap.more", choice, user)
    return await front.modal(user)


async def on_top(front, window, button, user="U0ALEX"):
    await front.slack.click(window, button, user)
    await front.slack.wait_for(lambda: len(front.slack.modals(user)) == 2)
    return front.slack.modals(user)[-1]


def field(view, block_id="text"):
    return next(block for block in view.blocks if block.get("block_id") == block_id)["element"]


# ---------------------------------------------------------------- assign


async def test_whoever_has_it_already_is_not_the_first_answer(front):
    gap = await front.open_gap()
    assert field(await chosen(front, gap, "Assign…", "U0BO"), "to")["initial_user"] == "U0BO"
    await front.slack.click(await front.show(gap), "Claim")
    await front.until(gap, "claimed")
    assert "initial_user" not in field(await chosen(front, gap, "Reassign or take over…"), "to")


async def test_a_card_that_changed_meanwhile_gives_nothing_away(front):
    gap = await front.open_gap()
    window = await chosen(front, gap, "Assign…")
    await front.slack.click(await front.show(gap), "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.slack.submit(window, {"to": "U0CAM"})
    assert "The card had changed meanwhile" in (await front.told()).words
    assert (await front.gap(gap.id)).owner == "U0BO"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("U0GUEST", "<@U0GUEST> is a guest, and guests cannot act on orders"),
        ("U0STRANGER", "<@U0STRANGER> is not an active member of this workspace"),
        ("U0STUCK", "<@U0STUCK> is not an active member of this workspace"),
        ("U0GONE", "<@U0GONE> is not an active member of this workspace"),
        ("U0NOBODY", "Slack did not say whether <@U0NOBODY> may act on orders"),
    ],
)
async def test_nobody_gets_a_gap_who_may_not_act(front, to, why):
    front.slack.people["U0GONE"] = replace(front.slack.people["U0BO"], id="U0GONE", deleted=True)
    gap = await front.open_gap()
    await front.slack.submit(await chosen(front, gap, "Assign…"), {"to": to})
    assert why in (await front.told()).words
    assert (await front.gap(gap.id)).owner is None


async def test_an_empty_window_is_told_at_once_what_is_missing(front):
    gap = await front.open_gap()
    await front.slack.submit(await chosen(front, gap, "Add a note…"), {"note": "   "})
    assert front.slack.modals("U0ALEX")[-1].errors == (("note", "Write something, or cancel."),)
    assert [event.code for event in await front.history(gap.id)] == ["opened"]


# ---------------------------------------------------------------- more


async def test_more_shows_how_it_stands_and_all_that_happened_newest_first(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim", "U0BO")
    await front.until(gap, "claimed")
    window = await chosen(front, gap, "More…")
    assert window.title == "Order #1234"
    assert "*Owner:* <@U0BO>" in window.words
    story = window.words.partition("What happened")[2]
    assert story.index("<@U0BO> claimed it.") < story.index("Found:")


async def test_a_long_history_fits_into_the_window(front):
    gap = await front.open_gap()
    for number in range(40):
        async with front.database.write() as session:
            await Queue(session, front.clock.now()).note(gap.id, "U0ALEX", "&<>" * 330, key=str(number))
    window = await chosen(front, gap, "More…")
    assert "more" in window.words.splitlines()[-1]


async def test_old_cards_show_what_holds_now(front):
    gap = await front.open_gap()
    card = await front.show(gap)
    await front.slack.click(card, "Claim", "U0BO")
    await front.until(gap, "claimed")
    await front.slack.choose(card, "gap.more", "More…")
    assert "*Owner:* <@U0BO>" in (await front.modal()).words


async def test_a_button_in_a_window_answers_where_the_window_was_opened(front):
    gap = await front.open_gap()
    window = await chosen(front, gap, "More…")
    await front.slack.click(window, "Customer reply", "U0GUEST")
    word = await front.told("U0GUEST")
    assert "Guests cannot act" in word.words
    assert word.channel == front.slack.channel


# ---------------------------------------------------------------- texts


async def test_support_gets_what_is_known_also_where_the_order_was_never_read(front):
    gap = await front.open_gap()
    text = field(await on_top(front, await chosen(front, gap, "More…"), "Copy for ShipStation"))[
        "initial_value"
    ]
    assert "Shopify order id: 6001" in text
    assert "  State: Unfulfilled" in text.splitlines()


@pytest.mark.parametrize("code", sorted(DRAFTS | NOTHING_TO_TELL))
async def test_each_kind_has_a_reply_or_says_why_not(front, code):
    gap = await front.open_gap(kind=code, severity=Severity.HIGH)
    reply = await on_top(front, await chosen(front, gap, "More…"), "Customer reply")
    if code in DRAFTS:
        assert "#1234" in field(reply)["initial_value"]
    else:
        assert NOTHING_TO_TELL[code] in reply.words
        assert "Nothing to tell the customer" in reply.words


async def test_an_outside_text_in_the_packet_stays_within_slacks_limits(front):
    gap = await front.open_gap(name="#" + "9" * 3000, headline="\u202e" + "x" * 9000)
    text = field(await on_top(front, await chosen(front, gap, "More…"), "Copy for ShipStation"))[
        "initial_value"
    ]
    assert 0 < len(text) <= 3000
    assert "\u202e" not in text
