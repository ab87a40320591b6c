"""The front door: what each command hands on, what it prints where, and how it ends."""

import csv
import io
import json
import logging
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import structlog
from click.testing import CliRunner
from sqlalchemy.exc import OperationalError

import bot
from bot.cli import app, main
from bot.cli_output import progress
from bot.doctor import Check
from bot.errors import ConfigurationError, SlackRefused, SourceRefused
from bot.lookup import OrderView
from bot.reconcile import RunReport
from bot.slack.kept import Kept
from bot.terminal import stdout
from storage.facts import Order, Shipment, ShipStationOrder
from storage.findings import Cause, Evidence, Finding, Links, NextAction, Severity
from storage.gap import Gap

NOW = datetime.now(UTC)
COMMANDS = [
    "demo",
    "run",
    "web",
    "worker",
    "sync",
    "deliver",
    "gaps",
    "audit",
    "order",
    "doctor",
    "manifest",
    "db upgrade",
]
ENOUGH = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_SIGNING_SECRET": "signing",
    "SLACK_CHANNEL": "C0123456789",
    "SHOPIFY_SHOP": "acme",
    "SHOPIFY_ACCESS_TOKEN": "shpat_1",
    "SHIPSTATION_API_KEY": "key",
    "SHIPSTATION_API_SECRET": "secret",
}
FINDING = Finding(
    kind="sync.unfulfilled",
    headline="#1001: shipped, but Shopify shows nothing",
    severity=Severity.HIGH,
    since=NOW - timedelta(hours=30),
    cause=Cause("notify_failed", "confirmed", "ShipStation could not tell Shopify."),
    next_action=NextAction("resend", "Resend the notification."),
    evidence=(Evidence("shipstation", "notified", "no", NOW),),
)
GAP = Gap("g1", "main", "order:1", "1", "#1001", FINDING, NOW)
VIEW = OrderView("#1001", "main", "gap", "Shipped long ago.", NOW, (GAP,))
DONE = RunReport("main", complete=True, read={"orders": 3}, requests={"shopify": 1}, opened=1, seconds=0.5)
HALF = replace(DONE, complete=False, opened=0, error="ShipStation answered with a web page.")


class Wiring(SimpleNamespace):
    """Stands in for bot.wiring: answers what it is told to and remembers what it was asked."""

    def __init__(self):
        super().__init__(asked=[], answers={"kept": []})

    def __getattr__(self, name):
        async def answer(*args, **named):
            self.asked.append((name, args, named))
            told = self.answers.get(name)
            if isinstance(told, Exception):
                raise told
            return told

        return answer


@pytest.fixture
def wiring(monkeypatch):
    pretend = Wiring()
    monkeypatch.setitem(sys.modules, "bot.wiring", pretend)
    monkeypatch.setattr(bot, "wiring", pretend, raising=False)
    return pretend


