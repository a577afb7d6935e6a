"""Amounts just under a line of the rules, and whether one person spreads them over accounts, days and places.

A payment stays just under a line T if its amount is at least 0.8 T and below T, for T of 50,000 yuan in cash and of
200,000 and 500,000 yuan (the large-value reports of persons, PBOC order 3 of 2016, Article 5). Few payments do, so that
these are kept one by one for five days, with counters by account and by party.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.catalogue import CRIME, DAY_MS, HOUR_MS, Feature
from features.slots import Slots, claim, combined, let_go, look
from streams.kernel import kernel
from streams.table import grown

LINES = (50_000, 200_000, 500_000)
"""The lines, in yuan; the first holds for cash only."""

_FEN = 100
_DAYS = (1, 5)
_SHANGHAI_MS = 8 * HOUR_MS


def _features() -> Iterator[Feature]:
    """The columns, in order."""
    family = "structuring"
    yield Feature(
        "near_line",
        family,
        "the line T that the payment stays just under: 200000 or 500000, or 50000 in cash, for amounts from 0.8 T to "
        "below T; 0 if none",
        "yuan",
        "-",
        0.0,
        CRIME,
    )
    sides = (
        ("payer", "out of u"),
        ("payee", "into v"),
        ("payer_party", "of u's party, out of whatever account"),
        ("payee_party", "of v's party, into whatever account"),
    )
    for side, which in sides:
        none = "; -1 if the party is unknown" if side.endswith("party") else ""
        for days in _DAYS:
            for what, unit in (("count", "payments"), ("sum", "CNY fen")):
                yield Feature(
                    f"{side}_near_{what}_{days}d",
                    family,
                    f"{'payments' if what == 'count' else 'money'} just under a line {which}{none}",
                    unit,
                    f"{days}d",
                    float(days),
                    CRIME,
                )
        if side.endswith("party"):
            for what, meaning in (
                ("accounts", "distinct accounts"),
                ("places", "distinct places (platform, channel and region)"),
                ("days", "distinct Shanghai days, of the payments' own times,"),
            ):
                yield Feature(
                    f"{side}_near_{what}_5d",
                    family,
                    f"{meaning} in the payments just under a line {which}{none}",
                    what,
                    "5d",
                    5.0,
                    CRIME,
                )


FEATURES = tuple(_features())
_PAYER, _PAYEE, _PAYER_PARTY, _PAYEE_PARTY = 1, 5, 9, 16
_COUNTS, _DISTINCT = 4, 3

_SUBJECT = np.dtype(
    [
        ("key", np.uint64),
        ("count_1d", np.int64),
        ("sum_1d", np.int64),
        ("count_5d", np.int64),
        ("sum_5d", np.int64),
        ("accounts", np.int64),
        ("places", np.int64),
        ("days", np.int64),
    ]
)
_TALLY = np.dtype([("key", np.uint64), ("count", np.int64)])

# Columns of a remembered payment: clock, amount, slots of its four subjects (-1 none), slots of the tallies of
# accounts, places and days of the payer's and of the payee's party
_CLOCK, _AMOUNT, _SUBJECTS, _TALLIES, _WIDTH = 0, 1, 2, 6, 12
_HEAD, _STARTS = 0, 1


class Structuring:
    """Payments of five days that stayed just under a line."""

    def __init__(self) -> None:
        self._ring = np.zeros((1024, _WIDTH), dtype=np.int64)
        self._marks = np.zeros(3, dtype=np.int64)  # number of the next payment, of the first within 1 and within 5 days
        self._subjects = Slots(_SUBJECT)
        self._tallies = Slots(_TALLY)

    def update(
        self,
        clocks: NDArray[np.int64],
        event_times: NDArray[np.int64],
        payers: NDArray[np.uint64],
        payees: NDArray[np.uint64],
        payer_parties: NDArray[np.uint64],
        payee_parties: NDArray[np.uint64],
        amounts_fen: NDArray[np.int64],
        cash: NDArray[np.int8],
        platforms: NDArray[np.uint64],
        channels: NDArray[np.int8],
        regions: NDArray[np.int32],
        makes_entry: NDArray[np.bool_],
        out: NDArray[np.int64],
    ) -> None:
        """Write the columns of a batch of payments, and remember those that made an entry and stay under a line.

        Parameters
        ----------
        clocks, event_times : ndarrays of shape (n,), int64
        payers, payees, payer_parties, payee_parties : ndarrays of shape (n,), uint64
            Vertices, and hashes of the parties, 0 unknown.
        amounts_fen : ndarray of shape (n,), int64
        cash : ndarray of shape (n,), int8
            1 for cash.
        platforms, channels, regions : ndarrays of shape (n,), uint64, int8 and int32
            The place of a payment.
        makes_entry : ndarray of shape (n,), bool
        out : ndarray of shape (n, len(FEATURES)), int64
            Written.
        """
        could_be_near = (amounts_fen >= 8 * LINES[0] * _FEN // 10) & (amounts_fen < LINES[-1] * _FEN)
        self._reserve(int(np.count_nonzero(could_be_near & makes_entry)))
        _structure(
            clocks,
            event_times,
            payers,
            payees,
            payer_parties,
            payee_parties,
            amounts_fen,
            cash,
            platforms,
            channels,
            regions,
            makes_entry,
            self._ring,
            self._marks,
            self._subjects.arrays(),
            self._tallies.arrays(),
            out,
        )

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything, as plain arrays."""
        own = {"ring": self._ring, "marks": self._marks}
        return own | self._subjects.state("subjects") | self._tallies.state("tallies")

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take over arrays that `state()` gave."""
        self._ring, self._marks = np.array(state["ring"]), np.array(state["marks"])
        self._subjects.restore("subjects", state)
        self._tallies.restore("tallies", state)

    def nbytes(self) -> int:
        """Bytes held."""
        return sum(array.nbytes for array in self.state().values())

    def _reserve(self, payments: int) -> None:
        """Make room for as many more; none of them stays longer than the ring."""
        numbers = np.arange(self._marks[_STARTS + 1], self._marks[_HEAD])
        size = len(self._ring)
        while size < len(numbers) + payments:
            size *= 2
        if size > len(self._ring):
            larger = grown(self._ring[:0], size)
            larger[numbers % size] = self._ring[numbers % len(self._ring)]
            self._ring = larger
        self._subjects.reserve(4 * payments)
        self._tallies.reserve(6 * payments)


@kernel()
def line_of(fen: int, is_cash: bool) -> Any:
    """The line in yuan that an amount stays just under, 0 if none.

    Examples
    --------
    >>> int(line_of(16_000_000, False)), int(line_of(4_500_000, False)), int(line_of(4_500_000, True))
    (200000, 0, 50000)
    """
    for line in LINES:
        if 10 * fen >= 8 * line * _FEN and fen < line * _FEN and (is_cash or line != LINES[0]):
            return np.int64(line)
    return np.int64(0)


@kernel(inline="always")
def _evict(clock: int, ring: Any, marks: Any, subjects: Any, tallies: Any) -> None:
    """Take out what is not inside a window any more."""
    records, tally_records = subjects[0], tallies[0]
    for window in range(len(_DAYS)):
        while marks[_STARTS + window] < marks[_HEAD]:
            payment = ring[marks[_STARTS + window] & (len(ring) - 1)]
            if payment[_CLOCK] > clock - _DAYS[window] * DAY_MS:
                break
            marks[_STARTS + window] += 1
            for side in range(4):
                slot = payment[_SUBJECTS + side]
                if slot < 0:
                    continue
                subject = records[slot]
                if window == 0:
                    subject.count_1d -= 1
                    subject.sum_1d -= payment[_AMOUNT]
                    continue
                subject.count_5d -= 1
                subject.sum_5d -= payment[_AMOUNT]
                if side >= 2:
                    for what in range(_DISTINCT):
                        tally = payment[_TALLIES + _DISTINCT * (side - 2) + what]
                        tally_records[tally].count -= 1
                        if tally_records[tally].count == 0:
                            let_go(tally, tally_records, tallies[1], tallies[2], tallies[3])
                            _count(subject, what, -1)
                if subject.count_5d == 0:
                    let_go(slot, records, subjects[1], subjects[2], subjects[3])


@kernel()
def _count(subject: Any, what: int, change: int) -> None:
    """Change one of the distinct counts of a party."""
    if what == 0:
        subject.accounts += change
    elif what == 1:
        subject.places += change
    else:
        subject.days += change


@kernel()
def _structure(
    clocks: Any,
    event_times: Any,
    payers: Any,
    payees: Any,
    payer_parties: Any,
    payee_parties: Any,
    amounts_fen: Any,
    cash: Any,
    platforms: Any,
    channels: Any,
    regions: Any,
    makes_entry: Any,
    ring: Any,
    marks: Any,
    subjects: Any,
    tallies: Any,
    out: Any,
) -> None:
    """Read each payment's counters, and count those under a line."""
    records, tally_records = subjects[0], tallies[0]
    for i in range(len(clocks)):
        _evict(clocks[i], ring, marks, subjects, tallies)
        line = out[i]
        line[:] = 0
        under = line_of(amounts_fen[i], cash[i] == 1)
        line[0] = under
        # an account, a party, money in and money out are subjects of their own
        payer, payee = combined(payers[i], 0), combined(payees[i], 1)
        payer_party, payee_party = combined(payer_parties[i], 2), combined(payee_parties[i], 3)
        if marks[_HEAD] > marks[_STARTS + 1]:
            _read(payer, records, subjects[2], line, _PAYER, False)
            _read(payee, records, subjects[2], line, _PAYEE, False)
            _read(payer_party, records, subjects[2], line, _PAYER_PARTY, True)
            _read(payee_party, records, subjects[2], line, _PAYEE_PARTY, True)
        if payer_parties[i] == 0:
            line[_PAYER_PARTY : _PAYER_PARTY + _COUNTS + _DISTINCT] = -1
        if payee_parties[i] == 0:
            line[_PAYEE_PARTY : _PAYEE_PARTY + _COUNTS + _DISTINCT] = -1
        if under == 0 or not makes_entry[i]:
            continue

        payment = ring[marks[_HEAD] & (len(ring) - 1)]
        marks[_HEAD] += 1
        payment[_CLOCK] = clocks[i]
        payment[_AMOUNT] = amounts_fen[i]
        place = combined(platforms[i], (np.int64(regions[i]) << 8) + np.int64(channels[i]) + 1)
        day = (event_times[i] + _SHANGHAI_MS) // DAY_MS
        for side in range(4):
            party = payer_parties[i] if side == 2 else payee_parties[i]
            if side >= 2 and party == 0:
                payment[_SUBJECTS + side] = -1
                continue
            key = payer if side == 0 else payee if side == 1 else payer_party if side == 2 else payee_party
            slot = claim(key, records, subjects[1], subjects[2], subjects[3])
            payment[_SUBJECTS + side] = slot
            subject = records[slot]
            subject.count_1d += 1
            subject.sum_1d += amounts_fen[i]
            subject.count_5d += 1
            subject.sum_5d += amounts_fen[i]
            if side < 2:
                continue
            account = payers[i] if side == 2 else payees[i]
            for what in range(_DISTINCT):
                value = account if what == 0 else place if what == 1 else np.uint64(day)
                tally = claim(combined(key, combined(value, what)), tally_records, tallies[1], tallies[2], tallies[3])
                payment[_TALLIES + _DISTINCT * (side - 2) + what] = tally
                tally_records[tally].count += 1
                if tally_records[tally].count == 1:
                    _count(subject, what, 1)


@kernel(inline="always")
def _read(key: Any, records: Any, index: Any, line: Any, column: int, is_party: bool) -> None:
    """Write the columns of one subject; they stay 0 where it has none."""
    slot = look(key, records, index)
    if slot < 0:
        return
    subject = records[slot]
    line[column] = subject.count_1d
    line[column + 1] = subject.sum_1d
    line[column + 2] = subject.count_5d
    line[column + 3] = subject.sum_5d
    if is_party:
        line[column + 4] = subject.accounts
        line[column + 5] = subject.places
        line[column + 6] = subject.days
