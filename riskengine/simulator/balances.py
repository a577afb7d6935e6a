"""What every account held on the first day, so that nobody in the province spends money that never came in.

The balance is found backwards: run an account's payments through, see how far it would fall below zero, and let it
begin with that much and a little more. Accounts opened on the way begin empty and are filled by a payment.
"""

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.vocabulary import CHANNEL, FUNDING
from riskengine.simulator.world import World


def opening_balances(world: World) -> NDArray[np.int64]:
    """What each account must hold when it enters, so that its balance never falls below zero.

    Accounts opened on the way get what they need from the holder's bank account, or in cash at the counter, right after
    their opening: those payments are added to the ledger here.

    Returns
    -------
    ndarray of shape (n_accounts,), int64
        Fen.
    """
    rng = world.setup.random("balances")
    need = _need(world)
    opened = world.accounts.array("opened")
    fresh = np.flatnonzero((opened >= world.rhythm.begin) & (need > 0))
    bank_of = dict(zip(world.people.party.tolist(), world.people.bank.tolist(), strict=True))
    times, payers, payees, amounts = [], [], [], []
    for account in fresh.tolist():
        bank = bank_of.get(world.accounts.party[account], account)
        source = bank if opened[bank] < opened[account] else int(world.accounts.cash([account])[0])
        times.append(int(opened[account]) + int(rng.integers(60_000, 600_000)))
        payers.append(source)
        payees.append(account)
        amounts.append((int(need[account]) // 10_000 + 1) * 10_000)
    if times:
        by_cash = np.array(world.accounts.party)[payers] < 0
        world.ledger.add(
            np.array(times),
            np.array(payers),
            np.array(payees),
            np.array(amounts),
            purpose="topup",
            channel=np.where(by_cash, CHANNEL["counter"], CHANNEL["mobile"]),
            funding=np.where(by_cash, FUNDING["cash"], FUNDING["bank_account"]),
        )
    opening = _need(world)
    cushion = np.exp(rng.normal(11.5, 1.0, len(opening))).astype(np.int64) // 100 * 100
    return np.where(world.accounts.array("opened") < world.rhythm.begin, opening + cushion, 0)


def _need(world: World) -> NDArray[np.int64]:
    """How far each account would fall below zero if it began with nothing, in fen."""
    table = world.ledger.table()
    count = len(world.accounts)
    # Foreign money counts at seven yuan; exact parities do not matter for a cushion
    fen = np.where(table["currency"] == 0, table["amount"], table["amount"] * 7)
    moves = (table["status"] == 0) & (table["time"] >= world.rhythm.begin) & (table["time"] < world.rhythm.end)
    account = np.concatenate([table["payer"][moves], table["payee"][moves]])
    change_fen = np.concatenate([-fen[moves], fen[moves]])
    # Of one millisecond, what leaves is counted first
    order = np.lexsort((np.concatenate([table["time"][moves]] * 2), account))
    account, change_fen = account[order], change_fen[order]
    total = np.cumsum(change_fen)
    first = np.searchsorted(account, np.arange(count))
    before = np.where(first > 0, total[np.maximum(first - 1, 0)], 0)
    lowest = np.zeros(count, dtype=np.int64)
    np.minimum.at(lowest, account, total - before[account])
    return -lowest
