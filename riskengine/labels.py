"""What became known: labels of a file or of the log's own `label` events, and which payments and loans they speak of.

A file has the columns `target_type,target,label,known_at` and any others; `platform_id` says whose event or loan is
meant where ids repeat. Times are RFC 3339 or UTC milliseconds.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import msgspec

from streams.batch import Batch
from streams.clock import parse_time
from streams.events import values

_COLUMNS = ("target_type", "target", "label", "known_at")


class LabelError(Exception):
    """A file of labels cannot be read; the message says which line."""


@dataclass(frozen=True, slots=True)
class Label:
    """One statement.

    Attributes
    ----------
    target_type : str
        `event`, `account`, `party`, `loan`, or one of the other targets of the `label` event.
    target : str
        Event id, vertex, party id or loan id, plain or hashed.
    label : str
    known_at : int
        UTC ms.
    platform_id : str or None
        Whose event or loan; None means whosever has that id.
    """

    target_type: str
    target: str
    label: str
    known_at: int
    platform_id: str | None = None


def read_labels(path: Path) -> list[Label]:
    """Labels of a CSV file.

    Raises
    ------
    LabelError
        If the file cannot be read, has no header with the four columns, or a line makes no sense.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                found = ", ".join(reader.fieldnames or ()) or "nothing"
                raise LabelError(f"{path}: expected columns {', '.join(_COLUMNS)}, found {found}")
            return [_label(row, f"{path}, line {reader.line_num}") for row in reader]
    except OSError as error:
        raise LabelError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f"{path} is no CSV in UTF-8: {error}") from error


def _label(row: dict[str, str], where: str) -> Label:
    """One line."""
    empty = [name for name in _COLUMNS if not (row.get(name) or "").strip()]
    if empty:
        raise LabelError(f"{where}: expected a value of {empty[0]}, found none")
    for name in ("target_type", "label"):
        if row[name].strip() not in values("label", name):
            expected = ", ".join(values("label", name))
            raise LabelError(f"{where}: {name}: expected one of {expected}, found {row[name]!r}")
    text = row["known_at"].strip()
    try:
        known_at = parse_time(int(text) if text.lstrip("-").isdigit() else text)
    except ValueError as error:
        raise LabelError(f"{where}: known_at: {error}") from error
    target_type, target, label = (row[name].strip() for name in _COLUMNS[:3])
    return Label(target_type, target, label, known_at, (row.get("platform_id") or "").strip() or None)


def labels_of(batch: Batch) -> list[Label]:
    """Labels that the batch's own `label` events state, by default of the reporting platform's targets."""
    block = batch.blocks.get("label")
    found = []
    for row in [] if block is None else block.rows.tolist():
        stated = msgspec.json.decode(batch.body[row])
        known_at = parse_time(stated["known_at"]) if "known_at" in stated else int(batch.event_time[row])
        found.append(
            Label(
                stated["target_type"],
                stated["target"],
                stated["label"],
                max(known_at, int(batch.clock[row])),  # what the log had not been told yet was not known
                stated.get("target_platform_id", batch.platform_id[row]),
            )
        )
    return found
