"""The queue: gaps and their history, what was done to many, how people look at it, and what Slack is owed."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import Serial, Utc, table


class GapRow(SQLModel, table=True):
    """A gap: its present. At most one unresolved one for each store, subject and kind."""

    __tablename__ = "gaps"
    __table_args__ = (
        Index(
            "gaps_one_unresolved",
            "store",
            "subject",
            "kind",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index(
            "gaps_unresolved",
            "opened_at",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("gaps_subject", "store", "subject"),
        Index("gaps_order", "order_key"),
        Index("gaps_opened_in", "store", "opened_at"),
        Index(
            "gaps_ended_in",
            "store",
            "resolved_at",
            sqlite_where=text("resolved_at IS NOT NULL"),
            postgresql_where=text("resolved_at IS NOT NULL"),
        ),
        Index(
            "gaps_resolved",
            "resolved_at",
            sqlite_where=text("resolved_at IS NOT NULL"),
            postgresql_where=text("resolved_at IS NOT NULL"),
        ),
        Index(
            "gaps_snoozed",
            "snoozed_until",
            sqlite_where=text("snoozed_until IS NOT NULL"),
            postgresql_where=text("snoozed_until IS NOT NULL"),
        ),
        Index("gaps_verify", "verify_at"),
        Index(
            "gaps_tallied",
            "store",
            "kind",
            "cause",
            "severity",
            "owner",
            "snoozed_until",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index(
            "gaps_gravest",
            "severity",
            "since",
            "id",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True)
    store: str
    subject: str
    kind: str
    severity: int = Field(default=2, sa_column_kwargs={"server_default": "2"})
    cause: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Code of the cause. Both are the finding's, here to be sorted and counted by."""
    order_id: str | None = None
    order_name: str | None = Field(default=None, sa_type=Text)
    order_key: str | None = None
    since: datetime = Field(sa_type=Utc)
    finding: str = Field(sa_type=Text)
    opened_at: datetime = Field(sa_type=Utc)
    owner: str | None = None
    claimed_at: datetime | None = Field(default=None, sa_type=Utc)
    snoozed_until: datetime | None = Field(default=None, sa_type=Utc)
    snoozed_by: str | None = None
    resolved_at: datetime | None = Field(default=None, sa_type=Utc)
    resolved_by: str | None = None
    resolution: str | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    verify_at: datetime | None = Field(default=None, sa_type=Utc)
    revision: int = 1
    edition: int = 1
    reopened: int = 0
    turned_at: datetime | None = Field(default=None, sa_type=Utc)
    reminded_at: datetime | None = Field(default=None, sa_type=Utc)
    escalated_at: datetime | None = Field(default=None, sa_type=Utc)


class EventRow(SQLModel, table=True):
    """One line of a gap's history; never changed."""

    __tablename__ = "gap_events"
    __table_args__ = (Index("gap_events_gap", "gap_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    gap_id: str = Field(foreign_key="gaps.id")
    at: datetime = Field(sa_type=Utc)
    person: str | None = None
    code: str
    facts: str = Field(default="{}", sa_type=Text)


class BulkRow(SQLModel, table=True):
    """One act over many gaps, and until when its person may take it back."""

    __tablename__ = "bulks"
    __table_args__ = (Index("bulks_person", "person", "undoable_until"), Index("bulks_at", "at"))

    id: str = Field(primary_key=True)
    person: str
    act: str
    facts: str = Field(default="{}", sa_type=Text)
    at: datetime = Field(sa_type=Utc)
    undoable_until: datetime = Field(sa_type=Utc)
    undone_at: datetime | None = Field(default=None, sa_type=Utc)


class BulkGapRow(SQLModel, table=True):
    """How one gap stood before and after such an act; gone once that is taken back."""

    __tablename__ = "bulk_gaps"

    bulk_id: str = Field(primary_key=True, foreign_key="bulks.id")
    gap_id: str = Field(primary_key=True, foreign_key="gaps.id")
    before: str = Field(sa_type=Text)
    after: str = Field(sa_type=Text)


class HomeRow(SQLModel, table=True):
    """How one person looks at the queue: view, filters, page, and what they have ticked."""

    __tablename__ = "homes"

    person: str = Field(primary_key=True)
    view: str
    store: str | None = None
    kind: str | None = None
    cause: str | None = None
    words: str = Field(default="", sa_type=Text)
    page: int = 0
    ticking: bool = False
    ticked: str = Field(default="[]", sa_type=Text)
    version: int = 1


class NoticeRow(SQLModel, table=True):
    """Something owed to Slack, and how far it has come. One card for each gap."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "notices_one_card",
            "gap_id",
            unique=True,
            sqlite_where=text("kind = 'card'"),
            postgresql_where=text("kind = 'card'"),
        ),
        Index("notices_owed", "state", "store", "due_at"),
        Index("notices_parent", "parent_id"),
        Index("notices_gap", "gap_id"),
        Index("notices_event", "event_id"),
        Index(
            "notices_storms",
            "store",
            "created_at",
            sqlite_where=text("kind = 'storm'"),
            postgresql_where=text("kind = 'storm'"),
        ),
    )

    seq: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    id: str = Field(unique=True)
    store: str
    kind: str
    gap_id: str | None = Field(default=None, foreign_key="gaps.id")
    event_id: int | None = Field(default=None, foreign_key="gap_events.id", sa_type=Serial)
    parent_id: str | None = Field(default=None, foreign_key="notices.id")
    facts: str = Field(default="{}", sa_type=Text)
    state: str
    touched: bool = False
    """Whether a person is looking at it: such cards go first."""
    due_at: datetime = Field(sa_type=Utc)
    attempts: int = 0
    attempted_at: datetime | None = Field(default=None, sa_type=Utc)
    ts: str | None = None
    channel: str | None = None
    edition_sent: int | None = None
    edition_due: int | None = None
    reposted: bool = False
    gone_ts: str | None = None
    gone_channel: str | None = None
    error: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=Utc)


GAPS = table(GapRow)
EVENTS = table(EventRow)
BULKS = table(BulkRow)
BULK_GAPS = table(BulkGapRow)
HOMES = table(HomeRow)
NOTICES = table(NoticeRow)
