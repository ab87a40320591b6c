"""What may be misread in the column of a grid: letters that look like digits, low confidence, check digits, cut-off text."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from bot.sources.screenshots.cells import Cell, Doubt
from bot.sources.screenshots.check_digits import checked, odd_length, plain
from bot.sources.screenshots.dates import day_first
from bot.sources.screenshots.meaning import DATES, FLAGS, NUMBERS, STATUSES, Meaning, meaning

BAR = 0.90
"""Confidence of one character of a number or date below which it is pointed at."""
BAR_OF_WORDS = 0.75
"""Mean confidence of any other text below which it is pointed at."""

AS_DIGIT: Mapping[str, str] = MappingProxyType(
    {
        "O": "0",
        "o": "0",
        "I": "1",
        "l": "1",
        "i": "1",
        "|": "1",
        "S": "5",
        "s": "5",
        "B": "8",
        "Z": "2",
        "z": "2",
        "G": "6",
    }
)
AS_LETTER: Mapping[str, str] = MappingProxyType({"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G"})
"""Characters that look alike, either way."""

_ENOUGH = 3
"""Rows from which on a column has a usual form."""
_LISTED = 5
_ELLIPSIS = re.compile(r"(…|\.{2,}|·{2,})\s*$")


def is_cut(text: str) -> bool:
    """Whether a text ends in the dots that stand for more."""
    return bool(_ELLIPSIS.search(text))


def assess(cells: Sequence[Cell], taken: date) -> list[Cell]:
    """Return the cells of one column with what they stand for and what is doubtful about each of them."""
    european = day_first(cell.text for cell in cells if cell.field in DATES)
    usual = _Usual.of(cells)
    found = []
    for cell in cells:
        told = meaning(cell.field, cell.text, taken, european=european)
        doubts = tuple(_doubts(cell, told, usual))
        found.append(replace(cell, value=told.value, doubts=doubts))
    return found


@dataclass(frozen=True, slots=True)
class _Usual:
    """How the numbers of a column usually look; None where they differ, or are too few to say."""

    shape: str | None
    length: str | None

    @classmethod
    def of(cls, cells: Sequence[Cell]) -> "_Usual":
        texts = [cell.text.strip() for cell in cells if cell.field in NUMBERS and cell.text.strip()]
        return cls(_most([_shape(text) for text in texts]), _most([str(len(text)) for text in texts]))


def _most(values: Sequence[str]) -> str | None:
    """Return what two thirds of the values are."""
    if len(values) < _ENOUGH:
        return None
    value, count = Counter(values).most_common(1)[0]
    return value if count * 3 >= len(values) * 2 else None


def _shape(text: str) -> str:
    """Return a number without what it says: `A-9` for `SHOP-1001`."""
    return re.sub(r"\d+", "9", re.sub(r"[A-Za-z|]+", "A", text))


def _doubts(cell: Cell, told: Meaning, usual: _Usual) -> Iterator[Doubt]:
    number = cell.field in NUMBERS
    exact = number or cell.field in DATES | STATUSES.keys()
    if cell.cut_off:
        yield Doubt("cut off", "it is cut off", stops=exact)
    if cell.mark:
        yield Doubt("unread", "there is something that is no text, perhaps an icon", stops=exact)
    elif told.problem and not cell.cut_off:
        yield Doubt("not understood", told.problem, stops=cell.field not in FLAGS and told.value is None)
    if told.near:
        yield Doubt("unsure", f"it was read as “{told.near}”")
    if number and cell.text.strip() and not cell.cut_off:
        yield from _of_number(cell, usual)
    elif not cell.corrected and (cell.field not in STATUSES or told.value is None):
        yield from _of_confidence(cell, BAR if exact and not number else BAR_OF_WORDS)


def _of_number(cell: Cell, usual: _Usual) -> Iterator[Doubt]:
    verdict = checked(cell.text) if cell.field == "tracking" else "unknown"
    if verdict == "right":
        return
    if verdict == "wrong":
        what = "its check digit does not fit"
        yield Doubt("check digit", what, stops=not cell.corrected, suggestion=_settled(cell.text))
    odd = odd_length(cell.text) if cell.field == "tracking" else ""
    if odd:
        yield Doubt("length", odd, stops=not cell.corrected)
    if cell.corrected:
        return
    yield from _alike(cell, usual)
    if cell.field == "order_number" and usual.length and str(len(cell.text.strip())) != usual.length:
        yield Doubt("length", "it is longer or shorter than the other ones")
    yield from _of_confidence(cell, BAR)


def _alike(cell: Cell, usual: _Usual) -> Iterator[Doubt]:
    """Point at letters among digits, and digits among letters, that look like each other."""
    text = cell.text.strip()
    odd = usual.shape is not None and _shape(text) != usual.shape
    changes = {
        at: AS_DIGIT[each]
        for at, each in enumerate(text)
        if each in AS_DIGIT and (_between_digits(text, at) or (odd and _beside_digit(text, at)))
    }
    if cell.field == "tracking" and plain(text).startswith("1Z"):
        changes.pop(1, None)
    digits = _changed(text, changes)
    if changes and (not odd or usual.shape == _shape(digits) or cell.field == "tracking"):
        seen = ", ".join(f"{text[at]} or {each}" for at, each in changes.items())
        yield Doubt("alike", f"letters that look like digits: {seen}", suggestion=digits)
        return
    letters = _changed(
        text, {at: AS_LETTER[each] for at, each in enumerate(text) if _among_letters(text, at)}
    )
    if odd and letters != text and _shape(letters) == usual.shape:
        yield Doubt("alike", "a digit that looks like a letter", suggestion=letters)


def _of_confidence(cell: Cell, bar: float) -> Iterator[Doubt]:
    if bar == BAR:
        unsure = [at for at, sure in enumerate(cell.confidences) if sure < bar and cell.text[at].isalnum()]
        if unsure:
            shown = ", ".join(f"“{cell.text[at]}”" for at in unsure[:_LISTED])
            yield Doubt("unsure", f"badly readable: {shown}", at=tuple(unsure))
    elif cell.text.strip() and cell.confidence < bar:
        yield Doubt("unsure", "badly readable")


def _settled(text: str) -> str:
    """Return the only number with one look-alike exchanged whose check digit fits, or nothing.

    A digit that was read as a letter is likelier than the other way round.
    """
    for alike in (AS_DIGIT, AS_LETTER):
        tried = {_changed(text, {at: alike[each]}) for at, each in enumerate(text) if each in alike}
        right = [each for each in tried if checked(each) == "right"]
        if right:
            return right[0] if len(right) == 1 else ""
    return ""


def _changed(text: str, changes: Mapping[int, str]) -> str:
    return "".join(changes.get(at, each) for at, each in enumerate(text))


def _between_digits(text: str, at: int) -> bool:
    return 0 < at < len(text) - 1 and text[at - 1].isdigit() and text[at + 1].isdigit()


def _beside_digit(text: str, at: int) -> bool:
    """Whether a run of look-alikes around a place touches a digit."""
    left, right = at, at
    while left > 0 and text[left - 1] in AS_DIGIT:
        left -= 1
    while right < len(text) - 1 and text[right + 1] in AS_DIGIT:
        right += 1
    return any(0 <= each < len(text) and text[each].isdigit() for each in (left - 1, right + 1))


def _among_letters(text: str, at: int) -> bool:
    around = [text[each] for each in (at - 1, at + 1) if 0 <= each < len(text)]
    return text[at] in AS_LETTER and any(each.isalpha() for each in around)
