"""A reader that knows what stands where, for tests that are about geometry and not about letters."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from bot.sources.screenshots.geometry import Box
from bot.sources.screenshots.ocr import Letter, Line

WIDE, TALL = 8.0, 20.0
"""Pixels of one letter."""


def line(text: str, left: float, top: float, confidence: float = 0.99) -> Line:
    """A text whose letters are all of one width."""
    letters = tuple(Letter(each, confidence, left + (at + 0.5) * WIDE) for at, each in enumerate(text))
    return Line(Box(left, top, left + WIDE * len(text), top + TALL), letters)


@dataclass(frozen=True)
class Typed:
    """Finds and reads the lines that it was given."""

    lines: Sequence[Line]

    def find(self, image: Image.Image) -> tuple[Image.Image, list[Box]]:
        return image, [each.box for each in self.lines]

    def read(self, image: Image.Image, boxes: Sequence[Box]) -> list[Line]:
        return [next(each for each in self.lines if each.box == box) for box in boxes]
