"""Accounts as of each payment, told by the events before it."""

import numpy as np
import pytest

from features.accounts import CLASS_1, CLASS_2, CLASS_3, AccountBook
from streams.batch import ABSENT
from streams.identity import Identities
from streams.intake import Intake
from tests.events import DAY, KEY, START, accepted, decoded, payment


def account(number: int, action: str = "open", at: int = 0, **more) -> dict:
    return {
        "event_id": f"a{number}", "kind": "account", "event_time": START + at, "platform_id": "PAY-1",
        "line": "third_party_payment", "acct_id": "A", "action": action, "person_id": "ID:1",
    } | more  # fmt: skip


def seen(*events: dict):
    return AccountBook().update(accepted(list(events)))


def test_account_is_known_from_its_event_on():
    found = seen(payment(1), account(1, acct_class="I"), payment(2), payment(3, payer="OTHER"))
    assert found.is_known.tolist() == [False, True, False]
    assert found.account_class.tolist() == [-1, CLASS_1, -1]
    assert found.holder.tolist() == [0, Identities(KEY).party_hash("ID:1"), 0]
    assert found.holder_type.tolist() == [-1, 0, -1]


def test_what_an_event_leaves_out_keeps_its_value():
    opened = account(1, acct_class="II", acct_type="payment", opened_at=START - DAY)
    found = seen(opened, account(2, "update"), account(3, "update", acct_class="III"), payment(1))
    assert (found.account_class[0], found.opened_at[0], found.account_type[0]) == (CLASS_3, START - DAY, 1)


def test_opening_time_is_the_events_own_where_none_is_told():
    assert seen(account(1, at=5), payment(1, at=9)).opened_at[0] == START + 5
    assert seen(account(1, "update"), payment(1, at=9)).opened_at[0] == ABSENT


def test_opening_again_after_closing_is_another_life():
    again = [account(2, "close"), account(3, "open", at=DAY), payment(1, at=DAY)]
    found = seen(account(1), payment(0), *again)
    assert found.life.tolist() == [0, 1]
    assert found.opened_at.tolist() == [START, START + DAY]


def test_opening_twice_or_reactivating_is_the_same_life():
    assert seen(account(1), account(2), payment(1)).life[0] == 0
    assert seen(account(1), account(2, "close"), account(3, "reactivate"), payment(1)).life[0] == 0


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"action": "close"}, 1),
        ({"action": "update", "status": "closed"}, 1),
        ({"action": "update", "acct_class": "II"}, 1),
        ({"action": "update", "person_id": "ID:2"}, 1),
        ({"action": "freeze"}, 2),
    ],
)
def test_open_class_three_accounts_of_a_person_are_counted(change, expected):
    two = [account(n, acct_class="III", acct_id=f"A{n}") for n in range(2)]
    changed = account(9, **({"acct_id": "A0"} | change))
    assert seen(*two, changed, payment(1, payer="A1")).third_class[0] == expected


def test_class_three_accounts_count_at_their_own_platform():
    there = account(1, acct_class="III", acct_id="B", platform_id="PAY-2")
    assert seen(there, payment(1, payer_person="ID:1")).third_class[0] == 0
    assert seen(there, payment(1, payer_person="ID:1", platform_id="PAY-2")).third_class[0] == 1


def test_payments_that_are_not_wanted_stay_unknown():
    batch = accepted([account(1, acct_class="I"), payment(1), payment(2)])
    found = AccountBook().update(batch, np.array([False, True]))
    assert found.is_known.tolist() == [False, True]


@pytest.mark.parametrize("size", [1, 7])
def test_accounts_do_not_depend_on_the_batch_size_or_a_restore(size):
    rng = np.random.default_rng(4)
    events = []
    for number in range(400):
        acct = f"A{rng.integers(8)}"
        if rng.random() < 0.4:
            event = account(number, str(rng.choice(["open", "update", "close", "reactivate"])), acct_id=acct)
            event |= {"person_id": f"ID:{rng.integers(3)}", "acct_class": str(rng.choice(["I", "II", "III"]))}
        else:
            event = payment(number, payer=acct, platform_id=f"PAY-{rng.integers(1, 3)}")
        events.append(event)

    def run(step: int) -> list[list[int]]:
        book, intake, rows = AccountBook(), Intake(), []
        for start in range(0, len(events), step):
            if start == 210:
                book, old = AccountBook(), book
                book.restore(old.state())
            found = book.update(intake.accept(decoded(events[start : start + step])).batch)
            names = ("is_known", "holder", "holder_type", "account_class", "opened_at", "life", "third_class")
            rows += np.stack([getattr(found, name).astype(np.int64) for name in names], 1).tolist()
        return rows

    whole = run(1000)
    assert run(size) == whole
    assert {row[3] for row in whole} == {-1, CLASS_1, CLASS_2, CLASS_3}
