"""Where a message stood that somebody deleted: what was in its thread is looked for there, too."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

COLUMNS = ("gone_ts", "gone_channel")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("notices", sa.Column(name, sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notices") as notices:
        for name in COLUMNS:
            notices.drop_column(name)