@pytest.fixture(autouse=True)
def logging_restored():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def stuck(tmp_path, monkeypatch):
    """Run the command line in an empty folder, with only the settings given."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, settings=ENOUGH):
        env = {
            **dict.fromkeys([*ENOUGH, "DATABASE_URL", "STUCK_CONFIG", "PORT"]),
            **settings,
            "COLUMNS": "120",
        }
        return CliRunner(env=env).invoke(app, list(arguments))

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(stuck, command):
    told = stuck(*command.split(), "--help")
    assert told.exit_code == 0
    assert f"stuck {command}" in told.output.split("Example:")[1]


def test_help_names_every_command(stuck):
    told = stuck("--help").output
    assert [command for command in COMMANDS if command.split()[0] not in told] == []


def test_help_lists_the_commands_in_the_order_in_which_they_are_needed(stuck):
    told = stuck("--help").output
    assert (
        told.index("\n  audit") < told.index("\n  demo") < told.index("\n  run") < told.index("\n  deliver")
    )


def test_a_word_between_colons_stays_a_word(capsys):
    stdout().print("Acme :heart: Goods")
    assert capsys.readouterr().out == "Acme :heart: Goods\n"


def test_sync_hands_on_the_store_and_prints_the_contracts_json(stuck, wiring):
    wiring.answers["sync"] = [DONE]
    told = stuck("sync", "--store", "main", "--json")
    ((name, (settings, store, progress), _),) = wiring.asked
    assert (name, settings.stores[0].rules.name, store, callable(progress)) == ("sync", "main", "main", True)
    assert told.exit_code == 0
    assert json.loads(told.stdout)["stores"][0]["complete"] is True


def test_sync_needs_no_slack(stuck, wiring):
    wiring.answers["sync"] = [DONE]
    without = {name: value for name, value in ENOUGH.items() if not name.startswith("SLACK")}
    assert stuck("sync", settings=without).exit_code == 0


def test_sync_ends_with_3_where_one_store_was_incomplete(stuck, wiring):
    wiring.answers["sync"] = [DONE, HALF]
    told = stuck("sync")
    assert told.exit_code == 3
    assert "nothing was opened or resolved" in told.stdout
    assert "ShipStation answered with a web page." not in told.stdout
    assert told.stderr == "✗ main: ShipStation answered with a web page.\n"


def test_progress_stays_off_stdout_and_takes_any_text(capsys):
    with progress("Reading …") as tell:
        tell("page [/bold]2 of 3\x1b[31m")
    assert capsys.readouterr().out == ""


def test_sync_prints_its_json_also_when_incomplete(stuck, wiring):
    wiring.answers["sync"] = [HALF]
    told = stuck("sync", "--json")
    assert told.exit_code == 3
    assert json.loads(told.stdout)["stores"][0]["error"] == HALF.error
    assert HALF.error in told.stderr


@pytest.mark.parametrize(("command", "level"), [("gaps", logging.ERROR), ("deliver", logging.WARNING)])
def test_a_command_that_shows_what_it_did_does_not_log_it_too(stuck, wiring, command, level):
    wiring.answers[command] = [] if command == "gaps" else 0
    stuck(command)
    assert logging.getLogger("bot").level == level


def test_gaps_are_a_table_for_people(stuck, wiring):
    wiring.answers["gaps"] = [GAP]
    told = stuck("gaps").stdout
    assert [word for word in ("#1001", "sync.unfulfilled", "high", "open", "1d 6h") if word not in told] == []


def test_gaps_are_an_array_for_scripts(stuck, wiring):
    wiring.answers["gaps"] = [GAP]
    told = stuck("gaps", "--json", "--state", "open", "--store", "main", "--kind", "sync.unfulfilled")
    assert [gap["id"] for gap in json.loads(told.stdout)] == ["g1"]
    assert wiring.asked[0][1][1:] == ("open", "main", "sync.unfulfilled")


def test_gaps_say_on_stderr_what_is_kept_back_and_what_to_do(stuck, wiring):
    wiring.answers["gaps"] = [GAP]
    wiring.answers["kept"] = [Kept("main", 3, "is_archived", "Unarchive the channel.")]
    told = stuck("gaps", "--json", "--store", "main")
    assert [gap["id"] for gap in json.loads(told.stdout)] == ["g1"]
    assert "main: 3 messages are kept back, because Slack answers is_archived." in told.stderr
    assert "Unarchive the channel." in told.stderr
    assert (wiring.asked[1][0], wiring.asked[1][1][1]) == ("kept", "main")
    assert told.exit_code == 0


def test_an_empty_queue_is_said_to_people_and_empty_for_scripts(stuck, wiring):
    wiring.answers["gaps"] = []
    assert "No gaps match" in stuck("gaps").stdout
    assert json.loads(stuck("gaps", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--state", "opne"), "did you mean 'open'"),
        (("--kind", "sync.unfulfiled"), "did you mean 'sync.unfulfilled'"),
        (("--store", "mian"), "did you mean 'main'"),
        (("--state", "zzz"), "open, claimed, snoozed, resolved"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest(stuck, wiring, arguments, told):
    answer = stuck("gaps", *arguments)
    assert answer.exit_code == 2
    assert told in answer.stderr
    assert wiring.asked == []


def test_hostile_names_reach_the_terminal_as_harmless_text(stuck, wiring):
    hostile = "[red]\x1b[31m\u202e<!channel>\n" + "x" * 4_000
    wiring.answers["gaps"] = [replace(GAP, order=hostile, finding=replace(FINDING, headline=hostile))]
    told = stuck("gaps").stdout
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "[red]" in told
    assert len(told) < 30_000


def test_order_tells_why_and_what_to_do(stuck, wiring):
    wiring.answers["order"] = (VIEW,)
    told = stuck("order", "#1001")
    assert (told.exit_code, wiring.asked[0][1][1:]) == (0, ("#1001", False))
    assert [
        part for part in ("gap", "Shipped long ago.", "Resend the notification.") if part not in told.stdout
    ] == []


def test_order_shows_what_each_side_says(stuck, wiring):
    at = {"created_at": NOW, "read_at": NOW}
    order = Order(
        "1",
        "#1001",
        processed_at=NOW,
        updated_at=NOW,
        financial_status="PAID",
        fulfillment_status="UNFULFILLED",
        **at,
    )
    row = ShipStationOrder(id=70, number="1001", key="1", status="shipped", store_id=9, modified_at=NOW, **at)
    label = Shipment(80, "label", 70, "1001", tracking="1Z999", notified=False, **at)
    void = Shipment(81, "label", 70, "1001", voided=True, notified=True, **at)
    links = Links(shopify="https://admin.shopify.com/store/acme/orders/1")
    wiring.answers["order"] = (
        replace(VIEW, shopify=order, shipstation=(row,), shipments=(label, void), links=links),
    )
    told = stuck("order", "1001").stdout
    for line in (
        "Shopify: PAID, UNFULFILLED, 0 fulfilments",
        "ShipStation: 1001, shipped",
        "ShipStation label: 1Z999, store not notified",
        "ShipStation label: no tracking number, voided",
        "https://admin.shopify.com/store/acme/orders/1",
    ):
        assert line in told


def test_order_live_asks_both_systems(stuck, wiring):
    wiring.answers["order"] = (VIEW,)
    told = stuck("order", "1001", "--live", "--json")
    assert wiring.asked[0][1][1:] == ("1001", True)
    assert json.loads(told.stdout)["verdict"] == "gap"


def test_gaps_as_a_table_for_a_spreadsheet_hold_no_formula(stuck, wiring):
    wiring.answers["gaps"] = [GAP, replace(GAP, id="g2", order='=HYPERLINK("http://x")', owner="U1")]
    told = stuck("gaps", "--csv")
    assert told.exit_code == 0
    [first, second] = csv.DictReader(io.StringIO(told.stdout_bytes.decode("utf-8-sig")))
    assert (first["id"], first["kind"], first["state"], first["severity"]) == (
        "g1",
        "sync.unfulfilled",
        "open",
        "high",
    )
    assert (first["title"], first["evidence"]) == (
        "Shipped, but unfulfilled in Shopify",
        "shipstation notified: no",
    )
    assert (second["owner"], second["order"]) == ("U1", """'=HYPERLINK("http://x")""")


