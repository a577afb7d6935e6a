"""The door of the log: once, in order, with a clock that never goes back."""

import numpy as np

from streams.intake import CONFLICT, DUPLICATE, NEW, Intake
from tests.events import DAY, START, accepted, decoded, payment, random_payments


def test_the_same_event_twice_is_a_duplicate_and_keeps_its_position():
    result = Intake().accept(decoded([payment(1), payment(2), payment(1)]))
    assert result.verdict.tolist() == [NEW, NEW, DUPLICATE]
    assert result.position.tolist() == [0, 1, 0]
    assert result.batch.event_id == ["p1", "p2"]


def test_the_same_id_with_other_content_is_a_conflict():
    result = Intake().accept(decoded([payment(1, amount=5), payment(1, amount=6)]))
    assert result.verdict.tolist() == [NEW, CONFLICT]


def test_the_same_id_on_another_platform_is_another_event():
    result = Intake().accept(decoded([payment(1), payment(1, platform_id="PAY-2")]))
    assert result.verdict.tolist() == [NEW, NEW]


def test_key_order_and_blanks_do_not_make_another_content():
    event = payment(1)
    turned = dict(reversed(event.items()))
    assert Intake().accept(decoded([event, turned])).verdict.tolist() == [NEW, DUPLICATE]


def test_the_clock_is_the_running_maximum_of_event_time():
    batch = accepted([payment(1, at=10), payment(2, at=5), payment(3, at=20)])
    assert (batch.clock - START).tolist() == [10, 10, 20]
    assert batch.position.tolist() == [0, 1, 2]


def test_ids_are_forgotten_after_their_days_and_not_before():
    intake = Intake(dedup_days=2)
    intake.accept(decoded([payment(1)]))
    assert intake.accept(decoded([payment(2, at=2 * DAY - 1), payment(1)])).verdict.tolist() == [NEW, DUPLICATE]
    assert intake.accept(decoded([payment(3, at=2 * DAY), payment(1)])).verdict.tolist() == [NEW, NEW]


def test_verdicts_are_the_same_at_any_batch_size_and_after_a_restore():
    batch = decoded(random_payments(1, n=3000))
    whole = Intake().accept(batch)
    intake, verdicts = Intake(), []
    for start in range(0, len(batch), 37):
        part = batch.take(np.arange(start, min(start + 37, len(batch))))
        verdicts.append(intake.accept(part).verdict)
        state = {name: array.copy() for name, array in intake.state().items()}
        intake = Intake()
        intake.restore(state)
    assert np.array_equal(np.concatenate(verdicts), whole.verdict)
    assert intake.next_position == int(np.count_nonzero(whole.verdict == NEW))
