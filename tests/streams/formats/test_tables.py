import gzip
from pathlib import Path

import pytest

from streams.formats import FormatError, formats
from streams.formats.base import minor_units
from streams.formats.tables import Table, find_table
from streams.sources import SourceError


def table_file(folder: Path, text: str | bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    content = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize("name", ["rows.csv", "rows.csv.gz"])
@pytest.mark.parametrize(
    "text", ["a,b,c\n1,2,3\n4,5,6\n", "a;b;c\r\n1;2;3\r\n4;5;6", '\ufeff"a","b","c"\n"1",2,3\n\n4,5,6\n']
)
def test_rows_come_in_the_order_of_the_columns_asked_for(tmp_path: Path, name: str, text: str) -> None:
    assert list(Table(table_file(tmp_path, text, name), ("c", "a"))) == [("3", "1"), ("6", "4")]


def test_second_column_of_a_name_is_told_apart(tmp_path: Path) -> None:
    assert list(Table(table_file(tmp_path, "A,B,A\n1,2,3\n"), ("A.1", "A"))) == [("3", "1")]


def test_missing_column_is_named_with_what_was_found(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"rows\.csv, line 1: expected a column 'amount', found 'a', 'b'"):
        Table(table_file(tmp_path, "a,b\n1,2\n"), ("a", "amount"))


def test_short_row_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"rows\.csv, line 3: expected 2 values, found 1"):
        list(Table(table_file(tmp_path, "a,b\n1,2\n3\n"), ("a",)))


def test_wrong_value_says_line_column_expected_and_found(tmp_path: Path) -> None:
    table = Table(table_file(tmp_path, "a,b\n1,2\n3,many\n"), ("b",))
    with pytest.raises(FormatError, match=r"rows\.csv, line 3, column 'b': expected an amount, found 'many'"):
        [table.read("b", text, minor_units, "an amount") for (text,) in table]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="expected UTF-8 text, found other bytes"):
        list(Table(table_file(tmp_path, b"a,b\n1,2\n" + b"3,4\n" * 10_000 + b"\xff\xfe,1\n"), ("a",)))
    with pytest.raises(SourceError, match="found a file that is no table"):
        Table(table_file(tmp_path, bytes(range(128, 256)) * 100), ("a",))


def test_cut_off_gzip_is_refused(tmp_path: Path) -> None:
    path = table_file(tmp_path, "a,b\n" + "".join(f"{i * i},{i}\n" for i in range(20_000)), "rows.csv.gz")
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(SourceError, match="found the file cut off"):
        list(Table(path, ("a",)))


def test_missing_table_names_both_writings(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"expected a table loan\.csv or loan\.csv\.gz, found none"):
        find_table(tmp_path, "loan")
    with pytest.raises(SourceError, match="no such folder"):
        find_table(tmp_path / "nowhere", "loan")
    with pytest.raises(SourceError, match="expected a folder, found a file"):
        find_table(table_file(tmp_path, "a\n"), "loan")


@pytest.mark.parametrize("text", ["", "-5", "abc", "nan", "inf", "1,5", "1.2.3"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        minor_units(text)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("0", 0), ("0.1", 10), ("12.34", 1234), ("1e5", 10_000_000), ("0.005", 0), ("0.015", 2), ("5.", 500)],
)
def test_amount_is_exact(text: str, minor: int) -> None:
    assert minor_units(text) == minor


def test_every_format_says_what_it_is() -> None:
    assert list(formats()) == ["amlsim", "amlworld", "berka", "paysim"]
    for name, made in formats().items():
        assert made.name == name
        assert made.title
        assert made.source
        assert made.notes
