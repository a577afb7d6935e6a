"""A file of labels is read strictly, and its errors say the line."""

from pathlib import Path

import pytest

from riskengine.labels import Label, LabelError, read_labels

HEADER = "target_type,target,label,known_at\n"


def written(folder: Path, text: str) -> Path:
    """A file of labels."""
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_times_are_rfc_3339_or_milliseconds(tmp_path):
    path = written(
        tmp_path, HEADER + "event,e1,fraud,1741000000000\naccount,A:1,laundering,2025-03-03T19:06:40+08:00\n"
    )
    assert read_labels(path) == [
        Label("event", "e1", "fraud", 1_741_000_000_000),
        Label("account", "A:1", "laundering", 1_741_000_000_000),
    ]


def test_further_columns_are_allowed_and_platform_is_read(tmp_path):
    path = written(tmp_path, "scheme,target_type,target,label,known_at,platform_id\nring,event,e1,fraud,0,PAY-1\n")
    assert read_labels(path)[0].platform_id == "PAY-1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r"expected columns target_type, target, label, known_at, found nothing"),
        ("a,b\n1,2\n", r"expected columns target_type, target, label, known_at, found a, b"),
        (HEADER + "event,e1,fraud,0\nevent,,fraud,0\n", r"line 3: expected a value of target, found none"),
        (HEADER + "event,e1\n", r"line 2: expected a value of label, found none"),
        (HEADER + "thing,e1,fraud,0\n", r"line 2: target_type: expected one of event, account, .*, found 'thing'"),
        (HEADER + "event,e1,frauds,0\n", r"line 2: label: expected one of fraud, laundering, .*, found 'frauds'"),
        (HEADER + "event,e1,fraud,2025-03-03\n", r"line 2: known_at: expected an RFC 3339 time with offset"),
    ],
)
def test_line_that_makes_no_sense_is_named(tmp_path, text, words):
    with pytest.raises(LabelError, match=words):
        read_labels(written(tmp_path, text))


def test_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LabelError, match=r"nothing\.csv cannot be read: No such file or directory"):
        read_labels(tmp_path / "nothing.csv")


def test_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(LabelError, match="is no CSV in UTF-8"):
        read_labels(path)
