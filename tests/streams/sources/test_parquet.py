import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from streams.sources import EmptySourceError, SourceError
from streams.sources.parquet import ParquetSource

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def table_file(folder: Path, columns: dict[str, Any], **options: Any) -> Path:
    path = folder / "events.parquet"
    pq.write_table(pa.table(columns), path, **options)
    return path


def events_of(source: ParquetSource, size: int = 100, start: int = 0) -> list[dict[str, Any]]:
    return [msgspec.json.decode(record) for chunk in source.chunks(size, start=start) for record in chunk.records]


def test_null_is_an_absent_field(tmp_path: Path) -> None:
    path = table_file(tmp_path, {"kind": ["payment", "loan"], "payer": ["A", None], "loan_id": [None, "L1"]})
    assert events_of(ParquetSource(path)) == [{"kind": "payment", "payer": "A"}, {"kind": "loan", "loan_id": "L1"}]


def test_timestamp_becomes_epoch_milliseconds(tmp_path: Path) -> None:
    moment = dt.datetime(2025, 3, 3, 10, 15, 42, 120_999, tzinfo=SHANGHAI)
    path = table_file(
        tmp_path,
        {
            "kind": ["payment"],
            "event_time": pa.array([moment], pa.timestamp("us", tz="Asia/Shanghai")),
            "paid_at": pa.array([moment.astimezone(dt.UTC).replace(tzinfo=None)], pa.timestamp("us")),
            "signed_at": ["2025-03-03T10:15:42.120+08:00"],
        },
    )
    (event,) = events_of(ParquetSource(path))
    expected = int(moment.timestamp()) * 1000 + 120
    assert event["event_time"] == expected
    assert event["paid_at"] == expected
    assert event["signed_at"] == "2025-03-03T10:15:42.120+08:00"


def test_date_becomes_its_day(tmp_path: Path) -> None:
    path = table_file(tmp_path, {"kind": ["snapshot"], "as_of_date": [dt.date(2025, 3, 3)]})
    assert events_of(ParquetSource(path)) == [{"kind": "snapshot", "as_of_date": "2025-03-03"}]


def test_whole_float_becomes_an_integer_and_nan_is_absent(tmp_path: Path) -> None:
    columns = {"kind": ["payment"] * 3, "amount_minor": [100.0, float("nan"), 0.5]}
    events = events_of(ParquetSource(table_file(tmp_path, columns)))
    assert [event.get("amount_minor") for event in events] == [100, None, 0.5]
    assert isinstance(events[0]["amount_minor"], int)


def test_whole_decimal_becomes_an_integer(tmp_path: Path) -> None:
    path = table_file(tmp_path, {"kind": ["payment"], "amount_minor": [decimal.Decimal("1299900.00")]})
    assert events_of(ParquetSource(path))[0]["amount_minor"] == 1_299_900


def test_list_and_object_may_be_nested_or_strings_of_json(tmp_path: Path) -> None:
    schedule = [{"due_date": "2025-04-03", "principal_minor": 5, "fee_minor": None}]
    nested = pa.array(
        [schedule, None],
        pa.list_(pa.struct({"due_date": pa.string(), "principal_minor": pa.int64(), "fee_minor": pa.int64()})),
    )
    columns = {
        "kind": ["loan", "loan"],
        "schedule": nested,
        "fees": ['[{"fee_type": "service", "amount_minor": 30000, "paid_to": null}]', None],
        "event_counts": pa.array([[("payment", 3)], None], pa.map_(pa.string(), pa.int64())),
        "purpose_text": ['["not", "a list field"]', None],
    }
    event, empty = events_of(ParquetSource(table_file(tmp_path, columns)))
    assert event["schedule"] == [{"due_date": "2025-04-03", "principal_minor": 5}]
    assert event["fees"] == [{"fee_type": "service", "amount_minor": 30000}]
    assert event["event_counts"] == {"payment": 3}
    assert event["purpose_text"] == '["not", "a list field"]'
    assert empty == {"kind": "loan"}


def test_json_string_that_is_none_is_left_to_the_decoder(tmp_path: Path) -> None:
    path = table_file(tmp_path, {"kind": ["loan"], "schedule": ["[{"]})
    assert events_of(ParquetSource(path)) == [{"kind": "loan", "schedule": "[{"}]


def test_dictionary_column_and_row_labels_of_pandas(tmp_path: Path) -> None:
    columns = {"kind": pa.array(["payment", "payment"]).dictionary_encode(), "__index_level_0__": [7, 8]}
    assert events_of(ParquetSource(table_file(tmp_path, columns))) == [{"kind": "payment"}, {"kind": "payment"}]


@pytest.mark.parametrize("start", [0, 1, 4, 5, 9, 10])
def test_reading_resumes_at_a_row(tmp_path: Path, start: int) -> None:
    path = table_file(tmp_path, {"kind": ["payment"] * 10, "seq": list(range(10))}, row_group_size=4)
    source = ParquetSource(path)
    assert [event["seq"] for event in events_of(source, size=3, start=start)] == list(range(start, 10))
    for chunk in source.chunks(3, start=start):
        assert msgspec.json.decode(chunk.records[0])["seq"] == chunk.first_record
        assert chunk.locate(chunk.first_record).endswith(f"events.parquet, row {chunk.first_record + 1}")


def test_progress_counts_rows(tmp_path: Path) -> None:
    source = ParquetSource(table_file(tmp_path, {"kind": ["payment"] * 10}))
    assert source.total == 10
    assert [chunk.done for chunk in source.chunks(4)] == [4, 8, 10]


def test_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b'{"kind": "payment"}\n')
    with pytest.raises(SourceError, match="expected a Parquet file, found one that starts with bytes 7b 22"):
        ParquetSource(path)


def test_cut_off_parquet_is_refused(tmp_path: Path) -> None:
    path = table_file(tmp_path, {"kind": ["payment"] * 100})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match="expected a whole Parquet file, found damage"):
        ParquetSource(path)


def test_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="found no column 'kind'"):
        ParquetSource(table_file(tmp_path, {"a": [1]}))


def test_table_without_rows_is_empty(tmp_path: Path) -> None:
    with pytest.raises(EmptySourceError, match="the table has no rows"):
        ParquetSource(table_file(tmp_path, {"kind": pa.array([], pa.string())}))
