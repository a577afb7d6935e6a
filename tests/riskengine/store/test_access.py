"""Keys, accounts and sessions."""

import pytest
from sqlalchemy import select

from riskengine.roles import Grant, GrantError
from riskengine.store import Store, tables
from riskengine.store.access import SESSION_HOURS, AccessError

HOUR = 3_600_000


def test_key_opens_what_was_granted(store: Store) -> None:
    grant = Grant("regulator", regions=("330100",), lines=("network_lending",))
    key = store.access.create_key(grant, now=1)
    holder = store.access.find_key(key)
    assert holder is not None
    assert holder.grant == grant
    assert holder.name == f"key:{key[3:13]}"


def test_key_is_not_kept_in_the_database(store: Store) -> None:
    key = store.access.create_key(Grant("analyst"), now=1)
    with store.reading() as connection:
        held = [str(value) for value in connection.execute(select(tables.api_keys)).one()]
    assert key not in held
    assert not any(key[14:] in value for value in held)


@pytest.mark.parametrize("change", ["", "x", "rk_0000000000_" + "0" * 64, "\0", "é" * 40])
def test_wrong_key_opens_nothing(store: Store, change: str) -> None:
    assert store.access.find_key(change) is None


def test_key_with_another_secret_opens_nothing(store: Store) -> None:
    key = store.access.create_key(Grant("analyst"), now=1)
    other = key[:-1] + ("0" if key[-1] != "0" else "1")
    assert store.access.find_key(other) is None


def test_revoked_key_opens_nothing(store: Store) -> None:
    key = store.access.create_key(Grant("analyst"), now=1)
    assert store.access.revoke_key(key[3:13], now=2)
    assert not store.access.revoke_key(key[3:13], now=3)
    assert store.access.find_key(key) is None


def test_account_logs_in_and_out(store: Store) -> None:
    password = store.access.create_account("li.na", Grant("reviewer"), now=0)
    token = store.access.log_in("li.na", password, now=0)
    assert token is not None
    holder = store.access.find_session(token, now=HOUR)
    assert holder is not None
    assert (holder.name, holder.grant) == ("li.na", Grant("reviewer"))
    store.access.log_out(token)
    assert store.access.find_session(token, now=HOUR) is None


def test_session_ends_after_its_hours(store: Store) -> None:
    token = store.access.log_in("a", store.access.create_account("a", Grant("auditor"), now=0), now=0)
    assert token is not None
    assert store.access.find_session(token, now=SESSION_HOURS * HOUR - 1) is not None
    assert store.access.find_session(token, now=SESSION_HOURS * HOUR) is None


@pytest.mark.parametrize(("name", "password"), [("a", "wrong"), ("b", "wrong"), ("", ""), ("a\ud800", "\ud800")])
def test_wrong_name_or_password_opens_nothing(store: Store, name: str, password: str) -> None:
    store.access.create_account("a", Grant("auditor"), now=0)
    assert store.access.log_in(name, password, now=0) is None


def test_account_name_is_taken_once(store: Store) -> None:
    store.access.create_account("a", Grant("auditor"), now=0)
    with pytest.raises(AccessError, match="account a exists already"):
        store.access.create_account("a", Grant("auditor"), now=0)


def test_removed_account_takes_its_sessions_along(store: Store) -> None:
    token = store.access.log_in("a", store.access.create_account("a", Grant("auditor"), now=0), now=0)
    assert token is not None
    assert store.access.remove_account("a")
    assert not store.access.remove_account("a")
    store.access.create_account("a", Grant("auditor"), now=0)
    assert store.access.find_session(token, now=0) is None


@pytest.mark.parametrize("name", ["", "A", "a b", "a" * 64, "-a", "李"])
def test_account_name_is_plain(store: Store, name: str) -> None:
    with pytest.raises(AccessError, match="account name: expected 1 to 63 of a-z"):
        store.access.create_account(name, Grant("auditor"), now=0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"role": "king"}, "role: expected one of regulator, firm, .*, found 'king'"),
        ({"role": "firm"}, "platform: expected the firm's platform id, found none"),
        ({"role": "firm", "platforms": (" P",)}, "platform: expected 1 to 256 printable characters"),
        ({"role": "regulator", "regions": ("3301",)}, "region: expected a six-digit code such as 330100, found '3301'"),
        ({"role": "regulator", "lines": ("loans",)}, "line: expected one of third_party_payment, .*, found 'loans'"),
    ],
)
def test_grant_that_cannot_be_given_is_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(GrantError, match=message):
        Grant(**fields)  # type: ignore[arg-type]


def test_firm_sees_only_what_is_about_its_customers() -> None:
    assert Grant("firm", platforms=("P",)).scope().audiences == ("customer",)


@pytest.mark.parametrize(("role", "sees"), [("regulator", True), ("analyst", False), ("administrator", False)])
def test_sealed_matters_are_seen_by_those_who_work_them(role: str, sees: bool) -> None:
    assert ("sealed" in Grant(role).scope().audiences) is sees  # type: ignore[arg-type]
