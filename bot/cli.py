"""The front door: every command parses, calls one function of the wiring, and prints.

Heavy rooms are imported inside the commands, so that `stuck --help` answers at once.
"""
# ruff: noqa: PLC0415  # the reason stands in the docstring

import gc
import sys
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.cli_audit import as_json, audit
from bot.errors import ConfigurationError, DatabaseError, SourceError, StuckError

if TYPE_CHECKING:  # for the annotations only
    from bot.settings import Need, Settings

T = TypeVar("T")

BAD_CONFIGURATION = 2
INCOMPLETE = 3
FAILED = 1
LEVELS = dict.fromkeys(("run", "web", "worker"), "INFO") | {"deliver": "WARNING"}
"""From where the commands that log what they do begin to; the others show it, and log only what broke."""
GARBAGE_AFTER = 10_000
"""Objects after which Python looks for garbage: every 700, its own number, it looks fifty times before anything runs."""
SILENT = frozenset({"audit", "manifest"})
"""Commands that log nothing: they talk to nobody, and answer sooner without the log."""


class FrontDoor(click.Group):
    """Tells every StuckError to the person at the terminal and turns it into an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands' names in the order in which they are needed."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises click's Exit with 2, 3 or 1 after telling what went wrong."""
        try:
            return super().invoke(ctx)
        except StuckError as error:
            _tell(error, debug=bool(ctx.params.get("debug")))
            raise click.exceptions.Exit(_exit_code(error)) from error


@click.group("stuck", cls=FrontDoor, context_settings={"show_default": True}, epilog="Begin with: stuck demo")
@click.option("--debug", is_flag=True, help="Log more, and show tracebacks of errors.")
@click.pass_context
def app(ctx: click.Context, *, debug: bool) -> None:
    """Finds orders stuck between Shopify and ShipStation and gives each one an owner in Slack."""
    if ctx.invoked_subcommand in SILENT and not debug:
        return
    from bot import log

    log.configure("DEBUG" if debug else LEVELS.get(ctx.invoked_subcommand or "", "ERROR"))


app.add_command(audit)
one_store = click.option("--store", metavar="NAME", help="Only this store.")


@app.command(epilog="Example: stuck demo --port 9000")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, help="Port of the page; 0 takes a free one."
)
@click.option("--seed", default=7, help="Another number, another shop.")
@click.option("--orders", type=click.IntRange(1, 20_000), default=60, help="Orders the shop begins with.")
def demo(*, port: int, seed: int, orders: int) -> None:
    """Show the product on a pretend world. Needs no account and no settings."""
    from bot import wiring

    _forever(wiring.demo(port=port, seed=seed, orders=orders, on_ready=_say_where))


@app.command(epilog="Example: stuck run")
def run() -> None:
    """Run everything in one process. Slack over Socket Mode, the schedule, delivery."""
    settings = _settings("slack", "socket", "sources", "database")
    from bot import wiring

    _forever(wiring.run(settings))


@app.command(epilog="Example: PORT=8080 stuck web")
def web() -> None:
    """Serve Slack over HTTP. At /slack/events, with /healthz and /metrics; any number may run."""
    settings = _settings("slack", "http", "sources", "database")
    from bot import wiring

    _forever(wiring.web(settings))


@app.command(epilog="Example: stuck worker")
def worker() -> None:
    """Reconcile on schedule and deliver. Any number may share one PostgreSQL."""
    settings = _settings("slack", "sources", "database")
    from bot import wiring

    _forever(wiring.worker(settings))


@app.command(epilog="Example: stuck sync --store main --json")
@one_store
@as_json
def sync(*, store: str | None, as_json: bool) -> None:
    """Reconcile once, now. Needs no Slack. Exit code 3: a store could not be read completely."""
    settings = _settings("sources", "database", store=store)
    from bot import wiring
    from bot.cli_output import print_json, print_reports, print_unread, progress
    from bot.present import reports_json

    with progress("Reading Shopify and ShipStation …") as tell:
        reports = _finish(wiring.sync(settings, store, tell))
    if as_json:
        print_json(reports_json(reports))
    else:
        print_reports(reports)
    print_unread(reports)
    if not all(report.complete for report in reports):
        raise click.exceptions.Exit(INCOMPLETE)


