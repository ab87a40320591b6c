"""Where the bars of a chart stand: fractions of its width, pixels of its height. Pure.

Widths are shares and heights pixels, so that one drawing fits a desk and a phone with its letters at their own size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.audit.report.series import Bar

HEIGHT = 180
"""Pixels from the top of the tallest bar's room to the ground."""
HEADROOM = 14
"""Pixels above it, for the topmost figure."""
_GAP = 0.22
"""Share of a bar's room that stays empty."""
_STEPS = 4
"""Lines of the scale at most, the ground not counted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One tone of one bar."""

    tone: str
    """`severe`, `ordinary` or `edge`."""
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One bar as drawn; `left`, `width` and `middle` in percent of the width."""

    bar: Bar
    left: float
    width: float
    middle: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, ready to be drawn."""

    columns: tuple[Column, ...]
    ticks: tuple[tuple[float, int], ...]
    """Lines of the scale: pixels from the top, and the figure."""
    height: int = HEIGHT + HEADROOM

    @property
    def tones(self) -> tuple[str, ...]:
        """The tones that occur, as the legend lists them."""
        seen = {piece.tone for column in self.columns for piece in column.pieces}
        return tuple(tone for tone in ("severe", "ordinary", "edge") if tone in seen)


def chart(bars: Sequence[Bar]) -> Chart:
    """Return where everything stands."""
    step = scale_step(max((bar.total for bar in bars), default=0))
    top = max(-(-max((bar.total for bar in bars), default=0) // step), 1) * step
    ticks = tuple((_height(top - value, top), value) for value in range(0, top + 1, step))
    return Chart(tuple(_column(bar, at, len(bars), top) for at, bar in enumerate(bars)), ticks)


def scale_step(most: int) -> int:
    """Return the distance of the scale's lines: 1, 2 or 5 times a power of ten, so that at most four reach the top."""
    unit = 1
    while True:
        for factor in (1, 2, 5):
            if factor * unit * _STEPS >= most:
                return factor * unit
        unit *= 10


def _column(bar: Bar, at: int, count: int, top: int) -> Column:
    room = 100 / count
    tones = [(tone, getattr(bar, tone)) for tone in ("severe", "ordinary", "edge")]
    ends = accumulate(amount for _, amount in tones)
    pieces = [
        Piece(tone, _height(top - end, top), _height(amount, top) - HEADROOM)
        for (tone, amount), end in zip(tones, ends, strict=True)
        if amount
    ]
    return Column(bar, room * (at + _GAP / 2), room * (1 - _GAP), room * (at + 0.5), tuple(pieces))


def _height(amount: int, top: int) -> float:
    return HEADROOM + HEIGHT * amount / top
