"""What a deployment remembers beside its log: alerts, evidence, dead letters, decisions, positions, keys and accounts.

One `Store` stands before SQLite (the embedded default, in WAL mode) or PostgreSQL. The engine writes through
`Store.commit`, one transaction a batch, positions included; everything is inserted if absent, so that a batch
judged again after a crash changes nothing. The API and the command line read, with the reader's scope in the query.
"""

from riskengine.roles import Scope
from riskengine.store.batch import Commit, CommitResult, PlatformActivity
from riskengine.store.errors import StoreError
from riskengine.store.queries import AlertFilter, Cursor
from riskengine.store.store import LogState, Store

__all__ = [
    "AlertFilter",
    "Commit",
    "CommitResult",
    "Cursor",
    "LogState",
    "PlatformActivity",
    "Scope",
    "Store",
    "StoreError",
]
