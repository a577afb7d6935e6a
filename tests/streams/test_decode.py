from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from streams.clock import FUTURE_MS
from streams.decode import Decoder
from streams.errors import REASONS, Fault, conflict
from streams.keys import event_key, key_hash, shared_hash
from tests.streams.full_events import bare, full

NOW = 1_900_000_000_000


@pytest.fixture
def decoder() -> Decoder:
    return Decoder(b"a key for tests")


def one_letter(decoder: Decoder, record: bytes | dict[str, Any], **options: Any) -> Any:
    """Decode one record that must be refused."""
    raw = record if isinstance(record, bytes) else json.dumps(record, ensure_ascii=False).encode()
    batch, dead = decoder.decode([raw], **{"source": "events.ndjson", "ingest_time": NOW, **options})
    assert (len(batch), len(dead)) == (0, 1)
    assert dead[0].reason in REASONS
    return dead[0]


def accepted(decoder: Decoder, *events: dict[str, Any]) -> Any:
    records = [json.dumps(event, ensure_ascii=False).encode() for event in events]
    batch, dead = decoder.decode(records, source="events.ndjson", ingest_time=NOW)
    assert [letter.message for letter in dead] == []
    return batch


# ---- what a dead letter says -------------------------------------------------------------------------------------

CASES: list[tuple[dict[str, Any] | bytes, str, str, str, str]] = [
    (b'{"kind": "payment"', "malformed_json", "$", "a JSON object", "a truncated record, 18 bytes in all"),
    (b"\x00\x01\x7fELF", "malformed_json", "$", "a JSON object", "invalid character (byte 0), 6 bytes in all"),
    (b'{"kind": "\xff"}', "malformed_json", "$", "UTF-8", "byte 0xff at 10"),
    (b'{"kind": NaN}', "malformed_json", "$", "a JSON object", "invalid character (byte 9), 13 bytes in all"),
    (b"[" * 100_000, "malformed_json", "$", "JSON of at most 64 levels", "a deeper nesting"),
    (b'{"kind":"payment","kind":"payment"}', "malformed_json", "$.kind", "each key once", "the key twice"),
    (b'{"a":{"b":1,"b":2}}', "malformed_json", "$.a.b", "each key once", "the key twice"),
    (b'"' + b"x" * (1 << 20) + b'"', "too_large", "$", "at most 1048576 bytes", "1048578 bytes"),
    (b"[1, 2]", "not_an_object", "$", "a JSON object", "a list"),
    (b"null", "not_an_object", "$", "a JSON object", "null"),
    ({"kind": "paymnt"}, "unknown_kind", "$.kind", "one of the 35 kinds; did you mean payment?", "'paymnt'"),
    ({"kind": "snap"}, "unknown_kind", "$.kind", "one of the 35 kinds; did you mean snapshot?", "'snap'"),
    ({"kind": ["payment"]}, "unknown_kind", "$.kind", "one of the 35 kinds; ", "a list of 1"),
    ({"event_id": "1"}, "unknown_kind", "$.kind", "one of the 35 kinds; ", "nothing"),
    (bare("payment", schema_version=0), "schema_version", "$.schema_version", "1 to 99", "0"),
    (bare("payment", schema_version=100), "schema_version", "$.schema_version", "1 to 99", "100"),
    (bare("payment", schema_version="1"), "wrong_type", "$.schema_version", "int", "'1'"),
    (bare("payment", amt=5), "unknown_field", "$.amt", "a field of payment; did you mean amount_minor?", "'amt'"),
    (bare("payment", payer_nam="x"), "unknown_field", "$.payer_nam", "did you mean payer_name?", "'payer_nam'"),
    (
        bare("payment", amt_cny_fen=5),
        "unknown_field",
        "$.amt_cny_fen",
        "derived at the parity of the day",
        "'amt_cny_fen'",
    ),
    (bare("product", currency="CNY"), "unknown_field", "$.currency", "a field of product", "'currency'"),
    (bare("payment", payee=None), "missing_field", "$.payee", "payee, required in payment", "nothing"),
    (bare("payment", line=None), "missing_field", "$.line", "line, required in payment", "nothing"),
    (
        bare("account", person_id=None),
        "missing_field",
        "$.person_id",
        "at least one of person_id, org_id",
        "none of them",
    ),
    (bare("invest", product_id=None), "missing_field", "$.product_id", "at least one of product_id", "none of them"),
    (bare("repay", principal_minor=None), "missing_field", "$.principal_minor", "at least one of", "none of them"),
    (bare("repay", principal_minor=0), "out_of_range", "$.principal_minor", "above 0", "0 in all of them"),
    (bare("payment", amount_minor="12.50"), "wrong_type", "$.amount_minor", "int", "'12.50'"),
    (bare("payment", amount_minor=12.5), "wrong_type", "$.amount_minor", "int", "12.5"),
    (bare("payment", amount_minor=True), "wrong_type", "$.amount_minor", "int", "true"),
    (bare("payment", amount_minor=0), "out_of_range", "$.amount_minor", "int from 1 to 1000000000000000", "0"),
    (bare("payment", amount_minor=-5), "out_of_range", "$.amount_minor", "int from 1 to 1000000000000000", "-5"),
    (bare("payment", amount_minor=10**15 + 1), "out_of_range", "$.amount_minor", "int from 1 to", "1000000000000001"),
    (bare("payment", amount_minor=10**40), "out_of_range", "$.amount_minor", "int from 1 to", "1" + "0" * 40),
    (bare("loan", principal_minor=-1), "out_of_range", "$.principal_minor", "int from 0 to 1000000000000000", "-1"),
    (bare("payment", payer=5), "wrong_type", "$.payer", "a text", "an int"),
    (bare("payment", payer="   "), "out_of_range", "$.payer", "1 to 256 characters", "0 characters"),
    (bare("payment", payer="x" * 257), "out_of_range", "$.payer", "1 to 256 characters", "257 characters"),
    (bare("payment", status="done"), "unknown_value", "$.status", "one of settled, attempted, refused", "'done'"),
    (bare("payment", currency="RMB"), "unknown_value", "$.currency", "one of CNY, USD, EUR", "'RMB'"),
    (bare("payment", line="p2p"), "unknown_value", "$.line", "one of third_party_payment, network_payment", "'p2p'"),
    (bare("payment", cash="yes"), "wrong_type", "$.cash", "bool", "'yes'"),
    (bare("payment", region="33010"), "out_of_range", "$.region", "6 to 6 characters", "'33010'"),
    (bare("payment", region="33010x"), "wrong_type", "$.region", "six digits of GB/T 2260", "'33010x'"),
    (bare("payment", mcc="54a1"), "wrong_type", "$.mcc", "4 digits", "'54a1'"),
    (bare("payment", payer_country="CN"), "unknown_value", "$.payer_country", "one of ABW, AFG", "'CN'"),
    (
        bare("payment", event_time="2025-03-03T10:15:42"),
        "wrong_type",
        "$.event_time",
        "an RFC 3339 time with offset, or int milliseconds",
        "'2025-03-03T10:15:42'",
    ),
    (bare("payment", event_time="yesterday"), "wrong_type", "$.event_time", "an RFC 3339 time", "'yesterday'"),
    (
        bare("payment", event_time=10**17),
        "out_of_range",
        "$.event_time",
        "a time between the years 1 and 9999",
        "100000000000000000",
    ),
    (bare("payment", event_time=1.5), "wrong_type", "$.event_time", "an RFC 3339 time", "1.5"),
    (
        bare("loan", signed_at="2025-02-30T00:00:00Z"),
        "wrong_type",
        "$.signed_at",
        "an RFC 3339 time",
        "'2025-02-30T00:00:00Z'",
    ),
    (bare("snapshot", as_of_date="2025-02-30"), "wrong_type", "$.as_of_date", "a date as YYYY-MM-DD", "'2025-02-30'"),
    (bare("party", birth_date="1990-02-30"), "wrong_type", "$.birth_date", "a date as YYYY-MM-DD", "a day that is not"),
    (
        bare("party", birth_date="7 March"),
        "wrong_type",
        "$.birth_date",
        "a date as YYYY-MM-DD",
        "a text of 7 characters",
    ),
    (bare("project", doc_hash="XYZ"), "wrong_type", "$.doc_hash", "lower-case hexadecimal digits", "'XYZ'"),
    (bare("project", text_simhash="abc"), "wrong_type", "$.text_simhash", "16 lower-case hexadecimal digits", "'abc'"),
    (bare("loan", lender_ids="ID:1"), "wrong_type", "$.lender_ids", "a list", "a text of 4 characters"),
    (bare("loan", lender_ids=["ID:1"] * 10_001), "out_of_range", "$.lender_ids", "at most 10000 items", "10001 items"),
    (bare("loan", lender_ids=["ID:1", 5]), "wrong_type", "$.lender_ids[1]", "a text TYPE:NUMBER", "an int"),
    (
        bare("loan", lender_ids=["ID:1", "PASS:5"]),
        "unknown_identity_type",
        "$.lender_ids[1]",
        "a TYPE of ID, TEMPID",
        "'PASS'",
    ),
    (bare("payment", payer_person="CARD:5"), "unknown_identity_type", "$.payer_person", "a TYPE of ID", "'CARD'"),
    (bare("payment", payer_person="ID:"), "out_of_range", "$.payer_person", "a number after ID:", "none"),
    (
        bare("payment", payer_person="ID:#12"),
        "wrong_type",
        "$.payer_person",
        "16 hexadecimal digits after #",
        "2 characters",
    ),
    (bare("redeem", sales_org="BANK:1"), "unknown_identity_type", "$.sales_org", "a TYPE of ID", "'BANK'"),
    (
        bare("loan", fees=[{"fee_type": "tax", "amount_minor": 1}]),
        "unknown_value",
        "$.fees[0].fee_type",
        "one of interest",
        "'tax'",
    ),
    (
        bare("loan", fees=[{"fee_type": "other"}]),
        "missing_field",
        "$.fees[0].amount_minor",
        "amount_minor, required in loan.fees",
        "nothing",
    ),
    (
        bare("loan", fees=[{"fee_type": "other", "amount_minor": 1, "x": 1}]),
        "unknown_field",
        "$.fees[0].x",
        "a field of loan.fees[0]",
        "'x'",
    ),
    (bare("loan", fees=[5]), "wrong_type", "$.fees[0]", "an object", "5"),
    (
        bare("loan", funder_shares=[{"id": "ID:1", "share_ppm": 400_000}]),
        "out_of_range",
        "$.funder_shares",
        "shares that sum to 1000000 ppm",
        "a sum of 400000",
    ),
    (
        bare("loan", schedule=[{"due_date": "2025-04-03", "principal_minor": 8}]),
        "out_of_range",
        "$.schedule",
        "principals that sum to principal_minor 7",
        "a sum of 8",
    ),
    (
        bare("manifest", event_counts={"paymnt": 1}),
        "unknown_value",
        "$.event_counts",
        "one of payment, account",
        "'paymnt'",
    ),
    (bare("manifest", event_counts={"payment": -1}), "out_of_range", "$.event_counts.payment", "int >= 0", "-1"),
    (bare("manifest", event_counts={"payment": "3"}), "wrong_type", "$.event_counts.payment", "int", "'3'"),
    (
        bare("payment", direction="in", reporter_side="payer"),
        "contradiction",
        "$.reporter_side",
        "payee, both or clearer with direction in",
        "payer",
    ),
    (bare("label", target_type="party", target="X:1"), "unknown_identity_type", "$.target", "a TYPE of ID", "'X'"),
    (bare("correction", action="replace"), "missing_field", "$.replacement", "required with action replace", "nothing"),
    (
        bare("correction", action="void", replacement=bare("repay", event_id=None)),
        "contradiction",
        "$.replacement",
        "no replacement with action void",
        "one",
    ),
    (
        bare("correction", action="replace", replacement=bare("repay", event_id=None, loan_id=None)),
        "missing_field",
        "$.replacement.loan_id",
        "loan_id, required in repay",
        "nothing",
    ),
    (
        bare("correction", action="replace", replacement=bare("repay")),
        "unknown_field",
        "$.replacement.event_id",
        "the replacement without event_id",
        "one",
    ),
    (
        bare("correction", action="replace", replacement=bare("repay", event_id=None, principal_minor=0)),
        "out_of_range",
        "$.replacement.principal_minor",
        "above 0",
        "0 in all",
    ),
    (
        bare("correction", action="replace", replacement=bare("correction", event_id=None)),
        "unknown_value",
        "$.replacement.kind",
        "the kind of the corrected event",
        "'correction'",
    ),
    (bare("payment", cvv="123"), "c3_present", "$.cvv", "no card code", "[cut]"),
    (bare("payment", goods_name="my PIN is 4711"), "c3_present", "$.goods_name", "no card code", "[cut]"),
    (bare("party", bloodType="A"), "forbidden_data", "$.bloodType", "no religion, genes", "[cut]"),
    (bare("advert", text="血型：AB"), "forbidden_data", "$.text", "no religion, genes", "[cut]"),
    (
        bare("payment", event_time=NOW + FUTURE_MS + 1),
        "future",
        "$.event_time",
        "at most 5 minutes after receipt",
        "300 seconds after it",
    ),
    (
        bare("payment", event_time="2099-01-01T00:00:00Z"),
        "future",
        "$.event_time",
        "at most 5 minutes",
        "seconds after it",
    ),
]


