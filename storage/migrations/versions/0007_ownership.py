"""Since when an owner, or the lack of one, is counted, and who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMNS = ("turned_at", "reminded_at", "escalated_at")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("gaps", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("gaps") as gaps:
        for name in COLUMNS:
            gaps.drop_column(name)
