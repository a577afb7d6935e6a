import gzip
from pathlib import Path

import pytest

from streams.formats import FormatError, Label, Skipped
from streams.sources import SourceError
from tests.streams.formats.reading import converted, real_data

HEAD = (
    "step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,newbalanceDest,"
    "isFraud,isFlaggedFraud\n"
)
ROWS = (
    "1,TRANSFER,20128.0,C1,20128.0,0.0,C2,0.0,0.0,1,0\n"
    "1,PAYMENT,5616.1,C3,0.0,0.0,M1,0.0,0.0,0,0\n"
    "2,CASH_IN,100.5,C4,0,0,C5,0,0,0,0\n"
    "26,CASH_OUT,0.0,C4,0,0,C5,0,0,1,0\n"
    "26,CASH_OUT,7,C4,0,0,C5,0,0,0,0\n"
)


def folder_of(folder: Path, text: str, name: str = "paysim.csv") -> Path:
    content = text.encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return folder


def test_step_is_an_hour(tmp_path: Path) -> None:
    events, _, _ = converted("paysim", folder_of(tmp_path, HEAD + ROWS))
    assert [event["event_time"][:16] for event in events] == [
        "2024-01-01T00:00", "2024-01-01T00:00", "2024-01-01T01:00", "2024-01-02T01:00",
    ]  # fmt: skip


def test_cash_in_pays_the_customer(tmp_path: Path) -> None:
    events, _, _ = converted("paysim", folder_of(tmp_path, HEAD + ROWS))
    cash = events[2]
    assert (cash["payer"], cash["payee"]) == ("PAYSIM:C5", "PAYSIM:C4")
    assert (cash["direction"], cash["cash"], cash["payee_person"]) == ("in", True, "PAYSIM-C4")
    assert "payer_person" not in cash


def test_merchant_is_an_organisation(tmp_path: Path) -> None:
    events, _, _ = converted("paysim", folder_of(tmp_path, HEAD + ROWS))
    assert (events[1]["payee"], events[1]["payee_type"], events[1]["merchant_id"]) == ("PAYSIM:M1", "org", "M1")
    assert events[1]["amount_minor"] == 561_610


def test_fraud_is_known_a_day_later(tmp_path: Path) -> None:
    _, labels, _ = converted("paysim", folder_of(tmp_path, HEAD + ROWS))
    assert labels == [Label("event", "row-1", "fraud", "2024-01-02T00:00:00+08:00")]


def test_row_without_an_amount_is_skipped_and_keeps_the_numbers_of_the_others(tmp_path: Path) -> None:
    events, _, skipped = converted("paysim", folder_of(tmp_path, HEAD + ROWS))
    assert skipped == [Skipped("amount 0")]
    assert [event["event_id"] for event in events] == ["row-1", "row-2", "row-3", "row-5"]


def test_source_may_be_folder_or_file_plain_or_packed(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain", tmp_path / "packed"
    plain.mkdir()
    packed.mkdir()
    expected = converted("paysim", folder_of(plain, HEAD + ROWS))
    assert converted("paysim", folder_of(packed, HEAD + ROWS, "p.csv.gz")) == expected
    assert converted("paysim", packed / "p.csv.gz") == expected


def test_folder_with_two_tables_is_refused(tmp_path: Path) -> None:
    folder_of(tmp_path, HEAD, "a.csv")
    with pytest.raises(SourceError, match=r"expected one table \.csv or \.csv\.gz, found a\.csv, b\.csv"):
        converted("paysim", folder_of(tmp_path, HEAD, "b.csv"))
    with pytest.raises(SourceError, match="no such file"):
        converted("paysim", tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1,TRANSFER", "0,TRANSFER", r"line 2, column 'step': expected a step, 1 or later, found '0'"),
        ("1,PAYMENT", "1,GIFT", r"line 3, column 'type': expected one of CASH_IN.*found 'GIFT'"),
        ("20128.0,C1", "-1,C1", r"line 2, column 'amount': expected an amount of at least 0, found '-1'"),
        (",1,0\n", ",yes,0\n", r"line 2, column 'isFraud': expected 0 or 1, found 'yes'"),
    ],
)
def test_bad_value_says_where_it_stands(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        converted("paysim", folder_of(tmp_path, HEAD + ROWS.replace(old, new, 1)))


def test_the_real_sample_is_read_whole() -> None:
    events, labels, skipped = converted("paysim", real_data("paysim-sample"))
    assert (len(events), len(labels), skipped) == (51_392, 1_392, [])
