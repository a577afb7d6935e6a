"""Filters, scope and paging of the alert queue."""

import pytest

from riskengine.alerts import Alert
from riskengine.roles import Scope
from riskengine.store import AlertFilter, Cursor, Store
from tests.riskengine.store.builders import NOON, make_alert, make_commit


def pages(store: Store, limit: int) -> list[list[Alert]]:
    """All pages of the queue."""
    found: list[list[Alert]] = []
    cursor: Cursor | None = None
    while True:
        alerts, cursor = store.alerts(cursor=cursor, limit=limit)
        found.append(alerts)
        if cursor is None:
            return found


def numbers(alerts: list[Alert]) -> list[int]:
    """The numbers that the alerts were made with."""
    return [int(alert.subject.partition(":")[2], 16) for alert in alerts]


def test_pages_hold_every_alert_once_newest_first(store: Store) -> None:
    store.commit(make_commit(alerts=[make_alert(number) for number in range(10)]))
    assert [numbers(page) for page in pages(store, 4)] == [[9, 8, 7, 6], [5, 4, 3, 2], [1, 0]]


def test_full_last_page_has_no_next(store: Store) -> None:
    store.commit(make_commit(alerts=[make_alert(number) for number in range(4)]))
    assert [len(page) for page in pages(store, 2)] == [2, 2]


def test_alerts_of_one_moment_are_paged_without_loss(store: Store) -> None:
    store.commit(make_commit(alerts=[make_alert(number, event_time=NOON) for number in range(7)]))
    assert sorted(number for page in pages(store, 2) for number in numbers(page)) == list(range(7))


def test_paging_under_inserts_shows_what_was_there_once(store: Store) -> None:
    store.commit(make_commit(1, alerts=[make_alert(number) for number in range(0, 20, 2)]))
    seen: list[int] = []
    cursor: Cursor | None = None
    for step in range(1, 20, 2):
        alerts, cursor = store.alerts(cursor=cursor, limit=3)
        seen.extend(numbers(alerts))
        if cursor is None:
            break
        store.commit(make_commit(1 + step, alerts=[make_alert(step), make_alert(100 + step)]))
    assert len(seen) == len(set(seen))
    assert set(range(0, 20, 2)) <= set(seen)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (AlertFilter(lines=("network_lending",)), [1]),
        (AlertFilter(verdicts=("report", "violation")), [3, 2]),
        (AlertFilter(severities=("low",)), [1]),
        (AlertFilter(detectors=("aml.lvt.cash",)), [3]),
        (AlertFilter(platform_ids=("OTHER",)), [2]),
        (AlertFilter(regions=("330100",)), [2, 0]),
        (AlertFilter(regions=("330000",)), [2, 1, 0]),
        (AlertFilter(regions=("330106",)), [0]),
        (AlertFilter(regions=("330106", "330200")), [1, 0]),
        (AlertFilter(statuses=("closed",)), []),
        (AlertFilter(subject=f"account:{2:016x}"), [2]),
        (AlertFilter(since=NOON + 1000, until=NOON + 3000), [2, 1]),
        (AlertFilter(severities=("high",), regions=("330100",), platform_ids=("OTHER",)), [2]),
    ],
)
def test_filter_narrows(store: Store, wanted: AlertFilter, expected: list[int]) -> None:
    commit_four(store)
    assert numbers(store.alerts(wanted)[0]) == expected


