"""Only some may act: Alex by name, Bo by a user group. Everybody else hears why, and nothing happens."""

import asyncio

import pytest

from bot.settings import Allowed
from bot.slack import groups, replies

pytestmark = pytest.mark.anyio

OPS = "S0OPS"
KEPT = "Acting on orders here is kept to some people, and you are not among them. Nothing was changed."


@pytest.fixture
def allowed():
    return Allowed(users=("U0ALEX",), groups=(OPS,))


@pytest.fixture(autouse=True)
def ops(front):
    front.slack.groups[OPS] = {"U0BO"}


async def nothing_happened(front, gap) -> bool:
    codes = [event.code for event in await front.history(gap.id)]
    return (codes, front.nudges, front.asked) == (["opened"], 0, [])


@pytest.mark.parametrize("user", ["U0ALEX", "U0BO"])
async def test_who_is_named_and_who_is_in_the_group_may_act(front, user):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim", user)
    assert (await front.until(gap, "claimed")).owner == user


@pytest.mark.parametrize("button", ["Claim", "Resolved", "Snooze…"])
async def test_a_button_does_nothing_for_anybody_else_and_says_so_once(front, button):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), button, "U0CAM")
    word = await front.told("U0CAM")
    assert word.words.startswith(KEPT)
    assert "Ask <@U0ALEX> to do it, or whoever runs stuck to add you." in word.words
    assert await nothing_happened(front, gap)
    assert len(front.slack.ephemerals("U0CAM")) == 1
    assert front.slack.modals("U0CAM") == []
    assert len(front.slack.messages()) == 1, "nobody else hears of it"


@pytest.mark.parametrize("choice", ["Assign…", "Add a note…", "Not a gap…", "Accepted…", "More…"])
async def test_the_menu_does_nothing_for_anybody_else(front, choice):
    gap = await front.open_gap()
    await front.slack.choose(await front.show(gap), "gap.more", choice, "U0CAM")
    assert (await front.told("U0CAM")).words.startswith(KEPT)
    assert await nothing_happened(front, gap)
    assert front.slack.modals("U0CAM") == []


@pytest.mark.parametrize("text", ["summary", "mine", "order 1234"])
async def test_commands_that_tell_of_orders_are_refused(front, text):
    await front.open_gap()
    await front.slack.command("/stuck", text, "U0CAM")
    word = (await front.told("U0CAM")).words
    assert word.startswith(KEPT)
    assert "1234" not in word


@pytest.mark.parametrize("user", ["U0CAM", "U0GUEST", "U0STRANGER"])
@pytest.mark.parametrize("text", ["", "help", "sumary"])
async def test_help_answers_everybody(front, user, text):
    await front.slack.command("/stuck", text, user)
    assert "/stuck summary" in (await front.told(user)).words
    assert front.slack.called("users.info") == []


async def test_the_home_tab_shows_orders_to_those_who_may_act(front):
    await front.open_gap()
    for user, shown in (("U0CAM", False), ("U0BO", True)):
        await front.slack.open_home(user)
        home = str((await front.slack.wait_for(lambda user=user: front.slack.home(user))).blocks)
        assert ("#1234" in home) is shown
        assert ("kept to some people" in home) is not shown


async def test_a_button_on_an_answer_is_not_for_whoever_else_presses_it(front):
    await front.complete_run()
    await front.slack.command("/stuck", "summary", "U0ALEX")
    await front.slack.click(await front.told("U0ALEX"), "Share in channel", "U0CAM")
    assert (await front.told("U0CAM")).words.startswith(KEPT)
    assert front.slack.messages() == []


async def test_who_loses_the_right_while_a_window_is_open_does_nothing_with_it(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Snooze…", "U0BO")
    window = await front.modal("U0BO")
    front.slack.groups[OPS] = set()
    front.clock.move(minutes=5)
    await front.slack.submit(window, user="U0BO")
    assert (await front.told("U0BO")).words.startswith(KEPT)
    assert await nothing_happened(front, gap)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("internal_error", replies.NOT_CHECKED),
        ("no_such_subteam", replies.NOT_READABLE),
        ("missing_scope", replies.NOT_READABLE),
    ],
)
async def test_while_a_group_cannot_be_read_its_members_hear_why_and_the_named_still_act(front, code, said):
    gap = await front.open_gap()
    front.slack.fail_next(groups.METHOD, code)
    await front.slack.click(await front.show(gap), "Claim", "U0BO")
    assert (await front.told("U0BO")).words == said
    assert await nothing_happened(front, gap)
    await front.slack.click(await front.show(gap), "Claim", "U0ALEX")
    assert (await front.until(gap, "claimed")).owner == "U0ALEX"


async def test_a_click_is_acknowledged_before_slack_has_said_who_may_act(front, monkeypatch):
    said, ask = asyncio.Event(), front.client.usergroups_users_list

    async def slow(**arguments):
        await said.wait()
        return await ask(**arguments)

    monkeypatch.setattr(front.client, "usergroups_users_list", slow)
    gap = await front.open_gap()
    ack = await front.slack.click(await front.show(gap), "Claim", "U0BO")
    assert ack.error is None
    assert await nothing_happened(front, gap)
    said.set()
    assert (await front.until(gap, "claimed")).owner == "U0BO"


async def test_what_the_payload_says_of_a_person_makes_no_difference(front):
    gap = await front.open_gap()
    await front.slack.click(await front.show(gap), "Claim", "U0CAM")
    await front.told("U0CAM")
    sent = front.slack.acks[-1].payload
    forged = {"id": "U0CAM", "team_id": "T0PRETEND", "is_admin": True, "username": "alex", "name": "U0ALEX"}
    await front.slack.deliver("interactive", sent | {"user": forged})
    assert (await front.told("U0CAM", count=2)).words.startswith(KEPT)
    assert await nothing_happened(front, gap)
