"""The page of commands: docs/commands.md, written from the command line itself by `python -m bot.cli_page`."""

import sys
from collections.abc import Iterator
from inspect import cleandoc

import click

from bot.cli import app

_TITLE = """# Commands

<!-- Written by `make docs` from bot/cli.py: change it there. -->
"""


def page() -> str:
    """Return the whole page: what `--help` says of every command."""
    return "\n".join([_TITLE, *_told(click.Context(app, info_name="stuck"))]).rstrip() + "\n"


def _told(ctx: click.Context) -> Iterator[str]:
    """Yield the lines about one command, then those about the commands in it."""
    command = ctx.command
    if ctx.parent:
        yield f"## `{ctx.command_path}`\n"
    yield f"{cleandoc(command.help or '')}\n"
    yield f"```console\n$ {command.get_usage(ctx).removeprefix('Usage: ')}\n```\n"
    records = [param.get_help_record(ctx) for param in command.get_params(ctx)]
    yield from _listed(record for record in records if record)
    within = [click.Context(each, info_name=name, parent=ctx) for name, each in _commands(command)]
    if within:
        yield "Commands:\n"
    yield from _listed((each.command_path, each.command.get_short_help_str(limit=120)) for each in within)
    if command.epilog:
        what, _, example = command.epilog.partition(": ")
        yield f"{what}: `{example}`\n"
    for each in within:
        yield from _told(each)


def _commands(command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        yield from command.commands.items()


def _listed(records: Iterator[tuple[str, str]]) -> Iterator[str]:
    rows = [f"- `{what}`: {text}" for what, text in records]
    if rows:
        yield "\n".join([*rows, ""])


if __name__ == "__main__":
    sys.stdout.write(page())
