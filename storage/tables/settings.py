"""Settings that were changed in Slack, and the rules that stores were judged by."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

from storage.tables.columns import Serial, Utc, table


class OverrideRow(SQLModel, table=True):
    """A setting of one store that was changed in Slack, and holds instead of the one in stuck.toml."""

    __tablename__ = "overrides"

    store: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


class OverrideChangeRow(SQLModel, table=True):
    """One change of a setting, with who made it."""

    __tablename__ = "override_changes"
    __table_args__ = (Index("override_changes_store", "store", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Serial)
    store: str
    key: str
    before: str | None = Field(default=None, sa_type=Text)
    after: str | None = Field(default=None, sa_type=Text)
    person: str
    why: str = Field(default="", sa_type=Text)
    at: datetime = Field(sa_type=Utc)


class RulingRow(SQLModel, table=True):
    """By which rules a store's orders were judged last."""

    __tablename__ = "rulings"

    store: str = Field(primary_key=True)
    rules: str


OVERRIDES = table(OverrideRow)
OVERRIDE_CHANGES = table(OverrideChangeRow)
RULINGS = table(RulingRow)