@app.command(epilog="Example: stuck deliver")
def deliver() -> None:
    """Send what is owed to Slack, then stop."""
    settings = _settings("slack", "database")
    from bot import wiring

    sent = _finish(wiring.deliver(settings))
    click.echo(f"Sent {sent} {'message' if sent == 1 else 'messages'}.")


@app.command(epilog="Example: stuck gaps --state open --kind sync.unfulfilled --json")
@click.option("--state", metavar="STATE", help="open, claimed, snoozed or resolved.")
@one_store
@click.option("--kind", metavar="KIND", help="Only this kind, by its code.")
@as_json
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print a table for a spreadsheet, and nothing else, to stdout."
)
def gaps(*, state: str | None, store: str | None, kind: str | None, as_json: bool, as_csv: bool) -> None:
    """List the queue, oldest first. Without --state everything that is not resolved."""
    if as_json and as_csv:
        raise ConfigurationError("--json and --csv are two answers.", todo="Ask for one of them.")
    settings = _settings("database", store=store)
    wanted, code = _state(state), _kind(kind)
    from bot import wiring
    from bot.cli_output import print_gaps, print_json, print_kept
    from bot.gap_csv import queue_csv
    from bot.gap_json import gaps_json

    found = _finish(wiring.gaps(settings, wanted, store, code))
    if as_json:
        print_json(gaps_json(found, _now()))
    elif as_csv:
        sys.stdout.buffer.write(queue_csv(found, _now()))
    else:
        print_gaps(found, _now())
    print_kept(_finish(wiring.kept(settings, store)))


@app.command(epilog="Example: stuck order 1234 --live")
@click.argument("number", help="As shown in Shopify, with or without #.")
@click.option("--live", is_flag=True, help="Ask both systems now, not the last read.")
@as_json
def order(*, number: str, live: bool, as_json: bool) -> None:
    """Tell what each side says about one order. And why it is or is not a gap."""
    settings = _settings("sources", "database") if live else _settings("database")
    from bot import wiring
    from bot.cli_output import print_json, print_order
    from bot.present import order_json

    views = _finish(wiring.order(settings, number, live))
    if as_json:
        print_json(order_json(views, _now()))
    else:
        print_order(views, _now())
    if any(view.error for view in views):
        raise click.exceptions.Exit(INCOMPLETE)


@app.command(epilog="Example: stuck doctor")
@as_json
def doctor(*, as_json: bool) -> None:
    """Check everything that stuck depends on. Credentials, scopes, channels, store mapping, database; exit code 1 if anything is red."""
    from bot import wiring
    from bot.cli_output import print_checks, print_json
    from bot.present import checks_json

    settings: Settings | ConfigurationError
    try:
        settings = _settings("slack", "sources", "database")
    except ConfigurationError as error:
        settings = error
    checks = _finish(wiring.doctor(settings))
    if as_json:
        print_json(checks_json(checks))
    else:
        print_checks(checks)
    if any(check.ok is False for check in checks):
        raise click.exceptions.Exit(FAILED)


@app.command(epilog="Example: stuck manifest --url https://stuck.example.com")
@click.option("--url", metavar="URL", help="Where `stuck web` is reached; without it, Socket Mode.")
def manifest(*, url: str | None) -> None:
    """Print the Slack app manifest. To create the app from: docs/slack-app.md."""
    from bot.manifest import for_http, for_socket_mode

    click.echo(for_socket_mode() if url is None else for_http(url), nl=False)


@app.group()
def db() -> None:
    """The database."""


