"""The contract's payment features in plain Python, straight from their definitions and slow on purpose."""

from dataclasses import dataclass

from features.catalogue import CYCLE_LENGTHS, PATTERN_WINDOWS, WINDOWS


@dataclass(frozen=True)
class Paid:
    """One settled payment of the past: who, to whom, how much, at which clock."""

    payer: int
    payee: int
    fen: int
    clock: int


def feature_row(past: list[Paid], payer: int, payee: int, clock: int, event_time: int) -> dict[str, int]:
    """Every contract feature of a payment, given the settled payments before it in log order."""
    row: dict[str, int] = {}
    for name, width in WINDOWS:
        inside = [paid for paid in past if clock - width < paid.clock <= clock]
        _windows(row, name, inside, payer, payee)
    month = [paid for paid in past if clock - WINDOWS[-1][1] < paid.clock]
    outs = [paid.clock for paid in month if paid.payer == payer]
    ins = [paid.clock for paid in month if paid.payee == payee]
    row["payer_seconds_since_out"] = (clock - outs[-1]) // 1000 if outs else -1
    row["payee_seconds_since_in"] = (clock - ins[-1]) // 1000 if ins else -1
    row["lateness_seconds"] = (clock - event_time) // 1000
    for name, width in PATTERN_WINDOWS:
        inside = [paid for paid in past if clock - width < paid.clock <= clock]
        for length in CYCLE_LENGTHS:
            row[f"cycles_{length}_{name}"] = cycles(inside, payer, payee, length)
        row[f"scatter_gather_{name}"] = scatter_gather(inside, payer, payee)
    return row


def _windows(row: dict[str, int], name: str, inside: list[Paid], payer: int, payee: int) -> None:
    """Counts, sums and distinct counterparties of one window."""
    sides = {
        "payer_out": [paid for paid in inside if paid.payer == payer],
        "payer_in": [paid for paid in inside if paid.payee == payer],
        "payee_in": [paid for paid in inside if paid.payee == payee],
        "payee_out": [paid for paid in inside if paid.payer == payee],
        "pair": [paid for paid in inside if (paid.payer, paid.payee) == (payer, payee)],
        "reverse": [paid for paid in inside if (paid.payer, paid.payee) == (payee, payer)],
    }
    for side, payments in sides.items():
        row[f"{side}_count_{name}"] = len(payments)
        row[f"{side}_sum_{name}"] = sum(paid.fen for paid in payments)
    row[f"payer_payees_{name}"] = len({paid.payee for paid in sides["payer_out"]})
    row[f"payer_payers_{name}"] = len({paid.payer for paid in sides["payer_in"]})
    row[f"payee_payers_{name}"] = len({paid.payer for paid in sides["payee_in"]})
    row[f"payee_payees_{name}"] = len({paid.payee for paid in sides["payee_out"]})


def cycles(inside: list[Paid], payer: int, payee: int, length: int) -> int:
    """Sequences of `length - 1` payments, rising in the log, from payee to payer over distinct accounts."""
    if payer == payee:
        return 0

    def walk(at: int, start: int, left: int, visited: frozenset[int]) -> int:
        if left == 0:
            return int(at == payer)
        total = 0
        for number in range(start, len(inside)):
            paid = inside[number]
            if paid.payer == at and paid.payee not in visited and (paid.payee != payer or left == 1):
                total += walk(paid.payee, number + 1, left - 1, visited | {paid.payee})
        return total

    return walk(payee, 0, length - 1, frozenset({payee}))


def scatter_gather(inside: list[Paid], payer: int, payee: int) -> int:
    """Most middles, the payer included, between one source of the payer and the payee."""
    if payer == payee:
        return 0
    best = 0
    for source in {paid.payer for paid in inside if paid.payee == payer} - {payer, payee}:
        middles = {payer}
        for early, scatter in enumerate(inside):
            middle = scatter.payee
            if scatter.payer != source or middle in (source, payee):
                continue
            if any(later.payer == middle and later.payee == payee for later in inside[early + 1 :]):
                middles.add(middle)
        best = max(best, len(middles))
    return best
