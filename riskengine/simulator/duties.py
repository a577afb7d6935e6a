"""What platforms owe the supervisor: registrations, daily snapshots, monthly disclosures, adverts and complaints.

Figures rest on what the platform does in the simulation where it can be counted (turnover, loans out) and are made up
in proportion to its size where it cannot (reserves, capital, solvency).
"""

from datetime import timedelta

import numpy as np

from riskengine.simulator.platforms import Platform
from riskengine.simulator.rhythm import DAY, HOUR
from riskengine.simulator.world import World
from streams.regions import city_of

_LICENCES = {
    "third_party_payment": ("payment", "payment"),
    "network_payment": ("payment", "payment"),
    "network_lending": ("p2p_filing", "p2p"),
    "micro_credit": ("network_micro_credit", "credit"),
    "crowdfunding": ("equity_crowdfunding", "financing"),
    "wealth_management": ("fund_sale", "wealth"),
    "online_insurance": ("insurer", "insurer"),
    "network_banking": ("bank", "bank"),
    "cross_border": ("cross_border_cny", "currency_exchange"),
}
_ADVERTS = {
    "third_party_payment": "扫码立减，天天有优惠",
    "network_payment": "转账实时到账",
    "network_lending": "出借有风险，参与需谨慎",
    "micro_credit": "小微经营周转，按日计息",
    "crowdfunding": "好项目，一起支持",
    "wealth_management": "过往业绩不预示未来表现",
    "online_insurance": "在线投保，条款清晰",
    "network_banking": "手机银行，服务到家",
    "cross_border": "外贸收款，结汇方便",
}
# Yuan of customers' money and net assets of a platform of each line in a province of ten thousand accounts
_SIZES = {
    "third_party_payment": (6_000_000, 150_000_000),
    "network_payment": (3_000_000, 130_000_000),
    "network_lending": (1_000_000, 60_000_000),
    "micro_credit": (0, 120_000_000),
    "crowdfunding": (400_000, 20_000_000),
    "wealth_management": (8_000_000, 90_000_000),
    "online_insurance": (0, 400_000_000),
    "network_banking": (90_000_000, 2_000_000_000),
    "cross_border": (900_000, 110_000_000),
}


