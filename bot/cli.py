"""The front door: every command parses, calls one function of the wiring, and prints.

Heavy rooms are imported inside the commands, so that `stuck --help` answers at once.
"""
# ruff: noqa: PLC0415  # the reason stands in the docstring

import logging
import sys
import traceback
from collections.abc import Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from bot.cli_audit import audit
from bot.errors import ConfigurationError, DatabaseError, SourceError, StuckError

if TYPE_CHECKING:  # for the annotations only
    from bot.settings import Need, Settings

T = TypeVar("T")

BAD_CONFIGURATION = 2
INCOMPLETE = 3
FAILED = 1
LEVELS = dict.fromkeys(("run", "web", "worker"), logging.INFO) | {"deliver": logging.WARNING}
"""From where the commands that log what they do begin to; the others show it, and log only what broke."""
SILENT = frozenset({"audit", "manifest"})
"""Commands that log nothing: they talk to nobody, and answer sooner without the log."""


class FrontDoor(TyperGroup):
    """Tells every StuckError to the person at the terminal and turns it into an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises typer.Exit with 2, 3 or 1 after telling what went wrong."""
        try:
            return super().invoke(ctx)
        except StuckError as error:
            _tell(error, debug=bool(ctx.params.get("debug")))
            raise typer.Exit(_exit_code(error)) from error


app = typer.Typer(
    name="stuck",
    cls=FrontDoor,
    help="Finds orders stuck between Shopify and ShipStation and gives each one an owner in Slack.",
    epilog="Begin with: stuck demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")
app.command(epilog="Example: stuck audit orders_export.csv shipments.csv --out report")(audit)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, to stdout.")]
OneStore = Annotated[str | None, typer.Option("--store", metavar="NAME", help="Only this store.")]


def main() -> None:
    """Run the command line; what nobody foresaw is told in one sentence, with `--debug` in full."""
    from bot.cli_output import print_error, unbreakable

    unbreakable()
    try:
        app()
    except Exception as error:  # the last door: a person at a terminal never meets a traceback unasked
        if "--debug" in sys.argv:
            _trace()
        print_error(
            f"stuck met an error it does not know: {type(error).__name__}.",
            "This is a defect of stuck, not of your settings.",
            "Run the command again as `stuck --debug …` and report what it prints; read it first for private data.",
        )
        sys.exit(FAILED)


@app.callback()
def options(
    ctx: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Log more, and show tracebacks of errors.")] = False,
) -> None:
    """Finds orders stuck between Shopify and ShipStation and gives each one an owner in Slack."""
    if ctx.invoked_subcommand in SILENT and not debug:
        return
    from bot import log

    log.configure(logging.DEBUG if debug else LEVELS.get(ctx.invoked_subcommand or "", logging.ERROR))


@app.command(epilog="Example: stuck demo --port 9000")
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0 takes a free one.")] = 8765,
    seed: Annotated[int, typer.Option(help="Another number, another shop.")] = 7,
    orders: Annotated[int, typer.Option(min=1, max=20_000, help="Orders the shop begins with.")] = 60,
) -> None:
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
def sync(store: OneStore = None, as_json: AsJson = False) -> None:
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
        raise typer.Exit(INCOMPLETE)


@app.command(epilog="Example: stuck deliver")
def deliver() -> None:
    """Send what is owed to Slack, then stop."""
    settings = _settings("slack", "database")
    from bot import wiring

    sent = _finish(wiring.deliver(settings))
    typer.echo(f"Sent {sent} {'message' if sent == 1 else 'messages'}.")


@app.command(epilog="Example: stuck gaps --state open --kind sync.unfulfilled --json")
def gaps(
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="open, claimed, snoozed or resolved.")
    ] = None,
    store: OneStore = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help="Only this kind, by its code.")] = None,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a table for a spreadsheet, and nothing else, to stdout.")
    ] = False,
) -> None:
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
def order(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="As shown in Shopify, with or without #.")],
    live: Annotated[bool, typer.Option("--live", help="Ask both systems now, not the last read.")] = False,
    as_json: AsJson = False,
) -> None:
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
        raise typer.Exit(INCOMPLETE)


@app.command(epilog="Example: stuck doctor")
def doctor(as_json: AsJson = False) -> None:
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
        raise typer.Exit(FAILED)


@app.command(epilog="Example: stuck manifest --url https://stuck.example.com")
def manifest(
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where `stuck web` is reached; without it, Socket Mode.")
    ] = None,
) -> None:
    """Print the Slack app manifest. To create the app from: docs/slack-app.md."""
    from bot.manifest import for_http, for_socket_mode

    typer.echo(for_socket_mode() if url is None else for_http(url), nl=False)


@db.command(epilog="Example: stuck db upgrade")
def upgrade() -> None:
    """Bring the database to the newest schema."""
    settings = _settings("database")
    from bot import wiring

    typer.echo(_finish(wiring.upgrade(settings)))


@db.callback()
def database() -> None:
    """The database: migrations."""


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
    typer.echo(f"stuck demo is ready: open {url}\nEverything in it is invented. Ctrl-C stops it.")


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
    from bot.secrets import strike

    sys.stderr.write(strike(traceback.format_exc()))


def _now() -> datetime:
    return datetime.now(UTC)
