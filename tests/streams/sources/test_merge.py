import random
from pathlib import Path

import msgspec
import pytest

from streams.sources import Source, SourceError, open_source
from streams.sources.merge import event_time_of


def written(folder: Path, name: str, times: list[int | str]) -> Path:
    path = folder / name
    path.write_bytes(
        b"".join(msgspec.json.encode({"event_time": t, "at": f"{name}:{i}"}) + b"\n" for i, t in enumerate(times))
    )
    return path


def order_of(source: Source, size: int = 3, start: int = 0) -> list[str]:
    return [msgspec.json.decode(record)["at"] for chunk in source.chunks(size, start=start) for record in chunk.records]


def naive_order(files: dict[str, list[int | str]]) -> list[str]:
    rows = []
    for lane, (name, times) in enumerate(files.items()):
        latest = -(2**63)
        for i, time in enumerate(times):
            if isinstance(time, int):
                latest = max(latest, time)
            rows.append((latest, lane, i, f"{name}:{i}"))
    return [row[3] for row in sorted(rows)]


def test_files_are_merged_by_event_time(tmp_path: Path) -> None:
    paths = [written(tmp_path, "a.ndjson", [1, 5, 9]), written(tmp_path, "b.ndjson", [2, 3, 10])]
    assert order_of(open_source(paths)) == [
        "a.ndjson:0", "b.ndjson:0", "b.ndjson:1", "a.ndjson:1", "a.ndjson:2", "b.ndjson:2",
    ]  # fmt: skip


def test_ties_go_in_argument_order(tmp_path: Path) -> None:
    a, b = written(tmp_path, "a.ndjson", [5, 5]), written(tmp_path, "b.ndjson", [5])
    assert order_of(open_source([b, a])) == ["b.ndjson:0", "a.ndjson:0", "a.ndjson:1"]


def test_late_line_and_unreadable_line_travel_with_the_one_before(tmp_path: Path) -> None:
    a, b = written(tmp_path, "a.ndjson", [5, 1, "yesterday", 9]), written(tmp_path, "b.ndjson", [3, 6])
    assert order_of(open_source([a, b])) == [
        "b.ndjson:0", "a.ndjson:0", "a.ndjson:1", "a.ndjson:2", "b.ndjson:1", "a.ndjson:3",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_merged_order_equals_the_naive_one_at_any_chunk_size_and_start(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    files: dict[str, list[int | str]] = {
        f"{name}.ndjson": [
            rng.choice([rng.randint(0, 12), "?"]) if rng.random() < 0.9 else "?" for _ in range(rng.randint(1, 40))
        ]
        for name in "abcd"
    }
    source = open_source([written(tmp_path, name, times) for name, times in files.items()])
    expected = naive_order(files)
    for size in (1, 2, 7, 1000):
        assert order_of(source, size) == expected
        start = rng.randint(0, len(expected))
        assert order_of(source, size, start) == expected[start:]


def test_merged_record_is_located_in_its_own_file(tmp_path: Path) -> None:
    paths = [written(tmp_path, "a.ndjson", [1, 5, 9, 12]), written(tmp_path, "b.ndjson", [2, 3, 10])]
    for chunk in open_source(paths).chunks(2):
        for i, record in enumerate(chunk.records):
            name, line = msgspec.json.decode(record)["at"].split(":")
            assert chunk.locate(chunk.first_record + i).endswith(f"{name}, line {int(line) + 1}")


def test_identity_depends_on_the_order_of_the_arguments(tmp_path: Path) -> None:
    a, b = written(tmp_path, "a.ndjson", [1]), written(tmp_path, "b.ndjson", [1])
    assert open_source([a, b]).identity != open_source([b, a]).identity
    assert open_source([a, b]).identity == open_source([a, b]).identity


def test_progress_ends_at_the_sum(tmp_path: Path) -> None:
    source = open_source([written(tmp_path, "a.ndjson", list(range(50))), written(tmp_path, "b.ndjson", [3])])
    done = [chunk.done for chunk in source.chunks(7)]
    assert done == sorted(done)
    assert done[-1] == source.total


def test_time_is_read_from_a_number_and_from_rfc_3339() -> None:
    assert event_time_of(b'{"kind": "payment", "event_time": 1740967000123}') == 1740967000123
    assert event_time_of(b'{"event_time": "2025-03-03T10:15:42.120+08:00"}') == 1740968142120
    assert event_time_of(b'{"event_time": "2025-03-03T10:15:42"}') is None
    assert event_time_of(b"\xff\xfe") is None
    assert event_time_of(b"") is None
    assert event_time_of(b'{"event_time": 99999999999999999999}') is None


def test_unknown_suffix_lists_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("a,b\n")
    with pytest.raises(SourceError, match=r"ends in \.ndjson, \.ndjson\.gz, \.parquet, found '\.csv'"):
        open_source([path])


def test_no_path_at_all_is_refused() -> None:
    with pytest.raises(SourceError, match="no file of events given"):
        open_source([])


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="found a folder"):
        open_source([tmp_path])
