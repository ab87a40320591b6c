"""The documents say what the code says."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bot.gaps.catalog import KINDS
from bot.settings import load
from bot.settings_env import VARIABLES
from bot.settings_file import EXAMPLES, TABLES

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


def headings(name):
    return {
        line.lstrip("#").strip() for line in (DOCS / name).read_text().splitlines() if line.startswith("#")
    }


def test_the_commands_page_is_what_the_command_line_says():
    asked = [
        sys.executable,
        "-m",
        "typer",
        "bot.cli",
        "utils",
        "docs",
        "--name",
        "stuck",
        "--title",
        "Commands",
    ]
    said = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert (DOCS / "commands.md").read_text().strip() == said.strip(), "run `make docs`"


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


def test_the_example_of_stuck_toml_holds_the_defaults(tmp_path):
    """Copying it changes nothing but what it marks as having no default."""
    example = (ROOT / "stuck.toml.example").read_text()
    shown = set(tomllib.loads(example)["stores"][0])
    assert shown == set(TABLES["stores"])
    (tmp_path / "stuck.toml").write_text(example)
    read = load({}, tmp_path, need=frozenset()).stores[0].rules
    plain = load({}, tmp_path / "elsewhere", need=frozenset()).stores[0].rules
    for name in ("name", "timezone", "workdays", "cutoff", "paid", "notify", "windows"):
        assert getattr(read, name) == getattr(plain, name), name


def test_the_example_of_dotenv_names_only_variables_that_exist():
    text = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE)) <= set(VARIABLES)


@pytest.mark.parametrize("code", [kind.code for kind in KINDS])
def test_every_kind_is_in_the_readme(code):
    assert f"| `{code}` |" in (ROOT / "README.md").read_text()


def test_the_readme_names_no_kind_that_is_not_looked_for():
    named = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert named == [kind.code for kind in KINDS]


@pytest.mark.parametrize("page", sorted(path.name for path in [*ROOT.glob("*.md"), *DOCS.glob("*.md")]))
def test_links_inside_the_documents_lead_somewhere(page):
    folder = ROOT if (ROOT / page).exists() else DOCS
    for target in re.findall(r"\]\(([^)]+)\)", (folder / page).read_text()):
        path, _, anchor = target.partition("#")
        if path.startswith("http") or path.endswith(".png"):
            continue
        assert not path or (folder / path).exists(), target
        if anchor:
            slugs = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings(path or page)}
            assert anchor in slugs, target


def test_the_procfile_starts_commands_that_exist():
    lines = (ROOT / "Procfile").read_text().splitlines()
    assert [line.split(": stuck ")[0] for line in lines] == ["release", "web", "worker"]
    assert {line.split(": stuck ")[1] for line in lines} <= set(COMMANDS)
