"""The archive keeps the log: in order, by day, cut back to what was committed, decodable to the same columns."""

import numpy as np
import pytest

from streams.archive import Archive, ArchiveError, Mark
from streams.decode import Decoder
from streams.intake import Intake
from tests.events import DAY, KEY, accepted, payment


def days(archive):
    return sorted(path.name for path in archive.folder.iterdir())


def positions(archive, start=0, stop=None):
    return [p for part in archive.read(start, stop) for p in part.column("position").to_pylist()]


@pytest.fixture
def filled(tmp_path):
    """Three days of four events, in batches of five, settled."""
    archive, intake = Archive(tmp_path), Intake()
    for first in range(0, 12, 5):
        numbers = range(first, min(first + 5, 12))
        archive.append(accepted([payment(n, at=(n // 4) * DAY) for n in numbers], intake))
        archive.mark()
        archive.settle()
    archive.close()
    return archive


def test_a_day_that_is_over_is_parquet_and_the_open_one_is_not(filled):
    assert days(filled) == [
        "2025-03-03.000000000000000.parquet",
        "2025-03-04.000000000000004.parquet",
        "2025-03-05.000000000000008.arrows",
    ]


def test_reads_give_every_event_once_in_log_order(filled):
    assert positions(filled) == list(range(12))
    assert positions(filled, 3, 9) == list(range(3, 9))
    assert positions(filled, 11) == [11]


def test_lookup_finds_rows_in_finished_and_open_days(filled):
    rows = filled.lookup([0, 7, 11, 99])
    assert {position: row["event_id"] for position, row in rows.items()} == {0: "p0", 7: "p7", 11: "p11"}


def test_names_come_from_memory_and_from_files_alike(filled):
    assert filled.names([0, 11]) == {0: ("PAY-1", "p0"), 11: ("PAY-1", "p11")}
    again = Archive(filled.folder)
    again.recover(filled.mark())
    assert again.names([0, 11]) == {0: ("PAY-1", "p0"), 11: ("PAY-1", "p11")}


def test_what_no_transaction_covers_is_cut_off(tmp_path):
    archive, intake = Archive(tmp_path), Intake()
    archive.append(accepted([payment(1)], intake))
    committed = archive.mark()
    archive.append(accepted([payment(2)], intake))
    archive.append(accepted([payment(3, at=DAY)], intake))
    archive.mark()
    again = Archive(tmp_path)
    again.recover(committed)
    assert positions(again) == [0]
    assert again.mark() == committed


def test_nothing_is_left_where_nothing_was_committed(tmp_path):
    archive = Archive(tmp_path)
    archive.append(accepted([payment(1)]))
    archive.mark()
    again = Archive(tmp_path)
    again.recover(Mark("", 0))
    assert positions(again) == []


def test_an_archive_shorter_than_the_database_says_is_refused(tmp_path):
    archive = Archive(tmp_path)
    archive.append(accepted([payment(1)]))
    mark = archive.mark()
    with pytest.raises(ArchiveError, match="restore both from one backup"):
        Archive(tmp_path).recover(Mark(mark.segment, mark.size + 1))


def test_a_death_between_parquet_and_tidying_up_loses_and_doubles_nothing(filled):
    finished = filled.folder / "2025-03-03.000000000000000.parquet"
    leftover = finished.with_name("2025-03-03.000000000000002.arrows")
    leftover.write_bytes((filled.folder / "2025-03-05.000000000000008.arrows").read_bytes())
    again = Archive(filled.folder)
    again.recover(filled.mark())
    assert positions(again) == list(range(12))


def test_bodies_decode_to_the_columns_of_the_event(tmp_path):
    archive = Archive(tmp_path)
    batch = accepted([payment(n, payer_person="ID:330106199003070012", payer_type="person") for n in range(3)])
    archive.append(batch)
    (rows,) = archive.read()
    again = Decoder(KEY).replay(rows.column("body").to_pylist(), rows.column("ingest_time").to_numpy())
    assert again.event_id == batch.event_id
    assert np.array_equal(again.event_key, batch.event_key)
    for name in ("payer", "payee", "amount_minor", "payer_party", "payer_party_type", "status"):
        assert np.array_equal(again.blocks["payment"][name], batch.blocks["payment"][name])
    assert b"330106199003070012" not in b"".join(batch.body)
