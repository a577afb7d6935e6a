"""What people, firms and shops are called, and the numbers of their certificates, with right check digits.

All are made up; a number that belongs to somebody is chance. Certificate numbers follow GB 11643 (persons) and GB 32100
(organisations), so that a check of form finds nothing to say.
"""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SURNAMES = "陈王林李张徐周叶吴黄郑胡金朱沈蒋潘方俞何余楼章毛赵钱孙邵施姚卢项傅杨应董戴包程葛许冯谢梁宋蔡"
_FIRST = "建国志明伟永海文晓家俊雪雅思子梓欣宇浩佳静丽秀春玉红美小立少正德荣华东天一嘉若诗可安"
_SECOND = "军平峰明强飞鹏波辉斌杰涛龙敏芳英霞娟燕琴萍娜莹婷颖琪怡涵轩辰然泽睿航豪宁洁岚悦"
_WORDS = [
    "恒信",
    "华盛",
    "东方",
    "瑞丰",
    "天成",
    "永利",
    "金桥",
    "宏达",
    "嘉源",
    "新力",
    "万通",
    "和润",
    "江南",
    "西子",
    "钱潮",
    "凯越",
    "泰和",
    "诚达",
    "远景",
    "康泰",
]
_TRADES = (
    ("纺织", "1711"),
    ("机电", "3812"),
    ("食品", "1491"),
    ("建材", "5165"),
    ("贸易", "5190"),
    ("电子", "3971"),
    ("五金", "3351"),
    ("物流", "5430"),
    ("科技", "6510"),
    ("服饰", "1810"),
)
_SHOPS = (
    ("便利店", "5411"),
    ("小吃店", "5812"),
    ("餐馆", "5812"),
    ("服装店", "5691"),
    ("超市", "5411"),
    ("水果店", "5499"),
    ("药店", "5912"),
    ("数码店", "5732"),
    ("理发店", "7230"),
    ("母婴店", "5641"),
    ("网店", "5399"),
    ("加油站", "5541"),
)

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(pow(3, k, 31) for k in range(17))


def person_names(rng: np.random.Generator, surnames: NDArray[Any]) -> list[str]:
    """Names for people whose family names are given by number.

    Parameters
    ----------
    surnames : ndarray of shape (n,), int
        Any non-negative numbers; equal numbers, equal surname.

    Returns
    -------
    list of str
        n names of two or three characters.
    """
    first = rng.integers(0, len(_FIRST), len(surnames)).tolist()
    second = rng.integers(0, int(len(_SECOND) * 1.25), len(surnames)).tolist()
    return [
        _SURNAMES[s % len(_SURNAMES)] + _FIRST[a] + (_SECOND[b] if b < len(_SECOND) else "")
        for s, a, b in zip(surnames.tolist(), first, second, strict=True)
    ]


def firm_names(rng: np.random.Generator, cities: list[str]) -> tuple[list[str], list[str]]:
    """Names of firms in the given cities, and the codes of their trades.

    Returns
    -------
    names, industries : list of str
    """
    word = rng.integers(0, len(_WORDS), (len(cities), 2)).tolist()
    trade = rng.integers(0, len(_TRADES), len(cities)).tolist()
    names = [
        f"{city.removesuffix('市')}{_WORDS[a]}{_WORDS[b]}{_TRADES[t][0]}有限公司"
        for city, (a, b), t in zip(cities, word, trade, strict=True)
    ]
    return names, [_TRADES[t][1] for t in trade]


def shop_names(rng: np.random.Generator, count: int) -> tuple[list[str], list[str]]:
    """Names of shops and their four-digit merchant category codes."""
    word = rng.integers(0, len(_WORDS), count).tolist()
    family = rng.integers(0, len(_SURNAMES), count).tolist()
    kind = rng.integers(0, len(_SHOPS), count).tolist()
    names = [f"{_SURNAMES[f]}记{_WORDS[w]}{_SHOPS[k][0]}" for f, w, k in zip(family, word, kind, strict=True)]
    return names, [_SHOPS[k][1] for k in kind]


def identity_number(county: int, birth: date, sequence: int) -> str:
    """An 18-character identity number.

    Parameters
    ----------
    county : int
        Six-digit code of the place of first registration.
    sequence : int
        0 to 999; odd for men.

    Examples
    --------
    >>> identity_number(110105, date(1949, 12, 31), 2)
    '11010519491231002X'
    """
    body = f"{county:06d}{birth:%Y%m%d}{sequence:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def credit_code(county: int, number: int, kind: str = "91") -> str:
    """An 18-character unified social credit code.

    Parameters
    ----------
    number : int
        Tells organisations of one county apart.
    kind : {"91", "92", "11"}
        Company, individual business, or government body.

    Examples
    --------
    >>> code = credit_code(330106, 7)
    >>> len(code), code[:8]
    (18, '91330106')
    """
    body = f"{kind}{county:06d}MA{_base31(number):0>7}"
    total = sum(_USCC_ALPHABET.index(char) * weight for char, weight in zip(body, _USCC_WEIGHTS, strict=True))
    return body + _USCC_ALPHABET[(31 - total % 31) % 31]


def _base31(number: int) -> str:
    """A number in the alphabet of the credit code."""
    digits = ""
    while number:
        number, rest = divmod(number, 31)
        digits = _USCC_ALPHABET[rest] + digits
    return digits or "0"
