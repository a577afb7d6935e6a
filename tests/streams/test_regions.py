"""The table of Zhejiang, checked against itself and, where the data folder is there, against the published list."""

import csv
import os
from pathlib import Path

import pytest

from streams import regions


def data_dir() -> Path:
    return Path(os.environ.get("RISKENGINE_DATA_DIR", Path(__file__).parents[3] / "shared" / "data"))


def test_table_has_eleven_cities_and_ninety_counties():
    assert len(regions.CITIES) == 11
    assert len(regions.COUNTIES) == 90
    assert len(regions.REGIONS) == 102


def test_every_county_lies_in_a_city_of_the_table():
    assert {regions.city_of(code) for code in regions.COUNTIES} == set(regions.CITIES)
    assert all(regions.REGIONS[code].parent == regions.city_of(code) for code in regions.COUNTIES)


def test_table_equals_the_published_list():
    published = data_dir() / "regions" / "gbt2260_zhejiang.csv"
    if not published.exists():
        pytest.skip(f"no list of codes at {published}")
    with published.open(encoding="utf-8") as file:
        rows = [(int(r["code"]), r["name"], r["level"], int(r["parent"] or 0)) for r in csv.DictReader(file)]
    assert rows == [(r.code, r.name_zh, r.level, r.parent) for r in regions.REGIONS.values()]


def test_city_scope_covers_its_counties_only():
    assert [code for code in regions.COUNTIES if regions.covers(330100, code)] == list(regions.counties_of(330100))
    assert len(regions.counties_of(330100)) == 13
    assert not regions.covers(330100, 330206)


def test_province_covers_everything():
    assert regions.counties_of(regions.PROVINCE) == regions.COUNTIES


def test_county_scope_does_not_cover_its_city():
    assert not regions.covers(330106, 330100)


def test_ended_code_is_covered_by_the_city_of_its_successor():
    assert regions.covers(330603, 330621)
    assert regions.region(330104).name_zh == "上城区"


def test_every_successor_is_in_force():
    assert all(regions.is_known(regions.successor(code)) for code in (330103, 330204, 330322, 331021))


@pytest.mark.parametrize("text", ["33010", "3301066", "33010a", "３３０１０６", "990106", "", "000000"])
def test_ill_formed_code_is_refused_by_value(text):
    with pytest.raises(ValueError, match="six-digit GB/T 2260 code"):
        regions.parse_region(text)


def test_code_of_another_province_is_legal_but_unknown():
    assert regions.parse_region("110105") == 110105
    assert not regions.is_known(110105)


def test_unknown_region_is_named():
    with pytest.raises(KeyError, match="region 330199"):
        regions.region(330199)
