"""The tables of the store, valid on SQLite and on PostgreSQL.

Times are UTC epoch milliseconds, lists are JSON text, and what an engine writes is keyed by something derived from
the input, never by a counter, so that writing it twice is writing it once.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
)

metadata = MetaData()

deployment = Table(
    "deployment",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("deployment_id", String(32), nullable=False),
)

log_state = Table(
    "log_state",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("log_position", BigInteger, nullable=False),
    Column("clock", BigInteger, nullable=False),
    Column("archive_segment", Text, nullable=False),
    Column("archive_bytes", BigInteger, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("source_id", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, nullable=False, unique=True),
    Column("record", BigInteger, nullable=False),
)

counts = Table(
    "counts",
    metadata,
    Column("source_id", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("value", BigInteger, nullable=False),
    PrimaryKeyConstraint("source_id", "name"),
)

platforms = Table(
    "platforms",
    metadata,
    Column("platform_id", Text, nullable=False),
    Column("line", Text, nullable=False),  # "" where the events name none
    Column("events", BigInteger, nullable=False),
    Column("first_event_time", BigInteger, nullable=False),
    Column("last_event_time", BigInteger, nullable=False),
    PrimaryKeyConstraint("platform_id", "line"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", String(32), primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("detector", Text, nullable=False),
    Column("detector_version", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("line", Text),
    Column("platform_id", Text, nullable=False),
    Column("region", String(6)),
    Column("event_time", BigInteger, nullable=False),
    Column("score", Double),
    Column("measured", BigInteger),
    Column("threshold", BigInteger),
    Column("threshold_score", Double),  # a model's threshold: int64 fen would not fit a float, nor a score an integer
    Column("article", Text),
    Column("reasons", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("disposition", Text),
    Index("alerts_by_time", "event_time", "alert_id"),
    Index("alerts_by_platform", "platform_id", "event_time", "alert_id"),
    Index("alerts_by_region", "region", "event_time"),
    Index("alerts_by_detector", "detector", "event_time", "alert_id"),
    Index("alerts_by_subject", "subject", "event_time", "alert_id"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("alert_id", String(32), nullable=False),
    Column("log_position", BigInteger, nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    PrimaryKeyConstraint("alert_id", "log_position"),
    Index("evidence_by_position", "log_position"),
    sqlite_with_rowid=False,
)

alert_sources = Table(
    "alert_sources",
    metadata,
    Column("source_id", Integer, nullable=False),
    Column("alert_id", String(32), nullable=False),
    PrimaryKeyConstraint("source_id", "alert_id"),
    sqlite_with_rowid=False,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("dead_letter_id", String(32), primary_key=True),
    Column("source", Text, nullable=False),
    Column("record", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("found", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("platform_id", Text),
    Column("received_at", BigInteger, nullable=False),
    Index("dead_letters_by_platform", "platform_id", "received_at"),
    Index("dead_letters_by_source", "source", "record"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String(32), primary_key=True),
    Column("platform_id", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("log_position", BigInteger, nullable=False),
    Column("event_time", BigInteger, nullable=False),
    Column("score", Double),
    Column("decision", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Index("decisions_by_event", "platform_id", "event_id"),
)

dispositions = Table(
    "dispositions",
    metadata,
    Column("disposition_id", Integer, primary_key=True, autoincrement=True),
    Column("alert_id", String(32), nullable=False),
    Column("decided_at", BigInteger, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("disposition", Text),
    Column("note", Text, nullable=False),
    Index("dispositions_by_alert", "alert_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("prefix", String(12), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("role", Text, nullable=False),
    Column("platforms", Text, nullable=False),
    Column("regions", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("platforms", Text, nullable=False),
    Column("regions", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("account", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("sessions_by_expiry", "expires_at"),
)
