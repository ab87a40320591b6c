"""Audits asked for in Slack, with the orders that may be added to the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audits",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("orders", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("rows", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source"),
    )
    op.create_index("audits_created", "audits", ["created_at"])


def downgrade() -> None:
    op.drop_index("audits_created", table_name="audits")
    op.drop_table("audits")