@pytest.mark.parametrize(("record", "reason", "path", "expected", "found"), CASES, ids=lambda value: str(value)[:50])
def test_dead_letter_names_the_fault(
    decoder: Decoder, record: bytes | dict[str, Any], reason: str, path: str, expected: str, found: str
):
    letter = one_letter(decoder, record)
    assert (letter.reason, letter.path) == (reason, path)
    assert expected in letter.expected
    assert found in letter.found
    name = path.removeprefix("$.") if path != "$" else "event"
    assert letter.message == f"{name}: expected {letter.expected}, got {letter.found} (events.ndjson, record 1)"


def test_every_reason_has_a_case():
    assert set(REASONS) - {case[1] for case in CASES} == {"conflict", "undecodable"}


def test_defect_of_ours_stops_no_other_record(decoder: Decoder, monkeypatch: pytest.MonkeyPatch):
    def broken(record: bytes) -> bytes:
        raise ZeroDivisionError(record)

    monkeypatch.setattr(decoder._reader.explainer, "mend", broken)
    batch, dead = decoder.decode([b"x", json.dumps(bare("repay")).encode()], source="f", ingest_time=NOW)
    assert len(batch) == 1
    assert (dead[0].reason, dead[0].found) == ("undecodable", "ZeroDivisionError")


