"""Cross-border trade: people who buy abroad and firms that sell abroad, each payment with its order, and the parities.

Retail imports stay below 5,000 yuan an order; exporters get dollars and sell some of them; a few people send money to
children who study abroad.
"""

import numpy as np

from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.vocabulary import CURRENCIES
from riskengine.simulator.world import World

# Yuan for one unit, a hundred of yen; roughly those of the summer of 2020
_PARITIES = {"USD": (7.05, 1), "EUR": (8.0, 1), "HKD": (0.91, 1), "JPY": (6.58, 100), "GBP": (8.85, 1)}
_GOODS = (("330499", "面霜"), ("190110", "奶粉"), ("640399", "皮鞋"), ("851762", "耳机"), ("420221", "手提包"))


def publish_parities(world: World) -> None:
    """The parities of every working day at 9:15, and the lending rate in force."""
    rng = world.setup.random("parities")
    rhythm, market = world.rhythm, world.market
    level = {code: value for code, (value, _) in _PARITIES.items()}
    # The first day needs parities even where it is a holiday
    for day in sorted({0, *np.flatnonzero(rhythm.working).tolist()}):
        time = int(rhythm.day_start(day)) + (9 * HOUR + HOUR // 4 if day else 1_000)
        for code, (_, units) in _PARITIES.items():
            level[code] *= 1.0 + 0.0018 * float(rng.standard_normal())
            fields = {
                "series": "parity",
                "code": code,
                "value_e6": int(level[code] * 10_000) * 100,
                "per_units": units,
                "valid_from": rhythm.dates[day].isoformat(),
            }
            world.records.add("reference", time, market.index, fields)
    lpr = {"series": "lpr_1y", "code": "1Y", "value_e6": 3_850_000, "valid_from": rhythm.dates[0].isoformat()}
    world.records.add("reference", rhythm.begin + 2_000, market.index, lpr)
    for day, working in enumerate(rhythm.working.tolist()):
        date = rhythm.dates[day]
        if working == (date.weekday() < 5):
            continue
        fields = {
            "series": "holiday",
            "day_type": "working" if working else "off",
            "valid_from": date.isoformat(),
            "valid_to": date.isoformat(),
        }
        world.records.add("reference", rhythm.begin + 3_000, market.index, fields)


def import_goods(world: World) -> None:
    """People buy from shops abroad: an order, its payment, and its way through customs to the door."""
    rng = world.setup.random("import_goods")
    people, rhythm = world.people, world.rhythm
    buyers = np.flatnonzero((people.income > 500_000) & (people.joined == rhythm.begin))
    who = np.repeat(buyers, rng.poisson(0.008 * float(rhythm.weights["retail"].sum()), len(buyers)))
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(who), "retail"), "evening")
    value = np.minimum(np.exp(rng.normal(10.6, 0.7, len(who))).astype(np.int64) // 100 * 100, 490_000) + 2_000
    platforms = world.by_line["cross_border"]
    device, ip = world.gadgets(rng, who)
    for row, person in enumerate(who.tolist()):
        platform = platforms[row % len(platforms)]
        seller = int(world.outside.sellers[int(rng.integers(0, len(world.outside.sellers)))])
        order_id = world.number("OR")
        moment = int(time[row])
        link = f',"order_id":"{order_id}","goods_value_minor":{value[row]},"goods_name":"{_GOODS[row % 5][1]}"'
        movement = world.ledger.add(
            np.array([moment]),
            int(people.bank[person]),
            seller,
            int(value[row]),
            purpose="goods",
            funding="card",
            reporter=platform.index,
            side="out",
            device=int(device[row]),
            ip=int(ip[row]),
            link=world.ledger.links([link]),
        )
        consumer = world.parties.party_id[int(people.party[person])]
        fields = _order(order_id, "retail_import", int(value[row]), row, consumer, world.party_of(seller))
        fields |= {"region": f"{int(people.county[person]):06d}", "consumer_id": consumer}
        fields |= {"origin_country": world.accounts.country[seller], "destination_country": "CHN"}
        _ship(world, rng, platform, moment, fields, world.payment_id(int(movement[0])))


def export_goods(world: World) -> None:
    """Firms sell abroad, get dollars through a cross-border platform, and turn part of them into yuan."""
    rng = world.setup.random("export_goods")
    firms, rhythm = world.firms, world.rhythm
    exporters = np.flatnonzero(rng.random(len(firms.bank)) < 0.4)
    who = np.repeat(exporters, rng.poisson(0.22 * float(rhythm.weights["business"].sum()), len(exporters)))
    time = rhythm.moments(rng, rhythm.pick_days(rng, len(who), "business"), "office")
    platforms = world.by_line["cross_border"]
    for row, firm in enumerate(who.tolist()):
        platform = platforms[firm % len(platforms)]
        buyer = int(world.outside.buyers[int(rng.integers(0, len(world.outside.buyers)))])
        currency = CURRENCIES[1 + int(rng.choice(3, p=[0.8, 0.15, 0.05]))]
        # Below 50,000 dollars an order, in cents
        cents = int(min(4_900_000, np.exp(rng.normal(13.4, 0.8))))
        order_id = world.number("OR")
        moment = int(time[row])
        movement = world.ledger.add(
            np.array([moment]),
            buyer,
            int(firms.bank[firm]),
            cents,
            purpose="goods",
            channel="online",
            currency=CURRENCIES.index(currency),
            reporter=platform.index,
            side="in",
            link=world.ledger.links([f',"order_id":"{order_id}","goods_value_minor":{cents}']),
        )
        seller_id = world.parties.party_id[int(firms.party[firm])]
        fields = _order(order_id, "export", cents, row, world.party_of(buyer), seller_id)
        fields |= {"currency": currency, "region": f"{world.parties.region[int(firms.party[firm])]:06d}"}
        fields |= {"origin_country": "CHN", "destination_country": world.accounts.country[buyer]}
        _ship(world, rng, platform, moment - 6 * DAY, fields, world.payment_id(int(movement[0])))
        if currency == "USD" and rng.random() < 0.5:
            _sell_dollars(world, rng, platform, int(firms.bank[firm]), cents, moment)


def support_children(world: World) -> None:
    """Parents buy foreign currency and send it to a child abroad, within the yearly quota."""
    rng = world.setup.random("support")
    people, rhythm = world.people, world.rhythm
    parents = np.flatnonzero((people.income > 1_300_000) & (rng.random(len(people)) < 0.12))
    platform = world.by_line["cross_border"][0]
    for day_number in rhythm.month_days(8):
        time = rhythm.moments(rng, day_number + rng.integers(0, 6, len(parents)), "day")
        dollars = rng.integers(8, 40, len(parents)) * 10_000
        texts = [f',"fx_side":"buy","fx_amount_minor":{cents},"fx_currency":"USD"' for cents in dollars.tolist()]
        world.ledger.add(
            time,
            people.bank[parents],
            world.outside.sellers[parents % len(world.outside.sellers)],
            dollars,
            purpose="kin_transfer",
            channel="online",
            currency="USD",
            reporter=platform.index,
            side="out",
            link=world.ledger.links(texts),
        )


def _order(order_id: str, trade_type: str, value: int, row: int, buyer: str, seller: str) -> dict[str, object]:
    """The fields that every event of an order repeats."""
    code, name = _GOODS[row % len(_GOODS)]
    count = 1 + row % 3
    return {
        "order_id": order_id,
        "trade_type": trade_type,
        "buyer_id": buyer,
        "seller_id": seller,
        "order_value_minor": value,
        "goods": [
            {
                "goods_code": code,
                "name": name,
                "quantity": count,
                "unit": "件",
                "unit_price_minor": value // count,
            }
        ],
    }


def _ship(
    world: World,
    rng: np.random.Generator,
    platform: Platform,
    start: int,
    fields: dict[str, object],
    payment_id: str,
) -> None:
    """The states of an order from the first click to the door."""
    more: dict[str, dict[str, object]] = {
        "placed": {},
        "paid": {"settlement_ids": [payment_id]},
        "shipped": {"waybill_numbers": [f"WB{fields['order_id']}"], "carrier": "EMS"},
        "declared": {
            "declaration_number": f"DC{fields['order_id']}",
            "declared_value_minor": fields["order_value_minor"],
        },
        "delivered": {"logistics_confirmed": True},
    }
    time = start - 120_000
    for status, further in more.items():
        world.records.add("order", time, platform.index, {**fields, **further, "status": status})
        time += 120_000 if status == "placed" else int(rng.integers(10, 60)) * HOUR


def _sell_dollars(
    world: World, rng: np.random.Generator, platform: Platform, account: int, cents: int, moment: int
) -> None:
    """An exporter sells dollars to the platform and gets yuan."""
    fen = int(cents * _PARITIES["USD"][0])
    world.ledger.add(
        np.array([moment + int(rng.integers(4, 40)) * HOUR]),
        world.houses[platform.index].pool,
        account,
        fen,
        purpose="fx",
        channel="online",
        reporter=platform.index,
        side="in",
        link=world.ledger.links([f',"fx_side":"sell","fx_amount_minor":{cents},"fx_currency":"USD"']),
    )
