"""Which files are pictures: asked of every file that people hand over, before anything that reads one is loaded."""

from pathlib import Path

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp"})
_SIGNS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def is_picture(path: Path) -> bool:
    """Whether a file is named or begins like a picture."""
    if path.suffix.lower() in ENDINGS:
        return True
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(_SIGNS)
    except OSError:
        return False
