import pytest

from bot.slack.people import People

pytestmark = pytest.mark.anyio


class Answers:
    """A Slack that knows everybody until it falls silent, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.silent = False

    async def users_info(self, user):
        self.asked += 1
        if self.silent:
            raise TimeoutError
        return {"user": {"id": user, "tz": "Europe/Berlin"}}


async def test_a_slack_that_is_silent_is_waited_for_once_and_not_at_each_step_of_a_click(monkeypatch):
    monkeypatch.setattr("bot.slack.people.FRESH", 0.0)
    slack = Answers()
    people = People(slack)
    known = await people.get("U1")
    slack.silent = True
    assert [await people.get("U1"), await people.get("U1")] == [known, known]
    assert slack.asked == 2


async def test_somebody_unknown_is_asked_about_again_until_slack_answers():
    slack = Answers()
    slack.silent = True
    people = People(slack)
    assert await people.get("U1") is None
    slack.silent = False
    assert (await people.get("U1")).id == "U1"
