"""Who is in a user group: asked seldom and once at a time, and what holds while Slack does not say."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.slack.groups import METHOD, REFUSALS, Groups

pytestmark = pytest.mark.anyio

OPS, NIGHT = "S0OPS", "S0NIGHT"


@pytest.fixture
def groups(pretend):
    pretend.slack.groups = {OPS: {"U0ALEX"}, NIGHT: {"U0CAM"}}
    return Groups(pretend.client, pretend.clock, (OPS,))


def asked(pretend) -> int:
    return len(pretend.slack.called(METHOD))


async def test_a_member_is_told_from_everybody_else(groups):
    assert await groups.membership("U0ALEX") == "member"
    assert await groups.membership("U0BO") == "none"


async def test_one_of_several_groups_is_enough(pretend, groups):
    both = Groups(pretend.client, pretend.clock, (OPS, NIGHT))
    assert [await both.membership(user) for user in ("U0ALEX", "U0CAM", "U0BO")] == [
        "member",
        "member",
        "none",
    ]


async def test_a_group_is_asked_about_once_in_five_minutes_whoever_clicks(pretend, groups):
    for user in ("U0ALEX", "U0BO", "U0CAM"):
        await groups.membership(user)
    pretend.clock.move(minutes=4, seconds=59)
    await groups.membership("U0ALEX")
    assert asked(pretend) == 1
    pretend.clock.move(seconds=1)
    await groups.membership("U0ALEX")
    assert asked(pretend) == 2


async def test_who_leaves_the_group_may_act_no_longer_than_five_minutes(pretend, groups):
    assert await groups.membership("U0ALEX") == "member"
    pretend.slack.groups[OPS] = {"U0BO"}
    assert await groups.membership("U0ALEX") == "member"
    pretend.clock.move(minutes=5)
    assert await groups.membership("U0ALEX") == "none"
    assert await groups.membership("U0BO") == "member"


async def test_many_who_click_at_once_wait_for_one_question(pretend, groups):
    answers = await asyncio.gather(*(groups.membership(user) for user in ["U0ALEX", "U0BO"] * 5))
    assert answers == ["member", "none"] * 5
    assert asked(pretend) == 1


async def test_one_who_hangs_up_does_not_take_the_answer_from_the_others(pretend, groups, monkeypatch):
    begun, may_answer, ask = asyncio.Event(), asyncio.Event(), pretend.client.usergroups_users_list

    async def slow(**arguments):
        begun.set()
        await may_answer.wait()
        return await ask(**arguments)

    monkeypatch.setattr(pretend.client, "usergroups_users_list", slow)
    first = asyncio.create_task(groups.membership("U0BO"))
    await begun.wait()
    second = asyncio.create_task(groups.membership("U0ALEX"))
    first.cancel()
    await asyncio.wait({first})
    may_answer.set()
    assert await second == "member"
    assert asked(pretend) == 1


# ---------------------------------------------------------------- Slack does not answer


@pytest.mark.parametrize("failure", ["internal_error", 503, "never_heard_of"])
async def test_what_was_known_stands_while_slack_does_not_answer(pretend, groups, failure):
    await groups.membership("U0ALEX")
    pretend.clock.move(minutes=5)
    pretend.slack.fail_next(METHOD, failure)
    assert [await groups.membership(user) for user in ("U0ALEX", "U0BO")] == ["member", "none"]
    assert asked(pretend) == 2, "the second click does not wait again"
    pretend.clock.move(minutes=1)
    await groups.membership("U0ALEX")
    assert asked(pretend) == 3


async def test_after_an_hour_of_silence_nothing_is_known_any_more(pretend, groups):
    await groups.membership("U0ALEX")
    pretend.slack.fail_next(METHOD, "internal_error", times=99)
    pretend.clock.move(minutes=59)
    assert await groups.membership("U0ALEX") == "member"
    pretend.clock.move(minutes=1)
    assert await groups.membership("U0ALEX") == "unknown"


async def test_where_nothing_is_known_it_is_asked_again_at_the_next_click(pretend, groups):
    pretend.slack.fail_next(METHOD, "internal_error")
    assert await groups.membership("U0ALEX") == "unknown"
    assert await groups.membership("U0ALEX") == "member"


async def test_a_slack_that_asks_for_patience_is_left_alone_as_long_as_it_says(pretend, groups):
    pretend.slack.fail_next(METHOD, "ratelimited:30")
    assert await groups.membership("U0ALEX") == "unknown"
    pretend.clock.move(seconds=29)
    assert await groups.membership("U0ALEX") == "unknown"
    assert asked(pretend) == 1
    pretend.clock.move(seconds=1)
    assert await groups.membership("U0ALEX") == "member"


async def test_a_slack_that_is_silent_is_not_waited_for_longer_than_the_patience(
    pretend, groups, monkeypatch
):
    monkeypatch.setattr("bot.slack.asking.PATIENCE", 0.1)
    pretend.slack.fail_next(METHOD, "timeout")
    async with asyncio.timeout(10):
        assert await groups.membership("U0ALEX") == "unknown"


async def test_a_group_that_does_not_answer_does_not_hide_who_is_in_the_other(pretend):
    pretend.slack.groups = {OPS: {"U0ALEX"}, NIGHT: {"U0ALEX"}}
    for user, found in (("U0ALEX", "member"), ("U0BO", "unknown")):
        pretend.slack.fail_next(METHOD, "internal_error")
        assert await Groups(pretend.client, pretend.clock, (OPS, NIGHT)).membership(user) == found


async def test_an_answer_without_people_in_it_is_no_answer(pretend, groups, monkeypatch):
    monkeypatch.setattr(pretend.client, "usergroups_users_list", lambda usergroup: pretend.client.api_test())
    assert await groups.membership("U0ALEX") == "unknown"


# ---------------------------------------------------------------- somebody has to mend it


def gone(pretend) -> None:
    del pretend.slack.groups[OPS]


def without_scope(pretend) -> None:
    pretend.slack.scopes.discard("usergroups:read")


def without_plan(pretend) -> None:
    pretend.slack.fail_next(METHOD, "plan_upgrade_required", times=3)


@pytest.mark.parametrize("harm", [gone, without_scope, without_plan])
async def test_a_group_that_cannot_be_read_lets_nobody_act_from_then_on(pretend, groups, harm):
    assert await groups.membership("U0ALEX") == "member"
    harm(pretend)
    pretend.clock.move(minutes=5)
    assert await groups.membership("U0ALEX") == "unreadable"


async def test_once_it_is_mended_it_counts_again_within_a_minute(pretend, groups):
    without_scope(pretend)
    assert await groups.membership("U0ALEX") == "unreadable"
    pretend.slack.scopes.add("usergroups:read")
    assert await groups.membership("U0ALEX") == "unreadable"
    pretend.clock.move(minutes=1)
    assert await groups.membership("U0ALEX") == "member"


async def test_a_group_that_is_gone_does_not_hide_who_is_in_the_other(pretend, groups):
    both = Groups(pretend.client, pretend.clock, (OPS, NIGHT))
    gone(pretend)
    assert await both.membership("U0CAM") == "member"
    assert await both.membership("U0ALEX") == "unreadable"


async def test_what_has_to_be_mended_is_logged_once_an_hour_with_what_mends_it(pretend, groups):
    gone(pretend)
    with capture_logs() as lines:
        for _ in range(60):
            await groups.membership("U0ALEX")
            pretend.clock.move(minutes=1)
        assert len(lines) == 1
        await groups.membership("U0ALEX")
    assert len(lines) == 2
    assert (lines[0]["group"], lines[0]["code"]) == (OPS, "no_such_subteam")
    assert lines[0]["todo"] == REFUSALS["no_such_subteam"]
    assert asked(pretend) == 61
