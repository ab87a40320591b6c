"""One cell of a grid, and what may be wrong with it."""

from dataclasses import dataclass
from typing import Literal

DoubtKind = Literal["cut off", "unread", "not understood", "unsure", "alike", "check digit", "length"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason why a cell may not be what it seems."""

    kind: DoubtKind
    text: str
    """Completes `tracking number: …`."""
    stops: bool = False
    """Whether the row cannot count until somebody has corrected this cell or confirmed it as it is."""
    at: tuple[int, ...] = ()
    """Which characters, counted from 0; none: the whole cell."""
    suggestion: str = ""
    """What it more likely says."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of one row."""

    field: str
    """As `WORDS` of the exports names it."""
    text: str
    """As it was read, or as it was corrected."""
    confidences: tuple[float, ...] = ()
    """Of each character, from 0 to 1."""
    cut_off: bool = False
    mark: bool = False
    """Whether there is something in it that is no text."""
    corrected: bool = False
    """Whether a person wrote or confirmed it."""
    value: str | None = None
    """What it stands for, as exports write it; None: it cannot be made out."""
    doubts: tuple[Doubt, ...] = ()

    @property
    def confidence(self) -> float:
        """The mean over its characters; what a person wrote, and an empty cell, is sure."""
        return (
            1.0 if self.corrected or not self.confidences else sum(self.confidences) / len(self.confidences)
        )

    @property
    def stops(self) -> bool:
        """Whether it keeps its row from counting."""
        return any(doubt.stops for doubt in self.doubts)

    @property
    def suggestion(self) -> str:
        """What it more likely says, or nothing."""
        return next((doubt.suggestion for doubt in self.doubts if doubt.suggestion), "")