def test_conflict_names_the_event():
    letter = conflict("P-1", "E-1", where="line 9", source="f", record=8, body=b'{"pin": 1}', received_at=NOW)
    assert letter.reason == "conflict"
    assert letter.message == (
        "event_id: expected the content first received as 'E-1' of P-1, got another content (line 9)"
    )
    assert letter.body == b'{"pin": "[cut]"}'


def test_dead_letter_says_where_and_keeps_the_bytes(decoder: Decoder):
    raw = json.dumps(bare("payment", amount_minor="x")).encode()
    batch, dead = decoder.decode(
        [b"", raw],
        source="payments",
        first_record=40,
        ingest_time=NOW,
        locate=lambda ordinal: f"topic payments, partition 2, offset {ordinal}",
    )
    assert len(batch) == 0
    assert dead[0].message == "amount_minor: expected int, got 'x' (topic payments, partition 2, offset 41)"
    assert (dead[0].record, dead[0].body, dead[0].received_at) == (41, raw, NOW)
    assert (dead[0].source, dead[0].platform_id) == ("payments", "platform_id-1")


def test_ordinals_name_records_with_gaps(decoder: Decoder):
    records = [json.dumps(bare("repay", event_id="a")).encode(), b"x", json.dumps(bare("repay")).encode()]
    batch, dead = decoder.decode(records, source="t", ingest_time=NOW, ordinals=np.array([3, 7, 20]))
    assert batch.record.tolist() == [3, 20]
    assert dead[0].record == 7


