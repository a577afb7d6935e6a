"""One batch, one transaction, and a batch written twice is a batch written once."""

import pytest
from sqlalchemy import select

from riskengine.alerts import Reason
from riskengine.decisions import Decision, decision_id
from riskengine.roles import Scope
from riskengine.store import PlatformActivity, Store, StoreError, tables
from tests.riskengine.store.builders import KEY, NOON, make_alert, make_commit, make_dead_letter


def test_alert_comes_back_as_it_was_committed(store: Store) -> None:
    alert = make_alert(measured=10**17, threshold=5_000_000, score=None)
    store.commit(make_commit(alerts=[alert]))
    held = store.alert(alert.alert_id)
    assert held is not None
    assert [ref.event_id for ref in held.evidence] == ["e7", "e9"]
    assert held == type(alert)(**{f: getattr(alert, f) for f in alert.__struct_fields__} | {"evidence": held.evidence})


def test_threshold_of_a_model_stays_a_float(store: Store) -> None:
    alert = make_alert(score=0.97, measured=None, threshold=0.83)
    store.commit(make_commit(alerts=[alert]))
    held = store.alert(alert.alert_id)
    assert held is not None
    assert (held.score, held.measured, held.threshold) == (0.97, None, 0.83)


def test_same_batch_again_adds_nothing(store: Store) -> None:
    commit = make_commit(alerts=[make_alert(1), make_alert(2)], dead_letters=[make_dead_letter(3)])
    first, second = store.commit(commit), store.commit(commit)
    assert (len(first.new_alerts), first.new_evidence, first.new_dead_letters) == (2, 4, 1)
    assert (len(second.new_alerts), second.new_evidence, second.new_dead_letters) == (0, 0, 0)


def test_alert_named_twice_in_a_batch_is_one(store: Store) -> None:
    result = store.commit(make_commit(alerts=[make_alert(1), make_alert(1)]))
    assert len(result.new_alerts) == 1
    assert len(store.alerts()[0]) == 1


def test_later_batch_extends_evidence_and_leaves_the_alert(store: Store) -> None:
    alert = make_alert()
    store.commit(make_commit(1, alerts=[alert]))
    store.decide(alert.alert_id, Scope(), by="li", now=NOON, status="in_review")
    later = make_alert(severity="critical")
    store.commit(make_commit(2, alerts=[later], evidence=[(alert.alert_id, 12, "PAY-ZJ-014", "e12")]))
    held = store.alert(alert.alert_id)
    assert held is not None
    assert (held.severity, held.status, len(held.evidence)) == ("high", "in_review", 3)


def test_positions_counts_and_log_move_with_the_batch(store: Store) -> None:
    store.commit(make_commit(5, counts={"events": 5, "duplicates": 1}))
    store.commit(make_commit(9, counts={"events": 4}))
    store.commit(make_commit(11, source="http", counts={"events": 2}))
    assert store.positions() == {"file:abc": 9, "http": 11}
    assert store.counts("file:abc") == {"events": 9, "duplicates": 1}
    assert store.counts() == {"events": 11, "duplicates": 1}
    assert store.log_state().log_position == 11
    assert store.log_state().archive_bytes == 1100


def test_platforms_gather_events_and_first_and_last_time(store: Store) -> None:
    other = PlatformActivity("O", None, 1, 1, 1)
    store.commit(make_commit(1, platforms=[PlatformActivity("P", "network_lending", 3, 50, 90)]))
    store.commit(make_commit(2, platforms=[other, PlatformActivity("P", "network_lending", 2, 20, 70)]))
    rows = store.platforms()
    assert [(row.platform_id, row.line, row.events) for row in rows] == [("O", None, 1), ("P", "network_lending", 5)]
    assert (rows[1].first_event_time, rows[1].last_event_time) == (20, 90)


def test_a_log_that_would_shrink_is_refused(store: Store) -> None:
    store.commit(make_commit(8))
    with pytest.raises(StoreError, match="log position: expected at least what the database holds, found 3"):
        store.commit(make_commit(3))


