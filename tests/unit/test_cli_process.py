"""The installed command, as the shell sees it: exit codes, streams, speed of the help."""

import json
import os
import subprocess
import sys

import pytest

from bot.audit.sample import invent, write_shipments, write_shopify_csv

STUCK = [sys.executable, "-c", "from bot.cli import main; main()"]


@pytest.fixture
def shell(tmp_path):
    """Run `stuck` in an empty folder with nothing in the environment but what is given."""

    def run(*arguments, **settings):
        env = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ
        }
        return subprocess.run(
            [*STUCK, *arguments],
            cwd=tmp_path,
            env=env | settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize("command", ["sync", "deliver", "run", "web", "worker"])
def test_without_settings_a_command_ends_with_2_and_no_traceback(shell, command):
    told = shell(command)
    assert (told.returncode, told.stdout) == (2, "")
    assert "Example: " in told.stderr
    assert "Traceback" not in told.stderr


def test_an_unknown_command_ends_with_2(shell):
    assert shell("nope").returncode == 2


def test_the_queue_of_a_new_database_is_an_empty_array(shell, tmp_path):
    told = shell("gaps", "--json")
    assert (told.returncode, json.loads(told.stdout)) == (0, [])
    assert (tmp_path / "stuck.db").exists()


def test_an_order_that_nobody_knows_is_an_answer_and_not_an_error(shell):
    told = shell("order", "1234", "--json")
    assert (told.returncode, json.loads(told.stdout)["verdict"]) == (0, "not_found")


def test_doctor_without_settings_ends_with_1_and_still_prints_json(shell):
    told = shell("doctor", "--json")
    assert (told.returncode, json.loads(told.stdout)["ok"]) == (1, False)


def test_an_upgrade_can_be_repeated(shell):
    assert [shell("db", "upgrade").returncode for _ in range(2)] == [0, 0]


def test_a_terminal_without_unicode_gets_its_error_too(shell):
    told = shell("sync", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert told.returncode == 2
    assert "SHOPIFY_SHOP" in told.stderr


def loaded(done, modules, folder):
    """Return what Python code printed, and which of these modules it had loaded at its end."""
    look = f"import sys; {done}; print([each for each in {modules!r} if each in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, cwd=folder, check=True
    )
    return told.stdout.strip()


def test_help_loads_no_heavy_room(tmp_path):
    """`stuck --help` answers at once because nothing big is imported for it."""
    asked = (
        "from bot.cli import app; from click.testing import CliRunner; CliRunner().invoke(app, ['--help'])"
    )
    heavy = ("sqlalchemy", "slack_bolt", "httpx", "pydantic", "structlog", "rich")
    assert loaded(asked, heavy, tmp_path) == "[]"


def test_an_audit_loads_nothing_that_only_the_connected_bot_needs(tmp_path):
    """The first thing that anybody sees of stuck; a tenth of its time was spent on what it never uses."""
    made = invent()
    write_shopify_csv(tmp_path / "orders.csv", made)
    write_shipments(tmp_path / "shipments.csv", made)
    asked = (
        "from bot.cli import app; from click.testing import CliRunner; "
        "print(CliRunner().invoke(app, ['audit', 'orders.csv', 'shipments.csv']).exit_code)"
    )
    assert loaded(asked, ("asyncio", "structlog", "sqlalchemy", "httpx", "pydantic"), tmp_path) == "0\n[]"