def test_message_shows_no_identity(decoder: Decoder):
    secret = "330106199003070012"
    for change in ({"payer": [secret]}, {"payer_name": "x" * 300}, {"payer_person": f"ID:#{secret}"}):
        assert secret not in one_letter(decoder, bare("payment", **change)).message


def test_cut_values_are_not_kept(decoder: Decoder):
    letter = one_letter(decoder, bare("payment", cvv="987", goods_name="PIN 4711"))
    assert b"987" not in letter.body
    assert b"4711" not in letter.body


def test_words_are_refused_behind_escapes_and_wide_letters(decoder: Decoder):
    escaped = json.dumps(bare("payment", goods_name="密码: secret")).encode()
    assert b"\\u5bc6" in escaped
    assert one_letter(decoder, escaped).reason == "c3_present"
    letter = one_letter(decoder, bare("payment", goods_name="ＣＶＶ：１２３"))
    assert letter.reason == "c3_present"
    assert "１２３".encode() not in letter.body
    assert b"123" not in letter.body


def test_codes_are_not_read_for_words(decoder: Decoder):
    assert len(accepted(decoder, bare("payment", order_id="PIN-4711", payer="OTP 123456"))) == 1


# ---- what is mended --------------------------------------------------------------------------------------------


def test_newer_schema_version_keeps_unknown_fields_aside_and_counts_them(decoder: Decoder):
    fee = {"fee_type": "other", "amount_minor": 1, "colour": "red"}
    newer = bare("loan", schema_version=2, mood="good", fees=[fee])
    batch = accepted(decoder, newer, {**newer, "event_id": "2"})
    assert decoder.unknown_fields == {"loan.mood": 2, "loan.fees.colour": 2}
    assert "mood" not in json.loads(batch.body[0])
    assert json.loads(batch.body[0])["schema_version"] == 2


