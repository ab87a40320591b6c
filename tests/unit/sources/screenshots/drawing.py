"""Pictures of grids as a browser shows them, drawn so that every letter on them is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont

PILLS = {"Paid": "#e3e3e3", "Fulfilled": "#e3e3e3", "Unfulfilled": "#ffd6a4", "Pending": "#ffd6a4"}


@dataclass(frozen=True)
class Look:
    """How a page looks."""

    dark: bool = False
    scale: float = 1.0
    sans: bool = False
    """Pillow's own font instead of DejaVu."""
    size: int = 13
    ruled: bool = True

    @property
    def paper(self) -> str:
        return "#1f2124" if self.dark else "#ffffff"

    @property
    def ink(self) -> str:
        return "#e6e6e6" if self.dark else "#303030"

    @property
    def bar(self) -> str:
        return "#2d3035" if self.dark else "#f7f7f7"

    @property
    def line(self) -> str:
        return "#3c4046" if self.dark else "#e3e3e3"


@dataclass(frozen=True)
class Sheet:
    """A grid: its columns with their widths, and its rows as their texts; a line break wraps a cell."""

    columns: Sequence[tuple[str, int]]
    rows: Sequence[Sequence[str]]
    title: str = "Shipments"
    pills: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()
    """Columns whose cells show a tick instead of a text."""
    tall: Mapping[int, int] = field(default_factory=dict)


@cache
def _font(*, sans: bool, size: int) -> ImageFont.FreeTypeFont:
    if sans:
        return ImageFont.load_default(size)
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / "DejaVuSans.ttf"), size)


def draw(sheet: Sheet, look: Look = Look()) -> Image.Image:
    """Return the picture of a grid below its page's title."""
    pen = _Pen(sheet, look)
    return pen.page()


class _Pen:
    """Draws one sheet."""

    def __init__(self, sheet: Sheet, look: Look) -> None:
        self.sheet = sheet
        self.look = look
        self.font = _font(sans=look.sans, size=self.px(look.size))
        self.left = self.px(40)
        self.width = self.left + sum(self.px(width) for _, width in sheet.columns) + self.px(16)
        self.head = self.px(64)
        self.row = self.px(38)

    def px(self, points: float) -> int:
        return round(points * self.look.scale)

    def page(self) -> Image.Image:
        heights = [
            self.row * max(1, max(text.count("\n") + 1 for text in row) * 0.62 + 0.38)
            for row in self.sheet.rows
        ]
        height = round(self.head + self.row + sum(heights) + self.px(24))
        image = Image.new("RGB", (self.width, height), self.look.paper)
        pen = ImageDraw.Draw(image)
        title = _font(sans=self.look.sans, size=self.px(self.look.size + 6))
        pen.text((self.px(16), self.px(18)), self.sheet.title, fill=self.look.ink, font=title)
        pen.rectangle((0, self.head, self.width, self.head + self.row), fill=self.look.bar)
        self.cells(pen, [name for name, _ in self.sheet.columns], self.head, self.row)
        top = float(self.head + self.row)
        for row, tall in zip(self.sheet.rows, heights, strict=True):
            self.cells(pen, row, round(top), round(tall), body=True)
            top += tall
            if self.look.ruled:
                pen.line((0, top, self.width, top), fill=self.look.line, width=max(1, self.px(1)))
        return image

    def cells(
        self, pen: ImageDraw.ImageDraw, texts: Sequence[str], top: int, tall: int, *, body: bool = False
    ) -> None:
        box = (self.px(14), top + tall // 2 - self.px(7), self.px(28), top + tall // 2 + self.px(7))
        pen.rounded_rectangle(box, radius=self.px(3), outline=self.look.line, width=max(1, self.px(1)))
        left = self.left
        for (name, width), text in zip(self.sheet.columns, texts, strict=True):
            if body and name in self.sheet.checks:
                self.tick(pen, left, top + tall // 2) if text else None
            else:
                self.text(pen, left, top + tall / 2, text, pill=body and name in self.sheet.pills)
            left += self.px(width)

    def text(self, pen: ImageDraw.ImageDraw, left: int, middle: float, text: str, *, pill: bool) -> None:
        at = (left + self.px(4), middle)
        ink = self.look.ink
        if pill and text:
            x0, y0, x1, y1 = pen.textbbox(at, text, font=self.font, anchor="lm")
            around = (x0 - self.px(8), y0 - self.px(4), x1 + self.px(8), y1 + self.px(4))
            pen.rounded_rectangle(around, radius=self.px(9), fill=PILLS.get(text, "#d5ebff"))
            ink = "#303030"
        if "\n" in text:
            pen.multiline_text(at, text, fill=ink, font=self.font, anchor="lm", spacing=self.px(5))
        else:
            pen.text(at, text, fill=ink, font=self.font, anchor="lm")

    def tick(self, pen: ImageDraw.ImageDraw, left: int, middle: int) -> None:
        points = [
            (left + self.px(6), middle),
            (left + self.px(10), middle + self.px(5)),
            (left + self.px(18), middle - self.px(6)),
        ]
        pen.line(points, fill="#108043", width=max(2, self.px(2)))
