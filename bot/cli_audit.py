"""`stuck audit`: files in, a summary on the terminal, and a report into a folder if asked."""
# ruff: noqa: PLC0415  # heavy rooms are imported inside the command, so that `stuck --help` answers at once

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bot.errors import ConfigurationError

if TYPE_CHECKING:
    from bot.sources.exports.files import Progress

SAMPLE = Path("stuck-sample")
"""Where `--sample` writes, unless told otherwise."""
SHOWN_AFTER = 1.0
"""Seconds after which work shows how far it is."""


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, to stdout.")


@click.command(epilog="Example: stuck audit orders_export.csv shipments.csv --out report")
@click.argument(
    "files",
    metavar="[FILE…]",
    nargs=-1,
    type=click.Path(path_type=Path),
    help="Exports of Shopify and ShipStation, or screenshots (PNG, JPEG).",
)
@click.option("--days", type=click.IntRange(1, 3660), default=30, help="How many days to look back.")
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the report into this folder, too.",
)
@as_json
@click.option(
    "--map",
    "mappings",
    metavar="COLUMN=FIELD",
    multiple=True,
    help='What a column is: --map "Order #=order_number".',
)
@click.option("--zone", metavar="ZONE", help="Of dates that name none, e.g. America/New_York.")
@click.option(
    "--shop",
    metavar="ADDRESS",
    default="",
    show_default=False,
    help="acme.myshopify.com, for links into Shopify.",
)
@click.option(
    "--taken",
    metavar="YYYY-MM-DD",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of the screenshots, for dates such as Today.",
)
@click.option(
    "--accept-screenshots", is_flag=True, help="Ask nobody: doubtful rows of screenshots are left out."
)
@click.option("--sample", is_flag=True, help="Invent a month of exports, and audit that.")
def audit(
    *,
    files: tuple[Path, ...],
    days: int,
    out: Path | None,
    as_json: bool,
    mappings: tuple[str, ...],
    zone: str | None,
    shop: str,
    taken: datetime | None,
    accept_screenshots: bool,
    sample: bool,
) -> None:
    """Find last month's stuck orders in exports, without a connection.

    Takes any mix of orders exports of Shopify (CSV, zipped, or made with Matrixify), shipments, orders and fulfillments
    exports of ShipStation, and screenshots of their lists.
    """
    from bot.audit.audit import audit as run
    from bot.audit.report import audit_json, check_folder, show, write
    from bot.cli_output import print_json
    from bot.cli_screenshots import confirmed
    from bot.terminal import stdout

    out = out or (SAMPLE if sample else None)
    named = _named(files, _sample(out) if sample and out else ())
    where = _zone(zone)
    if out is not None:
        check_folder(out)
    day = taken.date() if taken else None
    with (
        confirmed(named, taken=day, accept=accept_screenshots) as given,
        _progress(shown=not as_json) as tell,
    ):
        found = run(
            given.files,
            days=days,
            mappings=mappings,
            zone=where,
            shop=shop,
            excerpts=[Path(path) for path in given.accepted],
            progress=tell,
        )
        found = given.named(found)
        written = write(found, out, lambda doing: tell(doing, 1.0)) if out is not None else []
    if as_json:
        print_json(audit_json(found))
    else:
        show(found, stdout(), written)


def _named(files: Sequence[Path], sample: Sequence[Path]) -> list[Path]:
    """Return the files to audit, the sample's first; raise ConfigurationError where there are none."""
    named = [*sample, *files]
    if not named:
        raise ConfigurationError(
            "No file was named.",
            why="An audit reads exports that you have made in Shopify and ShipStation.",
            todo="For example: stuck audit orders_export.csv shipments.csv; or stuck audit --sample.",
        )
    return named


def _sample(folder: Path) -> tuple[Path, ...]:
    from bot.audit.sample import write_sample

    return write_sample(folder).files


def _zone(name: str | None) -> ZoneInfo | None:
    if name is None:
        return None
    from bot.settings_values import Malformed, zone

    try:
        return zone(name)
    except Malformed as wrong:
        raise ConfigurationError(
            f"--zone: {wrong}.",
            why="ShipStation's exports write dates in the account's zone, and do not say which.",
            todo="Name it as in ShipStation's settings, for example --zone America/New_York.",
        ) from wrong


@contextmanager
def _progress(*, shown: bool) -> Iterator["Progress"]:
    """Show a bar on stderr for whatever takes longer than SHOWN_AFTER."""
    began = monotonic()
    with ExitStack() as open_bar:
        update: Callable[..., None] | None = None

        def tell(what: str, part: float) -> None:
            nonlocal update
            if update is None and shown and monotonic() - began > SHOWN_AFTER:
                update = open_bar.enter_context(_bar())
            if update is not None:
                update(description=what, completed=part)

        yield tell


@contextmanager
def _bar() -> Iterator[Callable[..., None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = TextColumn("{task.description}"), BarColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield partial(bar.update, bar.add_task("Reading", total=1.0))
