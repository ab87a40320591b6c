"""What the judgement concluded about one order or one store, in the form that the queue keeps."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Literal

Confidence = Literal["confirmed", "likely", "unknown"]
System = Literal["shopify", "shipstation"]


class Severity(IntEnum):
    """How bad it is; higher is worse. LOW lives in digest and queue only, without a card of its own."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The word that people and JSON see."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why it probably happened, and how sure that is."""

    code: str
    confidence: Confidence
    text: str


@dataclass(frozen=True, slots=True)
class NextAction:
    """What a person should do now, in the systems' own words."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that one system said, and when it was read (UTC)."""

    system: System
    field: str
    value: str
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Links:
    """Where to look at it: absolute addresses, or None where there is nothing to link to."""

    shopify: str | None = None
    shipstation: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between the two systems that is past its window."""

    kind: str
    """Code of the kind, as in domain.md: `sync.unfulfilled`."""
    headline: str
    """The gap in one line."""
    severity: Severity
    since: datetime
    """When the problem itself began (UTC)."""
    cause: Cause
    next_action: NextAction
    evidence: tuple[Evidence, ...]
    links: Links = Links()
    owner_role: str = "ops"
    """Who usually acts on it."""
    replaces: frozenset[str] = frozenset()
    """Kinds that this one takes the place of on the same order (domain.md 3.2, supersedes)."""
    folded: tuple[str, ...] = ()
    """Of a gap of the whole store: Shopify ids of the orders that it stands for, sorted."""