@db.command(epilog="Example: stuck db upgrade")
def upgrade() -> None:
    """Bring the database to the newest schema."""
    settings = _settings("database")
    from bot import wiring

    click.echo(_finish(wiring.upgrade(settings)))


def main() -> None:
    """Run the command line; what nobody foresaw is told in one sentence, with `--debug` in full."""
    _let_every_sign_pass()
    gc.set_threshold(GARBAGE_AFTER)
    try:
        app()
    except Exception as error:  # the last door: a person at a terminal never meets a traceback unasked
        from bot.cli_output import print_error

        if "--debug" in sys.argv:
            _trace()
        print_error(
            f"stuck met an error it does not know: {type(error).__name__}.",
            "This is a defect of stuck, not of your settings.",
            "Run the command again as `stuck --debug …` and report what it prints; read it first for private data.",
        )
        sys.exit(FAILED)
    finally:
        gc.freeze()  # Python would look through all that is left once more, for a fifteenth of a small audit's time


def _let_every_sign_pass() -> None:
    """Let ✓ and order names pass where the terminal's encoding is narrower: what it lacks becomes `?`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _settings(*need: "Need", store: str | None = None) -> "Settings":
    """Read what a command needs; a store that does not exist is refused here."""
    from bot.settings import load

    settings = load(need=frozenset(need))
    if store is not None:
        settings.store(store)
    return settings


def _forever(work: Coroutine[Any, Any, T]) -> None:
    """Run until somebody stops it; being stopped is not an error."""
    with suppress(KeyboardInterrupt):
        _finish(work)


def _finish(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end. Raises DatabaseError where the database, or its file, stands in the way."""
    import asyncio

    from sqlalchemy.exc import SQLAlchemyError

    try:
        return asyncio.run(work)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or type(error).__name__)
        raise _no_database(reason.splitlines()[0]) from error
    except OSError as error:
        if error.filename is None:
            raise
        raise _no_database(f"{error.filename}: {error.strerror}") from error


def _no_database(reason: str) -> DatabaseError:
    return DatabaseError(
        f"The database cannot be used: {reason.rstrip('.')}.",
        why="stuck keeps the queue there and can do nothing without it.",
        todo="Check DATABASE_URL, for example DATABASE_URL=sqlite:///stuck.db, and that the place exists, is up and lets you in.",
    )


def _say_where(url: str) -> None:
    click.echo(f"stuck demo is ready: open {url}\nEverything in it is invented. Ctrl-C stops it.")


def _state(word: str | None) -> Any:
    return _one_of(word, ("open", "claimed", "snoozed", "resolved"), "state", "--state open")


def _kind(code: str | None) -> str | None:
    if code is None:
        return None
    from bot.gaps.catalog import ALL

    return _one_of(code, [kind.code for kind in ALL], "kind", "--kind sync.unfulfilled")


def _one_of(word: str | None, known: "list[str] | tuple[str, ...]", what: str, good: str) -> str | None:
    from bot.settings_values import meant, shown

    if word is None or word in known:
        return word
    raise ConfigurationError(
        f"There is no {what} {shown(word)}{meant(word, known) or '.'}",
        why=f"stuck knows {', '.join(known)}.",
        todo=f"Use one of them, for example {good}.",
    )


def _exit_code(error: StuckError) -> int:
    if isinstance(error, ConfigurationError):
        return BAD_CONFIGURATION
    return INCOMPLETE if isinstance(error, SourceError) else FAILED


def _tell(error: StuckError, *, debug: bool) -> None:
    from bot.cli_output import print_error

    if debug:
        _trace()
    print_error(error.what, error.why, error.todo)


def _trace() -> None:
    """Write the traceback of the error at hand to stderr, without secrets."""
    import traceback

    from bot.secrets import strike

    sys.stderr.write(strike(traceback.format_exc()))


def _now() -> datetime:
    return datetime.now(UTC)
