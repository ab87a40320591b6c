"""Who reads what and when: runs, cursors, leases, the pace, audits that wait."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import Serial, Utc, table


class RunRow(SQLModel, table=True):
    """One reconciliation of one store."""

    __tablename__ = "runs"
    __table_args__ = (
        Index("runs_store", "store", "id"),
        Index("runs_complete", "store", "complete", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    store: str
    sweep: bool
    started_at: datetime = Field(sa_type=Utc)
    finished_at: datetime | None = Field(default=None, sa_type=Utc)
    complete: bool = False
    read: str = Field(default="{}", sa_type=Text)
    requests: str = Field(default="{}", sa_type=Text)
    opened: int = 0
    updated: int = 0
    resolved: int = 0
    error: str | None = Field(default=None, sa_type=Text)


class CursorRow(SQLModel, table=True):
    """How far one source of one store has been read."""

    __tablename__ = "cursors"

    store: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: datetime = Field(sa_type=Utc)


class LeaseRow(SQLModel, table=True):
    """Who may do a job now. Rows stay, so that the fencing token only ever grows."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    fence: int = Field(sa_type=BigInteger)
    until: datetime = Field(sa_type=Utc)


class PaceRow(SQLModel, table=True):
    """One allowance of Slack's, shared by all processes: when nothing of it will be used up any more."""

    __tablename__ = "paces"

    name: str = Field(primary_key=True)
    full_at: datetime = Field(sa_type=Utc)


class AuditRow(SQLModel, table=True):
    """An audit asked for in Slack: the orders that it found stuck, until they are added to the queue or forgotten."""

    __tablename__ = "audits"
    __table_args__ = (Index("audits_created", "created_at"),)

    id: str = Field(primary_key=True)
    source: str = Field(unique=True)
    """The message or window that asked for it: what Slack delivers twice begins once."""
    person: str
    store: str | None = None
    orders: str = Field(default="[]", sa_type=Text)
    rows: str = Field(default="", sa_type=Text)
    """What was read of pictures, while it waits for somebody to confirm it."""
    state: str
    created_at: datetime = Field(sa_type=Utc)
    touched_at: datetime = Field(sa_type=Utc)


RUNS = table(RunRow)
CURSORS = table(CursorRow)
LEASES = table(LeaseRow)
PACES = table(PaceRow)
AUDITS = table(AuditRow)
