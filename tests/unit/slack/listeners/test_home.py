import pytest

pytestmark = pytest.mark.anyio


def written(view) -> str:
    texts = [block.get("text", {}).get("text", "") for block in view.blocks]
    texts += [part["text"] for block in view.blocks for part in block.get("elements", [])]
    return "\n".join(texts)


async def opened(front, user="U0ALEX"):
    await front.slack.open_home(user)
    await front.slack.wait_for(lambda: front.slack.home(user))
    return front.slack.home(user)


async def test_home_shows_mine_what_nobody_has_and_how_fresh_it_is(front):
    await front.complete_run()
    mine = await front.open_gap("6001", "#1001")
    await front.open_gap("6002", "#1002")
    await front.slack.click(await front.show(mine), "Claim")
    await front.until(mine, "claimed")
    said = written(await opened(front))
    assert "Yours: 1" in said
    assert "Unowned: 1" in said
    assert said.index("#1001") < said.index("#1002")
    assert "main: last read completely" in said


async def test_an_empty_home_says_that_nothing_waits(front):
    await front.complete_run()
    said = written(await opened(front))
    assert "Nothing is stuck" in said
    assert "You have claimed nothing." in said


async def test_home_keeps_its_limit_with_many_gaps(front):
    for number in range(45):
        await front.open_gap(str(7000 + number), f"#{number}")
    view = await opened(front)
    assert len(view.blocks) <= 100
    assert "and 25 more" in written(view)


async def test_a_guest_sees_no_orders_at_home(front):
    await front.open_gap()
    said = written(await opened(front, "U0GUEST"))
    assert "Guests cannot" in said
    assert "#1234" not in said


async def test_the_messages_tab_is_left_alone(front):
    await front.slack.open_home(tab="messages")
    assert front.slack.called("views.publish") == []
