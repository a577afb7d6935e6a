import gzip
import random
from pathlib import Path

import pytest

from streams.formats import FormatError, Label, Skipped
from streams.sources import SourceError
from tests.streams.formats.reading import converted

HEAD = (
    "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,Amount Paid,Payment Currency,"
    "Payment Format,Is Laundering\n"
)
ROWS = (
    "2022/09/01 00:20,010,8000EBD30,010,8000EBD30,3697.34,US Dollar,3697.34,US Dollar,Reinvestment,0\n"
    "2022/09/01 00:15,03208,8000F4580,001,8000F5340,0.01,Euro,0.02,US Dollar,Cheque,1\n"
    "2022/09/02 10:00,12,A1,13,B1,0.000012,Bitcoin,0.000012,Bitcoin,Bitcoin,0\n"
    "2022/09/01 23:59,12,A1,13,B1,5,Yuan,5,Yuan,Cash,0\n"
    "2022/09/02 09:00,12,A1,13,B1,0,Yuan,0.00,Yuan,Cash,0\n"
)


def set_of(folder: Path, text: str, name: str = "HI-Small_Trans.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_rows_are_brought_into_the_order_of_time(tmp_path: Path) -> None:
    events, _, skipped = converted("amlworld", set_of(tmp_path, HEAD + ROWS))
    assert [event["event_id"] for event in events] == ["row-2", "row-1", "row-4", "row-3"]
    assert events[0]["event_time"] == "2022-09-01T00:15:00+08:00"
    assert skipped == [Skipped("amount 0")]


def test_rows_of_one_minute_keep_the_order_of_the_file(tmp_path: Path) -> None:
    rng = random.Random(5)
    minutes = [f"2022/09/0{rng.randint(1, 3)} 00:0{rng.randint(0, 4)}" for _ in range(200)]
    rows = "".join(f"{minute},1,A,2,B,1,Yuan,1,Yuan,Wire,0\n" for minute in minutes)
    events, _, _ = converted("amlworld", set_of(tmp_path, HEAD + rows, "LI-Small_Trans.csv.gz"))
    expected = sorted(range(200), key=lambda i: (minutes[i], i))
    assert [event["event_id"] for event in events] == [f"row-{i + 1}" for i in expected]


def test_both_sides_are_bank_and_account(tmp_path: Path) -> None:
    events, _, _ = converted("amlworld", set_of(tmp_path, HEAD + ROWS))
    assert (events[0]["payer"], events[0]["payee"]) == (
        "AMLWORLD-HI-Small-03208:8000F4580",
        "AMLWORLD-HI-Small-001:8000F5340",
    )
    assert events[1]["payer"] == events[1]["payee"]
    assert (events[0]["payer_institution"], events[0]["payee_institution"]) == ("03208", "001")


def test_amount_is_what_is_paid_and_at_least_one_fen(tmp_path: Path) -> None:
    events, _, _ = converted("amlworld", set_of(tmp_path, HEAD + ROWS))
    assert [event["amount_minor"] for event in events] == [2, 369_734, 500, 1]
    assert [event["cash"] for event in events] == [False, False, True, False]


def test_currency_is_kept_where_there_is_a_parity_and_has_its_own_minor_units(tmp_path: Path) -> None:
    paid = ["1.5,US Dollar", "1234.6,Yen", "2.5,Brazil Real", "3.25,Bitcoin", "4,Yuan"]
    rows = "".join(f"2022/09/01 00:00,1,A,2,B,1,Euro,{amount},Wire,0\n" for amount in paid)
    events, _, _ = converted("amlworld", set_of(tmp_path, HEAD + rows))
    money = [(event["amount_minor"], event["currency"]) for event in events]
    assert money == [(150, "USD"), (1_235, "JPY"), (250, "CNY"), (325, "CNY"), (400, "CNY")]


def test_laundering_is_known_a_day_later(tmp_path: Path) -> None:
    _, labels, _ = converted("amlworld", set_of(tmp_path, HEAD + ROWS))
    assert labels == [Label("event", "row-2", "laundering", "2022-09-02T00:15:00+08:00")]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2022/09/01 00:15", "yesterday", r"line 3, column 'Timestamp': expected a time as 2022/09/01 00:20"),
        ("Euro,0.02", "Euro,x", r"line 3, column 'Amount Paid': expected an amount of at least 0, found 'x'"),
        ("Cheque,1", "Cheque,2", r"line 3, column 'Is Laundering': expected 0 or 1, found '2'"),
    ],
)
def test_bad_value_says_where_it_stands(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        converted("amlworld", set_of(tmp_path, HEAD + ROWS.replace(old, new, 1)))


def test_table_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected a column 'Timestamp'"):
        converted("amlworld", set_of(tmp_path, "a,b\n1,2\n"))
