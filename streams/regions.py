"""Which administrative region a six-digit code names: the table of Zhejiang, its 11 cities and 90 counties (GB/T 2260).

Events carry codes; scopes of keys, regional tables and the simulator ask here for names, for the city of a county and
for what a scope covers. The table is the division after the Hangzhou redistricting of 2021; codes that ended before it
lead to their successors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["province", "city", "county"]

PROVINCE = 330000

_CITIES: dict[int, tuple[str, str]] = {
    330100: ("杭州市", "Hangzhou"),
    330200: ("宁波市", "Ningbo"),
    330300: ("温州市", "Wenzhou"),
    330400: ("嘉兴市", "Jiaxing"),
    330500: ("湖州市", "Huzhou"),
    330600: ("绍兴市", "Shaoxing"),
    330700: ("金华市", "Jinhua"),
    330800: ("衢州市", "Quzhou"),
    330900: ("舟山市", "Zhoushan"),
    331000: ("台州市", "Taizhou"),
    331100: ("丽水市", "Lishui"),
}

_COUNTIES: dict[int, tuple[str, str]] = {
    330102: ("上城区", "Shangcheng"),
    330105: ("拱墅区", "Gongshu"),
    330106: ("西湖区", "Xihu"),
    330108: ("滨江区", "Binjiang"),
    330109: ("萧山区", "Xiaoshan"),
    330110: ("余杭区", "Yuhang"),
    330111: ("富阳区", "Fuyang"),
    330112: ("临安区", "Lin'an"),
    330113: ("临平区", "Linping"),
    330114: ("钱塘区", "Qiantang"),
    330122: ("桐庐县", "Tonglu"),
    330127: ("淳安县", "Chun'an"),
    330182: ("建德市", "Jiande"),
    330203: ("海曙区", "Haishu"),
    330205: ("江北区", "Jiangbei"),
    330206: ("北仑区", "Beilun"),
    330211: ("镇海区", "Zhenhai"),
    330212: ("鄞州区", "Yinzhou"),
    330213: ("奉化区", "Fenghua"),
    330225: ("象山县", "Xiangshan"),
    330226: ("宁海县", "Ninghai"),
    330281: ("余姚市", "Yuyao"),
    330282: ("慈溪市", "Cixi"),
    330302: ("鹿城区", "Lucheng"),
    330303: ("龙湾区", "Longwan"),
    330304: ("瓯海区", "Ouhai"),
    330305: ("洞头区", "Dongtou"),
    330324: ("永嘉县", "Yongjia"),
    330326: ("平阳县", "Pingyang"),
    330327: ("苍南县", "Cangnan"),
    330328: ("文成县", "Wencheng"),
    330329: ("泰顺县", "Taishun"),
    330381: ("瑞安市", "Rui'an"),
    330382: ("乐清市", "Yueqing"),
    330383: ("龙港市", "Longgang"),
    330402: ("南湖区", "Nanhu"),
    330411: ("秀洲区", "Xiuzhou"),
    330421: ("嘉善县", "Jiashan"),
    330424: ("海盐县", "Haiyan"),
    330481: ("海宁市", "Haining"),
    330482: ("平湖市", "Pinghu"),
    330483: ("桐乡市", "Tongxiang"),
    330502: ("吴兴区", "Wuxing"),
    330503: ("南浔区", "Nanxun"),
    330521: ("德清县", "Deqing"),
    330522: ("长兴县", "Changxing"),
    330523: ("安吉县", "Anji"),
    330602: ("越城区", "Yuecheng"),
    330603: ("柯桥区", "Keqiao"),
    330604: ("上虞区", "Shangyu"),
    330624: ("新昌县", "Xinchang"),
    330681: ("诸暨市", "Zhuji"),
    330683: ("嵊州市", "Shengzhou"),
    330702: ("婺城区", "Wucheng"),
    330703: ("金东区", "Jindong"),
    330723: ("武义县", "Wuyi"),
    330726: ("浦江县", "Pujiang"),
    330727: ("磐安县", "Pan'an"),
    330781: ("兰溪市", "Lanxi"),
    330782: ("义乌市", "Yiwu"),
    330783: ("东阳市", "Dongyang"),
    330784: ("永康市", "Yongkang"),
    330802: ("柯城区", "Kecheng"),
    330803: ("衢江区", "Qujiang"),
    330822: ("常山县", "Changshan"),
    330824: ("开化县", "Kaihua"),
    330825: ("龙游县", "Longyou"),
    330881: ("江山市", "Jiangshan"),
    330902: ("定海区", "Dinghai"),
    330903: ("普陀区", "Putuo"),
    330921: ("岱山县", "Daishan"),
    330922: ("嵊泗县", "Shengsi"),
    331002: ("椒江区", "Jiaojiang"),
    331003: ("黄岩区", "Huangyan"),
    331004: ("路桥区", "Luqiao"),
    331022: ("三门县", "Sanmen"),
    331023: ("天台县", "Tiantai"),
    331024: ("仙居县", "Xianju"),
    331081: ("温岭市", "Wenling"),
    331082: ("临海市", "Linhai"),
    331083: ("玉环市", "Yuhuan"),
    331102: ("莲都区", "Liandu"),
    331121: ("青田县", "Qingtian"),
    331122: ("缙云县", "Jinyun"),
    331123: ("遂昌县", "Suichang"),
    331124: ("松阳县", "Songyang"),
    331125: ("云和县", "Yunhe"),
    331126: ("庆元县", "Qingyuan"),
    331127: ("景宁畲族自治县", "Jingning She"),
    331181: ("龙泉市", "Longquan"),
}

# Codes that ended between 2013 and 2021, and the county that took over the largest part
_SUCCESSORS: dict[int, int] = {
    330103: 330105,  # 下城区
    330104: 330102,  # 江干区
    330183: 330111,  # 富阳市
    330185: 330112,  # 临安市
    330204: 330212,  # 江东区
    330283: 330213,  # 奉化市
    330322: 330305,  # 洞头县
    330621: 330603,  # 绍兴县
    330682: 330604,  # 上虞市
    331021: 331083,  # 玉环县
}

# GB/T 2260, the first two digits: the provinces, municipalities, autonomous regions, and Taiwan, Hong Kong, Macao
_PROVINCE_PREFIXES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82)
)


@dataclass(frozen=True, slots=True)
class Region:
    """One region of the table.

    Attributes
    ----------
    code : int
        Six digits, GB/T 2260.
    name_zh, name_en : str
        The Chinese name, and the name in pinyin with its level in English.
    level : {"province", "city", "county"}
        What stands where in the tree.
    parent : int
        The code one level up, 0 for the province.
    """

    code: int
    name_zh: str
    name_en: str
    level: Level
    parent: int


def _english(name_zh: str, pinyin: str) -> str:
    """The pinyin with the English word of the last character (区, 县, 市)."""
    if name_zh.endswith("自治县"):
        return f"{pinyin} Autonomous County"
    return f"{pinyin} {({'区': 'District', '县': 'County', '市': 'City'})[name_zh[-1]]}"


def _table() -> Iterator[Region]:
    """The whole table, each city before its counties."""
    yield Region(PROVINCE, "浙江省", "Zhejiang Province", "province", 0)
    for city, (name_zh, pinyin) in _CITIES.items():
        yield Region(city, name_zh, _english(name_zh, pinyin), "city", PROVINCE)
        for county, (county_zh, county_pinyin) in _COUNTIES.items():
            if county // 100 == city // 100:
                yield Region(county, county_zh, _english(county_zh, county_pinyin), "county", city)


REGIONS: dict[int, Region] = {region.code: region for region in _table()}
CITIES: tuple[int, ...] = tuple(_CITIES)
COUNTIES: tuple[int, ...] = tuple(code for code, region in REGIONS.items() if region.level == "county")


def parse_region(text: str) -> int:
    """Read a six-digit code of any province.

    Parameters
    ----------
    text : str
        As an event carries it, such as ``330106``.

    Returns
    -------
    int
        The code; it need not be in the table of Zhejiang.

    Raises
    ------
    ValueError
        If it is not six ASCII digits, or its first two are no province of GB/T 2260.

    Examples
    --------
    >>> parse_region("330106")
    330106
    >>> parse_region("990106")
    Traceback (most recent call last):
    ...
    ValueError: region must be a six-digit GB/T 2260 code, got '990106' (99 is no province)
    """
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        raise ValueError(f"region must be a six-digit GB/T 2260 code, got {text!r}")
    code = int(text)
    if code // 10_000 not in _PROVINCE_PREFIXES:
        raise ValueError(f"region must be a six-digit GB/T 2260 code, got {text!r} ({text[:2]} is no province)")
    return code


def is_code(code: int) -> bool:
    """Whether the number is a six-digit code of some province of GB/T 2260.

    >>> is_code(330106), is_code(110000), is_code(33)
    (True, True, False)
    """
    return 100_000 <= code <= 999_999 and code // 10_000 in _PROVINCE_PREFIXES


def is_known(code: int) -> bool:
    """Whether the code stands in the table of Zhejiang today.

    >>> is_known(330106), is_known(330104), is_known(110000)
    (True, False, False)
    """
    return code in REGIONS


def region(code: int) -> Region:
    """The region of a code; a code that ended is followed to its successor.

    Raises
    ------
    KeyError
        If the code is not one of Zhejiang.

    Examples
    --------
    >>> region(330782).name_en
    'Yiwu City'
    >>> region(330621).name_zh
    '柯桥区'
    """
    current = successor(code)
    if current not in REGIONS:
        raise KeyError(f"region {code}: expected a code of Zhejiang (330000 to 331181), found none with this number")
    return REGIONS[current]


def successor(code: int) -> int:
    """The code in force today: itself, unless it ended between 2013 and 2021.

    >>> successor(330104), successor(330106)
    (330102, 330106)
    """
    return _SUCCESSORS.get(code, code)


def city_of(code: int) -> int:
    """The city of a county (a city is its own, a province has none: 0). Counts for every province.

    >>> city_of(330782), city_of(330700), city_of(330000)
    (330700, 330700, 0)
    """
    city = code - code % 100
    return 0 if city % 10_000 == 0 else city


def counties_of(code: int) -> tuple[int, ...]:
    """The counties that a code covers: of the province all 90, of a city its own, of a county itself.

    >>> counties_of(330900)
    (330902, 330903, 330921, 330922)
    """
    found = region(code)
    if found.level == "county":
        return (found.code,)
    return tuple(county for county in COUNTIES if covers(found.code, county))


def covers(scope: int, code: int) -> bool:
    """Whether a scope covers a code: ``330100`` covers its counties and itself, ``330000`` the whole province.

    >>> covers(330100, 330106), covers(330100, 330206), covers(330000, 330206), covers(330106, 330100)
    (True, False, True, False)
    """
    scope, code = successor(scope), successor(code)
    if scope % 10_000 == 0:
        return code // 10_000 == scope // 10_000
    if scope % 100 == 0:
        return code // 100 == scope // 100
    return code == scope
