"""From a path to a picture in memory, or a sentence why it cannot be read as one."""

import re
import shutil
import sys
import warnings
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import bot
from bot.errors import ExportRefused

if TYPE_CHECKING:  # the extra may be missing; who only asks for exports must not need it
    from PIL.Image import Image

LARGEST = 25 * 1024**2
"""Bytes of one picture."""
MOST_PIXELS = 60_000_000
"""Beyond twice a 5K screen, it is no screenshot."""
SMALLEST = (200, 60)
"""Width and height in pixels below which there is no room for a grid."""
FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
EXPECTED = "Expected was a screenshot (PNG or JPEG) of ShipStation's shipments or orders grid, or of Shopify's order list, with its header row."

_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")


def missing_extra() -> ExportRefused:
    """Return the error for an installation that cannot read pictures, with the command that changes it."""
    return ExportRefused(
        "Screenshots cannot be read: the part of stuck that reads text in pictures is not installed.",
        why="It is an extra of about 200 MB, because most audits are made from exports.",
        todo=f"Install it with: {install_command()}",
    )


def install_command() -> str:
    """Return what installs the extra into this installation."""
    home = Path(bot.__file__).parents[1]
    if not (home / "uv.lock").is_file():
        return f'{sys.executable} -m pip install "stuck-bot[screenshots]"'
    uv = "uv" if shutil.which("uv") else ".venv/bin/uv"
    return f"{uv} sync --frozen --inexact --no-dev --extra screenshots"


def refused(path: Path, what: str, todo: str = "", *, why: str = EXPECTED) -> ExportRefused:
    """Return the error for a picture that cannot be used; `what` says what it is or does."""
    return ExportRefused(f"{path} cannot be read: {what}.", why=why, todo=todo)


def open_picture(path: Path) -> "Image":
    """Return a picture upright, in RGB, on white where it is transparent. Raises ExportRefused."""
    try:
        from PIL import Image, ImageOps  # noqa: PLC0415  # the extra may be missing
    except ImportError as error:
        raise missing_extra() from error
    _must_be_small(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is looked at right below
        try:
            with Image.open(path, formats=FORMATS) as opened:
                _must_have_room(path, opened.width, opened.height)
                upright = ImageOps.exif_transpose(opened).convert("RGBA")
        except Image.DecompressionBombError as error:
            raise _too_many(path, "far more pixels") from error
        except (OSError, SyntaxError, ValueError) as error:
            raise refused(
                path,
                "it is named like a picture and is none, or it is damaged",
                "Take the screenshot again, as PNG.",
            ) from error
    paper = Image.new("RGBA", upright.size, "white")
    paper.alpha_composite(upright)
    return paper.convert("RGB")


def day_in_name(path: Path) -> date | None:
    """Return the day that a picture bears in its name (`Screenshot 2026-11-25 …`)."""
    for found in _DAY.finditer(path.name):
        with suppress(ValueError):
            return date(*(int(part) for part in found.groups()))
    return None


def taken_on(path: Path) -> date:
    """Return the day of a picture: from its name, else when the file was last changed."""
    named = day_in_name(path)
    if named:
        return named
    return datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()


def _must_be_small(path: Path) -> None:
    if not path.is_file():
        raise refused(path, "there is no such file", "Check the path.", why="")
    size = path.stat().st_size
    if size > LARGEST:
        raise refused(
            path,
            f"it has {size / 1024**2:,.0f} MB, and a picture may have {LARGEST // 1024**2}",
            "Take a screenshot of the grid alone, as PNG.",
        )


def _must_have_room(path: Path, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many(path, f"{width:,} by {height:,} pixels, more")
    if width < SMALLEST[0] or height < SMALLEST[1]:
        raise refused(
            path,
            f"it has only {width} by {height} pixels, too few for a grid",
            "Take a screenshot of the whole grid at 100 % zoom.",
        )


def _too_many(path: Path, pixels: str) -> ExportRefused:
    return refused(
        path,
        f"it has {pixels} than the {MOST_PIXELS // 10**6} million that are read",
        "Cut it into several pictures, each with the header row.",
    )
