"""What the naive twins of the pattern families look at: the settled payments before an event, in log order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Payment:
    """One payment: who, to whom, at which clock, how much in CNY fen (0 without a parity) and as sent."""

    payer: int
    payee: int
    clock: int
    fen: int
    minor: int

    @property
    def is_to_itself(self) -> bool:
        return self.payer == self.payee


def within(past: list[Payment], event: Payment, width: int) -> list[Payment]:
    """Payments of the window `(t - width, t]`, self-payments left out."""
    return [paid for paid in past if event.clock - width < paid.clock <= event.clock and not paid.is_to_itself]


def amounts(earlier: Payment, later: Payment) -> tuple[int, int]:
    """Both amounts in one unit: fen where both have a parity, else as sent."""
    if earlier.fen > 0 and later.fen > 0:
        return earlier.fen, later.fen
    return earlier.minor, later.minor


def is_conserved(earlier: Payment, later: Payment) -> bool:
    """Whether the later payment passes on 0.8 to 1.05 of the earlier one."""
    before, after = amounts(earlier, later)
    return before > 0 and after > 0 and 80 * before <= 100 * after <= 105 * before
