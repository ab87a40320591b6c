"""Links to Shopify orders get both systems' state below them."""

import asyncio

import pytest

from bot.sandbox.slack.interactions import event
from bot.slack.links import MOST

pytestmark = pytest.mark.anyio

LINK = "https://admin.shopify.com/store/acme/orders/6001"
OLD = "https://acme.myshopify.com/admin/orders/6001"


async def quiet(front):
    """Let the app hear and do what it does."""
    for _ in range(3):
        while busy := [task for task in asyncio.all_tasks() if "run_ack_function" in repr(task.get_coro())]:
            await asyncio.wait(busy)
        await asyncio.sleep(0)


async def post(front, text, user="U0ALEX", **more):
    said = await front.slack.say(text, user, **more)
    await quiet(front)
    return front.slack.message(said.ts, said.channel)


@pytest.mark.parametrize("address", [LINK, OLD, f"{LINK}?link_source=search&locale=en"])
async def test_a_link_shows_what_both_systems_last_said(front, remembered, address):
    await remembered()
    message = await post(front, f"Look at {address} please")
    [preview] = message.previews
    assert "Order #1234" in preview
    assert "*Shopify*" in preview
    assert "tracking 1Z9, notifying Shopify failed: HTTP 500" in preview
    assert "Last read <!date^" in preview
    [(_, unfurl)] = message.unfurls
    assert unfurl["fallback"].startswith("Order #1234")
    assert front.asked == [], "no system was asked"


async def test_the_gap_is_told_with_what_to_do_and_without_buttons(front, remembered):
    await remembered()
    await front.open_gap()
    message = await post(front, LINK)
    assert "⚠️ Stuck: 1 gap" in message.previews[0]
    assert "*Next:* Send the notification again." in message.previews[0]
    assert not any(block["type"] == "actions" for block in message.unfurls[0][1]["blocks"])


async def test_several_links_each_have_their_own_but_not_without_end(front, remembered):
    for number in range(MOST + 1):
        await remembered(str(6001 + number), f"#{1001 + number}")
    text = " ".join(LINK.replace("6001", str(6001 + number)) for number in range(MOST + 1))
    message = await post(front, text)
    assert len(message.unfurls) == MOST


@pytest.mark.parametrize(
    "text",
    [
        LINK.replace("6001", "7777"),
        LINK.replace("/acme/", "/other/"),
        "https://admin.shopify.com/store/acme/products/6001",
        "https://example.com/store/acme/orders/6001",
        "no link to 1234 at all",
    ],
)
async def test_nothing_comes_below_an_unknown_order_another_shop_or_another_page(front, remembered, text):
    await remembered()
    assert (await post(front, text)).unfurls == ()
    assert front.slack.called("chat.unfurl") == []


async def test_of_a_link_to_another_shop_it_is_not_even_asked_who_wrote_it(front):
    await post(front, LINK.replace("/acme/", "/other/"))
    assert front.slack.called("users.info") == []


async def test_nothing_comes_while_a_link_is_still_being_typed(front, remembered):
    await remembered()
    typed = {"type": "link_shared", "channel": "COMPOSER", "message_ts": "U0ALEX-1", "source": "composer"}
    typed |= {"unfurl_id": "U0ALEX-1", "links": [{"url": LINK, "domain": "admin.shopify.com"}]}
    payload = event(front.slack, typed, front.slack.people["U0ALEX"])
    await front.slack.deliver("events_api", payload)
    await quiet(front)
    assert front.slack.called("chat.unfurl") == []


@pytest.mark.parametrize("user", ["U0GUEST", "U0ELSE"])
async def test_nothing_comes_for_somebody_who_may_not_ask_and_nobody_is_told_off(front, remembered, user):
    if user not in front.slack.people:
        user = next(one.id for one in front.slack.people.values() if one.team != "T0PRETEND")
    await remembered()
    assert (await post(front, LINK, user)).unfurls == ()
    assert front.slack.ephemerals(user) == []


async def test_nothing_comes_where_another_organisation_reads_too(front, remembered):
    await remembered()
    front.slack.channels[front.slack.channel].is_ext_shared = True
    assert (await post(front, LINK)).unfurls == ()


async def test_a_link_that_comes_twice_is_one_preview(front, remembered):
    await remembered()
    message = await post(front, LINK)
    await front.slack.again()
    await quiet(front)
    assert len(front.slack.message(message.ts).unfurls) == 1


@pytest.mark.parametrize("failure", ["cannot_unfurl_url", "ratelimited:3", 500, "cut_before"])
async def test_when_slack_takes_no_preview_nothing_else_happens(front, remembered, failure):
    await remembered()
    front.slack.fail_next("chat.unfurl", failure)
    assert (await post(front, LINK)).unfurls == ()
    assert (await post(front, LINK)).unfurls != ()


async def test_without_the_scope_the_app_never_hears_of_it(front, remembered):
    await remembered()
    front.slack.scopes.discard("links:read")
    assert (await post(front, LINK)).unfurls == ()
