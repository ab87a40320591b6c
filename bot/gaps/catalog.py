"""Every kind of gap that is looked for, most fundamental first. A new kind is a line here."""

from bot.gaps.kinds import Kind
from bot.gaps.kinds.aging import PAST_CUTOFF
from bot.gaps.kinds.imports import MISSING as IMPORT_MISSING
from bot.gaps.kinds.sync import PARTIAL, UNFULFILLED
from bot.gaps.kinds.tracking import MISMATCH, PARTLY
from bot.gaps.kinds.tracking import MISSING as TRACKING_MISSING

KINDS: tuple[Kind, ...] = (
    IMPORT_MISSING,
    PAST_CUTOFF,
    UNFULFILLED,
    PARTIAL,
    TRACKING_MISSING,
    MISMATCH,
    PARTLY,
)
"""In the order in which they are looked for; a kind stands after those it yields to."""

_BY_CODE = {kind.code: kind for kind in KINDS}


def kind(code: str) -> Kind:
    """Return the kind of that code, such as `sync.unfulfilled`. Raises KeyError for an unknown one."""
    return _BY_CODE[code]