def register(world: World) -> None:
    """The register of the province names every platform, its licence, its holders and its own accounts."""
    rng = world.setup.random("register")
    firms = world.firms
    for platform in world.platforms[:-2]:
        line = platform.line or ""
        licence, business = _LICENCES[line]
        house = world.houses[platform.index]
        holder = int(firms.party[int(rng.integers(0, len(firms.party)))])
        controller = int(world.people.party[int(rng.integers(0, len(world.people)))])
        pool = world.accounts.platform[house.pool]
        _, net_assets = _SIZES[line]
        time = world.rhythm.begin + int(rng.integers(0, HOUR // 4))
        world.records.add(
            "registration",
            time,
            world.register.index,
            {
                "subject_org": platform.org,
                "subject_platform_id": platform.platform_id,
                "status": "in_business",
                "name": platform.name,
                "scope_text": platform.name.removesuffix("有限公司"),
                "registry_region": f"{platform.region:06d}",
                "region": f"{platform.region:06d}",
                "licences": [
                    {
                        "licence_type": licence,
                        "number": f"ZJ{platform.index:05d}",
                        "regions": ["330000"],
                        "issued_at": "2015-06-01T09:00:00+08:00",
                    }
                ],
                "business_types": [business],
                "registered_capital_minor": net_assets * 100,
                "paid_in_capital_minor": net_assets * 100,
                "holders": [
                    {
                        "id": world.parties.party_id[holder],
                        "share_ppm": 600_000,
                        "pledged_ppm": 0,
                        "is_main": True,
                    },
                    {
                        "id": world.parties.party_id[controller],
                        "share_ppm": 400_000,
                        "pledged_ppm": 100_000,
                        "is_main": True,
                    },
                ],
                "related": [
                    {
                        "id": world.parties.party_id[int(firms.party[related_firm(world, platform)])],
                        "relation": "sister",
                    }
                ],
                "controllers": [world.parties.party_id[controller]],
                "legal_rep_person": world.parties.party_id[controller],
                "own_accounts": [world.accounts.vertex[house.own]],
                "custodians": [world.platforms[pool].org] if house.pool != house.own else None,
                "has_branches": line == "network_banking",
            },
            line=line,
        )


def related_firm(world: World, platform: Platform) -> int:
    """The firm that the register names as a platform's sister."""
    return (platform.index * 17 + 5) % len(world.firms.party)


def report_days(world: World) -> None:
    """One snapshot of each platform and day, at half past one of the next morning."""
    rng = world.setup.random("report_days")
    rhythm = world.rhythm
    table = world.ledger.table()
    inside = (table["status"] == 0) & (table["time"] >= rhythm.begin) & (table["time"] < rhythm.end)
    platform = world.accounts.array("platform")[table["payee"][inside]]
    platform = np.where(table["reporter"][inside] >= 0, table["reporter"][inside], platform)
    day = (table["time"][inside] - rhythm.begin) // DAY
    shape = (len(world.platforms), rhythm.days)
    flat = np.maximum(platform, 0) * rhythm.days + day
    turnover = np.bincount(flat, table["amount"][inside], shape[0] * shape[1]).astype(np.int64).reshape(shape)
    scale = max(0.2, world.setup.accounts / 10_000)
    for subject in world.platforms[:-2]:
        money, net_assets = _SIZES[subject.line or ""]
        balance = int(money * 100 * scale * rng.uniform(0.8, 1.3))
        for number in range(rhythm.days):
            balance = int(balance * (1.0 + 0.006 * float(rng.standard_normal())))
            time = int(rhythm.day_start(number + 1)) + HOUR + HOUR // 2 + int(rng.integers(0, HOUR // 4))
            fields: dict[str, object] = {
                "as_of_date": rhythm.dates[number].isoformat(),
                "period": "day",
                "turnover_minor": int(turnover[subject.index, number]),
                "net_assets_minor": net_assets * 100,
                "active_users_count": int(world.setup.accounts * rng.uniform(0.3, 0.5)),
                **_figures(rng, subject, balance, net_assets * 100),
            }
            world.records.add("snapshot", time, subject.index, fields)


def _figures(rng: np.random.Generator, platform: Platform, balance: int, net_assets: int) -> dict[str, object]:
    """The figures that platforms of the line report."""
    line = platform.line or ""
    if line in {"third_party_payment", "network_payment", "cross_border"}:
        transit = balance // 50
        reserve = balance + transit + int(balance * rng.uniform(0.0, 0.002))
        return {
            "customer_balance_minor": balance,
            "in_transit_minor": transit,
            "reserve_balance_minor": reserve,
            "reserve_by_holder": [
                {"holder_org": "USCC:CENTRAL", "holder_type": "central_account", "balance_minor": reserve}
            ],
            "reserve_average_90d_minor": reserve,
            "pending_withdrawals_minor": balance // 400,
            "pending_withdrawals_count": int(rng.integers(2, 40)),
        }
    if line in {"network_lending", "crowdfunding", "wealth_management"}:
        return {
            "customer_balance_minor": balance,
            "custody_balance_minor": balance,
            "cash_minor": net_assets // 10,
            "settle_hours_median": round(float(rng.uniform(2, 20)), 1),
            "active_investors_count": int(rng.integers(100, 2_000)),
        }
    if line == "online_insurance":
        return {
            "comprehensive_solvency_ppm": int(rng.integers(1_800_000, 2_400_000)),
            "core_solvency_ppm": int(rng.integers(1_500_000, 1_800_000)),
            "premium_in_force_minor": net_assets // 3,
        }
    if line == "network_banking":
        return {
            "customer_balance_minor": balance,
            "total_loans_minor": balance * 7 // 10,
            "net_capital_minor": net_assets,
            "tier1_capital_minor": net_assets * 9 // 10,
        }
    return {
        "total_loans_minor": net_assets * 8 // 10,
        "bank_borrowing_minor": net_assets // 5,
        "net_assets_previous_year_minor": net_assets * 97 // 100,
    }


def disclose(world: World) -> None:
    """Each network lender discloses a month's figures, counted from its own loans, within five working days."""
    rng = world.setup.random("disclose")
    rhythm, records = world.rhythm, world.records
    lenders = {platform.index: platform for platform in world.by_line["network_lending"]}
    for first in rhythm.month_days(1):
        time = int(rhythm.day_start(rhythm.next_working(first + 2))) + 15 * HOUR + int(rng.integers(0, HOUR))
        as_of = int(rhythm.day_start(first))
        issued = dict.fromkeys(lenders, 0)
        left = dict.fromkeys(lenders, 0)
        count = dict.fromkeys(lenders, 0)
        for kind, when, platform, fields in zip(
            records.kind, records.time, records.platform, records.fields, strict=True
        ):
            if platform not in lenders or when >= as_of:
                continue
            if kind == "loan" and fields["status"] == "issued":
                issued[platform] += fields["principal_minor"]
                left[platform] += fields["principal_minor"]
                count[platform] += 1
            if kind == "repay":
                left[platform] -= fields["principal_minor"]
        for index, platform_row in lenders.items():
            if as_of <= rhythm.begin:
                continue
            fields = {
                "as_of_date": (rhythm.dates[first] - timedelta(days=1)).isoformat(),
                "period": "month",
                "published_at": platform_row.stamp(time),
                "balance_minor": left[index],
                "cumulative_minor": issued[index],
                "loans_count": count[index],
                "related_balance_minor": 0,
                "fee_text": "借款服务费按年化百分之二收取",
            }
            records.add("disclosure", time, index, fields)


def advertise(world: World) -> None:
    """A few adverts of each platform, worded as the law wants them."""
    rng = world.setup.random("advertise")
    for platform in world.platforms[:-2]:
        for _ in range(1 + world.rhythm.days // 30):
            day = rng.integers(0, world.rhythm.days, 1)
            time = int(world.rhythm.moments(rng, day, "office")[0])
            fields = {
                "advert_id": world.number("AD"),
                "status": "running",
                "text": _ADVERTS[platform.line or ""],
                "channel": str(rng.choice(["web", "app", "social", "search"])),
                "public": True,
                "advertiser_org": platform.org,
                "region": f"{city_of(platform.region):06d}",
            }
            world.records.add("advert", time, platform.index, fields)
            ended = {"advert_id": fields["advert_id"], "status": "ended"}
            world.records.add("advert", time + int(rng.integers(5, 30)) * DAY, platform.index, ended)


def complain(world: World) -> None:
    """Complaints of customers about fees, service and slow withdrawals, each answered some days later."""
    rng = world.setup.random("complain")
    people, rhythm = world.people, world.rhythm
    count = int(rng.poisson(len(people) * rhythm.days * 0.0004)) + 2
    for person in rng.integers(0, len(people), count).tolist():
        account = int(people.wallet[person]) if people.wallet[person] >= 0 else int(people.bank[person])
        platform = world.accounts.platform[account]
        day = rng.integers(0, rhythm.days, 1)
        time = int(rhythm.moments(rng, day, "day")[0])
        fields = {
            "complaint_id": world.number("CO"),
            "category": str(rng.choice(["fee", "service", "withdrawal", "privacy", "collection", "other"])),
            "complainant_id": world.parties.party_id[int(people.party[person])],
            "region": f"{int(people.county[person]):06d}",
        }
        world.records.add("complaint", time, platform, {**fields, "status": "received"})
        answer = time + int(rng.integers(6, 120)) * HOUR
        world.records.add("complaint", answer, platform, {**fields, "status": "resolved"})
