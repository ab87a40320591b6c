"""What an audit's process is given and hands back: the summary in values, no facts of any order but its name."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from storage.findings import Severity

PICTURE, SHEET = "report.png", "gaps.csv"


@dataclass(frozen=True, slots=True)
class KindLine:
    """The gaps of one kind."""

    title: str
    gaps: int
    edge: int
    """Those at the window's edge, which `gaps` leaves out."""
    oldest_days: float
    severity: Severity


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file, as it was read."""

    name: str
    recognised_as: str
    rows: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Found:
    """What an audit found."""

    verdict: str
    """In one sentence, without its full stop."""
    asides: tuple[str, ...]
    kinds: tuple[KindLine, ...]
    causes: tuple[str, ...]
    """What many gaps have in common, one sentence each."""
    needs: tuple[str, ...]
    """What would settle the kinds that could not be judged, the most useful first."""
    files: tuple[FileLine, ...]
    orders: tuple[str, ...]
    """Names of the orders with gaps, each once, the worst first."""
    gaps: int
    """All of them, at the window's edge too."""
    notes: tuple[str, ...] = ()
    """How sure the rows of pictures are, one sentence or more for each."""


@dataclass(frozen=True, slots=True)
class Look:
    """One picture that somebody has to look at: how much of it was read, and how sure that is."""

    name: str
    grid: str
    """In words: `ShipStation shipments grid`."""
    rows: int
    doubtful: int
    """Rows with something that may be misread, and not yet looked at."""
    stopping: int
    """Those among them that do not count as they are."""
    number: int
    """Counted from 1, of `of` pictures."""
    of: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was read of pictures."""

    rows: str
    """All of it, as `looking.py` writes it."""
    look: Look
    """The first that somebody has to look at."""


@dataclass(frozen=True, slots=True)
class Job:
    """What an audit's process is given."""

    folder: Path
    """Where it may write, and where the report's files go. Whoever made it deletes it."""
    paths: tuple[Path, ...]
    days: int
    shop: str
    """`acme.myshopify.com`, for links into Shopify; empty where it is not known."""
    exports: tuple[str, ...] = ()
    """Slack's ids of the files that are no pictures."""
    today: date | None = None
    """On which pictures were taken that do not say it in their names."""
    rows: str = ""
    """Of pictures, confirmed by somebody; they are audited with the files."""

    @property
    def progress(self) -> Path:
        """The file in which the process says what it is doing."""
        return self.folder / "progress"

    @property
    def picture(self) -> Path:
        """The picture of the report."""
        return self.folder / PICTURE

    @property
    def sheet(self) -> Path:
        """The list of all gaps."""
        return self.folder / SHEET
