"""The eyes on pictures: screenshots of ShipStation's grids and of Shopify's order list, read as rows to be confirmed.

- `opening.py`: a picture file, or a sentence why not; `ocr.py`: words with boxes and confidence out of it
- `geometry.py`: boxes into lines and cells; `headers.py`: which grid it is; `grid.py`: its rows and columns
- `dates.py`, `meaning.py`: what a cell's text stands for; `check_digits.py`, `doubts.py`: what may be misread in it
- `cells.py`, `picture.py`: the values that are shown, corrected and accepted; `reading.py`: `read_picture`, from a path to them
- `writing.py`: accepted rows as a CSV file for the same door as exports

Nothing of a picture counts before a person has accepted it. Columns that judging does not need, such as recipients, are
found and never read. Needs the extra `screenshots`; importing this room does not.
"""

from bot.sources.screenshots.cells import Cell, Doubt
from bot.sources.screenshots.opening import day_in_name, install_command
from bot.sources.screenshots.picture import (
    Column,
    Picture,
    Row,
    as_understood,
    corrected,
    retaken,
    strict,
    without,
)
from bot.sources.screenshots.reading import read_picture
from bot.sources.screenshots.writing import Accepted, left_out, write_accepted

__all__ = [
    "Accepted",
    "Cell",
    "Column",
    "Doubt",
    "Picture",
    "Row",
    "as_understood",
    "corrected",
    "day_in_name",
    "install_command",
    "left_out",
    "read_picture",
    "retaken",
    "strict",
    "without",
    "write_accepted",
]
