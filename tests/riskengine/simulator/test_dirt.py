"""Each way of breaking a line gives a line that cannot be read for that reason."""

import time

import pytest

from riskengine.simulator.dirt import BREAKS, break_line
from streams.decode import Decoder


@pytest.mark.parametrize("how", BREAKS)
def test_broken_line_is_a_dead_letter_for_the_reason_it_was_broken(province, how):
    whole = next(line for line in province.lines if b'"kind":"payment"' in line and line.endswith(b"}"))
    broken = break_line(whole.decode(), how).encode()
    decoder = Decoder(bytes(32))
    batch, dead = decoder.decode([whole, broken], source="events.ndjson", ingest_time=int(time.time() * 1000))
    assert len(batch) == 1
    assert [letter.reason for letter in dead] == [how]


def test_contradictions_come_after_what_they_contradict(province):
    seen: dict[str, dict] = {}
    contradicting = []
    for event in province.of_kind("payment"):
        before = seen.setdefault(event["event_id"], event)
        valid = isinstance(event["amount_minor"], int) and isinstance(before["amount_minor"], int)
        if valid and abs(before["amount_minor"]) != abs(event["amount_minor"]):
            contradicting.append((before, event))
    assert len(contradicting) == province.summary["dirt"]["contradictions"]
    assert all(event["amount_minor"] == before["amount_minor"] * 10 for before, event in contradicting)


def test_repeats_are_the_same_to_the_byte(province):
    seen, repeats = set(), 0
    for line in province.lines:
        repeats += line in seen
        seen.add(line)
    assert repeats == province.summary["dirt"]["repeats"]


def test_running_numbers_have_no_hole(province):
    numbers: dict[str, set[int]] = {}
    for event in province.events:
        if isinstance(event.get("seq"), int) and "platform_id" in event:
            numbers.setdefault(event["platform_id"], set()).add(event["seq"])
    assert len(numbers) == 9
    assert all(found == set(range(1, len(found) + 1)) for found in numbers.values())


def test_broken_first_tries_are_sent_again_whole(province):
    negative = {
        e["event_id"]
        for e in province.of_kind("payment")
        if isinstance(e["amount_minor"], int) and e["amount_minor"] < 0
    }
    good = {
        e["event_id"]
        for e in province.of_kind("payment")
        if isinstance(e["amount_minor"], int) and e["amount_minor"] > 0
    }
    assert negative
    assert negative <= good
