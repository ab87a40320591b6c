"""Which gaps of a store were opened or ended in a time: what digests count."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("gaps_opened_in", "gaps", ["store", "opened_at"])
    ended = sa.text("resolved_at IS NOT NULL")
    op.create_index(
        "gaps_ended_in", "gaps", ["store", "resolved_at"], sqlite_where=ended, postgresql_where=ended
    )


def downgrade() -> None:
    op.drop_index("gaps_ended_in", "gaps")
    op.drop_index("gaps_opened_in", "gaps")
