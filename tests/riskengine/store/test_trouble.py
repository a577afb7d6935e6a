"""What an operator reads when the database cannot be used."""

import sqlite3
import stat
from pathlib import Path

import pytest

from riskengine.store import Store, StoreError
from tests.riskengine.store.builders import make_alert, make_commit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "risk.db"


@pytest.fixture
def on_file(path: Path) -> Store:
    store = Store(f"sqlite:///{path}")
    store.migrate()
    return store


def test_locked_database_says_who_and_what_to_do(on_file: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with on_file.reading() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")  # the pooled connection that the commit will use
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"risk\.db is locked by another process .* end that process"):
        on_file.commit(make_commit())
    other.execute("ROLLBACK")
    other.close()
    on_file.commit(make_commit())


def test_full_disk_keeps_what_was_there(on_file: Store, path: Path) -> None:
    on_file.commit(make_commit(1, alerts=[make_alert(1)]))
    with on_file.reading() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    many = [make_alert(number) for number in range(2, 2000)]
    with pytest.raises(StoreError, match="the disk is full; free space, then start again"):
        on_file.commit(make_commit(2, alerts=many))
    assert len(on_file.alerts()[0]) == 1
    assert on_file.positions() == {"file:abc": 1}
    with on_file.reading() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert len(on_file.commit(make_commit(2, alerts=many)).new_alerts) == 1998


def test_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"this is no database, it only has its name" * 100)
    with pytest.raises(StoreError, match=r"risk\.db is not a database; move the file away"):
        Store(f"sqlite:///{path}").migrate()


def test_database_without_tables(path: Path) -> None:
    with pytest.raises(StoreError, match="has no tables of riskengine yet"):
        Store(f"sqlite:///{path}").alerts()


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be made: .*; choose another folder"):
        Store(f"sqlite:///{tmp_path / 'file' / 'risk.db'}")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "expected an SQLAlchemy URL such as sqlite:///risk.db"),
        ("mysql://u:p@h/d", "expected sqlite or postgresql, found 'mysql'"),
        ("sqlite://", "expected a file, found an SQLite database in memory"),
    ],
)
def test_url_that_cannot_be_used(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        Store(url)


def test_server_that_does_not_answer_is_named_without_its_password() -> None:
    store = Store("postgresql://risk:secret@127.0.0.1:9/risk")
    with pytest.raises(StoreError, match="does not answer; start the server") as caught:
        store.migrate()
    assert "secret" not in str(caught.value)


def test_database_file_belongs_to_its_owner_alone(on_file: Store, path: Path) -> None:
    on_file.commit(make_commit())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.with_name("risk.db-wal").stat().st_mode) == 0o600


def test_write_that_breaks_in_the_middle_leaves_nothing(on_file: Store, path: Path) -> None:
    on_file.commit(make_commit(1, alerts=[make_alert(1)]))

    def delete_and_die() -> None:
        with on_file.writing() as connection:
            connection.exec_driver_sql("DELETE FROM alerts")
            raise RuntimeError("killed in the middle")

    with pytest.raises(RuntimeError):
        delete_and_die()
    assert len(Store(f"sqlite:///{path}").alerts()[0]) == 1
