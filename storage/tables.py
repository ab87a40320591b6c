"""The tables. Facts are kept as JSON beside the few columns that look-ups need (all indexed)."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, Table, Text, TypeDecorator, text
from sqlmodel import Field, SQLModel

Serial = BigInteger().with_variant(Integer(), "sqlite")
"""A growing number. SQLite counts on its own only in a column that is plainly INTEGER."""


class Utc(TypeDecorator[datetime]):
    """A moment: aware on the way in, UTC in the database, aware and in UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC; a naive one is a mistake and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: say which zone it is in")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Say that what was stored is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# ---------------------------------------------------------------- the mirror


class OrderRow(SQLModel, table=True):
    """A Shopify order as last seen."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("orders_number", "store", "number_key"),
        Index("orders_due", "store", "look_again_at"),
        Index("orders_imported", "store", "imported", "created_at"),
        Index("orders_updated", "store", "updated_at"),
    )

    store: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    number_key: str
    created_at: datetime = Field(sa_type=Utc)
    updated_at: datetime = Field(sa_type=Utc)
    digest: str
    body: str = Field(sa_type=Text)
    look_again_at: datetime | None = Field(default=None, sa_type=Utc)
    imported: bool = False
    marks: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often it was marked as due: an opinion formed before the last mark settles nothing."""


class ShipStationOrderRow(SQLModel, table=True):
    """A ShipStation order as last seen; `gone` rows stay because a combine is traced through their ids."""

    __tablename__ = "shipstation_orders"
    __table_args__ = (
        Index("shipstation_orders_ref", "store", "order_ref"),
        Index("shipstation_orders_number", "store", "number_key"),
        Index(
            "shipstation_orders_parent",
            "store",
            "parent_id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        Index("shipstation_orders_modified", "store", "gone", "modified_at"),
        Index("shipstation_orders_created", "store", "gone", "created_at"),
    )

    store: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    order_ref: str | None = None
    """The Shopify id that its key begins with."""
    whole_ref: bool = False
    """Whether the key is that id and nothing more."""
    number_key: str
    parent_id: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=Utc)
    modified_at: datetime = Field(sa_type=Utc)
    gone: bool = False
    digest: str
    body: str = Field(sa_type=Text)


class MergeRow(SQLModel, table=True):
    """Which ShipStation order was combined into which."""

    __tablename__ = "shipstation_merges"
    __table_args__ = (Index("shipstation_merges_survivor", "store", "survivor_id"),)

    store: str = Field(primary_key=True)
    merged_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    survivor_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


class OrderLineRow(SQLModel, table=True):
    """A line of a Shopify order, as far as orders were read in detail."""

    __tablename__ = "order_lines"
    __table_args__ = (Index("order_lines_order", "store", "order_id"),)

    store: str = Field(primary_key=True)
    line_id: str = Field(primary_key=True)
    order_id: str = Field(primary_key=True)


class MergedLineRow(SQLModel, table=True):
    """A line that a combined ShipStation order carries: the only trace of an order absorbed unseen (rule 6)."""

    __tablename__ = "shipstation_merged_lines"
    __table_args__ = (Index("shipstation_merged_lines_survivor", "store", "survivor_id"),)

    store: str = Field(primary_key=True)
    line_id: str = Field(primary_key=True)
    survivor_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})


class ShipmentRow(SQLModel, table=True):
    """A label or a mark as last seen. The two are numbered apart from each other."""

    __tablename__ = "shipments"
    __table_args__ = (
        Index("shipments_order", "store", "order_id"),
        Index("shipments_ref", "store", "order_ref"),
        Index("shipments_around", "store", "kind", "live", "created_at"),
        Index("shipments_created", "store", "created_at"),
        Index(
            "shipments_telling",
            "store",
            "telling",
            "created_at",
            sqlite_where=text("telling IS NOT NULL"),
            postgresql_where=text("telling IS NOT NULL"),
        ),
    )

    store: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    order_id: int = Field(sa_type=BigInteger)
    order_ref: str | None = None
    whole_ref: bool = False
    created_at: datetime = Field(sa_type=Utc)
    live: bool
    telling: str | None = None
    """Of a live one: `failed` to tell the sales channel, or `silent`: not told, without an error."""
    digest: str
    body: str = Field(sa_type=Text)


class StoreRow(SQLModel, table=True):
    """A ShipStation store as last seen."""

    __tablename__ = "shipstation_stores"

    store: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    body: str = Field(sa_type=Text)


class StrayRow(SQLModel, table=True):
    """An order id that only ShipStation's parcels have named; `absent_at`: Shopify does not show it either."""

    __tablename__ = "strays"
    __table_args__ = (Index("strays_unknown", "store", "absent_at"),)

    store: str = Field(primary_key=True)
    order_id: str = Field(primary_key=True)
    absent_at: datetime | None = Field(default=None, sa_type=Utc)


# ---------------------------------------------------------------- the queue


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
    error: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(sa_type=Utc)


# ---------------------------------------------------------------- runs


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


# ---------------------------------------------------------------- settings


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


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


ORDERS = _table(OrderRow)
SHIPSTATION_ORDERS = _table(ShipStationOrderRow)
MERGES = _table(MergeRow)
ORDER_LINES = _table(OrderLineRow)
MERGED_LINES = _table(MergedLineRow)
SHIPMENTS = _table(ShipmentRow)
STORES = _table(StoreRow)
STRAYS = _table(StrayRow)
GAPS = _table(GapRow)
EVENTS = _table(EventRow)
BULKS = _table(BulkRow)
BULK_GAPS = _table(BulkGapRow)
HOMES = _table(HomeRow)
NOTICES = _table(NoticeRow)
RUNS = _table(RunRow)
CURSORS = _table(CursorRow)
LEASES = _table(LeaseRow)
PACES = _table(PaceRow)
AUDITS = _table(AuditRow)
OVERRIDES = _table(OverrideRow)
OVERRIDE_CHANGES = _table(OverrideChangeRow)
RULINGS = _table(RulingRow)
METADATA = SQLModel.metadata
