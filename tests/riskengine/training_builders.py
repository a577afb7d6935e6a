"""A month of payments and loans with planted frauds, mule accounts and bad loans, and what became known of them."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
START = 1_740_931_200_000  # 2025-03-03 00:00 in Shanghai
KEY = b"k" * 32


def payments(n: int = 3000, *, days: int = 30, seed: int = 0) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events in time order, and labels of events and accounts: mules take many payments in an hour and pass them on."""
    random = np.random.default_rng(seed)
    times = np.sort(START + random.integers(0, days * DAY_MS, n))
    events = [
        payment(f"e{number}", int(time), f"A:{random.integers(0, 200)}", f"A:{random.integers(0, 200)}", amount)
        for number, (time, amount) in enumerate(zip(times, random.integers(100, 50_000, n), strict=True))
    ]
    labels = []
    for mule in range(days):
        begin = START + mule * DAY_MS + int(random.integers(0, 20 * HOUR_MS))
        account = f"M:{mule}"
        for number in range(6):
            name = f"m{mule}-{number}"
            events.append(payment(name, begin + number * 60_000, f"A:{random.integers(0, 200)}", account, 300_000))
            labels.append(label("event", name, "fraud", begin + DAY_MS))
        events.append(payment(f"m{mule}-out", begin + HOUR_MS, account, "A:7", 1_800_000))
        labels.append(label("account", account, "laundering", begin + 2 * DAY_MS))
    return sorted(events, key=lambda event: event["event_time"]), labels


def payment(name: str, time: int, payer: str, payee: str, amount: int) -> dict[str, Any]:
    """One payment."""
    return {
        "event_id": name,
        "kind": "payment",
        "event_time": time,
        "platform_id": "PAY-1",
        "line": "third_party_payment",
        "payer": payer,
        "payee": payee,
        "amount_minor": int(amount),
    }


def loans(n: int = 600, *, days: int = 60, seed: int = 1) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Applications of borrowers, of whom those who ask often default two days later; no labels: the log says it."""
    random = np.random.default_rng(seed)
    events = []
    for number in range(n):
        time = START + int(random.integers(0, days * DAY_MS))
        reckless = number % 6 == 0
        person = f"ID:33010619900307{number // 6 if reckless else number:04d}"
        asked = 4 if reckless else 1
        for again in range(asked):
            loan = {
                "kind": "loan",
                "platform_id": f"P2P-{again % 2}",
                "line": "network_lending",
                "loan_id": f"L{number}-{again}",
                "loan_type": "p2p",
                "borrower_id": person,
                "principal_minor": 1_000_000 + 100 * number,
            }
            at = time + again * 3 * HOUR_MS
            events.append({**loan, "event_id": f"i{number}-{again}", "event_time": at, "status": "issued"})
            if reckless and again:
                defaulted = {"event_id": f"d{number}-{again}", "event_time": at + 2 * DAY_MS, "status": "default"}
                events.append(loan | defaulted)
    return sorted(events, key=lambda event: event["event_time"]), []


def label(target_type: str, target: str, word: str, known_at: int, **more: str) -> dict[str, Any]:
    """One line of a file of labels."""
    return {"target_type": target_type, "target": target, "label": word, "known_at": known_at, **more}


def write_events(path: Path, events: Iterable[dict[str, Any]]) -> Path:
    """An NDJSON file."""
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    return path


def write_labels(path: Path, labels: list[dict[str, Any]]) -> Path:
    """A CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        names = list(dict.fromkeys(name for row in labels for name in row)) or [*label("", "", "", 0)]
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(labels)
    return path
