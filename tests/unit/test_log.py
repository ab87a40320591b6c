"""Log lines: to stderr, one an event, without secrets."""

import logging

import pytest
import structlog

from bot import log, secrets
from bot.cli_output import print_error
from bot.settings import load


@pytest.fixture(autouse=True)
def restored():
    root = logging.getLogger()
    before = (
        root.handlers[:],
        root.level,
        {name: logging.getLogger(name).level for name in ("bot", "storage")},
    )
    yield
    root.handlers, level, levels = before
    root.setLevel(level)
    for name, one in levels.items():
        logging.getLogger(name).setLevel(one)
    structlog.reset_defaults()


def test_an_event_is_one_line_of_key_and_value(capsys):
    log.configure(logging.INFO)
    structlog.get_logger("bot.reconcile").info("run ended", store="main", complete=True, orders=3)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("timestamp=")
    assert 'level=info event="run ended" store=main complete=true orders=3' in line


def test_our_own_events_begin_at_the_level_and_the_libraries_at_warning(capsys):
    log.configure(logging.INFO)
    structlog.get_logger("bot.x").debug("hidden")
    logging.getLogger("slack_bolt").info("hidden")
    logging.getLogger("slack_bolt").warning("As you gave `client` as well, `token` will be unused.")
    logging.getLogger("apscheduler.scheduler").warning("a run outlasts its interval")
    logging.getLogger("slack_bolt").warning("shown")
    (line,) = capsys.readouterr().err.splitlines()
    assert "shown" in line


@pytest.mark.parametrize(
    "text",
    [
        "token xoxb-11-22-tellnobody refused",
        "wss with xapp-1-A1-tellnobody",
        "shpat_tellnobody",
        "shpss_tellnobody",
        "postgresql://stuck:tellnobody@host/stuck",
        "postgresql://host/stuck?user=stuck&password=tellnobody",
        "Authorization: Basic dGVsbG5vYm9keQtellnobody==",
        "wss://wss-primary.slack.com/link/?ticket=tellnobody&app_id=1",
        "https://hooks.slack.com/commands/T1/2/tellnobody",
    ],
)
def test_secrets_are_struck_out_wherever_they_stand(capsys, text):
    log.configure(logging.INFO)
    structlog.get_logger("bot.x").info(text, value=text)
    logging.getLogger("httpx").warning("%s", text)
    logging.getLogger("bot.x").error("failed", exc_info=ValueError(text))
    written = capsys.readouterr().err
    assert "struck out" in written
    assert "tellnobody" not in written


def test_a_secret_of_the_settings_is_struck_out_whatever_it_looks_like(capsys, tmp_path):
    load({"SHIPSTATION_API_SECRET": "a1b2c3d4e5f6tellnobody"}, tmp_path, need=frozenset())
    log.configure(logging.INFO)
    structlog.get_logger("bot.x").info("refused", sent={"key": ["a1b2c3d4e5f6tellnobody"]})
    print_error("It said a1b2c3d4e5f6tellnobody.", todo="Forget a1b2c3d4e5f6tellnobody.")
    written = capsys.readouterr().err
    assert written.count("[struck out]") == 3
    assert "tellnobody" not in written


def test_a_placeholder_is_no_secret_and_stays(capsys):
    secrets.hide("abc")
    assert secrets.strike("abcess") == "abcess"


def test_configuring_twice_logs_once(capsys):
    log.configure(logging.INFO)
    log.configure(logging.INFO)
    structlog.get_logger("bot.x").info("once")
    assert capsys.readouterr().err.count("once") == 1
