"""Lines of combined orders: how an order is found that was absorbed before it was ever seen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_lines",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("store", "line_id", "order_id"),
    )
    op.create_index("order_lines_order", "order_lines", ["store", "order_id"])
    op.create_table(
        "shipstation_merged_lines",
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("survivor_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("store", "line_id", "survivor_id"),
    )
    op.create_index("shipstation_merged_lines_survivor", "shipstation_merged_lines", ["store", "survivor_id"])


def downgrade() -> None:
    for name in ("shipstation_merged_lines", "order_lines"):
        op.drop_table(name)
