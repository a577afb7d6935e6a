from collections import Counter
from pathlib import Path

import pytest

from streams.formats import FormatError, Label, Skipped
from streams.sources import SourceError
from tests.streams.formats.reading import converted, real_data

TABLES = {
    "account": "account_id,district_id,frequency,date\n25,1,POPLATEK,1993-01-02\n26,1,POPLATEK,1993-01-05\n",
    "client": "client_id,birth_number,district_id\n7,706213,18\n8,450204,1\n9,400101,1\n",
    "disp": "disp_id,client_id,account_id,type\n1,7,25,OWNER\n2,9,25,DISPONENT\n3,8,26,OWNER\n",
    "loan": (
        "loan_id,account_id,date,amount,duration,payments,status\n"
        "500,25,1993-01-31,1000,3,333.33,B\n"
        "501,26,1998-01-10,1200,12,100,C\n"
    ),
    "trans_a": (
        "trans_id,account_id,date,type,operation,amount,balance,k_symbol,bank,account\n"
        "1,25,930102,PRIJEM,VKLAD,700.0,700.0,,,\n"
        "2,25,930103,VYDAJ,PREVOD NA UCET,120.5,579.5,SIPO,YZ,87144583.0\n"
        "3,25,930131,PRIJEM,,1.2,580.7,UROK,,\n"
        "4,25,930131,VYDAJ,VYBER,14.6,566.1,SLUZBY,,\n"
        "5,25,930228,VYDAJ,PREVOD NA UCET,333.4,232.7,UVER,OP,33671474.0\n"
        "6,25,930301,VYDAJ,VYBER KARTOU,100.0,132.7,,,0.0\n"
        "7,25,930302,PRIJEM,PREVOD Z UCTU,0.0,132.7,,QR,55\n"
    ),
    "trans_b": (
        "trans_id,account_id,date,type,operation,amount,balance,k_symbol,bank,account\n"
        "2,25,930103,withdrawal,remittance to another bank,120.5,579.5,household,YZ,87144583\n"
        "8,26,930104,credit,collection from another bank,50.0,50.0,,AB,41403269.0\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def test_every_transaction_is_one_payment_though_it_is_in_two_files(folder: Path) -> None:
    events, _, skipped = converted("berka", folder)
    payments = [event for event in events if event["kind"] == "payment"]
    assert [event["event_id"] for event in payments] == [f"trans-{n}" for n in (1, 2, 8, 3, 4, 5, 6)]
    assert skipped == [Skipped("amount 0")]


def test_cash_has_one_vertex_for_each_account(folder: Path) -> None:
    events, _, _ = converted("berka", folder)
    deposit = next(event for event in events if event["event_id"] == "trans-1")
    assert (deposit["payer"], deposit["payee"]) == ("BERKA:CASH-25", "BERKA:25")
    assert deposit["cash"] is True
    assert deposit["direction"] == "in"
    assert deposit["payee_person"] == "BERKA-CLIENT-7"
    withdrawal = next(event for event in events if event["event_id"] == "trans-6")
    assert (withdrawal["payer"], withdrawal["payee"]) == ("BERKA:25", "BERKA:CASH-25")
    assert withdrawal["channel"] == "atm"


def test_interest_and_fees_are_the_banks_own_money_and_not_cash(folder: Path) -> None:
    events, _, _ = converted("berka", folder)
    interest, fee = (next(event for event in events if event["event_id"] == f"trans-{n}") for n in (3, 4))
    assert (interest["payer"], interest["payer_acct_type"], interest["purpose"]) == ("BERKA:OWN-25", "own", "interest")
    assert (fee["payee"], fee["cash"], fee["purpose"]) == ("BERKA:OWN-25", False, "fee")


def test_transfer_names_bank_and_account(folder: Path) -> None:
    events, _, _ = converted("berka", folder)
    transfer = next(event for event in events if event["event_id"] == "trans-2")
    assert transfer["payee"] == "YZ:87144583"
    assert transfer["payee_institution"] == "YZ"
    assert (transfer["amount_minor"], transfer["currency"]) == (12_050, "CZK")
    assert transfer["purpose"] == "utility"


def test_loan_is_issued_with_a_schedule_that_sums_to_its_principal(folder: Path) -> None:
    events, _, _ = converted("berka", folder)
    loan = next(event for event in events if event["event_id"] == "loan-500-issued")
    assert [part["due_date"] for part in loan["schedule"]] == ["1993-02-28", "1993-03-31", "1993-04-30"]
    assert [part["principal_minor"] for part in loan["schedule"]] == [33_333, 33_333, 33_334]
    assert loan["borrower_id"] == "BERKA-CLIENT-7"
    assert loan["event_time"] == "1993-01-31T00:00:00+08:00"


def test_payment_for_a_loan_is_a_repayment_of_the_same_movement(folder: Path) -> None:
    events, _, _ = converted("berka", folder)
    payment, repay = (event for event in events if event.get("payment_id") == "BERKA-5")
    assert payment["loan_id"] == repay["loan_id"] == "500"
    assert payment["purpose"] == "loan_repay"
    assert repay["principal_minor"] == payment["amount_minor"] == 33_340


def test_loan_that_ran_out_unpaid_is_in_default_and_labelled_on_its_last_due_date(folder: Path) -> None:
    events, labels, _ = converted("berka", folder)
    ends = [
        (event["event_id"], event["event_time"]) for event in events if event.get("status") in {"default", "repaid"}
    ]
    assert ends == [("loan-500-default", "1993-04-30T00:00:00+08:00")]
    assert labels == [Label("loan", "500", "default", "1993-04-30T00:00:00+08:00")]


def test_running_loan_in_debt_is_in_default_on_the_day_of_the_set(folder: Path) -> None:
    path = folder / "loan.csv"
    path.write_text(path.read_text().replace("100,C", "100,D"))
    _, labels, _ = converted("berka", folder)
    assert labels[-1] == Label("loan", "501", "default", "1998-12-31T00:00:00+08:00")


def test_owner_is_a_party_once_and_others_are_left_out(folder: Path) -> None:
    events, _, _ = converted("berka", folder)
    assert [(e["party_id"], e["birth_date"]) for e in events if e["kind"] == "party"] == [
        ("BERKA-CLIENT-7", "1970-12-13"),
        ("BERKA-CLIENT-8", "1945-02-04"),
    ]


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("trans_a", ",700.0,7", ",many,7", r"trans_a\.csv, line 2, column 'amount': expected an amount.*found 'many'"),
        ("trans_a", "930103", "930199", r"trans_a\.csv, line 3, column 'date': expected a day, found '930199'"),
        ("trans_a", "PRIJEM,VKLAD", "KREDIT,VKLAD", r"line 2, column 'type': expected one of PRIJEM.*found 'KREDIT'"),
        ("loan", ",B\n", ",X\n", r"loan\.csv, line 2, column 'status': expected A, B, C or D, found 'X'"),
        ("client", "706213", "709913", r"client\.csv, line 2, column 'birth_number': expected YYMMDD"),
        ("disp", "7,25,OWNER", "77,25,OWNER", r"account\.csv, line 2, column 'account_id': expected an account whose"),
    ],
)  # fmt: skip
def test_bad_value_says_where_it_stands(folder: Path, table: str, old: str, new: str, words: str) -> None:
    path = folder / f"{table}.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(FormatError, match=words):
        converted("berka", folder)


def test_missing_table_is_named(folder: Path) -> None:
    (folder / "loan.csv").unlink()
    with pytest.raises(SourceError, match=r"expected a table loan\.csv or loan\.csv\.gz"):
        converted("berka", folder)


def test_folder_without_transactions_is_refused(folder: Path) -> None:
    for path in folder.glob("trans*"):
        path.unlink()
    with pytest.raises(SourceError, match=r"expected a table trans\*\.csv"):
        converted("berka", folder)


def test_the_real_set_is_read_whole() -> None:
    events, labels, skipped = converted("berka", real_data("berka"))
    assert Counter(event["kind"] for event in events) == {
        "payment": 79_302, "party": 4_500, "account": 4_500, "loan": 961, "repay": 123,
    }  # fmt: skip
    assert skipped == []
    assert len(labels) == 76
    assert sum(event.get("purpose") == "loan_repay" for event in events) == 123
