"""Every kind of gap that is looked for, most fundamental first. A new kind is a line here."""

from bot.gaps.kinds import Described, Kind, StoreKind
from bot.gaps.kinds.aging import AT_RISK, PAST_CUTOFF
from bot.gaps.kinds.cancelled import NOT_PROPAGATED, SHIPPED_AFTER
from bot.gaps.kinds.holding import HOLD_OVERDUE, PROVIDER_STUCK
from bot.gaps.kinds.import_stalled import IMPORT_STALLED
from bot.gaps.kinds.imports import MISSING as IMPORT_MISSING
from bot.gaps.kinds.notify_outage import NOTIFY_OUTAGE
from bot.gaps.kinds.placement import ARCHIVED, WRONG_STATUS, WRONG_STORE
from bot.gaps.kinds.quantity import DUPLICATE, ITEMS_SHORT
from bot.gaps.kinds.remainder import REMAINDER
from bot.gaps.kinds.reverse import DOUBLE, GHOST, OPEN_AFTER_FULFILLMENT
from bot.gaps.kinds.sync import PARTIAL, UNFULFILLED
from bot.gaps.kinds.tracking import MISMATCH, NOWHERE, PARTLY
from bot.gaps.kinds.tracking import MISSING as TRACKING_MISSING

KINDS: tuple[Kind, ...] = (
    IMPORT_MISSING,
    WRONG_STORE,
    WRONG_STATUS,
    ITEMS_SHORT,
    DUPLICATE,
    NOT_PROPAGATED,
    ARCHIVED,
    PAST_CUTOFF,
    AT_RISK,
    HOLD_OVERDUE,
    PROVIDER_STUCK,
    REMAINDER,
    SHIPPED_AFTER,
    UNFULFILLED,
    PARTIAL,
    TRACKING_MISSING,
    MISMATCH,
    GHOST,
    OPEN_AFTER_FULFILLMENT,
    DOUBLE,
    NOWHERE,
    PARTLY,
)
"""Of single orders, in the order in which they are looked for; a kind stands after those it yields to."""

STORE_KINDS: tuple[StoreKind, ...] = (IMPORT_STALLED, NOTIFY_OUTAGE)
"""Of a whole store. They take in the single orders that say the same."""

ALL: tuple[Described, ...] = (*KINDS, *STORE_KINDS)
_BY_CODE: dict[str, Described] = {kind.code: kind for kind in ALL}
FORECASTS = frozenset(kind.code for kind in KINDS if kind.forecast)
"""Kinds that only say what will be."""


def title(code: str) -> str:
    """Return what people call a kind; a kind that is no longer known keeps its code."""
    return _BY_CODE[code].title if code in _BY_CODE else code


def kind(code: str) -> Described:
    """Return the kind of that code, such as `sync.unfulfilled`. Raises KeyError for an unknown one."""
    return _BY_CODE[code]
