"""The queue in Slack: what a list of gaps is sorted and counted by, how each person looks at it, many gaps at once."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MANY = 500


def upgrade() -> None:
    op.add_column("gaps", sa.Column("severity", sa.Integer(), nullable=False, server_default="2"))
    op.add_column("gaps", sa.Column("cause", sa.String(), nullable=False, server_default=""))
    _read_findings(op.get_bind())
    unresolved = sa.text("resolved_at IS NULL")
    _resolved_anew(sa.text("resolved_at IS NOT NULL"))
    tallied = ["store", "kind", "cause", "severity", "owner", "snoozed_until"]
    for name, columns in (("gaps_tallied", tallied), ("gaps_gravest", ["severity", "since", "id"])):
        op.create_index(name, "gaps", columns, sqlite_where=unresolved, postgresql_where=unresolved)
    storms = sa.text("kind = 'storm'")
    op.create_index(
        "notices_storms", "notices", ["store", "created_at"], sqlite_where=storms, postgresql_where=storms
    )
    op.create_table(
        "homes",
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("page", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ticking", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("ticked", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("person"),
    )
    op.create_table(
        "bulks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undoable_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("bulks_person", "bulks", ["person", "undoable_until"])
    op.create_index("bulks_at", "bulks", ["at"])
    op.create_table(
        "bulk_gaps",
        sa.Column("bulk_id", sa.String(), nullable=False),
        sa.Column("gap_id", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulks.id"]),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"]),
        sa.PrimaryKeyConstraint("bulk_id", "gap_id"),
    )


def _resolved_anew(where: sa.TextClause | None) -> None:
    """Make the index of resolved gaps anew: one that knows the unresolved ones too is taken for their list."""
    op.drop_index("gaps_resolved", table_name="gaps")
    op.create_index("gaps_resolved", "gaps", ["resolved_at"], sqlite_where=where, postgresql_where=where)


def _read_findings(connection: sa.Connection) -> None:
    """Fill the new columns from the findings, some hundred rows at a time."""
    gaps = sa.table("gaps", *(sa.column(name) for name in ("id", "finding", "severity", "cause")))
    known = sa.update(gaps).where(gaps.c.id == sa.bindparam("of"))
    fill = known.values(severity=sa.bindparam("how_bad"), cause=sa.bindparam("why"))
    last = ""
    while rows := connection.execute(
        sa.select(gaps.c.id, gaps.c.finding).where(gaps.c.id > last).order_by(gaps.c.id).limit(MANY)
    ).all():
        said = [(row.id, json.loads(row.finding)) for row in rows]
        connection.execute(
            fill,
            [{"of": id_, "how_bad": one["severity"], "why": one["cause"]["code"]} for id_, one in said],
        )
        last = rows[-1].id


def downgrade() -> None:
    op.drop_table("bulk_gaps")
    op.drop_index("bulks_at", table_name="bulks")
    op.drop_index("bulks_person", table_name="bulks")
    op.drop_table("bulks")
    op.drop_table("homes")
    op.drop_index("notices_storms", table_name="notices")
    op.drop_index("gaps_gravest", table_name="gaps")
    op.drop_index("gaps_tallied", table_name="gaps")
    _resolved_anew(None)
    op.drop_column("gaps", "cause")
    op.drop_column("gaps", "severity")
