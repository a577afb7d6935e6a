"""The schema's history. Each file of `versions` is one step; `upgrade` takes a database from any step to the newest."""

from riskengine.store.migrations.upgrade import current_revision, newest_revision, upgrade

__all__ = ["current_revision", "newest_revision", "upgrade"]
