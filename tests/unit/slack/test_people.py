"""Who somebody is, and whether they may act: what Slack says counts, and what is sent along does not."""

import asyncio
from dataclasses import replace

import pytest

from bot.settings import EVERYBODY, Allowed
from bot.slack import groups, people, replies
from bot.slack.people import People, Workspace

pytestmark = pytest.mark.anyio

HOME = Workspace("T0PRETEND", None)
OPS = "S0OPS"


@pytest.fixture
def knowing(pretend):
    """Return People who let these act; Bo, the guest and the stranger are in the group."""
    pretend.slack.groups = {OPS: {"U0BO", "U0GUEST", "U0STRANGER"}}
    return lambda allowed=EVERYBODY: People(pretend.client, pretend.clock, allowed)


def asked(pretend) -> int:
    return len(pretend.slack.called(people.METHOD))


# ---------------------------------------------------------------- who it is


async def test_who_somebody_is_is_asked_once_an_hour(pretend, knowing):
    known = knowing()
    await known.get("U0BO")
    pretend.clock.move(minutes=59)
    await known.get("U0BO")
    assert asked(pretend) == 1
    pretend.slack.people["U0BO"] = replace(pretend.slack.people["U0BO"], is_restricted=True)
    pretend.clock.move(minutes=1)
    assert (await known.get("U0BO")).guest
    assert asked(pretend) == 2


async def test_a_slack_that_is_silent_is_waited_for_once_and_not_at_each_step_of_a_click(pretend, knowing):
    known = knowing()
    before = await known.get("U0BO")
    pretend.clock.move(hours=1)
    pretend.slack.fail_next(people.METHOD, "internal_error")
    assert [await known.get("U0BO"), await known.get("U0BO")] == [before, before]
    assert asked(pretend) == 2
    pretend.clock.move(minutes=1)
    await known.get("U0BO")
    assert asked(pretend) == 3


async def test_somebody_unknown_is_asked_about_again_until_slack_answers(pretend, knowing):
    known = knowing()
    pretend.slack.fail_next(people.METHOD, "internal_error")
    assert await known.get("U0BO") is None
    assert (await known.get("U0BO")).id == "U0BO"


async def test_an_answer_without_a_person_in_it_is_no_answer(pretend, knowing, monkeypatch):
    monkeypatch.setattr(pretend.client, "users_info", lambda user: pretend.client.api_test())
    assert await knowing().get("U0BO") is None


# ---------------------------------------------------------------- whether they may act

ALEX, BOTH, GROUP = Allowed(users=("U0ALEX",)), Allowed(("U0ALEX",), (OPS,)), Allowed(groups=(OPS,))
GUEST_TOO, STRANGER_TOO = Allowed(users=("U0GUEST",)), Allowed(users=("U0STRANGER", "U0STUCK"))
NOT_NAMED = replies.not_allowed(["U0ALEX"])


@pytest.mark.parametrize(
    ("user", "allowed", "refusal"),
    [
        ("U0CAM", EVERYBODY, None),
        ("U0GUEST", EVERYBODY, replies.GUEST),
        ("U0STRANGER", EVERYBODY, replies.OUTSIDER),
        ("U0ALEX", ALEX, None),
        ("U0BO", ALEX, NOT_NAMED),
        ("U0GUEST", ALEX, replies.GUEST),
        ("U0STRANGER", ALEX, replies.OUTSIDER),
        ("U0ALEX", BOTH, None),
        ("U0BO", BOTH, None),
        ("U0CAM", BOTH, NOT_NAMED),
        ("U0BO", GROUP, None),
        ("U0ALEX", GROUP, replies.not_allowed([])),
        ("U0GUEST", GUEST_TOO, None),
        ("U0GUEST", GROUP, replies.GUEST),
        ("U0STRANGER", STRANGER_TOO, replies.OUTSIDER),
        ("U0STRANGER", GROUP, replies.OUTSIDER),
        ("U0STUCK", STRANGER_TOO, replies.OUTSIDER),
    ],
)
async def test_who_may_act_is_who_is_named_or_in_a_group(knowing, user, allowed, refusal):
    assert await knowing(allowed).refusal(user, None, HOME) == refusal


async def test_a_workspace_that_the_payload_names_makes_no_member_of_a_stranger(knowing):
    assert await knowing(STRANGER_TOO).refusal("U0STRANGER", "T0PRETEND", HOME) == replies.OUTSIDER


async def test_who_was_named_and_has_left_may_not_act(pretend, knowing):
    pretend.slack.deactivate("U0ALEX")
    assert await knowing(ALEX).refusal("U0ALEX", None, HOME) == replies.OUTSIDER


async def test_for_who_is_named_no_group_is_asked(pretend, knowing):
    pretend.slack.fail_next(groups.METHOD, "internal_error")
    assert await knowing(BOTH).refusal("U0ALEX", None, HOME) is None
    assert pretend.slack.called(groups.METHOD) == []


async def test_nobody_acts_by_a_group_while_slack_does_not_say_who_is_in_it(pretend, knowing):
    pretend.slack.fail_next(groups.METHOD, "internal_error")
    assert await knowing(GROUP).refusal("U0BO", None, HOME) == replies.NOT_CHECKED


async def test_nobody_acts_by_a_group_that_does_not_exist(pretend, knowing):
    del pretend.slack.groups[OPS]
    assert await knowing(GROUP).refusal("U0BO", None, HOME) == replies.NOT_READABLE


async def test_person_and_group_are_asked_about_at_the_same_time(pretend, knowing, monkeypatch):
    """One after the other they could take twice the patience, and a modal opens within three seconds or never."""
    both_asked = asyncio.Barrier(2)

    def when_both_are_asked(call):
        async def waiting(**arguments):
            await asyncio.wait_for(both_asked.wait(), 10)
            return await call(**arguments)

        return waiting

    for method in ("users_info", "usergroups_users_list"):
        monkeypatch.setattr(pretend.client, method, when_both_are_asked(getattr(pretend.client, method)))
    assert await knowing(GROUP).refusal("U0BO", None, HOME) is None


# ---------------------------------------------------------------- the words


@pytest.mark.parametrize("refusal", [NOT_NAMED, replies.NOT_CHECKED, replies.NOT_READABLE])
def test_a_refusal_says_that_nothing_changed_and_whom_to_ask_or_when(refusal):
    assert "othing was changed" in refusal
    assert "whoever runs stuck" in refusal


def test_of_many_who_may_act_three_are_named():
    words = replies.not_allowed([f"U{number}" for number in range(100, 110)])
    assert "Ask <@U100> or <@U101> or <@U102> to do it" in words
    assert "U103" not in words
