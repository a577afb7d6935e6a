from __future__ import annotations

from hashlib import blake2b

import pytest

from streams.errors import Fault
from streams.identity import CACHE_SIZE, ORG_TYPES, PERSON_TYPES, Identities, eighteen_digits, is_hashed, tidy

KEY = b"a key for tests"


@pytest.fixture
def identities() -> Identities:
    return Identities(KEY)


def test_hash_is_blake2b_with_the_key_of_type_and_number(identities: Identities):
    expected = blake2b(b"ID:11010519491231002X", key=KEY, digest_size=8)
    assert identities.party["ID:11010519491231002X"] == f"ID:#{expected.hexdigest()}"
    assert identities.party_hash("ID:11010519491231002X") == int.from_bytes(expected.digest(), "big")


@pytest.mark.parametrize("kind", PERSON_TYPES + ORG_TYPES)
def test_every_type_is_known(identities: Identities, kind: str):
    assert identities.party[f"{kind}:1"].startswith(f"{kind}:#")


@pytest.mark.parametrize(
    "writing",
    ["PASSPORT:e 123-456", "passport:E123456", " PASSPORT : E１２３４５６　", "PASSPORT:E–123—456"],
)
def test_number_is_upper_case_without_gaps(identities: Identities, writing: str):
    assert identities.party[writing] == identities.party["PASSPORT:E123456"]


def test_identity_without_type_equals_only_itself(identities: Identities):
    assert len({identities.party[text] for text in ("C-1", "C1", "c-1", "C 1")}) == 4
    assert is_hashed(identities.party["C-1"])
    assert identities.party[" C-1 "] == identities.party["C-1"]


def test_types_keep_equal_numbers_apart(identities: Identities):
    assert identities.party_hash("ID:1") != identities.party_hash("PASSPORT:1")


def test_hash_of_a_hash_is_itself(identities: Identities):
    for cache, text in ((identities.party, "ID:1"), (identities.party, "C-1"), (identities.vertex, "A:1")):
        assert cache[cache[text]] == cache[text]
    assert identities.party["ID:#ABCDEF0123456789"] == "ID:#abcdef0123456789"


def test_keys_hash_differently():
    assert Identities(b"one").party["ID:1"] != Identities(b"two").party["ID:1"]


@pytest.mark.parametrize(
    ("text", "reason", "expected"),
    [
        ("CARD:1", "unknown_identity_type", "a TYPE of ID, TEMPID, PASSPORT"),
        (":1", "unknown_identity_type", "a TYPE of ID"),
        ("ID: - ", "out_of_range", "a number after ID:"),
        ("ID:#123", "wrong_type", "16 hexadecimal digits after #"),
        ("ID:#zzzzzzzzzzzzzzzz", "wrong_type", "16 hexadecimal digits after #"),
        ("  ", "out_of_range", "a text that is not blank"),
    ],
)
def test_what_is_no_identity_is_refused_in_words(identities: Identities, text: str, reason: str, expected: str):
    for cache in (identities.party, identities.open_party):
        with pytest.raises(Fault) as caught:
            cache[text]
        assert caught.value.reason == reason
        assert expected in caught.value.expected


def test_organisation_in_an_open_field_keeps_its_number(identities: Identities):
    assert identities.open_party["uscc: 91330106-MA27X00000"] == "USCC:91330106MA27X00000"
    assert identities.open_party["ID:1"] == identities.party["ID:1"]
    assert identities.open_party["CUSTODIAN-7"] == "CUSTODIAN-7"
    assert identities.open_party['USCC:9"1'] == identities.party['USCC:9"1']


def test_phone_is_one_with_and_without_gaps(identities: Identities):
    assert identities.phone["+86 138-0000 0001"] == identities.phone["+8613800000001"]


def test_vertex_keeps_its_writing(identities: Identities):
    assert identities.vertex["bank:1"] != identities.vertex["BANK:1"]
    assert identities.vertex_hash("BANK:1") == int(blake2b(b"BANK:1", key=KEY, digest_size=8).hexdigest(), 16)


@pytest.mark.parametrize(
    ("short", "long"),
    [("110105491231002", "11010519491231002X"), ("330106900307001", "330106199003070014"), ("12345", "12345")],
)
def test_fifteen_digits_become_eighteen(short: str, long: str):
    assert eighteen_digits(short) == long


def test_tidy_text_is_nfkc_without_blanks_at_its_ends():
    assert tidy(" ＡＢ　Ｃ　") == "AB C"


def test_cache_starts_anew_when_it_is_full(identities: Identities, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("streams.identity.CACHE_SIZE", 3)
    first = [identities.vertex[f"A:{number}"] for number in range(10)]
    assert len(identities.vertex) <= 3
    assert [identities.vertex[f"A:{number}"] for number in range(10)] == first
    assert CACHE_SIZE > 3


@pytest.mark.parametrize("key", [b"", b"x" * 65])
def test_key_of_the_wrong_length_is_refused(key: bytes):
    with pytest.raises(ValueError, match=f"identity key must be 1 to 64 bytes long, got {len(key)}"):
        Identities(key)
