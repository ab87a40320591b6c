"""The values of a store's past: a gap as far as counting noise needs it, and what its order can be left alone for."""

from dataclasses import dataclass
from datetime import datetime

from storage.gap import Resolution


@dataclass(frozen=True, slots=True)
class Marks:
    """What an order can be left alone for, as Shopify writes it."""

    tags: tuple[str, ...] = ()
    source: str | None = None
    """Its sales channel."""
    shipping_method: str | None = None
    skus: tuple[str | None, ...] = ()
    """Of the lines that need shipping; None: a line without one."""


@dataclass(frozen=True, slots=True)
class PastGap:
    """A gap from when it was found to its end, if it has ended. All times in UTC."""

    id: str
    kind: str
    order: str | None
    """The Shopify name; None for a gap of the whole store."""
    opened_at: datetime
    resolved_at: datetime | None = None
    resolution: Resolution | None = None
    reason: str | None = None
    touched: bool = False
    """Whether a person ever did anything with it."""
    marks: Marks | None = None
    """None: the order is not in the mirror, or it is a gap of the whole store."""
