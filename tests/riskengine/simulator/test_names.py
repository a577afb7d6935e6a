"""Names and certificate numbers have the form the standards ask for."""

from datetime import date

import numpy as np

from riskengine.simulator import names


def check_digit_of_identity(number: str) -> str:
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return "10X98765432"[total % 11]


def test_identity_numbers_carry_their_check_digit():
    number = names.identity_number(330106, date(1990, 3, 7), 1)
    assert number == "33010619900307001" + check_digit_of_identity(number)


def test_credit_codes_carry_their_check_character():
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for number in range(200):
        code = names.credit_code(330106, number)
        total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
        assert (total + alphabet.index(code[17])) % 31 == 0


def test_members_of_a_family_share_the_surname():
    called = names.person_names(np.random.default_rng(1), np.array([5, 5, 6]))
    assert called[0][0] == called[1][0] != called[2][0]
