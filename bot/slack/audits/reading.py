"""Pictures read in a process of its own, before somebody is asked to look at them."""
# ruff: noqa: PLC0415  # what reads pictures is heavy, and only the process imports it

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import StuckError
from bot.slack.audits.found import Job, Pictures
from bot.slack.audits.process import for_slack, teller
from bot.sources.pictures import is_picture

if TYPE_CHECKING:
    from bot.sources.screenshots import Picture
    from bot.sources.screenshots.ocr import Reader


def read_pictures(job: Job) -> Pictures:
    """Read the pictures among the files, and see whether the files together can be audited. Raises StuckError.

    Whatever is wrong with a file is said before anybody has corrected rows.
    """
    tempfile.tempdir = str(job.folder)
    from bot.slack.audits.looking import begin, dump
    from bot.sources.screenshots.ocr import reader

    by = reader()  # where it is missing, that is said as it is
    given = [path for path in job.paths if is_picture(path)]
    try:
        pictures = [
            _read(job, path, by, f"{number} of {len(given)}") for number, path in enumerate(given, start=1)
        ]
        _must_show_both(job, pictures, [path for path in job.paths if path not in given])
    except StuckError as error:
        raise for_slack(error, job) from None
    looking = begin(pictures, job.exports, job.days)
    look = looking.look
    assert look is not None  # nobody has looked at any of them
    return Pictures(dump(looking), look)


def _read(job: Job, path: Path, by: "Reader", which: str) -> "Picture":
    from bot.sources.screenshots import day_in_name, read_picture

    teller(job)(f"Reading the text on {path}, picture {which}", 0.0)
    picture = read_picture(path, taken=day_in_name(path) or job.today, read_by=by)
    return replace(picture, path=path.name)


def _must_show_both(job: Job, pictures: "Sequence[Picture]", exports: Sequence[Path]) -> None:
    from bot.audit.audit import one_sided, systems
    from bot.sources.exports import open_exports

    shown = {picture.system for picture in pictures}
    if exports:
        with open_exports(exports, progress=teller(job)) as opened:
            shown |= systems(opened)
    if len(shown) == 1:
        raise one_sided(*shown)
