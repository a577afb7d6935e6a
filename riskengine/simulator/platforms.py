"""Which platforms report: at least two of each of the nine lines, spread over the cities, each with its own habits.

A habit is what a firm leaves out or writes in its own way (times as text or as milliseconds, names of the counterparty,
running numbers), so that an engine meets the variety that the table of events allows.
"""

from dataclasses import dataclass

from riskengine.simulator import names
from riskengine.simulator.rhythm import iso_time
from riskengine.simulator.setup import Setup
from riskengine.simulator.vocabulary import LINES
from streams.regions import CITIES, REGIONS, counties_of

# How many platforms a line has in a small province, and one more for each so many accounts
_COUNTS = {
    "third_party_payment": (3, 60_000),
    "network_payment": (2, 100_000),
    "network_lending": (6, 20_000),
    "micro_credit": (3, 10_000),
    "crowdfunding": (2, 40_000),
    "wealth_management": (2, 40_000),
    "online_insurance": (2, 80_000),
    "network_banking": (5, 40_000),
    "cross_border": (2, 80_000),
}
_MOST = 12
_PREFIXES = {
    "third_party_payment": "PAY",
    "network_payment": "NETPAY",
    "network_lending": "P2P",
    "micro_credit": "MICRO",
    "crowdfunding": "CF",
    "wealth_management": "WM",
    "online_insurance": "INS",
    "network_banking": "BANK",
    "cross_border": "XB",
}
_WORDS = {
    "third_party_payment": "支付",
    "network_payment": "网络支付",
    "network_lending": "网络借贷信息中介",
    "micro_credit": "小额贷款",
    "crowdfunding": "众筹",
    "wealth_management": "基金销售",
    "online_insurance": "在线保险",
    "network_banking": "银行",
    "cross_border": "跨境支付",
}
_BRANDS = ("钱江", "甬江", "瓯江", "南湖", "太湖", "鉴湖", "双龙", "烂柯", "普陀", "天台", "秀山", "西溪")


@dataclass(frozen=True, slots=True)
class Platform:
    """One reporting platform.

    Attributes
    ----------
    index : int
        Its place in the tuple of platforms.
    platform_id, code : str
        What stands in its events, and the short form that begins its event ids.
    line : str or None
        The line it reports for; None for an authority.
    region : int
        Its own county.
    org : str
        Its party id, `USCC:...`.
    iso_times : bool
        Times as RFC 3339 text; else milliseconds.
    names_both : bool
        Whether it knows and sends the identity of the counterparty too.
    numbers : bool
        Whether it sends the running `seq`.
    """

    index: int
    platform_id: str
    code: str
    line: str | None
    name: str
    region: int
    org: str
    iso_times: bool
    names_both: bool
    numbers: bool

    def stamp(self, moment: int) -> str | int:
        """A time as this platform writes it."""
        return iso_time(moment) if self.iso_times else int(moment)


def found_platforms(setup: Setup) -> tuple[Platform, ...]:
    """The platforms of a province: line by line, then the two authorities.

    Returns
    -------
    tuple of Platform
        The last two are the register of the province (registrations) and the market for parities (references).
    """
    rng = setup.random("platforms")
    found: list[Platform] = []
    for line in LINES:
        least, step = _COUNTS[line]
        for number in range(1, min(_MOST, least + setup.accounts // step) + 1):
            index = len(found)
            # Every city is home to some platform, the capital to most
            city = CITIES[index % len(CITIES)] if number <= 3 else 330100
            counties = counties_of(city)
            region = counties[int(rng.integers(0, len(counties)))]
            brand = _BRANDS[index % len(_BRANDS)]
            found.append(
                Platform(
                    index=index,
                    platform_id=f"{_PREFIXES[line]}-ZJ-{number:03d}",
                    code=f"{_PREFIXES[line]}{number}-",
                    line=line,
                    name=f"{REGIONS[city].name_zh.removesuffix('市')}{brand}{_WORDS[line]}有限公司",
                    region=region,
                    org="USCC:" + names.credit_code(region, 900_000 + index),
                    iso_times=number % 3 != 2,
                    names_both=number % 2 == 1,
                    numbers=number == 1,
                )
            )
    for platform_id, name in (("ZJ-REGISTER", "浙江省地方金融登记"), ("CN-PARITY", "外汇中间价")):
        index = len(found)
        org = "USCC:" + names.credit_code(330106, 990_000 + index, "11")
        found.append(
            Platform(index, platform_id, f"{platform_id[:2]}{index}-", None, name, 330106, org, True, False, False)
        )
    return tuple(found)
