"""Boxes around text: into lines from top to bottom, and each to the column below whose header it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_ROOM = 0.25
"""Part of a letter's height that is more than the space between two lines of one cell."""
_SAME_LINE = 0.55
"""Part of a letter's height by which the middles of boxes of one line may differ."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a picture, in pixels from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    @property
    def centre(self) -> float:
        """Halfway from left to right."""
        return (self.left + self.right) / 2

    @property
    def middle(self) -> float:
        """Halfway from top to bottom."""
        return (self.top + self.bottom) / 2

    def beside(self, other: "Box") -> float:
        """Return how many pixels two boxes share from left to right; negative: the gap between them."""
        return min(self.right, other.right) - max(self.left, other.left)


def around(boxes: Sequence[Box]) -> Box:
    """Return the box that holds all of these."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def letter_height(boxes: Sequence[Box]) -> float:
    """Return the usual height of a line of text."""
    return median(box.height for box in boxes)


def lines(boxes: Sequence[Box]) -> list[list[Box]]:
    """Return boxes that stand on one line together, lines from top to bottom, boxes from left to right."""
    if not boxes:
        return []
    apart = letter_height(boxes) * _SAME_LINE
    found: list[list[Box]] = []
    for box in sorted(boxes, key=lambda each: each.middle):
        if found and box.middle - median(each.middle for each in found[-1]) <= apart:
            found[-1].append(box)
        else:
            found.append([box])
    return [sorted(line, key=lambda each: each.left) for line in found]


def column_of(box: Box, headers: Sequence[Box]) -> int | None:
    """Return below which header a cell stands, headers from left to right; None for what is left of all of them.

    A cell can reach neither behind the header before it nor into the one after it. Of the two or three that remain, it
    is the one with which it is aligned: to the left, to the right or centred.
    """
    best, nearest = None, float("inf")
    for at, header in enumerate(headers):
        after_last = headers[at - 1].right if at else float("-inf")
        before_next = headers[at + 1].left if at + 1 < len(headers) else float("inf")
        inside = min(box.right, before_next) - max(box.left, after_last)
        if inside < box.width / 2:
            continue
        off = min(abs(box.left - header.left), abs(box.right - header.right), abs(box.centre - header.centre))
        if box.beside(header) < 0 and box.right < header.left:
            off += header.left - box.right
        if off < nearest:
            best, nearest = at, off
    if best == 0 and box.right < headers[0].left:
        return None
    return best


def crosses(box: Box, headers: Sequence[Box], slack: float) -> bool:
    """Whether one box holds the text of two columns: it begins before a header and reaches well into it."""
    return any(
        box.left < header.left - 2 * slack and box.right > header.left + 2 * slack
        for before, header in pairwise(headers)
        if box.left < before.right
    )


def bands(cells: Sequence[Box], anchors: Sequence[Box]) -> list[tuple[float, float]]:
    """Return from where to where each row of a grid reaches, from top to bottom.

    `anchors`: the cells of the column that every row has. Rows are what white space separates. Where a stretch without
    white space has several anchors, they are rows of their own if there is room between them, or if the other cells
    are spread evenly over them; otherwise they are one number in several lines.
    """
    found: list[tuple[float, float]] = []
    for top, bottom in _blobs(cells):
        held = sorted((box for box in anchors if top <= box.middle <= bottom), key=lambda each: each.middle)
        halfway = [(above.middle + below.middle) / 2 for above, below in pairwise(held)]
        parts = list(pairwise([top, *halfway, bottom]))
        found += parts if _apart(held) or _evenly(cells, parts) else [(top, bottom)]
    return found


def _apart(anchors: Sequence[Box]) -> bool:
    """Whether there is more room between all of these, from top to bottom, than between the lines of one number."""
    return all(below.top - above.bottom >= above.height * _ROOM for above, below in pairwise(anchors))


def _evenly(cells: Sequence[Box], parts: Sequence[tuple[float, float]]) -> bool:
    """Whether each part has more than half as many cells as the fullest one."""
    counts = [sum(top <= box.middle <= bottom for box in cells) for top, bottom in parts]
    return min(counts) * 2 > max(counts)


def _blobs(cells: Sequence[Box]) -> list[tuple[float, float]]:
    """Return the stretches from top to bottom on which there is text; lines of one wrapped cell are close together."""
    if not cells:
        return []
    near = letter_height(cells) * 0.12
    found: list[tuple[float, float]] = []
    for box in sorted(cells, key=lambda each: each.top):
        if found and box.top <= found[-1][1] + near:
            found[-1] = (found[-1][0], max(found[-1][1], box.bottom))
        else:
            found.append((box.top, box.bottom))
    return found
