"""Shopping: who buys where, how much it costs, and how shops sweep what they took to their banks.

People have favourite shops and a monthly budget; popularity falls as a power of the rank. Sweeps, bought goods and the
owner's draw close the circle from wages to shops and back.
"""

import numpy as np
from numpy.typing import NDArray

from riskengine.simulator.vocabulary import CHANNEL, FUNDING, SIDE
from riskengine.simulator.world import World
from streams.regions import CITIES

_FAVOURITES = 6


def shop(world: World) -> None:
    """All purchases of persons at shops."""
    rng = world.setup.random("shop")
    people, shops, rhythm = world.people, world.shops, world.rhythm
    strength = float(rhythm.weights["retail"].sum())
    who = np.repeat(np.arange(len(people)), rng.poisson(people.visits * strength))
    day = rhythm.pick_days(rng, len(who), "retail")
    time = rhythm.moments(rng, day, "retail")
    acts = time >= people.joined[who]
    who, time = who[acts], time[acts]
    where = _choose_shops(rng, world, who)
    by_wallet = rng.random(len(who)) < people.wallet_share[who]
    on_credit = by_wallet & (rng.random(len(who)) < 0.05)
    funding = np.where(by_wallet, FUNDING["balance"], FUNDING["card"])
    device, ip = world.gadgets(rng, who)
    at_counter = rng.choice([CHANNEL["qr"], CHANNEL["pos"], CHANNEL["mobile"]], len(who), p=[0.62, 0.18, 0.2])
    world.ledger.add(
        time,
        np.where(by_wallet, people.wallet[who], people.bank[who]),
        shops.wallet[where],
        _tickets(rng, world, who, where, strength),
        purpose="goods",
        channel=np.where(shops.online[where], CHANNEL["online"], at_counter),
        funding=np.where(on_credit, FUNDING["credit"], funding),
        # A card payment is reported by the shop's acquirer, a wallet payment by the wallet's platform
        reporter=np.where(by_wallet, -1, world.accounts.array("platform")[shops.wallet[where]]),
        side=np.where(by_wallet, SIDE["auto"], SIDE["payee"]),
        device=device,
        ip=ip,
        extra=_fragments(world)[where],
    )


def sweep(world: World) -> None:
    """Each night every shop's takings, less the acquirer's fee, go to its own bank account."""
    rng = world.setup.random("sweep")
    shops, rhythm, ledger = world.shops, world.rhythm, world.ledger
    takings = _takings(world)
    shop_row, day = np.nonzero(takings > 100)
    swept = takings[shop_row, day]
    ledger.add(
        rhythm.moments(rng, day + 1, "batch"),
        shops.wallet[shop_row],
        shops.bank[shop_row],
        swept - swept * rng.choice([38, 45, 60], len(swept)) // 10_000,
        purpose="withdraw",
        channel="other",
        funding="balance",
    )
    _spend_takings(world, rng, takings)


