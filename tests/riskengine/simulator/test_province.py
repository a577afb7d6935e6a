"""The files of a simulation: the same for the same seed, valid to the last line, and with all of the province."""

import collections
import itertools
import time
from datetime import date

import pytest

from riskengine.simulator import Setup, simulate
from riskengine.simulator.platforms import found_platforms
from riskengine.simulator.vocabulary import LINES
from streams.decode import Decoder
from streams.regions import CITIES, city_of

KINDS_NOT_SENT = {"label"}


def small(seed: int, **more) -> Setup:
    return Setup(accounts=300, days=4, seed=seed, **more)


def files(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def shanghai_hour(event: dict) -> int:
    moment = event["event_time"]
    return int(moment[11:13]) if isinstance(moment, str) else (moment + 8 * 3_600_000) // 3_600_000 % 24


def test_same_seed_gives_the_same_bytes(tmp_path):
    simulate(tmp_path / "a", small(3))
    simulate(tmp_path / "b", small(3))
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_another_seed_gives_another_province(tmp_path):
    simulate(tmp_path / "a", small(3))
    simulate(tmp_path / "b", small(4))
    assert files(tmp_path / "a")["events.ndjson"] != files(tmp_path / "b")["events.ndjson"]


def test_smallest_province_of_one_day_can_be_made(tmp_path):
    summary = simulate(tmp_path, Setup(accounts=200, days=1))
    assert summary["events_by_kind"]["payment"] > 50


def test_progress_reaches_the_end(tmp_path):
    told = []
    simulate(tmp_path, small(1), lambda stage, done, total: told.append((stage, done, total)))
    assert {stage for stage, done, total in told if done == total} == {"province", "events"}


def test_decoder_takes_every_line_but_the_broken_ones(province):
    decoder = Decoder(bytes(32))
    batch, dead = decoder.decode(province.lines, source="events.ndjson", ingest_time=int(time.time() * 1000))
    found = collections.Counter(letter.reason for letter in dead)
    assert found == collections.Counter(province.summary["dirt"]["broken_by_reason"])
    assert len(batch) == len(province.lines) - len(dead)


def test_a_thousandth_of_the_lines_is_broken(province):
    assert 0.0005 < province.summary["dirt"]["broken"] / len(province.lines) < 0.002


def test_summary_counts_what_is_in_the_file(province):
    ids = collections.Counter(event["event_id"] for event in province.events)
    dirt = province.summary["dirt"]
    assert len(province.lines) == province.summary["lines"]
    assert len(province.lines) == province.summary["events"] + dirt["repeats"] + dirt["contradictions"] + dirt["broken"]
    assert len(ids) == province.summary["events"]


def test_event_ids_are_unique_over_all_platforms(province):
    owner = {}
    for event in province.events:
        if "platform_id" in event:
            assert owner.setdefault(event["event_id"], event["platform_id"]) == event["platform_id"]


def test_every_line_of_business_has_payments_and_at_least_two_platforms(province):
    platforms = collections.defaultdict(set)
    for event in province.of_kind("payment"):
        platforms[event["line"]].add(event["platform_id"])
    assert set(platforms) == set(LINES)
    assert min(map(len, platforms.values())) >= 2


def test_every_kind_but_the_label_is_sent(province):
    from streams.events import KINDS

    assert set(province.summary["events_by_kind"]) == set(KINDS) - KINDS_NOT_SENT


def test_people_of_all_eleven_cities_pay(province):
    cities = {city_of(int(event["region"])) for event in province.of_kind("payment") if "region" in event}
    assert set(CITIES) <= cities


def test_platforms_lie_in_all_eleven_cities():
    assert {city_of(platform.region) for platform in found_platforms(Setup())} == set(CITIES)


def test_more_is_paid_by_day_than_by_night(province):
    hours = collections.Counter(shanghai_hour(event) for event in province.of_kind("payment"))
    assert sum(hours[h] for h in range(9, 22)) > 6 * sum(hours[h] for h in range(6))


def test_file_is_nearly_but_not_quite_in_the_order_of_time(province):
    ms = [event["event_time"] for event in province.of_kind("payment") if isinstance(event["event_time"], int)]
    backward = sum(later < earlier for earlier, later in itertools.pairwise(ms))
    assert 0 < backward < len(ms) * 0.05


def test_later_states_name_an_earlier_event_of_the_same_platform(province):
    by_id = {event["event_id"]: event for event in province.of_kind("payment")}
    later = [event for event in province.of_kind("payment") if "ref_event_id" in event]
    assert {event["status"] for event in later} >= {"settled", "refused", "refunded", "reversed"}
    for event in later:
        named = by_id[event["ref_event_id"]]
        assert (named["platform_id"], named["payer"], named["payee"]) == (
            event["platform_id"],
            event["payer"],
            event["payee"],
        )


def test_some_movements_are_told_by_both_sides(province):
    sides = collections.defaultdict(dict)
    for event in province.of_kind("payment"):
        if event.get("status") == "settled" and "payment_id" in event and "reporter_side" in event:
            sides[event["payment_id"]][event["platform_id"]] = (event.get("direction"), event["reporter_side"])
    twice = [found for found in sides.values() if len(found) == 2]
    assert len(twice) > 500
    assert all(set(found.values()) == {("in", "payee"), ("out", "payer")} for found in twice)


def test_parity_is_there_before_the_first_foreign_payment(province):
    kinds = [
        "parity" if event["kind"] == "reference" else "foreign"
        for event in province.events
        if (event.get("kind") == "reference" and event["series"] == "parity" and event["code"] == "USD")
        or (event.get("kind") == "payment" and event.get("currency") == "USD")
    ]
    assert kinds[0] == "parity"


def test_corrections_name_a_payment_and_replace_it_whole(province):
    ids = {event["event_id"] for event in province.of_kind("payment")}
    corrections = province.of_kind("correction")
    assert corrections
    assert all(event["ref_event_id"] in ids for event in corrections)
    for event in corrections:
        if event["action"] == "replace":
            assert event["replacement"]["kind"] == "payment"
            assert "event_id" not in event["replacement"]


def test_principals_of_a_schedule_sum_to_the_loan(province):
    issued = [event for event in province.of_kind("loan") if event["status"] == "issued"]
    assert issued
    for event in issued:
        assert sum(part["principal_minor"] for part in event["schedule"]) == event["principal_minor"]


def test_network_lending_takes_no_new_business_after_november_2020(make):
    made = make(accounts=300, days=6, seed=2, start=date(2021, 3, 1))
    new = [e for e in made.of_kind("invest") if e["line"] == "network_lending"]
    assert new == []
    assert made.summary["events_by_line"]["network_lending"] > 0
    assert "borrower_cap" not in {row["scheme"] for row in made.truth}


@pytest.mark.parametrize("kind", ["account", "party"])
def test_customers_are_known_from_the_first_half_hour(province, kind):
    early = [event for event in province.of_kind(kind) if shanghai_hour(event) == 0]
    assert len(early) > 0.8 * len(province.of_kind(kind))
