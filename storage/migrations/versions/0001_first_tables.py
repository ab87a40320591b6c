"""First tables: mirror, queue, outbox, runs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cursors",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("store", "name"),
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=True),
        sa.Column("order_name", sa.Text(), nullable=True),
        sa.Column("order_key", sa.String(), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("snoozed_until", MOMENT, nullable=True),
        sa.Column("snoozed_by", sa.String(), nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("verify_at", MOMENT, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "gaps_one_unresolved",
        "gaps",
        ["store", "subject", "kind"],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index("gaps_order", "gaps", ["order_key"])
    op.create_index("gaps_resolved", "gaps", ["resolved_at"])
    op.create_index(
        "gaps_snoozed",
        "gaps",
        ["snoozed_until"],
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index("gaps_subject", "gaps", ["store", "subject"])
    op.create_index(
        "gaps_unresolved",
        "gaps",
        ["opened_at"],
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index("gaps_verify", "gaps", ["verify_at"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "orders",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("look_again_at", MOMENT, nullable=True),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store", "id"),
    )
    op.create_index("orders_due", "orders", ["store", "look_again_at"])
    op.create_index("orders_imported", "orders", ["store", "imported", "created_at"])
    op.create_index("orders_number", "orders", ["store", "number_key"])
    op.create_index("orders_updated", "orders", ["store", "updated_at"])
    op.create_table(
        "runs",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("sweep", sa.Boolean(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("read", sa.Text(), nullable=False),
        sa.Column("requests", sa.Text(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("runs_complete", "runs", ["store", "complete", "id"])
    op.create_index("runs_store", "runs", ["store", "id"])
    op.create_table(
        "shipments",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_ref", sa.String(), nullable=True),
        sa.Column("whole_ref", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "kind", "id"),
    )
    op.create_index("shipments_around", "shipments", ["store", "kind", "live", "created_at"])
    op.create_index("shipments_created", "shipments", ["store", "created_at"])
    op.create_index("shipments_order", "shipments", ["store", "order_id"])
    op.create_index("shipments_ref", "shipments", ["store", "order_ref"])
    op.create_table(
        "shipstation_merges",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("merged_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("survivor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("store", "merged_id", "survivor_id"),
    )
    op.create_index("shipstation_merges_survivor", "shipstation_merges", ["store", "survivor_id"])
    op.create_table(
        "shipstation_orders",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_ref", sa.String(), nullable=True),
        sa.Column("whole_ref", sa.Boolean(), nullable=False),
        sa.Column("number_key", sa.String(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("modified_at", MOMENT, nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "id"),
    )
    op.create_index("shipstation_orders_created", "shipstation_orders", ["store", "gone", "created_at"])
    op.create_index("shipstation_orders_modified", "shipstation_orders", ["store", "gone", "modified_at"])
    op.create_index("shipstation_orders_number", "shipstation_orders", ["store", "number_key"])
    op.create_index(
        "shipstation_orders_parent",
        "shipstation_orders",
        ["store", "parent_id"],
        sqlite_where=sa.text("parent_id IS NOT NULL"),
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_index("shipstation_orders_ref", "shipstation_orders", ["store", "order_ref"])
    op.create_table(
        "shipstation_stores",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store", "id"),
    )
    op.create_table(
        "strays",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("absent_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("store", "order_id"),
    )
    op.create_index("strays_unknown", "strays", ["store", "absent_at"])
    op.create_table(
        "gap_events",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("gap_id", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("gap_events_gap", "gap_events", ["gap_id", "id"])
    op.create_table(
        "notices",
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("gap_id", sa.String(), nullable=True),
        sa.Column("event_id", SERIAL, nullable=True),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempted_at", MOMENT, nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("edition_sent", sa.Integer(), nullable=True),
        sa.Column("edition_due", sa.Integer(), nullable=True),
        sa.Column("reposted", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["gap_events.id"]),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["notices.id"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("notices_event", "notices", ["event_id"])
    op.create_index("notices_gap", "notices", ["gap_id"])
    op.create_index(
        "notices_one_card",
        "notices",
        ["gap_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'card'"),
        postgresql_where=sa.text("kind = 'card'"),
    )
    op.create_index("notices_owed", "notices", ["state", "store", "due_at"])
    op.create_index("notices_parent", "notices", ["parent_id"])


def downgrade() -> None:
    for table in [
        "notices",
        "gap_events",
        "strays",
        "shipstation_stores",
        "shipstation_orders",
        "shipstation_merges",
        "shipments",
        "runs",
        "orders",
        "leases",
        "gaps",
        "cursors",
    ]:
        op.drop_table(table)
