"""Words out of a picture, by models that lie in the wheel of the extra `screenshots`: nothing is downloaded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

from bot.sources.screenshots.geometry import Box
from bot.sources.screenshots.opening import missing_extra

if TYPE_CHECKING:  # the extra may be missing
    from PIL.Image import Image

SIDE = 2000
"""Pixels of the longer side at which text is looked for first; letters are read from the whole picture."""
LARGEST_SIDE = 4000
READABLE = 19
"""Height of a found line, its margin included, below which shrinking has cost too much."""
SMALL = 30
"""Height below which letters are enlarged before they are read: at 100 % zoom they are told apart better."""
ENLARGED = 2
TILTED = 0.15
"""Degrees from which on a picture is turned upright; up to STEEPEST it is taken for a tilt."""
STEEPEST = 10.0


@dataclass(frozen=True, slots=True)
class Letter:
    """One character, how sure it is (0 to 1), and where its centre is, from the left of the picture."""

    text: str
    confidence: float
    centre: float


@dataclass(frozen=True, slots=True)
class Line:
    """Text that was found in one piece."""

    box: Box
    letters: tuple[Letter, ...]

    @property
    def text(self) -> str:
        """The characters together."""
        return "".join(letter.text for letter in self.letters)

    @property
    def confidence(self) -> float:
        """The mean over its characters."""
        return sum(letter.confidence for letter in self.letters) / max(len(self.letters), 1)


class Reader(Protocol):
    """Finds and reads text."""

    def find(self, image: "Image") -> tuple["Image", list[Box]]:
        """Return the picture, turned upright where it was tilted, and the boxes around its lines of text."""

    def read(self, image: "Image", boxes: Sequence[Box]) -> list[Line]:
        """Return what stands in these boxes, in their order."""


@cache
def reader() -> Reader:
    """Return the one reader of this process: its models take a second to load. Raises ExportRefused without the extra."""
    try:
        from rapidocr import RapidOCR  # noqa: PLC0415  # the extra may be missing
    except ImportError as error:
        raise missing_extra() from error
    return _Models(RapidOCR(params=_SETTINGS))


_SETTINGS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,  # a screenshot is never upside down
    "Global.text_score": 0.0,  # what is doubtful is shown, not left out
    "Global.max_side_len": LARGEST_SIDE,
    "Global.return_word_box": True,
    "Det.max_candidates": 6000,
    "Det.limit_side_len": 64,  # a low picture is not blown up: its text is as large as any screenshot's
    "Rec.rec_img_shape": [3, 48, 64],  # short cells are not padded to the width of a sentence
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
}


class _Models:
    """Two neural networks: one finds lines of text, the other one reads them."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def find(self, image: "Image") -> tuple["Image", list[Box]]:
        """Return the picture, turned upright where it was tilted, and the boxes around its lines of text."""
        from PIL import Image  # noqa: PLC0415  # the extra may be missing

        corners = self._corners(image)
        tilt = _tilt(corners)
        if TILTED <= abs(tilt) <= STEEPEST:
            edge = image.getpixel((0, 0))
            image = image.rotate(tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=edge)
            corners = self._corners(image)
        return image, [_box(each) for each in corners]

    def read(self, image: "Image", boxes: Sequence[Box]) -> list[Line]:
        """Return what stands in these boxes, in their order."""
        import numpy as np  # noqa: PLC0415  # comes with the extra

        if not boxes:
            return []
        times = ENLARGED if median(box.height for box in boxes) < SMALL else 1
        pixels = np.asarray(_enlarged(image, times))[:, :, ::-1]
        crops = [_crop(pixels, box, times) for box in boxes]
        told = self._engine.recognize_txt(crops)
        return [
            Line(box, _letters(box, text, words))
            for box, text, words in zip(boxes, told.txts, told.word_results, strict=True)
        ]

    def _corners(self, image: "Image") -> list[Any]:
        """Return the four corners of each line; of a large picture from a smaller copy, if its letters stay readable."""
        for side in (SIDE, LARGEST_SIDE):
            shrunk = min(1.0, side / max(image.size))
            corners = self._corners_at(image, shrunk)
            if shrunk == 1.0 or (
                corners and median(_box(each).height for each in corners) * shrunk > READABLE
            ):
                break
        return corners

    def _corners_at(self, image: "Image", shrunk: float) -> list[Any]:
        import numpy as np  # noqa: PLC0415  # comes with the extra

        small = image if shrunk == 1.0 else image.resize(_size(image, shrunk))
        told = self._engine(np.asarray(small)[:, :, ::-1], use_rec=False)
        self._engine.update_params(use_rec=True)
        return [] if told.boxes is None else [each / shrunk for each in told.boxes]


def _enlarged(image: "Image", times: int) -> "Image":
    from PIL import Image  # noqa: PLC0415  # the extra may be missing

    if times == 1:
        return image
    return image.resize((image.width * times, image.height * times), Image.Resampling.LANCZOS)


def _crop(pixels: Any, box: Box, times: int) -> Any:
    across = slice(int(max(box.left, 0) * times), math.ceil(box.right * times))
    return pixels[int(max(box.top, 0) * times) : math.ceil(box.bottom * times), across]


def _size(image: "Image", shrunk: float) -> tuple[int, int]:
    return max(1, round(image.width * shrunk)), max(1, round(image.height * shrunk))


def _box(corners: Any) -> Box:
    across, down = [float(point[0]) for point in corners], [float(point[1]) for point in corners]
    return Box(min(across), min(down), max(across), max(down))


def _tilt(corners: Sequence[Any]) -> float:
    """Return by how many degrees lines of text fall to the right, judged by the long ones."""
    angles = [
        math.degrees(math.atan2(float(right[1] - left[1]), float(right[0] - left[0])))
        for left, right, _, below in corners
        if right[0] - left[0] > 4 * abs(below[1] - left[1])
    ]
    return median(angles) if angles else 0.0


def _letters(box: Box, text: str, words: Any) -> tuple[Letter, ...]:
    """Return the characters of a line, blanks between them included."""
    columns = iter([column for word in words.word_cols for column in word])
    wide = box.width / (words.line_txt_len or 1)
    found: list[Letter] = []
    for character, confidence in zip(text, words.confs, strict=False):
        if character.isspace():
            centre = found[-1].centre if found else box.left
        else:
            centre = box.left + (next(columns) + 0.5) * wide
        found.append(Letter(character, float(confidence), centre))
    return tuple(found)
