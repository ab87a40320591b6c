"""The values of the outbox, and how a notice is written down and read back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from storage import codec
from storage.tables import NOTICES

NoticeState = Literal["ready", "sending", "sent", "retry", "dead", "unknown"]
NoticeKind = Literal[
    "card",
    "line",
    "storm",
    "first_run",
    "blind",
    "sees",
    "word",
    "escalation",
    "daily",
    "weekly",
    "settings",
]
"""word: to one person, directly. escalation: calls somebody in the thread of gaps that nobody has.
settings: somebody changed some of the store's."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something owed to Slack, and how far it has come. All times in UTC."""

    id: str
    """Goes into the message's metadata: by it the message is found when nobody knows whether it was sent."""
    store: str
    kind: NoticeKind
    state: NoticeState
    due_at: datetime
    """When to attend to it next."""
    created_at: datetime
    gap_id: str | None = None
    event_id: int | None = None
    parent_id: str | None = None
    """The notice in whose thread it belongs."""
    facts: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0
    attempted_at: datetime | None = None
    ts: str | None = None
    channel: str | None = None
    """Where it was sent."""
    gone_ts: str | None = None
    gone_channel: str | None = None
    """Where it stood before somebody deleted it there: what was in its thread may still be in that one."""
    edition_sent: int | None = None
    edition_due: int | None = None
    error: str | None = None
    touched: bool = False
    """Whether a person waits for it."""


FIELDS = tuple(NOTICES.c[name] for name in Notice.__dataclass_fields__)
"""The columns that `read` needs."""


def read(row: Mapping[str, Any]) -> Notice:
    """Return the notice in a row of FIELDS."""
    return Notice(**{**row, "facts": codec.ANYTHING.load(row["facts"])})


def fresh(store: str, kind: NoticeKind, now: datetime, **known: Any) -> dict[str, Any]:
    """Return the row of a new notice that is due now."""
    return {
        "id": uuid4().hex,
        "store": store,
        "kind": kind,
        "facts": "{}",
        "state": "ready",
        "touched": False,
        "due_at": now,
        "attempts": 0,
        "reposted": False,
        "created_at": now,
        **known,
    }
