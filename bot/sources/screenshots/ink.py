"""Whether there is something in a place of the picture where no text was found: an icon, or what could not be read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.sources.screenshots.geometry import Box

if TYPE_CHECKING:  # the extra may be missing
    from PIL.Image import Image

CONTRAST = 50
"""By how much of 255 a pixel differs from the paper around it."""
LEAST = 8
"""Pixels that are more than dust."""


def has_ink(image: "Image", room: Box, texts: Sequence[Box]) -> bool:
    """Whether anything but these texts is drawn in a room of the picture."""
    import numpy as np  # noqa: PLC0415  # comes with the extra

    left, top = max(int(room.left), 0), max(int(room.top), 0)
    grey = np.asarray(
        image.crop(
            (left, top, min(int(room.right), image.width), min(int(room.bottom), image.height))
        ).convert("L"),
        dtype=int,
    )
    if grey.size == 0:
        return False
    paper = np.median(grey)
    drawn = abs(grey - paper) > CONTRAST
    for text in texts:
        across = slice(max(int(text.left) - left, 0), max(int(text.right) + 1 - left, 0))
        down = slice(max(int(text.top) - top, 0), max(int(text.bottom) + 1 - top, 0))
        drawn[down, across] = False
    return bool(drawn.sum() >= LEAST)
