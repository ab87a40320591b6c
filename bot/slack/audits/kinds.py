"""What kind of file somebody sent, by its name, and what to send instead where it is the wrong one."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import PurePath
from typing import Literal

from bot.slack.escape import safe

Kind = Literal["table", "picture", "other picture", "other"]

TABLES = ("csv", "tsv", "txt", "zip", "xlsx")
"""Endings of exports; the first thing that Slack offers when somebody chooses a file."""
PICTURES = ("png", "jpg", "jpeg")
"""Endings of screenshots."""
OTHER_PICTURES = frozenset({"gif", "webp", "bmp", "heic", "tif", "tiff"})
READER = "rapidocr"
"""The library that reads text in pictures: an extra, which is missing from most machines."""

MEGABYTE = 1024**2
LARGEST = 200 * MEGABYTE
"""Bytes of one file."""
LARGEST_TOGETHER = 600 * MEGABYTE
NAME = 80
"""Characters of a file's name that are shown."""

SEND = (
    "Send the exports themselves, as they come from Shopify and ShipStation: CSV, a zip of CSVs, or XLSX. "
    "Nothing was read."
)
SEND_PICTURE = (
    "Take the screenshot as PNG or JPEG and send it again; better still, send the export. Nothing was read."
)
CANNOT_READ = (
    "{name} is a picture, and this stuck cannot read pictures. Send the exports instead: Shopify's orders export, and "
    "ShipStation's shipments, orders or fulfillments export, as CSV, a zip of CSVs, or XLSX. Nothing was read. For "
    "whoever runs stuck: {command} adds what reads pictures, from the next start on."
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One file as Slack describes it, before it is read."""

    id: str
    name: str
    size: int = 0
    """Bytes; 0 where Slack does not say."""

    @property
    def kind(self) -> Kind:
        """What its name says that it is."""
        ending = PurePath(self.name).suffix.lstrip(".").casefold()
        if ending in TABLES:
            return "table"
        return "picture" if ending in PICTURES else "other picture" if ending in OTHER_PICTURES else "other"


def objection(files: Sequence[Sent]) -> str | None:
    """Return why these files cannot be audited and what to send instead; None: they can be tried."""
    for file in files:
        if file.kind == "picture" and find_spec(READER) is None:
            return cannot_read(file)
        if file.kind not in {"table", "picture"}:
            return wrong_kind(file)
        if file.size > LARGEST:
            return too_large(file)
    together = sum(file.size for file in files)
    return too_large_together(together) if together > LARGEST_TOGETHER else None


def wrong_kind(file: Sent) -> str:
    """Return what to say of a file that is neither an export nor a screenshot by its name."""
    ending = safe(PurePath(file.name).suffix.lstrip(".").upper(), 12)
    if file.kind == "other picture":
        return f"{shown(file.name)} is a {ending} picture, which is not read here. {SEND_PICTURE}"
    what = f"is a {ending} file, which no export is" if ending else "has no ending such as .csv"
    return f"{shown(file.name)} {what}. {SEND}"


def cannot_read(file: Sent) -> str:
    """Return what to say of a picture on a machine that cannot read any."""
    from bot.sources.screenshots import install_command  # noqa: PLC0415  # heavy, and most people send exports

    return CANNOT_READ.format(name=shown(file.name), command=f"`{safe(install_command(), 300)}`")


def too_large(file: Sent) -> str:
    """Return what to say of a file over LARGEST."""
    size = f"is {megabytes(file.size)}, and" if file.size else "is larger than Slack said:"
    return (
        f"{shown(file.name)} {size} one file may have {megabytes(LARGEST)} here. Zip it, for text packs to about a "
        "tenth, or export fewer days. Nothing was read."
    )


def too_large_together(size: int) -> str:
    """Return what to say of files over LARGEST_TOGETHER."""
    return (
        f"Together these files are {megabytes(size)}, and {megabytes(LARGEST_TOGETHER)} can be read at once. Zip them, "
        "for text packs to about a tenth, or export fewer days. Nothing was read."
    )


def shown(name: str) -> str:
    """Return a file's name, safe inside mrkdwn, in bold."""
    return f"*{safe(name, NAME) or 'A file without a name'}*"


def megabytes(size: int) -> str:
    """Return a size in MB, rounded up so that too much never looks like enough."""
    return f"{-(-size // MEGABYTE):,} MB"