def test_gaps_are_not_told_in_two_ways_at_once(stuck, wiring):
    assert stuck("gaps", "--csv", "--json").exit_code == 2


def test_order_without_live_needs_no_credentials(stuck, wiring):
    wiring.answers["order"] = (VIEW,)
    assert stuck("order", "1001", settings={}).exit_code == 0
    assert stuck("order", "1001", "--live", settings={}).exit_code == 2


def test_order_ends_with_3_where_a_side_could_not_be_read(stuck, wiring):
    wiring.answers["order"] = (replace(VIEW, error="Shopify did not answer."),)
    told = stuck("order", "1001", "--live")
    assert told.exit_code == 3
    assert "Shopify did not answer." in told.stdout


def test_doctor_ends_with_1_if_anything_is_red(stuck, wiring):
    wiring.answers["doctor"] = [
        Check("Slack", True, "fine"),
        Check("Shopify", False, "refused", "Renew the token."),
    ]
    told = stuck("doctor")
    assert told.exit_code == 1
    assert "Renew the token." in told.stdout


def test_doctor_is_content_with_what_it_cannot_tell(stuck, wiring):
    wiring.answers["doctor"] = [Check("Slack", None, "cannot tell")]
    told = stuck("doctor", "--json")
    assert (told.exit_code, json.loads(told.stdout)["checks"][0]["ok"]) == (0, None)


def test_doctor_looks_at_bad_settings_instead_of_stopping(stuck, wiring):
    wiring.answers["doctor"] = [Check("settings", False, "missing")]
    assert stuck("doctor", settings={}).exit_code == 1
    assert isinstance(wiring.asked[0][1][0], ConfigurationError)


