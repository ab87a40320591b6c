"""What is kept back while a channel or the token is gone."""

import pytest

from bot.slack.kept import kept_back
from storage.overdue import Waiting


def test_one_refused_message_keeps_back_all_of_its_store_and_of_no_other():
    [kept] = kept_back(
        [Waiting("main", None, 6), Waiting("main", "is_archived", 1), Waiting("second", None, 3)]
    )
    assert kept.text == "main: 7 messages are kept back, because Slack answers is_archived."
    assert "Unarchive" in kept.todo


def test_one_message_is_one():
    [kept] = kept_back([Waiting("main", "token_revoked", 1)])
    assert kept.text.startswith("main: 1 message is kept back")


@pytest.mark.parametrize("error", [None, "ratelimited", "timeout", "fatal_error", "never_heard_of"])
def test_what_only_takes_its_time_is_not_kept_back(error):
    assert kept_back([Waiting("main", error, 9)]) == []
