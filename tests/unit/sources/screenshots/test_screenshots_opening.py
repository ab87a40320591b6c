"""Which files are pictures, which of them are refused, and what an installation without the extra says."""

import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import ExportRefused
from bot.sources.pictures import is_picture
from bot.sources.screenshots import opening, read_picture
from bot.sources.screenshots.opening import open_picture, taken_on


def picture(path: Path, size: tuple[int, int] = (400, 300), mode: str = "RGB", **more: object) -> Path:
    Image.new(mode, size).save(path, **more)
    return path


def test_a_picture_is_known_by_its_name_or_its_first_bytes(tmp_path: Path):
    unnamed = picture(tmp_path / "one.png").rename(tmp_path / "one")
    table = tmp_path / "orders.csv"
    table.write_text("Name,Created at\n")
    assert [is_picture(path) for path in (tmp_path / "grid.JPG", unnamed, table, tmp_path / "none.csv")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_file_that_is_only_named_like_a_picture_is_refused(tmp_path: Path):
    path = tmp_path / "grid.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    with pytest.raises(ExportRefused, match="named like a picture and is none, or it is damaged"):
        open_picture(path)


def test_half_a_picture_is_refused(tmp_path: Path):
    path = picture(tmp_path / "grid.jpg", (900, 900))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ExportRefused, match="or it is damaged"):
        open_picture(path)


def test_a_picture_with_too_many_bytes_is_refused_before_it_is_read(tmp_path: Path):
    path = tmp_path / "grid.png"
    with path.open("wb") as file:
        file.truncate(26 * 1024**2)
    with pytest.raises(ExportRefused, match="it has 26 MB, and a picture may have 25"):
        open_picture(path)


@pytest.mark.parametrize(
    ("size", "said"),
    [((10_000, 6_001), "10,000 by 6,001 pixels, more"), ((20_000, 10_000), "far more pixels")],
)
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(
    tmp_path: Path, size: tuple[int, int], said: str
):
    path = picture(tmp_path / "grid.png", size, "1")
    with pytest.raises(ExportRefused, match=f"it has {said} than the 60 million"):
        open_picture(path)


def test_a_thumbnail_is_refused(tmp_path: Path):
    with pytest.raises(ExportRefused, match="only 120 by 40 pixels"):
        open_picture(picture(tmp_path / "grid.png", (120, 40)))


def test_a_path_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ExportRefused, match="there is no such file"):
        open_picture(tmp_path / "grid.png")


def test_a_transparent_picture_is_put_on_white(tmp_path: Path):
    opened = open_picture(picture(tmp_path / "grid.png", mode="RGBA"))
    assert opened.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot 2026-11-25 at 9.14.02 AM.png",
        "Screenshot_20261125-091402.png",
        "2026-99-99 2026_11_25.png",
    ],
)
def test_the_day_of_a_picture_is_the_one_in_its_name(tmp_path: Path, name: str):
    assert taken_on(picture(tmp_path / name)) == date(2026, 11, 25)


def test_without_a_day_in_its_name_a_picture_is_as_old_as_its_last_change(tmp_path: Path):
    path = picture(tmp_path / "grid-1234567.png")
    noon = 1_795_003_200
    os.utime(path, (noon, noon))
    assert taken_on(path) == datetime.fromtimestamp(noon).astimezone().date()


@pytest.mark.parametrize("module", ["PIL", "rapidocr"])
def test_without_the_extra_the_message_names_the_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
):
    from bot.sources.screenshots.ocr import reader

    path = picture(tmp_path / "grid.png")
    reader.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExportRefused, match="is not installed") as missing:
        read_picture(path)
    reader.cache_clear()
    assert missing.value.todo.endswith("uv sync --frozen --inexact --no-dev --extra screenshots")


def test_without_a_checkout_the_command_is_one_of_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(opening.bot, "__file__", str(tmp_path / "site-packages" / "bot" / "__init__.py"))
    assert opening.missing_extra().todo.endswith('-m pip install "stuck-bot[screenshots]"')


def test_neither_the_room_nor_the_command_line_loads_what_reads_pictures():
    code = "import sys, bot.cli, bot.cli_screenshots, bot.sources.screenshots; print([name for name in ('PIL', 'cv2', 'onnxruntime', 'rapidocr', 'numpy') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