def test_deliver_says_how_much_was_sent(stuck, wiring):
    wiring.answers["deliver"] = 1
    assert stuck("deliver").stdout == "Sent 1 message.\n"


@pytest.mark.parametrize("command", ["run", "web", "worker"])
def test_lasting_commands_start_with_settings_and_end_quietly(stuck, wiring, command):
    assert stuck(command).exit_code == 0
    assert wiring.asked[0][0] == command


def test_a_lasting_command_that_is_interrupted_ends_quietly(stuck, wiring, monkeypatch):
    def interrupted(work):
        work.close()
        raise KeyboardInterrupt

    monkeypatch.setattr("asyncio.run", interrupted)
    told = stuck("worker")
    assert (told.exit_code, told.output) == (0, "")


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("run", "SLACK_APP_TOKEN"),
        ("web", "SLACK_SIGNING_SECRET"),
        ("worker", "SLACK_BOT_TOKEN"),
        ("deliver", "SLACK_CHANNEL"),
        ("sync", "SHIPSTATION_API_KEY"),
    ],
)
def test_a_missing_setting_ends_with_2_before_anything_starts(stuck, wiring, command, missing):
    told = stuck(command, settings={name: value for name, value in ENOUGH.items() if name != missing})
    assert told.exit_code == 2
    assert f"{missing}: not set" in told.stderr
    assert f"Example: {missing}=" in told.stderr
    assert wiring.asked == []


def test_demo_hands_on_its_options_and_says_where_to_look(stuck, wiring):
    stuck("demo", "--port", "9000", "--seed", "3", "--orders", "5")
    ((_, _, options),) = wiring.asked
    options.pop("on_ready")("http://127.0.0.1:9000")
    assert options == {"port": 9000, "seed": 3, "orders": 5}


def test_demo_needs_no_settings(stuck, wiring):
    assert stuck("demo", settings={}).exit_code == 0


def test_the_url_of_the_demo_is_printed(stuck, wiring, capsys):
    from bot.cli import _say_where

    _say_where("http://127.0.0.1:8765")
    assert "http://127.0.0.1:8765" in capsys.readouterr().out


def test_the_manifest_is_printed_as_it_is(stuck):
    assert "socket_mode_enabled: true" in stuck("manifest").stdout
    assert "https://x.example/slack/events" in stuck("manifest", "--url", "https://x.example").stdout


def test_an_upgrade_says_what_it_did(stuck, wiring):
    wiring.answers["upgrade"] = "The schema is at 0001."
    assert stuck("db", "upgrade", settings={}).stdout == "The schema is at 0001.\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("What.", why="Why.", todo="Do."), 2),
        (SourceRefused("shopify", "What.", why="Why.", todo="Do."), 3),
        (SlackRefused("What.", why="Why.", todo="Do."), 1),
    ],
)
def test_an_error_is_told_as_what_why_and_do_on_stderr(stuck, wiring, error, code):
    wiring.answers["deliver"] = error
    told = stuck("deliver")
    assert (told.exit_code, told.stdout) == (code, "")
    assert [line.strip() for line in told.stderr.splitlines()] == ["✗ What.", "Why.", "Do."]


def test_a_traceback_is_shown_with_debug_only(stuck, wiring):
    wiring.answers["deliver"] = SlackRefused("token xoxb-1-tellnobody refused")
    assert "Traceback" not in stuck("deliver").stderr
    told = stuck("--debug", "deliver").stderr
    assert "Traceback" in told
    assert "tellnobody" not in told.split("✗")[0]


@pytest.mark.parametrize(
    "failure",
    [
        OperationalError("select 1", {}, Exception("connection refused")),
        FileNotFoundError(2, "No such file or directory", "/nowhere/stuck.db"),
    ],
)
def test_a_database_in_the_way_is_told_with_its_setting(stuck, wiring, failure):
    wiring.answers["gaps"] = failure
    told = stuck("gaps")
    assert told.exit_code == 1
    assert "The database cannot be used" in told.stderr
    assert "DATABASE_URL" in told.stderr


def test_what_nobody_foresaw_is_told_without_a_traceback(stuck, wiring, monkeypatch, capsys):
    wiring.answers["upgrade"] = RuntimeError("private detail")
    monkeypatch.setattr("sys.argv", ["stuck", "db", "upgrade"])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 1
    assert "RuntimeError" in told
    assert "private detail" not in told
    assert "--debug" in told
