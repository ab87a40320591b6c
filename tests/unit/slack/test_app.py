import pytest

from bot.slack.hosts import is_slack
from bot.slack.people import Workspace, _elsewhere, read_person, read_zone

LOOPBACK = "http://127.0.0.1:8765/slack/api/"


@pytest.mark.parametrize(
    ("address", "base", "may"),
    [
        ("https://hooks.slack.com/actions/T1/2/x", "https://slack.com/api/", True),
        ("https://slack.com/x", "https://slack.com/api/", True),
        ("http://hooks.slack.com/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com.evil.example/x", "https://slack.com/api/", False),
        ("https://evilslack.com/x", "https://slack.com/api/", False),
        ("https://evil.example/?slack.com", "https://slack.com/api/", False),
        ("https://slack.com@evil.example/", "https://slack.com/api/", False),
        ("https://hooks.slack.com:8443/x", "https://slack.com/api/", False),
        ("https://hooks.slack.com:x/", "https://slack.com/api/", False),
        ("https://[hooks.slack.com/x", "https://slack.com/api/", False),
        ("file:///etc/passwd", "https://slack.com/api/", False),
        ("http://169.254.169.254/", LOOPBACK, False),
        ("http://127.0.0.1:8765/slack/respond/1", LOOPBACK, True),
        ("http://127.0.0.1:9999/slack/respond/1", LOOPBACK, False),
        ("", LOOPBACK, False),
    ],
)
def test_answers_go_to_slack_and_nowhere_else(address, base, may):
    assert is_slack(address, base) is may


@pytest.mark.parametrize(
    ("team", "enterprise", "home", "elsewhere"),
    [
        ("T1", None, Workspace("T1", None), False),
        ("T2", None, Workspace("T1", None), True),
        ("T2", "E1", Workspace("T1", "E1"), False),
        ("T2", "E2", Workspace("T1", "E1"), True),
        (None, None, Workspace("T1", None), False),
    ],
)
def test_another_team_is_elsewhere_unless_it_is_of_the_same_enterprise(team, enterprise, home, elsewhere):
    assert _elsewhere(team, enterprise, home) is elsewhere


def test_a_person_is_read_without_name_or_address():
    person = read_person(
        {"id": "U1", "team_id": "T1", "tz": "Europe/Berlin", "real_name": "X", "is_ultra_restricted": True}
    )
    assert (person.id, person.team, str(person.zone), person.guest) == ("U1", "T1", "Europe/Berlin", True)
    assert "X" not in repr(person)


@pytest.mark.parametrize("name", [None, "", "Nowhere/Land", "../etc/passwd"])
def test_a_zone_that_does_not_exist_is_none(name):
    assert read_zone(name) is None
