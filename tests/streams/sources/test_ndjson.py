import gzip
from pathlib import Path

import pytest

from streams.sources import EmptySourceError, SourceError, ndjson
from streams.sources.ndjson import NdjsonSource


def lines(count: int) -> list[bytes]:
    return [f'{{"event_id": "{i}"}}'.encode() for i in range(count)]


def written(folder: Path, content: bytes, name: str = "events.ndjson") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def records_of(source: NdjsonSource, size: int = 3, start: int = 0) -> list[bytes]:
    return [record for chunk in source.chunks(size, start=start) for record in chunk.records]


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz"])
def test_every_line_is_read_in_order(tmp_path: Path, name: str) -> None:
    source = NdjsonSource(written(tmp_path, b"\n".join(lines(10)) + b"\n", name))
    chunks = list(source.chunks(3))
    assert [record for chunk in chunks for record in chunk.records] == lines(10)
    assert [len(chunk.records) for chunk in chunks] == [3, 3, 3, 1]
    assert [chunk.first_record for chunk in chunks] == [0, 3, 6, 9]
    assert chunks[-1].next_record == 10


def test_lines_are_the_same_at_any_block_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"\r\n".join(lines(9)) + b"\n\n" + b'{"last": 1}'
    source = NdjsonSource(written(tmp_path, content))
    for block in (1, 2, 7, 19, 20, 21, 4096):
        monkeypatch.setattr(ndjson, "BLOCK_BYTES", max(block, 3))
        assert records_of(source) == [*lines(9), b"", b'{"last": 1}']


def test_last_line_without_newline_is_a_record(tmp_path: Path) -> None:
    assert records_of(NdjsonSource(written(tmp_path, b"{}\n[]"))) == [b"{}", b"[]"]


def test_blank_line_keeps_its_place(tmp_path: Path) -> None:
    (chunk,) = NdjsonSource(written(tmp_path, b"{}\n\n{}\n")).chunks(10)
    assert chunk.records == [b"{}", b"", b"{}"]
    assert chunk.locate(2).endswith("events.ndjson, line 3")


def test_byte_order_mark_is_no_part_of_the_first_record(tmp_path: Path) -> None:
    assert records_of(NdjsonSource(written(tmp_path, b"\xef\xbb\xbf{}\n"))) == [b"{}"]


@pytest.mark.parametrize("start", [0, 1, 3, 7, 9, 10, 11])
def test_reading_resumes_at_an_ordinal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    monkeypatch.setattr(ndjson, "BLOCK_BYTES", 37)
    source = NdjsonSource(written(tmp_path, b"\n".join(lines(10))))
    assert records_of(source, start=start) == lines(10)[start:]
    assert [chunk.first_record for chunk in source.chunks(4, start=start)] == list(range(start, 10, 4))


def test_identity_is_the_content_whatever_the_name_and_packing(tmp_path: Path) -> None:
    content = b"\n".join(lines(1000))
    plain = NdjsonSource(written(tmp_path, content))
    packed = NdjsonSource(written(tmp_path, content, "other.ndjson.gz"))
    longer = NdjsonSource(written(tmp_path, content + b"\n{}", "longer.ndjson"))
    assert plain.identity == packed.identity
    assert plain.identity != longer.identity
    assert plain.identity.startswith("file:")


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    for name in ("events.ndjson", "events.ndjson.gz"):
        source = NdjsonSource(written(tmp_path, b"\n".join(lines(100)), name))
        done = [chunk.done for chunk in source.chunks(30)]
        assert done == sorted(done)
        assert done[-1] == source.total


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nothing\.ndjson: no such file"):
        NdjsonSource(tmp_path / "nothing.ndjson")


def test_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder.ndjson"
    folder.mkdir()
    with pytest.raises(SourceError, match="expected a file of events, found a folder"):
        NdjsonSource(folder)


@pytest.mark.parametrize("name", ["empty.ndjson", "empty.ndjson.gz"])
def test_empty_file_is_an_error_of_its_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(EmptySourceError, match=f"{name}: the file is empty"):
        NdjsonSource(written(tmp_path, b"", name))


def test_binary_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected JSON lines, found a binary file"):
        NdjsonSource(written(tmp_path, bytes(range(256)) * 50))


def test_one_binary_line_among_good_ones_is_read(tmp_path: Path) -> None:
    assert records_of(NdjsonSource(written(tmp_path, b"{}\n\0\xff\0\n{}"))) == [b"{}", b"\0\xff\0", b"{}"]


def test_gzip_by_name_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    path.write_bytes(b"{}\n")
    with pytest.raises(SourceError, match="expected gzip data, as the name says, found bytes 7b 7d"):
        NdjsonSource(path)


def test_gzip_without_the_name_says_how_to_name_it(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(gzip.compress(b"{}\n"))
    with pytest.raises(SourceError, match=r"found gzip data; name it events\.ndjson\.gz"):
        NdjsonSource(path)


def test_truncated_gzip_is_refused_before_any_record_is_handed_out(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    packed = gzip.compress(b"\n".join(f'{{"event_id": "{i * i}"}}'.encode() for i in range(50_000)))
    path.write_bytes(packed[: len(packed) // 2])
    source = NdjsonSource(path)
    with pytest.raises(SourceError, match="expected the end of the gzip data, found the file cut off"):
        next(source.chunks(10))


def test_damaged_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    packed = bytearray(gzip.compress(b"\n".join(f'{{"event_id": "{i * i}"}}'.encode() for i in range(50_000))))
    packed[-6] ^= 0xFF
    path.write_bytes(packed)
    with pytest.raises(SourceError, match="expected gzip data, found damage"):
        _ = NdjsonSource(path).identity


def test_endless_line_is_refused_with_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "LONGEST_LINE_BYTES", 100)
    monkeypatch.setattr(ndjson, "BLOCK_BYTES", 64)
    source = NdjsonSource(written(tmp_path, b"{}\n" + b"x" * 1000))
    with pytest.raises(SourceError, match="line 2: expected at most 100 bytes in a line, found more"):
        records_of(source)