def _choose_shops(rng: np.random.Generator, world: World, who: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mostly a favourite, else a shop of the city or one that sells online, by popularity."""
    people, shops = world.people, world.shops
    anywhere = np.cumsum(np.where(shops.online, 4.0, 0.15) * shops.weight)
    pool: NDArray[np.int64] = np.searchsorted(anywhere, rng.random(len(who)) * anywhere[-1], side="right")
    favourites = np.searchsorted(anywhere, rng.random((len(people), _FAVOURITES)) * anywhere[-1], side="right")
    city = people.city[who]
    for number in range(len(CITIES)):
        here = np.flatnonzero((shops.city == number) & ~shops.online)
        if len(here) == 0:
            continue
        local = np.cumsum(shops.weight[here])
        rows = np.flatnonzero((city == number) & (rng.random(len(who)) < 0.72))
        pool[rows] = here[np.searchsorted(local, rng.random(len(rows)) * local[-1], side="right")]
        home = np.flatnonzero(people.city == number)
        drawn = rng.random((len(home), _FAVOURITES - 2)) * local[-1]
        favourites[home, : _FAVOURITES - 2] = here[np.searchsorted(local, drawn, side="right")]
    usual = rng.random(len(who)) < 0.55
    pick = np.minimum(rng.geometric(0.4, len(who)) - 1, _FAVOURITES - 1)
    return np.where(usual, favourites[who, pick], pool)


def _tickets(
    rng: np.random.Generator, world: World, who: NDArray[np.int64], where: NDArray[np.int64], strength: float
) -> NDArray[np.int64]:
    """Amounts in fen, so that each person's add up to about the budget of the time simulated."""
    people = world.people
    raw = world.shops.price[where] * np.exp(0.6 * rng.standard_normal(len(who)))
    spent = np.bincount(who, raw, len(people))
    allowed = people.budget * (strength / 30.4) * (0.8 + 0.3 * rng.random(len(people)))
    # Rare visitors do not spend a month's budget in one go
    allowed = np.minimum(allowed, np.bincount(who, minlength=len(people)) * 40_000.0)
    scale = np.divide(allowed, spent, out=np.zeros(len(people)), where=spent > 0)
    fen = (raw * scale[who]).astype(np.int64)
    # Prices end in whole yuan, in tenths, in .90, or anywhere
    style = rng.random(len(who))
    fen = np.where((style < 0.45) & (fen > 300), fen // 100 * 100, fen)
    fen = np.where((style > 0.85) & (fen > 300), fen // 100 * 100 - 10, fen)
    return np.maximum(fen, 100)


def _fragments(world: World) -> NDArray[np.int64]:
    """The merchant fields of each shop, as fragments of the ledger."""
    names = world.parties.name
    return np.array(
        [
            world.ledger.fragment(f',"merchant_id":"M-{wallet:06d}","merchant_name":"{names[party]}","mcc":"{mcc}"')
            for wallet, party, mcc in zip(
                world.shops.wallet.tolist(), world.shops.party.tolist(), world.shops.mcc, strict=True
            )
        ],
        dtype=np.int64,
    )


def _takings(world: World) -> NDArray[np.int64]:
    """What each shop took on each day, in fen; shape (n_shops, days)."""
    shops, rhythm = world.shops, world.rhythm
    table = world.ledger.table()
    of_wallet = np.full(len(world.accounts), -1, dtype=np.int64)
    of_wallet[shops.wallet] = np.arange(len(shops.wallet))
    row = of_wallet[table["payee"]]
    sold = row >= 0
    day = (table["time"][sold] - rhythm.begin) // 86_400_000
    flat = np.bincount(row[sold] * rhythm.days + day, table["amount"][sold], len(shops.wallet) * rhythm.days)
    return flat.astype(np.int64).reshape(len(shops.wallet), rhythm.days)


def _spend_takings(world: World, rng: np.random.Generator, takings: NDArray[np.int64]) -> None:
    """Weekly goods from firms, and what the owner draws at the end of the month."""
    shops, rhythm = world.shops, world.rhythm
    suppliers = world.firms.bank[rng.integers(0, len(world.firms.bank), (len(shops.bank), 3))]
    for week in range(0, rhythm.days, 7):
        bought = takings[:, week : week + 7].sum(axis=1) * (0.5 + 0.2 * rng.random(len(shops.bank)))
        buys = np.flatnonzero(bought > 5_000)
        day = np.full(len(buys), rhythm.next_working(week + 7))
        world.ledger.add(
            rhythm.moments(rng, day, "office"),
            shops.bank[buys],
            suppliers[buys, rng.integers(0, 3, len(buys))],
            bought[buys].astype(np.int64),
            purpose="goods",
            channel="online",
        )
    for day_number in rhythm.month_days(28):
        drawn = takings[:, max(0, day_number - 30) : day_number].sum(axis=1) * (
            0.1 + 0.12 * rng.random(len(shops.bank))
        )
        draws = np.flatnonzero(drawn > 10_000)
        day = day_number + rng.integers(-2, 3, len(draws))
        world.ledger.add(
            rhythm.moments(rng, day, "evening"),
            shops.bank[draws],
            world.people.bank[shops.owner[draws]],
            drawn[draws].astype(np.int64),
            purpose="transfer",
            channel="mobile",
        )
