"""The mirror: what both systems said last. Facts are JSON beside the few columns that look-ups need (all indexed)."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field, SQLModel

from storage.tables.columns import Utc, table


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


ORDERS = table(OrderRow)
SHIPSTATION_ORDERS = table(ShipStationOrderRow)
MERGES = table(MergeRow)
ORDER_LINES = table(OrderLineRow)
MERGED_LINES = table(MergedLineRow)
SHIPMENTS = table(ShipmentRow)
STORES = table(StoreRow)
STRAYS = table(StrayRow)
