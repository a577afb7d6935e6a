import gzip
from pathlib import Path

import pytest

from streams.formats import FormatError, Label, Skipped
from streams.sources import SourceError
from tests.streams.formats.reading import converted, real_data

STEPS = "sourceNodeId,targetNodeId,value,time\n3,4,147.8,1\n4,3,0,1\n4,5,12.34,2\n"
NODES = "nodeid,isFraud,init_balance,fraudStep\n3,0,184.44,-1\n4,1,10,2\n5,1,10,-1\n"
DAYS = (
    "tran_id,orig_acct,bene_acct,tx_type,base_amt,tran_timestamp,is_sar,alert_id\n"
    "1,7,8,TRANSFER,10.5,2021-01-01T00:00:00Z,True,3\n"
    "2,8,9,CASH_IN,10.5,2021-01-02T00:00:00Z,False,-1\n"
    "3,9,7,PAYMENT,10.5,2021-01-09T00:00:00Z,True,3\n"
)


def run_of(folder: Path, text: str, name: str = "X_transactions.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_step_is_a_day(tmp_path: Path) -> None:
    events, _, skipped = converted("amlsim", run_of(tmp_path, STEPS))
    assert [event["event_time"] for event in events] == ["2021-01-02T00:00:00+08:00", "2021-01-03T00:00:00+08:00"]
    assert [event["amount_minor"] for event in events] == [14_780, 1_234]
    assert skipped == [Skipped("amount 0")]


def test_platform_is_the_run_so_that_two_runs_do_not_mix(tmp_path: Path) -> None:
    first, _, _ = converted("amlsim", run_of(tmp_path, STEPS, "20K_cycle200_transactions.csv.gz"))
    second, _, _ = converted("amlsim", run_of(tmp_path, STEPS, "transactions_1k.csv"))
    assert (first[0]["platform_id"], first[0]["payer"]) == ("AMLSIM-20K_cycle200", "AMLSIM-20K_cycle200:3")
    assert (second[0]["platform_id"], second[0]["payer"]) == ("AMLSIM-1k", "AMLSIM-1k:3")


@pytest.mark.parametrize("suffix", ["csv", "csv.gz"])
def test_account_is_labelled_when_its_fraud_step_or_the_run_is_over(tmp_path: Path, suffix: str) -> None:
    run_of(tmp_path, NODES, f"X_nodes.{suffix}")
    _, labels, _ = converted("amlsim", run_of(tmp_path, STEPS, f"X_transactions.{suffix}"))
    assert labels == [
        Label("account", "AMLSIM-X:4", "laundering", "2021-01-04T00:00:00+08:00"),
        Label("account", "AMLSIM-X:5", "laundering", "2021-01-04T00:00:00+08:00"),
    ]


def test_nodes_file_is_optional(tmp_path: Path) -> None:
    assert converted("amlsim", run_of(tmp_path, STEPS))[1] == []


def test_transaction_is_labelled_at_the_last_one_of_its_alert(tmp_path: Path) -> None:
    events, labels, _ = converted("amlsim", run_of(tmp_path, DAYS))
    assert [event["event_time"] for event in events][::2] == ["2021-01-01T08:00:00+08:00", "2021-01-09T08:00:00+08:00"]
    assert [event["purpose"] for event in events] == ["transfer", "other", "goods"]
    assert labels == [
        Label("event", "tran-1", "laundering", "2021-01-09T08:00:00+08:00"),
        Label("event", "tran-3", "laundering", "2021-01-09T08:00:00+08:00"),
    ]


def test_other_table_is_refused_with_both_layouts(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"expected columns sourceNodeId.*or tran_id.*found a, b"):
        converted("amlsim", run_of(tmp_path, "a,b\n1,2\n"))


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (STEPS, "147.8", "lots", r"line 2, column 'value': expected an amount of at least 0, found 'lots'"),
        (STEPS, ",2\n", ",-2\n", r"line 4, column 'time': expected a step, 0 or later, found '-2'"),
        (DAYS, "2021-01-02T", "2021-13-02T", r"line 3, column 'tran_timestamp': expected a time"),
        (DAYS, "True", "perhaps", r"line 2, column 'is_sar': expected True or False, found 'perhaps'"),
    ],
)
def test_bad_value_says_where_it_stands(tmp_path: Path, text: str, old: str, new: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        converted("amlsim", run_of(tmp_path, text.replace(old, new, 1)))


def test_bad_node_says_where_it_stands(tmp_path: Path) -> None:
    run_of(tmp_path, NODES.replace("10,2", "10,soon"), "X_nodes.csv")
    with pytest.raises(
        FormatError, match=r"X_nodes\.csv, line 3, column 'fraudStep': expected a step, or -1, found 'soon'"
    ):
        converted("amlsim", run_of(tmp_path, STEPS))


@pytest.mark.parametrize(
    ("parts", "payments", "labelled"),
    [
        (("amlsim-20k", "20K_cycle200_transactions.csv.gz"), 117_805, 945),
        (("amlsim-20k", "20K_fanin200_transactions.csv.gz"), 118_250, 954),
        (("amlsim-1k", "transactions_1k.csv.gz"), 52_202, 59),
    ],
)
def test_the_real_runs_are_read_whole(parts: tuple[str, str], payments: int, labelled: int) -> None:
    events, labels, skipped = converted("amlsim", real_data(*parts))
    assert (len(events), len(labels), skipped) == (payments, labelled, [])
