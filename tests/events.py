"""Builders of events for tests: valid ones with few words, as dicts, records and batches."""

import json
from typing import Any

import numpy as np

from streams.batch import Batch
from streams.decode import Decoder
from streams.intake import Intake

KEY = b"a key that only tests use"
START = 1_740_960_000_000  # 2025-03-03T08:00:00+08:00
DAY = 86_400_000


def payment(number: int | str, payer: str = "A", payee: str = "B", amount: int = 100, at: int = 0, **more: Any) -> dict:
    """A settled payment `at` milliseconds after START."""
    return {
        "event_id": f"p{number}",
        "kind": "payment",
        "event_time": START + at,
        "platform_id": "PAY-1",
        "line": "third_party_payment",
        "payer": payer,
        "payee": payee,
        "amount_minor": amount,
    } | more


def records(events: list[dict]) -> list[bytes]:
    """Events as raw records."""
    return [json.dumps(event, ensure_ascii=False).encode() for event in events]


def decoded(events: list[dict], decoder: Decoder | None = None) -> Batch:
    """Events as a batch that has not been through the intake."""
    batch, letters = (decoder or Decoder(KEY)).decode(records(events), source="test", ingest_time=2 * 10**12)
    assert not letters, [letter.message for letter in letters]
    return batch


def accepted(events: list[dict], intake: Intake | None = None, decoder: Decoder | None = None) -> Batch:
    """Events as a batch with position and clock."""
    return (intake or Intake()).accept(decoded(events, decoder)).batch


def random_payments(seed: int, n: int = 400, accounts: int = 8) -> list[dict]:
    """Payments with ties, late ones, self-payments, repeats, other states and second reports of a movement."""
    rng = np.random.default_rng(seed)
    hour = 3_600_000
    gaps = [0, 0, 1000, hour - 1, hour, hour + 1, DAY, 7 * DAY]
    now, events = 0, []
    for number in range(n):
        now += int(rng.choice(gaps, p=[0.35, 0.15, 0.35, 0.04, 0.04, 0.04, 0.025, 0.005]))
        late = int(rng.integers(0, 2 * DAY)) if rng.random() < 0.15 else 0
        event = payment(
            number,
            payer=f"A{rng.integers(accounts)}",
            payee=f"A{rng.integers(accounts)}",
            amount=int(rng.integers(1, 10**9)),
            at=now - late,
        )
        if rng.random() < 0.15:
            event["status"] = str(rng.choice(["attempted", "refused", "reversed", "refunded", "charged_back"]))
        if rng.random() < 0.2:
            event["payment_id"] = f"m{rng.integers(n // 4)}"
        events.append(event)
        if rng.random() < 0.05:
            events.append(dict(events[int(rng.integers(len(events)))]))
    return events


def loan(number: int, borrower: str = "ID:1", principal: int = 1000, at: int = 0, **more: Any) -> dict:
    """An issued network loan."""
    return {
        "event_id": f"l{number}",
        "kind": "loan",
        "event_time": START + at,
        "platform_id": "P2P-1",
        "line": "network_lending",
        "loan_id": f"L{number}",
        "status": "issued",
        "borrower_id": borrower,
        "borrower_type": "person",
        "principal_minor": principal,
    } | more


def busy_week(seed: int = 1, n: int = 3000) -> list[dict]:
    """A week of payments and loans that raises alerts of several kinds: cash reports, caps, circles, pass-through."""
    rng = np.random.default_rng(seed)
    events = []
    for number in range(n):
        at = number * 7 * DAY // n
        person = int(rng.integers(40))
        draw = rng.random()
        if draw < 0.05:
            events.append(
                payment(
                    number, f"C{person}", f"CASH{person}", int(rng.integers(1_000_000, 4_999_999)), at,
                    cash=True, direction="out", payer_person=f"ID:{person}", payer_type="person",
                )
            )  # fmt: skip
        elif draw < 0.08:
            events.append(loan(number, f"ID:{person}", int(rng.integers(1_000_000, 9_000_000)), at))
        elif draw < 0.12:
            ring = [f"R{person}-{step}" for step in range(4)]
            events += [
                payment(f"{number}-{step}", ring[step], ring[(step + 1) % 4], 3_000_000 - step, at + step * 60_000)
                for step in range(4)
            ]
        else:
            events.append(payment(number, f"C{person}", f"M{rng.integers(60)}", int(rng.integers(100, 90_000)), at))
    events.sort(key=lambda event: event["event_time"])
    return events
