"""The models, loaded once, and a way from a drawn grid to what is read of it."""

import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.sources.screenshots import Picture, read_picture
from bot.sources.screenshots.ocr import Reader, reader

WEDNESDAY = date(2026, 11, 25)


@pytest.fixture(scope="session")
def models() -> Reader:
    """The real models; a machine without the extra skips what needs them."""
    pytest.importorskip("rapidocr")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries deprecate while they are imported is their business
        return reader()


@pytest.fixture
def taken() -> date:
    return WEDNESDAY


@pytest.fixture
def read(models: Reader, tmp_path: Path) -> Callable[..., Picture]:
    """Save an image as PNG, or as JPEG of a quality, and read it."""

    def saved(image: Image.Image, quality: int | None = None, **more: Any) -> Picture:
        path = tmp_path / ("grid.jpg" if quality else "grid.png")
        image.save(path, **({"quality": quality} if quality else {}))
        return read_picture(path, taken=WEDNESDAY, **more)

    return saved
