"""What becomes of a payment: attempted, refused, reversed, refunded, and told by one side or by both.

Generators only make payments that settle. Here each gets its reporter, some get earlier or later states as rows of
their own that refer to it, and some of those between two platforms are reported by the second one too.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.ledger import take
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.vocabulary import ACCT_TYPE, FUNDING, PURPOSE, SIDE, STATUS
from riskengine.simulator.world import World

Table = dict[str, NDArray[Any]]

# Shares of all payments
_ATTEMPTED = 0.012
_REFUSED = 0.006
_REVERSED = 0.0008
_REFUNDED = 0.009
_CHARGED_BACK = 0.0006
_TOLD_TWICE = 0.14


def settle(world: World) -> Table:
    """The payments that take place, each with its reporter.

    Payments before the first or after the last moment, with accounts not yet open, from an account to itself, or
    between two accounts that nobody in the province reports, are left out.

    Returns
    -------
    dict of ndarray of shape (n_payments,)
        The columns of the ledger; `reporter` and `side` are settled.
    """
    table = world.ledger.table()
    opened = np.maximum(world.accounts.array("opened")[table["payer"]], world.accounts.array("opened")[table["payee"]])
    real = (table["time"] >= world.rhythm.begin) & (table["time"] < world.rhythm.end)
    real &= (table["time"] >= opened) & (table["payer"] != table["payee"])
    table = take(table, real)
    # A wallet pays out of its balance, whatever the generator had in mind
    from_wallet = world.accounts.array("acct_type")[table["payer"]] == ACCT_TYPE["payment"]
    named_bank = table["funding"] == FUNDING["bank_account"]
    table["funding"] = np.where(from_wallet & named_bank, FUNDING["balance"], table["funding"]).astype(np.int8)
    keeper = world.accounts.array("platform")
    of_payer, of_payee = keeper[table["payer"]], keeper[table["payee"]]
    chosen = np.where(of_payer >= 0, of_payer, of_payee)
    asked = table["reporter"] >= 0
    reporter = np.where(asked, table["reporter"], chosen)
    side = np.where(of_payer == of_payee, SIDE["both"], np.where(reporter == of_payer, SIDE["payer"], SIDE["payee"]))
    table["reporter"] = reporter.astype(np.int16)
    # A shop's acquirer that also keeps the payer's wallet speaks for both
    fixed = (table["side"] != SIDE["auto"]) & ~((table["side"] <= SIDE["payee"]) & (of_payer == of_payee))
    table["side"] = np.where(fixed, table["side"], side).astype(np.int8)
    return take(table, reporter >= 0)


def live(world: World, table: Table) -> Table:
    """The payments with all their states, and the second reports.

    Returns
    -------
    dict of ndarray of shape (n_rows,)
        The given rows first, in place; `ref` names rows of this table.
    """
    rng = world.setup.random("live")
    count = len(table["time"])
    row = np.arange(count)
    goods = table["purpose"] == PURPOSE["goods"]
    fate = rng.random(count)
    tried = row[fate < _ATTEMPTED]
    parts: list[Table] = []
    # The attempt is told before, and the settled payment refers to it
    attempts = take(table, tried)
    attempts["time"] = np.maximum(attempts["time"] - rng.integers(1_000, 40_000, len(tried)), world.rhythm.begin)
    attempts["status"] = np.full(len(tried), STATUS["attempted"], dtype=np.int8)
    ref = table["ref"].copy()
    ref[tried] = count + np.arange(len(tried))
    table = {**table, "ref": ref}
    parts.append(attempts)
    parts += _refusals(world, rng, table, count + len(tried))
    later = (
        ("reversed", row[(fate > 0.1) & (fate < 0.1 + _REVERSED)], HOUR),
        ("refunded", row[goods & (fate > 0.2) & (fate < 0.2 + _REFUNDED)], 2 * DAY),
        ("charged_back", row[goods & (fate > 0.3) & (fate < 0.3 + _CHARGED_BACK)], 9 * DAY),
    )
    for status, chosen, typical in later:
        back = take(table, chosen)
        back["time"] = back["time"] + (rng.exponential(1.0, len(chosen)) * typical).astype(np.int64) + 60_000
        back["status"] = np.full(len(chosen), STATUS[status], dtype=np.int8)
        back["ref"] = chosen
        if status == "refunded":
            part = rng.choice([1.0, 1.0, 1.0, 0.5], len(chosen))
            back["amount"] = np.maximum((back["amount"] * part).astype(np.int64), 1)
        parts.append(take(back, back["time"] < world.rhythm.end))
    parts.append(_second_reports(world, rng, table))
    return {name: np.concatenate([table[name], *(part[name] for part in parts)]) for name in table}


def _refusals(world: World, rng: np.random.Generator, table: Table, first: int) -> list[Table]:
    """Payments that never came about (no funds, a typing error), shortly before one that did."""
    # What was planted is not retried: its shapes must stay as they were made
    plain = np.flatnonzero(table["tag"] == 0)
    chosen = plain[rng.random(len(plain)) < _REFUSED]
    refused = take(table, chosen)
    refused["movement"] = len(world.ledger) + np.arange(len(chosen), dtype=np.int64)
    refused["time"] = np.maximum(refused["time"] - rng.integers(60_000, HOUR, len(chosen)), world.rhythm.begin)
    refused["link"] = np.full(len(chosen), -1, dtype=np.int32)
    refused["ref"] = np.full(len(chosen), -1, dtype=np.int64)
    # Of some of them the attempt is told as well
    both = np.flatnonzero(rng.random(len(chosen)) < 0.5)
    attempts = take(refused, both)
    attempts["status"] = np.full(len(both), STATUS["attempted"], dtype=np.int8)
    refused["status"] = np.full(len(chosen), STATUS["refused"], dtype=np.int8)
    refused["time"][both] += 1_500
    refused["ref"][both] = first + np.arange(len(both))
    return [attempts, refused]


def _second_reports(world: World, rng: np.random.Generator, table: Table) -> Table:
    """The other side's report of the same movement, where that side has a platform of its own."""
    keeper = world.accounts.array("platform")
    of_payer, of_payee = keeper[table["payer"]], keeper[table["payee"]]
    other_is_payee = (table["reporter"] == of_payer) & (of_payee >= 0) & (of_payee != of_payer)
    other_is_payer = (table["reporter"] == of_payee) & (of_payer >= 0) & (of_payee != of_payer)
    # A lender's or fund seller's payment is also told by the customer's bank
    third = (table["reporter"] != of_payer) & (table["reporter"] != of_payee)
    other_is_payer |= third & (table["side"] == SIDE["out"]) & (of_payer >= 0)
    other_is_payee |= third & (table["side"] == SIDE["in"]) & (of_payee >= 0)
    told = (other_is_payee | other_is_payer) & (rng.random(len(of_payer)) < _TOLD_TWICE)
    chosen = np.flatnonzero(told)
    second = take(table, chosen)
    by_payee = other_is_payee[chosen]
    second["reporter"] = np.where(by_payee, of_payee[chosen], of_payer[chosen]).astype(np.int16)
    second["side"] = np.where(by_payee, SIDE["payee"], SIDE["payer"]).astype(np.int8)
    second["time"] = second["time"] + rng.integers(200, 20_000, len(chosen))
    second["ref"] = np.full(len(chosen), -1, dtype=np.int64)
    # The payee's side does not see the payer's device
    for name in ("device", "ip"):
        second[name] = np.where(by_payee, -1, second[name]).astype(np.int32)
    return take(second, second["time"] < world.rhythm.end)