def commit_four(store: Store) -> None:
    """Four alerts that differ in one thing each."""
    store.commit(
        make_commit(
            alerts=[
                make_alert(0),
                make_alert(1, line="network_lending", severity="low", region="330203"),
                make_alert(2, platform_id="OTHER", verdict="violation", region="330110", audience="customer"),
                make_alert(3, detector="aml.lvt.cash", verdict="report", region=None, audience="sealed"),
            ]
        )
    )


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), [3, 2, 1, 0]),
        (Scope(platforms=("PAY-ZJ-014",)), [3, 1, 0]),
        (Scope(platforms=("PAY-ZJ-014",), audiences=("customer",)), []),
        (Scope(platforms=("OTHER",), audiences=("customer",)), [2]),
        (Scope(regions=("330100",)), [2, 0]),
        (Scope(regions=("330000",)), [2, 1, 0]),
        (Scope(lines=("network_lending",)), [1]),
        (Scope(audiences=("customer", "supervisor")), [2, 1, 0]),
        (Scope(regions=("330100",), lines=("network_lending",)), []),
    ],
)
def test_scope_holds_in_list_single_count_and_decision(store: Store, scope: Scope, expected: list[int]) -> None:
    commit_four(store)
    everything, _ = store.alerts()
    assert numbers(store.alerts(AlertFilter(), scope)[0]) == expected
    assert sum(store.count_alerts("severity", AlertFilter(), scope).values()) == len(expected)
    assert numbers([alert for alert in everything if store.alert(alert.alert_id, scope)]) == expected
    decided = [a for a in everything if store.decide(a.alert_id, scope, by="li", now=NOON, status="in_review")]
    assert numbers(decided) == expected


def test_filter_cannot_widen_the_scope(store: Store) -> None:
    commit_four(store)
    scope = Scope(platforms=("OTHER",))
    assert store.alerts(AlertFilter(platform_ids=("PAY-ZJ-014",)), scope)[0] == []


def test_shown_evidence_is_capped_and_counted(store: Store) -> None:
    alert = make_alert()
    rows = [(alert.alert_id, at, "PAY-ZJ-014", f"e{at}") for at in range(150)]
    store.commit(make_commit(alerts=[alert], evidence=rows))
    held = store.alert(alert.alert_id)
    assert held is not None
    assert [ref.event_id for ref in held.evidence] == [f"e{at}" for at in range(100)]
    first, total = store.evidence(alert.alert_id, limit=3)
    assert ([event.log_position for event in first], total) == ([0, 1, 2], 150)


def test_reader_bound_to_a_platform_sees_only_its_own_evidence(store: Store) -> None:
    alert = make_alert(audience="customer")
    rows = [(alert.alert_id, at, platform, f"e{at}") for at, platform in enumerate(("PAY-ZJ-014", "OTHER"))]
    store.commit(make_commit(alerts=[alert], evidence=rows))
    scope = Scope(platforms=("PAY-ZJ-014",))
    held = store.alert(alert.alert_id, scope)
    assert held is not None
    assert [ref.event_id for ref in held.evidence] == ["e0"]
    assert store.evidence(alert.alert_id, scope)[1] == 1
    assert store.evidence(alert.alert_id)[1] == 2


def test_decision_leaves_its_status_and_its_record(store: Store) -> None:
    alert = make_alert()
    store.commit(make_commit(alerts=[alert]))
    watched = store.decide(alert.alert_id, Scope(), by="li", now=NOON, disposition="watch", note="再看一周")
    assert watched is not None
    assert (watched.status, watched.disposition) == ("in_review", "watch")
    closed = store.decide(alert.alert_id, Scope(), by="wang", now=NOON + 1, status="closed")
    assert closed is not None
    assert (closed.status, closed.disposition) == ("closed", "watch")
    record = store.decided(alert.alert_id)
    assert [(entry.decided_by, entry.disposition, entry.note) for entry in record] == [
        ("li", "watch", "再看一周"),
        ("wang", None, ""),
    ]


def test_decision_on_unknown_alert_is_none(store: Store) -> None:
    assert store.decide("0" * 32, Scope(), by="li", now=NOON, status="closed") is None


def test_chunks_hold_everything(store: Store) -> None:
    store.commit(make_commit(alerts=[make_alert(number) for number in range(5)]))
    assert [len(chunk) for chunk in store.iter_alerts(chunk=2)] == [2, 2, 1]


@pytest.mark.parametrize("text", ["", "x", "MTIz", "é", "AAAA====", "LTEuMA", "9" * 400])
def test_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected the next_cursor of an earlier page"):
        Cursor.parse(text)
