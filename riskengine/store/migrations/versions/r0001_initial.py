"""The first schema.

A step is written out in full and never changed once released: it says what the tables were then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "deployment",
        sa.Column("id", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("deployment_id", sa.String(32), nullable=False),
    )
    op.create_table(
        "log_state",
        sa.Column("id", sa.SmallInteger(), primary_key=True, autoincrement=False),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("archive_segment", sa.Text(), nullable=False),
        sa.Column("archive_bytes", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("source_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text(), nullable=False, unique=True),
        sa.Column("record", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "counts",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "name"),
    )
    op.create_table(
        "platforms",
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("first_event_time", sa.BigInteger(), nullable=False),
        sa.Column("last_event_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform_id", "line"),
    )
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(32), primary_key=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("detector_version", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("line", sa.Text()),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("region", sa.String(6)),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("measured", sa.BigInteger()),
        sa.Column("threshold", sa.BigInteger()),
        sa.Column("threshold_score", sa.Double()),
        sa.Column("article", sa.Text()),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text()),
    )
    op.create_index("alerts_by_detector", "alerts", ["detector", "event_time", "alert_id"])
    op.create_index("alerts_by_platform", "alerts", ["platform_id", "event_time", "alert_id"])
    op.create_index("alerts_by_region", "alerts", ["region", "event_time"])
    op.create_index("alerts_by_subject", "alerts", ["subject", "event_time", "alert_id"])
    op.create_index("alerts_by_time", "alerts", ["event_time", "alert_id"])
    op.create_table(
        "evidence",
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "log_position"),
        sqlite_with_rowid=False,
    )
    op.create_index("evidence_by_position", "evidence", ["log_position"])
    op.create_table(
        "alert_sources",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "alert_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dead_letters",
        sa.Column("dead_letter_id", sa.String(32), primary_key=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("platform_id", sa.Text()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("dead_letters_by_platform", "dead_letters", ["platform_id", "received_at"])
    op.create_index("dead_letters_by_source", "dead_letters", ["source", "record"])
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.String(32), primary_key=True),
        sa.Column("platform_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("log_position", sa.BigInteger(), nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Double()),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
    )
    op.create_index("decisions_by_event", "decisions", ["platform_id", "event_id"])
    op.create_table(
        "dispositions",
        sa.Column("disposition_id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("dispositions_by_alert", "dispositions", ["alert_id"])
    op.create_table(
        "api_keys",
        sa.Column("prefix", sa.String(12), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("platforms", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
    )
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("platforms", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("sessions_by_expiry", "sessions", ["expires_at"])


def downgrade() -> None:
    """Drop every table."""
    for table in (
        "deployment",
        "log_state",
        "sources",
        "counts",
        "platforms",
        "alerts",
        "evidence",
        "alert_sources",
        "dead_letters",
        "decisions",
        "dispositions",
        "api_keys",
        "accounts",
        "sessions",
    ):
        op.drop_table(table)
