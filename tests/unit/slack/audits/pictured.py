"""Pictures of which a test says what stands on them, and what a window or an audit made of them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from bot.slack.audits import looking
from bot.sources.screenshots.geometry import Box
from bot.sources.screenshots.ocr import Line
from tests.unit.sources.screenshots.typed import Typed, line

GRID = {"Order #": 40, "Tracking #": 160, "Ship Date": 360, "Recipient": 500}
LISTED = {"Order": 40, "Date": 160, "Payment status": 340, "Fulfillment status": 500}
RIGHT, WRONG = "1Z999AA10123456784", "1Z999AAI0123456784"
ROWS = (
    ("1001", RIGHT, "11/21/2026", "Ada"),
    ("1002", WRONG, "11/22/2026", "Alan"),
    ("10O3", "461187421193", "11/22/2026", "Grace"),
    ("1004", "461187421194", "11/2…", "Barbara"),
)
ORDERS = (
    ("#1001", "Today at 9:14 am", "Paid", "Unfulfilled"),
    ("#1002", "Nov 20 at 3:22 pm", "Paid", "Fulfilled"),
)
EXPORT = b"Name,Created at,Financial Status,Fulfillment Status,Lineitem sku\n#1001,2026-11-20 08:00:00 +0000,paid,unfulfilled,MUG\n"
TALL = 900


@dataclass
class Reader:
    """Knows what stands on each picture, by the picture's width."""

    pages: dict[int, Typed] = field(default_factory=dict)
    wide: int = 0

    def find(self, image: Image.Image) -> tuple[Image.Image, list[Box]]:
        self.wide = image.width
        return self.pages[self.wide].find(image)

    def read(self, image: Image.Image, boxes: Sequence[Box]) -> list[Line]:
        return self.pages[self.wide].read(image, boxes)


def lined(lefts, rows, confidence=0.99):
    found = [line(name, left, 100) for name, left in lefts.items()]
    for at, row in enumerate(rows):
        found += [
            line(text, left, 140 + 40 * at, confidence)
            for text, left in zip(row, lefts.values(), strict=True)
            if text
        ]
    return found


def tables(front):
    """What the last audit was given, picture by picture."""
    folder = front.tmp / "rows"
    folder.mkdir(exist_ok=True)
    found = looking.written(front.jobs[-1].rows, folder) if front.jobs else {}
    return [list(csv.DictReader(io.StringIO(each.path.read_text()))) for each in found.values()]


def block(view, start):
    """The one block of the window whose id begins so."""
    [found] = [each for each in view.blocks if str(each.get("block_id")).startswith(start)]
    return found


def ids(view):
    return [each["block_id"] for each in view.blocks if ":" in str(each.get("block_id"))]
