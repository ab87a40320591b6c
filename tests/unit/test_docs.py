"""The documents say what the code says."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from bot import cli_page
from bot.gaps.catalog import ALL
from bot.gaps.handbook import page
from bot.settings import load
from bot.settings_env import VARIABLES
from bot.settings_file import EXAMPLES, TABLES, WindowsTable
from bot.settings_values import duration

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
COMMANDS = [
    "demo",
    "run",
    "web",
    "worker",
    "sync",
    "deliver",
    "gaps",
    "order",
    "doctor",
    "manifest",
    "db upgrade",
]
KNOBS = [
    "stores.handling_days",
    "stores.business_hours",
    "stores.locations",
    "stores.delivery_methods",
    "stores.shipstation.review_tags",
    *(f"stores.{key}" for key in TABLES["stores"] if key.startswith("exclude_")),
    *(f"stores.windows.{key}" for key in TABLES["stores.windows"]),
]


def headings(name):
    return {
        line.lstrip("#").strip() for line in (DOCS / name).read_text().splitlines() if line.startswith("#")
    }


def section(heading):
    """Return the text below one heading of configuration.md."""
    _, _, after = (DOCS / "configuration.md").read_text().partition(f"# {heading}\n")
    return after.partition("\n#")[0]


def test_the_commands_page_is_what_the_command_line_says():
    assert (DOCS / "commands.md").read_text() == cli_page.page(), "run `make docs`"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_contract_has_a_heading_and_a_line_in_the_readme(command):
    assert f"`stuck {command}`" in headings("commands.md")
    assert re.search(rf"^\| `stuck {command}( 1234)?` \|", (ROOT / "README.md").read_text(), re.MULTILINE)


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_variable_has_a_heading(variable):
    assert variable in headings("configuration.md")


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_key_of_stuck_toml_has_a_heading_and_an_example(table):
    paths = [f"{table}.{key}".strip(".") for key in TABLES[table]]
    assert [path for path in paths if path not in headings("configuration.md")] == []
    assert [path for path in paths if path not in EXAMPLES] == []


def test_no_heading_names_a_setting_that_is_gone():
    paths = {f"{table}.{key}".strip(".") for table, keys in TABLES.items() for key in keys}
    known = paths | set(VARIABLES) | {"Configuration", "Variables", "stuck.toml"}
    assert headings("configuration.md") - known == set()


@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_example_of_stuck_toml_shows_every_key(table):
    shown = tomllib.loads((ROOT / "stuck.toml.example").read_text())
    for part in table.split(".") if table else ():
        shown = shown[part][0] if part == "stores" else shown[part]
    assert set(shown) == set(TABLES[table])


def test_the_example_of_stuck_toml_holds_the_defaults(tmp_path):
    """Copying it changes nothing: what it marks as having no default is what the environment says here."""
    environ = {
        **{name: name.lower() for name in VARIABLES if name.endswith(("_ID", "_KEY", "_SECRET", "_TOKEN"))},
        "SHOPIFY_SHOP": "acme",
        "SLACK_CHANNEL": "C0123456789",
    }
    (tmp_path / "stuck.toml").write_text((ROOT / "stuck.toml.example").read_text())
    plain = load(environ, tmp_path / "elsewhere", need=frozenset())
    assert load(environ, tmp_path, need=frozenset()) == plain


@pytest.mark.parametrize("path", KNOBS)
def test_every_knob_says_its_default_and_the_false_alarm_that_it_removes(path):
    text = " ".join(section(path).split())
    assert re.search(r"\bremoves the false alarm of \w[^.]*\.(?= |$)", text)
    assert re.search(r"Default:? .", text)


@pytest.mark.parametrize(("key", "field"), [*WindowsTable.model_fields.items()])
def test_the_default_of_every_window_is_the_one_in_the_code(key, field):
    told = re.search(r"Default `(\w+)`", section(f"stores.windows.{field.alias or key}"))
    assert duration(told.group(1)) == field.default


def test_the_defaults_of_a_store_are_those_in_the_code(tmp_path):
    rules = load({}, tmp_path, need=frozenset()).stores[0].rules
    hours = f'Default `"{rules.opens:%H:%M}-{rules.closes:%H:%M}"`'
    assert hours in section("stores.business_hours")
    assert f"Default `{rules.handling_days}`" in section("stores.handling_days")
    assert f"Default `{json.dumps(sorted(rules.delivery_methods))}`" in section("stores.delivery_methods")


def test_the_example_of_dotenv_names_only_variables_that_exist():
    text = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE)) <= set(VARIABLES)


@pytest.mark.parametrize("code", [kind.code for kind in ALL])
def test_every_kind_is_in_the_readme(code):
    assert f"| `{code}` |" in (ROOT / "README.md").read_text()


def test_the_readme_names_no_kind_that_is_not_looked_for():
    named = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named == [kind.code for kind in ALL]


def test_the_handbook_of_kinds_is_what_the_catalog_says():
    assert (DOCS / "kinds.md").read_text() == page(), "run `make docs`"


@pytest.mark.parametrize("page", sorted(path.name for path in [*ROOT.glob("*.md"), *DOCS.glob("*.md")]))
def test_links_inside_the_documents_lead_somewhere(page):
    folder = ROOT if (ROOT / page).exists() else DOCS
    for target in re.findall(r"\]\(([^)]+)\)", (folder / page).read_text()):
        path, _, anchor = target.partition("#")
        if path.startswith("http") or path.endswith(".png"):
            continue
        assert not path or (folder / path).exists(), target
        if anchor:
            slugs = {
                re.sub(r"[^\w -]", "", one).lower().replace(" ", "-")
                for one in headings(Path(path).name or page)
            }
            assert anchor in slugs, target


def test_the_procfile_starts_commands_that_exist():
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert [line.split(": stuck ")[0] for line in lines] == ["release", "web", "worker"]
    assert {line.split(": stuck ")[1] for line in lines} <= set(COMMANDS)
