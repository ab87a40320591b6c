"""Which live parcels the sales channel was not told of: how an outage of the whole store is found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FLAGS = {
    "sqlite": ("json_extract(body, '$.notify_error')", "json_extract(body, '$.notified') = 0"),
    "postgresql": ("body::json->>'notify_error'", "body::json->>'notified' = 'false'"),
}


def upgrade() -> None:
    op.add_column("shipments", sa.Column("telling", sa.String(), nullable=True))
    error, silent = FLAGS[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE shipments SET telling = CASE WHEN {error} <> '' THEN 'failed' WHEN {silent} THEN 'silent' END "
        "WHERE live"
    )
    op.create_index(
        "shipments_telling",
        "shipments",
        ["store", "telling", "created_at"],
        sqlite_where=sa.text("telling IS NOT NULL"),
        postgresql_where=sa.text("telling IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("shipments_telling", "shipments")
    op.drop_column("shipments", "telling")
