"""What a run, or the second look at one gap, says of itself."""

from dataclasses import dataclass, field

from storage.findings import Evidence
from storage.queue import Gap


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run over one store."""

    store: str
    complete: bool
    """False: a side could not be read completely, so nothing was opened or resolved."""
    read: dict[str, int] = field(default_factory=dict)
    """Rows read, by what they are."""
    requests: dict[str, int] = field(default_factory=dict)
    """Requests sent, by system."""
    opened: int = 0
    updated: int = 0
    resolved: int = 0
    seconds: float = 0.0
    error: str | None = None
    skipped: bool = False
    """True: another process is reconciling this store right now."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """What both sides say of one gap when asked directly."""

    gap: Gap | None
    still_there: bool | None
    """None: could not be read; `error` says why."""
    evidence: tuple[Evidence, ...] = ()
    error: str | None = None