def test_nothing_of_a_failing_batch_stays(store: Store) -> None:
    broken = make_alert(2, severity=None)
    with pytest.raises(StoreError):
        store.commit(make_commit(4, alerts=[make_alert(1), broken], counts={"events": 4}))
    assert store.alerts()[0] == []
    assert store.positions() == {}
    assert store.commit(make_commit(4, alerts=[make_alert(1)])).new_alerts


def test_dead_letters_come_back_with_their_bytes(store: Store) -> None:
    letter = make_dead_letter(3, body=b"\x00\xff{", platform_id=None)
    store.commit(make_commit(dead_letters=[letter, make_dead_letter(1)]))
    assert store.dead_letters(source="file:abc") == [make_dead_letter(1), letter]
    assert store.count_dead_letters() == {"wrong_type": 2}
    assert store.count_dead_letters("PAY-ZJ-014") == {"wrong_type": 1}


def test_dead_letter_with_nul_in_its_words_is_kept(store: Store) -> None:
    store.commit(make_commit(dead_letters=[make_dead_letter(path="$.a\0b", found="'\0'", platform_id="x\0")]))
    assert store.dead_letters()[0].path == "$.a␀b"


def test_different_bytes_in_one_place_are_two_dead_letters(store: Store) -> None:
    letters = [make_dead_letter(source="http", body=body) for body in (b"1", b"2", b"1")]
    assert store.commit(make_commit(dead_letters=letters)).new_dead_letters == 2


def test_alerts_that_rest_on_an_event_are_found(store: Store) -> None:
    store.commit(make_commit(alerts=[make_alert(1), make_alert(2)], evidence=[(make_alert(2).alert_id, 5, "P", "e5")]))
    assert [alert.alert_id for alert in store.alerts_resting_on(5)] == [make_alert(2).alert_id]
    assert store.alerts_resting_on(6) == []


def test_alerts_at_many_positions_are_found_once(store: Store) -> None:
    evidence = [(make_alert(number).alert_id, 10 * number, "P", f"e{number}") for number in range(40)]
    evidence.append((make_alert(3).alert_id, 31, "P", "e31"))
    store.commit(make_commit(alerts=[make_alert(number) for number in range(40)], evidence=evidence))
    wanted = [*range(25, 45), 100, 102, 5000, *range(380, 4000)]
    assert [int(alert.subject[-2:], 16) for alert in store.alerts_at(wanted)] == [3, 4, 10, 38, 39]
    assert store.alerts_at([]) == []


def test_decision_comes_back_and_is_kept_once(store: Store) -> None:
    decision = Decision(
        decision_id=decision_id("PAY-ZJ-014", "e1", KEY),
        platform_id="PAY-ZJ-014",
        event_id="e1",
        log_position=1,
        event_time=NOON,
        score=0.25,
        decision="review",
        mode="full",
        reasons=(Reason(feature="pair_count_1d", value=3, contribution=0.2),),
        versions={"fraud_boosting": "1"},
    )
    assert store.commit(make_commit(decisions=[decision])).new_decisions == 1
    assert store.commit(make_commit(decisions=[decision])).new_decisions == 0
    assert store.decision("PAY-ZJ-014", "e1") == decision
    assert store.decision("PAY-ZJ-014", "e2") is None


def test_alerts_of_a_source_are_those_it_raised_or_went_on_with(store: Store) -> None:
    store.commit(make_commit(1, alerts=[make_alert(2), make_alert(1)]))
    shared = make_alert(2).alert_id
    store.commit(make_commit(2, source="http", alerts=[make_alert(3)], evidence=[(shared, 30, "PAY-ZJ-014", "e30")]))
    assert [alert.subject[-1] for alert in store.alerts_of_source("file:abc")] == ["1", "2"]
    assert [alert.subject[-1] for alert in store.alerts_of_source("http")] == ["2", "3"]
    assert store.alerts_of_source("unknown") == []


def test_many_alerts_in_one_batch_are_all_new_once(store: Store) -> None:
    alerts = [make_alert(number) for number in range(1300)]
    assert len(store.commit(make_commit(1, alerts=alerts[:700])).new_alerts) == 700
    assert store.commit(make_commit(2, alerts=alerts)).new_alerts == tuple(a.alert_id for a in alerts[700:])
    with store.reading() as connection:
        assert len(connection.execute(select(tables.evidence.c.alert_id)).all()) == 2600