def test_newer_schema_version_still_refuses_card_codes(decoder: Decoder):
    assert one_letter(decoder, bare("payment", schema_version=2, cvv2="123")).reason == "c3_present"


def test_texts_are_brought_to_nfkc_and_trimmed(decoder: Decoder):
    batch = accepted(decoder, bare("payment", goods_name=" Ａ　ｂ\t", order_id="x", event_id="ｅ１ "))
    assert json.loads(batch.body[0])["goods_name"] == "A b"
    assert batch.event_id == ["e1"]


def test_defaults_said_and_unsaid_are_one_content(decoder: Decoder):
    said = bare("payment", status="settled", currency="CNY", schema_version=1, collected_under="supervision")
    assert len(set(accepted(decoder, said, bare("payment")).content.tolist())) == 1


def test_times_of_all_zones_are_one_content(decoder: Decoder):
    times = [
        "2025-03-03T10:15:42.120+08:00",
        "2025-03-03T02:15:42.12Z",
        "2025-03-02T21:15:42.1209-05:00",
        1740968142120,
    ]
    batch = accepted(decoder, *(bare("loan", event_time=time, signed_at=time) for time in times))
    assert set(batch.event_time.tolist()) == {1740968142120}
    assert len(set(batch.content.tolist())) == 1


def test_identity_is_one_in_all_its_writings(decoder: Decoder):
    writings = ["ID:11010519491231002X", "id: 110105-19491231-002x", "ID:110105491231002", "ＩＤ：11010519491231002X"]
    batch = accepted(decoder, *(bare("loan", borrower_id=writing) for writing in writings))
    assert len(set(batch.blocks["loan"]["borrower_id"].tolist())) == 1
    assert int(batch.blocks["loan"]["borrower_id"][0]) == decoder.identities.party_hash(writings[0])


def test_identity_hashed_at_home_is_the_same(decoder: Decoder):
    home = f"ID:#{decoder.identities.digest('ID:11010519491231002X')}"
    batch = accepted(decoder, bare("loan", borrower_id=home), bare("loan", borrower_id="ID:11010519491231002X"))
    assert batch.body[0] == batch.body[1]


