from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.scan import ESCAPES, PLAIN, WORDS, look
from streams.sensitive import CUT, cut, find_refused, refused_name, refused_text

C3_NAMES = [
    "cvv", "CVV2", "card_cvc", "cardCvv2", "card_verification_code", "expiry", "card_expiry_date", "valid_thru",
    "password", "loginPassword", "pay_pwd", "pin", "pin_block", "PIN", "otp", "sms_code", "one_time_code",
    "biometric", "face_template", "iris", "track2", "交易密码", "短信验证码", "ｃｖｖ",
]  # fmt: skip
FORBIDDEN_NAMES = ["religion", "religiousBelief", "gene", "dna", "fingerprint", "blood_type", "bloodGroup", "disease",
                   "medical_history", "宗教信仰", "血型", "病史"]  # fmt: skip
C3_TEXTS = [
    "CVV: 123", "cvv2=1234", "CVC 999", "the cvn2 is 123", "password: hunter2", "pwd=abc", "密码：abc123",
    "密码是abc123", "PIN 4711", "pin: 123456", "OTP 123456", "验证码：1234", "动态码 654321",
    "exp 12/27", "expiry date: 01/2029",
    "有效期：12/27", "安全码 123", "ＣＶＶ：１２３", "one-time code 123456",
]  # fmt: skip
FORBIDDEN_TEXTS = ["血型：AB", "血型是O型", "blood type: A+", "宗教信仰：佛教", "religion: none", "病史：高血压",
                   "medical history: asthma", "DNA: ACGT", "指纹：x"]  # fmt: skip
HARMLESS_TEXTS = [
    "shopping", "pin", "a pin of gold", "密码学教材", "有效期至2025-12-31", "expires 2025-12-31", "export", "血型不合",
    "religious books", "疾病保险", "blood orange", "contract 12/27", "password", "CVV", "order 4711", "基因工程股票",
]  # fmt: skip


@pytest.mark.parametrize("name", C3_NAMES)
def test_c3_is_known_by_name(name: str):
    assert refused_name(name) == "c3_present"


@pytest.mark.parametrize("name", FORBIDDEN_NAMES)
def test_forbidden_data_is_known_by_name(name: str):
    assert refused_name(name) == "forbidden_data"


@pytest.mark.parametrize(
    "name",
    ["expires_at", "shipping", "pinyin", "device_fingerprint", "general", "agent", "captain", "payer", "irishman"],
)
def test_other_names_are_harmless(name: str):
    assert refused_name(name) is None


@pytest.mark.parametrize("text", C3_TEXTS)
def test_c3_is_known_by_the_words_around_it(text: str):
    assert refused_text(text) == "c3_present"


@pytest.mark.parametrize("text", FORBIDDEN_TEXTS)
def test_forbidden_data_is_known_by_the_words_around_it(text: str):
    assert refused_text(text) == "forbidden_data"


@pytest.mark.parametrize("text", HARMLESS_TEXTS)
def test_other_texts_are_harmless(text: str):
    assert refused_text(text) is None


@pytest.mark.parametrize("text", C3_TEXTS + FORBIDDEN_TEXTS)
def test_first_look_sends_every_refused_text_to_be_read(text: str):
    for ascii_ in (True, False):
        record = json.dumps({"goods_name": f"before {text} after"}, ensure_ascii=ascii_).encode()
        assert look([record])[0] in ((WORDS, ESCAPES) if ascii_ else (WORDS,))


def test_first_look_lets_ordinary_records_pass():
    assert look([b'{"goods_name": "shoes", "amount_minor": 5}']) == [PLAIN]


def test_path_of_what_is_refused():
    assert find_refused({"a": [{"b": "x", "cvv": 1}]}) == ("c3_present", "$.a[0].cvv")
    assert find_refused({"a": ["x", "PIN 4711"]}) == ("c3_present", "$.a[1]")
    assert find_refused({"order_id": "PIN 4711"}, coded={"order_id"}) is None
    assert find_refused({"a": 1, "b": [None, True, 2.5]}) is None


@pytest.mark.parametrize("text", C3_TEXTS + FORBIDDEN_TEXTS)
def test_value_is_cut_from_texts_and_the_rest_stays(text: str):
    for record in (
        json.dumps({"note": f"before {text} after", "payer": "A"}, ensure_ascii=False),
        json.dumps({"note": f"before {text} after", "payer": "A"}),
        f"no json, before {text} after",
    ):
        kept = cut(record.encode()).decode()
        assert CUT in kept
        assert refused_text(json.loads(kept)["note"] if kept.startswith("{") else kept) is None
        assert "before" in kept
        assert "after" in kept


@pytest.mark.parametrize("value", ['"123"', "123", "12.5", "null", '["1","2"]', '{"a":"1"}', '"12', '"a\\"b"'])
def test_value_is_cut_from_fields(value: str):
    for tail in (', "payer": "A"}', "", " \xff"):
        kept = cut(f'{{"cvv" : {value}{tail}'.encode("latin-1"))
        assert value.strip('"[]{}').encode() not in kept.replace(b'"payer": "A"', b"")
        assert CUT.encode() in kept


def test_name_behind_escapes_is_cut():
    assert cut(b'{"\\u0063vv": "987"}') == b'{"\\u0063vv": "[cut]"}'
    assert b"987" not in cut(b'{"c\\u0076v": "987", "c\\u0076v": "987"}')


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=120))
def test_other_bytes_stay_as_they_are(record: bytes):
    kept = cut(record)
    assert kept == record or CUT.encode() in kept


def test_cut_record_is_cut_no_further():
    once = cut(b'{"cvv": "123", "note": "password: abc, PIN 4711"}')
    assert cut(once) == once
    assert json.loads(once) == {"cvv": CUT, "note": f"password: {CUT} PIN {CUT}"}
