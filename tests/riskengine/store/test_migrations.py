"""The migrations make exactly the tables that the code uses."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from riskengine.store import Store, tables


def test_migrated_database_equals_the_tables(store: Store) -> None:
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_migrating_again_changes_nothing(url: str) -> None:
    with_tables = Store(url)
    assert with_tables.revision()[0] is None
    with_tables.migrate()
    before = with_tables.deployment_id()
    again = Store(url)
    again.migrate()
    assert again.deployment_id() == before
    assert again.revision() == ("0001", "0001")
    with_tables.close()
    again.close()