def test_open_party_and_hashed_party_are_one_in_columns(decoder: Decoder):
    policy = bare("policy", insurer_id="USCC: 91330106-ma27x00000", applicant_id="USCC:91330106MA27X00000")
    block = accepted(decoder, policy).blocks["policy"]
    assert block["insurer_id"][0] == block["applicant_id"][0]
    assert block["applicant_party_type"][0] == 1


def test_person_in_an_open_field_is_hashed_all_the_same(decoder: Decoder):
    body = accepted(decoder, bare("loan", partner_id="ID:330106199003070012")).body[0]
    assert b"330106199003070012" not in body


def test_birth_date_keeps_year_and_month(decoder: Decoder):
    batch = accepted(decoder, bare("party", birth_date="1990-03-07"))
    assert json.loads(batch.body[0])["birth_date"] == "1990-03"
    assert batch.blocks["party"]["birth_date"][0] == 7364


# ---- ids, sides, labels ----------------------------------------------------------------------------------------


def test_business_ids_are_unique_within_their_platform_and_payment_ids_everywhere(decoder: Decoder):
    first = bare("loan", loan_id="L", payment_id="M", platform_id="A")
    block = accepted(decoder, first, {**first, "platform_id": "B"}).blocks["loan"]
    assert block["loan_id"][0] != block["loan_id"][1]
    assert block["payment_id"][0] == block["payment_id"][1]
    assert int(block["loan_id"][0]) == key_hash(decoder.identities, "A", "L")
    assert int(block["payment_id"][0]) == shared_hash(decoder.identities, "M")


def test_reference_to_an_event_is_the_first_word_of_its_key(decoder: Decoder):
    batch = accepted(decoder, bare("payment", event_id="E"), bare("payment", event_id="F", ref_event_id="E"))
    assert batch.blocks["payment"]["ref_event_id"][1] == batch.event_key[0, 0]


SIDES = [
    ({}, 0, -1),
    ({"payer_person": "ID:1"}, "payer_person", 0),
    ({"payer_org": "USCC:1"}, "payer_org", 1),
    ({"payer_person": "USCC:1"}, "payer_person", 1),
    ({"payer_org": "ID:1"}, "payer_org", 0),
    ({"payer_person": "C-1"}, "payer_person", 0),
    ({"payer_org": "C-1"}, "payer_org", 1),
    ({"payer_person": "ID:1", "payer_type": "org"}, "payer_person", 1),
    ({"payer_person": "ID:1", "payer_type": "individual_business"}, "payer_person", 2),
    ({"payer_person": "ID:1", "payer_org": "USCC:2"}, "payer_org", 1),
    ({"payer_person": "ID:1", "payer_org": "USCC:2", "payer_type": "person"}, "payer_person", 0),
    ({"payer_person": "ID:1", "payer_org": "USCC:2", "payer_type": "individual_business"}, "payer_org", 2),
    ({"payer_type": "person"}, 0, 0),
]


@pytest.mark.parametrize(("fields", "party", "party_type"), SIDES)
def test_side_of_a_payment(decoder: Decoder, fields: dict[str, str], party: str | int, party_type: int):
    block = accepted(decoder, bare("payment", **fields)).blocks["payment"]
    assert block["payer_party"][0] == (block[party][0] if isinstance(party, str) else party)
    assert block["payer_party_type"][0] == party_type
    assert block["payee_party_type"][0] == -1


def test_holder_and_borrower_are_parties(decoder: Decoder):
    batch = accepted(decoder, bare("account"), bare("loan", borrower_id="C-1"), bare("loan", borrower_type="org"))
    assert batch.blocks["account"]["holder_party"][0] == batch.blocks["account"]["person_id"][0]
    assert batch.blocks["account"]["holder_party_type"][0] == 0
    assert batch.blocks["loan"]["borrower_party_type"].tolist() == [-1, 1]


@pytest.mark.parametrize(("line", "loan_type"), [("network_lending", 0), ("micro_credit", 3), ("network_banking", 4)])
def test_loan_type_follows_from_the_line(decoder: Decoder, line: str, loan_type: int):
    block = accepted(decoder, bare("loan", line=line), bare("loan", line=line, loan_type="other")).blocks["loan"]
    assert block["loan_type"].tolist() == [loan_type, 10]


