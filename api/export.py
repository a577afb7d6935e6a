"""Alerts as a file, written chunk by chunk, so that memory does not grow with their number."""

import csv
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

import msgspec

from api.problems import Unprocessable
from riskengine.alerts import Alert

Form = Literal["csv", "xlsx", "parquet"]
MEDIA_TYPES: Final[dict[Form, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
COLUMNS: Final = Alert.__struct_fields__
SHEET_ROWS: Final = 1_048_575  # what a sheet holds, less the head

_AS_JSON: Final = frozenset({"reasons", "evidence"})
_encode = msgspec.json.Encoder().encode


def write_export(chunks: Iterable[list[Alert]], form: Form) -> Path:
    """Write alerts into a temporary file.

    Returns
    -------
    Path
        The caller deletes it.

    Raises
    ------
    Unprocessable
        If there are more alerts than a sheet has rows.
    """
    writers: dict[Form, Callable[[Iterable[list[Alert]], Path], None]] = {
        "csv": _write_csv,
        "xlsx": _write_xlsx,
        "parquet": _write_parquet,
    }
    with tempfile.NamedTemporaryFile(prefix="riskengine-", suffix=f".{form}", delete=False) as file:
        path = Path(file.name)
    try:
        writers[form](chunks, path)
    except BaseException:
        path.unlink()
        raise
    return path


def _row(alert: Alert) -> list[Any]:
    """An alert as plain values; lists are JSON text."""
    values = ((name, getattr(alert, name)) for name in COLUMNS)
    return [_encode(value).decode() if name in _AS_JSON else value for name, value in values]


def _inert(value: Any) -> Any:
    """A value that a spreadsheet does not take for a formula; ids come from firms and may begin with anything."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _write_csv(chunks: Iterable[list[Alert]], path: Path) -> None:
    """RFC 4180, UTF-8."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for chunk in chunks:
            writer.writerows([_inert(value) for value in _row(alert)] for alert in chunk)


def _write_parquet(chunks: Iterable[list[Alert]], path: Path) -> None:
    """Typed columns; `threshold` is text, because money is exact and a score is not whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"event_time": pa.int64(), "measured": pa.int64(), "score": pa.float64()}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
    threshold = COLUMNS.index("threshold")
    with pq.ParquetWriter(path, schema) as writer:
        for chunk in chunks:
            columns = [list(column) for column in zip(*map(_row, chunk), strict=True)]
            columns[threshold] = [None if value is None else str(value) for value in columns[threshold]]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


_SHEET_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS: Final = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_SHEET_NAMESPACE}" xmlns:r="{_RELATIONS}">'
    '<sheets><sheet name="alerts" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_CELL_CHARACTERS = 32_767  # what a cell holds


def _write_xlsx(chunks: Iterable[list[Alert]], path: Path) -> None:
    """A workbook of one sheet with its texts inline: the least that every spreadsheet opens."""
    rows = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in _PARTS.items():
            package.writestr(name, part)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{_SHEET_NAMESPACE}"><sheetData>'.encode())
            sheet.write(_sheet_row(list(COLUMNS)))
            for chunk in chunks:
                rows += len(chunk)
                if rows > SHEET_ROWS:
                    raise Unprocessable(
                        f"format: expected at most {SHEET_ROWS} alerts for a sheet, found more; "
                        "narrow the filters or take csv or parquet"
                    )
                sheet.write(b"".join(_sheet_row(_row(alert)) for alert in chunk))
            sheet.write(b"</sheetData></worksheet>")


def _sheet_row(values: list[Any]) -> bytes:
    """One row; a number beyond 15 digits is text, because a spreadsheet would round it."""
    return f"<row>{''.join(map(_cell, values))}</row>".encode()


def _cell(value: Any) -> str:
    """One cell."""
    if value is None:
        return "<c/>"
    if isinstance(value, (int, float)) and abs(value) < 10**15:
        return f"<c><v>{value!r}</v></c>"
    text = "".join(character for character in str(value) if character.isprintable() or character in "\n\t")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text[:_CELL_CHARACTERS])}</t></is></c>'