def test_labels_join_what_they_are_about(decoder: Decoder):
    payment = bare("payment", event_id="E", platform_id="P", payer="A-1", payer_person="ID:1", loan_id="L")
    targets = {"event": "E", "account": "A-1", "party": "ID:1", "platform": "P", "loan": "L"}
    labels = [
        bare("label", event_id=kind, platform_id="P", target_type=kind, target=target)
        for kind, target in targets.items()
    ]
    batch = accepted(decoder, payment, *labels)
    block, columns = batch.blocks["payment"], batch.blocks["label"]
    event, account, party, platform, loan = columns["target"].tolist()
    assert (event, columns["target_high"][0]) == tuple(batch.event_key[0].tolist())
    assert (account, party, loan) == (block["payer"][0], block["payer_person"][0], block["loan_id"][0])
    assert platform == batch.platform[0]
    assert columns["target_high"][1:].tolist() == [0, 0, 0, 0]
    assert columns["known_at"].tolist() == batch.event_time[1:].tolist()
    assert b'"target":"#' in batch.body[2]


def test_label_of_another_platform_names_that_platform(decoder: Decoder):
    label = bare("label", target_type="event", target="E", platform_id="COURT", target_platform_id="P")
    columns = accepted(decoder, label).blocks["label"]
    assert (int(columns["target"][0]), int(columns["target_high"][0])) == event_key(decoder.identities, "P", "E")


def test_snapshot_is_about_the_reporter_unless_it_says_otherwise(decoder: Decoder):
    batch = accepted(decoder, bare("snapshot"), bare("snapshot", about_platform_id="Q"))
    about = batch.blocks["snapshot"]["about_platform_id"].tolist()
    assert about == [int(batch.platform[0]), shared_hash(decoder.identities, "Q")]


def test_replacement_is_pseudonymised_like_its_kind(decoder: Decoder):
    replacement = bare(
        "payment", event_id=None, payer_person="ID:330106199003070012", event_time="2025-03-03T00:00:00Z"
    )
    batch = accepted(decoder, bare("correction", action="replace", replacement=replacement))
    kept = json.loads(batch.body[0])["replacement"]
    assert kept["payer_person"].startswith("ID:#")
    assert kept["event_time"] == 1740960000000
    assert "event_id" not in kept


@pytest.mark.parametrize("kind", ["snapshot", "disclosure", "manifest"])
def test_reported_figures_may_be_negative(decoder: Decoder, kind: str):
    change = {"control_totals": [{"kind": "payment", "currency": "CNY", "amount_minor": -(10**17)}]}
    assert len(accepted(decoder, full(kind, **(change if kind == "manifest" else {"overdue_minor": -(10**17)})))) == 1


# ---- batches ---------------------------------------------------------------------------------------------------


def test_blank_records_are_no_records(decoder: Decoder):
    batch, dead = decoder.decode([b"", b"  \r", b"\t"], source="f", ingest_time=NOW)
    assert (len(batch), dead) == (0, [])
    assert decoder.decode([], source="f", ingest_time=NOW)[1] == []


def test_archive_times_are_kept_and_nothing_is_too_late(decoder: Decoder):
    records = [json.dumps(bare("repay", event_time=NOW + 10**10)).encode()]
    batch, dead = decoder.decode(records, source="archive", ingest_time=0, ingest_times=np.array([77]))
    assert not dead
    assert batch.ingest_time.tolist() == [77]


def test_replay_refuses_what_is_no_body(decoder: Decoder):
    with pytest.raises(ValueError, match="body 1: expected a canonical body that starts with its kind, got b'hello'"):
        decoder.replay([accepted(decoder, bare("repay")).body[0], b"hello"], np.zeros(2, np.int64))


def test_fault_of_no_field_is_about_the_event():
    assert (
        Fault("wrong_type", "$", "an event", "a stone").message("here")
        == "event: expected an event, got a stone (here)"
    )
